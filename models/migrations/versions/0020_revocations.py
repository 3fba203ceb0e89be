"""Revocations of mastery, and what followed each."""

import sqlalchemy as sa
from alembic import op

from models.row_security import grant_sequences, secure

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revocation",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("proposed_by", sa.BigInteger(), nullable=False),
        sa.Column("proposed_as", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        _key("revocation", "student_id", "person"),
        _key("revocation", "target_id", "node"),
        _key("revocation", "proposed_by", "person"),
        sa.CheckConstraint(
            "proposed_as IN ('school_administrator', 'teacher_of_record')", name=op.f("ck_revocation_proposed_as")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_revocation")),
    )
    op.create_index(op.f("ix_revocation_district_id_student_id"), "revocation", ["district_id", "student_id"])
    op.create_table(
        "revocation_step",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("revocation_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("by_person", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _key("revocation_step", "revocation_id", "revocation"),
        _key("revocation_step", "by_person", "person"),
        sa.CheckConstraint(
            "step IN ('sign', 'decline', 'take_back', 'appeal', 'let_stand', 'overturn')",
            name=op.f("ck_revocation_step_step"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_revocation_step")),
    )
    op.create_index(
        op.f("ix_revocation_step_district_id_revocation_id"), "revocation_step", ["district_id", "revocation_id"]
    )
    for table in ("revocation", "revocation_step"):
        for statement in secure(table, append_only=True):
            op.execute(statement)
    op.execute(grant_sequences())


def _key(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )
