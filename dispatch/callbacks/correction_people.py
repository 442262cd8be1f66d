"""Who was told a version, by word or in the signed reply to his ticket, and where he is called about it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from dispatch.callbacks.correction_list import CALL, REPLY, Correction, Owed
from dispatch.calls.calls import Call
from dispatch.calls.tellings import Telling
from dispatch.tickets.reply_versions import ReplyVersion
from dispatch.tickets.tickets import Ticket
from knowledge_base.entries import EntryVersion

Key = tuple[str, int]
"""CALL or REPLY, and the key of its row."""


@dataclass(frozen=True)
class Told:
    """One telling of a version: in a call, or without a `telling` in the reply to a ticket. `of`: the ticket that was
    replied to, or the one whose caller left another number in that call. `ticket`: the correction that he is owed
    already."""

    at: datetime
    number: str  # where he is called, if he can be
    reachable: bool
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
    def owed(self) -> Owed:
        return Owed.ARRANGED if self.ticket else Owed.OPEN if self.reachable else Owed.UNREACHABLE


def told_of(session: Session, version: EntryVersion, keys: Sequence[Key]) -> list[Told]:
    """Who these are of the list of a version, in its order; what has gone meanwhile is left out."""
    tellings, replies = _tellings(session, keys), _replies(session, keys)
    spoken, written = (row[0].number for row in tellings.values()), (row[0].number for row in replies.values())
    owed = _owed(session, version, {*spoken, *written})
    found = {(CALL, key): _in_call(*row, owed) for key, row in tellings.items()}
    found |= {(REPLY, key): _in_reply(*row, owed) for key, row in replies.items()}
    return [found[way, key] for way, key in keys if (way, key) in found]


def _tellings(session: Session, keys: Sequence[Key]) -> dict[int, tuple[Telling, Call, Ticket | None]]:
    left = aliased(Ticket)
    query = select(Telling, Call, left).join(Call, Call.id == Telling.call_id).outerjoin(left, left.id == _left())
    rows = session.execute(query.where(Telling.id.in_([key for way, key in keys if way == CALL])))
    return {telling.id: (telling, call, ticket) for telling, call, ticket in rows}


def _replies(session: Session, keys: Sequence[Key]) -> dict[int, tuple[ReplyVersion, Ticket]]:
    query = select(ReplyVersion, Ticket).join(Ticket, Ticket.id == ReplyVersion.ticket_id)
    rows = session.execute(query.where(ReplyVersion.id.in_([key for way, key in keys if way == REPLY])))
    return {reply.id: (reply, ticket) for reply, ticket in rows}


def _left() -> ColumnElement[int | None]:
    """The last ticket of a call in which its caller left a number to be called at."""
    one = aliased(Ticket)
    own = select(func.max(one.id)).where(one.call_id == Call.id, one.source != "correction", one.contact != "")
    return own.correlate(Call).scalar_subquery()


def _owed(session: Session, version: EntryVersion, numbers: Collection[str]) -> dict[str, Ticket]:
    query = (select(Correction.number, Ticket).join(Ticket, Ticket.id == Correction.ticket_id)
             .where(Correction.entry_version_id == version.id, Correction.number.in_(numbers)))  # fmt: skip
    return {row.number: row.Ticket for row in session.execute(query)}


def _in_call(telling: Telling, call: Call, left: Ticket | None, owed: dict[str, Ticket]) -> Told:
    other = left if telling.number not in ("", call.caller) else None
    number = telling.number or call.caller
    return Told(telling.at, number, bool(telling.number), telling, call, other, owed.get(telling.number))


def _in_reply(reply: ReplyVersion, ticket: Ticket, owed: dict[str, Ticket]) -> Told:
    at, number = ticket.closed_at or reply.at, reply.number or ticket.caller
    return Told(at, number, bool(reply.number), None, None, ticket, owed.get(reply.number))
