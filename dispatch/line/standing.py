"""What is said to who waits: his place, the time that it takes about, the key; of fixed prompts, in four seconds."""

from collections.abc import Mapping, Sequence

from dispatch.line.pace import Pace
from hotline.voice import alaw

LONGEST = 4.0  # seconds
LAST = 10  # from this place on only that it is so many
MINUTES = (*range(1, 11), 12, 15, 20, 25, 30)
JOIN = int(0.04 * alaw.RATE)  # of the quiet at a prompt's end that is kept where the next follows at once
LEAD, TAIL = int(0.06 * alaw.RATE), int(0.14 * alaw.RATE)  # quiet that every prompt has
Sounds = Mapping[str, bytes]


def prompts(place: int, pace: Pace | None, *, key: str) -> list[tuple[str, ...]]:
    """The prompts of a place, the fullest first: what doesn't fit into the time gives way, first the key, never the
    place. Who stands too far back is told no time."""
    where = f"place_{min(place, LAST)}"
    if pace is None or place >= LAST:
        return [(where, key), (where,)]
    when = f"wait_{_said(pace.minutes(place))}"
    return [(where, when, key), (where, when), (where,)]


def spoken(place: int, pace: Pace | None, *, key: str, sounds: Sounds) -> bytes:
    """The same as one sound."""
    said = [joined([sounds[name] for name in names]) for names in prompts(place, pace, key=key)]
    return next((one for one in said if len(one) <= LONGEST * alaw.RATE), said[-1])


def joined(sounds: Sequence[bytes]) -> bytes:
    """Prompts in one breath: of the quiet between them little is left."""
    first, *others = sounds
    whole = first
    for one in others:
        whole = whole[: JOIN - TAIL] + one[LEAD:]
    return whole


def _said(minutes: int) -> str:
    """The next of the times that there are words for."""
    return next((str(one) for one in (0, *MINUTES) if minutes <= one), "over")
