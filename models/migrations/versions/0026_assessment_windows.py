"""Tests as they are given: rules of trying again, windows, each step about a student; and the state's results."""

import sqlalchemy as sa
from alembic import op

from models.row_security import grant_sequences, secure

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_TABLES = ("retake_rule", "test_window", "window_terms", "window_exclusion", "test_step", "state_result")


def upgrade() -> None:
    _table(
        "retake_rule",
        _whole("assessment_id"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("preset", sa.Text(), nullable=False),
        sa.Column("fields", sa.dialects.postgresql.JSONB(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        _whole("by_person", nullable=True),
        _instant("at"),
        keys={"assessment_id": "assessment", "by_person": "person"},
        indexes=(("assessment_id",),),
        checks={
            "kind": "kind IN ('formative', 'summative', 'state')",
            "preset": "preset IN ('classroom_quiz', 'classroom_summative', 'virginia_expedited', 'texas_credit_by_exam')",
        },
    )
    _table(
        "test_window",
        _whole("assessment_id"),
        _whole("school_id"),
        sa.Column("administration", sa.Text(), nullable=False),
        _instant("at"),
        keys={"assessment_id": "assessment", "school_id": "school"},
        indexes=(("assessment_id",), ("school_id",)),
    )
    _table(
        "window_terms",
        _whole("window_id"),
        _instant("opens_at"),
        _instant("closes_at"),
        _instant("register_by", nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("makeup", sa.ARRAY(sa.Date()), nullable=False),
        sa.Column("blackout", sa.ARRAY(sa.Date()), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        _whole("by_person", nullable=True),
        _instant("at"),
        keys={"window_id": "test_window", "by_person": "person"},
        indexes=(("window_id",),),
        checks={"closes_at": "opens_at < closes_at", "capacity": "capacity > 0"},
    )
    _table(
        "window_exclusion",
        _whole("window_id"),
        _whole("student_id"),
        sa.Column("excluded", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _whole("by_person", nullable=True),
        _instant("at"),
        keys={"window_id": "test_window", "student_id": "person", "by_person": "person"},
        indexes=(("window_id",), ("student_id",)),
    )
    _table(
        "test_step",
        _whole("assessment_id"),
        _whole("student_id"),
        sa.Column("step", sa.Text(), nullable=False),
        _whole("window_id", nullable=True),
        _whole("result_id", nullable=True),
        sa.Column("ready", sa.Boolean(), nullable=True),
        sa.Column("share", sa.Float(53), nullable=True),
        sa.Column("overrode", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _whole("by_person", nullable=True),
        _whole("client_pk", nullable=True),
        _instant("at"),
        keys={
            "assessment_id": "assessment",
            "student_id": "person",
            "window_id": "test_window",
            "result_id": "result",
            "by_person": "person",
            "client_pk": "client",
        },
        indexes=(("student_id", "assessment_id"), ("window_id",), ("assessment_id",)),
        checks={
            "step": "step IN ('requested', 'registered', 'missed', 'withdrawn', 'void', 'corrections', 'relearning',"
            " 'sign_off', 'consent', 'alternative')",
            "window_id": "step NOT IN ('registered', 'missed') OR window_id IS NOT NULL",
            "reason": "step <> 'void' OR reason <> ''",
            "share": "share BETWEEN 0 AND 1",
        },
    )
    _table(
        "state_result",
        _whole("student_id"),
        sa.Column("test", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("administration", sa.Text(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("score", sa.Float(53), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        _instant("imported_at"),
        keys={"student_id": "person"},
        indexes=(("student_id",),),
    )
    _table(
        "state_result_held",
        sa.Column("student", sa.Text(), nullable=False),
        sa.Column("row", sa.JSON(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        _instant("held_at"),
        _instant("released_at", nullable=True),
        keys={},
        indexes=(("student",),),
    )
    op.create_unique_constraint(
        op.f("uq_state_result_held_district_id_digest"), "state_result_held", ["district_id", "digest"]
    )
    for statement in secure("state_result_held", append_only=False):
        op.execute(statement)
    for table in _TABLES:
        for statement in secure(table, append_only=True):
            op.execute(statement)
    op.execute(grant_sequences())


def _table(
    name: str,
    *columns: sa.Column,
    keys: dict[str, str],
    indexes: tuple[tuple[str, ...], ...],
    checks: dict[str, str] | None = None,
) -> None:
    op.create_table(
        name,
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *columns,
        *(
            sa.ForeignKeyConstraint(
                ["district_id", column],
                [f"{parent}.district_id", f"{parent}.id"],
                name=op.f(f"fk_{name}_district_id_{column}"),
            )
            for column, parent in keys.items()
        ),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_{name}_{check}"))
            for check, condition in (checks or {}).items()
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f(f"pk_{name}")),
    )
    for some in indexes:
        op.create_index(op.f(f"ix_{name}_district_id_{'_'.join(some)}"), name, ["district_id", *some])


def _whole(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
