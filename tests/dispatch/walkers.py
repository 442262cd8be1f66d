"""Workers that walk in processes of their own and are killed (SIGKILL) in the midst of it, again and again."""

import json
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path

from dispatch.tickets.tickets import TicketStep
from hotline.database import Database
from hotline.settings import Settings
from tests.dispatch.town import Staff
from tests.dispatch.walking import Walk

CRASHES = 0.05  # of all steps: those that end between flush and commit without a process that dies
AGE = 1000  # minutes that each begins after the one before
BEGINS = get_context("forkserver")
DONE, REFUSED = "done", "refused"


@dataclass
class Diary:
    """What one worker did, line by line, in a file that outlives him: what he is about to commit, and what came of it."""

    path: Path

    def write(self, what: object) -> None:
        with self.path.open("ab", buffering=0) as file:
            file.write(json.dumps(what).encode() + b"\n")

    def lines(self) -> list[object]:
        return [json.loads(line) for line in self.path.read_bytes().splitlines()] if self.path.exists() else []

    def count(self, *what: str) -> int:
        """How many steps came to one of these ends."""
        written = self.path.read_bytes() if self.path.exists() else b""
        return sum(written.count(f'"{one}"'.encode()) for one in what)

    def told(self) -> Iterator[tuple[dict[str, int], bool]]:
        """The steps that he was about to take, by ticket, and whether he knew afterwards that he had."""
        for line, after in pairwise([*self.lines(), None]):
            if isinstance(line, dict) and after != REFUSED:
                yield line, after == DONE


@dataclass
class Walker(Walk):
    """A walk that is written down as it goes."""

    diary: Diary = field(default_factory=lambda: Diary(Path(os.devnull)))

    def step(self, which: int, choice: int, *, crash: bool = False) -> bool:
        taken = super().step(which, choice, crash=crash)
        self.diary.write(DONE if taken else REFUSED)
        return taken

    def _about_to(self, written: list[TicketStep]) -> None:
        counted: dict[int, int] = {}
        for step in written:
            counted[step.ticket_id] = counted.get(step.ticket_id, 0) + 1
        self.diary.write(counted)

    def _count(self, written: list[TicketStep]) -> None:
        """By the diary, when all are over."""


def walk_on(address: str, settings: Settings, staff: Staff, numbers: list[str], diary: Path, seed: int, clock: int) -> None:
    """One worker's life: steps at random until he is killed, or nobody is there any more who could."""
    walker = Walker(Database(address), settings, staff, numbers=numbers, clock=clock, diary=Diary(diary))
    dice = random.Random(seed)
    while (parent := parent_process()) and parent.is_alive():
        walker.step(dice.randrange(len(numbers)), dice.randrange(100), crash=dice.random() < CRASHES)


@dataclass
class Walkers:
    """Several at once; each who is killed has a successor at once."""

    walk: Walk
    folder: Path
    killed: int = 0
    diaries: list[Diary] = field(default_factory=list)
    living: list[BaseProcess] = field(default_factory=list)

    def go(self, steps: int, *, workers: int, every: float) -> None:
        """Until all have taken so many steps together; one of them is killed every so many seconds, at last all."""
        dice = random.Random(96128)
        BEGINS.set_forkserver_preload([__name__])  # else each who begins reads all there is of the program first
        for _ in range(workers):
            self._begin()
        while self.count(DONE) < steps:
            time.sleep(every)
            assert all(one.is_alive() for one in self.living), "nobody ends but by being killed"
            self._kill(self.living[dice.randrange(workers)])
            self._begin()
        for one in list(self.living):
            self._kill(one)
        self._count()

    def _begin(self) -> None:
        number, walk = len(self.diaries), self.walk
        self.diaries.append(Diary(self.folder / f"{number}.diary"))
        address = walk.database.engine.url.render_as_string(hide_password=False)
        given = (address, walk.settings, walk.staff, walk.numbers, self.diaries[-1].path, number, AGE * number)
        self.living.append(BEGINS.Process(target=walk_on, args=given, daemon=True))
        self.living[-1].start()

    def _kill(self, one: BaseProcess) -> None:
        one.kill()
        one.join()
        self.living.remove(one)
        self.killed += 1

    def _count(self) -> None:
        """What they wrote down is what the walk has taken; what nobody knows the end of is in doubt. It goes on when all
        of them are over."""
        self.walk.clock = AGE * len(self.diaries) + max(diary.count(DONE, REFUSED) for diary in self.diaries)
        for diary in self.diaries:
            for steps, sure in diary.told():
                for ticket, many in steps.items():
                    (self.walk.taken if sure else self.walk.doubtful)[self.walk.ids[int(ticket)]] += many

    def count(self, *what: str) -> int:
        """How many steps of all came to one of these ends."""
        return sum(diary.count(*what) for diary in self.diaries)
