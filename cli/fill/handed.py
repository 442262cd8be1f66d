"""What the departments' rates are counted of: each time that an invented ticket was handed to one."""

from collections.abc import Iterable
from datetime import timedelta

from cli.fill import left
from cli.fill.lives import Deed
from cli.fill.paper import Paper, Row
from dispatch.tickets.handings import BEGINS, ENDS, RATES, Handing, Way
from dispatch.tickets.states import Action

DISSATISFIED = 4


def of_ticket(paper: Paper, ticket: Row, unit: int, deeds: Iterable[Deed]) -> None:
    """Note the handings of a ticket that stands as it does at the end."""
    own: Row | None = None
    for deed in deeds:
        if own is not None:
            _changed(own, ticket, deed)
        if deed.action in BEGINS:
            own = _begun(ticket["id"], unit, deed)
            paper.number(Handing, own)
        elif deed.action in ENDS:
            own = None


def _begun(ticket_id: int, unit: int, deed: Deed) -> Row:
    way = BEGINS[deed.action]
    return {"ticket_id": ticket_id, "department_id": unit, "way": way, "at": deed.at,
            "accept_by": deed.at + left.ACCEPT if way is Way.HANDED else None, "accepted_at": None, "due_at": None,
            "answered_at": None, "extended_days": 0, "reached": None, "satisfaction": None, "solved": None, "ended": "",
            "over_at": None}  # fmt: skip


def _changed(own: Row, ticket: Row, deed: Deed) -> None:
    match deed.action:
        case Action.ACCEPT:
            own["accepted_at"] = deed.at
        case Action.EXTEND:
            own["extended_days"] = ticket["extended_days"]
        case Action.SIGN:
            more = timedelta(days=own["extended_days"])
            own.update(answered_at=deed.at, due_at=own["at"] + left.ANSWER + more)
        case Action.SEND_BACK:
            own.update(answered_at=None, due_at=None)
    if deed.action in RATES:
        again = deed.action is Action.REDO
        own.update(reached=True, satisfaction=DISSATISFIED if again else ticket["satisfaction"], solved=not again)
    if deed.action in ENDS:
        own.update(ended=deed.action, over_at=deed.at)
