"""Callers whom nobody answered: for each telephone one open task, that a person rings back, until it is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Select, String, exists, func, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from dispatch.callbacks import callbacks
from dispatch.callbacks.callbacks import Callback, State
from dispatch.calls.calls import Call, Outcome
from hotline.calendar.hours import next_sensible, read_hours
from hotline.database import Base
from hotline.settings import Settings

SETTLED = timedelta(seconds=4)  # a message that he left is taken in within this
LATELY, LONG_AGO = timedelta(days=1), timedelta(days=30)  # how far back is looked: at each beat, and now and then
MOST = 100
REACHED = (Outcome.ANSWERED_BY_OPERATOR, Outcome.MESSAGE_LEFT)


class Over(StrEnum):
    """Why nobody has to ring him any more."""

    CALLED_BACK = "called_back"
    CAME_THROUGH = "came_through"  # he rang again and reached a person
    MESSAGE = "message"  # he left one
    REFUSED = "refused"
    NOT_REACHED = "not_reached"


class MissedCaller(Base):
    """One telephone from which somebody asked for a person in vain. Moments of its calls are those of their beginning;
    `owed_until`: within which he is to be rung."""

    __tablename__ = "missed_caller"
    __table_args__ = (Index("ix_missed_caller_open", "number", unique=True, sqlite_where=text("over_at IS NULL"),
                            postgresql_where=text("over_at IS NULL")),)  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    callback_id: Mapped[int] = mapped_column(ForeignKey("callback.id"), unique=True)
    number: Mapped[str] = mapped_column(String(24), index=True)
    calls: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime] = mapped_column(index=True)
    last_at: Mapped[datetime]
    owed_until: Mapped[datetime]
    rung_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None]
    over: Mapped[str] = mapped_column(String(16), default="")
    callback: Mapped[Callback] = relationship()


class MissedCall(Base):
    """A call that belongs to such a task; each counts once."""

    __tablename__ = "missed_call"
    call_id: Mapped[str] = mapped_column(ForeignKey("call.id"), primary_key=True)
    missed_id: Mapped[int] = mapped_column(ForeignKey("missed_caller.id"), index=True)


def unnoted(session: Session, *, at: datetime, back: timedelta = LATELY) -> Sequence[Call]:
    """Calls that asked for a person in vain, of which no task knows, so far back. Who withholds his number can't be
    rung, and who calls from abroad isn't."""
    return session.scalars(
        select(Call)
        .where(Call.outcome == Outcome.ABANDONED, Call.direction == "in", Call.caller != "",
               Call.caller.not_like("+%"), Call.ended_at > at - back, Call.ended_at <= at - SETTLED,
               ~exists().where(MissedCall.call_id == Call.id))
        .order_by(Call.began_at, Call.id).limit(MOST)
    ).all()  # fmt: skip


def gather(session: Session, *, settings: Settings, at: datetime, back: timedelta = LATELY) -> int:
    """Make a task of each caller whom nobody answered, or add the call to the one he has; how many calls."""
    callbacks.one_claimant(session)
    found = unnoted(session, at=at, back=back)
    for call in found:
        owe(session, call, settings=settings, at=at)
    return len(found)


def owe(session: Session, call: Call, *, settings: Settings, at: datetime) -> None:
    """Owe the caller of a call in vain that a person rings him, or add the call to what he is owed already."""
    hours = read_hours(settings.callback_hours)
    row = session.scalar(select(MissedCaller).where(MissedCaller.number == call.caller, MissedCaller.over_at.is_(None)))
    soonest = next_sensible(at, hours)
    if row is None:
        within = timedelta(minutes=settings.missed_within_minutes)
        owed = Callback(number=call.caller, by_person=True, due_at=soonest)
        row = MissedCaller(callback=owed, number=call.caller, first_at=call.began_at, last_at=call.began_at, calls=0,
                           owed_until=next_sensible(call.ended_at or at, hours) + within)  # fmt: skip
        session.add(row)
        session.flush()
    elif row.callback.state == State.DUE:  # he is at his telephone now
        row.callback.due_at = min(row.callback.due_at, soonest)
    session.add(MissedCall(call_id=call.id, missed_id=row.id))
    row.calls, row.last_at = row.calls + 1, max(row.last_at, call.began_at)
    session.flush()


def came_through(session: Session) -> list[tuple[int, Over]]:
    """Open tasks whose caller has reached a person since, or left a message; nobody rings him at this moment. A few at
    a time, so that who is owed a call waits for none of it."""
    rows = session.execute(
        select(MissedCaller.id, Call.outcome)
        .join(Callback, Callback.id == MissedCaller.callback_id).join(Call, Call.caller == MissedCaller.number)
        .where(MissedCaller.over_at.is_(None), Callback.state.in_((State.DUE, State.CLAIMED)),
               Call.began_at >= MissedCaller.first_at, or_(Call.outcome.in_(REACHED), Call.answered_at.is_not(None)))
        .order_by(MissedCaller.id, Call.began_at).limit(MOST)
    )  # fmt: skip
    return [(row, Over.MESSAGE if outcome == Outcome.MESSAGE_LEFT else Over.CAME_THROUGH) for row, outcome in rows]


def close(session: Session, missed_id: int, over: Over, *, at: datetime) -> None:
    """Nobody has to ring him, unless somebody is about to: whoever held the task has lost it."""
    row = session.get_one(MissedCaller, missed_id, with_for_update=True)
    freed = session.execute(
        update(Callback).where(Callback.id == row.callback_id, Callback.state.in_((State.DUE, State.CLAIMED)))
        .values(state=State.VOID, lease_until=None, holder_id=None).returning(Callback.id)
    ).scalar()  # fmt: skip
    if freed is not None and row.over_at is None:
        row.over, row.over_at = over, at


def settled(session: Session, callback: Callback, *, outcome: str, rung_at: datetime, at: datetime) -> None:
    """An attempt to ring him is over: so may be the task."""
    row = of(session, callback.id)
    if row is None:
        return
    if outcome != callbacks.NOT_RUNG:
        row.rung_at = row.rung_at or rung_at
    if callback.state == State.DONE:
        row.over, row.over_at = Over.CALLED_BACK, at
    elif callback.state == State.GIVEN_UP:
        row.over, row.over_at = Over.REFUSED if outcome == callbacks.REFUSED else Over.NOT_REACHED, at


def numbers(session: Session) -> frozenset[str]:
    """The telephones that are owed a call."""
    return frozenset(session.scalars(select(MissedCaller.number).where(MissedCaller.over_at.is_(None))))


def stamp() -> Select[int, int]:
    """What is another whenever these are others."""
    return select(func.count(), func.max(MissedCaller.id)).where(MissedCaller.over_at.is_(None))


def of(session: Session, callback_id: int) -> MissedCaller | None:
    """The missed caller whom a call-back is owed."""
    return session.scalar(select(MissedCaller).where(MissedCaller.callback_id == callback_id))


def calls_of(session: Session, row: MissedCaller) -> Sequence[Call]:
    """The calls that nobody answered, in their order."""
    query = select(Call).join(MissedCall, MissedCall.call_id == Call.id).where(MissedCall.missed_id == row.id)
    return session.scalars(query.order_by(Call.began_at, Call.id)).all()
