"""What a process holds of a hundred thousand entries: when it has made its index from the database, and while it makes
the next one beside the one that is searched."""

import multiprocessing
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

from benchmarks.search_corpus import questions, titles
from benchmarks.search_start import KEYWORDS, PHRASINGS, stock
from hotline.database import Database
from hotline.migrating import migrate
from hotline.times import local_day, now
from knowledge_base.search import rebuilding
from knowledge_base.search.index import Index
from knowledge_base.search.live import LOOK_EVERY, LiveIndex

ENTRIES, QUESTIONS = 100_000, 100
PATIENCE = 600  # seconds; it takes about twenty


def stocked(folder: str, entries: int) -> str:
    """A database of so many entries; its address."""
    database = Database(f"sqlite:///{folder}/hotline.db")
    migrate(database)
    stock(database, entries)
    database.close()
    return database.address


def held(address: str, folder: str) -> dict[str, float]:
    """Megabytes of this process, all of them and (`own`) those that lie in no file; `most`: for a moment."""
    database, live, asked = Database(address), LiveIndex(name="measured"), questions(titles(2000), QUESTIONS)
    live.warm(database, Path(folder))

    def index() -> Index:
        with database.reading() as session:
            return live.at(session, on=local_day(now()))

    first, found = index(), dict[str, float]()
    for words in asked:
        first.search(words, full=True)
    found |= {"made_most_mb": megabytes("VmHWM"), "made_mb": megabytes("VmRSS"), "made_own_mb": megabytes("RssAnon")}
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the most is counted anew
    with database.writing() as session:
        rebuilding.order(session, by="measured", at=now())
    own, asked_now, until = [0.0], cycle(asked), time.monotonic() + PATIENCE
    while index() is first:  # two questions a second
        assert time.monotonic() < until, "the index was not made anew"
        first.search(next(asked_now), full=True)
        for _ in range(20):
            own.append(megabytes("RssAnon"))
            time.sleep(0.025)
    del first
    found |= {"beside_most_mb": megabytes("VmHWM"), "beside_own_mb": max(own)}
    for words in asked:
        index().search(words, full=True)
    time.sleep(2 * LOOK_EVERY)  # by then the one of before has been let go
    live.stop()
    return found | {"after_mb": megabytes("VmRSS"), "after_own_mb": megabytes("RssAnon")}


def megabytes(name: str) -> float:
    """Of this process, as the system tells it."""
    words = Path("/proc/self/status").read_text("ascii").split(f"{name}:")[1]
    return round(int(words.split()[0]) / 2**10, 1)


def measure(entries: int = ENTRIES) -> dict[str, Any]:
    """Stocked and measured each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        address = alone(stocked, folder, entries)
        found: dict[str, Any] = alone(held, address, folder)
    return {"entries": entries, "texts": entries * (1 + PHRASINGS + KEYWORDS)} | found


def alone(work: Callable[..., Any], *given: Any) -> Any:
    """Done in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, given)


if __name__ == "__main__":
    print(measure())
