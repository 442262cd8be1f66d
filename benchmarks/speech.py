"""`make bench-speech`: a hundred questions in four voices, spoken in real calls by somebody who always says yes."""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import report, speech_knowledge
from benchmarks.callers import wait_for
from benchmarks.report import PROJECT
from benchmarks.speech_asked import QUESTIONS, in_noise, questions
from benchmarks.speech_callers import ask, summed
from cli.installation import Installation, installation
from cli.up import prepare_database, running
from hotline.database import Database
from hotline.times import now
from tests.journeys.conftest import environment, free_ports

NOISES: dict[str, float | None] = {"clean": None, "snr15": 15.0, "snr5": 5.0}


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
        database, at = prepare_database(here), now()
        with database.writing() as session:
            speech_knowledge.settle(session, at=at)
        with database.writing() as session:
            speech_knowledge.understand(session, at=at)
        with speech_knowledge.standing_in(database, here.settings), running(here):
            wait_for(here.settings.agi_port)
            wait_for(here.settings.hear_port, 60)
            time.sleep(12)  # the likely words, and the first index
            yield House(here, database)
        database.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def show(figures: dict[str, dict[str, int]]) -> None:
    """The table of docs/benchmarks.md."""
    head = ["", "questions", "right one first", "among three", "asked for a yes", "answered on it", "wrongly answered",
            "not heard"]  # fmt: skip
    columns = ("questions", "first", "among_three", "asked_back", "answered", "wrong", "not_heard")
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
        for group, (noise, snr) in enumerate(NOISES.items()):
            figures[noise] = summed(ask(place, in_noise(questions()[: chosen.most], snr), group=group))
            print(noise, figures[noise], file=sys.stderr)
    print(figures)
    if not chosen.trial:
        report.write("speech", figures, "faster-whisper", "ctranslate2", "onnxruntime", load_before=before)
        show(figures)


if __name__ == "__main__":
    main()
