"""Departments (obliged units), dated, with those that they came from and went into."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey, String, UniqueConstraint, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline import audit
from hotline.database import Base

LONGEST_INTERVAL = 12  # months
SPLIT = "split"
"""The kind of a succession in which only a part passes on; in any other the predecessor ends."""

BELOW = frozenset({"county", "township"})
"""Levels of departments that a county's office has under it, and dispatches to."""


class DirectoryError(Exception):
    """Something about a department that can't be; the text is fit for a person."""


class Department(Base):
    """A unit that answers for a matter; callers choose it by its three-digit code.

    No code begins with 0: that key reaches a person from everywhere."""

    __tablename__ = "department"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(3), unique=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    short_name: Mapped[str] = mapped_column(String(40))
    aliases: Mapped[list[str]] = mapped_column(JSON, default=list)
    initials: Mapped[str] = mapped_column(String(20), default="")
    category: Mapped[str] = mapped_column(String(40), default="")
    level: Mapped[str] = mapped_column(String(20), default="city")
    county_code: Mapped[str] = mapped_column(String(6), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    supervision_phone: Mapped[str] = mapped_column(String(30), default="")
    duty_phone: Mapped[str] = mapped_column(String(30), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    post_code: Mapped[str] = mapped_column(String(6), default="")
    fax: Mapped[str] = mapped_column(String(30), default="")
    email: Mapped[str] = mapped_column(String(100), default="")
    web_site: Mapped[str] = mapped_column(String(200), default="")
    leader: Mapped[str] = mapped_column(String(60), default="")
    way_there: Mapped[str] = mapped_column(String(300), default="")
    transfer_numbers: Mapped[list[str]] = mapped_column(JSON, default=list)
    office_hours: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    duties: Mapped[str] = mapped_column(String(1000), default="")
    sections: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    update_every_months: Mapped[int] = mapped_column(default=3)
    proposed: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # free words that wait to be seen
    proposed_by: Mapped[str] = mapped_column(String(60), default="")
    proposed_at: Mapped[datetime | None]
    proposed_stage: Mapped[str] = mapped_column(String(10), default="")  # submitted | checked | referred
    proposed_hands: Mapped[list[str]] = mapped_column(JSON, default=list)  # all who proposed some of it
    proposed_checked_by: Mapped[str] = mapped_column(String(60), default="")
    words_swept_on: Mapped[date | None]  # the free words that stand were last reviewed for secrecy
    confirmed_on: Mapped[date | None]  # the base data were last confirmed or changed by the department
    effective_from: Mapped[date | None]
    effective_to: Mapped[date | None]
    __table_args__ = (CheckConstraint("code NOT LIKE '0%'", name="code_without_leading_zero"),)


class Succession(Base):
    """One department passing into another: renamed, merged, split or abolished, on a day, by a document."""

    __tablename__ = "department_succession"
    __table_args__ = (UniqueConstraint("predecessor_id", "successor_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    predecessor_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    successor_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    kind: Mapped[str] = mapped_column(String(20))
    on: Mapped[date]
    document: Mapped[str] = mapped_column(String(100), default="")


def by_code(session: Session, code: str) -> Department | None:
    """The department that has this three-digit code, whether it exists or not."""
    return session.scalar(select(Department).where(Department.code == code))


def answering(session: Session, code: str, *, on: date) -> Department | None:
    """The department that answers to this code on that day: a code outlives its department, as a name does."""
    found = by_code(session, code)
    return found and in_charge(session, found, on=on)


def in_service(session: Session, *, on: date) -> list[Department]:
    """The departments that exist on a day, in the order of their codes."""
    return [d for d in session.scalars(select(Department).order_by(Department.code)) if exists(d, on=on)]


def exists(department: Department, *, on: date) -> bool:
    """Whether the department has been formed and not yet passed into another on that day."""
    begun = department.effective_from is None or department.effective_from <= on
    return begun and (department.effective_to is None or on < department.effective_to)


def existing(on: date) -> ColumnElement[bool]:
    """The condition that picks the departments that exist on a day."""
    begun = or_(Department.effective_from.is_(None), Department.effective_from <= on)
    return and_(begun, or_(Department.effective_to.is_(None), Department.effective_to > on))


def in_charge(session: Session, department: Department, *, on: date) -> Department:
    """Who does the department's work on that day: itself, or the first of those that it passed into. Where nobody
    does, it is named itself."""
    return department if exists(department, on=on) else next(iter(heirs(session, department, on=on)), department)


def heirs(session: Session, department: Department, *, on: date) -> list[Department]:
    """The departments that exist on that day of those that a department went into, through however many changes;
    who took over all that was left comes before who took a part."""
    next_ones: defaultdict[int, list[int]] = defaultdict(list)
    rows = select(Succession).where(Succession.on <= on)
    for row in session.scalars(rows.order_by(Succession.kind == SPLIT, Succession.on, Succession.id)):
        next_ones[row.predecessor_id].append(row.successor_id)
    seen, ahead, found = {department.id}, list(next_ones[department.id]), []
    while ahead:
        one = ahead.pop(0)
        if one not in seen:
            seen.add(one)
            heir = session.get_one(Department, one)
            if exists(heir, on=on):
                found.append(heir)
            else:
                ahead += next_ones[one]
    return found


def set_interval(session: Session, department: Department, months: int, *, by: str, at: datetime) -> None:
    """How often the department must confirm what it keeps here; DirectoryError beyond 1 to 12 months."""
    if not 1 <= months <= LONGEST_INTERVAL:
        raise DirectoryError(f"更新周期应为1至{LONGEST_INTERVAL}个月")
    before, department.update_every_months = department.update_every_months, months
    if before != months:
        audit.note(session, "department.interval", by=by, at=at, about=("department", department.id),
                   department=department.name, before=before, after=months)  # fmt: skip
