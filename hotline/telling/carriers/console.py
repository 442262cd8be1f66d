"""The console twin of every way: a message goes to the log, numbers masked and without secrets."""

from dataclasses import dataclass

import structlog

from hotline.logs import mask
from hotline.telling.carriers import Message

log = structlog.get_logger()


@dataclass(frozen=True)
class Console:
    """Stands in for a way that this installation has no address for."""

    channel: str
    name: str = "console"

    def carry(self, message: Message) -> str:
        place = message.place if "@" in message.place else mask(message.place)
        log.info("told", channel=self.channel, place=place, subject=message.subject, text=message.shown)
        return message.id
