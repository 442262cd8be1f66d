"""The pages' telephones, as the file of trunks tells of them, and where each exchange hears them."""

from functools import partial
from pathlib import Path

from admin_ui.phones import BrowserPhones, PhonesError
from cli.connections import Connections
from cli.connections_file import read
from cli.phones import AGAIN
from dispatch.line import browser_phones as line
from hotline.exchange.errors import LinkError
from hotline.exchange.nodes import each
from hotline.settings import Settings


def browser_phones(settings: Settings) -> BrowserPhones:
    """All of this installation; none without a file of trunks."""
    if not settings.trunks_file:
        return BrowserPhones()
    told = read(Path(settings.trunks_file), {}, carriers=False)
    heard = (_heard(told.at(place), one) for place, one in enumerate(each(settings)))
    return BrowserPhones(
        frozenset(told.phones.browser), told.phones.address or tuple(heard), partial(_let_in, settings)
    )


def _heard(told: Connections, settings: Settings) -> str:
    """Where an exchange hears them, on the host of the pages."""
    if told.tls is not None:
        return f"wss://{{host}}:{told.tls.browser_port}/ws"
    return f"ws://{{host}}:{settings.exchange_http_port}/ws"


def _let_in(settings: Settings, number: str, password: str) -> None:
    try:
        line.let_in(settings, number, password)
    except LinkError as error:
        raise PhonesError(AGAIN) from error
