"""Stacked columns as a picture: where each piece of each column lies, made on the server."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, LEFT, BOTTOM = 720, 30, 110
ROOM = 100  # of it for the highest column


@dataclass(frozen=True)
class Piece:
    """One colour of one column: which, and where."""

    kind: int
    y: float
    height: float


@dataclass(frozen=True)
class Column:
    """One column: where it stands, and its pieces from the foot up."""

    x: float
    width: float
    pieces: tuple[Piece, ...]
    total: int


@dataclass(frozen=True)
class Stacks:
    """Columns side by side under one scale that ends at `top`."""

    columns: tuple[Column, ...]
    top: int


def stacks(rows: Sequence[Sequence[int]]) -> Stacks:
    """Lay out a column for each row; the scale ends at a multiple of four."""
    top = (max((sum(row) for row in rows), default=0) + 3) // 4 * 4 or 4
    step = (WIDTH - LEFT - 4) / max(len(rows), 1)
    return Stacks(tuple(_column(row, LEFT + n * step, step * 0.78, top) for n, row in enumerate(rows)), top)


def _column(row: Sequence[int], x: float, width: float, top: int) -> Column:
    pieces, below = [], 0
    for kind, count in enumerate(row):
        if count:
            pieces.append(Piece(kind, round(BOTTOM - ROOM * (below + count) / top, 2), round(ROOM * count / top, 2)))
            below += count
    return Column(round(x, 2), round(width, 2), tuple(pieces), below)
