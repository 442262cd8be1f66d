"""Which tellings there are of a version, in their list's order: their keys alone, so that a page reads no other."""

from typing import Any

from sqlalchemy import Select, func, literal, select, union_all

from dispatch.calls.tellings import Telling
from dispatch.tickets.reply_versions import ReplyVersion, was_told
from dispatch.tickets.tickets import Ticket
from knowledge_base.entries import EntryVersion

REPLY = "reply"  # the way of who had it in the reply to his ticket
CALL = "call"
Keys = Select[*tuple[Any, ...]]


def listed(version: EntryVersion, *, channel: str | None = None) -> Keys:
    """CALL or REPLY and the key of its row, the latest first; of one channel, or of replies, where that is wanted."""
    parts = [_spoken(version, channel)] if channel != REPLY else []
    parts += [_replied(version)] if channel in (None, REPLY) else []
    one = union_all(*parts).subquery()
    return select(one.c.way, one.c.key).order_by(one.c.at.desc(), one.c.way, one.c.key.desc())


def _spoken(version: EntryVersion, channel: str | None) -> Keys:
    query = select(literal(CALL).label("way"), Telling.id.label("key"), Telling.at.label("at"))
    own = query.where(Telling.entry_version_id == version.id)
    return own.where(Telling.channel == channel) if channel else own


def _replied(version: EntryVersion) -> Keys:
    at = func.coalesce(Ticket.closed_at, ReplyVersion.at)
    query = select(literal(REPLY).label("way"), ReplyVersion.id.label("key"), at.label("at"))
    return query.join(Ticket, Ticket.id == ReplyVersion.ticket_id).where(
        ReplyVersion.entry_version_id == version.id, was_told())  # fmt: skip
