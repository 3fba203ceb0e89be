"""Values of policy parameters that a state, a district or a school set, and how often a rule stopped somebody."""

import sqlalchemy as sa
from alembic import op

from models.row_security import grant_sequences, secure

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policy_record",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("parameter", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("school_id", sa.BigInteger(), nullable=True),
        sa.Column("binding", sa.Boolean(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level IN ('state', 'district', 'school')", name=op.f("ck_policy_record_level")),
        sa.CheckConstraint("(level = 'school') = (school_id IS NOT NULL)", name=op.f("ck_policy_record_place")),
        sa.CheckConstraint("value IS NOT NULL OR NOT binding", name=op.f("ck_policy_record_binding")),
        sa.ForeignKeyConstraint(
            ["district_id", "school_id"],
            ["school.district_id", "school.id"],
            name=op.f("fk_policy_record_district_id_school_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_policy_record")),
    )
    op.create_index(
        op.f("ix_policy_record_district_id_effective_from"), "policy_record", ["district_id", "effective_from"]
    )
    op.create_table(
        "rule_stop",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("school_id", sa.BigInteger(), nullable=True),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "school_id"],
            ["school.district_id", "school.id"],
            name=op.f("fk_rule_stop_district_id_school_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_rule_stop")),
        sa.UniqueConstraint(
            "district_id",
            "day",
            "rule",
            "school_id",
            name=op.f("uq_rule_stop_district_id_day_rule_school_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    for statement in (*secure("policy_record", append_only=True), *secure("rule_stop", append_only=False)):
        op.execute(statement)
    op.execute(grant_sequences())
