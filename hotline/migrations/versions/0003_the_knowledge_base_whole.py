"""The knowledge base whole: versions with stages, the ledger, licences, periodic update, forms, what was asked."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LINKS = (("entry", "licence_id", "licence"), ("authorisation", "inherited_from", "authorisation"))
ADDED = {
    "ticket": "source",
    "phrasing": "approval source heard proposed_at decided_at decided_by",
    "entry_version": "stage question category keywords why source written_at checked_by publish_at ended_at",
    "entry": "hot_from hot_until confirmed_on swept_on",
    "department": "post_code fax email web_site leader way_there transfer_numbers update_every_months confirmed_on",
    "authorisation": "licences excluded_categories remark entered_by entered_at signed_by signed_at confirmed_on revoked_by",
}


def upgrade() -> None:
    op.create_table(
        "category",
        sa.Column("path", sa.String(length=80), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_category")),
    )
    op.create_table(
        "embedding",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=60), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "model", name=op.f("pk_embedding")),
    )
    op.create_table(
        "ledger_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("deed", sa.String(length=12), nullable=False),
        sa.Column("clause", sa.String(length=200), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_row")),
    )
    with op.batch_alter_table("ledger_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_row_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_row_deed"), ["deed"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_row_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_row_thing_id"), ["thing_id"], unique=False)

    op.create_table(
        "synonym",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synonym")),
    )
    op.create_table(
        "confirmation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("base", sa.Boolean(), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("authorisations", sa.JSON(), nullable=False),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_confirmation_department_id_department")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation")),
    )
    with op.batch_alter_table("confirmation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_confirmation_department_id"), ["department_id"], unique=False)

    op.create_table(
        "form_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=4), nullable=False),
        sa.Column("file", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_form_import_department_id_department")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_import")),
    )
    op.create_table(
        "licence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("legal_basis", sa.String(length=500), nullable=False),
        sa.Column("quota", sa.String(length=120), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("statutory_limit", sa.String(length=60), nullable=False),
        sa.Column("promised_limit", sa.String(length=60), nullable=False),
        sa.Column("materials", sa.JSON(), nullable=False),
        sa.Column("fee", sa.String(length=120), nullable=False),
        sa.Column("fee_basis", sa.String(length=300), nullable=False),
        sa.Column("office", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("hours", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("supervision_phone", sa.String(length=30), nullable=False),
        sa.Column("downloads", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("written_by", sa.String(length=60), nullable=False),
        sa.Column("shown", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_licence_department_id_department")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence")),
        sa.UniqueConstraint("department_id", "name", name=op.f("uq_licence_department_id_name")),
    )
    with op.batch_alter_table("licence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_licence_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_licence_stage"), ["stage"], unique=False)

    op.create_table(
        "update_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("step", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_update_reminder_department_id_department")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_update_reminder")),
        sa.UniqueConstraint(
            "department_id", "due_on", "step", name=op.f("uq_update_reminder_department_id_due_on_step")
        ),
    )
    with op.batch_alter_table("update_reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_update_reminder_department_id"), ["department_id"], unique=False)

    op.create_table(
        "asked",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("words", sa.String(length=128), nullable=False),
        sa.Column("call_id", sa.String(length=40), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("found", sa.String(length=8), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("score", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_asked_department_id_department")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_asked_entry_id_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked")),
    )
    with op.batch_alter_table("asked", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asked_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_asked_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_asked_found"), ["found"], unique=False)

    op.create_table(
        "unanswered",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=128), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(length=60), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_unanswered_department_id_department")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_unanswered_entry_id_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered")),
        sa.UniqueConstraint("words", name=op.f("uq_unanswered_words")),
    )
    with op.batch_alter_table("unanswered", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unanswered_department_id"), ["department_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unanswered_state"), ["state"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_version_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=60), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_version_id"], ["entry_version.id"], name=op.f("fk_attachment_entry_version_id_entry_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_entry_version_id"), ["entry_version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_sha256"), ["sha256"], unique=False)

    with op.batch_alter_table("authorisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("licences", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("excluded_categories", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("remark", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("entered_by", sa.String(length=60), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("signed_by", sa.String(length=60), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("confirmed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("revoked_by", sa.String(length=60), nullable=False, server_default=""))

    with op.batch_alter_table("department", schema=None) as batch_op:
        batch_op.add_column(sa.Column("post_code", sa.String(length=6), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("fax", sa.String(length=30), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("email", sa.String(length=100), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("web_site", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("leader", sa.String(length=60), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("way_there", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("transfer_numbers", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("update_every_months", sa.Integer(), nullable=False, server_default="3"))
        batch_op.add_column(sa.Column("confirmed_on", sa.Date(), nullable=True))

    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hot_from", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("hot_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("confirmed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("swept_on", sa.Date(), nullable=True))

    with op.batch_alter_table("entry_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stage", sa.String(length=10), nullable=False, server_default="draft"))
        batch_op.add_column(sa.Column("question", sa.String(length=128), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("category", sa.String(length=80), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("keywords", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("why", sa.String(length=500), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("source", sa.String(length=60), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("written_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("checked_by", sa.String(length=60), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_entry_version_stage"), ["stage"], unique=False)

    with op.batch_alter_table("phrasing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("approval", sa.String(length=10), nullable=False, server_default="approved"))
        batch_op.add_column(sa.Column("source", sa.String(length=10), nullable=False, server_default="office"))
        batch_op.add_column(sa.Column("heard", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("decided_by", sa.String(length=60), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_phrasing_approval"), ["approval"], unique=False)

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source", sa.String(length=12), nullable=False, server_default="call"))

    for table, column, other in LINKS:  # one statement: SQLite would otherwise make the table anew
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} INTEGER "
            f"CONSTRAINT fk_{table}_{column}_{other} REFERENCES {other} (id)"
        )
    op.execute(
        "UPDATE entry_version SET question = e.question, category = e.category, keywords = e.keywords, "
        "stage = CASE WHEN e.published = entry_version.number THEN 'published' ELSE 'replaced' END, "
        "checked_by = entry_version.reviewed_by, written_at = entry_version.published_at "
        "FROM entry AS e WHERE e.id = entry_version.entry_id"
    )
    op.execute("UPDATE authorisation SET signed_at = valid_from, signed_by = signer")
    for deed in ("UPDATE", "DELETE"):
        op.execute(_only_grows("ledger_row", deed))


def downgrade() -> None:
    for deed in ("update", "delete"):
        op.execute(f"DROP TRIGGER ledger_row_{deed}" + (" ON ledger_row" if _on_postgresql() else ""))
    for table, column, _ in LINKS:
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    op.drop_index("ix_phrasing_approval", "phrasing")
    op.drop_index("ix_entry_version_stage", "entry_version")
    for table, columns in ADDED.items():  # statement by statement: SQLite would otherwise make the table anew
        for column in columns.split():
            op.drop_column(table, column)
    op.drop_table("attachment")
    op.drop_table("unanswered")
    op.drop_table("asked")
    op.drop_table("update_reminder")
    op.drop_table("licence")
    op.drop_table("form_import")
    op.drop_table("confirmation")
    op.drop_table("synonym")
    op.drop_table("ledger_row")
    op.drop_table("embedding")
    op.drop_table("category")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _only_grows(table: str, deed: str) -> str:
    head = f"CREATE TRIGGER {table}_{deed.lower()} BEFORE {deed} ON {table}"
    if _on_postgresql():  # the function came with the audit trail
        return f"{head} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    return f"{head} BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END"
