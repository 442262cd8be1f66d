"""The figures of a day as the wallboard shows them, each with what it is counted of."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import mean

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from dispatch.callbacks import places
from dispatch.callbacks.callbacks import Callback
from dispatch.callbacks.callbacks import State as CallbackState
from dispatch.callbacks.missed_list import figure as missed_figure
from dispatch.calls.call_list import QUICK
from dispatch.calls.calls import Call
from dispatch.calls.on_desk import waiting
from dispatch.figures.rung import Rung, rung
from dispatch.tickets.tickets import Ticket
from dispatch.tickets.worklist import overdue
from dispatch.transfers.transfer_list import counted
from dispatch.transfers.transfers import State as TransferState
from dispatch.transfers.transfers import Transfer
from hotline.times import day_begins, local


@dataclass(frozen=True)
class Share:
    """A part of a whole; no percentage where there is nothing to divide by."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        return round(100 * self.part / self.whole, 1) if self.whole else None


@dataclass(frozen=True)
class Board:
    """One day: calls in 24 hours (all, asked for a person), shares, outcomes, and the tickets as they stand now.

    `answered`: of the calls that entered the queue and no longer wait, those that a person answered.
    `quick`: of the same calls, those that a person answered within 15 s of asking for one; `before`: the mean seconds
    of greeting, menu and machine before that, which the 15 s don't hold; `wait` and `longest`: the seconds from asking
    until a person answered or the caller was gone, their mean and the longest. `places`: kept places that stand now.
    `rung`: the rings of each operator that were over on that day.
    `missed`: of the telephones first missed on that day those that were rung back within the time; who counts is told
    by `missed_list.counted`. `missed_waiting`: those of that day that still wait.
    `transfers`: of the hunts begun in office hours whose caller didn't hang up, those that reached a liaison."""

    day: date
    hours: tuple[tuple[int, int], ...]
    calls: int
    waiting: int
    answered: Share
    quick: Share
    outcomes: dict[str, int]
    tickets: dict[str, int]
    overdue: int
    callbacks: int
    transfers: Share
    missed: Share
    missed_waiting: int
    before: float | None
    wait: float | None
    longest: float | None
    places: int
    rung: tuple[Rung, ...]


def board(session: Session, *, day: date, at: datetime) -> Board:
    """The figures of one day in Yuxi; tickets, queue and call-backs as they stand at this moment."""
    begins = day_begins(day)
    rows = session.execute(
        select(Call.began_at, Call.queued_at, Call.answered_at, Call.ended_at, Call.outcome)
        .where(Call.began_at >= begins, Call.began_at < begins + timedelta(days=1), Call.direction == "in")
    ).all()  # fmt: skip
    queued = [r for r in rows if r.queued_at and (r.answered_at or r.ended_at)]
    answered = [r for r in queued if r.answered_at]
    rung_back, counted_missed, missed_waiting = missed_figure(
        session, begins=begins, ends=begins + timedelta(days=1), at=at)  # fmt: skip
    quick = [r for r in answered if r.answered_at - r.queued_at <= QUICK]
    waits = [((r.answered_at or r.ended_at) - r.queued_at).total_seconds() for r in queued]
    all_hours = Counter(local(r.began_at).hour for r in rows)
    person = Counter(local(r.began_at).hour for r in rows if r.queued_at)
    return Board(
        day, tuple((all_hours[h], person[h]) for h in range(24)), len(rows), waiting(session),
        Share(len(answered), len(queued)), Share(len(quick), len(queued)),
        dict(Counter(str(r.outcome) for r in rows if r.outcome)), _tickets(session),
        session.scalar(select(func.count()).select_from(Ticket).where(overdue(at))) or 0,
        session.scalar(select(func.count()).select_from(Callback).where(
            Callback.state == CallbackState.DUE, Callback.ticket_id.is_not(None))) or 0,
        transfers_of(session, begins), Share(rung_back, counted_missed), missed_waiting,
        round(mean((r.queued_at - r.began_at).total_seconds() for r in queued), 1) if queued else None,
        round(mean(waits), 1) if waits else None, max(waits, default=None),
        places.standing(session), rung(session, begins),
    )  # fmt: skip


def transfers_of(session: Session, begins: datetime, *narrowed: ColumnElement[bool]) -> Share:
    """Of the hunts of a day that count, those that reached a liaison."""
    day = Transfer.began_at >= begins, Transfer.began_at < begins + timedelta(days=1)
    states = session.scalars(select(Transfer.state).where(*day, *narrowed, counted())).all()
    return Share(sum(state == TransferState.CONNECTED for state in states), len(states))


def _tickets(session: Session) -> dict[str, int]:
    rows = session.execute(select(Ticket.state, func.count()).group_by(Ticket.state)).all()
    return {str(state): int(count) for state, count in rows}
