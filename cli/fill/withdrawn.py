"""Answers that were told, and are withdrawn at the end: whoever heard one may be owed a correction (更正告知)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from knowledge_base import life
from knowledge_base.entries import EntryVersion
from knowledge_base.stages import Stage

ONE_IN = 100
WHY = "演示数据"


def withdraw(session: Session, *, at: datetime) -> None:
    """One in a hundred of those that stand; none where there is no office that could."""
    office = session.scalar(select(Account).where(Account.role == Role.CITY_OFFICE).order_by(Account.id).limit(1))
    stand = select(EntryVersion).where(EntryVersion.stage == Stage.PUBLISHED).order_by(EntryVersion.id)
    if office is None:
        return
    for version in session.scalars(stand).all()[::ONE_IN]:
        life.withdraw(session, version, why=WHY, by=office, at=at)
