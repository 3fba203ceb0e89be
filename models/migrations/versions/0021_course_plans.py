"""Plans of courses, plans of students' own, pauses, and pace as it was worked out for a day."""

import sqlalchemy as sa
from alembic import op

from models.row_security import grant_sequences, secure

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("course_plan", "course_plan_target", "own_plan", "own_plan_date", "pace_pause", "pace_by_hand")
_KEPT = ("pace_day", "pace_night")


def upgrade() -> None:
    _course_plans()
    _own_plans()
    _pauses_and_words()
    _days()
    for table in (*_APPEND_ONLY, *_KEPT):
        for statement in secure(table, append_only=table in _APPEND_ONLY):
            op.execute(statement)
    op.execute(grant_sequences())


def _course_plans() -> None:
    op.create_table(
        "course_plan",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("section_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("finishes_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_on <= finishes_on", name=op.f("ck_course_plan_dates")),
        _key("course_plan", "section_id", "section"),
        _key("course_plan", "made_by", "person"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_course_plan")),
        sa.UniqueConstraint(
            "district_id", "section_id", "version", name=op.f("uq_course_plan_district_id_section_id_version")
        ),
    )
    op.create_table(
        "course_plan_target",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("course_plan_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("due", sa.Float(53), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("weight", sa.Float(53), nullable=False),
        sa.Column("priority", sa.Boolean(), nullable=False),
        sa.Column("fixed_by_law", sa.Boolean(), nullable=False),
        sa.CheckConstraint("weight > 0 AND due >= 0", name=op.f("ck_course_plan_target_line")),
        _key("course_plan_target", "course_plan_id", "course_plan"),
        _key("course_plan_target", "target_id", "node"),
        sa.PrimaryKeyConstraint("district_id", "course_plan_id", "target_id", name=op.f("pk_course_plan_target")),
    )


def _own_plans() -> None:
    op.create_table(
        "own_plan",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("section_id", sa.BigInteger(), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("multiplier", sa.Float(53), nullable=True),
        sa.Column("test_multiplier", sa.Float(53), nullable=True),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("multiplier >= 1 AND test_multiplier >= 1", name=op.f("ck_own_plan_multiplier")),
        sa.CheckConstraint(
            "private OR (multiplier IS NULL AND test_multiplier IS NULL)", name=op.f("ck_own_plan_private")
        ),
        _key("own_plan", "student_id", "person"),
        _key("own_plan", "section_id", "section"),
        _key("own_plan", "set_by", "person"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_own_plan")),
    )
    op.create_index(
        op.f("ix_own_plan_district_id_section_id_student_id"), "own_plan", ["district_id", "section_id", "student_id"]
    )
    op.create_index(op.f("ix_own_plan_district_id_student_id"), "own_plan", ["district_id", "student_id"])
    op.create_table(
        "own_plan_date",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("own_plan_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("due", sa.Float(53), nullable=False),
        sa.CheckConstraint("due >= 0", name=op.f("ck_own_plan_date_due")),
        _key("own_plan_date", "own_plan_id", "own_plan"),
        _key("own_plan_date", "target_id", "node"),
        sa.PrimaryKeyConstraint("district_id", "own_plan_id", "target_id", name=op.f("pk_own_plan_date")),
    )


def _pauses_and_words() -> None:
    op.create_table(
        "pace_pause",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replaces_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_by", sa.BigInteger(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_pace_pause_days")),
        sa.CheckConstraint("first_day IS NOT NULL OR replaces_id IS NOT NULL", name=op.f("ck_pace_pause_taken_back")),
        _key("pace_pause", "student_id", "person"),
        _key("pace_pause", "approved_by", "person"),
        _key("pace_pause", "replaces_id", "pace_pause"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_pace_pause")),
        sa.UniqueConstraint("district_id", "replaces_id", name=op.f("uq_pace_pause_district_id_replaces_id")),
    )
    op.create_index(op.f("ix_pace_pause_district_id_student_id"), "pace_pause", ["district_id", "student_id"])
    op.create_table(
        "pace_by_hand",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("section_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('ahead', 'on_pace', 'watch', 'behind')", name=op.f("ck_pace_by_hand_status")),
        _key("pace_by_hand", "student_id", "person"),
        _key("pace_by_hand", "section_id", "section"),
        _key("pace_by_hand", "set_by", "person"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_pace_by_hand")),
    )
    op.create_index(
        op.f("ix_pace_by_hand_district_id_section_id_student_id"),
        "pace_by_hand",
        ["district_id", "section_id", "student_id"],
    )
    op.create_index(op.f("ix_pace_by_hand_district_id_student_id"), "pace_by_hand", ["district_id", "student_id"])


def _days() -> None:
    op.create_table(
        "pace_day",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("section_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("student_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("gap", sa.Float(53), nullable=False),
        sa.Column("plan_gap", sa.Float(53), nullable=False),
        sa.Column("elapsed", sa.Float(53), nullable=False),
        sa.Column("done", sa.Float(53), nullable=False),
        sa.Column("total", sa.Float(53), nullable=False),
        sa.Column("late", sa.JSON(), nullable=False),
        sa.Column("finish", sa.JSON(), nullable=True),
        sa.Column("weeks", sa.JSON(), nullable=True),
        sa.Column("given_behind_since", sa.Date(), nullable=True),
        sa.Column("given_close", sa.SmallInteger(), nullable=False),
        sa.Column("behind_since", sa.Date(), nullable=True),
        sa.Column("close", sa.SmallInteger(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("worked_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('too_early', 'ahead', 'on_pace', 'watch', 'behind', 'complete', 'paused')",
            name=op.f("ck_pace_day_status"),
        ),
        _key("pace_day", "section_id", "section"),
        _key("pace_day", "student_id", "person"),
        sa.PrimaryKeyConstraint("district_id", "section_id", "student_id", name=op.f("pk_pace_day")),
    )
    op.create_index(op.f("ix_pace_day_district_id_student_id"), "pace_day", ["district_id", "student_id"])
    op.create_table(
        "pace_night",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("section_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _key("pace_night", "section_id", "section"),
        sa.PrimaryKeyConstraint("district_id", "section_id", name=op.f("pk_pace_night")),
    )


def _key(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )
