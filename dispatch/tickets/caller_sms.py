"""What a caller gets as a short message: his query code once he has lodged, how his matter stands where he asks for it,
that we are about to ring him, and that the matter is closed if he wishes.

Of a confidential matter nothing is sent: the gateway is outside the house, and the number would name him there."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.tickets.progress import Standing
from dispatch.tickets.states import LABELS
from dispatch.tickets.tickets import Ticket
from hotline.database import Base
from hotline.settings import Settings
from hotline.telling import sms
from hotline.times import local


class SmsWish(Base):
    """The caller of a ticket wishes to hear by short message that it is closed."""

    __tablename__ = "sms_wish"
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    at: Mapped[datetime]


def may(ticket: Ticket) -> bool:
    """Whether the caller can and may be sent anything."""
    return not ticket.confidential and sms.is_mobile(ticket.contact)


def lodged(session: Session, ticket: Ticket, code: str, *, at: datetime) -> bool:
    """Owe him ticket number and query code, once; False where he can't be sent them, or was."""
    if not code or not may(ticket):
        return False
    return sms.owe(session, sms.CODE, ticket.contact, {"number": ticket.number, "code": code}, at,
                   key=f"ticket:{ticket.id}:code", about=("ticket", ticket.number), urgent=True)  # fmt: skip


def standing(session: Session, told: Standing, *, to: str, call_id: str, at: datetime) -> bool:
    """Owe him what he heard of his matter, once in a call; False the second time."""
    perhaps = "（暂定）" if told.provisional else ""
    by_when = "" if told.answered else f"，预计{local(told.promised_by):%m月%d日}前答复{perhaps}"
    values = {"number": told.number, "state": LABELS[told.state] + by_when}
    return sms.owe(session, sms.STANDING, to, values, at, key=f"call:{call_id}:standing:{told.ticket_id}",
                   about=("ticket", told.number), urgent=True)  # fmt: skip


def wish(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """Keep that he wishes to be told when the matter is closed."""
    session.merge(SmsWish(ticket_id=ticket.id, at=at))


def ahead(session: Session, ticket: Ticket, *, rung_at: datetime, settings: Settings, at: datetime) -> bool:
    """Owe him word of the call-back that he gets from `rung_at` on, and of the number that it shows; whether it can
    reach him at all. Not what it is about."""
    if not may(ticket) or not sms.sendable(session, sms.AHEAD, ticket.contact, settings=settings):
        return False
    values = {"time": f"{local(rung_at):%m月%d日%H:%M}", "number": settings.shown_number}
    return sms.owe(session, sms.AHEAD, ticket.contact, values, at, key=f"ticket:{ticket.id}:ahead:{ticket.redone}",
                   about=("ticket", ticket.number), urgent=True)  # fmt: skip


def closed(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """Owe him that the matter is closed, if he wished so: once, and not at night."""
    if may(ticket) and session.get(SmsWish, ticket.id) is not None:
        sms.owe(session, sms.CLOSED, ticket.contact, {"number": ticket.number}, at, key=f"ticket:{ticket.id}:closed",
                about=("ticket", ticket.number))  # fmt: skip
