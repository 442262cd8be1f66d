"""Callers who asked for a person in vain, and places that were kept: nearly all of them rung back since."""

from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import TypeVar

from cli.fill.calls import Rung
from cli.fill.paper import Paper
from dispatch.callbacks.callbacks import Callback, State
from dispatch.callbacks.missed import MissedCall, MissedCaller
from dispatch.callbacks.missed import Over as Missed
from dispatch.callbacks.places import Over as Kept
from dispatch.callbacks.places import Place
from dispatch.calls.calls import Outcome

E = TypeVar("E", bound=StrEnum)
STILL = timedelta(days=2)
"""Whoever rang before that has been rung back."""
MISSED = ((Missed.CALLED_BACK, 60), (Missed.CAME_THROUGH, 25), (Missed.NOT_REACHED, 10), (Missed.MESSAGE, 5))
RUNG = frozenset({Missed.CALLED_BACK, Missed.NOT_REACHED})
KEPT = ((Kept.ANSWERED, 75), (Kept.REFUSED, 5), (Kept.NOT_REACHED, 10), (Kept.TAKEN_OVER, 10))


def note(paper: Paper, chance: Random, rung: Rung, waiting: set[str], *, until: datetime) -> None:
    """What is owed to whom nobody answered; `waiting`: the telephones that wait already."""
    if rung.outcome is Outcome.ABANDONED:
        still = rung.began > until - STILL and rung.caller not in waiting
        waiting.update({rung.caller} if still else ())
        _missed(paper, chance, rung, still=still)
    elif rung.outcome is Outcome.PLACE_KEPT:
        _kept(paper, chance, rung)


def _missed(paper: Paper, chance: Random, rung: Rung, *, still: bool) -> None:
    over = None if still else _one_of(chance, MISSED)
    owed = rung.ended + timedelta(minutes=30)
    rung_at = owed + timedelta(minutes=chance.randint(-29, 20)) if over in RUNG else None
    due = _owed(paper, rung, State.DUE if still else State.DONE, by_person=True)
    made = paper.number(MissedCaller, {
        "callback_id": due, "number": rung.caller, "calls": 1, "first_at": rung.began, "last_at": rung.began,
        "owed_until": owed, "rung_at": rung_at, "over_at": None if still else owed + timedelta(minutes=25),
        "over": over or ""})  # fmt: skip
    paper.put(MissedCall, {"call_id": rung.id, "missed_id": made})


def _kept(paper: Paper, chance: Random, rung: Rung) -> None:
    """A place whose turn has come: what waits still would be rung by the machine."""
    due = _owed(paper, rung, State.DONE, by_person=False)
    paper.number(Place, {"call_id": rung.id, "callback_id": due, "number": rung.caller,
                         "rank": int(rung.id[-1], 16) % 2, "queued_at": rung.ended - timedelta(seconds=10),
                         "kept_at": rung.ended,
                         "over_at": rung.ended + timedelta(minutes=20), "over": _one_of(chance, KEPT)})  # fmt: skip


def _owed(paper: Paper, rung: Rung, state: State, *, by_person: bool) -> int:
    return paper.number(Callback, {"ticket_id": None, "number": rung.caller, "state": state, "by_person": by_person,
                                   "due_at": rung.ended, "attempts": 0 if state is State.DUE else 1})  # fmt: skip


def _one_of(chance: Random, kinds: tuple[tuple[E, int], ...]) -> E:
    return chance.choices([one for one, _ in kinds], [weight for _, weight in kinds])[0]
