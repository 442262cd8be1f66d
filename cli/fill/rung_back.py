"""The call-backs that an invented ticket ended with."""

from collections.abc import Sequence
from datetime import timedelta

from cli.fill import calls
from cli.fill.cast import Cast, Person, login
from cli.fill.lives import Deed
from cli.fill.paper import Paper, Row
from dispatch.callbacks.callbacks import Attempt, Callback, State
from dispatch.tickets.states import Action
from dispatch.tickets.states import State as Standing


def of_ticket(paper: Paper, cast: Cast, row: Row, deeds: Sequence[Deed]) -> None:
    """Each reply that was passed owes a call; what is owed still is a person's, so no machine rings who doesn't
    exist."""
    for deed in deeds:
        if deed.action is not Action.PASS:
            continue
        ended = next((d for d in deeds if d.source is Standing.TO_CALL_BACK and d.at > deed.at), None)
        operator = cast.operators[row["id"] % len(cast.operators)] if row["id"] % 5 == 0 else None
        made = paper.number(Callback, {
            "ticket_id": row["id"], "number": row["caller"], "state": State.DONE if ended else State.DUE,
            "by_person": ended is None or operator is not None, "due_at": deed.at, "attempts": 1 if ended else 0,
            "holder_id": operator.id if operator and ended else None})  # fmt: skip
        if ended:
            _rung(paper, row, made, ended, operator)


def _rung(paper: Paper, row: Row, callback_id: int, ended: Deed, operator: Person | None) -> None:
    began = ended.at - timedelta(seconds=90)
    number = (1 << 40) + callback_id
    call_id = calls.call_out(paper, number=number, caller=row["caller"], began=began, operator=operator)
    paper.put(Attempt, {"id": f"callback-{callback_id:010d}", "callback_id": callback_id, "call_id": call_id,
                        "dialled_at": began, "ended_at": ended.at, "outcome": "told",
                        "by": login(operator)})  # fmt: skip
    row.update(reached=True, satisfaction=1 + row["id"] % 7 // 3 if ended.action is Action.CLOSE else 4,
               solved=ended.action is Action.CLOSE)  # fmt: skip
