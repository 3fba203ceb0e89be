"""What students and parents say in their own words: interests, goals, preferences, and the student's own choice."""

import sqlalchemy as sa
from alembic import op

from models.row_security import grant_sequences, secure

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_words",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("target_id", sa.BigInteger(), nullable=True),
        sa.Column("by_day", sa.Date(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("replaces_id", sa.BigInteger(), nullable=True),
        sa.Column("said_by", sa.BigInteger(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        _key("student_id", "person"),
        _key("said_by", "person"),
        _key("target_id", "node"),
        _key("replaces_id", "own_words"),
        sa.CheckConstraint("kind IN ('interest', 'goal', 'preference', 'choice')", name=op.f("ck_own_words_kind")),
        sa.CheckConstraint("NOT withdrawn OR replaces_id IS NOT NULL", name=op.f("ck_own_words_withdrawn")),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_own_words")),
        sa.UniqueConstraint("district_id", "replaces_id", name=op.f("uq_own_words_district_id_replaces_id")),
    )
    op.create_index(op.f("ix_own_words_district_id_student_id"), "own_words", ["district_id", "student_id"])
    for statement in secure("own_words", append_only=True):
        op.execute(statement)
    op.execute(grant_sequences())


def _key(column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_own_words_district_id_{column}"),
    )
