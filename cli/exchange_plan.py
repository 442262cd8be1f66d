"""What one exchange is told: its phones, its carriers, its ports and times."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from cli.connections import Connections, Trunk
from cli.engine import ExchangeError
from hotline.exchange.nodes import Node
from hotline.settings import Settings

FOLDERS = ("spool/calls", "spool/legs", "spool/messages", "spool/cel", "sounds", "exchange/log", "exchange/state")
"""What is mounted and written to; Asterisk loses CEL rows without a word where one is missing."""

SAID = ("generated/waiting", "generated/prompts")
"""What the house says otherwise than the image: further exchanges have it from the first one's folder."""


@dataclass(frozen=True)
class Phone:
    """An operator's phone (80NN): its password, and whether it lives in a browser (WebRTC); then it is given one anew
    each time."""

    number: str
    password: str = field(default="", repr=False)
    browser: bool = False


@dataclass(frozen=True)
class ExchangePlan:
    """All that one exchange needs to be told. Times are seconds; `agi` is host:port."""

    folder: Path
    ami_secret: str = field(repr=False)
    phones: tuple[Phone, ...] = ()
    sip_port: int = 5060
    ami_port: int = 5038
    http_port: int = 8088
    rtp_from: int = 10000
    rtp_to: int = 10999
    agi: str = "127.0.0.1:4573"
    ear: str = "ws://127.0.0.1:4574"
    bind: str = "127.0.0.1"
    node: str = "hotline"
    number: str = "96128"
    ami_user: str = "hotline"
    trunk: str = "trunk"
    trunk_addresses: tuple[str, ...] = ("127.0.0.1",)
    trunk_contact: str = "sip:127.0.0.1:5070"
    trunk_channels: int = 30
    trunk_shown: str = ""
    trunk_permits: tuple[str, ...] = ()
    trunk_silent_seconds: int = 300
    connections: Connections = field(default_factory=Connections)
    outside: tuple[str, ...] = tuple(Settings.model_fields["operators_may_dial"].default.split(","))
    answer_budget: int = 3
    step_budget: int = 5
    menu_seconds: int = 4
    queue_seconds: int = 120
    skill_seconds: int = 10
    strategy: str = "rrmemory"
    said_seconds: int = 45
    overflow_seconds: int = 30
    overflow_waiting: int = 5
    places: bool = False
    phone_silent_seconds: int = 30
    phone_networks: tuple[str, ...] = tuple(Settings.model_fields["phone_networks"].default.split(","))
    transfer_seconds: int = 120
    message_silence: int = 5
    message_seconds: int = 120
    home: str = "exchange"
    records: str = "cel"
    dispatcher: str = ""
    others: tuple[Node, ...] = ()
    others_secret: str = field(default="", repr=False)

    @property
    def root(self) -> Path:
        """Where this exchange keeps its own files."""
        return self.folder / self.home

    @property
    def folders(self) -> tuple[str, ...]:
        """What must be there before it starts."""
        if not self.further:
            return FOLDERS
        own = [f"{self.home}/{one}" for one in ("log", "state", *SAID)]
        return (*FOLDERS, f"spool/{self.records}", *own, *(f"exchange/{one}" for one in SAID))

    @property
    def further(self) -> bool:
        """Whether it is not the installation's first exchange."""
        return self.home != "exchange"

    @property
    def trunks(self) -> tuple[Trunk, ...]:
        """The carriers: those of the file, or the one of the simple settings."""
        if self.connections.trunk:
            return self.connections.trunk
        try:
            return (Trunk(name=self.trunk, contact=self.trunk_contact, addresses=self.trunk_addresses,
                          channels=self.trunk_channels, shown=self.trunk_shown,
                          permits=self.trunk_permits),)  # fmt: skip
        except ValidationError as error:
            wrong = "; ".join(f"{one['loc'][0]}: {one['msg']}" for one in error.errors() if one["loc"])
            raise ExchangeError(f"The trunk of HOTLINE_TRUNK, _CONTACT and _ADDRESSES: {wrong}") from None

    @property
    def container(self) -> str:
        """The container's name: one a folder of an exchange."""
        own = str(self.root if self.further else self.folder)
        return "hotline-exchange-" + re.sub(r"\W+", "-", own).strip("-")[-80:]
