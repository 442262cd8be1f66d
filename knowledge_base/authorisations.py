"""Authorisations: the table of a department's dated leaves to answer in its name, and its rows as values."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base.covering import Cover, Covered, NotCovered, cover
from knowledge_base.entries import Entry
from knowledge_base.leave import Form, Leave, Scope, Subject
from knowledge_base.updates import stale

__all__ = ["Authorisation", "Cover", "Covered", "Form", "Leave", "NotCovered", "Scope", "Subject", "began_on", "cover",
           "leave_of", "leaves", "leaves_among", "of_department", "stale_on", "subject_of"]  # fmt: skip


class Authorisation(Base):
    """A signed document of a department. Changed by a new version under the same document, never in place
    (but for its signature and its revocation, each once), and never deleted: the database refuses it. The categories
    alone follow the tree; how they were called when it was signed, `signed_words` keeps."""

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
    signed_words: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # what it named, as it read
    confirmed_on: Mapped[date | None]
    due_by: Mapped[date | None]  # by when it was to be confirmed where it was inherited from; None once it is
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str] = mapped_column(String(60), default="")
    revoked_because: Mapped[str] = mapped_column(String(300), default="")


def leave_of(a: Authorisation, *, stale: bool = False) -> Leave:
    """The row as a value."""
    return Leave(
        id=a.id, department_id=a.department_id, document=a.document, version=a.version, form=Form(a.form),
        scope=Scope(a.scope), valid_from=a.valid_from, valid_to=a.valid_to, signed_at=a.signed_at,
        revoked_at=a.revoked_at, provisional=bool(a.provisional), categories=tuple(a.categories or ()),
        licences=frozenset(a.licences or ()), entries=frozenset(a.entries or ()),
        exclusions=frozenset(a.exclusions or ()), excluded_categories=tuple(a.excluded_categories or ()), stale=stale,
    )  # fmt: skip


def stale_on(a: Authorisation, *, every_months: int, on: date, grace_days: int) -> bool:
    """Whether its confirmation is overdue by more than the grace; counted from when it began to hold."""
    if a.signed_at is None:
        return False
    return stale(a.confirmed_on, began_on(a, a.signed_at), every_months=every_months, on=on, grace_days=grace_days,
                 due_by=a.due_by)  # fmt: skip


def began_on(a: Authorisation, signed_at: datetime) -> date:
    """The day from which it holds. What is inherited was the predecessor's word before, and passing on confirms
    nothing: it counts from when that was confirmed or signed, which is the copy's `confirmed_on`."""
    inherited = a.confirmed_on if a.provisional else None
    return max(a.valid_from, inherited or local_day(signed_at))


def leaves(session: Session, department: Department, *, on: date, grace_days: int) -> list[Leave]:
    """Everything the department ever gave, as values, with what is overdue on that day marked."""
    return leaves_among(session, [department], on=on, grace_days=grace_days)[department.id]


def leaves_among(session: Session, departments: Iterable[Department], *, on: date,
                 grace_days: int) -> dict[int, list[Leave]]:
    """The same of several departments, by their ids, asked for together."""
    months = {d.id: d.update_every_months for d in departments}
    found: dict[int, list[Leave]] = {department_id: [] for department_id in months}
    for a in session.scalars(_versions(*months)):
        late = stale_on(a, every_months=months[a.department_id], on=on, grace_days=grace_days)
        found[a.department_id].append(leave_of(a, stale=late))
    return found


def subject_of(entry: Entry) -> Subject:
    """What an authorisation is asked about when it is this entry."""
    return Subject(entry.id, entry.department_id, entry.category, entry.licence_id, entry.passed_at, entry.linked_at)


def versions(session: Session, department_id: int) -> list[Authorisation]:
    """Every version of every document of a department."""
    return list(session.scalars(_versions(department_id)))


def _versions(*department_ids: int) -> Select[Authorisation]:
    of = Authorisation.department_id.in_(department_ids)
    return select(Authorisation).where(of).order_by(Authorisation.document, Authorisation.version)


def of_department(session: Session, department_id: int) -> list[Authorisation]:
    """One version of each document of a department: the last that was signed, or else the last that was entered."""
    rows = sorted(versions(session, department_id), key=lambda a: (a.signed_at is not None, a.version))
    return list({row.document: row for row in rows}.values())
