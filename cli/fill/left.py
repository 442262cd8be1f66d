"""What each step leaves on an invented ticket: whose it is, its clocks, its reply, and how it ended."""

from collections.abc import Callable
from datetime import timedelta

from cli.fill import steps
from cli.fill.lives import Deed
from cli.fill.paper import Row
from dispatch.tickets.states import OVER, Action

ACCEPT, RETURN, ANSWER = timedelta(days=1), timedelta(days=2), timedelta(days=7)
"""Calendar days that a department has, roughly."""
MORE = timedelta(days=3)
"""What an extension adds."""
REPLY = "您好，请携带身份证原件到承办单位窗口办理，当日办结。"


def done(row: Row, deed: Deed, unit: int, by: str) -> None:
    """Note a step that was taken by this person on the ticket of this department."""
    row["state"], row["version"] = deed.target, row["version"] + 1
    if deed.action in LEFT:
        row.update(LEFT[deed.action](row, deed, unit, by))
    if deed.target in OVER and row["closed_at"] is None:
        row["closed_at"] = deed.at


def _clock(deed: Deed) -> Row:
    due = deed.at + ANSWER
    return {"due_from": deed.at, "due_at": due, "rung_at": due}


def _dispatched(_row: Row, deed: Deed, unit: int, _by: str) -> Row:
    return _clock(deed) | {"department_id": unit, "dispatch_since": None, "dispatched_at": deed.at,
                           "accept_by": deed.at + ACCEPT, "return_by": deed.at + RETURN,
                           "why_due": [steps.WHY]}  # fmt: skip


def _returned(row: Row, deed: Deed, _unit: int, _by: str) -> Row:
    return {"department_id": None, "due_at": None, "due_from": None, "returned": row["returned"] + 1, "why_due": [],
            "dispatch_since": deed.at, "rung_at": deed.at}  # fmt: skip


def _redone(_row: Row, deed: Deed, _unit: int, _by: str) -> Row:
    return _clock(deed) | {"redone": 1, "reply": "", "replied_by": "", "signed_by": "", "checked_by": ""}


def _extended(row: Row, _deed: Deed, _unit: int, _by: str) -> Row:
    due = row["due_at"] + MORE
    return {"extended_days": MORE.days, "due_at": due, "rung_at": due}


def _passed_on(row: Row, _deed: Deed, _unit: int, _by: str) -> Row:
    return {"foreign_number": row["foreign_number"] or f"YX{row['number'][6:]}"}


A = Action
LEFT: dict[Action, Callable[[Row, Deed, int, str], Row]] = {
    A.DISPATCH: _dispatched, A.RETURN: _returned, A.REDO: _redone, A.EXTEND: _extended, A.PASS_ON: _passed_on,
    A.OPEN: lambda _row, deed, _unit, _by: {"opened_at": deed.at},
    A.REPLY: lambda _row, _deed, _unit, by: {"reply": REPLY, "replied_by": by},
    A.SIGN: lambda _row, _deed, _unit, by: {"signed_by": by, "rung_at": None},
    A.SEND_BACK: lambda *_: {"replied_by": "", "signed_by": ""},
    A.PASS: lambda _row, _deed, _unit, by: {"checked_by": by},
    A.ASK_FACTS: lambda _row, deed, _unit, _by: {"facts_by": deed.at + timedelta(days=5)},
    A.GIVE_FACTS: lambda *_: {"facts_by": None}, A.GO_ON: lambda *_: {"facts_by": None},
}  # fmt: skip
