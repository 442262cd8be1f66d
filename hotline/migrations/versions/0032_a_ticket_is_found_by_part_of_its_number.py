"""A ticket is found by part of its number without looking at each."""

from alembic import op

revision = "0032"
down_revision = "0048"
branch_labels = None
depends_on = None

RUNS = """
CREATE FUNCTION number_runs(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2000 AS $$
    SELECT ARRAY(SELECT substr(words, place, 4) FROM generate_series(1, length(words) - 3) place)
$$"""
NUMBERS = "CREATE INDEX ix_ticket_number_runs ON ticket USING gin (number_runs(number))"


def upgrade() -> None:
    op.drop_index("ix_ticket_number_id", "ticket")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(RUNS)
        op.execute(NUMBERS)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX ix_ticket_number_runs")
        op.execute("DROP FUNCTION number_runs(text)")
    op.create_index("ix_ticket_number_id", "ticket", ["number", "id"])
