"""Where in a call's recording something began: menu, what he said to the machine, queue, operator, liaison."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.calls.calls import CallStep, Step

MARKED = frozenset({Step.MENU, Step.HEARD, Step.QUEUED, Step.ANSWERED, Step.TRANSFER_BEGAN, Step.TRANSFER_JOINED,
                    Step.MESSAGE})  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """One place, in seconds from the beginning, and what began there."""

    second: float
    kind: Step


def marks(steps: Sequence[CallStep], *, began: datetime, seconds: float) -> list[Mark]:
    """The places of these steps that lie within the recording, in their order; of several of a kind that follow one
    another the first."""
    found: list[Mark] = []
    for step in sorted(steps, key=lambda step: step.at):
        second = (step.at - began).total_seconds()
        again = bool(found) and found[-1].kind == step.kind
        if Step(step.kind) in MARKED and 0 <= second <= seconds and not again:
            found.append(Mark(round(second, 1), Step(step.kind)))
    return found
