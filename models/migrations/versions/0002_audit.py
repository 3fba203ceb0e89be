"""What is on record: audit events and whom they are about."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.row_security import grant_sequences, secure

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("detail", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("actor IN ('person', 'machine', 'system')", name=op.f("ck_audit_event_actor")),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_audit_event")),
    )
    op.create_index(op.f("ix_audit_event_district_id_at"), "audit_event", ["district_id", "at"])
    op.create_index(op.f("ix_audit_event_district_id_actor_id_at"), "audit_event", ["district_id", "actor_id", "at"])
    op.create_table(
        "audit_subject",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("student_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "event_id"],
            ["audit_event.district_id", "audit_event.id"],
            name=op.f("fk_audit_subject_district_id_event_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("district_id", "event_id", "student_id", name=op.f("pk_audit_subject")),
    )
    op.create_index(
        op.f("ix_audit_subject_district_id_student_id_event_id"),
        "audit_subject",
        ["district_id", "student_id", "event_id"],
    )
    for table in ("audit_event", "audit_subject"):
        for statement in secure(table, append_only=True):
            op.execute(statement)
    op.execute(grant_sequences())
