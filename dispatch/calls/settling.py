"""How calls end, and with which outcome: the furthest that the caller came, by all that is known of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.calls.calls import Call, CallStep, Outcome, Step, note

_BY_STEP = (
    (Step.ANSWERED, Outcome.ANSWERED_BY_OPERATOR),
    (Step.MESSAGE, Outcome.MESSAGE_LEFT),
    (Step.TOLD, Outcome.ANSWERED_BY_MACHINE),
    (Step.PROGRESS, Outcome.PROGRESS_TOLD),
    (Step.PLACE_KEPT, Outcome.PLACE_KEPT),
    (Step.QUEUED, Outcome.ABANDONED),
    (Step.DIRECTED, Outcome.DIRECTED),
)
# Who was last where a message can be left and has left none is one who gave up.
_BY_PLACE = {
    "queue": Outcome.ABANDONED, "message": Outcome.ABANDONED, "operator": Outcome.ANSWERED_BY_OPERATOR,
    "survey": Outcome.ANSWERED_BY_OPERATOR, "transfer": Outcome.ANSWERED_BY_OPERATOR,
    "transfer_left": Outcome.ANSWERED_BY_OPERATOR, "three_way": Outcome.ANSWERED_BY_OPERATOR,
}  # fmt: skip


@dataclass(frozen=True)
class Ending:
    """A call that is over. `place` is where the exchange says the caller was, for calls that nobody of ours saw;
    `cause`: why, as the exchange has it (Q.850)."""

    call_id: str
    at: datetime
    place: str = ""
    cause: int = 0


def end(session: Session, call_id: str, *, at: datetime, place: str = "") -> bool:
    """Close the call and settle its outcome; False when it is not known or was closed before."""
    return bool(end_all(session, [Ending(call_id, at, place)]))


def end_all(session: Session, endings: Iterable[Ending]) -> set[str]:
    """Close the calls that are known and open, and settle their outcomes; the ids of these.

    A few statements for all of them together: fifty calls end in a second, and whoever rings waits meanwhile."""
    told = {ending.call_id: ending for ending in endings}
    rows = session.scalars(select(Call).where(Call.id.in_(told)).order_by(Call.id).with_for_update()).all()
    open_calls = [call for call in rows if call.ended_at is None]
    for call in rows:
        if call.ended_at is not None:
            _placed(session, call, told[call.id].place)
    for call in open_calls:
        ending = told[call.id]
        call.ended_at = ending.at
        note(session, call.id, Step.ENDED, at=ending.at, place=ending.place)
    settle_all(session, open_calls)
    return {call.id for call in open_calls}


def fits_place(outcome: Outcome | None, place: str) -> bool:
    """Whether the place where a caller was, as the exchange says, tells no other outcome."""
    return _BY_PLACE.get(place, outcome) == outcome


def _placed(session: Session, call: Call, place: str) -> None:
    """The exchange says where the caller was after somebody else has closed the call."""
    if fits_place(call.outcome, place):  # nearly always: nothing new
        return
    ended = session.scalar(select(CallStep).where(CallStep.call_id == call.id, CallStep.kind == Step.ENDED))
    if ended is not None and not ended.detail.get("place"):
        ended.detail = ended.detail | {"place": place}
        settle(session, call)


def settle(session: Session, call: Call) -> None:
    """Work out the outcome of a call that has ended anew from all that is known."""
    settle_all(session, [call])


def settle_all(session: Session, ended: Sequence[Call]) -> None:
    """Work out the outcomes of calls that have ended."""
    if not ended:
        return
    session.flush()
    lines = select(CallStep.call_id, CallStep.kind, CallStep.detail).where(CallStep.call_id.in_([c.id for c in ended]))
    kinds: dict[str, set[Step]] = {call.id: set() for call in ended}
    places: dict[str, str] = {}
    for call_id, kind, detail in session.execute(lines.order_by(CallStep.id)):
        kinds[call_id].add(Step(kind))
        if kind == Step.ENDED:
            places.setdefault(call_id, detail.get("place", ""))
    for call in ended:
        call.outcome = outcome_of(kinds[call.id], place=places.get(call.id, ""), direction=call.direction)


def outcome_of(kinds: set[Step], *, place: str = "", direction: str = "in") -> Outcome:
    """The outcome that a call's lines amount to: the furthest that the caller came."""
    if direction == "out":
        if kinds & {Step.TOLD, Step.TALKED, Step.ANSWERED, Step.RATED}:
            return Outcome.CALLED_BACK
        return Outcome.MESSAGE_LEFT if Step.MESSAGE in kinds else Outcome.HUNG_UP
    asked = Step.QUEUED in kinds or _BY_PLACE.get(place) is Outcome.ABANDONED  # whatever the machine told him before
    if asked and not kinds & {Step.ANSWERED, Step.MESSAGE, Step.PLACE_KEPT}:
        return _BY_PLACE.get(place, Outcome.ABANDONED)
    for step, outcome in _BY_STEP:
        if step in kinds:
            return outcome
    return _BY_PLACE.get(place, Outcome.HUNG_UP)
