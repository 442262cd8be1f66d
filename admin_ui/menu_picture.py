"""The menu drawn as a tree: where its boxes stand, from the same data that callers hear."""

from collections.abc import Iterator
from dataclasses import dataclass

from dispatch.line.menu import Do, Item, Menu

WIDTH, HEIGHT, ACROSS, DOWN, EDGE = 200, 44, 260, 56, 4


@dataclass(frozen=True)
class Box:
    """One box: what it stands for, its upper left corner, and the right middle of the box before it."""

    item: Item | None  # None: the beginning, or the way to a person
    person: bool
    x: int
    y: int
    before: tuple[int, int] | None

    @property
    def middle(self) -> int:
        return self.y + HEIGHT // 2


@dataclass(frozen=True)
class Picture:
    """All boxes, and the size of the sheet."""

    boxes: tuple[Box, ...]
    width: int
    height: int


def draw(menu: Menu) -> Picture:
    """Beginning, keys and the keys behind them from left to right; the way to a person at the foot of each level."""
    first = Box(None, False, EDGE, EDGE, None)
    boxes = (first, *_level(menu, "", 1, 0, first))
    return Picture(boxes, max(b.x for b in boxes) + WIDTH + EDGE, max(b.y for b in boxes) + HEIGHT + EDGE)


def _level(menu: Menu, path: str, depth: int, row: int, before: Box) -> Iterator[Box]:
    for item in menu.below(path):
        box = _box(item, False, depth, row, before)
        yield box
        below = list(_level(menu, item.path, depth + 1, row, box)) if item.do is Do.MENU else []
        yield from below
        row = max([row, *((b.y - EDGE) // DOWN for b in below)]) + 1
    yield _box(None, True, depth, row, before)


def _box(item: Item | None, person: bool, depth: int, row: int, before: Box) -> Box:
    return Box(item, person, EDGE + depth * ACROSS, EDGE + row * DOWN, (before.x + WIDTH, before.middle))
