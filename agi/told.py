"""An answer that the machine tells: noted on the leave that holds at that moment, and asked again whether it still may
be told, for what may be said may change in the midst of a call."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from agi.talk import Talk
from dispatch.answering import answers
from dispatch.answering.answers import Offered
from dispatch.answering.decision import Answer, Channel
from dispatch.calls import tellings
from dispatch.calls.tellings import Telling
from hotline.times import now
from knowledge_base.entries import Entry


def offered(talk: Talk, session: Session, entry: Entry) -> Offered | None:
    """What the machine may say of an entry at this moment."""
    return answers.offered(session, entry.id, channel=Channel.MACHINE, at=now(),
                           grace_days=talk.house.settings.update_grace_days)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One answer, in one version, as it was decided upon."""

    talk: Talk
    offered: Offered
    answer: Answer

    def note(self) -> Telling | None:
        """Note that it is told, in the transaction that decides so once more; None where it may not be any more."""
        with self.talk.house.database.writing() as session:
            decided = self._decided(session)
            if decided is None:
                return None
            return tellings.tell(session, self.talk.call_id, decided, channel=Channel.MACHINE, heard="partly", at=now(),
                                 entry_id=self.offered.entry.id, entry_version_id=self.offered.version.id)  # fmt: skip

    def whole(self, telling: Telling) -> None:
        """It was heard to its end."""
        with self.talk.house.database.writing() as session:
            session.merge(telling).heard = "whole"

    def holds(self, session: Session) -> bool:
        """Whether the same words of the same version may be said at this moment."""
        return self._decided(session) is not None

    def still(self) -> bool:
        """The same, asked by itself."""
        with self.talk.house.database.reading() as session:
            return self.holds(session)

    def _decided(self, session: Session) -> Answer | None:
        found = offered(self.talk, session, self.offered.entry)
        if found is None or found.version.id != self.offered.version.id or not isinstance(found.decision, Answer):
            return None
        return found.decision if found.decision.text == self.answer.text else None
