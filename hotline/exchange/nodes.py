"""The exchanges of an installation: one, or several behind a dispatcher, in the order in which they hold the queues."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from hotline.exchange.link import Address
from hotline.setting_shapes import EXCHANGE
from hotline.settings import Settings

CEL: Final = "cel"


@dataclass(frozen=True)
class Node:
    """One exchange: its systemname, its manager interface as ours reach it, and where SIP reaches it."""

    name: str
    ami_host: str
    ami_port: int
    sip_host: str
    sip_port: int

    @property
    def sip(self) -> str:
        return f"sip:{self.sip_host}:{self.sip_port}"


def nodes(settings: Settings) -> tuple[Node, ...]:
    """All of them; the installation's own is the first."""
    s = settings
    first = Node(s.exchange_node, s.ami_host, s.ami_port, s.sip_bind, s.sip_port)
    more = EXCHANGE.findall(s.more_exchanges)
    return (first, *(Node(name, host, int(port), sip, int(sip_port)) for name, host, port, sip, sip_port in more))


def each(settings: Settings) -> tuple[Settings, ...]:
    """The settings as each of them has them. Of the ports every further one has its own, so that they may share a
    machine."""
    more = enumerate(nodes(settings)[1:], 1)
    return (settings, *(_of(settings, node, place) for place, node in more))


def address(settings: Settings) -> Address:
    """Where the exchange's manager interface is, and who we are there."""
    return Address(settings.ami_host, settings.ami_port, settings.ami_user, settings.ami_secret.get_secret_value())


def node_of(uniqueid: str, names: Collection[str], *, otherwise: str) -> str:
    """The exchange that a channel lives on: its systemname stands before the number of the channel."""
    name = uniqueid.rpartition("-")[0]
    return name if name in names else otherwise


def records_folder(settings: Settings, node: str) -> str:
    """Where in the spool an exchange writes its own records: no two write one file."""
    return CEL if node == settings.exchange_node else f"{CEL}/{node}"


def _of(settings: Settings, node: Node, place: int) -> Settings:
    width = settings.rtp_to - settings.rtp_from + 1
    return settings.model_copy(update={
        "exchange_node": node.name, "ami_host": node.ami_host, "ami_port": node.ami_port, "sip_bind": node.sip_host,
        "sip_port": node.sip_port, "rtp_from": settings.rtp_from + place * width,
        "rtp_to": settings.rtp_to + place * width, "exchange_http_port": settings.exchange_http_port + place,
    })  # fmt: skip
