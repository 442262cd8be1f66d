"""Which call a call-back is to have rated: its caller was cut off."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("callback") as batch_op:
        batch_op.add_column(sa.Column("survey_of", sa.String(length=40), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_callback_survey_of_call"), "call", ["survey_of"], ["id"])
        batch_op.create_index(batch_op.f("ix_callback_survey_of"), ["survey_of"])


def downgrade() -> None:
    with op.batch_alter_table("callback") as batch_op:
        batch_op.drop_index(batch_op.f("ix_callback_survey_of"))
        batch_op.drop_constraint(batch_op.f("fk_callback_survey_of_call"), type_="foreignkey")
        batch_op.drop_column("survey_of")
