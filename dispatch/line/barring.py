"""Nuisance callers: a warning that the caller heard, then a block with cause, reason and end; every step a person's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.line.errors import LineRuleError
from hotline import audit, phones
from hotline.database import Base

RANGE = "*"  # ends a number range: 0877201* is every number that begins so
SHORTEST_RANGE = 7  # digits: a shorter one would shut out a whole town
LONGEST_BLOCK = timedelta(days=366)


class Cause(StrEnum):
    """Why somebody is warned or blocked, as the machine can say it."""

    NUISANCE = "nuisance"  # 骚扰、辱骂
    OCCUPYING = "occupying"  # 反复拨打、占用线路
    FALSE = "false"  # 多次反映虚假情况


class CallerWarning(Base):
    """A warning to one number; told by the operator who gave it, or by the machine at the next call."""

    __tablename__ = "caller_warning"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24), index=True)
    cause: Mapped[Cause] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    told_at: Mapped[datetime | None]


class Block(Base):
    """A number or a number range that is not received, from a moment to a moment."""

    __tablename__ = "caller_block"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24), index=True)
    cause: Mapped[Cause] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(60))
    since: Mapped[datetime]
    until: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str] = mapped_column(String(60), default="")
    lifted_why: Mapped[str] = mapped_column(String(200), default="")

    def holds(self, at: datetime) -> bool:
        """Whether it keeps callers out at that moment."""
        return self.since <= at < self.until and self.lifted_at is None


@dataclass(frozen=True)
class Barred:
    """What a call is held against."""

    cause: Cause
    since: datetime
    until: datetime


def find(barred: Mapping[str, Barred], number: str, *, at: datetime) -> Barred | None:
    """What keeps this number out at that moment: a block of its own, or of a range that it is in. Who withholds his
    number is in none."""
    names = [number] if number else []
    names += [number[:n] + RANGE for n in range(SHORTEST_RANGE, len(number))]
    held = (barred[name] for name in names if name in barred)
    return next((one for one in held if one.since <= at < one.until), None)


def standing(rows: Iterable[Block], *, at: datetime) -> dict[str, Barred]:
    """The blocks that are not lifted and not over, by number; of two the one that ends later."""
    living = sorted((row for row in rows if row.lifted_at is None and at < row.until), key=lambda row: row.until)
    return {row.number: Barred(Cause(row.cause), row.since, row.until) for row in living}


def warn(session: Session, given: str, *, cause: Cause, reason: str, told: bool, by: str,
         at: datetime) -> CallerWarning:
    """Warn a number. `told`: the operator has said it on the telephone; else the machine says it at the next call."""
    number = phones.normalise(given)
    if not number:
        raise LineRuleError("请填写来电号码；匿名来电无法提醒")
    row = CallerWarning(number=number, cause=cause, reason=_reason(reason), by=by, at=at, told_at=at if told else None)
    session.add(row)
    session.flush()
    audit.note(session, "caller.warned", by=by, at=at, about=("warning", row.id), reason=row.reason, cause=cause)
    return row


def told(session: Session, number: str, *, at: datetime) -> None:
    """The machine has warned the caller."""
    query = select(CallerWarning).where(CallerWarning.number == number, CallerWarning.told_at.is_(None))
    for row in session.scalars(query):
        row.told_at = at


def block(session: Session, given: str, *, cause: Cause, reason: str, until: datetime, by: str, at: datetime) -> Block:
    """Keep a number out until a moment. It was warned before, and heard it; a range is no person, and needs none."""
    number = _pattern(given)
    if not at < until <= at + LONGEST_BLOCK:
        raise LineRuleError("请填写限制的截止日期：晚于今天，最长一年")
    if not number.endswith(RANGE) and not _was_told(session, number):
        raise LineRuleError("须先提醒、再限制：该号码还没有听到过提醒")
    row = Block(number=number, cause=cause, reason=_reason(reason), by=by, since=at, until=until)
    session.add(row)
    session.flush()
    audit.note(session, "caller.blocked", by=by, at=at, about=("block", row.id), reason=row.reason, cause=cause,
               until=until.isoformat())  # fmt: skip
    return row


def lift(session: Session, row: Block, *, why: str, by: str, at: datetime) -> None:
    """Receive the number again before its time."""
    if not row.holds(at):
        raise LineRuleError("该限制已经结束")
    row.lifted_at, row.lifted_by, row.lifted_why = at, by, _reason(why)
    audit.note(session, "caller.unblocked", by=by, at=at, about=("block", row.id), reason=row.lifted_why)


def untold(session: Session) -> frozenset[str]:
    """The numbers that the machine has yet to warn."""
    return frozenset(session.scalars(select(CallerWarning.number).where(CallerWarning.told_at.is_(None))))


def _was_told(session: Session, number: str) -> bool:
    query = select(CallerWarning.id).where(CallerWarning.number == number, CallerWarning.told_at.is_not(None))
    return session.scalar(query.limit(1)) is not None


def _pattern(given: str) -> str:
    text = given.strip()
    if not text.endswith(RANGE):
        if number := phones.normalise(text):
            return number
        raise LineRuleError("请填写来电号码，或者号段，如 0877201*")
    digits = phones.beginning(text)
    if len(digits) < SHORTEST_RANGE:
        raise LineRuleError("号段至少写出前7位，如 0877201*")
    return digits + RANGE


def _reason(given: str) -> str:
    if len(given.strip()) < 2:
        raise LineRuleError("请填写原因")
    return given.strip()[:200]
