"""Entries: a citizen's question, other ways to put it, and its answers in numbered versions."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from hotline.database import Base
from hotline.directory.departments import Department
from knowledge_base.licences import Licence
from knowledge_base.stages import Stage


class State(StrEnum):
    """Where an entry stands in its life, seen from outside."""

    DRAFT = "draft"  # no version was ever published
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Approval(StrEnum):
    """Where a phrasing stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    RETIRED = "retired"  # brought nothing, or led astray


class Entry(Base):
    """One question of one department."""

    __tablename__ = "entry"
    __table_args__ = (UniqueConstraint("department_id", "question"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    question: Mapped[str] = mapped_column(String(128))
    category: Mapped[str] = mapped_column(String(80), default="")
    keywords: Mapped[list[str]] = mapped_column(JSON, default=list)
    asked: Mapped[int] = mapped_column(default=0)
    state: Mapped[State] = mapped_column(String(12), default=State.DRAFT, index=True)
    published: Mapped[int | None]  # number of the version that is in force
    hot_from: Mapped[datetime | None]  # 突发热点: pinned first between the two
    hot_until: Mapped[datetime | None]
    confirmed_on: Mapped[date | None]  # the department last confirmed it
    due_by: Mapped[date | None]  # by when it was to be confirmed where it came from; None once it is
    swept_on: Mapped[date | None]  # last swept for secrecy after its publication
    licence_id: Mapped[int | None] = mapped_column(ForeignKey("licence.id"))
    linked_at: Mapped[datetime | None]  # when it was linked to that licence item
    passed_at: Mapped[datetime | None]  # when it came to this department from another
    department: Mapped[Department] = relationship()
    licence: Mapped[Licence | None] = relationship()
    phrasings: Mapped[list["Phrasing"]] = relationship(cascade="all, delete-orphan")
    versions: Mapped[list["EntryVersion"]] = relationship(order_by="EntryVersion.number")

    def is_hot(self, at: datetime) -> bool:
        """Whether it is pinned first (突发热点) at that moment."""
        return self.hot_from is not None and self.hot_from <= at and (self.hot_until is None or at < self.hot_until)


class Phrasing(Base):
    """Another way to ask an entry's question."""

    __tablename__ = "phrasing"
    __table_args__ = (UniqueConstraint("entry_id", "text"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    text: Mapped[str] = mapped_column(String(128))
    approval: Mapped[Approval] = mapped_column(String(10), default=Approval.APPROVED, index=True)
    source: Mapped[str] = mapped_column(String(10), default="office")  # office | form | call | desk | web
    heard: Mapped[int] = mapped_column(default=0)  # how often somebody put it so
    heard_at: Mapped[datetime | None]  # when last so, or nearly so
    led_right: Mapped[int] = mapped_column(default=0)  # of the askings when last measured: to its entry, meant
    led_astray: Mapped[int] = mapped_column(default=0)  # to its entry, when another was meant
    proposed_at: Mapped[datetime | None]
    proposed_by: Mapped[str] = mapped_column(String(60), default="")  # empty: nobody in particular asked so
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(60), default="")


class EntryVersion(Base):
    """An answer as it was at one time; never changed once published."""

    __tablename__ = "entry_version"
    __table_args__ = (UniqueConstraint("entry_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    number: Mapped[int]
    stage: Mapped[Stage] = mapped_column(String(10), default=Stage.DRAFT, index=True)
    question: Mapped[str] = mapped_column(String(128), default="")
    category: Mapped[str] = mapped_column(String(80), default="")
    keywords: Mapped[list[str]] = mapped_column(JSON, default=list)
    answer: Mapped[str] = mapped_column(Text)
    spoken: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str] = mapped_column(String(120), default="")
    legal_basis: Mapped[str] = mapped_column(String(200), default="")
    section: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None] = mapped_column(index=True)
    corrects: Mapped[bool] = mapped_column(default=False)  # what the version before it said was wrong
    why: Mapped[str] = mapped_column(String(500), default="")  # why it was written
    source: Mapped[str] = mapped_column(String(60), default="")  # what it came from: a form, a ticket's reply
    written_by: Mapped[str] = mapped_column(String(60))
    written_at: Mapped[datetime | None]
    checked_by: Mapped[str] = mapped_column(String(60), default="")
    reviewed_by: Mapped[str] = mapped_column(String(60), default="")
    publish_at: Mapped[datetime | None]  # not before; None: as soon as it has passed
    put_off_until: Mapped[datetime | None]  # it could not be published; tried again from then on
    put_off_because: Mapped[str] = mapped_column(String(200), default="")
    published_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    attachments: Mapped[list["Attachment"]] = relationship(order_by="Attachment.id")


class Attachment(Base):
    """A file that belongs to one version of an answer; its bytes lie in the folder under their hash."""

    __tablename__ = "attachment"
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_version_id: Mapped[int] = mapped_column(ForeignKey("entry_version.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    added_by: Mapped[str] = mapped_column(String(60))
    added_at: Mapped[datetime]


def in_force(session: Session, entry_id: int, *, on: date) -> tuple[Entry, EntryVersion] | None:
    """The entry and the version of it that stands on a day; None when it isn't published or has run out."""
    return in_force_among(session, [entry_id], on=on).get(entry_id)


def in_force_among(session: Session, ids: Collection[int], *, on: date) -> dict[int, tuple[Entry, EntryVersion]]:
    """Those of these entries that are in force on a day, with their departments, asked for together."""
    rows = session.execute(
        select(Entry, EntryVersion)
        .join(EntryVersion, (EntryVersion.entry_id == Entry.id) & (EntryVersion.number == Entry.published))
        .where(Entry.id.in_(ids), Entry.state == State.PUBLISHED).options(joinedload(Entry.department))
    )  # fmt: skip
    return {entry.id: (entry, version) for entry, version in rows if stands(version, on=on)}


def stands(version: EntryVersion, *, on: date) -> bool:
    """Whether the version is valid on that day."""
    return version.valid_from <= on and (version.valid_to is None or on <= version.valid_to)


def most_asked(session: Session, department_id: int, *, on: date, most: int, at: datetime | None = None) -> list[Entry]:
    """The department's published questions in the order of how often they are asked; what is pinned at the moment `at`
    comes first."""
    rows = session.execute(
        select(Entry, EntryVersion)
        .join(EntryVersion, (EntryVersion.entry_id == Entry.id) & (EntryVersion.number == Entry.published))
        .where(Entry.department_id == department_id, Entry.state == State.PUBLISHED)
        .order_by(Entry.asked.desc(), Entry.id)
    )
    found = [entry for entry, version in rows if stands(version, on=on)]
    return sorted(found, key=lambda entry: at is None or not entry.is_hot(at))[:most]
