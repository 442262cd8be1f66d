"""A curve of percentages as a picture: where each point lies, made on the server."""

from collections.abc import Sequence
from dataclasses import dataclass

from admin_ui.stacks import BOTTOM, LEFT, ROOM, WIDTH

MOST = 360
"""As many points as can be told apart."""


@dataclass(frozen=True)
class Curve:
    """Points as SVG has them, under a scale from `low` to 100 %; `aim`: the height of what is aimed at."""

    points: str
    low: int
    aim: float


def curve(values: Sequence[float | None], *, aim: float) -> Curve:
    """Lay out the values from left to right. Of very many that share a place the lowest stands; where there is none,
    the line goes on."""
    given = [value for value in values if value is not None]
    low = min(int(min([*given, aim])) // 10 * 10, 90)
    of = -(-len(values) // MOST) or 1
    found = [min((v for v in values[n : n + of] if v is not None), default=None) for n in range(0, len(values), of)]
    step = (WIDTH - LEFT - 4) / max(len(found) - 1, 1)
    points = [f"{LEFT + n * step:.1f},{_height(value, low)}" for n, value in enumerate(found) if value is not None]
    return Curve(" ".join(points), low, _height(aim, low))


def _height(value: float, low: int) -> float:
    return round(BOTTOM - ROOM * (value - low) / (100 - low), 1)
