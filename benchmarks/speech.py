"""`make bench-speech`: a hundred questions in four voices, spoken in real calls by somebody who always says yes."""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from agi.scripts.self_service import contact_sentence
from benchmarks import report
from benchmarks.callers import wait_for
from benchmarks.report import PROJECT
from benchmarks.speech_voices import VOICES, on_the_line, say
from cli import demo_load, sip
from cli.installation import Installation, installation
from cli.sip_scenario import Press, Say, Wait
from cli.up import prepare_database, running
from dispatch.calls.calls import Call, CallStep, Step
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.times import local_day, now
from hotline.voice import orders
from hotline.voice.orders import SpeechOrder
from knowledge_base.entries import Approval, Entry, EntryVersion, Phrasing, State
from knowledge_base.search import meaning
from knowledge_base.search.understanding import Understanding
from tests.journeys.conftest import environment, free_ports

QUESTIONS = 100
NOISES: dict[str, float | None] = {"clean": None, "snr15": 15.0, "snr5": 5.0}
TOGETHER = 8  # callers at a time: what two cores hear almost without a queue
YES = "是的。"
TO_THE_MACHINE = (Wait(1.5), Press("1", 2.5))
THINKS = 6.0  # from the end of his question into what he is asked
ENOUGH = 4.0
STAND_IN = b"\xd5" * 2400  # for what the machine says: it isn't measured, and rendering it takes an hour


@dataclass(frozen=True)
class Question:
    """What is asked, by whom, and the entry that is meant."""

    entry_id: int
    text: str
    voice: str


