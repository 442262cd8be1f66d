"""Who was told a version, by word or in the signed reply to his ticket, and where he is called about it."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, String, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from dispatch.callbacks.correction_list import CALL, REPLY
from dispatch.calls.calls import Call
from dispatch.calls.tellings import Telling
from dispatch.tickets.reply_versions import ReplyVersion, was_told
from dispatch.tickets.tickets import Ticket
from hotline import phones
from hotline.database import Base
from knowledge_base.entries import EntryVersion


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
class Told:
    """One telling of a version: in a call, or without a `telling` in the reply to a ticket. `of`: the ticket that was
    replied to, or the one whose caller left another number in that call. `ticket`: the correction that he is owed
    already."""

    at: datetime
    number: str  # where he is called, if he can be
    telling: Telling | None
    call: Call | None
    of: Ticket | None
    ticket: Ticket | None

    @property
    def key(self) -> str:
        """What names it on a page."""
        return self.call.id if self.call else self.of.number if self.of else ""

    @property
    def call_id(self) -> str | None:
        """The call that it came of."""
        return self.call.id if self.call else self.of.call_id if self.of else None

    @property
    def caller(self) -> str:
        """Where he called from."""
        return self.call.caller if self.call else self.of.caller if self.of else ""

    @property
    def reachable(self) -> bool:
        return phones.is_reachable(self.number)


@dataclass(frozen=True)
class Counts:
    """How often a version was told, and how many people could still be called about it."""

    told: int
    open: int


def told_of(session: Session, version: EntryVersion, *, among: Collection[tuple[str, int]] | None = None) -> list[Told]:
    """Who was told this version, the latest first; `among`: what a page of the list holds, by way and key."""
    left, keys = aliased(Ticket), {way: [key for its, key in among or () if its == way] for way in (CALL, REPLY)}
    spoken = (
        select(Telling, Call, left).join(Call, Call.id == Telling.call_id).outerjoin(left, left.id == _left())
        .where(Telling.entry_version_id == version.id).order_by(Telling.at.desc(), Telling.id.desc())
    )  # fmt: skip
    replied = (
        select(Ticket, ReplyVersion.at).join(ReplyVersion, ReplyVersion.ticket_id == Ticket.id)
        .where(ReplyVersion.entry_version_id == version.id, was_told()).order_by(Ticket.id.desc())
    )  # fmt: skip
    if among is not None:
        spoken, replied = spoken.where(Telling.id.in_(keys[CALL])), replied.where(ReplyVersion.id.in_(keys[REPLY]))
    owed = _owed(session, version)
    found = [_in_call(telling, call, ticket, owed) for telling, call, ticket in session.execute(spoken)]
    found += [_in_reply(ticket, at, owed) for ticket, at in session.execute(replied)]
    return sorted(found, key=lambda one: one.at, reverse=True)


def counts(session: Session, versions: Collection[EntryVersion]) -> dict[int, Counts]:
    """How many were told each of these versions, counted without reading who."""
    ids, left = [v.id for v in versions], aliased(Ticket)
    spoken = (
        select(Telling.entry_version_id, Call.caller, left.contact, func.count())
        .join(Call, Call.id == Telling.call_id).outerjoin(left, left.id == _left())
        .where(Telling.entry_version_id.in_(ids)).group_by(Telling.entry_version_id, Call.caller, left.contact)
    )  # fmt: skip
    replied = (
        select(ReplyVersion.entry_version_id, Ticket.caller, Ticket.contact, func.count())
        .join(Ticket, Ticket.id == ReplyVersion.ticket_id).where(ReplyVersion.entry_version_id.in_(ids), was_told())
        .group_by(ReplyVersion.entry_version_id, Ticket.caller, Ticket.contact)
    )  # fmt: skip
    owed = select(Correction.entry_version_id, Correction.number).where(Correction.entry_version_id.in_(ids))
    done = {(version_id, number) for version_id, number in session.execute(owed)}
    times, still = Counter[int](), set[tuple[int, str]]()
    for version_id, caller, contact, told in (*session.execute(spoken), *session.execute(replied)):
        times[version_id] += told
        still.add((version_id, _number(contact, caller)))
    open_ = Counter(of for of, number in still - done if phones.is_reachable(number))
    return {v.id: Counts(times[v.id], open_[v.id]) for v in versions}


def somebody_was_told() -> ColumnElement[bool]:
    """Of a version: that anybody was told it."""
    spoken = select(Telling.id).where(Telling.entry_version_id == EntryVersion.id)
    replied = (select(ReplyVersion.id).join(Ticket, Ticket.id == ReplyVersion.ticket_id)
               .where(ReplyVersion.entry_version_id == EntryVersion.id, was_told()))  # fmt: skip
    return or_(spoken.exists(), replied.exists())


def _left() -> ColumnElement[int | None]:
    """The last ticket of a call in which its caller left a number to be called at."""
    one = aliased(Ticket)
    own = select(func.max(one.id)).where(one.call_id == Call.id, one.source != "correction", one.contact != "")
    return own.correlate(Call).scalar_subquery()


def _number(contact: str | None, caller: str) -> str:
    """Where he is called: at the number that he left, if that can be reached, else where he called from."""
    return contact if contact and phones.is_reachable(contact) else caller


def _owed(session: Session, version: EntryVersion) -> dict[str, Ticket]:
    query = (select(Correction.number, Ticket).join(Ticket, Ticket.id == Correction.ticket_id)
             .where(Correction.entry_version_id == version.id))  # fmt: skip
    return {row.number: row.Ticket for row in session.execute(query)}


def _in_call(telling: Telling, call: Call, left: Ticket | None, owed: dict[str, Ticket]) -> Told:
    number = _number(left.contact if left else "", call.caller)
    return Told(telling.at, number, telling, call, left if number != call.caller else None, owed.get(number))


def _in_reply(ticket: Ticket, at: datetime, owed: dict[str, Ticket]) -> Told:
    number = _number(ticket.contact, ticket.caller)
    return Told(ticket.closed_at or at, number, None, None, ticket, owed.get(number))
