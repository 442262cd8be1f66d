"""What a transfer asks of the exchange: to move caller and operator, to ring a liaison, to bring the caller back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from dispatch.transfers.transfer_rules import TransferError
from dispatch.transfers.transfers import PREFIX
from hotline.exchange import actions
from hotline.exchange.errors import ActionRefused, LinkError
from hotline.exchange.link import Link
from hotline.exchange.names import extension_of
from hotline.settings import Settings

WAITING, ROOM, OVER = "transfer", "three_way", "transfer_over"
"""The dialplan's contexts in which a caller waits, in which all meet, and in which his question is recorded."""
log = structlog.get_logger()


@dataclass(frozen=True)
class Ends:
    """The channels of a call: the caller's, and its operator's (empty: he isn't there)."""

    caller: str
    operator: str


@dataclass(frozen=True)
class Seen:
    """The channels that live, each id with its place in the dialplan; the calls whose caller waits for a liaison; by
    call, the channels of who is in its room while the caller is neither there nor on his way."""

    places: Mapping[str, str]
    waiting: frozenset[str]
    alone: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class TransferLine:
    """Over whichever link there is at the moment; every department sees the hotline's number, never the caller's."""

    link: Callable[[], Link]
    settings: Settings

    def ends(self, call_id: str, *, extension: str) -> Ends | None:
        """The channels that live of a call; None when the caller's is gone. LinkError when nobody can say;
        TransferError where the operator rang himself: all hangs on his own channel, and to move it parts them."""
        rows = [row for row in actions.core_show_channels(self.link()) if row.get("AccountCode") == call_id]
        caller = next((r["Channel"] for r in rows if r.get("Uniqueid") == r.get("Linkedid")), "")
        operator = next((r["Channel"] for r in rows if extension and extension_of(r["Channel"]) == extension), "")
        if caller and caller == operator:
            raise TransferError("您拨出的通话不能转接承办单位")
        return Ends(caller, operator) if caller else None

    def part(self, ends: Ends) -> None:
        """Lead the caller to where he waits, and the operator to the room; LinkError when it was not done."""
        actions.redirect(self.link(), ends.caller, context=WAITING, extension="s", extra_channel=ends.operator,
                         extra_context=ROOM, extra_extension="officer")  # fmt: skip

    def ring(self, attempt_id: str, number: str, *, call_id: str, waiting: str, seconds: int) -> None:
        """Ring a liaison. Whether it rang is told by the exchange; what can't be asked at all stays in doubt."""
        settings = self.settings
        self._asked("transfer.not_rung", call_id, lambda link: actions.originate(
            link, f"PJSIP/{number}@{settings.trunk}", channel_id=attempt_id, context="liaison", extension="s",
            caller_id=settings.number, account=call_id, timeout=seconds,
            variables={"__CALLID": call_id, "ATTEMPT": attempt_id, "WAITING": waiting},
        ))  # fmt: skip

    def bring_back(self, channel: str, *, call_id: str) -> None:
        """Lead the caller from where he waits to his operator; to another person, should nobody be there."""
        self._asked("transfer.not_brought_back", call_id,
                    lambda link: _from_waiting(link, channel, context=ROOM, extension="caller"))  # fmt: skip

    def give_up(self, channel: str, *, call_id: str) -> None:
        """Lead the caller from where he waits to where his question is recorded."""
        self._asked("transfer.not_recorded", call_id,
                    lambda link: _from_waiting(link, channel, context=OVER, extension="s"))  # fmt: skip

    def record(self, channel: str) -> None:
        """Lead the caller, wherever he is, to where his question is recorded; LinkError when it was not done."""
        actions.redirect(self.link(), channel, context=OVER, extension="s")

    def hang_up(self, channels: Iterable[str], *, call_id: str) -> None:
        """End these channels; one that is gone already is no fault."""
        for channel in channels:
            self._asked("transfer.not_hung_up", call_id, lambda link, one=channel: actions.hangup(link, one))  # type: ignore[misc]

    def seen(self) -> Seen | None:
        """What lives; None when nobody can say."""
        try:
            rows = actions.core_show_channels(self.link())
        except LinkError as error:
            log.warning("exchange.not_asked", reason=str(error))
            return None
        waiting = frozenset(row.get("AccountCode", "") for row in rows if row.get("Context") == WAITING)
        return Seen({row.get("Uniqueid", ""): row.get("Context", "") for row in rows}, waiting, _alone(rows))

    def _asked(self, what: str, call_id: str, ask: Callable[[Link], object]) -> None:
        try:
            ask(self.link())
        except ActionRefused as refusal:
            log.info(what, call_id=call_id, reason=str(refusal))
        except LinkError as error:
            log.warning(what, call_id=call_id, reason=str(error))


def _alone(rows: Iterable[Mapping[str, str]]) -> dict[str, list[str]]:
    """By call, who is in its room while no caller is there or waits."""
    rooms: dict[str, list[str]] = {}
    met = set()
    for row in rows:
        call_id, here = row.get("AccountCode", ""), row.get("Context", "")
        is_caller = row.get("Uniqueid") == row.get("Linkedid") and not row["Uniqueid"].startswith(PREFIX)
        if is_caller and here in (WAITING, ROOM):
            met.add(call_id)
        elif here == ROOM:
            rooms.setdefault(call_id, []).append(row["Uniqueid"])
    return {call_id: channels for call_id, channels in rooms.items() if call_id not in met}


def _from_waiting(link: Link, channel: str, *, context: str, extension: str) -> None:
    """A caller who waits no longer has met somebody: he isn't torn away from him."""
    if actions.getvar(link, "CONTEXT", channel=channel) == WAITING:
        actions.redirect(link, channel, context=context, extension=extension)
