"""A file of documents and questions with known answers, as `hotline knowledge evaluate` reads it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from knowledge_base.search.alphabet import spelled
from knowledge_base.search.documents import Document
from knowledge_base.search.readings import read as read_words
from knowledge_base.search.wording import tight

_NONE = "other"  # the group and the slice of a question that names none


@dataclass(frozen=True)
class Question:
    """What is asked, which documents answer it (none: it has no answer here), and what it is counted with."""

    text: str
    gold: frozenset[str]
    group: str
    slice: str
    known: bool = False  # asked as one without an answer, though it has one here (see `answered_here`)


@dataclass(frozen=True)
class Questions:
    """A file's documents as entries, their names in the file, and its questions."""

    held: list[Document]
    names: list[str]  # of each entry, whose number is its place
    asked: list[Question]


def read(file: Path) -> Questions:
    """What a file holds; who wrote it is told which line can't be read."""
    documents, asked = [], []
    for number, line in enumerate(_lines(file), start=1):
        row = _row(line, f"{file.name}, line {number}") if line.strip() else {}
        kind = row.get("type") or ("query" if "gold" in row else "doc")
        if row and kind == "doc":
            documents.append({"id": number} | row)
        elif row and kind == "query":
            asked.append(_question(row))
    return Questions(_documents(documents), [str(row["id"]) for row in documents], asked)


def answered_here(others: Questions, here: Questions) -> set[Question]:
    """The questions of another file, or of this one without gold, that have an answer here though nobody says so:
    they themselves stand here as they sound, or titles that are right there word for word."""
    titles, heard = ({how(document.question) for document in here.held} for how in (tight, _heard))
    of = {name: tight(document.question) for name, document in zip(others.names, others.held, strict=True)}
    return {one for one in others.asked
            if _heard(one.text) in heard or any(of.get(name) in titles for name in one.gold)}  # fmt: skip


def _heard(words: str) -> str:
    """Words in pinyin, as somebody types it; pinyin stays."""
    return "".join(spelled().get(sound, sound) for sound in read_words(words).sounds)


def spread(questions: Sequence[Question], most: int) -> list[Question]:
    """At most so many of each group, evenly from beginning to end."""
    groups: dict[str, list[Question]] = {}
    for one in questions:
        groups.setdefault(one.group, []).append(one)
    step = {name: max(1.0, len(of) / most) if most else 1.0 for name, of in groups.items()}
    return [of[int(n * step[name])] for name, of in groups.items() for n in range(int(len(of) / step[name]))]


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} is not UTF-8: {error}") from None


def _row(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise click.ClickException(f"{where}: no JSON ({error})") from None
    if not isinstance(row, dict):
        raise click.ClickException(f"{where}: no JSON object")
    if row.get("type", "doc") in {"doc", "query"} and not isinstance(row.get("text"), str):
        raise click.ClickException(f"{where}: it has no text")
    return row | {"text": str(row.get("text", "")).encode("utf-8", "replace").decode()}  # halves of characters


def _question(row: dict[str, Any]) -> Question:
    gold = row.get("gold") or []
    right = frozenset(map(str, gold if isinstance(gold, list) else [gold]))
    return Question(row["text"], right, str(row.get("group") or _NONE), str(row.get("slice") or _NONE))


def _documents(rows: Iterable[dict[str, Any]]) -> list[Document]:
    """A department is known by its name."""
    departments: dict[str, int] = {}
    return [
        Document(place, departments.setdefault(str(row.get("dept") or ""), len(departments)),
                 str(row.get("category") or ""), row["text"],
                 department_names=(str(row["dept"]),) if row.get("dept") else ())
        for place, row in enumerate(rows)
    ]  # fmt: skip
