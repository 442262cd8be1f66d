"""What of a version is spoken: ordered from the voice before anybody asks."""

from datetime import datetime

from sqlalchemy.orm import Session

from hotline.voice import orders
from knowledge_base.entries import EntryVersion


def order(session: Session, version: EntryVersion, *, summary: bool = True, voice: str, at: datetime) -> list[str]:
    """Order the question, the answer and its summary, which is spoken where no more is allowed; their sounds' names."""
    texts = [version.question, version.spoken, *([version.summary] if summary and version.summary else [])]
    return [name for text in texts for name in orders.order(session, text, voice=voice, at=at)]
