"""What was signed stays as it was signed, and can be printed so; what can't be published is put off, with the reason."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

SIGNED = ("department_id", "document", "version", "signer", "scope", "licences", "entries", "exclusions", "form", "valid_from",
          "valid_to", "provisional", "inherited_from", "remark", "entered_by", "entered_at", "signed_by", "signed_at",
          "signed_words")  # fmt: skip
"""Not the categories: they follow the tree, and `signed_words` says how they were called."""
GUARDS = ("authorisation_signed", "authorisation_revoked", "authorisation_gone")


def upgrade() -> None:
    op.add_column("authorisation", sa.Column("signed_words", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("entry_version", sa.Column("put_off_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("entry_version", sa.Column("put_off_because", sa.String(length=200), nullable=False, server_default=""))
    for trigger in _triggers():
        op.execute(trigger)


def downgrade() -> None:
    for name in GUARDS:
        op.execute(f"DROP TRIGGER {name}" + (" ON authorisation" if _on_postgresql() else ""))
    if _on_postgresql():
        op.execute("DROP FUNCTION refuse_unsigning()")
    op.drop_column("entry_version", "put_off_because")
    op.drop_column("entry_version", "put_off_until")
    op.drop_column("authorisation", "signed_words")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _triggers() -> list[str]:
    """A signed paper changes no word; a revocation is brought forward at most, and never taken back."""
    words = "'what was signed never changes'"
    later = "OLD.revoked_at IS NOT NULL AND (NEW.revoked_at IS NULL OR NEW.revoked_at > OLD.revoked_at)"
    guards = (
        ("authorisation_signed", f"UPDATE OF {', '.join(SIGNED)} ON authorisation", "OLD.signed_at IS NOT NULL"),
        ("authorisation_revoked", "UPDATE OF revoked_at ON authorisation", later),
        ("authorisation_gone", "DELETE ON authorisation", "OLD.signed_at IS NOT NULL"),
    )
    if _on_postgresql():
        made = f"CREATE FUNCTION refuse_unsigning() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION {words}; END $$"
        return [made] + [f"CREATE TRIGGER {name} BEFORE {of} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse_unsigning()"
                         for name, of, when in guards]  # fmt: skip
    return [f"CREATE TRIGGER {name} BEFORE {of} WHEN {when} BEGIN SELECT RAISE(ABORT, {words}); END" for name, of, when in guards]
