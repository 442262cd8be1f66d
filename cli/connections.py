"""What an exchange is connected to, as typed values: carriers, the network between, certificates, browsers' phones."""

import ipaddress
import re
import ssl
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FilePath,
    StringConstraints,
    model_validator,
)

# Asterisk's files have no quoting: ';' begins a comment, a line end the next setting, '${' an expression.
HARMLESS = re.compile(r"[\w.:@+&/=~!-]+")
SIP = re.compile(r"sips?:(?:[\w.+~-]+@)?([\w.-]+)(?::\d{1,5})?")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


def _harmless(given: str) -> str:
    if not HARMLESS.fullmatch(given):
        raise ValueError("it is empty or holds a space or a sign such as ; $ {")
    return given


def _sip(given: str) -> str:
    if not SIP.fullmatch(given):
        raise ValueError("an address as sip:203.0.113.7:5060")
    return given


def _origin(given: str) -> str:
    """A host, an address or a network that calls come from."""
    if _HOST.fullmatch(given) and not given.replace(".", "").isdigit():
        return given
    return str(ipaddress.ip_network(given)).removesuffix("/32")


def _several(given: object) -> object:
    """One alone, or a list."""
    return (given,) if isinstance(given, str) else given


Word = Annotated[str, AfterValidator(_harmless)]
SipAddress = Annotated[str, AfterValidator(_sip)]
Origin = Annotated[str, AfterValidator(_origin)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]
Port = Annotated[int, Field(ge=1, le=65535)]
WebSocket = Annotated[str, StringConstraints(pattern=r"^wss?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[\w./-]*)?$")]
# Names of the transports: a trunk of the same name would be taken for one.
TAKEN = {"udp", "tls", "websocket", "global", "phone", "browser", "password", "place", "line", "heard"}


class Typed(BaseModel):
    """Frozen, and strange to nothing that isn't written here; what was given wrong is never shown, it may be secret."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Trunk(Typed):
    """One carrier. It is known by the addresses that it calls from; where it wants that, we register with it."""

    name: Name
    kind: Literal["address", "registration"] = "address"
    contact: SipAddress
    addresses: tuple[Origin, ...] = Field(min_length=1)
    encrypted: bool = False
    shown: str = Field(default="", pattern=r"^\+?[0-9]{0,20}$")
    permits: tuple[Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{1,20}$")], ...] = ()
    domain: Word | None = None
    codecs: tuple[Literal["alaw", "ulaw"], ...] = Field(default=("alaw", "ulaw"), min_length=1)
    keys: Literal["events", "inband", "info", "auto"] = "auto"
    channels: int = Field(default=30, ge=1)
    user: Word | None = None
    password: Word | None = Field(default=None, repr=False)
    registrar: SipAddress | None = None
    expires: int = Field(default=300, ge=60)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.name in TAKEN or re.fullmatch(r"80\d\d", self.name):
            raise ValueError(f"name: {self.name} is the exchange's own word")
        if self.registers and not (self.user and self.password):
            raise ValueError("user, and password_file or password_env: a registration needs both")
        if not self.registers and (self.user or self.password or self.registrar):
            raise ValueError('kind: user, password and registrar belong to kind = "registration"')
        return self

    @property
    def registers(self) -> bool:
        """Whether we sign in at the carrier's."""
        return self.kind == "registration"

    @property
    def transport(self) -> str:
        """The exchange's own end of the line."""
        return "tls" if self.encrypted else "udp"

    @property
    def home(self) -> str:
        """The domain that our number belongs to at the carrier's; empty where nobody asks."""
        found = SIP.fullmatch(self.registrar or self.contact) if self.registers else None
        return self.domain or (found[1] if found else "")


class Network(Typed):
    """What lies between: the address by which the world sees an exchange behind NAT, and the networks that don't."""

    external_address: ipaddress.IPv4Address | None = None
    local_networks: tuple[ipaddress.IPv4Network, ...] = ()


class Tls(Typed):
    """Certificate and key of the exchange, and the authorities whose carriers are believed."""

    certificate: FilePath
    key: FilePath
    carriers: FilePath | None = None
    port: Port = 5061
    browser_port: Port = 8089

    @model_validator(mode="after")
    def _pair(self) -> Self:
        try:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate, self.key)
            if self.carriers:
                context.load_verify_locations(self.carriers)
        except (ssl.SSLError, OSError) as error:
            raise ValueError(f"certificate, key or carriers can't be used: {error}") from None
        return self

    def files(self) -> dict[str, Path]:
        """What the exchange must be given, by the names that it has there."""
        given = {"exchange.crt": self.certificate, "exchange.key": self.key, "carriers.crt": self.carriers}
        return {name: path for name, path in given.items() if path}


class Phones(Typed):
    """Which of the operators' phones live in a browser; all others are telephones on a desk. `address`: where browsers
    reach the exchange, if a proxy stands before it; of several exchanges a list of them."""

    browser: tuple[Annotated[str, StringConstraints(pattern=r"^80\d\d$")], ...] = ()
    address: Annotated[tuple[WebSocket, ...], BeforeValidator(_several)] = ()


class Connections(Typed):
    """All of it; nothing at all is one machine for itself, with the carrier of the simple settings."""

    trunk: tuple[Trunk, ...] = ()
    network: Network = Network()
    tls: Tls | None = None
    phones: Phones = Phones()

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        names = [trunk.name for trunk in self.trunk]
        if len(set(names)) < len(names):
            raise ValueError("two trunks have the same name")
        for trunk in self.trunk:
            if trunk.encrypted and self.tls is None:
                raise ValueError(f'trunk "{trunk.name}": encrypted: [tls] with certificate and key is missing')
        return self

    def at(self, place: int) -> "Connections":
        """As the exchange at this place of several has them: its port for browsers is its own, for they may share a
        machine."""
        if self.tls is None:
            return self
        own = self.tls.model_copy(update={"browser_port": self.tls.browser_port + place})
        return self.model_copy(update={"tls": own})
