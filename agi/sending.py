"""What a caller heard goes to his mobile telephone as a short message (短信), in the registered words alone."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from agi.house import House
from agi.talk import Talk
from dispatch.calls import sent_answers
from dispatch.tickets import caller_sms
from dispatch.tickets.progress import Standing
from hotline.telling import sms
from hotline.telling.sms import SmsError
from hotline.times import now
from knowledge_base.entries import Entry


class Sending:
    """One message to who calls; `owe` owes it."""

    def __init__(self, house: House, caller: str, template: str, owe: Callable[[Session], object], *,
                 allowed: bool = True) -> None:  # fmt: skip
        self._house, self._caller, self._owe = house, caller, owe
        with house.database.reading() as session:
            self.offered = allowed and sms.sendable(session, template, caller, settings=house.settings)

    def send(self) -> str:
        """Owe him the message, once in a call; the prompt that tells what became of it."""
        if not sms.is_mobile(self._caller):
            return "hotline/sms_no_mobile"
        return "hotline/sms_sent" if self.offered and self._owed() else "hotline/sms_not_now"

    def _owed(self) -> bool:
        try:
            with self._house.database.writing() as session:
                self._owe(session)
        except SmsError:  # longer than a short message may be, or said no more
            return False
        return True


def answer(talk: Talk, entry: Entry, text: str, *, holds: Callable[[Session], bool] | None = None) -> Sending:
    """The answer to one question, in the words in which it was told, while it `holds`; without that, who is in charge
    of it."""

    def owe(session: Session) -> None:
        if holds is not None and not holds(session):
            raise SmsError("该答复已不能再告知")
        sent_answers.owe(session, talk.call_id, entry, text, to=talk.caller, answer=holds is not None, at=now())

    return Sending(talk.house, talk.caller, sms.ANSWER, owe)


def standing(house: House, told: Standing, *, call_id: str, caller: str) -> Sending:
    """How his matter stands, as he heard it; to a telephone of that matter only."""

    def owe(session: Session) -> None:
        caller_sms.standing(session, told, to=caller, call_id=call_id, at=now())

    return Sending(house, caller, sms.STANDING, owe, allowed=caller in told.sent_to)
