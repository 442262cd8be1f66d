"""Callers who each ask one question aloud in a real call, and say yes to whatever the machine asks then."""

import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speech_asked import Question
from benchmarks.speech_talk import Place, Steps, Talk
from benchmarks.speech_voices import VOICES, on_the_line, say
from cli import sip
from dispatch.calls.calls import Step
from hotline.exchange import nodes
from hotline.exchange.link import Link
from knowledge_base.entries import Entry
from knowledge_base.search.match import Verdict

YES = "是的。"
APART = 2.5  # seconds between two callers, each of whom says two things: two cores hear one a second
TOGETHER = 5  # at most, should the machine be slower than that
TRIES, LATER = 4, 5.0  # calls of whom a busy machine could not hear, his question or his yes, and seconds between them


@dataclass(frozen=True)
class Found:
    """What became of a question: whether it was heard at all, where the right entry stood, whether the machine was sure
    of it and asked him for a yes, what his yes chose, whether the machine was too busy for his yes."""

    question: Question
    heard: bool = False
    first: bool = False
    among: bool = False
    asked_back: bool = False
    answered: bool = False
    busy: bool = False
    wrong: bool = False
    words: str = ""

    @property
    def told(self) -> str:
        """For who looks why it was not found."""
        over = "" if self.question.snr is None else f" over noise {self.question.snr:.0f} dB below"
        return f"{self.question.voice}{over}: {self.question.text} → {self.words}"


def ask(place: Place, asked: Sequence[Question], *, group: int = 0) -> list[Found]:
    """One call a question, a few at a time; who met a busy ear calls again. `group`: another one for each time
    that a house is asked, for then other people ask."""
    said = say([*((q.voice, q.text) for q in asked), *((voice, YES) for voice in VOICES)])
    yes = dict(zip(VOICES, said[len(asked) :], strict=True))
    numbers = sip.citizens(TRIES * len(asked), str(group))
    began = time.monotonic()
    with (tempfile.TemporaryDirectory() as folder, Link(nodes.address(place.here.settings)) as link,
          ThreadPoolExecutor(TOGETHER) as callers):  # fmt: skip
        lines = [_Caller(place, link, question, said[turn], yes[question.voice], Path(folder), turn,
                         numbers[turn :: len(asked)], began + turn * APART)
                 for turn, question in enumerate(asked)]  # fmt: skip
        return list(callers.map(_Caller.asks, lines))


def summed(found: Sequence[Found]) -> dict[str, int]:
    """The figures of one kind."""
    return {
        "questions": len(found),
        "first": sum(one.first for one in found),
        "among_three": sum(one.among for one in found),
        "wrong": sum(one.wrong for one in found),
        "asked_back": sum(one.asked_back and not one.busy for one in found),
        "answered": sum(one.answered for one in found),
        "not_heard": sum(not one.heard for one in found),
    }


@dataclass(frozen=True)
class _Caller:
    place: Place
    link: Link
    question: Question
    said: Path
    yes: Path
    folder: Path
    turn: int
    numbers: Sequence[str]
    at: float

    def asks(self) -> Found:
        time.sleep(max(0.0, self.at - time.monotonic()))
        asks, agrees = self.folder / f"{self.turn}.alaw", self.folder / f"{self.turn}-yes.alaw"
        for said, file in ((self.said, asks), (self.yes, agrees)):
            on_the_line(said, file, snr=self.question.snr, seed=self.turn)
        for number in self.numbers:
            found = self._found(Talk(self.place, self.link, number, asks, agrees).steps())
            if found.heard and not found.busy:
                break
            time.sleep(LATER)
        if not found.first or (found.asked_back and not found.answered):
            print(found.told, file=sys.stderr)
        return found

    def _found(self, steps: Steps) -> Found:
        heard = next((detail for kind, detail in steps if kind == Step.HEARD), None)
        if heard is None:
            return Found(self.question, words=f"not heard: {list(steps)}")
        with self.place.database.reading() as session:
            titles = [session.get_one(Entry, one).question for one in heard.get("offered", [])]
        right = self.question.title
        named = [detail for kind, detail in steps if kind == Step.CANDIDATE]
        taken = [detail["question"] for detail in named if detail["confirmed"]]
        busy = Step.FAULT in {kind for kind, _ in steps}
        replies = "".join(f"; his yes: {detail['said']!r}" for detail in named) + ("; busy" if busy else "")
        words = f"{heard['words']} ({heard['score']}, {heard['verdict']}){replies}"
        first, wrong = titles[:1] == [right], bool(taken) and right not in taken
        sure = first and heard["verdict"] == Verdict.SURE
        return Found(self.question, True, first, right in titles, sure, right in taken, busy, wrong, words)
