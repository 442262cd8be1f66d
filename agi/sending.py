"""What a caller heard goes to his mobile telephone as a short message (短信), in the registered words alone."""

from agi.talk import Talk
from hotline.telling import sms
from hotline.telling.sms import SmsError
from hotline.times import now
from knowledge_base.entries import Entry


class Sending:
    """The answer to one question, in the words in which it was told."""

    def __init__(self, talk: Talk, entry: Entry, text: str) -> None:
        self._talk, self._entry, self._text = talk, entry, text
        with talk.house.database.reading() as session:
            self.offered = sms.sendable(session, sms.ANSWER, talk.caller, settings=talk.house.settings)

    def send(self) -> str:
        """Owe him the message, once in a call; the prompt that tells what became of it."""
        if not sms.is_mobile(self._talk.caller):
            return "hotline/sms_no_mobile"
        return "hotline/sms_sent" if self.offered and self._owed() else "hotline/sms_not_now"

    def _owed(self) -> bool:
        values = {"question": self._entry.question, "answer": " ".join(self._text.split())}
        call_id = self._talk.call_id
        try:
            with self._talk.house.database.writing() as session:
                sms.owe(session, sms.ANSWER, self._talk.caller, values, now(), about=("call", call_id),
                        key=f"call:{call_id}:answer:{self._entry.id}", urgent=True)  # fmt: skip
        except SmsError:  # longer than a short message may be
            return False
        return True
