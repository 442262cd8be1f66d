"""Two versions side by side: what went and what came, character by character."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from itertools import takewhile

from knowledge_base.content import Content, content_of
from knowledge_base.entries import EntryVersion

ISLAND = 2
"""As many equal characters between two changes, or fewer, are read as part of the change."""


@dataclass(frozen=True)
class Piece:
    """Some characters, and whether they differ from the other side."""

    text: str
    changed: bool


@dataclass(frozen=True)
class Row:
    """One field of both versions."""

    name: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]

    @property
    def changed(self) -> bool:
        return any(piece.changed for piece in (*self.before, *self.after))


def compare(before: EntryVersion, after: EntryVersion) -> list[Row]:
    """All fields of both, in the order in which they are read; their attachments last."""
    old, new = _texts(before), _texts(after)
    return [row(name, old[name], new[name]) for name in old]


def row(name: str, before: str, after: str) -> Row:
    """One field of both, in pieces."""
    left, right = [], []
    for same, old, new in _pieces(before, after):
        left += [Piece(old, not same)] if old else []
        right += [Piece(new, not same)] if new else []
    return Row(name, tuple(left), tuple(right))


def _pieces(before: str, after: str) -> Iterator[tuple[bool, str, str]]:
    """What is alike at both ends is set aside first: it is most of it, and the matcher is slow with long texts."""
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    a, b = before[head : len(before) - tail], after[head : len(after) - tail]
    yield True, before[:head], after[:head]
    yield from _joined(a, b)
    yield True, before[len(before) - tail :], after[len(after) - tail :]


def _alike(a: str, b: str) -> int:
    """How many characters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def _joined(a: str, b: str) -> Iterator[tuple[bool, str, str]]:
    """Changes with an island between them become one: a word is read, not its letters."""
    gone, come = "", ""
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal" and j - i > ISLAND:
            yield False, gone, come
            yield True, a[i:j], b[k:m]
            gone, come = "", ""
        else:
            gone, come = gone + a[i:j], come + b[k:m]
    yield False, gone, come


def _texts(version: EntryVersion) -> dict[str, str]:
    content = content_of(version)
    found = {f.name: _text(getattr(content, f.name)) for f in fields(Content)}
    return {**found, "attachments": "\n".join(sorted(f"{a.name}（{a.sha256[:8]}）" for a in version.attachments))}


def _text(value: object) -> str:
    return "、".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
