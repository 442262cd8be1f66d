"""Authorisations: a department's dated leave to answer in its name, and whether one covers an entry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base


class Form(StrEnum):
    """How much may be said, most first."""

    FULL = "full"
    SUMMARY = "summary"
    CONTACT = "contact"


class Scope(StrEnum):
    """What an authorisation speaks of."""

    DEPARTMENT = "department"
    CATEGORIES = "categories"
    LICENCES = "licences"
    ENTRIES = "entries"


class Authorisation(Base):
    """A signed document of a department. Changed by a new version under the same document, never in place
    (but for its revocation)."""

    __tablename__ = "authorisation"
    __table_args__ = (UniqueConstraint("department_id", "document", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    document: Mapped[str] = mapped_column(String(60))
    version: Mapped[int] = mapped_column(default=1)
    signer: Mapped[str] = mapped_column(String(60))
    scope: Mapped[Scope] = mapped_column(String(12))
    categories: Mapped[list[str]] = mapped_column(JSON, default=list)
    licences: Mapped[list[int]] = mapped_column(JSON, default=list)
    entries: Mapped[list[int]] = mapped_column(JSON, default=list)
    exclusions: Mapped[list[int]] = mapped_column(JSON, default=list)
    excluded_categories: Mapped[list[str]] = mapped_column(JSON, default=list)
    form: Mapped[Form] = mapped_column(String(10))
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    provisional: Mapped[bool] = mapped_column(default=False)
    inherited_from: Mapped[int | None] = mapped_column(ForeignKey("authorisation.id"))  # the predecessor's
    remark: Mapped[str] = mapped_column(String(300), default="")
    entered_by: Mapped[str] = mapped_column(String(60), default="")
    entered_at: Mapped[datetime | None]
    signed_by: Mapped[str] = mapped_column(String(60), default="")  # the account; not who entered it
    signed_at: Mapped[datetime | None]  # counts only from here on
    confirmed_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str] = mapped_column(String(60), default="")
    revoked_because: Mapped[str] = mapped_column(String(300), default="")


@dataclass(frozen=True)
class Covered:
    """The entry may be answered, in this form, on the strength of this authorisation."""

    form: Form
    authorisation_id: int
    version: int
    provisional: bool
    reason: str


@dataclass(frozen=True)
class NotCovered:
    """The entry may not be answered; the reason in words."""

    reason: str


Cover = Covered | NotCovered


def cover(authorisations: Iterable[Authorisation], *, entry_id: int, department_id: int, category: str, on: date,
          at: datetime) -> Cover:
    """Whether one of the authorisations lets the entry be answered on that day; the fullest form wins.

    An exclusion in any authorisation in force beats every grant: a department that takes an entry out means it.
    """
    own = [a for a in authorisations if a.department_id == department_id]
    if not own:
        return NotCovered("该部门从未授权热线代为答复")
    standing = [a for a in own if _in_force(a, on=on, at=at)]
    if not standing:
        return NotCovered(_why_none(own, on=on, at=at))
    if any(entry_id in a.exclusions for a in standing):
        return NotCovered("该问题已被部门列为授权例外")
    covering = [a for a in standing if _speaks_of(a, entry_id=entry_id, category=category)]
    if not covering:
        return NotCovered("该问题不在部门授权范围内")
    best = min(covering, key=lambda a: (list(Form).index(Form(a.form)), -a.version))
    reason = f"依据{best.document}（第{best.version}版），有效期至{best.valid_to:%Y年%m月%d日}"
    return Covered(Form(best.form), best.id, best.version, best.provisional, reason)


def of_department(session: Session, department_id: int) -> list[Authorisation]:
    """Every authorisation that a department ever gave: the latest version of each document counts."""
    rows = session.scalars(
        select(Authorisation).where(Authorisation.department_id == department_id).order_by(Authorisation.version)
    )
    return list({row.document: row for row in rows}.values())


def _in_force(a: Authorisation, *, on: date, at: datetime) -> bool:
    return a.valid_from <= on <= a.valid_to and (a.revoked_at is None or at < a.revoked_at)


def _speaks_of(a: Authorisation, *, entry_id: int, category: str, licence_id: int | None = None) -> bool:
    match Scope(a.scope):
        case Scope.DEPARTMENT:
            return True
        case Scope.CATEGORIES:
            return any(category == c or category.startswith(c + "/") for c in a.categories)
        case Scope.LICENCES:
            return licence_id in a.licences
        case Scope.ENTRIES:
            return entry_id in a.entries


def _why_none(own: list[Authorisation], *, on: date, at: datetime) -> str:
    if any(a.revoked_at is not None and a.revoked_at <= at and a.valid_from <= on <= a.valid_to for a in own):
        return "部门已撤销授权"
    if all(on < a.valid_from for a in own):
        return "部门授权尚未生效"
    return "部门授权已过有效期"
