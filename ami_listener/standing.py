"""What the exchange says to who waits: made anew as the pace changes, and believed only while somebody makes it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from dispatch.line.pace import Pace, pace
from dispatch.line.standing import LAST, spoken
from hotline.database import Database
from hotline.exchange import actions
from hotline.exchange.link import Link
from hotline.settings import Settings
from hotline.voice import alaw, house_prompts
from hotline.voice.prompts import spoken as fixed
from hotline.voice.rendering import write_whole

FRESH = timedelta(minutes=2)  # older, and the exchange says the place alone
UNSAID = bytes([alaw.SILENCE]) * (alaw.RATE // 50)
# The exchange's own words around the number: what is made here is whole by itself.
AROUND = ("position_before", "position_after", "more_before")
Made = dict[str, bytes]


def keep(link: Link, made: Made, *, settings: Settings, database: Database, at: datetime) -> None:
    """Put the sound of every place where the exchange finds it, and have it believe them for a while. `made` is what
    lies there already."""
    with database.reading() as session:
        now = pace(session, settings=settings, at=at)
    for name, sound in said(now, key="key_place" if settings.queue_offer else "key_message", house=settings.folder):
        if made.get(name) != sound:
            write_whole(settings.folder.resolve() / "exchange/generated/waiting" / f"{name}.alaw", sound)
            made[name] = sound
    actions.db_put(link, "waiting", "until", str(int((at + FRESH).timestamp())))


def said(now: Pace | None, *, key: str, house: Path) -> Iterator[tuple[str, bytes]]:
    """By the names under which the exchange asks for them: the sounds of all places."""
    prompts = _prompts(house)
    for place in range(1, LAST + 1):
        sound = spoken(place, now, key=key, sounds=prompts)
        yield "hotline/you_are_next" if place == 1 else f"digits/{place}", sound
    yield from ((f"hotline/{name}", UNSAID) for name in AROUND)


def _prompts(house: Path) -> Made:
    """As they are heard here: a person may have said them anew."""
    wanted = [name for name in fixed() if name.startswith(("place_", "wait_", "key_"))]
    return {name: house_prompts.sound(name, house) for name in wanted}
