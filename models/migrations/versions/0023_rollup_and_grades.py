"""Which targets are priority, which competencies a course needs, and the rules by which mastery is printed as a grade."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.row_security import grant_sequences, secure

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "target_priority",
        *_key("target_priority"),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.Boolean(), nullable=False),
        *_signed(),
        _of("target_priority", "node_id", "node"),
    )
    op.create_index(op.f("ix_target_priority_district_id_node_id"), "target_priority", ["district_id", "node_id"])
    op.create_table(
        "course_requirement",
        *_key("course_requirement"),
        sa.Column("course", sa.Text(), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        *_signed(),
        _of("course_requirement", "node_id", "node"),
    )
    op.create_index(op.f("ix_course_requirement_district_id_course"), "course_requirement", ["district_id", "course"])
    op.create_table(
        "grade_rule",
        *_key("grade_rule"),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("school_id", sa.BigInteger(), nullable=True),
        sa.Column("course", sa.Text(), nullable=True),
        sa.Column("rule", postgresql.JSONB(), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        *_signed(),
        sa.CheckConstraint("level IN ('district', 'school', 'course')", name=op.f("ck_grade_rule_level")),
        sa.CheckConstraint("(level = 'school') = (school_id IS NOT NULL)", name=op.f("ck_grade_rule_school")),
        sa.CheckConstraint("(level = 'course') = (course IS NOT NULL)", name=op.f("ck_grade_rule_course")),
        _of("grade_rule", "school_id", "school"),
    )
    op.create_index(op.f("ix_grade_rule_district_id_effective_from"), "grade_rule", ["district_id", "effective_from"])
    for table in ("target_priority", "course_requirement", "grade_rule"):
        for statement in secure(table, append_only=True):
            op.execute(statement)
    op.execute(grant_sequences())


def _key(table: str) -> tuple[sa.Column[Any] | sa.Constraint, ...]:
    return (
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f(f"pk_{table}")),
    )


def _signed() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def _of(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )
