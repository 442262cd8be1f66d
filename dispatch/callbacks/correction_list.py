"""Which tellings there are of a version, and how many: told without reading who, whatever they are narrowed by."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Select,
    String,
    UniqueConstraint,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from dispatch.calls.tellings import Telling
from dispatch.tickets.reply_versions import ReplyVersion, was_told
from dispatch.tickets.tickets import Ticket
from hotline.database import Base
from knowledge_base.entries import EntryVersion

REPLY = "reply"  # the way of who had it in the reply to his ticket
CALL = "call"
Keys = Select[*tuple[Any, ...]]


class Owed(StrEnum):
    """Whether whoever was told a version is called about it."""

    OPEN = "open"
    ARRANGED = "arranged"
    UNREACHABLE = "unreachable"


class Correction(Base):
    """One person was, or is to be, called about one version: never twice."""

    __tablename__ = "correction"
    __table_args__ = (UniqueConstraint("entry_version_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_version_id: Mapped[int] = mapped_column(ForeignKey("entry_version.id"))
    number: Mapped[str] = mapped_column(String(24))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; whatever is None doesn't narrow. `channel`: REPLY for those who had it in a reply."""

    channel: str | None = None
    owed: Owed | None = None
    numbers: Collection[str] | None = None


@dataclass(frozen=True)
class Counts:
    """How often a version was told, and how many people could still be called about it."""

    told: int
    open: int


ALL = Wanted()


def listed(version: EntryVersion, wanted: Wanted = ALL) -> Keys:
    """CALL or REPLY and the key of its row, the latest first."""
    parts = [_spoken(version, wanted)] if wanted.channel != REPLY else []
    parts += [_replied(version, wanted)] if wanted.channel in (None, REPLY) else []
    one = union_all(*parts).subquery()
    return select(one.c.way, one.c.key).order_by(one.c.at.desc(), one.c.way, one.c.key.desc())


def _spoken(version: EntryVersion, wanted: Wanted) -> Keys:
    query = select(literal(CALL).label("way"), Telling.id.label("key"), Telling.at.label("at"))
    own = query.where(Telling.entry_version_id == version.id, _narrowed(version, wanted, Telling.number))
    return own.where(Telling.channel == wanted.channel) if wanted.channel else own


def _replied(version: EntryVersion, wanted: Wanted) -> Keys:
    at = func.coalesce(Ticket.closed_at, ReplyVersion.at)
    query = select(literal(REPLY).label("way"), ReplyVersion.id.label("key"), at.label("at"))
    own = query.join(Ticket, Ticket.id == ReplyVersion.ticket_id).where(ReplyVersion.entry_version_id == version.id)
    return own.where(was_told(), _narrowed(version, wanted, ReplyVersion.number))


def _narrowed(version: EntryVersion, wanted: Wanted, number: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    arranged = number.in_(select(Correction.number).where(Correction.entry_version_id == version.id))
    own = true() if wanted.numbers is None else number.in_(wanted.numbers)
    match wanted.owed:
        case Owed.OPEN:
            return own & (number != "") & ~arranged
        case Owed.ARRANGED:
            return own & arranged
        case Owed.UNREACHABLE:
            return own & (number == "")
    return own


def numbers_of(session: Session, version: EntryVersion, keys: Collection[str]) -> list[str]:
    """Where those are called who were told the version in these calls, or in the replies to these tickets."""
    spoken = select(Telling.number).where(Telling.entry_version_id == version.id, Telling.call_id.in_(keys))
    replied = select(ReplyVersion.number).join(Ticket, Ticket.id == ReplyVersion.ticket_id).where(
        ReplyVersion.entry_version_id == version.id, Ticket.number.in_(keys))  # fmt: skip
    return [*session.scalars(spoken), *session.scalars(replied)]


def counts(session: Session, versions: Collection[EntryVersion]) -> dict[int, Counts]:
    """How many were told each of these versions: who has one number is one person."""
    ids = [version.id for version in versions]
    spoken = select(Telling.entry_version_id, Telling.number).where(Telling.entry_version_id.in_(ids))
    replied = select(ReplyVersion.entry_version_id, ReplyVersion.number).where(ReplyVersion.entry_version_id.in_(ids))
    heard = replied.join(Ticket, Ticket.id == ReplyVersion.ticket_id).where(was_told())
    told = union_all(spoken, heard).subquery()
    of, number, times = told.c.entry_version_id, told.c.number, func.count().label("times")
    person = select(of, number, times).group_by(of, number).subquery()
    owed = (Correction.entry_version_id == person.c.entry_version_id) & (Correction.number == person.c.number)
    still = func.count().filter(person.c.number != "", Correction.id.is_(None))
    query = (select(person.c.entry_version_id, func.sum(person.c.times), still).select_from(person)
             .outerjoin(Correction, owed).group_by(person.c.entry_version_id))  # fmt: skip
    found = {version_id: Counts(int(told), still) for version_id, told, still in session.execute(query)}
    return {version_id: found.get(version_id, Counts(0, 0)) for version_id in ids}


def somebody_was_told() -> ColumnElement[bool]:
    """Of a version: that anybody was told it."""
    spoken = select(Telling.id).where(Telling.entry_version_id == EntryVersion.id)
    replied = (select(ReplyVersion.id).join(Ticket, Ticket.id == ReplyVersion.ticket_id)
               .where(ReplyVersion.entry_version_id == EntryVersion.id, was_told()))  # fmt: skip
    return spoken.exists() | replied.exists()
