"""Answers whose times, hints and later tries are over: up to when they are reduced, and how the next ones are found."""

import sqlalchemy as sa
from alembic import op

from models.row_security import secure

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answers_reduced",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("through", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("untold", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", name=op.f("pk_answers_reduced")),
    )
    op.create_index(op.f("ix_result_received_at"), "result", ["received_at"], postgresql_using="brin")
    for statement in secure("answers_reduced", append_only=False):
        op.execute(statement)
