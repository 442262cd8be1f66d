"""What a person is told in a correction: worked out anew whenever it is to be said, from what may be said then."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.answering.answers import offered
from dispatch.answering.decision import Answer, Channel
from knowledge_base.entries import Entry, EntryVersion, State
from knowledge_base.ledger import Deed, Kind, LedgerRow
from knowledge_base.stages import Stage


@dataclass(frozen=True)
class Words:
    """The text; `without` is the same with who is in charge in the place of the answer, sayable at any time.

    `answer` is what the text tells, where it tells one, of which entry and version: the evidence."""

    text: str
    without: str
    answer: Answer | None = None
    entry_id: int = 0
    version_id: int = 0

    @property
    def unanswered(self) -> "Words":
        """The words that tell no answer."""
        return Words(self.without, self.without)


def words(session: Session, entry: Entry, version: EntryVersion, *, grace_days: int, at: datetime,
          channel: Channel = Channel.MACHINE) -> Words:
    """What a person is told: that it was wrong, and what holds now as far as it may be said; else who is in charge.
    Nothing of it can be typed: what is spoken has been reviewed."""
    before = _before(session, entry, version)
    unit = entry.department
    without = f"{before}请以{unit.name}的答复为准" + (f"，电话{unit.phone}。" if unit.phone else "。")
    now = offered(session, entry.id, channel=channel, at=at, grace_days=grace_days)
    if now is None or not isinstance(now.decision, Answer):
        return Words(without, without)
    return Words(before + now.decision.text, without, now.decision, entry.id, now.version.id)


def _before(session: Session, entry: Entry, version: EntryVersion) -> str:
    gone = Stage(version.stage) is Stage.WITHDRAWN or entry.state == State.WITHDRAWN
    what = "答复现已撤回。" if gone else "内容有误，现予更正。"
    return f"您此前咨询{asked(session, entry, version)}时，热线告知的{what}"


def asked(session: Session, entry: Entry, version: EntryVersion) -> str:
    """What the person had asked; not named when it was taken down for secrecy: the question may be the secret."""
    return "的一个问题" if _pulled(session, version) else f"“{version.question or entry.question}”"


def _pulled(session: Session, version: EntryVersion) -> bool:
    """Whether this version was taken down for secrecy, or a later one was: it may ask the same."""
    pulled = select(LedgerRow.id).where(LedgerRow.kind == Kind.ENTRY, LedgerRow.thing_id == version.entry_id,
                                        LedgerRow.deed == Deed.PULLED, LedgerRow.version >= version.number)  # fmt: skip
    return session.scalar(pulled.limit(1)) is not None
