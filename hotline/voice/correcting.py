"""A correction of how words are read: what holds them is made anew, and all callers hear it once all is made."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hotline import audit
from hotline.voice import orders, prompts
from hotline.voice.orders import SpeechOrder
from hotline.voice.readings import Reading, ReadingError, SpokenReading, standing


def correct(session: Session, reading: Reading, *, reason: str = "", voice: str, by: str,
            at: datetime) -> SpokenReading:  # fmt: skip
    """Have a word read so from now on, in place of how it was read before."""
    former = _current(session, reading)
    if former is not None and former.read == reading.read:
        raise ReadingError("已经是这个读法")
    if former is not None:
        _end(former, by=by, at=at)
    row = SpokenReading(word=reading.word, read=reading.read, within=reading.within, reason=reason.strip()[:200], by=by,
                        at=at, replaces=former.id if former else None)  # fmt: skip
    session.add(row)
    _make_anew(session, row, voice=voice, at=at)
    audit.note(session, "reading.corrected", by=by, at=at, about=("reading", row.id), reason=row.reason, word=row.word,
               read=row.read, within=row.within)  # fmt: skip
    return row


def undo(session: Session, row: SpokenReading, *, voice: str, by: str, at: datetime) -> None:
    """Have the word read as it was before that correction."""
    if row.ended_at is not None:
        raise ReadingError("该读法已经停用")
    _end(row, by=by, at=at)
    former = session.get(SpokenReading, row.replaces) if row.replaces else None
    if former is not None:
        session.add(SpokenReading(word=former.word, read=former.read, within=former.within, reason=former.reason, by=by,
                                  at=at, replaces=former.replaces))  # fmt: skip
    _make_anew(session, row, voice=voice, at=at)
    audit.note(session, "reading.undone", by=by, at=at, about=("reading", row.id), word=row.word, read=row.read)


def settle(session: Session, *, voice: str, at: datetime) -> bool:
    """Once every sound of what was corrected is there, that is what all hear; whether anything was settled."""
    pending = _pending(session)
    if not pending or orders.unmade(session, _names(session, pending, voice=voice)):
        return False
    for row in pending:
        row.begun_at = row.begun_at or (at if row.ended_at is None else None)
        row.left_at = at if row.ended_at is not None else None
    return True


def progress(session: Session, row: SpokenReading, *, voice: str) -> tuple[int, int, int]:
    """Of the sounds that a correction touches: how many are made, how many there are, how many can't be made."""
    names = list(dict.fromkeys(_names(session, [row], voice=voice)))
    missing = orders.unmade(session, names)
    return len(names) - len(missing), len(names), orders.failed(session, missing)


def sentences_with(session: Session, word: str, *, voice: str) -> list[str]:
    """Every sentence with a word that was ever ordered of that speaker, and those of the fixed prompts."""
    query = select(SpeechOrder.text).where(SpeechOrder.voice == voice, SpeechOrder.text.contains(word, autoescape=True))
    fixed = [one for some in prompts.spoken().values() for one in some if word in one]
    return list(dict.fromkeys([*fixed, *session.scalars(query.distinct().order_by(SpeechOrder.text))]))


def _current(session: Session, reading: Reading) -> SpokenReading | None:
    same = SpokenReading.word == reading.word, SpokenReading.within == reading.within, SpokenReading.ended_at.is_(None)
    return session.scalar(select(SpokenReading).where(*same))


def _pending(session: Session) -> Sequence[SpokenReading]:
    coming = SpokenReading.begun_at.is_(None) & SpokenReading.ended_at.is_(None)
    going = SpokenReading.ended_at.is_not(None) & SpokenReading.left_at.is_(None)
    return session.scalars(select(SpokenReading).where(or_(coming, going))).all()


def _names(session: Session, rows: Sequence[SpokenReading], *, voice: str) -> list[str]:
    readings = standing(session).wanted
    texts = [one for row in rows for one in sentences_with(session, row.word, voice=voice) if row.within in one]
    return orders.names_said(texts, voice=voice, readings=readings)


def _make_anew(session: Session, row: SpokenReading, *, voice: str, at: datetime) -> None:
    session.flush()
    texts = [one for one in sentences_with(session, row.word, voice=voice) if row.within in one]
    orders.order_sentences(session, texts, voice=voice, corrected=True, at=at)


def _end(row: SpokenReading, *, by: str, at: datetime) -> None:
    """What no caller has heard yet is gone at once; else it is heard until the sounds without it are made."""
    row.ended_at, row.ended_by = at, by
    row.left_at = at if row.begun_at is None else None
