"""Sweeping the free words of base data again (常态化保密审查), as entries and licence items are."""

from datetime import date, datetime

from sqlalchemy import Select, Text, cast, or_, select
from sqlalchemy.orm import Session

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base import base_words, hands
from knowledge_base.ledger import Deed
from knowledge_base.sweeping import days_ago
from knowledge_base.transitions import LifeError

NOTHING: dict[str, object] = {"duties": "", "sections": [], "way_there": ""}
NO_LIST = ("[]", "null")  # as the database writes them


def due(account: Account | None, *, on: date, days: int) -> Select[Department]:
    """The departments within this account's reach whose free words nobody has swept for so many days, longest first;
    what stood before there were reviews nobody ever has."""
    limit, _ = days_ago(on, days)
    some = or_(Department.duties != "", Department.way_there != "", cast(Department.sections, Text).not_in(NO_LIST))
    return (
        select(Department).where(some, hands.within(Department.id, account))
        .where(or_(Department.words_swept_on.is_(None), Department.words_swept_on <= limit))
        .order_by(Department.words_swept_on.is_not(None), Department.words_swept_on, Department.id)
    )  # fmt: skip


def may_sweep(account: Account, department: Department) -> bool:
    """A reviewer, of the department or the city's, while there are words."""
    there = hands.reaches_all(account) or account.department_id == department.id
    return there and account.may(Permission.REVIEW) and any(getattr(department, key) for key in NOTHING)


def find_fit(session: Session, department: Department, *, seen: str, by: Account, at: datetime) -> None:
    """The reviewer looked again, and they may stay."""
    _hold(session, department, seen, by)
    department.words_swept_on = local_day(at)
    base_words.write(session, department, Deed.SWEPT, by=by.login, at=at, of=seen)


def pull(session: Session, department: Department, *, seen: str, clause: str, by: Account, at: datetime,
         why: str = "") -> None:
    """The reviewer looked again, and they may not stay: nobody reads them from now on, by the clause that he names."""
    if not clause.strip():
        raise LifeError("撤下须写明依据的条款")
    _hold(session, department, seen, by)
    for key, value in NOTHING.items():
        setattr(department, key, type(value)())
    department.words_swept_on = None
    base_words.write(session, department, Deed.PULLED, by=by.login, at=at, of=seen, why=why, clause=clause)
    audit.note(session, "department.words_pulled", by=by.login, at=at, about=("department", department.id),
               department=department.name)  # fmt: skip


def _hold(session: Session, department: Department, seen: str, by: Account) -> None:
    session.flush()
    session.refresh(department, with_for_update=True)
    if not may_sweep(by, department):
        raise LifeError("您的角色不能执行该操作")
    if seen != base_words.digest(department):
        raise LifeError("内容已被他人更新，请核对后重新操作")
