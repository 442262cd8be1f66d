"""The demonstration's entries as a file of `hotline knowledge evaluate`: the first phrasing of each is asked and stands
nowhere, in five ways; and questions that no office answers."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.search_corpus import demonstration, like_sounding, misheard, spelled_out
from knowledge_base.search.readings import read

STRANGE = (Path(__file__).parent / "search_strange.txt").read_text("utf-8").split()
"""What is asked at home and not at an office."""


def rows() -> Iterator[dict[str, Any]]:
    """Titles and all phrasings but the first, the questions with what answers them, and those without an answer."""
    every = [(str(one.entry_id), one.phrasings[0], [one.question, *one.phrasings[1:]]) for one in demonstration()]
    for number, _, texts in every:
        for nth, text in enumerate(texts):
            yield {"type": "doc", "id": f"{number}.{nth}", "text": text}
    alike = like_sounding([text for _, asked, texts in every for text in (asked, *texts)])
    for number, asked, texts in every:
        right = [f"{number}.{nth}" for nth in range(len(texts))]
        yield from _asked(asked, right, alike)
        yield _question(read(texts[0]).firsts[:8], right, "prefix")
    for text in STRANGE:
        yield from _asked(text, [], alike)


def write(file: Path) -> Path:
    """The same as a file."""
    lines = (json.dumps(row, ensure_ascii=False) for row in rows())
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _asked(text: str, right: list[str], alike: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
    reading = read(text)
    yield _question(text, right, "clean")
    yield _question(misheard(reading, alike, random.Random(text)), right, "misheard")
    yield _question(spelled_out(reading), right, "pinyin")
    yield _question(reading.firsts, right, "initials")


def _question(text: str, right: list[str], group: str) -> dict[str, Any]:
    return {"type": "query", "id": f"{group} {text}", "text": text, "gold": right, "group": group}
