"""Messages of 12345: those that an invented ticket came of, and those that could not be taken in."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from cli.fill.calls import Rung
from cli.fill.cast import Cast
from cli.fill.paper import Paper, Row
from dispatch.passed.passed_matters import SOURCE, PassedMatter
from dispatch.tickets.states import OVER

OFTEN = 0.05  # of the tickets
REFUSED = 0.1  # of what can be taken in, so many that can't come besides
STILL = timedelta(days=3)
"""What could not be taken before that has been settled."""
SETTLED = timedelta(hours=1)


def instead(rung: Rung) -> Rung:
    """What a ticket of 12345 begins with: the caller and his matter, and neither call nor recording of ours."""
    return replace(rung, id="", recording_id=0, operator=None)


def foreign(row: Row) -> Row:
    """What says on a ticket that it came from there."""
    return {"source": SOURCE, "foreign_number": f"12345-{row['number'][6:]}", "call_id": None, "recording_id": None}


def came(paper: Paper, cast: Cast, chance: Random, ticket: Row, *, until: datetime) -> None:
    """Note the message that a ticket came of, and now and then another that was refused."""
    by, at = cast.supervisors[0].login, ticket["intake_at"]
    over = ticket["state"] in OVER and ticket["closed_at"] + SETTLED < until
    _message(paper, ticket["foreign_number"], at, by, taken=True, ticket_id=ticket["id"],
             settled=(ticket["closed_at"] + SETTLED, "答复已线下反馈12345") if over else None)  # fmt: skip
    if chance.random() < REFUSED:
        settled = None if at > until - STILL else (at + SETTLED, "已与12345核对，重新转来")
        _message(paper, f"{ticket['foreign_number']}-B", at, by, taken=False, ticket_id=None, settled=settled)


def _message(paper: Paper, number: str, at: datetime, by: str, *, taken: bool, ticket_id: int | None,
             settled: tuple[datetime, str] | None) -> None:
    faults: dict[str, Any] = {} if taken else {"title": "必填"}
    words: dict[str, Any] = {"number": number, "class": "咨询", "summary": "来电人询问办理进度。"}
    paper.number(PassedMatter, {
        "foreign_number": number, "taken": taken, "digest": hashlib.sha256(number.encode()).hexdigest(),
        "content": words if faults and settled is None else {}, "faults": faults, "webhook_id": None, "by": by,
        "at": at, "ticket_id": ticket_id,
        "settled_by": by if settled else "", "settled_at": settled[0] if settled else None,
        "settled_why": settled[1] if settled else ""})  # fmt: skip
