"""Callers for whom the machine is no help: 老年人, 方言. They get a person who can."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.line.errors import LineRuleError
from hotline import audit, phones
from hotline.database import Base


class Skill(StrEnum):
    """What an operator must be able to do for a caller."""

    ELDERLY = "elderly"  # patience, and speaking slowly
    DIALECT = "dialect"


class CallerFlag(Base):
    """What is known of who rings from a number. A row without a flag tells that it once had one."""

    __tablename__ = "caller_flag"
    number: Mapped[str] = mapped_column(String(24), primary_key=True)
    skill: Mapped[str] = mapped_column(String(12), default="")
    reason: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(index=True)


def flag(session: Session, given: str, skill: Skill | None, *, reason: str, by: str, at: datetime) -> CallerFlag:
    """Have callers from a number skip the machine for a person with that skill; None: like everybody else."""
    number = phones.normalise(given)
    if not number:
        raise LineRuleError("请填写来电号码")
    if len(reason.strip()) < 2:
        raise LineRuleError("请填写原因")
    row = session.get(CallerFlag, number) or CallerFlag(number=number)
    row.skill, row.reason, row.by, row.at = skill or "", reason.strip()[:200], by, at
    session.add(row)
    audit.note(session, "caller.flagged", by=by, at=at, about=("caller", phones.last_four(number)), reason=row.reason,
               skill=row.skill)  # fmt: skip
    return row


def spares(session: Session, number: str) -> bool:
    """Whether who has this number is spared the machine, also where it would ring him."""
    row = session.get(CallerFlag, number)
    return row is not None and row.skill != ""


def all_of(session: Session) -> dict[str, Skill]:
    """Every flagged number."""
    rows = session.execute(select(CallerFlag.number, CallerFlag.skill).where(CallerFlag.skill != ""))
    return {number: Skill(skill) for number, skill in rows}
