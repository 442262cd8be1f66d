"""How characters and words sound, by the tables of the package pypinyin, read one by one: loaded by the package itself
they take fifty megabytes of every process."""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from json import JSONDecoder
from pathlib import Path
from typing import Any

_VALUE = re.compile(r"\s*:\s*")

def characters() -> Iterator[tuple[int, str]]:
    """Each character's code point, and its syllables with tones, the most usual first."""
    return ((int(point), readings.split(",")[0]) for point, readings in _told("pinyin_dict.json"))


def words() -> Iterator[tuple[str, list[str]]]:
    """Each known word, and its characters' syllables with tones."""
    return ((word, [syllable[0] for syllable in readings]) for word, readings in _told("phrases_dict.json"))


def _told(table: str) -> Iterator[tuple[str, Any]]:
    """The names and values of a JSON object."""
    package = find_spec("pypinyin")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("pypinyin")
    text, read = (Path(package.origin).parent / table).read_text("utf-8"), JSONDecoder().raw_decode
    here = text.find('"')
    while here >= 0:
        name, end = read(text, here)
        value, end = read(text, _VALUE.match(text, end).end())  # type: ignore[union-attr]
        yield name, value
        here = text.find('"', end)
