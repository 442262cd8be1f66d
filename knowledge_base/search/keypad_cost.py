"""What a caller pays to find a question on the keys: presses, and seconds until the right title has been read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge_base.search.alphabet import spelled
from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index
from knowledge_base.search.keypad import MOST_KEYS, initials, keys
from knowledge_base.search.readings import read

DEPARTMENT, END, CHOICE = 3, 1, 1
"""Keys besides those of the word: the department's number, # after the word, and the number of the title."""
MOST_READ_OUT = 3


@dataclass(frozen=True)
class Pace:
    """How long things take, in seconds: a key, a title's beginning, each of its characters, and what is said before
    each title."""

    key: float
    title: float
    character: float
    before: float

    def of(self, title: str) -> float:
        return self.before + self.title + self.character * sum(c.isalnum() for c in title)


@dataclass(frozen=True)
class Cost:
    """One way to key: of so many callers (one for each keyword of each entry) the share whose question is among the
    three titles that are read out, and for those the mean and 90th percentile of keys and seconds."""

    way: str
    callers: int
    reached: float
    first: float
    keys_mean: float
    keys_p90: float
    seconds_mean: float
    seconds_p90: float


def measure(index: Index, pace: Pace) -> list[Cost]:
    """Have a caller look for each entry by each of its keywords, by initials and by whole syllables."""
    held = index.documents()
    titles = {d.entry_id: d.question for d in held}
    ways = (("initials", lambda word: keys(initials(word))), ("syllables", syllables))
    return [_cost(way, [_call(index, d, spell(word), titles, pace) for d, word in _wanted(held) if spell(word)])
            for way, spell in ways]  # fmt: skip


def _wanted(held: Iterable[Document]) -> Iterable[tuple[Document, str]]:
    return ((d, word) for d in held for word in d.keywords)


def syllables(word: str) -> str:
    """The keys of a word's whole syllables."""
    spelling = spelled()
    return "".join(keys(spelling.get(sound, sound)) for sound in read(word).sounds)


def _call(index: Index, wanted: Document, pressed: str, titles: dict[int, str],
          pace: Pace) -> tuple[int, int, float] | None:  # fmt: skip
    """Place of the title, keys and seconds; None when it isn't read out."""
    pressed = pressed[:MOST_KEYS]
    found = [match.entry_id for match in index.by_keys(wanted.department_id, pressed, most=MOST_READ_OUT)]
    if wanted.entry_id not in found:
        return None
    place = found.index(wanted.entry_id) + 1
    before = DEPARTMENT + len(pressed) + END
    heard = sum(pace.of(titles[entry_id]) for entry_id in found[:place])
    return place, before + CHOICE, before * pace.key + heard


def _cost(way: str, calls: Sequence[tuple[int, int, float] | None]) -> Cost:
    reached = [call for call in calls if call is not None]
    pressed, seconds = sorted(c[1] for c in reached), sorted(c[2] for c in reached)
    share = 1 / len(calls) if calls else 0.0
    return Cost(
        way, len(calls), round(len(reached) * share, 4), round(sum(c[0] == 1 for c in reached) * share, 4),
        _mean(pressed), _p90(pressed), _mean(seconds), _p90(seconds),
    )  # fmt: skip


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 2) if values else 0.0


def _p90(values: Sequence[float]) -> float:
    return round(float(values[min(len(values) - 1, int(0.9 * len(values)))]), 2) if values else 0.0
