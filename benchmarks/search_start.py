"""From a process that has no index to its first answer: a database of entries with phrasings and vectors, on SQLite."""

import os
import tempfile
import time
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import insert

from benchmarks.search_corpus import DEPARTMENTS, titles
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.migrating import migrate
from hotline.times import local_day, now
from knowledge_base.entries import Approval, Entry, EntryVersion, Phrasing, State
from knowledge_base.search.embeddings import Embedding
from knowledge_base.search.live import LiveIndex
from knowledge_base.search.meaning import MODEL, SIZE, digest, packed

ENTRIES, PHRASINGS, KEYWORDS = 10_000, 3, 4  # of each entry, about as many as the demonstration's have


def stock(database: Database, entries: int = ENTRIES, phrasings: int = PHRASINGS) -> None:
    """Published entries, each with so many approved phrasings and four keywords; all but those have vectors."""
    texts, since = titles(entries * (1 + phrasings)), date(2026, 1, 1)
    any_one = packed(np.random.default_rng(1).standard_normal(SIZE).astype(np.float32))
    own = {number: texts[number - 1] for number in range(1, entries + 1)}
    tables: dict[Any, list[dict[str, Any]]] = {
        Department: [{"id": n, "code": str(100 + n), "name": name, "short_name": name}
                     for n, name in enumerate(DEPARTMENTS, start=1)],
        Entry: [{"id": n, "department_id": n % len(DEPARTMENTS) + 1, "question": text, "state": State.PUBLISHED,
                 "published": 1, "keywords": [text[at : at + 3] for at in range(KEYWORDS)]} for n, text in own.items()],
        EntryVersion: [{"entry_id": n, "number": 1, "question": text, "answer": "请到窗口办理。" * 20, "spoken": "办理",
                        "written_by": "x", "valid_from": since} for n, text in own.items()],
        Phrasing: [{"entry_id": n % entries + 1, "text": text, "approval": Approval.APPROVED}
                   for n, text in enumerate(texts[entries:])],
        Embedding: [{"digest": digest(text), "model": MODEL, "vector": any_one} for text in texts],
    }  # fmt: skip
    with database.writing() as session:
        for table, rows in tables.items():
            session.execute(insert(table), rows)


def first_search(database: Database) -> tuple[float, float]:
    """Seconds until the first answer, and those of them that this process calculated."""
    began, calculated, index = time.perf_counter(), time.process_time(), LiveIndex(database)
    try:
        with database.reading() as session:
            found = index.at(session, on=local_day(now())).search("居住证怎么办")
        assert found
        return time.perf_counter() - began, time.process_time() - calculated
    finally:
        index.stop()


def measure() -> dict[str, Any]:
    """One process on one core."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/hotline.db")
        migrate(database)
        stock(database)
        took, calculated = first_search(database)
        database.close()
    return {"entries": ENTRIES, "texts": ENTRIES * (1 + PHRASINGS + KEYWORDS), "first_search_s": round(took, 2),
            "calculated_s": round(calculated, 2)}  # fmt: skip


if __name__ == "__main__":
    print(measure())
