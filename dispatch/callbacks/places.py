"""Kept places in the queue (保留排位): who doesn't want to wait hangs up, and is rung when it is his turn."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Select, String, exists, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from dispatch.callbacks import callbacks, missed, trunk
from dispatch.callbacks.callbacks import Attempt, Callback, State
from dispatch.callbacks.trunk import Taken
from dispatch.calls import calls
from dispatch.calls.calls import Call, CallStep, Step
from hotline import phones
from hotline.database import Base
from hotline.settings import Settings


class Over(StrEnum):
    """What became of a kept place."""

    ANSWERED = "answered"  # he was rung, and an operator spoke with him
    REFUSED = "refused"  # he was rung, and needs it no more
    MESSAGE = "message"  # he left his question instead
    TAKEN_OVER = "taken_over"  # he rang again himself, and goes before others by it
    NOT_REACHED = "not_reached"  # now an operator rings him
    EXPIRED = "expired"  # his turn did not come in time: now an operator rings him


class Place(Base):
    """One place in the queue, kept for a telephone: with the rank, and of the moment, at which he began to wait."""

    __tablename__ = "queue_place"
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("call.id"), unique=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callback.id"), unique=True)
    number: Mapped[str] = mapped_column(String(24), index=True)
    rank: Mapped[int] = mapped_column(default=0)
    skill: Mapped[str] = mapped_column(String(12), default="")
    queued_at: Mapped[datetime] = mapped_column(index=True)
    kept_at: Mapped[datetime]
    over_at: Mapped[datetime | None]
    over: Mapped[str] = mapped_column(String(16), default="")
    callback: Mapped[Callback] = relationship()


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits on the line: since when, at which rank."""

    rank: int
    since: datetime


@dataclass(frozen=True)
class Line:
    """The queue as the exchange has it: who waits, and how many operators are free for who comes now. `skilled`: by
    skill, how many more are for who needs it: those in reserve, whom others don't reach now."""

    waiting: tuple[Waiting, ...] = ()
    free: int = 0
    skilled: Mapping[str, int] = field(default_factory=dict)


def keep(session: Session, call_id: str, *, rank: int = 0, skill: str = "", at: datetime) -> Place | None:
    """Keep his place for who waits in this call; None for who can't be rung. Told twice, it is one place."""
    call = session.get(Call, call_id, with_for_update=True)
    if call is None or not phones.is_reachable(call.caller) or call.direction != "in":
        return None
    if (known := session.scalar(select(Place).where(Place.call_id == call_id))) is not None:
        return known
    calls.queue(session, call, at=at)
    owed = Callback(number=call.caller, by_person=False, due_at=at)
    row = Place(call_id=call_id, callback=owed, number=call.caller, rank=rank, skill=skill, kept_at=at,
                queued_at=call.queued_at or at)  # fmt: skip
    session.add(row)
    calls.note(session, call_id, Step.PLACE_KEPT, at=at)
    session.flush()
    return row


def position(session: Session, call_id: str, *, kept: Place | None = None) -> int:
    """Where among those of his rank somebody enters the queue: behind whoever waits on the line since before."""
    since = kept.queued_at if kept else session.scalar(select(Call.queued_at).where(Call.id == call_id))
    if since is None:
        return 1
    before = func.coalesce(select(Place.queued_at).join(Attempt, Attempt.callback_id == Place.callback_id).where(
        Attempt.call_id == Call.id).scalar_subquery(), Call.queued_at)  # fmt: skip
    query = select(func.count()).select_from(Call).where(
        Call.id != call_id, Call.queued_at.is_not(None), Call.answered_at.is_(None), Call.ended_at.is_(None),
        before < since)  # fmt: skip
    return 1 + (session.scalar(query) or 0)


def is_turn(place: Waiting, line: Line) -> bool:
    """Whether who keeps this place is the next to meet an operator: nobody on the line goes before him, and one is
    free, or whoever is free next would be taken by somebody who came after him."""
    before = [one for one in line.waiting if (-one.rank, one.since) < (-place.rank, place.since)]
    return not before and (line.free > 0 or bool(line.waiting))


def claim(session: Session, line: Line, lines: Taken, *, settings: Settings, at: datetime) -> Place | None:
    """Claim the kept place whose turn it is, to ring its telephone; None while it is nobody's turn, or the trunk is
    needed for who calls us. It is rung at any hour: he has just asked for it."""
    callbacks.one_claimant(session)
    if trunk.room(session, lines, settings=settings, at=at) < 1 or (first := _next(session, line, at)) is None:
        return None
    claimed = session.execute(
        update(Callback).where(Callback.id == first.callback_id, Callback.state == State.DUE)
        .values(state=State.CLAIMED, lease_until=at + callbacks.LEASE, token=Callback.token + 1).returning(Callback.id)
    ).scalar()  # fmt: skip
    return first if claimed else None


def _next(session: Session, line: Line, at: datetime) -> Place | None:
    """Whose turn it is, besides those who are being rung: the first of all, or who needs what one in reserve can do."""
    skilled = Counter(line.skilled)
    rung = [skill for skill in _being_rung(session) if not _takes_one(skilled, skill)]
    room = len(rung) < max(1, line.free)
    due = session.scalars(_due(at).order_by(Place.rank.desc(), Place.queued_at, Place.id))
    return next((one for one in due if skilled[one.skill] > 0
                 or (room and is_turn(Waiting(one.rank, one.queued_at), line))), None)  # fmt: skip


