"""Why adults may see students: links, consents, court orders, and what was disclosed."""

import sqlalchemy as sa
from alembic import op

from models.row_security import grant_sequences, secure

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DISTRICT_TABLES = ("organization", "beyond_age", "consent", "court_order", "disclosure", "programme_enrollment", "link")
APPEND_ONLY_TABLES = ("disclosure",)


def upgrade() -> None:
    op.create_table(
        "organization",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agreement_reference", sa.Text(), nullable=True),
        sa.Column("agreement_ends_on", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_organization")),
    )
    op.create_table(
        "beyond_age",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("guardian_id", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("basis IN ('student_consent', 'dependent')", name=op.f("ck_beyond_age_basis")),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > begins_at", name=op.f("ck_beyond_age_span")),
        sa.ForeignKeyConstraint(
            ["district_id", "guardian_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_beyond_age_district_id_guardian_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "recorded_by"],
            ["person.district_id", "person.id"],
            name=op.f("fk_beyond_age_district_id_recorded_by"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_beyond_age_district_id_student_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_beyond_age")),
    )
    op.create_index(
        op.f("ix_beyond_age_district_id_student_id"), "beyond_age", ["district_id", "student_id"], unique=False
    )
    op.create_table(
        "consent",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient_id", sa.BigInteger(), nullable=False),
        sa.Column("classes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.BigInteger(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "classes <@ ARRAY['D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7', 'D8', 'D9', 'D10', 'D11', 'D12', 'D13', 'D14', 'D15', 'D16', 'D17', 'D18', 'D19']::text[] AND cardinality(classes) > 0",
            name=op.f("ck_consent_classes"),
        ),
        sa.CheckConstraint("purpose <> ''", name=op.f("ck_consent_purpose")),
        sa.CheckConstraint("ends_at > begins_at", name=op.f("ck_consent_span")),
        sa.ForeignKeyConstraint(
            ["district_id", "recipient_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_consent_district_id_recipient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "recorded_by"],
            ["person.district_id", "person.id"],
            name=op.f("fk_consent_district_id_recorded_by"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "signed_by"],
            ["person.district_id", "person.id"],
            name=op.f("fk_consent_district_id_signed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_consent_district_id_student_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_district_id_student_id"), "consent", ["district_id", "student_id"], unique=False)
    op.create_table(
        "court_order",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("guardian_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("restricts", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("leaves", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("document_reference", sa.Text(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("document_reference <> ''", name=op.f("ck_court_order_document")),
        sa.CheckConstraint(
            "leaves <@ ARRAY['D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7', 'D8', 'D9', 'D10', 'D11', 'D12', 'D13', 'D14', 'D15', 'D16', 'D17', 'D18', 'D19']::text[]",
            name=op.f("ck_court_order_leaves"),
        ),
        sa.CheckConstraint(
            "restricts <@ ARRAY['access', 'contact', 'pickup']::text[] AND cardinality(restricts) > 0",
            name=op.f("ck_court_order_restricts"),
        ),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > begins_at", name=op.f("ck_court_order_span")),
        sa.ForeignKeyConstraint(
            ["district_id", "guardian_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_court_order_district_id_guardian_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "recorded_by"],
            ["person.district_id", "person.id"],
            name=op.f("fk_court_order_district_id_recorded_by"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_court_order_district_id_student_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_court_order")),
    )
    op.create_index(
        op.f("ix_court_order_district_id_guardian_id"), "court_order", ["district_id", "guardian_id"], unique=False
    )
    op.create_index(
        op.f("ix_court_order_district_id_student_id"), "court_order", ["district_id", "student_id"], unique=False
    )
    op.create_table(
        "disclosure",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient_id", sa.BigInteger(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("organization", sa.Text(), nullable=True),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("classes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("required_by", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "recipient_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_disclosure_district_id_recipient_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_disclosure_district_id_student_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_disclosure")),
    )
    op.create_index(
        op.f("ix_disclosure_district_id_student_id_at"), "disclosure", ["district_id", "student_id", "at"], unique=False
    )
    op.create_table(
        "programme_enrollment",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "programme IN ('idea', 'section_504', 'english_learner')", name=op.f("ck_programme_enrollment_programme")
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_programme_enrollment_district_id_student_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_programme_enrollment")),
    )
    op.create_index(
        op.f("ix_programme_enrollment_district_id_student_id"),
        "programme_enrollment",
        ["district_id", "student_id"],
        unique=False,
    )
    op.create_table(
        "link",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=True),
        sa.Column("section_id", sa.BigInteger(), nullable=True),
        sa.Column("school_id", sa.BigInteger(), nullable=True),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("consent_id", sa.BigInteger(), nullable=True),
        sa.Column("targets", sa.ARRAY(sa.BigInteger()), nullable=True),
        sa.Column("share", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_by", sa.BigInteger(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.BigInteger(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(scope = 'student') = (student_id IS NOT NULL) AND (scope = 'section') = (section_id IS NOT NULL) AND (scope = 'school') = (school_id IS NOT NULL)",
            name=op.f("ck_link_one_scope"),
        ),
        sa.CheckConstraint(
            "basis IN ('own_right', 'employee', 'school_official_agreement', 'consent', 'emergency', 'support')",
            name=op.f("ck_link_basis"),
        ),
        sa.CheckConstraint(
            "basis NOT IN ('emergency', 'support') OR ends_at IS NOT NULL", name=op.f("ck_link_passing")
        ),
        sa.CheckConstraint("purpose <> ''", name=op.f("ck_link_purpose")),
        sa.CheckConstraint(
            "role <> 'external_professional' OR (scope = 'student' AND consent_id IS NOT NULL AND ends_at IS NOT NULL)",
            name=op.f("ck_link_external_by_consent"),
        ),
        sa.CheckConstraint(
            "role IN ('co_teacher', 'case_manager', 'counselor', 'professional', 'external_professional', 'experience_coordinator', 'overseeing_educator', 'school_administrator', 'registrar', 'data_steward', 'district_leader', 'monitor', 'researcher')",
            name=op.f("ck_link_role"),
        ),
        sa.CheckConstraint("scope IN ('student', 'section', 'school', 'district')", name=op.f("ck_link_scope")),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > begins_at", name=op.f("ck_link_span")),
        sa.ForeignKeyConstraint(
            ["district_id", "consent_id"],
            ["consent.district_id", "consent.id"],
            name=op.f("fk_link_district_id_consent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "granted_by"],
            ["person.district_id", "person.id"],
            name=op.f("fk_link_district_id_granted_by"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "organization_id"],
            ["organization.district_id", "organization.id"],
            name=op.f("fk_link_district_id_organization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "person_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_link_district_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "revoked_by"],
            ["person.district_id", "person.id"],
            name=op.f("fk_link_district_id_revoked_by"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "school_id"],
            ["school.district_id", "school.id"],
            name=op.f("fk_link_district_id_school_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "section_id"],
            ["section.district_id", "section.id"],
            name=op.f("fk_link_district_id_section_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_link_district_id_student_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_link")),
    )
    op.create_index(op.f("ix_link_district_id_person_id"), "link", ["district_id", "person_id"], unique=False)
    op.create_index(op.f("ix_link_district_id_student_id"), "link", ["district_id", "student_id"], unique=False)
    for table in DISTRICT_TABLES:
        for statement in secure(table, table in APPEND_ONLY_TABLES):
            op.execute(statement)
    op.execute(grant_sequences())
