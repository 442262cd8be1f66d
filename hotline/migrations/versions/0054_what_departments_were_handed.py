"""Each time that a department was handed a matter, for its rates.

Of tickets from before, the rows are read from their histories. Deadlines stand on a ticket for the last handing alone:
of an earlier one nobody can tell any more whether it was in time, and no rate of that kind counts it."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0060"
branch_labels = None
depends_on = None

AT_ONCE = 1000
BEGINS = {"dispatch": "handed", "impose": "handed", "redo": "again", "redo_again": "again", "follow": "along"}
RATES = ("close", "settle")
ENDS = ("return", "merge", "withdraw", "close", "settle", "redo", "redo_again")
MOMENT = sa.DateTime(timezone=True)
TICKET = sa.table(
    "ticket", sa.column("id", sa.Integer()), sa.column("department_id", sa.Integer()), sa.column("accept_by", MOMENT),
    sa.column("due_at", MOMENT), sa.column("reached", sa.Boolean()), sa.column("satisfaction", sa.Integer()),
)  # fmt: skip
STEP = sa.table(
    "ticket_step", sa.column("id", sa.Integer()), sa.column("ticket_id", sa.Integer()), sa.column("at", MOMENT),
    sa.column("action", sa.String()), sa.column("detail", sa.JSON()),
)  # fmt: skip
DEPARTMENT = sa.table("department", sa.column("id", sa.Integer()), sa.column("name", sa.String()))
Row = dict[str, Any]


def upgrade() -> None:
    table = op.create_table(
        "handing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("accept_by", MOMENT, nullable=True),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("extended_days", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("ended", sa.String(length=16), nullable=False),
        sa.Column("over_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_handing_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_handing_department_id_department")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handing")),
    )
    op.create_index(op.f("ix_handing_ticket_id"), "handing", ["ticket_id"])
    op.create_index(op.f("ix_handing_at"), "handing", ["at"])
    op.create_index("ix_handing_department_id_at", "handing", ["department_id", "at"])
    _remember(op.get_bind(), table)


def downgrade() -> None:
    op.drop_table("handing")


def _remember(bind: sa.Connection, table: sa.Table) -> None:
    named = {row.name: row.id for row in bind.execute(sa.select(DEPARTMENT))}
    last = 0
    while ids := bind.scalars(sa.select(TICKET.c.id).where(TICKET.c.id > last).order_by(TICKET.c.id).limit(AT_ONCE)).all():
        tickets = {row.id: row for row in bind.execute(sa.select(TICKET).where(TICKET.c.id.in_(ids)))}
        steps = bind.execute(sa.select(STEP).where(STEP.c.ticket_id.in_(ids)).order_by(STEP.c.ticket_id, STEP.c.id))
        rows = [row for key, own in groupby(steps, lambda s: s.ticket_id) for row in told(tickets[key], own, named)]
        if rows:
            bind.execute(table.insert(), rows)
        last = ids[-1]


def told(ticket: Any, steps: Any, named: dict[str, int]) -> Iterator[Row]:
    """The handings that a ticket's history tells of; the last one has the deadlines that stand on the ticket."""
    rows: list[Row] = []
    for step in steps:
        own = rows[-1] if rows and rows[-1]["over_at"] is None else None
        if own is not None:
            _change(own, step)
        if step.action in BEGINS:
            before = rows[-1]["department_id"] if rows else ticket.department_id
            unit = named.get((step.detail or {}).get("department", "")) or before
            if unit is not None:
                rows.append(_begun(ticket.id, unit, step))
    if rows and rows[-1]["department_id"] == ticket.department_id:
        _last(rows[-1], ticket)
    yield from rows


def _begun(ticket_id: int, unit: int, step: Any) -> Row:
    return {"ticket_id": ticket_id, "department_id": unit, "way": BEGINS[step.action], "at": step.at, "accept_by": None,
            "accepted_at": None, "due_at": None, "answered_at": None, "extended_days": 0, "reached": None,
            "satisfaction": None, "ended": "", "over_at": None}  # fmt: skip


def _change(own: Row, step: Any) -> None:
    match step.action:
        case "accept":
            own["accepted_at"] = step.at
        case "extend":
            own["extended_days"] = (step.detail or {}).get("days", 0)
        case "sign":
            own["answered_at"] = step.at
        case "send_back":
            own["answered_at"] = None
        case "disputed" | "redo" | "redo_again":
            own["reached"], own["satisfaction"] = True, own["satisfaction"] or 4  # which of the two grades, nobody noted
    if step.action in ENDS:
        own["ended"], own["over_at"] = step.action, step.at


def _last(own: Row, ticket: Any) -> None:
    if own["way"] == "handed":
        own["accept_by"] = ticket.accept_by
    if own["answered_at"] is not None:
        own["due_at"] = ticket.due_at
    if own["ended"] in RATES:
        own["reached"], own["satisfaction"] = ticket.reached, ticket.satisfaction
