"""The console twin of every way: a message goes to the log, numbers masked and without secrets."""

from dataclasses import dataclass
from urllib.parse import urlsplit

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
        text = message.shown or f"{message.topic} {message.values.get('number', '')}".strip()
        log.info("told", channel=self.channel, place=_shown(message.place), subject=message.subject, text=text)
        return message.id


def _shown(place: str) -> str:
    """An address as the log may have it: of another system the name alone, for what follows may be a secret."""
    if "://" in place:
        return urlsplit(place).hostname or ""
    return place if "@" in place else mask(place)
