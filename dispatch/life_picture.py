"""The life of a ticket drawn from its table: states one below the other, and each step a line between two of them."""

from dataclasses import dataclass
from html import escape

from dispatch.states import LABELS, TRANSITIONS, State, Transition
from hotline.accounts.roles import GRANTS

WIDTH, BOX, TALL, DOWN, LEFT, TOP = 1400, 130, 46, 130, 170, 20
LANE, FIRST_LANE, LINE = 215, 520, 15
ORDER = tuple(State)


@dataclass(frozen=True)
class Words:
    """How states, steps, needs and roles are called: the pages' own words, in one language."""

    states: dict[str, str]
    actions: dict[str, str]
    needs: dict[str, str]
    roles: dict[str, str]

    def who(self, line: Transition) -> str:
        """The roles that may take a step."""
        if line.who is None:
            return self.roles[""]
        return ", ".join(self.roles[role] for role, granted in GRANTS.items() if line.who in granted)

    def asked(self, line: Transition) -> str:
        """What a step needs."""
        return ", ".join(self.needs[need] for need in line.needs)


def draw(words: Words) -> str:
    """The whole picture, as the text of an SVG file."""
    height = TOP * 2 + DOWN * (len(ORDER) - 1) + TALL
    parts = [_head(height), *(_box(state) for state in ORDER)]
    lanes: dict[int, list[tuple[int, int]]] = {}
    for line in TRANSITIONS:
        if _straight(line):
            parts.append(_down(line, words))
        elif line.source == line.target:
            parts.append(_said(LEFT - 12, _y(line.source) + LINE, line, words, ending=True))
        else:
            parts.append(_round(line, words, lanes))
    return "\n".join((*parts, "</svg>", ""))


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


def _y(state: State) -> int:
    return TOP + DOWN * ORDER.index(state)


def _box(state: State) -> str:
    x, y = LEFT + BOX // 2, _y(state)
    return (f'<rect x="{LEFT}" y="{y}" width="{BOX}" height="{TALL}" rx="8" class="box"/>'
            f'<text x="{x}" y="{y + 20}" class="state">{LABELS[state]}</text>'
            f'<text x="{x}" y="{y + 37}" class="own">{state}</text>')  # fmt: skip


def _down(line: Transition, words: Words) -> str:
    x, y = LEFT + 40, _y(line.source) + TALL
    return (f'<path d="M{x} {y}V{y + DOWN - TALL - 4}" class="way"/>'
            + _said(x + 12, y + 30, line, words))  # fmt: skip


def _round(line: Transition, words: Words, lanes: dict[int, list[tuple[int, int]]]) -> str:
    """A step that leads elsewhere goes by a lane at the right, each lane free where the step passes."""
    ends = sorted((ORDER.index(line.source), ORDER.index(line.target)))
    lane = next(n for n in range(len(TRANSITIONS)) if all(b < ends[0] or a > ends[1] for a, b in lanes.get(n, ())))
    lanes.setdefault(lane, []).append((ends[0], ends[1]))
    x, out = FIRST_LANE + LANE * lane, 10 + 9 * lane
    start, stop = _y(line.source) + out, _y(line.target) + TALL - out + 4
    return (f'<path d="M{LEFT + BOX} {start}H{x}V{stop}H{LEFT + BOX + 4}" class="way"/>'
            + _said(x + 8, (start + stop) // 2 - LINE, line, words))  # fmt: skip


def _said(x: int, y: int, line: Transition, words: Words, *, ending: bool = False) -> str:
    asked, name = words.asked(line), words.actions[line.action] + (" ↺" if ending else "")
    rows = [(name, "step"), (words.who(line), "who"), *([(f"须：{asked}", "who")] if asked else [])]
    side = ' text-anchor="end"' if ending else ""
    return "".join(f'<text x="{x}" y="{y + n * LINE}" class="{kind}"{side}>{escape(text)}</text>'
                   for n, (text, kind) in enumerate(rows))  # fmt: skip


def _head(height: int) -> str:
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" role="img" '
            f'aria-label="工单流转图">\n<style>text{{font:12px sans-serif;fill:#1f2933}}.state{{font-size:16px;'
            f'font-weight:600;text-anchor:middle}}.own{{font-size:11px;fill:#66727f;text-anchor:middle}}.step{{'
            f'font-weight:600}}.who{{font-size:11px;fill:#52606d}}.box{{fill:#eef4fb;stroke:#2f6fb2;stroke-width:1.5}}'
            f'.way{{fill:none;stroke:#7b8794;stroke-width:1.5;marker-end:url(#tip)}}</style>\n'
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
            f'<path d="M0 0L8 4L0 8z" fill="#7b8794"/></marker></defs>\n'
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>')  # fmt: skip
