"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.row_security import APP_ROLE, secure

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

DISTRICT_TABLES = (
    "client",
    "district_stamp",
    "framework",
    "import_job",
    "outbox",
    "person",
    "school",
    "term",
    "access_token",
    "account",
    "assessment",
    "guardianship",
    "node",
    "person_role",
    "quarantine",
    "section",
    "subject_choice",
    "subject_method",
    "subject_state",
    "alias",
    "assessment_form",
    "blueprint",
    "confirmation",
    "cut_scores",
    "edge",
    "enrollment",
    "flag",
    "item",
    "section_version",
    "standing",
    "target_text",
    "calibration",
    "subject_calibration",
    "target_calibration",
    "prerequisite_calibration",
    "item_calibration",
    "measurement",
    "item_measurement",
    "flag_transition",
    "form_item",
    "result",
    "evidence",
    "move",
    "move_part",
    "move_undo",
)
APPEND_ONLY_TABLES = (
    "confirmation",
    "evidence",
    "flag_transition",
    "result",
    "move",
    "move_part",
    "move_undo",
    "calibration",
    "target_calibration",
    "prerequisite_calibration",
    "item_calibration",
    "subject_choice",
)


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("result_id", increment=1000)))
    op.create_table(
        "client",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_client")),
        sa.UniqueConstraint("district_id", "client_id", name=op.f("uq_client_district_id_client_id")),
        sa.UniqueConstraint("district_id", "name", name=op.f("uq_client_district_id_name")),
    )
    op.create_table(
        "district",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_district")),
        sa.UniqueConstraint("slug", name=op.f("uq_district_slug")),
    )
    op.create_table(
        "district_stamp",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("graph", sa.BigInteger(), nullable=False),
        sa.Column("roster", sa.BigInteger(), nullable=False),
        sa.Column("assessments", sa.BigInteger(), nullable=False),
        sa.Column("policy", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", name=op.f("pk_district_stamp")),
    )
    op.create_table(
        "framework",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("source_uri", sa.Text(), nullable=True),
        sa.Column("case_version", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("origin IN ('imported', 'district')", name=op.f("ck_framework_origin")),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_framework")),
        sa.UniqueConstraint("district_id", "guid", name=op.f("uq_framework_district_id_guid")),
    )
    op.create_table(
        "import_job",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_digest", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("district_id", "kind", "file_digest", name=op.f("pk_import_job")),
    )
    op.create_table(
        "outbox",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("student_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_outbox")),
    )
    op.create_table(
        "person",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=True),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("middle_name", sa.Text(), nullable=True),
        sa.Column("preferred_given_name", sa.Text(), nullable=True),
        sa.Column("preferred_family_name", sa.Text(), nullable=True),
        sa.Column("pronouns", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("grades", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_person")),
        sa.UniqueConstraint("district_id", "sourced_id", name=op.f("uq_person_district_id_sourced_id")),
    )
    op.create_index(op.f("ix_person_district_id_identifier"), "person", ["district_id", "identifier"], unique=False)
    op.create_table(
        "school",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=True),
        sa.Column("parent_sourced_id", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_school")),
        sa.UniqueConstraint("district_id", "sourced_id", name=op.f("uq_school_district_id_sourced_id")),
    )
    op.create_table(
        "sign_in_name",
        sa.Column("name_digest", sa.Text(), nullable=False),
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name_digest", name=op.f("pk_sign_in_name")),
    )
    op.create_table(
        "term",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("parent_sourced_id", sa.Text(), nullable=True),
        sa.Column("school_year", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_term")),
        sa.UniqueConstraint("district_id", "sourced_id", name=op.f("uq_term_district_id_sourced_id")),
    )
    op.create_table(
        "access_token",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("client_pk", sa.BigInteger(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "client_pk"],
            ["client.district_id", "client.id"],
            name=op.f("fk_access_token_district_id_client_pk"),
        ),
        sa.PrimaryKeyConstraint("district_id", "digest", name=op.f("pk_access_token")),
    )
    op.create_table(
        "account",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sign_in_name", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "person_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_account_district_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_account")),
        sa.UniqueConstraint("district_id", "sign_in_name", name=op.f("uq_account_district_id_sign_in_name")),
    )
    op.create_table(
        "assessment",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_pk", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("dok", sa.SmallInteger(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('diagnostic', 'formative', 'interim', 'summative', 'state_summative')",
            name=op.f("ck_assessment_purpose"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "client_pk"],
            ["client.district_id", "client.id"],
            name=op.f("fk_assessment_district_id_client_pk"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("district_id", "client_pk", "name", name=op.f("uq_assessment_district_id_client_pk_name")),
    )
    op.create_table(
        "guardianship",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("guardian_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("student_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "guardian_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_guardianship_district_id_guardian_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_guardianship_district_id_student_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "guardian_id", "student_id", name=op.f("pk_guardianship")),
    )
    op.create_table(
        "node",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("framework_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("abbreviated", sa.Text(), nullable=True),
        sa.Column("item_type", sa.Text(), nullable=True),
        sa.Column("grades", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("dok", sa.SmallInteger(), nullable=True),
        sa.Column("credit_bearing", sa.Boolean(), nullable=False),
        sa.Column("mastery_bar", sa.Float(precision=53), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "framework_id"],
            ["framework.district_id", "framework.id"],
            name=op.f("fk_node_district_id_framework_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_node")),
        sa.UniqueConstraint("district_id", "guid", name=op.f("uq_node_district_id_guid")),
    )
    op.create_index(op.f("ix_node_district_id_framework_id"), "node", ["district_id", "framework_id"], unique=False)
    op.create_table(
        "person_role",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("school_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("source_role", sa.Text(), nullable=False),
        sa.Column("primary", sa.Boolean(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "person_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_person_role_district_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "school_id"],
            ["school.district_id", "school.id"],
            name=op.f("fk_person_role_district_id_school_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_person_role")),
        sa.UniqueConstraint(
            "district_id",
            "person_id",
            "school_id",
            "role",
            name=op.f("uq_person_role_district_id_person_id_school_id_role"),
        ),
    )
    op.create_table(
        "quarantine",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_pk", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("missing_kind", sa.Text(), nullable=False),
        sa.Column("missing_reference", sa.Text(), nullable=False),
        sa.Column("candidates", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "missing_kind IN ('student', 'target', 'assessment', 'form')", name=op.f("ck_quarantine_missing_kind")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'released', 'superseded', 'rejected')", name=op.f("ck_quarantine_state")
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "client_pk"],
            ["client.district_id", "client.id"],
            name=op.f("fk_quarantine_district_id_client_pk"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint(
            "district_id",
            "client_pk",
            "source_id",
            "revision",
            name=op.f("uq_quarantine_district_id_client_pk_source_id_revision"),
        ),
    )
    op.create_index(
        op.f("ix_quarantine_district_id_state_missing_kind"),
        "quarantine",
        ["district_id", "state", "missing_kind"],
        unique=False,
    )
    op.create_table(
        "section",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("class_code", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("school_id", sa.BigInteger(), nullable=True),
        sa.Column("course_sourced_id", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("periods", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("grades", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("subjects", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("term_sourced_ids", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "school_id"],
            ["school.district_id", "school.id"],
            name=op.f("fk_section_district_id_school_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_section")),
        sa.UniqueConstraint("district_id", "sourced_id", name=op.f("uq_section_district_id_sourced_id")),
    )
    op.create_table(
        "subject_choice",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_subject_choice")),
    )
    op.create_index(
        op.f("ix_subject_choice_district_id_kind_subject"),
        "subject_choice",
        ["district_id", "kind", "subject"],
        unique=False,
    )
    op.create_table(
        "subject_method",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("primary_method", sa.JSON(), nullable=False),
        sa.Column("beside", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "subject", name=op.f("pk_subject_method")),
    )
    op.create_table(
        "subject_state",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("student_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("cursor_performed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cursor_scored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cursor_client", sa.Text(), nullable=False),
        sa.Column("cursor_source_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_subject_state_district_id_student_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "student_id", "subject", name=op.f("pk_subject_state")),
    )
    op.create_table(
        "alias",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("spelling", sa.Text(), nullable=False),
        sa.Column("node_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "node_id"], ["node.district_id", "node.id"], name=op.f("fk_alias_district_id_node_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "spelling", "node_id", name=op.f("pk_alias")),
    )
    op.create_table(
        "assessment_form",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("assessment_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "assessment_id"],
            ["assessment.district_id", "assessment.id"],
            name=op.f("fk_assessment_form_district_id_assessment_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_assessment_form")),
        sa.UniqueConstraint(
            "district_id", "assessment_id", "id", name=op.f("uq_assessment_form_district_id_assessment_id_id")
        ),
        sa.UniqueConstraint(
            "district_id", "assessment_id", "name", name=op.f("uq_assessment_form_district_id_assessment_id_name")
        ),
    )
    op.create_table(
        "blueprint",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("assessment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("weight", sa.Float(precision=53), nullable=False),
        sa.Column("dok", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "assessment_id"],
            ["assessment.district_id", "assessment.id"],
            name=op.f("fk_blueprint_district_id_assessment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "target_id"],
            ["node.district_id", "node.id"],
            name=op.f("fk_blueprint_district_id_target_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "assessment_id", "target_id", name=op.f("pk_blueprint")),
    )
    op.create_index(op.f("ix_blueprint_district_id_target_id"), "blueprint", ["district_id", "target_id"], unique=False)
    op.create_table(
        "confirmation",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Float(precision=53), nullable=True),
        sa.Column("mastered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_person", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "by_person"],
            ["person.district_id", "person.id"],
            name=op.f("fk_confirmation_district_id_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_confirmation_district_id_student_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "target_id"],
            ["node.district_id", "node.id"],
            name=op.f("fk_confirmation_district_id_target_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_confirmation")),
    )
    op.create_index(
        "uq_confirmation_auto",
        "confirmation",
        ["district_id", "student_id", "target_id", "mastered_at", "at"],
        unique=True,
        postgresql_where=sa.text("kind = 'auto_confirm'"),
    )
    op.create_index(
        op.f("ix_confirmation_district_id_student_id"), "confirmation", ["district_id", "student_id"], unique=False
    )
    op.create_table(
        "cut_scores",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("assessment_id", sa.BigInteger(), nullable=False),
        sa.Column("cuts", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("origin IN ('sender', 'proposed')", name=op.f("ck_cut_scores_origin")),
        sa.ForeignKeyConstraint(
            ["district_id", "assessment_id"],
            ["assessment.district_id", "assessment.id"],
            name=op.f("fk_cut_scores_district_id_assessment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "confirmed_by"],
            ["person.district_id", "person.id"],
            name=op.f("fk_cut_scores_district_id_confirmed_by"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_cut_scores")),
    )
    op.create_index(
        op.f("ix_cut_scores_district_id_assessment_id"), "cut_scores", ["district_id", "assessment_id"], unique=False
    )
    op.create_table(
        "edge",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("guid", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("origin_id", sa.BigInteger(), nullable=False),
        sa.Column("destination_id", sa.BigInteger(), nullable=False),
        sa.Column("strength", sa.Text(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("strength IN ('hard', 'soft')", name=op.f("ck_edge_strength")),
        sa.ForeignKeyConstraint(
            ["district_id", "destination_id"],
            ["node.district_id", "node.id"],
            name=op.f("fk_edge_district_id_destination_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "origin_id"], ["node.district_id", "node.id"], name=op.f("fk_edge_district_id_origin_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_edge")),
        sa.UniqueConstraint(
            "district_id",
            "kind",
            "origin_id",
            "destination_id",
            name=op.f("uq_edge_district_id_kind_origin_id_destination_id"),
        ),
    )
    op.create_index(op.f("ix_edge_district_id_destination_id"), "edge", ["district_id", "destination_id"], unique=False)
    op.create_table(
        "enrollment",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sourced_id", sa.Text(), nullable=False),
        sa.Column("section_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("primary", sa.Boolean(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "person_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_enrollment_district_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "section_id"],
            ["section.district_id", "section.id"],
            name=op.f("fk_enrollment_district_id_section_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_enrollment")),
        sa.UniqueConstraint("district_id", "sourced_id", name=op.f("uq_enrollment_district_id_sourced_id")),
    )
    op.create_index(
        op.f("ix_enrollment_district_id_person_id"), "enrollment", ["district_id", "person_id"], unique=False
    )
    op.create_index(
        op.f("ix_enrollment_district_id_section_id"), "enrollment", ["district_id", "section_id"], unique=False
    )
    op.create_table(
        "flag",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("rule_version", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=True),
        sa.Column("assessment_id", sa.BigInteger(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("finding", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("opened", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("close_met_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("dismiss_reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "dismiss_reason IN ('false_alarm', 'known_excused', 'already_supported', 'data_error', 'other')",
            name=op.f("ck_flag_dismiss_reason"),
        ),
        sa.CheckConstraint("resolution IN ('auto', 'manual', 'data_corrected')", name=op.f("ck_flag_resolution")),
        sa.CheckConstraint(
            "state IN ('open', 'acknowledged', 'in_support', 'snoozed', 'resolved', 'dismissed', 'merged', 'expired')",
            name=op.f("ck_flag_state"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "assessment_id"],
            ["assessment.district_id", "assessment.id"],
            name=op.f("fk_flag_district_id_assessment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_flag_district_id_student_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "target_id"], ["node.district_id", "node.id"], name=op.f("fk_flag_district_id_target_id")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_flag")),
    )
    op.create_index(
        op.f("ix_flag_district_id_state_opened_at"), "flag", ["district_id", "state", "opened_at"], unique=False
    )
    op.create_index(op.f("ix_flag_district_id_student_id"), "flag", ["district_id", "student_id"], unique=False)
    op.create_index(
        "uq_flag_live",
        "flag",
        ["district_id", "student_id", "family", "scope"],
        unique=True,
        postgresql_where=sa.text("state IN ('acknowledged', 'in_support', 'open', 'snoozed')"),
    )
    op.create_table(
        "item",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("assessment_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("dok", sa.SmallInteger(), nullable=True),
        sa.Column("choices", sa.SmallInteger(), nullable=True),
        sa.Column("points", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint("choices BETWEEN 2 AND 20", name=op.f("ck_item_choices")),
        sa.CheckConstraint("points BETWEEN 1 AND 20", name=op.f("ck_item_points")),
        sa.ForeignKeyConstraint(
            ["district_id", "assessment_id"],
            ["assessment.district_id", "assessment.id"],
            name=op.f("fk_item_district_id_assessment_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_item")),
        sa.UniqueConstraint(
            "district_id", "assessment_id", "name", name=op.f("uq_item_district_id_assessment_id_name")
        ),
    )
    op.create_index(
        "ix_item_format",
        "item",
        ["district_id", "assessment_id"],
        unique=False,
        postgresql_where=sa.text("choices IS NOT NULL OR points IS NOT NULL"),
    )
    op.create_table(
        "section_version",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("section_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "section_id"],
            ["section.district_id", "section.id"],
            name=op.f("fk_section_version_district_id_section_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "section_id", name=op.f("pk_section_version")),
    )
    op.create_table(
        "standing",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("student_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mean", sa.Float(precision=53), nullable=True),
        sa.Column("variance", sa.Float(precision=53), nullable=True),
        sa.Column("part_general", sa.Float(precision=53), nullable=True),
        sa.Column("part_target", sa.Float(precision=53), nullable=True),
        sa.Column("part_form", sa.Float(precision=53), nullable=True),
        sa.Column("part_practice", sa.Float(precision=53), nullable=True),
        sa.Column("expected", sa.Float(precision=53), nullable=True),
        sa.Column("low", sa.Float(precision=53), nullable=True),
        sa.Column("high", sa.Float(precision=53), nullable=True),
        sa.Column("probability", sa.Float(precision=53), nullable=True),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("level", sa.Float(precision=53), nullable=True),
        sa.Column("mastered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missing", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("conditions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("ever", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("carried", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_standing_district_id_student_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "target_id"],
            ["node.district_id", "node.id"],
            name=op.f("fk_standing_district_id_target_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "student_id", "target_id", name=op.f("pk_standing")),
    )
    op.create_index(op.f("ix_standing_district_id_target_id"), "standing", ["district_id", "target_id"], unique=False)
    op.create_table(
        "target_text",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("node_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.Column("example", sa.Text(), nullable=True),
        sa.Column("task", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "node_id"],
            ["node.district_id", "node.id"],
            name=op.f("fk_target_text_district_id_node_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "node_id", "language", name=op.f("pk_target_text")),
    )
    op.create_table(
        "flag_transition",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("flag_id", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("by_person", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "by_person"],
            ["person.district_id", "person.id"],
            name=op.f("fk_flag_transition_district_id_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "flag_id"],
            ["flag.district_id", "flag.id"],
            name=op.f("fk_flag_transition_district_id_flag_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_flag_transition")),
    )
    op.create_index(
        op.f("ix_flag_transition_district_id_flag_id"), "flag_transition", ["district_id", "flag_id"], unique=False
    )
    op.create_table(
        "form_item",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("form_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("max", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "form_id"],
            ["assessment_form.district_id", "assessment_form.id"],
            name=op.f("fk_form_item_district_id_form_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "item_id"], ["item.district_id", "item.id"], name=op.f("fk_form_item_district_id_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "target_id"],
            ["node.district_id", "node.id"],
            name=op.f("fk_form_item_district_id_target_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "form_id", "item_id", "target_id", name=op.f("pk_form_item")),
    )
    op.create_table(
        "result",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("client_pk", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("assessment_id", sa.BigInteger(), nullable=False),
        sa.Column("form_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("evidence_type", sa.Text(), nullable=False),
        sa.Column("scorer", sa.Text(), nullable=False),
        sa.Column("scorer_certified", sa.Boolean(), nullable=False),
        sa.Column("independence", sa.Text(), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("proctoring", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("setting", sa.Text(), nullable=False),
        sa.Column("accommodations", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("duration_seconds", sa.Float(precision=53), nullable=True),
        sa.Column("performed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("feedback IN ('immediate', 'none')", name=op.f("ck_result_feedback")),
        sa.CheckConstraint("independence IN ('independent', 'assisted', 'group')", name=op.f("ck_result_independence")),
        sa.CheckConstraint(
            "purpose IN ('diagnostic', 'formative', 'interim', 'summative', 'state_summative')",
            name=op.f("ck_result_purpose"),
        ),
        sa.CheckConstraint(
            "status IN ('scored', 'pending_manual', 'exempt', 'not_submitted')", name=op.f("ck_result_status")
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "assessment_id", "form_id"],
            ["assessment_form.district_id", "assessment_form.assessment_id", "assessment_form.id"],
            name=op.f("fk_result_district_id_assessment_id_form_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "client_pk"],
            ["client.district_id", "client.id"],
            name=op.f("fk_result_district_id_client_pk"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_result_district_id_student_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_result")),
        sa.UniqueConstraint(
            "district_id",
            "client_pk",
            "source_id",
            "revision",
            name=op.f("uq_result_district_id_client_pk_source_id_revision"),
        ),
    )
    op.create_index(op.f("ix_result_district_id_student_id"), "result", ["district_id", "student_id"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("result_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("score", sa.Float(precision=53), nullable=True),
        sa.Column("max", sa.Float(precision=53), nullable=True),
        sa.Column("level", sa.Float(precision=53), nullable=True),
        sa.Column("items", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("whole_item_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "result_id"],
            ["result.district_id", "result.id"],
            name=op.f("fk_evidence_district_id_result_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "target_id"],
            ["node.district_id", "node.id"],
            name=op.f("fk_evidence_district_id_target_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "result_id", "target_id", name=op.f("pk_evidence")),
    )
    op.create_table(
        "move",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("by_person", sa.BigInteger(), nullable=False),
        sa.Column("section_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=True),
        sa.Column("assessment_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('reteach', 'pull', 'talk', 'look', 'let_test', 'confirm')", name=op.f("ck_move_kind")
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "assessment_id"],
            ["assessment.district_id", "assessment.id"],
            name=op.f("fk_move_district_id_assessment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "by_person"],
            ["person.district_id", "person.id"],
            name=op.f("fk_move_district_id_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "section_id"],
            ["section.district_id", "section.id"],
            name=op.f("fk_move_district_id_section_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "target_id"],
            ["node.district_id", "node.id"],
            name=op.f("fk_move_district_id_target_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_move")),
    )
    op.create_index(op.f("ix_move_district_id_by_person_at"), "move", ["district_id", "by_person", "at"], unique=False)
    op.create_table(
        "move_part",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("move_id", sa.BigInteger(), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=True),
        sa.Column("flag_id", sa.BigInteger(), nullable=True),
        sa.Column("flag_version", sa.Integer(), nullable=True),
        sa.Column("confirmation_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("probability", sa.Float(precision=53), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "confirmation_id"],
            ["confirmation.district_id", "confirmation.id"],
            name=op.f("fk_move_part_district_id_confirmation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "flag_id"],
            ["flag.district_id", "flag.id"],
            name=op.f("fk_move_part_district_id_flag_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "move_id"],
            ["move.district_id", "move.id"],
            name=op.f("fk_move_part_district_id_move_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "student_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_move_part_district_id_student_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "target_id"],
            ["node.district_id", "node.id"],
            name=op.f("fk_move_part_district_id_target_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_move_part")),
    )
    op.create_index(op.f("ix_move_part_district_id_move_id"), "move_part", ["district_id", "move_id"], unique=False)
    op.create_index(
        op.f("ix_move_part_district_id_student_id"), "move_part", ["district_id", "student_id"], unique=False
    )
    op.create_table(
        "move_undo",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("move_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("by_person", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "by_person"],
            ["person.district_id", "person.id"],
            name=op.f("fk_move_undo_district_id_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "move_id"],
            ["move.district_id", "move.id"],
            name=op.f("fk_move_undo_district_id_move_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "move_id", name=op.f("pk_move_undo")),
    )
    op.create_table(
        "calibration",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("students", sa.Integer(), nullable=False),
        sa.Column("newest", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settings", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("figures", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.Column("anchored_to", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "anchored_to"],
            ["calibration.district_id", "calibration.id"],
            name=op.f("fk_calibration_district_id_anchored_to"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_calibration")),
        sa.UniqueConstraint(
            "district_id", "subject", "version", name=op.f("uq_calibration_district_id_subject_version")
        ),
    )
    op.create_table(
        "item_calibration",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("calibration_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slope", sa.Float(precision=53), nullable=False),
        sa.Column("easiness", sa.Float(precision=53), nullable=False),
        sa.Column("easiness_variance", sa.Float(precision=53), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("drift", sa.Float(precision=53), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "calibration_id"],
            ["calibration.district_id", "calibration.id"],
            name=op.f("fk_item_calibration_district_id_calibration_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "item_id"],
            ["item.district_id", "item.id"],
            name=op.f("fk_item_calibration_district_id_item_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "calibration_id", "item_id", name=op.f("pk_item_calibration")),
    )
    op.create_table(
        "target_calibration",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("calibration_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("easiness", sa.Float(precision=53), nullable=False),
        sa.Column("practice_slope", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "calibration_id"],
            ["calibration.district_id", "calibration.id"],
            name=op.f("fk_target_calibration_district_id_calibration_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "target_id"],
            ["node.district_id", "node.id"],
            name=op.f("fk_target_calibration_district_id_target_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "calibration_id", "target_id", name=op.f("pk_target_calibration")),
    )
    op.create_table(
        "prerequisite_calibration",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("calibration_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("prerequisite_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "calibration_id"],
            ["calibration.district_id", "calibration.id"],
            name=op.f("fk_prerequisite_calibration_district_id_calibration_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "prerequisite_id"],
            ["node.district_id", "node.id"],
            name=op.f("fk_prerequisite_calibration_district_id_prerequisite_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "target_id"],
            ["node.district_id", "node.id"],
            name=op.f("fk_prerequisite_calibration_district_id_target_id"),
        ),
        sa.PrimaryKeyConstraint(
            "district_id",
            "calibration_id",
            "target_id",
            "prerequisite_id",
            name=op.f("pk_prerequisite_calibration"),
        ),
    )
    op.create_table(
        "subject_calibration",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("in_force", sa.BigInteger(), nullable=True),
        sa.Column("before", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "before"],
            ["calibration.district_id", "calibration.id"],
            name=op.f("fk_subject_calibration_district_id_before"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "in_force"],
            ["calibration.district_id", "calibration.id"],
            name=op.f("fk_subject_calibration_district_id_in_force"),
        ),
        sa.PrimaryKeyConstraint("district_id", "subject", name=op.f("pk_subject_calibration")),
    )
    op.create_table(
        "measurement",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("calibration_id", sa.BigInteger(), nullable=True),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("newest", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("students", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("to_look_at", sa.Integer(), nullable=False),
        sa.Column("figures", postgresql.JSON(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "calibration_id"],
            ["calibration.district_id", "calibration.id"],
            name=op.f("fk_measurement_district_id_calibration_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_measurement")),
        sa.UniqueConstraint("district_id", "subject", "term", name=op.f("uq_measurement_district_id_subject_term")),
    )
    op.create_table(
        "item_measurement",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("measurement_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("students", sa.Integer(), nullable=False),
        sa.Column("observed", sa.Float(precision=53), nullable=False),
        sa.Column("expected", sa.Float(precision=53), nullable=False),
        sa.Column("residual", sa.Float(precision=53), nullable=False),
        sa.Column("slope", sa.Float(precision=53), nullable=False),
        sa.Column("slope_error", sa.Float(precision=53), nullable=False),
        sa.Column("misfit", sa.Float(precision=53), nullable=False),
        sa.Column("drift", sa.Float(precision=53), nullable=True),
        sa.Column("reasons", sa.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "item_id"],
            ["item.district_id", "item.id"],
            name=op.f("fk_item_measurement_district_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "measurement_id"],
            ["measurement.district_id", "measurement.id"],
            name=op.f("fk_item_measurement_district_id_measurement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("district_id", "measurement_id", "place", name=op.f("pk_item_measurement")),
    )

    for table in DISTRICT_TABLES:
        for statement in secure(table, table in APPEND_ONLY_TABLES):
            op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON district, sign_in_name TO {APP_ROLE}")
    op.execute(f"GRANT DELETE ON sign_in_name TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")
    op.execute(f"GRANT SELECT ON alembic_version TO {APP_ROLE}")
