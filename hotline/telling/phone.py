"""By telephone: somebody is rung, presses a key, and hears a text; of several numbers the next where one isn't taken.

Rounds, pauses and numbers stand in the message itself: a duty office is rung otherwise than a citizen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from hotline.telling import outbox
from hotline.telling.outbox import Channel, Delivery, State
from hotline.voice import orders


@dataclass(frozen=True)
class Line:
    """One telephone, and whose it is, in words; a citizen's has no name."""

    number: str
    name: str = ""


def owe(session: Session, lines: Sequence[Line], text: str, *, key: str, topic: str, about: tuple[str, object],
        rounds: int, pause_minutes: int, voice: str, urgent: bool = False, at: datetime) -> bool:
    """Owe that the first of these who presses the key hears a text, and have it spoken by then; False where nobody can
    be rung, or the same is owed already. `urgent`: by night, too, and before whoever waits on the line."""
    if not lines:
        return False
    orders.order(session, text, voice=voice, urgent=True, at=at)
    values = {"text": text, "lines": [[line.number, line.name] for line in lines], "rounds": rounds,
              "pause": pause_minutes}  # fmt: skip
    return outbox.owe(session, key=key, channel=Channel.PHONE, place=lines[0].number, topic=topic, about=about,
                      values=values, urgent=urgent, at=at)  # fmt: skip


def drop(session: Session, topic: str, *, about: tuple[str, object], at: datetime) -> None:
    """Nobody need hear of it any more: what isn't being said at this moment is said to nobody."""
    kind, thing = about
    owed = Delivery.kind == kind, Delivery.thing == str(thing), Delivery.channel == Channel.PHONE
    session.execute(update(Delivery).where(*owed, Delivery.topic == topic, Delivery.state == State.OWED)
                    .values(state=State.VOID, ended_at=at))  # fmt: skip


def lines_of(delivery: Delivery) -> list[Line]:
    """Who is rung for a message, one after the other."""
    return [Line(*line) for line in delivery.values["lines"]]


def rung(delivery: Delivery) -> Line:
    """Whom its attempt rings."""
    lines = lines_of(delivery)
    return lines[max(0, delivery.attempts - 1) % len(lines)]


def most(delivery: Delivery) -> int:
    """How often somebody is rung for it."""
    return len(lines_of(delivery)) * int(delivery.values["rounds"])


def pause(delivery: Delivery) -> timedelta:
    """How long to wait after an attempt: the next number is rung at once, the first again after a while."""
    whole_round = delivery.attempts % len(lines_of(delivery)) == 0
    return timedelta(minutes=int(delivery.values["pause"]) if whole_round else 0)
