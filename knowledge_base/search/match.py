"""What a search found, and what may be said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

SURE = 50.0  # chance in % from which the first match may be taken for what was meant
SURE_ALOUD = 80.0  # the same for what was said aloud, and may be misheard: below it, a wrong one was first too often
FEW = 3  # titles that are asked about where none of them is likely: as many as the telephone reads out
NOTHING = 15.0  # chance in % that there is an answer below which 'I don't know' is the true answer, as long as the
# collection's own questions have not told where to draw the line (see `limits`)


class Verdict(StrEnum):
    """What may be said of a search's outcome."""

    SURE = "sure"
    UNSURE = "unsure"  # did you mean …?
    NOTHING = "nothing"


@dataclass(frozen=True)
class Match:
    """An entry that was found. `score` is the chance in % that it is what was meant, whatever way it was searched;
    `inside` the chance in % that the knowledge base has an answer at all, and `limit` the chance below which 'I don't
    know' is said (both the same in all matches of a search)."""

    entry_id: int
    score: float
    inside: float = 100.0
    limit: float = NOTHING


def verdict(matches: Sequence[Match]) -> Verdict:
    """Whether the first match may be taken, must be asked about (also where the second fits as well), or
    'I don't know' is the answer."""
    if not matches or matches[0].inside < matches[0].limit:
        return Verdict.NOTHING
    likely = sum(match.score >= SURE for match in matches[:2])
    return Verdict.SURE if likely == 1 else Verdict.UNSURE


def worth_showing(matches: Sequence[Match]) -> list[Match]:
    """The matches, or none when the knowledge base most likely has no answer."""
    return [] if verdict(matches) == Verdict.NOTHING else list(matches)


def hardly(matches: Sequence[Match]) -> bool:
    """Whether what was meant is likelier not among the matches than it is: then nothing was found, and somebody is only
    asked whether he meant one of the nearest."""
    return verdict(matches) is Verdict.UNSURE and sum(match.score for match in matches) < SURE


def to_show(matches: Sequence[Match]) -> list[Match]:
    """What is put before somebody who reads: few where nothing was found, so that none of them looks like an answer."""
    return worth_showing(matches[:FEW] if hardly(matches) else matches)


def verdict_aloud(matches: Sequence[Match]) -> Verdict:
    """The same for words that were recognised from speech: misheard ones must not lead to a wrong answer, so that
    what is only likely is asked about."""
    found = verdict(matches)
    return Verdict.UNSURE if found is Verdict.SURE and matches[0].score < SURE_ALOUD else found
