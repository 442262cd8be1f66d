"""What a caller heard, owed to his mobile telephone as a short message. An answer goes out while it may be told: while
a gateway was away for hours, it may have been revoked."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.answering.answers import offered
from dispatch.answering.decision import Answer, Channel
from hotline.settings import Settings
from hotline.telling import sms
from hotline.telling.outbox import Delivery
from knowledge_base.entries import Entry

_ANSWER = re.compile(r"call:.+:answer:(\d+)")


def owe(session: Session, call_id: str, entry: Entry, text: str, *, to: str, answer: bool, at: datetime) -> bool:
    """Owe him the answer to a question, or who is in charge of it, which may always be said; once in a call."""
    values = {"question": entry.question, "answer": _line(text)}
    key = f"call:{call_id}:{'answer' if answer else 'contact'}:{entry.id}"
    return sms.owe(session, sms.ANSWER, to, values, at, key=key, about=("call", call_id), urgent=True)


def needless(session: Session, delivery: Delivery, *, settings: Settings, at: datetime) -> bool:
    """Whether it tells an answer that may not be told in these words any more."""
    if (found := _ANSWER.fullmatch(delivery.key)) is None:
        return False
    now = offered(session, int(found[1]), channel=Channel.MACHINE, at=at, grace_days=settings.update_grace_days)
    return not (now is not None and isinstance(now.decision, Answer)
                and _line(now.decision.text) == delivery.values["answer"])  # fmt: skip


def _line(text: str) -> str:
    return " ".join(text.split())
