"""The telephone as a way out of the house: the teller hands it a message, and the exchange rings."""

from dataclasses import dataclass

from dispatch.callbacks import by_phone
from dispatch.callbacks.telephone import Telephone
from hotline.database import Database
from hotline.exchange.errors import ActionRefused
from hotline.settings import Settings
from hotline.telling.carriers import Later, Message, NotNow, Underway
from hotline.telling.phone import rung
from hotline.times import now


@dataclass(frozen=True)
class Ringing:
    """Rings whom a message names. Whether he took it and heard it out is told by the dialplan's script and by the
    listener; while the exchange can't be asked, nobody is rung and no attempt is lost."""

    settings: Settings
    database: Database
    telephone: Telephone
    name: str = "phone"

    def carry(self, message: Message) -> str:
        """Raises Underway once the exchange has been asked, NotNow or Later where it has not."""
        if (lines := self.telephone.lines()) is None:
            raise NotNow("话务平台无法连接")
        with self.database.writing() as session:
            delivery = by_phone.begin(session, message.values["delivery"], lines, settings=self.settings, at=now())
            if delivery is None:
                return ""
            number, channel_id, call_id = rung(delivery).number, by_phone.channel_of(delivery), delivery.reference
        try:
            self.telephone.tell(number, channel_id=channel_id, call_id=call_id)
        except ActionRefused as refusal:
            raise Later("话务平台拒绝呼叫") from refusal
        raise Underway("正在呼叫")
