"""What each month's phrasings brought, as a picture: two bars a month, up from the middle line or down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from admin_ui.stacks import BOTTOM, LEFT, ROOM, WIDTH
from knowledge_base.measured import MonthWorth

UP = ROOM / 2
MIDDLE = BOTTOM - UP


@dataclass(frozen=True)
class Bar:
    """A gain in points of a hundred, and where its bar lies."""

    gain: float
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Gains:
    """The months, the earliest first, each with the bars of the first hit and of the first five; under one scale that
    ends at `top` points, up as down."""

    months: tuple[tuple[date, tuple[Bar, ...]], ...]
    top: int


def gains(worths: Sequence[MonthWorth]) -> Gains:
    """Lay out what was measured, the latest month first."""
    rows = [(one.month, (one.s1 - one.s1_without, one.s5 - one.s5_without)) for one in reversed(worths)]
    top = max((ceil(round(100 * abs(gain), 1)) for _, both in rows for gain in both), default=0) or 1
    step = (WIDTH - LEFT - 4) / max(len(rows), 1)
    width = min(0.35 * step, 40)
    return Gains(tuple(
        (month, tuple(_bar(100 * gain, LEFT + (n + 0.5) * step + (place - 1) * width, width, top)
                      for place, gain in enumerate(both)))
        for n, (month, both) in enumerate(rows)
    ), top)  # fmt: skip


def _bar(gain: float, x: float, width: float, top: int) -> Bar:
    height = UP * abs(gain) / top
    return Bar(round(gain, 1), round(x, 2), round(MIDDLE - height if gain > 0 else MIDDLE, 2), round(width, 2),
               round(height, 2))  # fmt: skip
