"""The life of a ticket drawn from its table: states one below the other, and each step a line between two of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from textwrap import wrap

from dispatch.tickets.states import LABELS, TRANSITIONS, State, Transition
from hotline.accounts.roles import GRANTS

BOX, TALL, DOWN, LEFT, TOP = 130, 46, 130, 290, 20
LANE, FIRST_LANE, LINE, LONGEST = 215, 640, 15, 18
ORDER = tuple(State)


@dataclass(frozen=True)
class Words:
    """How states, steps, needs and roles are called: the pages' own words, in one language."""

    states: dict[str, str]
    actions: dict[str, str]
    needs: dict[str, str]
    roles: dict[str, str]
    also: dict[str, str]

    def who(self, line: Transition) -> str:
        """Who may take a step."""
        if line.who is None:
            return self.roles[""]
        named = [self.roles[role] for role, granted in GRANTS.items() if line.who in granted]
        return ", ".join([*named, *([self.also[line.also]] if line.also else [])])

    def asked(self, line: Transition) -> str:
        """What a step needs."""
        return ", ".join(self.needs[need] for need in line.needs)


def draw(words: Words) -> str:
    """The whole picture, as the text of an SVG file."""
    places = _places(words)
    lanes: dict[int, list[tuple[int, int]]] = {}
    parts = [part for state in ORDER for part in (_box(state, places), *_staying(state, words, places))]
    for line in TRANSITIONS:
        if _straight(line):
            parts.append(_down(line, words, places))
        elif line.source != line.target:
            parts.append(_round(line, words, lanes, places))
    width, height = FIRST_LANE + LANE * len(lanes), places[ORDER[-1]] + TALL + TOP
    return "\n".join((_head(width, height), *parts, "</svg>", ""))


def table(words: Words) -> str:
    """The same as a table in Markdown: from, step, who may, what it needs, to."""
    head = "| from | step | who may | what it needs | to |\n|---|---|---|---|---|\n"
    return head + "".join(
        f"| {_named(t.source, words)} | {words.actions[t.action]} `{t.action}` | {words.who(t)} "
        f"| {words.asked(t) or '—'} | {_named(t.target, words)} |\n" for t in TRANSITIONS
    )  # fmt: skip


def _named(state: State, words: Words) -> str:
    return f"{LABELS[state]} {words.states[state]}"


def _straight(line: Transition) -> bool:
    """Whether the step leads to the next state and is the only one of these two states that is drawn so."""
    same = next(t for t in TRANSITIONS if (t.source, t.target) == (line.source, line.target))
    return ORDER.index(line.target) == ORDER.index(line.source) + 1 and line is same


def _places(words: Words) -> dict[State, int]:
    """How far down each state stands: below whatever is said of the steps that stay in the one above it."""
    places, y = {}, TOP
    for state in ORDER:
        places[state] = y
        y += max(DOWN, LINE * sum(len(_rows(line, words)) + 1 for line in _loops(state)) + LINE)
    return places


def _loops(state: State) -> list[Transition]:
    return [line for line in TRANSITIONS if line.source == state == line.target]


def _staying(state: State, words: Words, places: dict[State, int]) -> Iterator[str]:
    """The steps that leave a ticket where it is stand at the left, one below the other."""
    y = places[state] + LINE
    for line in _loops(state):
        yield _said(LEFT - 12, y, line, words, ending=True)
        y += LINE * (len(_rows(line, words)) + 1)


def _rows(line: Transition, words: Words) -> list[tuple[str, str]]:
    """What is said of a step, line by line, each with its kind: the step, who may, and what it needs."""
    asked = words.asked(line)
    needs = wrap(f"须：{asked}", LONGEST) if asked else []
    return [(words.actions[line.action], "step"), (words.who(line), "who"), *((row, "who") for row in needs)]


def _box(state: State, places: dict[State, int]) -> str:
    x, y = LEFT + BOX // 2, places[state]
    return (f'<rect x="{LEFT}" y="{y}" width="{BOX}" height="{TALL}" rx="8" class="box"/>'
            f'<text x="{x}" y="{y + 20}" class="state">{LABELS[state]}</text>'
            f'<text x="{x}" y="{y + 37}" class="own">{state}</text>')  # fmt: skip


def _down(line: Transition, words: Words, places: dict[State, int]) -> str:
    x, y = LEFT + 40, places[line.source] + TALL
    return (f'<path d="M{x} {y}V{places[line.target] - 4}" class="way"/>'
            + _said(x + 12, y + 30, line, words))  # fmt: skip


def _round(line: Transition, words: Words, lanes: dict[int, list[tuple[int, int]]], places: dict[State, int]) -> str:
    """A step that leads elsewhere goes by a lane at the right, each lane free where the step passes."""
    ends = sorted((ORDER.index(line.source), ORDER.index(line.target)))
    lane = next(n for n in range(len(TRANSITIONS)) if all(b < ends[0] or a > ends[1] for a, b in lanes.get(n, ())))
    lanes.setdefault(lane, []).append((ends[0], ends[1]))
    x, out = FIRST_LANE + LANE * lane, 10 + 9 * lane
    start, stop = places[line.source] + out, places[line.target] + TALL - out + 4
    return (f'<path d="M{LEFT + BOX} {start}H{x}V{stop}H{LEFT + BOX + 4}" class="way"/>'
            + _said(x + 8, (start + stop) // 2 - LINE, line, words))  # fmt: skip


def _said(x: int, y: int, line: Transition, words: Words, *, ending: bool = False) -> str:
    rows = _rows(line, words)
    side = ' text-anchor="end"' if ending else ""
    return "".join(f'<text x="{x}" y="{y + n * LINE}" class="{kind}"{side}>{escape(text)}'
                   + (" ↺</text>" if ending and kind == "step" else "</text>")
                   for n, (text, kind) in enumerate(rows))  # fmt: skip


def _head(width: int, height: int) -> str:
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img" '
            f'aria-label="工单流转图">\n<style>text{{font:12px sans-serif;fill:#1f2933}}.state{{font-size:16px;'
            f'font-weight:600;text-anchor:middle}}.own{{font-size:11px;fill:#66727f;text-anchor:middle}}.step{{'
            f'font-weight:600}}.who{{font-size:11px;fill:#52606d}}.box{{fill:#eef4fb;stroke:#2f6fb2;stroke-width:1.5}}'
            f'.way{{fill:none;stroke:#7b8794;stroke-width:1.5;marker-end:url(#tip)}}</style>\n'
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
            f'<path d="M0 0L8 4L0 8z" fill="#7b8794"/></marker></defs>\n'
            f'<rect width="{width}" height="{height}" fill="#fff"/>')  # fmt: skip
