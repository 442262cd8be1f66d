"""The supervisors' board: the figures of the calls of some days, each with what it is counted of, and what stands at
this moment."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.callbacks import places
from dispatch.callbacks.callbacks import Callback
from dispatch.callbacks.callbacks import State as CallbackState
from dispatch.callbacks.missed_list import figure as missed_figure
from dispatch.calls.handled import Of
from dispatch.calls.on_desk import waiting
from dispatch.figures import asked_hours
from dispatch.figures.asked_hours import Sums, Window
from dispatch.figures.calls_course import Column, Outcomes, by_outcome, course
from dispatch.figures.figures import Share, mean, transfers_of
from dispatch.figures.grades import grades
from dispatch.figures.rung import Rung, rung
from dispatch.figures.talks import Talks, talks
from dispatch.tickets.tickets import Ticket
from dispatch.tickets.worklist import overdue
from hotline.times import day_begins, day_ends


@dataclass(frozen=True)
class Now:
    """What stands at this moment, whatever days are looked at. `window`: 接通率 of the last 24 hours, to the minute;
    `places`: kept places."""

    waiting: int
    window: Window
    places: int
    tickets: dict[str, int]
    overdue: int
    callbacks: int


@dataclass(frozen=True)
class Board:
    """The calls of some days by when they began, from a first to a last one.

    `outcomes`: of all that came in. `line`: sums of those that asked for a person and no longer wait. `longest`: the
    call whose caller waited longest, and how many seconds. `windows`: 接通率 of each 24 hours that end in these days,
    on the hour. `talks`, `grades`: how those that a person answered were handled, and rated. `rung`: the rings of each
    operator that were over in these days.
    `missed`: of the telephones first missed in these days those that were rung back within the time; who counts is told
    by `missed_list.counted`. `missed_waiting`: those of them that still wait.
    `transfers`: of the hunts begun in office hours whose caller didn't hang up, those that reached a liaison."""

    day: date
    until: date
    now: Now
    outcomes: dict[str, int]
    columns: tuple[Column, ...]
    line: Sums
    longest: tuple[str, float] | None
    windows: list[Window]
    talks: Talks
    grades: dict[Of, Share]
    transfers: Share
    missed: Share
    missed_waiting: int
    rung: tuple[Rung, ...]

    @property
    def calls(self) -> int:
        return sum(column.calls for column in self.columns)

    @property
    def answered(self) -> Share:
        """接通率: of the calls that asked for a person and no longer wait, those that one answered."""
        return Share(self.line.answered, self.line.settled)

    @property
    def quick(self) -> Share:
        """15秒接通率: of the same calls, those answered within 15 s of asking; what went before them isn't in it."""
        return Share(self.line.quick, self.line.settled)

    @property
    def abandoned(self) -> Share:
        return Share(self.line.abandoned, self.line.settled)

    @property
    def before(self) -> float | None:
        """The mean seconds of greeting, menu and machine until a person was asked for."""
        return mean(self.line.whole - self.line.wait, self.line.settled)

    @property
    def wait(self) -> float | None:
        """The mean seconds from asking until a person answered or the caller was gone."""
        return mean(self.line.wait, self.line.settled)

    @property
    def talk(self) -> float | None:
        """The mean seconds from a person's answer until the call was over, whoever spoke."""
        return mean(self.line.talk, self.line.talks)

    @property
    def wrap_up(self) -> float | None:
        """The mean seconds that a call was written up, of those of which it was said when that was done."""
        return mean(self.talks.wrap_up, self.talks.wrapped_up)

    @property
    def lowest(self) -> Window | None:
        return asked_hours.lowest(self.windows)


def board(session: Session, *, day: date, until: date | None = None, at: datetime) -> Board:
    """The figures of one day in Yuxi, or of those until another; tickets, queue and call-backs as they stand now."""
    last = until or day
    begins, ends = day_begins(day), day_ends(last)
    hours = asked_hours.by_hours(session, begins - asked_hours.WINDOW, ends)
    first = asked_hours.number_of(begins)
    own = {number: sums for number, sums in hours.items() if number >= first}
    outcomes, line = by_outcome(session, day, last), asked_hours.total(own.values())
    rung_back, counted_missed, missed_waiting = missed_figure(session, begins=begins, ends=ends, at=at)
    return Board(
        day, last, now(session, at=at), _sums(outcomes), course(day, last, outcomes, own),
        line, asked_hours.longest_wait(session, own), asked_hours.windows(hours, begins, min(ends, at)),
        talks(session, begins, ends, over=line.talks), grades(session, begins, ends),
        transfers_of(session, begins, ends), Share(rung_back, counted_missed), missed_waiting,
        rung(session, begins, ends),
    )  # fmt: skip


def now(session: Session, *, at: datetime) -> Now:
    """What stands at this moment."""
    minute = at.replace(second=0, microsecond=0)
    since = minute - asked_hours.WINDOW
    due = Callback.state == CallbackState.DUE, Callback.ticket_id.is_not(None)
    return Now(
        waiting(session), Window(int(since.timestamp()), asked_hours.answered_of(session, since, minute)),
        places.standing(session), _tickets(session),
        session.scalar(select(func.count()).select_from(Ticket).where(overdue(at))) or 0,
        session.scalar(select(func.count()).select_from(Callback).where(*due)) or 0,
    )  # fmt: skip


def _sums(outcomes: Outcomes) -> dict[str, int]:
    found: dict[str, int] = {}
    for (_, outcome), count in outcomes.items():
        if outcome:
            found[str(outcome)] = found.get(str(outcome), 0) + count
    return found


def _tickets(session: Session) -> dict[str, int]:
    rows = session.execute(select(Ticket.state, func.count()).group_by(Ticket.state)).all()
    return {str(state): int(count) for state, count in rows}
