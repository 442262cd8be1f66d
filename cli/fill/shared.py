"""What other departments were asked to add to an invented ticket (协办), and what became of it."""

from datetime import datetime, timedelta
from random import Random

from cli.fill import steps
from cli.fill.cast import Cast
from cli.fill.paper import Paper, Row
from dispatch.tickets.shares import Outcome, Share
from dispatch.tickets.states import State

OFTEN = 0.06  # of the matters that a department accepts
OUTCOMES = ((Outcome.GIVEN, 85), (Outcome.RETURNED, 9), (Outcome.ENDED, 6))
ACTIONS = {Outcome.GIVEN: "share_give", Outcome.RETURNED: "share_back", Outcome.ENDED: "share_end"}
OWED = timedelta(days=3)
ASKED, SAID = "请就其中涉及你单位的部分提出协办意见。", "我单位意见：情况属实，已安排专人配合办理。"
IN_HAND = (State.IN_HAND, State.IN_HAND)


def asked(paper: Paper, cast: Cast, chance: Random, ticket: Row, *, since: datetime, following: datetime | None,
          until: datetime) -> None:
    """Another department is asked between two steps of a ticket that is in hand; where none follows until this moment,
    its share is owed still."""
    others = [unit for unit in cast.departments if unit != ticket["department_id"]]
    if not others:
        return
    whole = (following or until) - since
    at, by = since + whole * 0.2, cast.supervisors[0].login
    row: Row = {"ticket_id": ticket["id"], "department_id": chance.choice(others), "asked": ASKED, "at": at, "by": by,
                "due_at": at + OWED, "why_due": [steps.WHY], "outcome": Outcome.OPEN, "late_told_at": None,
                "answer": "", "ended_at": None, "ended_by": "", "ended_why": ""}  # fmt: skip
    share_id = paper.number(Share, row)
    steps.note(paper, ticket["id"], ("share_ask", *IN_HAND), by, at, share=share_id)
    if following is None:
        ticket["shares_open"] = 1
        row["late_told_at"] = row["due_at"] if row["due_at"] < until else None
    else:
        _over(paper, cast, chance, row, at=since + whole * 0.8)


def _over(paper: Paper, cast: Cast, chance: Random, row: Row, *, at: datetime) -> None:
    outcome = chance.choices([one for one, _ in OUTCOMES], [weight for _, weight in OUTCOMES])[0]
    by = row["by"] if outcome is Outcome.ENDED else cast.liaisons[row["department_id"]][0].login
    said = SAID if outcome is Outcome.GIVEN else ""
    row.update(outcome=outcome, answer=said, ended_at=at, ended_by=by, ended_why=said or steps.WHY)
    steps.note(paper, row["ticket_id"], (ACTIONS[outcome], *IN_HAND), by, at, share=row["id"])
