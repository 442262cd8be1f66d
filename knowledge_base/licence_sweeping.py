"""Sweeping licence items again (常态化保密审查), as entries are: what citizens see is looked at at intervals."""

from datetime import date, datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from hotline.times import local_day
from knowledge_base import hands, ledger
from knowledge_base.ledger import Deed, Kind
from knowledge_base.licence_life import reach_shown, take_out
from knowledge_base.licence_text import digest
from knowledge_base.licences import Licence, LicenceVersion
from knowledge_base.sweeping import days_ago
from knowledge_base.transitions import LifeError


def due(account: Account | None, *, on: date, days: int) -> Select[Licence]:
    """The items that citizens see, within this account's reach, that nobody has swept for so many days, longest
    first."""
    limit, midnight = days_ago(on, days)
    stands = (LicenceVersion.licence_id == Licence.id) & LicenceVersion.ended_at.is_(None)
    never = Licence.swept_on.is_(None) & or_(LicenceVersion.shown_at.is_(None), LicenceVersion.shown_at < midnight)
    return (
        select(Licence).outerjoin(LicenceVersion, stands)
        .where(Licence.shown.is_not(None), hands.within(Licence.department_id, account))
        .where(or_(Licence.swept_on <= limit, never))
        .order_by(func.coalesce(Licence.swept_on, func.date(LicenceVersion.shown_at)), Licence.id)
    )  # fmt: skip


def find_fit(session: Session, licence: Licence, *, by: Account, at: datetime, why: str = "") -> None:
    """The reviewer looked again, and it may stay."""
    number, text = reach_shown(session, licence, Permission.REVIEW, by=by)
    ledger.write(session, Deed.SWEPT, of=(Kind.LICENCE, licence.id), version=number, by=by.login, at=at,
                 department_id=licence.department_id, digest=digest(text), why=why.strip()[:500])  # fmt: skip
    licence.swept_on = local_day(at)


def pull(session: Session, licence: Licence, *, clause: str, by: Account, at: datetime, why: str = "") -> None:
    """The reviewer looked again, and it may not stay: nobody sees it from now on, by the clause that he names."""
    if not clause.strip():
        raise LifeError("撤下须写明依据的条款")
    take_out(session, licence, Deed.PULLED, Permission.REVIEW, by=by, at=at, why=why, clause=clause)
