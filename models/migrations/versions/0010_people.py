"""What is on file of names, safety and homes; guardians whom an office attests; people whom no roster brings."""

import sqlalchemy as sa
from alembic import op

from models.row_security import grant_sequences, secure

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None

DISTRICT_TABLES = ("name_policy", "student_safety", "household", "household_member")


def upgrade() -> None:
    op.add_column("person", sa.Column("phone", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("sms", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("organization_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_person_district_id_organization_id"),
        "person",
        "organization",
        ["district_id", "organization_id"],
        ["district_id", "id"],
    )
    op.add_column("guardianship", sa.Column("origin", sa.Text(), nullable=False, server_default="roster"))
    op.create_check_constraint(op.f("ck_guardianship_origin"), "guardianship", "origin IN ('roster', 'attested')")
    op.add_column("organization", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    _names_and_safety()
    _households()
    for table in DISTRICT_TABLES:
        for statement in secure(table, append_only=False):
            op.execute(statement)
    op.execute(grant_sequences())


def _names_and_safety() -> None:
    op.create_table(
        "name_policy",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("parent_view", sa.Text(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "parent_view IN ('display', 'legal', 'district_rule')", name=op.f("ck_name_policy_parent_view")
        ),
        sa.PrimaryKeyConstraint("district_id", name=op.f("pk_name_policy")),
    )
    op.create_table(
        "student_safety",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("student_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("directory_opt_out", sa.Boolean(), nullable=False),
        sa.Column("substitute_address", sa.Text(), nullable=True),
        sa.Column("display_name_to_family", sa.Boolean(), nullable=True),
        sa.Column("set_by", sa.BigInteger(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("substitute_address IS NULL OR protected", name=op.f("ck_student_safety_substitute")),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_student_safety_district_id_student_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "set_by"],
            ["person.district_id", "person.id"],
            name=op.f("fk_student_safety_district_id_set_by"),
        ),
        sa.PrimaryKeyConstraint("district_id", "student_id", name=op.f("pk_student_safety")),
    )


def _households() -> None:
    op.create_table(
        "household",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_household")),
    )
    op.create_table(
        "household_member",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("notice IN ('email', 'sms', 'letter')", name=op.f("ck_household_member_notice")),
        sa.CheckConstraint(
            "ends_on IS NULL OR begins_on IS NULL OR ends_on >= begins_on", name=op.f("ck_household_member_span")
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "household_id"],
            ["household.district_id", "household.id"],
            name=op.f("fk_household_member_district_id_household_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "person_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_household_member_district_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_household_member")),
    )
    for column in ("household_id", "person_id"):
        op.create_index(op.f(f"ix_household_member_district_id_{column}"), "household_member", ["district_id", column])
