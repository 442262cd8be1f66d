"""What Kamailio needs to know of this installation: where it listens, whose calls it takes, and the exchanges."""

import ipaddress
import re
import shutil
from pathlib import Path
from typing import Final

from cli.engine import ExchangeError
from cli.installation import Installation
from hotline.exchange.nodes import nodes
from hotline.settings import Settings

SOURCE: Final = Path(__file__).resolve().parents[1] / "kamailio/kamailio.cfg"
HARMLESS: Final = re.compile(r"[\w./:-]+")


def write(here: Installation) -> Path:
    """Write its files and return their folder; ExchangeError where they can't be."""
    settings = here.settings
    folder = settings.folder.resolve() / "dispatcher"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SOURCE, folder / "kamailio.cfg")
    (folder / "local.cfg").write_text(local(settings, _carriers(here), folder), encoding="utf-8")
    (folder / "dispatcher.list").write_text(exchanges(settings), encoding="utf-8")
    return folder


def command(settings: Settings) -> list[str]:
    """How it is started."""
    return ["kamailio", "-DD", "-E", "-m", "32", "-f", str(settings.folder.resolve() / "dispatcher/kamailio.cfg")]


def exchanges(settings: Settings) -> str:
    """All of them; the state of each is Kamailio's own affair."""
    return "".join(f"1 {one.sip}\n" for one in nodes(settings))


def local(settings: Settings, carriers: list[str], folder: Path) -> str:
    """The half of the configuration that differs between installations."""
    if strange := [one for one in (str(folder), settings.dispatcher, *carriers) if not HARMLESS.fullmatch(one)]:
        raise ExchangeError(f"The dispatcher can't be told {', '.join(strange)}: it holds a space or a strange sign")
    known = " || ".join(f"src_ip == {one}" for one in carriers)
    return f"""listen=udp:{settings.dispatcher}
modparam("dispatcher", "list_file", "{folder}/dispatcher.list")
modparam("ctl", "binrpc", "unix:{settings.run_folder}/dispatcher.sock")

route[FROM_CARRIER] {{
    if ({known}) return 1;
    return -1;
}}
"""


def _carriers(here: Installation) -> list[str]:
    """Where carriers call from; an address that is a name is none that Kamailio could compare."""
    trunks = here.plan().trunks
    if any(trunk.registers or trunk.encrypted for trunk in trunks):
        raise ExchangeError("A carrier that wants registration or TLS can't stand behind the dispatcher.")
    found = [address for trunk in trunks for address in trunk.addresses]
    try:
        return [str(ipaddress.ip_network(one)).removesuffix("/32") for one in found]
    except ValueError as error:
        raise ExchangeError(f"The dispatcher knows carriers by addresses, not by names: {error}") from None
