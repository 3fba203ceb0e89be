"""Calendars of schools, and the history of their days."""

import sqlalchemy as sa
from alembic import op

from models.row_security import grant_sequences, secure

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_KINDS = (
    "kind IN ('instructional', 'half', 'flex', 'remote', 'break', 'holiday', 'closure', 'summer_program')"
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("weight", sa.Float(53), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.CheckConstraint(_KINDS, name=op.f("ck_calendar_day_kind")),
        sa.CheckConstraint("weight BETWEEN 0 AND 1", name=op.f("ck_calendar_day_weight")),
        _key("calendar_day", "school_id", "school"),
        sa.PrimaryKeyConstraint("district_id", "school_id", "day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "calendar_change",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("weight", sa.Float(53), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by_person", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_KINDS, name=op.f("ck_calendar_change_kind")),
        _key("calendar_change", "school_id", "school"),
        _key("calendar_change", "by_person", "person"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_calendar_change")),
    )
    op.create_index(
        op.f("ix_calendar_change_district_id_school_id_day"), "calendar_change", ["district_id", "school_id", "day"]
    )
    for table, append_only in (("calendar_day", False), ("calendar_change", True)):
        for statement in secure(table, append_only=append_only):
            op.execute(statement)
    op.execute(grant_sequences())


def _key(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )
