"""Long lists lie in order in an index, and words find tickets without looking at each."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0050"
branch_labels = None
depends_on = None

UNANSWERED = sa.text("queued_at IS NOT NULL AND answered_at IS NULL")
PARTIAL = {"ix_call_running": sa.text("ended_at IS NULL"), "ix_call_unanswered": UNANSWERED,
           "ix_notice_unread": sa.text("read_at IS NULL")}  # fmt: skip
DUE = "coalesce(due_at, county_by, promised_by)"
INDEXES: dict[str, tuple[str, tuple[str, ...]]] = {
    "ix_call_last_four": ("call", ("substr(caller, length(caller) - 3)",)),
    "ix_call_running": ("call", ("began_at",)),
    "ix_call_unanswered": ("call", ("began_at",)),
    "ix_call_direction_began_at": ("call", ("direction", "began_at")),
    "ix_ticket_due": ("ticket", (DUE, "id DESC")),
    "ix_ticket_department_id_due": ("ticket", ("department_id", DUE, "id DESC")),
    "ix_ticket_department_id_state": ("ticket", ("department_id", "state", "id")),
    "ix_ticket_number_id": ("ticket", ("number", "id")),
    "ix_ticket_recording_id": ("ticket", ("recording_id",)),
    "ix_missed_caller_over_at": ("missed_caller", ("over_at",)),
    "ix_queue_place_over_at": ("queue_place", ("over_at",)),
    "ix_notice_account_id_topic": ("notice", ("account_id", "topic", "id")),
    "ix_notice_unread": ("notice", ("account_id", "id")),
    "ix_audit_row_thing": ("audit_row", ("thing",)),
}  # fmt: skip
STORED = 'CREATE INDEX ix_recording_stored ON recording (stored COLLATE "C")'  # in which the nightly walk goes
DEED = "CREATE INDEX ix_audit_row_deed ON audit_row (deed varchar_pattern_ops, id)"
PAIRS = """
CREATE FUNCTION word_pairs(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2000 AS $$
    SELECT ARRAY(SELECT substr(words, place, 2) FROM generate_series(1, length(words) - 1) place)
$$"""  # its cost is said so that the index is asked, rather than each row
WORDS = "CREATE INDEX ix_ticket_words ON ticket USING gin (word_pairs(title || ' ' || summary))"


def upgrade() -> None:
    for name, (table, columns) in INDEXES.items():
        where = PARTIAL.get(name)
        op.create_index(name, table, [sa.text(c) for c in columns], sqlite_where=where, postgresql_where=where)
    if not _on_postgresql():
        op.create_index("ix_audit_row_deed", "audit_row", ["deed", "id"])
        op.create_index("ix_recording_stored", "recording", ["stored"])
        return
    for statement in (STORED, DEED, PAIRS, WORDS):
        op.execute(statement)


def downgrade() -> None:
    if _on_postgresql():
        op.execute("DROP INDEX ix_ticket_words")
        op.execute("DROP FUNCTION word_pairs(text)")
    op.drop_index("ix_audit_row_deed", "audit_row")
    op.drop_index("ix_recording_stored", "recording")
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table)


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
