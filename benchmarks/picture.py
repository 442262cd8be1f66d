"""Bars on a logarithmic scale as an SVG, written by hand: three groups, a few servers, no library."""

import math
from collections.abc import Mapping
from xml.sax.saxutils import escape

COLOURS = ("#1f6f54", "#c98a1b", "#a3a3a3")
WIDTH, HEIGHT, LEFT, TOP, FLOOR = 560, 300, 60, 56, 250


def bars(title: str, unit: str, groups: Mapping[str, Mapping[str, float]]) -> str:
    """One group of bars each; `groups` maps a group's name to the figures by server."""
    figures = [figure for group in groups.values() for figure in group.values()]
    low, high = math.floor(math.log10(min(figures))), math.ceil(math.log10(max(figures)))
    high += high == low
    parts = [_line(10.0**power, low, high) for power in range(low, high + 1)]
    step = (WIDTH - LEFT - 20) / len(groups)
    for place, (name, group) in enumerate(groups.items()):
        parts += _group(LEFT + place * step, step, name, group, (low, high))
    parts += _legend(next(iter(groups.values())))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="12"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<text x="{LEFT}" y="20" font-size="14">{escape(title)} ({escape(unit)}, logarithmic)</text>'
        + "".join(parts)
        + "</svg>\n"
    )


def _height(figure: float, scale: tuple[int, int]) -> float:
    low, high = scale
    return max(1.0, (math.log10(figure) - low) / (high - low) * (FLOOR - TOP))


def _line(figure: float, low: int, high: int) -> str:
    y = FLOOR - (_height(figure, (low, high)) if figure > 10**low else 0)
    return (
        f'<line x1="{LEFT}" x2="{WIDTH - 20}" y1="{y:.0f}" y2="{y:.0f}" stroke="#ddd"/>'
        f'<text x="{LEFT - 6}" y="{y + 4:.0f}" text-anchor="end" fill="#555">{figure:g}</text>'
    )


def _group(x: float, step: float, name: str, group: Mapping[str, float], scale: tuple[int, int]) -> list[str]:
    wide = step * 0.8 / len(group)
    parts = [f'<text x="{x + step / 2:.0f}" y="{FLOOR + 18}" text-anchor="middle">{escape(name)}</text>']
    for place, figure in enumerate(group.values()):
        left, tall = x + step * 0.1 + place * wide, _height(figure, scale)
        parts.append(
            f'<rect x="{left:.1f}" y="{FLOOR - tall:.1f}" width="{wide - 4:.1f}" height="{tall:.1f}" '
            f'fill="{COLOURS[place % len(COLOURS)]}"/><text x="{left + wide / 2 - 2:.1f}" y="{FLOOR - tall - 4:.1f}" '
            f'text-anchor="middle" font-size="10">{figure:g}</text>'
        )
    return parts


def _legend(group: Mapping[str, float]) -> list[str]:
    parts = []
    for place, name in enumerate(group):
        x = LEFT + place * 150
        parts.append(f'<rect x="{x}" y="28" width="10" height="10" fill="{COLOURS[place % len(COLOURS)]}"/>')
        parts.append(f'<text x="{x + 15}" y="37">{escape(name)}</text>')
    return parts