def questions(database: Database) -> list[Question]:
    """Spread over all departments: every other one as the entry's title, the others as somebody has put it before."""
    with database.reading() as session:
        rows = session.scalars(select(Entry).where(Entry.state == State.PUBLISHED).order_by(Entry.id)).all()
        picked = [rows[place * len(rows) // QUESTIONS] for place in range(QUESTIONS)]
        found = []
        for place, entry in enumerate(picked):
            other = select(Phrasing.text).where(Phrasing.entry_id == entry.id, Phrasing.approval == Approval.APPROVED)
            text = session.scalars(other.order_by(Phrasing.id)).first() if place // len(VOICES) % 2 else None
            found.append(Question(entry.id, text or entry.question, list(VOICES)[place % len(VOICES)]))
        return found


@dataclass(frozen=True)
class House:
    """A running system with the demonstration's knowledge."""

    here: Installation
    database: Database


@contextmanager
def house() -> Iterator[House]:
    """Start it all where callers may speak; afterwards nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    port = str(free_ports(1)[0])
    here = installation(environment(folder, SPEECH="true", HEAR_PORT=port, HEARING_FOLDER=str(PROJECT / ".hearing")))
    try:
        database = prepare_database(here)
        with database.writing() as session:
            list(demo_load.load(session, password="correct horse battery", at=now()))
            session.execute(delete(SpeechOrder))
        _understand(database)
        _stand_in(here, database)
        with running(here):
            wait_for(here.settings.agi_port)
            wait_for(here.settings.hear_port, 60)
            time.sleep(12)  # the likely words, and the first index
            yield House(here, database)
        database.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _understand(database: Database) -> None:
    engine = meaning.engine()
    if engine is not None:
        reader = Understanding(database, engine)
        while reader.work(on=local_day(now()), seconds=30):
            print("reading what the questions mean …", file=sys.stderr)


def _stand_in(here: Installation, database: Database) -> None:
    with database.reading() as session:
        columns = (Entry.question, EntryVersion.spoken, EntryVersion.summary)
        texts = [text for column in columns for text in session.scalars(select(column))]
        texts += map(contact_sentence, session.scalars(select(Department)))
    here.settings.sounds.mkdir(parents=True, exist_ok=True)
    for name in {name for text in texts if text for name in orders.names_of(text, voice=here.settings.voice)}:
        (here.settings.sounds / f"{name}.alaw").write_bytes(STAND_IN)


def measure(place: House, asked: Sequence[Question], noise: str) -> dict[str, int]:
    """One call a question; who was not heard at all, for a key was lost, calls once more."""
    said = say([*((q.voice, q.text) for q in asked), *((voice, YES) for voice in VOICES)])
    yes = dict(zip(VOICES, said[len(asked) :], strict=True))
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(TOGETHER) as callers:
        lines = [
            _Caller(place, number, question, said[number], yes[question.voice], noise, Path(folder))
            for number, question in enumerate(asked)
        ]
        found = list(callers.map(_Caller.calls, lines))
    return {
        "questions": len(asked),
        "first": sum(one.first for one in found),
        "among_three": sum(one.among for one in found),
        "wrong": sum(one.wrong for one in found),
        "answered": sum(one.answered for one in found),
        "not_heard": sum(not one.heard for one in found),
    }


@dataclass(frozen=True)
class Found:
    """What became of one call."""

    heard: bool = False
    first: bool = False
    among: bool = False
    answered: bool = False
    wrong: bool = False


@dataclass(frozen=True)
class _Caller:
    place: House
    number: int
    question: Question
    said: Path
    yes: Path
    noise: str
    folder: Path

    def calls(self) -> Found:
        for attempt in (1, 2):
            found = self._call(f"1{attempt}{list(NOISES).index(self.noise)}{self.number:08d}")
            if found.heard:
                return found
        return Found()

    def _call(self, number: str) -> Found:
        asks, agrees = self.folder / f"{number}.alaw", self.folder / f"{number}-yes.alaw"
        seconds = on_the_line(self.said, asks, snr=NOISES[self.noise], seed=self.number)
        on_the_line(self.yes, agrees, snr=NOISES[self.noise], seed=self.number)
        steps = (*TO_THE_MACHINE, Say(asks), Wait(seconds + THINKS), Say(agrees), Wait(ENOUGH))
        with sip.call(*steps, port=self.place.here.settings.sip_port, caller=number) as line:
            line.result(60)
        return self._found(number)

    def _found(self, number: str) -> Found:
        time.sleep(1)
        with self.place.database.reading() as session:
            query = select(CallStep).join(Call).where(Call.caller == number).order_by(CallStep.id)
            steps = [(step.kind, step.detail) for step in session.scalars(query)]
        heard = next((detail for kind, detail in steps if kind == Step.HEARD), None)
        if heard is None:
            return Found()
        offered, right = heard.get("offered", []), self.question.entry_id
        taken = [detail["entry"] for kind, detail in steps if kind == Step.CANDIDATE and detail["confirmed"]]
        if offered[:1] != [right]:
            why = f"{heard['score']}, {heard['verdict']}"
            print(f"{self.noise}: {self.question.text} → {heard['words']} ({why})", file=sys.stderr)
        return Found(True, offered[:1] == [right], right in offered, right in taken, bool(taken) and right not in taken)


def show(figures: dict[str, dict[str, int]]) -> None:
    """The table of docs/benchmarks.md."""
    head = ["", "questions", "right one first", "among three", "answered on his yes", "wrongly answered", "not heard"]
    columns = ("questions", "first", "among_three", "answered", "wrong", "not_heard")
    rows: list[list[object]] = [[noise, *(found[column] for column in columns)] for noise, found in figures.items()]
    rows.append(["accents", "unmeasured", *[""] * (len(columns) - 1)])
    report.put("speech", f"{report.table(head, rows)}\n\n{report.measured_on('speech')}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--most", type=int, default=QUESTIONS, help="questions of each kind")
    options.add_argument("--try", dest="trial", action="store_true", help="print only, write nothing")
    chosen = options.parse_args()
    before, figures = report.load(), dict[str, Any]()
    with house() as place:
        asked = questions(place.database)[: chosen.most]
        for noise in NOISES:
            figures[noise] = measure(place, asked, noise)
            print(noise, figures[noise], file=sys.stderr)
    print(figures)
    if not chosen.trial:
        report.write("speech", figures, "faster-whisper", "ctranslate2", "onnxruntime", load_before=before)
        show(figures)


if __name__ == "__main__":
    main()
