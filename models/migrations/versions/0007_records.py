"""The end of a record and its correction: retention rules, holds, what was deleted; requests to amend."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.row_security import grant_sequences, secure

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APPEND_ONLY = ("amendment", "amendment_step", "retention_rule", "tombstone", "mastered_competency")
CHANGED = ("legal_hold", "pending_deletion")


def upgrade() -> None:
    op.create_table(
        "retention_rule",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("keep", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_retention_rule")),
    )
    op.create_index(
        op.f("ix_retention_rule_district_id_kind_effective_from"),
        "retention_rule",
        ["district_id", "kind", "effective_from"],
    )
    op.create_table(
        "tombstone",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key_digest", sa.Text(), nullable=True),
        sa.Column("through", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_tombstone")),
        sa.UniqueConstraint(
            "district_id", "kind", "key_digest", "at", name=op.f("uq_tombstone_district_id_kind_key_digest_at")
        ),
    )
    op.create_table(
        "amendment",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contested", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "contested IN ('person', 'enrollment', 'result', 'flag', 'other')", name=op.f("ck_amendment_contested")
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "asked_by"],
            ["person.district_id", "person.id"],
            name=op.f("fk_amendment_district_id_asked_by"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_amendment_district_id_student_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_amendment")),
    )
    op.create_index(op.f("ix_amendment_district_id_student_id"), "amendment", ["district_id", "student_id"])
    op.create_table(
        "legal_hold",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_legal_hold_district_id_student_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_legal_hold")),
    )
    op.create_index(op.f("ix_legal_hold_district_id_student_id"), "legal_hold", ["district_id", "student_id"])
    op.create_table(
        "mastered_competency",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("target_guid", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("level", sa.Float(53), nullable=True),
        sa.Column("mastered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_mastered_competency_district_id_student_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_mastered_competency")),
        sa.UniqueConstraint(
            "district_id",
            "student_id",
            "target_guid",
            name=op.f("uq_mastered_competency_district_id_student_id_target_guid"),
        ),
    )
    op.create_table(
        "pending_deletion",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("student_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_pending_deletion_district_id_student_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "student_id", name=op.f("pk_pending_deletion")),
    )
    op.create_table(
        "amendment_step",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("amendment_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("by_person", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "step IN ('grant', 'refuse', 'ask_hearing', 'hearing_grants', 'hearing_refuses', 'statement')",
            name=op.f("ck_amendment_step_step"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "amendment_id"],
            ["amendment.district_id", "amendment.id"],
            name=op.f("fk_amendment_step_district_id_amendment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "by_person"],
            ["person.district_id", "person.id"],
            name=op.f("fk_amendment_step_district_id_by_person"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_amendment_step")),
    )
    op.create_index(
        op.f("ix_amendment_step_district_id_amendment_id"), "amendment_step", ["district_id", "amendment_id"]
    )
    for table in (*APPEND_ONLY, *CHANGED):
        for statement in secure(table, append_only=table in APPEND_ONLY):
            op.execute(statement)
    op.execute(grant_sequences())
