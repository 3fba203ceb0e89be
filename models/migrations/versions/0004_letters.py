"""Letters and mailed links that let people in, mail to be sent, and counted tries."""

import sqlalchemy as sa
from alembic import op

from models.row_security import APP_ROLE, grant_sequences, secure

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry_code",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('letter', 'link')", name=op.f("ck_entry_code_kind")),
        sa.ForeignKeyConstraint(
            ["district_id", "person_id"],
            ["person.district_id", "person.id"],
            name=op.f("fk_entry_code_district_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "digest", name=op.f("pk_entry_code")),
    )
    op.create_index(op.f("ix_entry_code_district_id_person_id"), "entry_code", ["district_id", "person_id"])
    op.create_table(
        "mail",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('recovery', 'password_set')", name=op.f("ck_mail_kind")),
        sa.ForeignKeyConstraint(
            ["district_id", "account_id"],
            ["account.district_id", "account.id"],
            name=op.f("fk_mail_district_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_mail")),
        sa.UniqueConstraint(
            "district_id", "account_id", "request_id", name=op.f("uq_mail_district_id_account_id_request_id")
        ),
    )
    op.create_index(op.f("ix_mail_district_id_due_at"), "mail", ["district_id", "due_at"])
    op.create_table(
        "recovery_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name_digest", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_request")),
    )
    op.create_table(
        "tried",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tried")),
    )
    op.create_index(op.f("ix_account_district_id_person_id"), "account", ["district_id", "person_id"])
    for table in ("entry_code", "mail"):
        for statement in secure(table, append_only=False):
            op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON recovery_request, tried TO {APP_ROLE}")
    op.execute(grant_sequences())
