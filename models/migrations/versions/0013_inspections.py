"""Requests of families and students to see the whole record, and what came of each."""

import sqlalchemy as sa
from alembic import op

from models.row_security import grant_sequences, secure

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inspection",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        _key("inspection", "student_id", "person"),
        _key("inspection", "asked_by", "person"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_inspection")),
    )
    op.create_index(op.f("ix_inspection_district_id_student_id"), "inspection", ["district_id", "student_id"])
    op.create_table(
        "inspection_answer",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("inspection_id", sa.BigInteger(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("by_person", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _key("inspection_answer", "inspection_id", "inspection"),
        _key("inspection_answer", "by_person", "person"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_inspection_answer")),
    )
    op.create_index(
        op.f("ix_inspection_answer_district_id_inspection_id"), "inspection_answer", ["district_id", "inspection_id"]
    )
    for table in ("inspection", "inspection_answer"):
        for statement in secure(table, append_only=True):
            op.execute(statement)
    op.execute(grant_sequences())


def _key(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )
