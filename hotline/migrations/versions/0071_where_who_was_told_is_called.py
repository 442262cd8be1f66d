"""Where whoever was told an answer is called should it prove wrong stands with what he was told, and in the index by which a
version's are found: the list of them is narrowed and counted in the index alone. What a month counts of answers told, and
of matters of departments, lies in the indexes of its days."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from hotline import phones

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None

AT_ONCE = 1000
JUDGED = (("answered_at", "due_at"), ("over_at", "satisfaction"))
TABLES = ("telling", "reply_version")
CALLED = "UPDATE telling SET number = (SELECT caller FROM call WHERE call.id = telling.call_id)"
LEFT = """
    SELECT own.call_id, own.contact FROM ticket AS own JOIN call ON call.id = own.call_id
    WHERE own.contact NOT IN ('', call.caller) AND EXISTS (SELECT 1 FROM telling WHERE telling.call_id = own.call_id)
    AND own.id = (SELECT max(one.id) FROM ticket AS one
                  WHERE one.call_id = own.call_id AND one.source != 'correction' AND one.contact != '')
"""
REPLIED = """
    SELECT reply_version.id, ticket.contact, ticket.caller FROM reply_version JOIN ticket ON ticket.id = reply_version.ticket_id
"""
TELLING = sa.table("telling", sa.column("call_id", sa.String()), sa.column("number", sa.String()))
REPLY = sa.table("reply_version", sa.column("id", sa.Integer()), sa.column("number", sa.String()))


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("number", sa.String(length=24), nullable=False, server_default=""))
    op.drop_index("ix_telling_entry_version_id", "telling")
    op.drop_index("ix_telling_at", "telling")
    _remember(op.get_bind())
    op.create_index("ix_telling_entry_version_id", "telling", ["entry_version_id", "at"],
                    postgresql_include=["id", "number", "channel"])  # fmt: skip
    op.create_index("ix_telling_at", "telling", ["at"], postgresql_include=["entry_id", "channel", "authorisation_id"])
    for moment, judged in JUDGED:
        op.drop_index(f"ix_handing_department_id_{moment}", "handing")
        op.create_index(f"ix_handing_{moment}", "handing", [moment], postgresql_include=["department_id", judged])


def downgrade() -> None:
    for moment, _ in JUDGED:
        op.drop_index(f"ix_handing_{moment}", "handing")
        op.create_index(f"ix_handing_department_id_{moment}", "handing", ["department_id", moment])
    op.drop_index("ix_telling_at", "telling")
    op.create_index("ix_telling_at", "telling", ["at"])
    op.drop_index("ix_telling_entry_version_id", "telling")
    op.create_index("ix_telling_entry_version_id", "telling", ["entry_version_id", "at"])
    for table in TABLES:
        op.drop_column(table, "number")


def _remember(bind: sa.Connection) -> None:
    bind.execute(sa.text(CALLED))
    _write(bind, TELLING, TELLING.c.call_id, {call_id: contact for call_id, contact in bind.execute(sa.text(LEFT))
                                              if phones.is_reachable(contact)})  # fmt: skip
    numbers = [number for number in bind.scalars(sa.select(TELLING.c.number).distinct()) if number]
    nowhere = [number for number in numbers if not phones.is_reachable(number)]
    for first in range(0, len(nowhere), AT_ONCE):
        some = TELLING.c.number.in_(nowhere[first : first + AT_ONCE])
        bind.execute(sa.update(TELLING).where(some).values(number=""))
    _write(bind, REPLY, REPLY.c.id, {key: phones.first_reachable(contact, caller)
                                     for key, contact, caller in bind.execute(sa.text(REPLIED))})  # fmt: skip


def _write(bind: sa.Connection, table: sa.TableClause, key: sa.ColumnClause[Any], numbers: dict[Any, str]) -> None:
    """All at once: a database that is asked for each of tens of thousands by itself is locked for a minute."""
    one = sa.update(table).where(key == sa.bindparam("of")).values(number=sa.bindparam("called"))
    if numbers:
        bind.execute(one, [{"of": of, "called": number} for of, number in numbers.items()])
