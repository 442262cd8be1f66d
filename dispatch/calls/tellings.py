"""What a caller was told: the evidence, by entry version and authorisation version."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.answering.decision import Answer, Channel
from dispatch.calls import calls
from dispatch.calls.calls import Step
from hotline.database import Base


class Telling(Base):
    """One answer given in one call."""

    __tablename__ = "telling"
    __table_args__ = (Index("ix_telling_authorisation_id", "authorisation_id", "at"),
                      Index("ix_telling_entry_version_id", "entry_version_id", "at"))  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("call.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    channel: Mapped[Channel] = mapped_column(String(10))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    entry_version_id: Mapped[int] = mapped_column(ForeignKey("entry_version.id"))
    authorisation_id: Mapped[int | None] = mapped_column(ForeignKey("authorisation.id"))
    authorisation_version: Mapped[int | None]
    form: Mapped[str] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(Text)
    heard: Mapped[str] = mapped_column(String(10), default="whole")  # whole | partly
    by: Mapped[str] = mapped_column(String(60), default="")


def tell(session: Session, call_id: str, answer: Answer, *, channel: Channel, entry_id: int, entry_version_id: int,
         by: str = "", heard: str = "whole", step: Step = Step.TOLD, at: datetime) -> Telling:
    """Note that this answer was given; it stands in the call's timeline too, as `step`."""
    row = Telling(call_id=call_id, at=at, channel=channel, entry_id=entry_id, entry_version_id=entry_version_id,
                  authorisation_id=answer.authorisation_id, authorisation_version=answer.authorisation_version,
                  form=answer.form, words=answer.text, heard=heard, by=by)
    session.add(row)
    calls.note(session, call_id, step, at=at, entry=entry_id, form=answer.form, by=by or channel, heard=heard)
    return row
