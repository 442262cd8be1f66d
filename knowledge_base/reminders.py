"""Reminders of an update (基础信息定期更新): on which days, to whom one is owed, once each; the row is the evidence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import audit
from hotline.calendar.days import WorkingDays, working_days
from hotline.database import insert_into
from hotline.directory.departments import Department, in_service
from hotline.settings import Settings
from hotline.times import local_day
from knowledge_base.things import first_due, things
from knowledge_base.updates import Reminder

BY = "hotline"
"""Who reminds: nobody in person."""


@dataclass(frozen=True)
class Owed:
    """A department that must be told today; `step`: days before (-) or after its due day."""

    department_id: int
    department: str
    due_on: date
    step: int


def steps(settings: Settings) -> tuple[int, ...]:
    """The days around a due day on which a department is reminded, in their order."""
    return tuple(sorted({int(step) for step in settings.update_reminders.split(",") if step.strip()}))


def lead(settings: Settings) -> int:
    """How many days ahead the first reminder comes: from there on a thing counts as due soon."""
    return max(0, -min(steps(settings), default=0))


def day_of(due_on: date, step: int, calendar: WorkingDays) -> date:
    """The day of one reminder: on a rest day it comes on the last working day before.

    But nobody is told that a day has passed before it has: what would come too early so, in a long holiday, waits
    for the first working day."""
    day = due_on + timedelta(days=step)
    while not calendar.works(day):
        day -= timedelta(days=1)
    while step > 0 and (day <= due_on or not calendar.works(day)):
        day += timedelta(days=1)
    return day


def step_of(due_on: date, *, on: date, steps: Iterable[int], calendar: WorkingDays) -> int | None:
    """The reminder whose turn it is: the last one whose day has come; None on a rest day, and before the first.

    One a day: what was missed, because nothing ran or because days fall together in a holiday, is not made up for."""
    if not calendar.works(on):
        return None
    return max((step for step in steps if day_of(due_on, step, calendar) <= on), default=None)


def owed(session: Session, *, settings: Settings, at: datetime) -> list[Owed]:
    """Everybody who must be told today and hasn't been."""
    on, wanted = local_day(at), steps(settings)
    units = in_service(session, on=on)
    days = first_due(things(session, units, at=at))
    calendars = {code: working_days(session, county_code=code) for code in {u.county_code for u in units}}
    rows = session.execute(select(Reminder.department_id, Reminder.due_on, Reminder.step))
    told = {(department, due_on, step) for department, due_on, step in rows}
    found = [(u, days[u.id], step_of(days[u.id], on=on, steps=wanted, calendar=calendars[u.county_code]))
             for u in units]  # fmt: skip
    return [Owed(u.id, u.name, day, step) for u, day, step in found
            if step is not None and (u.id, day, str(step)) not in told]  # fmt: skip


def remind(session: Session, one: Owed, *, at: datetime) -> bool:
    """Note that the department is told; False when somebody else has done so meanwhile."""
    row = insert_into(session, Reminder).values(department_id=one.department_id, due_on=one.due_on, step=str(one.step),
                                                at=at)  # fmt: skip
    if session.execute(row.on_conflict_do_nothing().returning(Reminder.id)).scalar() is None:
        return False
    audit.note(session, "update.reminded", by=BY, at=at, about=("department", one.department_id),
               department=one.department, due_on=one.due_on.isoformat(), step=one.step)  # fmt: skip
    return True


def standing(session: Session, department: Department, *, at: datetime) -> Reminder | None:
    """The last reminder of what is still due; None when nothing is, or nothing was said of it yet."""
    last = session.scalar(
        select(Reminder).where(Reminder.department_id == department.id).order_by(Reminder.id.desc()).limit(1)
    )
    if last is None or last.due_on not in first_due(things(session, [department], at=at)).values():
        return None
    return last


def latest(session: Session) -> dict[int, Reminder]:
    """The last reminder of each department."""
    return {r.department_id: r for r in session.scalars(select(Reminder).order_by(Reminder.id))}


def seen(reminder: Reminder, *, at: datetime) -> None:
    """Somebody of the department has it before him."""
    reminder.seen_at = reminder.seen_at or at
