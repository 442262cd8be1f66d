"""What a caller was told: the evidence, by entry version and authorisation version."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.answering.decision import Answer, Channel
from dispatch.calls import calls
from dispatch.calls.calls import Call, Step
from dispatch.tickets.tickets import Ticket
from hotline import phones
from hotline.database import Base


class Telling(Base):
    """One answer given in one call. `number`: where who heard it is called should it prove wrong, so that a list of
    many needs no call and no ticket to tell; empty: nowhere."""

    __tablename__ = "telling"
    __table_args__ = (Index("ix_telling_authorisation_id", "authorisation_id", "at"),
                      Index("ix_telling_at", "at",
                            postgresql_include=["entry_id", "channel", "authorisation_id", "call_id"]),
                      Index("ix_telling_entry_version_id", "entry_version_id", "at",
                            postgresql_include=["id", "number", "channel"]))  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("call.id"), index=True)
    at: Mapped[datetime]
    channel: Mapped[Channel] = mapped_column(String(10))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    entry_version_id: Mapped[int] = mapped_column(ForeignKey("entry_version.id"))
    authorisation_id: Mapped[int | None] = mapped_column(ForeignKey("authorisation.id"))
    authorisation_version: Mapped[int | None]
    form: Mapped[str] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(Text)
    heard: Mapped[str] = mapped_column(String(10), default="whole")  # whole | partly
    by: Mapped[str] = mapped_column(String(60), default="")
    number: Mapped[str] = mapped_column(String(24), default="")


def tell(session: Session, call_id: str, answer: Answer, *, channel: Channel, entry_id: int, entry_version_id: int,
         by: str = "", heard: str = "whole", step: Step = Step.TOLD, at: datetime) -> Telling:
    """Note that this answer was given; it stands in the call's timeline too, as `step`."""
    row = Telling(call_id=call_id, at=at, channel=channel, entry_id=entry_id, entry_version_id=entry_version_id,
                  authorisation_id=answer.authorisation_id, authorisation_version=answer.authorisation_version,
                  form=answer.form, words=answer.text, heard=heard, by=by,
                  number=_number(session, call_id))
    session.add(row)
    calls.note(session, call_id, step, at=at, entry=entry_id, form=answer.form, by=by or channel, heard=heard)
    return row


def called_at(session: Session, ticket: Ticket) -> None:
    """Whoever left a number with a matter is called there about what he was told in the same call, too."""
    if ticket.call_id and ticket.contact:
        number = phones.first_reachable(ticket.contact, ticket.caller)
        session.execute(update(Telling).where(Telling.call_id == ticket.call_id).values(number=number))


def _number(session: Session, call_id: str) -> str:
    """At the number that he left last in this call, if he can be reached there, else where he called from."""
    left = select(Ticket.contact).where(Ticket.call_id == call_id, Ticket.source != "correction", Ticket.contact != "")
    last = left.order_by(Ticket.id.desc()).limit(1).scalar_subquery()
    row = session.execute(select(last, Call.caller).where(Call.id == call_id)).one_or_none()
    return phones.first_reachable(*filter(None, row or ()))
