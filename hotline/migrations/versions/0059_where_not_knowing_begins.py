"""Below which chance of an answer 'I don't know' is said: measured by night, and noted for who searches."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0055"
branch_labels = None
depends_on = None

DEEDS = (("insert", "INSERT", "NEW"), ("delete", "DELETE", "OLD"), ("update", "UPDATE OF percent", "NEW"))


def upgrade() -> None:
    shares = ("percent", "lost", "lost_usually", "told", "told_usually")
    op.create_table(
        "search_limit",
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=False) for name in shares),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("way", name=op.f("pk_search_limit")),
    )
    for one in _made():
        op.execute(one)


def downgrade() -> None:
    op.drop_table("search_limit")


def _made() -> list[str]:
    if op.get_bind().dialect.name == "postgresql":
        return ["CREATE TRIGGER search_limit_changed AFTER INSERT OR DELETE OR UPDATE OF percent ON search_limit "
                "FOR EACH ROW EXECUTE FUNCTION note_change('limit', 'way')"]  # fmt: skip
    return [f"CREATE TRIGGER search_limit_changed_{deed} AFTER {when} ON search_limit BEGIN "
            f"INSERT INTO knowledge_change (kind, thing) SELECT 'limit', {row}.way; END"
            for deed, when, row in DEEDS]  # fmt: skip
