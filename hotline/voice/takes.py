"""Prompts that a person said: each version kept, heard by another person before it is used, given up by one click."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, String, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline import audit
from hotline.database import Base
from hotline.voice import VoiceError
from hotline.voice.studio import Checked

STANDING = text("approved_at IS NOT NULL AND ended_at IS NULL")


class TakeError(VoiceError):
    """A recording of a prompt can't be used so; the text says why."""


class Standing(StrEnum):
    """Where a version stands."""

    WAITING = "waiting"  # another person is to hear it
    REFUSED = "refused"
    USED = "used"
    OUT_OF_DATE = "out_of_date"  # the prompt's text is another one by now: the machine says it
    FORMER = "former"


class PromptTake(Base):
    """One version of one prompt, as callers hear it (A-law); `text`: what the prompt's words were then."""

    __tablename__ = "prompt_take"
    __table_args__ = (
        Index("ix_prompt_take_standing", "prompt", unique=True, sqlite_where=STANDING, postgresql_where=STANDING),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    prompt: Mapped[str] = mapped_column(String(60), index=True)
    text: Mapped[str] = mapped_column(Text)
    sound: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    measured: Mapped[dict[str, Any]] = mapped_column(JSON)
    speaker: Mapped[str] = mapped_column(String(60))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str] = mapped_column(String(60), default="")
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(60), default="")

    def standing(self, now: str | None) -> Standing:
        """Where it stands, given the prompt's words of now."""
        if self.ended_at is not None:
            return Standing.FORMER if self.approved_at else Standing.REFUSED
        if self.text != now:
            return Standing.OUT_OF_DATE
        return Standing.USED if self.approved_at else Standing.WAITING


def offer(session: Session, prompt: str, words: str, checked: Checked, *, speaker: str, by: str,
          at: datetime) -> PromptTake:  # fmt: skip
    """Keep what was recorded, for another person to hear."""
    if not speaker.strip():
        raise TakeError("请填写录音人")
    row = PromptTake(prompt=prompt, text=words, sound=checked.sound, measured=checked.measured,
                     speaker=speaker.strip()[:60], by=by, at=at)  # fmt: skip
    session.add(row)
    session.flush()
    audit.note(session, "prompt.recorded", by=by, at=at, about=("prompt", prompt), take=row.id, **checked.measured)
    return row


def approve(session: Session, row: PromptTake, words: str | None, *, by: str, at: datetime) -> None:
    """Have it used from now on in place of what was; also a former version, by another than who brought it."""
    if row.by == by:
        raise TakeError("提交人不能批准自己的录音")
    if row.text != words:
        raise TakeError("提示语的文字已经变更，请按新的文字重新录音")
    if row.approved_at is not None and row.ended_at is None:
        raise TakeError("该版本正在使用")
    _end_used(session, row.prompt, by=by, at=at)
    row.approved_at, row.approved_by, row.ended_at, row.ended_by = at, by, None, ""
    audit.note(session, "prompt.approved", by=by, at=at, about=("prompt", row.prompt), take=row.id)


def refuse(session: Session, row: PromptTake, *, by: str, at: datetime) -> None:
    """Put aside what waits; who brought it may do so too."""
    if row.approved_at is not None or row.ended_at is not None:
        raise TakeError("该版本已经处理过")
    row.ended_at, row.ended_by = at, by
    audit.note(session, "prompt.refused", by=by, at=at, about=("prompt", row.prompt), take=row.id)


def give_up(session: Session, prompt: str, *, by: str, at: datetime) -> None:
    """Go back to the machine's voice."""
    row = _end_used(session, prompt, by=by, at=at)
    if row is None:
        raise TakeError("该提示语没有使用真人录音")
    audit.note(session, "prompt.given_up", by=by, at=at, about=("prompt", prompt), take=row.id)


def used(session: Session) -> dict[str, PromptTake]:
    """The versions that stand, by their prompt, without their sounds; those out of date too."""
    rows = session.scalars(select(PromptTake).where(PromptTake.approved_at.is_not(None), PromptTake.ended_at.is_(None)))
    return {row.prompt: row for row in rows}


def _end_used(session: Session, prompt: str, *, by: str, at: datetime) -> PromptTake | None:
    row = used(session).get(prompt)
    if row is not None:
        row.ended_at, row.ended_by = at, by
        session.flush()
    return row
