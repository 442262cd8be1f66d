"""The life of an invented ticket: a walk along the lines of the table, a while at each state, until today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from dispatch.tickets.states import Action, State, transition

A, S = Action, State
WAYS: dict[State, tuple[tuple[Action, float], ...]] = {
    S.TO_DISPATCH: ((A.DISPATCH, 96), (A.NOT_ACCEPT, 1.5), (A.PASS_ON, 1.5), (A.VOID, 0.5), (A.WITHDRAW, 0.5)),
    S.TO_ACCEPT: ((A.ACCEPT, 95), (A.RETURN, 4), (A.WITHDRAW, 1)),
    S.IN_HAND: ((A.SIGN, 92), (A.RETURN, 2), (A.ASK_FACTS, 3), (A.ASK_EXTENSION, 3)),
    S.NEEDS_FACTS: ((A.GIVE_FACTS, 80), (A.GO_ON, 20)),
    S.TO_CHECK: ((A.PASS, 95), (A.SEND_BACK, 5)),
    S.TO_CALL_BACK: ((A.CLOSE, 96), (A.REDO, 4)),
    S.CLOSED: ((A.FILE, 1),), S.WITHDRAWN: ((A.FILE, 1),), S.VOID: ((A.FILE, 1),), S.NOT_ACCEPTED: ((A.FILE, 1),),
    S.PASSED_ON: ((A.FILE, 1),),
}  # fmt: skip
"""What is done in each state, and how often of a hundred times."""
BEFORE = {A.ACCEPT: (A.OPEN,), A.SIGN: (A.REPLY,)}
"""What goes before a step, in the same state."""
HOURS = {S.TO_DISPATCH: 2, S.TO_ACCEPT: 5, S.IN_HAND: 70, S.NEEDS_FACTS: 30, S.TO_CHECK: 6, S.TO_CALL_BACK: 20}
"""How many hours a ticket stays in a state, on average."""
FILED_AFTER = timedelta(days=30)
ONCE = frozenset({A.RETURN, A.REDO, A.SEND_BACK, A.ASK_FACTS, A.ASK_EXTENSION})
"""What is done to a ticket once at most."""


@dataclass(frozen=True)
class Deed:
    """One step of one ticket."""

    action: Action
    source: State
    target: State
    at: datetime


def live(chance: Random, *, since: datetime, until: datetime) -> list[Deed]:
    """All that is done to a ticket from its beginning to this moment; it stays wherever it is then."""
    state, at, deeds, done = S.TO_DISPATCH, since, list[Deed](), set[Action]()
    while state in WAYS:
        action = _chosen(chance, state, done)
        done.add(action)
        for step in _with_what_goes_before(action):
            at += FILED_AFTER if step is A.FILE else timedelta(seconds=round(_wait(chance, state)))
            if at >= until:
                return deeds
            target = transition(state, step).target
            deeds.append(Deed(step, state, target, at))
            state = target
    return deeds


def _with_what_goes_before(action: Action) -> tuple[Action, ...]:
    if action is A.ASK_EXTENSION:
        return (action, A.EXTEND)
    return (*BEFORE.get(action, ()), action)


def _chosen(chance: Random, state: State, done: set[Action]) -> Action:
    ways = [(action, weight) for action, weight in WAYS[state] if action not in done & ONCE]
    return chance.choices([action for action, _ in ways], [weight for _, weight in ways])[0]


def _wait(chance: Random, state: State) -> float:
    return 120 + chance.expovariate(1 / (HOURS.get(state, 1) * 3600))
