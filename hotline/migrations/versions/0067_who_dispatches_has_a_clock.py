"""Whoever is to dispatch has a clock, the hotline as a county's office: what waits in the city now is counted by the next
beat of the ladder, from when it began to wait."""

from alembic import op

revision = "0067"
down_revision = "0064"
branch_labels = None
depends_on = None

NAMES = {"county_since": "dispatch_since", "county_by": "dispatch_by"}
BEGAN = """(SELECT max(s.at) FROM ticket_step s WHERE s.ticket_id = ticket.id AND s.target = 'to_dispatch'
            AND (s.source <> 'to_dispatch' OR s.action = 'hand_up'))"""
WAITS = f"""UPDATE ticket SET dispatch_since = coalesce({BEGAN}, intake_at), rung_at = coalesce({BEGAN}, intake_at)
            WHERE state = 'to_dispatch' AND county_code = ''"""  # noqa: S608 (no word of anybody's)


def upgrade() -> None:
    _rename(NAMES)
    op.execute(WAITS)


def downgrade() -> None:
    op.execute("UPDATE ticket SET dispatch_since = NULL, dispatch_by = NULL, rung_at = NULL "
               "WHERE state = 'to_dispatch' AND county_code = ''")  # fmt: skip
    _rename({new: old for old, new in NAMES.items()})


def _rename(names: dict[str, str]) -> None:
    for old, new in names.items():
        op.execute(f"ALTER TABLE ticket RENAME COLUMN {old} TO {new}")
