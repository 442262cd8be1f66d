"""Reminders of an update (基础信息定期更新): to whom one is owed, once each, and which stand; a row is evidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from hotline.calendar.days import working_days
from hotline.database import insert_into
from hotline.directory.departments import Department, in_service
from hotline.settings import Settings
from hotline.telling.notices import Topic, tell
from hotline.times import local_day
from knowledge_base.things import Thing, due_days, things
from knowledge_base.turns import plan, turn
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


@dataclass(frozen=True)
class Notice:
    """A reminder that stands: something that it told of is still due, first on `due_on`; `over`: that day is past."""

    reminder: Reminder
    due_on: date
    over: bool


def owed(session: Session, *, settings: Settings, at: datetime) -> list[Owed]:
    """Everybody who must be told today and hasn't been."""
    on, wanted = local_day(at), plan(settings)
    units = in_service(session, on=on)
    days, last = due_days(things(session, units, at=at)), latest(session)
    calendars = {code: working_days(session, county_code=code) for code in {u.county_code for u in units}}
    found = [(u, turn(days[u.id], on=on, plan=wanted, told_on=local_day(last[u.id].at) if u.id in last else None,
                      calendar=calendars[u.county_code])) for u in units]  # fmt: skip
    return [Owed(u.id, u.name, one.due_on, one.step) for u, one in found if one is not None]


def remind(session: Session, one: Owed, *, at: datetime) -> bool:
    """Note that the department is told; False when somebody else has done so meanwhile."""
    row = insert_into(session, Reminder).values(department_id=one.department_id, due_on=one.due_on, step=str(one.step),
                                                at=at)  # fmt: skip
    if session.execute(row.on_conflict_do_nothing().returning(Reminder.id)).scalar() is None:
        return False
    audit.note(session, "update.reminded", by=BY, at=at, about=("department", one.department_id),
               department=one.department, due_on=one.due_on.isoformat(), step=one.step)  # fmt: skip
    tell(session, _people(session, one.department_id), Topic.UPDATE, about=("department", one.department_id),
         key=f"update:{one.department_id}:{one.due_on}:{one.step}", named=one.department, at=at,
         department_id=one.department_id)  # fmt: skip
    return True


def _people(session: Session, department_id: int) -> list[Account]:
    """Who of a department keeps its things."""
    own = select(Account).where(Account.department_id == department_id, Account.active.is_(True))
    return [account for account in session.scalars(own.order_by(Account.id)) if account.may(Permission.UPDATE)]


def latest(session: Session) -> dict[int, Reminder]:
    """The last reminder of each department."""
    last = select(func.max(Reminder.id)).group_by(Reminder.department_id)
    return {r.department_id: r for r in session.scalars(select(Reminder).where(Reminder.id.in_(last)))}


def standing(session: Session, department: Department, *, settings: Settings, at: datetime) -> Notice | None:
    """The last reminder while anything of what it told of is still due; None when nothing is, or nothing was said."""
    found = things(session, [department], at=at)
    return notices(latest(session), found, settings=settings, on=local_day(at)).get(department.id)


def notices(last: Mapping[int, Reminder], found: Iterable[Thing], *, settings: Settings,
            on: date) -> dict[int, Notice]:
    """The reminders that stand on a day, by department, for the last ones and what is kept."""
    ahead = timedelta(days=plan(settings).lead)
    first = {department: days[0] for department, days in due_days(found).items() if department in last}
    told = {department: max(last[department].due_on, local_day(last[department].at) + ahead) for department in first}
    return {department: Notice(last[department], day, day < on) for department, day in first.items()
            if day <= told[department]}  # fmt: skip


def seen(reminder: Reminder, *, by: str, at: datetime) -> None:
    """Somebody of the department has it before him; the first who has is noted."""
    if reminder.seen_at is None:
        reminder.seen_at, reminder.seen_by = at, by
