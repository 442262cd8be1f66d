"""The exchange's events as values: headers in, a frozen dataclass out, None for what does not concern us."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.transfers.transfers import PREFIX
from hotline.exchange.names import extension_of

Headers = Mapping[str, str]
KINDS = frozenset({"UserEvent", "AgentCalled", "AgentConnect", "AgentRingNoAnswer", "Hangup", "DeviceStateChange",
                   "OriginateResponse"})  # fmt: skip
"""The events that may concern us, by name: of the others nothing need be read."""


@dataclass(frozen=True)
class Staged:
    """The dialplan brought a caller to a stage: ringing, menu, queue, message, …"""

    call_id: str
    stage: str
    uniqueid: str
    channel: str
    caller: str = field(repr=False)


@dataclass(frozen=True)
class Rings:
    """An operator's phone rings for a caller of the queue."""

    call_id: str
    extension: str


@dataclass(frozen=True)
class Taken:
    """An operator took a caller's call; `leg` is the operator's channel."""

    call_id: str
    extension: str
    leg: str
    channel: str


@dataclass(frozen=True)
class NotTaken:
    """An operator's phone rang out."""

    call_id: str
    extension: str


@dataclass(frozen=True)
class HungUp:
    """A channel is gone; `own` when it was the one that the call came in or went out on. `cause` is the exchange's word
    for why (Q.850)."""

    call_id: str
    uniqueid: str
    own: bool
    cause: int = 0


@dataclass(frozen=True)
class LiaisonGone:
    """The channel of a liaison is gone; `cause` is the exchange's word for why (Q.850)."""

    call_id: str
    attempt_id: str
    cause: int


@dataclass(frozen=True)
class Device:
    """The state of an operator's phone."""

    extension: str
    state: str

    @property
    def up(self) -> bool:
        return self.state not in {"UNAVAILABLE", "INVALID", "UNKNOWN"}


BUSY = "5"  # why an originated call failed: AST_CONTROL_BUSY
UNSAID = "0"  # it failed, and only the channel's end says why: so with each refusal of a carrier


@dataclass(frozen=True)
class Dialled:
    """How an originated call went, for the attempt that asked for it."""

    attempt_id: str
    success: bool
    reason: str


Message = Staged | Rings | Taken | NotTaken | HungUp | LiaisonGone | Device | Dialled


def read(headers: Headers) -> Message | None:
    """Read one event; our number of its call is the channel's account code."""
    call_id = headers.get("AccountCode", "")
    match headers.get("Event", ""):
        case "UserEvent" if headers.get("UserEvent") == "Stage":
            return Staged(headers.get("CallID", ""), headers.get("Stage", ""), headers.get("Uniqueid", ""),
                          headers.get("Channel", ""), headers.get("CallerIDNum", ""))  # fmt: skip
        case "AgentCalled":
            return Rings(call_id, extension_of(headers.get("Interface", "")))
        case "AgentConnect":
            return Taken(call_id, extension_of(headers.get("Interface", "")), headers.get("DestUniqueid", ""),
                         headers.get("DestChannel", ""))  # fmt: skip
        case "AgentRingNoAnswer":
            return NotTaken(call_id, extension_of(headers.get("Interface", "")))
        case "Hangup" if headers.get("Uniqueid", "").startswith(PREFIX):
            return LiaisonGone(call_id, headers["Uniqueid"], _cause(headers))
        case "Hangup" if call_id:
            return HungUp(call_id, headers.get("Uniqueid", ""), headers.get("Uniqueid") == headers.get("Linkedid"),
                          _cause(headers))  # fmt: skip
        case "DeviceStateChange" if headers.get("Device", "").startswith("PJSIP/8"):
            return Device(extension_of(headers.get("Device", "")), headers.get("State", ""))
        case "OriginateResponse":
            return Dialled(headers.get("Uniqueid", ""), headers.get("Response") == "Success", headers.get("Reason", ""))
    return None


def _cause(headers: Headers) -> int:
    cause = headers.get("Cause", "")
    return int(cause) if cause.isdecimal() else 0
