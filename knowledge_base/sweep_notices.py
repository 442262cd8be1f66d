"""Who is told that what is published is due for another look (常态化保密审查): once, and the ledger says of what."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.calendar.days import working_days
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.telling.notices import Topic, tell
from hotline.times import local_day
from knowledge_base import ledger, queues
from knowledge_base.ledger import Deed, Kind, LedgerRow
from knowledge_base.sweeping import days_ago

BY = "hotline"
"""Who tells: nobody in person."""
SWEEP = "sweep"
"""The kind of thing that such a notice is about; its id is the department's."""
AT_ONCE = 50
"""Most things of one transaction: others write too."""


def owed(session: Session, *, settings: Settings, at: datetime) -> list[int]:
    """The departments of which something is due that nobody was told of; each on its own working days."""
    found = _untold(settings, at).subquery("untold")
    units = session.scalars(select(Department).where(Department.id.in_(select(found.c.department_id)))
                            .order_by(Department.id)).all()  # fmt: skip
    calendars = {code: working_days(session, county_code=code) for code in {u.county_code for u in units}}
    return [unit.id for unit in units if calendars[unit.county_code].works(local_day(at))]


def tell_due(session: Session, department_id: int, *, settings: Settings, at: datetime) -> bool:
    """Tell who reviews for a department that more came due, one notice for all of it, and note each thing in the
    ledger; True while more of it waits to be noted: to be called again with the same `at`.

    Where nobody can review, the city's office is told so, once a month, and the rest stays owed."""
    unit = session.get_one(Department, department_id, with_for_update={"key_share": True})
    due = _untold(settings, at)
    rows = session.execute(due.where(due.selected_columns.department_id == department_id).limit(AT_ONCE)).all()
    told = reviewers(session, department_id)
    if rows and not told:
        _tell(session, of_role(session, Role.CITY_OFFICE), Topic.UNMANNED, unit, f"unmanned:{local_day(at):%Y-%m}", at)
    if not rows or not told:
        return False
    why = f"满{settings.sweep_again_days}天，已提醒{len(told)}人"
    for row in rows:
        ledger.write(session, Deed.SWEEP_DUE, of=(Kind(row.kind), row.thing_id), version=row.number, by=BY, at=at,
                     department_id=department_id, why=why)  # fmt: skip
    _tell(session, told, Topic.SWEEP_DUE, unit, f"{at:%Y-%m-%dT%H:%M:%S}", at)
    return len(rows) == AT_ONCE


def reviewers(session: Session, department_id: int) -> Sequence[Account]:
    """Who looks again at a department's things: its own reviewers, else the city's."""
    own = of_role(session, Role.SECRECY_REVIEWER, department_id)
    return own or of_role(session, Role.SECRECY_REVIEWER)


def _untold(settings: Settings, at: datetime) -> queues.Row:
    """What is due, except what was told within this interval: what is swept comes due no sooner than that again."""
    due = queues.to_sweep(None, on=local_day(at), days=settings.sweep_again_days)
    _, since = days_ago(local_day(at), settings.sweep_again_days)
    thing = due.selected_columns
    told = select(LedgerRow.id).where(LedgerRow.kind == thing.kind, LedgerRow.thing_id == thing.thing_id,
                                      LedgerRow.deed == Deed.SWEEP_DUE, LedgerRow.at >= since)  # fmt: skip
    return due.where(~told.exists())


def of_role(session: Session, role: Role, department_id: int | None = None) -> Sequence[Account]:
    """Whose role it is in a department; None: those who are of no department."""
    found = select(Account).where(Account.role == role, Account.active.is_(True))
    return session.scalars(found.where(Account.department_id == department_id).order_by(Account.id)).all()


def _tell(session: Session, people: Sequence[Account], topic: Topic, unit: Department, when: str, at: datetime) -> None:
    tell(session, people, topic, key=f"{SWEEP}:{unit.id}:{when}", about=(SWEEP, unit.id), named=unit.name, at=at,
         department_id=unit.id)  # fmt: skip