def _takes_one(free: Counter[str], skill: str) -> bool:
    free[skill] -= 1
    return free[skill] >= 0


def _due(at: datetime) -> Select[Place]:
    """Places that may be rung now: never of who is being rung already, or on the line to us."""
    return select(Place).join(Callback, Callback.id == Place.callback_id).where(
        Place.over_at.is_(None), Callback.state == State.DUE, Callback.due_at <= at, ~callbacks.under_way(),
        ~callbacks.is_ringing_us(Place.number, at=at))  # fmt: skip


def _being_rung(session: Session) -> Sequence[str]:
    """What each needs who is rung at this moment and isn't back in the queue yet."""
    ringing = select(Place.skill).join(Callback, Callback.id == Place.callback_id).where(
        Callback.state.in_((State.CLAIMED, State.DIALLING)),
        ~exists().where(Attempt.callback_id == Callback.id, Attempt.outcome == "", Attempt.call_id == Call.id,
                        Call.queued_at.is_not(None)))  # fmt: skip
    return session.scalars(ringing).all()


def settled(session: Session, place: Place, *, settings: Settings, at: datetime) -> None:
    """An attempt to ring him is over: so may be the place. Whom we could not reach an operator rings."""
    if place.callback.state == State.DONE:
        _end(place, Over.ANSWERED if _answered(session, place) else Over.MESSAGE, at)
    elif place.callback.state == State.GIVEN_UP:
        refused = _last(session, place) == callbacks.REFUSED
        _end(place, Over.REFUSED if refused else Over.NOT_REACHED, at)
        if not refused:
            missed.owe(session, session.get_one(Call, place.call_id), settings=settings, at=at)


def tidy(session: Session, *, settings: Settings, at: datetime) -> int:
    """End the places of who has left his question, or has rung again and waits, or has waited, himself; and those whose
    turn did not come within the time. Not while he is rung. How many."""
    left = exists().where(Call.caller == Place.number, CallStep.call_id == Call.id, CallStep.kind == Step.MESSAGE,
                          CallStep.at > Place.queued_at)  # fmt: skip
    again = exists().where(Call.caller == Place.number, Call.direction == "in", Call.queued_at > Place.kept_at)
    late = Place.kept_at < at - timedelta(minutes=settings.queue_place_minutes)
    query = select(Place, left, again).join(Callback, Callback.id == Place.callback_id).where(
        Place.over_at.is_(None), Callback.state == State.DUE, left | again | late)  # fmt: skip
    rows = session.execute(query.order_by(Place.id).with_for_update(of=Place)).all()
    over = [(place, Over.MESSAGE if told else Over.TAKEN_OVER if rang else Over.EXPIRED) for place, told, rang in rows]
    for place, why in over:
        place.callback.state = State.VOID
        _end(place, why, at)
        if why is Over.EXPIRED:
            missed.owe(session, session.get_one(Call, place.call_id), settings=settings, at=at)
    return len(over)


def _end(place: Place, over: Over, at: datetime) -> None:
    place.over, place.over_at = over, at


def _answered(session: Session, place: Place) -> bool:
    """Whether an operator spoke with him when he was rung."""
    query = select(CallStep.id).join(Attempt, Attempt.call_id == CallStep.call_id).where(
        Attempt.callback_id == place.callback_id, CallStep.kind == Step.ANSWERED)  # fmt: skip
    return session.scalar(query.limit(1)) is not None


def _last(session: Session, place: Place) -> str | None:
    query = select(Attempt.outcome).where(Attempt.callback_id == place.callback_id).order_by(Attempt.dialled_at.desc())
    return session.scalar(query.limit(1))


def of(session: Session, callback_id: int) -> Place | None:
    """The place for which a call-back is owed."""
    return session.scalar(select(Place).where(Place.callback_id == callback_id))


def of_attempt(session: Session, attempt_id: str) -> Place | None:
    """The place for which a telephone is rung in this attempt, while that isn't over."""
    query = select(Place).join(Attempt, Attempt.callback_id == Place.callback_id)
    return session.scalar(query.where(Attempt.id == attempt_id, Attempt.outcome == ""))


def rung_in(session: Session, call_id: str) -> Place | None:
    """The place whose telephone was rung in this call of ours."""
    query = select(Place).join(Attempt, Attempt.callback_id == Place.callback_id)
    return session.scalar(query.where(Attempt.call_id == call_id))


def standing(session: Session) -> int:
    """How many places are kept at this moment."""
    return session.scalar(select(func.count()).select_from(Place).where(Place.over_at.is_(None))) or 0


def numbers(session: Session) -> frozenset[str]:
    """The telephones that have a place."""
    return frozenset(session.scalars(select(Place.number).where(Place.over_at.is_(None))))


def stamp() -> Select[int, int]:
    """What is another whenever these are others."""
    return select(func.count(), func.max(Place.id)).where(Place.over_at.is_(None))
