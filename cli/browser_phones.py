"""The pages' telephones, as the file of trunks tells of them; their secrets are those that the exchange was given."""

from pathlib import Path

from admin_ui.phones import BrowserPhones
from cli.connections_file import read
from cli.installation import secret
from hotline.settings import Settings


def browser_phones(settings: Settings) -> BrowserPhones:
    """All of this installation; none without a file of trunks."""
    if not settings.trunks_file:
        return BrowserPhones()
    told = read(Path(settings.trunks_file), {}, carriers=False)
    secure = f"wss://{{host}}:{told.tls.browser_port}/ws" if told.tls else ""
    plain = f"ws://{{host}}:{settings.exchange_http_port}/ws"
    return BrowserPhones(frozenset(told.phones.browser), told.phones.address or secure or plain,
                         lambda number: secret(settings.folder, f"phone_{number}"))  # fmt: skip
