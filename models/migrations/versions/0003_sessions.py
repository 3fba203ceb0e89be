"""Sessions as rows, second factors with their recovery codes, and addresses that fail to sign in."""

import sqlalchemy as sa
from alembic import op

from models.row_security import grant_sequences, secure

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_session",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("staff", sa.Boolean(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("factor_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.CheckConstraint("how IN ('password', 'oidc', 'letter', 'recovery')", name=op.f("ck_account_session_how")),
        sa.CheckConstraint(
            "why IN ('signed_out', 'by_holder', 'by_office', 'idle', 'limit', 'password_changed')",
            name=op.f("ck_account_session_why"),
        ),
        _of_account("account_session"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_account_session")),
        sa.UniqueConstraint("district_id", "digest", name=op.f("uq_account_session_district_id_digest")),
    )
    op.create_index(op.f("ix_account_session_district_id_account_id"), "account_session", ["district_id", "account_id"])
    op.create_table(
        "second_factor",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("pending", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        _of_account("second_factor"),
        sa.PrimaryKeyConstraint("district_id", "account_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _of_account("recovery_code"),
        sa.PrimaryKeyConstraint("district_id", "account_id", "digest", name=op.f("pk_recovery_code")),
    )
    for table in ("account_session", "second_factor", "recovery_code"):
        for statement in secure(table, append_only=False):
            op.execute(statement)
    op.execute(grant_sequences())
    # whoever is signed in while the program is upgraded signs in again
    op.drop_column("account", "signed_out_at")


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", "account_id"],
        ["account.district_id", "account.id"],
        name=op.f(f"fk_{table}_district_id_account_id"),
        ondelete="CASCADE",
    )
