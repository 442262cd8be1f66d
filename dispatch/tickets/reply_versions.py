"""Which versions of entries a signed reply repeats, or became: who had it is found when one of them proves wrong."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.tickets.states import State
from dispatch.tickets.tickets import Ticket
from hotline import phones
from hotline.database import Base, insert_into
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.entries import State as Standing

LEAST = 12
"""Characters: a shorter answer says nothing of where a reply was taken from."""


class ReplyVersion(Base):
    """A ticket's reply holds the words of a version, or was made an entry of. `number`: where its caller is called
    should they prove wrong; empty: nowhere."""

    __tablename__ = "reply_version"
    __table_args__ = (UniqueConstraint("ticket_id", "entry_version_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    entry_version_id: Mapped[int] = mapped_column(ForeignKey("entry_version.id"), index=True)
    at: Mapped[datetime]
    number: Mapped[str] = mapped_column(String(24), default="")


def note_repeated(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """Of a reply that was found fit to be told: which published answers of its department it repeats word for word."""
    said = _plain(ticket.reply)
    stands = select(EntryVersion).join(Entry, (Entry.id == EntryVersion.entry_id)
                                       & (Entry.published == EntryVersion.number))  # fmt: skip
    own = stands.where(Entry.department_id == ticket.department_id, Entry.state == Standing.PUBLISHED)
    for version in session.scalars(own):
        if any(len(words) >= LEAST and words in said for words in map(_plain, (version.answer, version.spoken))):
            note(session, ticket, version, at=at)


def note(session: Session, ticket: Ticket, version: EntryVersion, *, at: datetime) -> None:
    """The ticket's reply and this version are the same answer."""
    number = phones.first_reachable(ticket.contact, ticket.caller)
    row = insert_into(session, ReplyVersion).values(ticket_id=ticket.id, entry_version_id=version.id, at=at,
                                                    number=number)  # fmt: skip
    session.execute(row.on_conflict_do_nothing())


def was_told() -> ColumnElement[bool]:
    """Of a ticket: its caller heard a reply, or could read it where he asked; what still waits to be told isn't."""
    heard = or_(Ticket.reached.is_(True), Ticket.redone > 0, Ticket.source.in_(("web", "12345")))
    return heard & Ticket.state.not_in((State.TO_CHECK, State.TO_CALL_BACK))


def _plain(words: str) -> str:
    return "".join(words.split())
