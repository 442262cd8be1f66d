"""What is asked aloud: questions of the demonstration, spread over departments, voices, and ways to put them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.search_corpus import demonstration
from benchmarks.speech_voices import VOICES

QUESTIONS, FEW = 100, 24
NOISE = 15.0  # dB below the voice of those few that are said in noise


@dataclass(frozen=True)
class Question:
    """The title of the entry that is meant, what is said, by whom, and over what noise: so many dB below his voice."""

    title: str
    text: str
    voice: str
    snr: float | None = None


def questions() -> list[Question]:
    """A hundred, the voices by turns: four as the entry's title, four as somebody has put it before, and so on."""
    held, voices = demonstration(), list(VOICES)
    found = []
    for place in range(QUESTIONS):
        one = held[place * len(held) // QUESTIONS]
        text = one.phrasings[0] if place // len(voices) % 2 else one.question
        found.append(Question(one.question, text, voices[place % len(voices)]))
    return found


def few() -> list[Question]:
    """Twenty-four of them: each voice says three titles and three phrasings, and one of these in noise."""
    asked, many = questions(), len(VOICES)
    some = [asked[place * many + place // 2 % many] for place in range(FEW)]
    return [replace(one, snr=NOISE) if place % 5 == 4 else one for place, one in enumerate(some)]


def in_noise(asked: Sequence[Question], snr: float | None) -> list[Question]:
    """The same questions, all over such noise; None: clean."""
    return [replace(one, snr=snr) for one in asked]
