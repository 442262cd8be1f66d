"""Each time that a department spoke, or tried to speak, with its caller through 96128."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.database import Base


class CallerContact(Base):
    """One time that a department had its caller rung; its id is the channel's at the exchange."""

    __tablename__ = "caller_contact"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("call.id"), index=True)
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(20), default="")
    ended_at: Mapped[datetime | None]
