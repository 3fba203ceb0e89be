"""Identity providers, the accounts that come by them, and accounts without a password."""

import sqlalchemy as sa
from alembic import op

from models.row_security import grant_sequences, secure

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("account", "password_hash", existing_type=sa.Text(), nullable=True)
    op.create_table(
        "identity_provider",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("preset", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("restriction", sa.Text(), nullable=True),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("match", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("preset IN ('google', 'microsoft', 'generic')", name=op.f("ck_identity_provider_preset")),
        sa.CheckConstraint(
            "match IN ('email', 'username', 'identifier', 'sourced_id')", name=op.f("ck_identity_provider_match")
        ),
        sa.CheckConstraint(
            "audience IN ('all', 'staff', 'students', 'families')", name=op.f("ck_identity_provider_audience")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_identity_provider")),
        sa.UniqueConstraint("district_id", "name", name=op.f("uq_identity_provider_district_id_name")),
    )
    op.create_table(
        "account_identity",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "account_id"],
            ["account.district_id", "account.id"],
            name=op.f("fk_account_identity_district_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("district_id", "issuer", "subject", name=op.f("pk_account_identity")),
        sa.UniqueConstraint(
            "district_id", "issuer", "account_id", name=op.f("uq_account_identity_district_id_issuer_account_id")
        ),
    )
    op.create_table(
        "sign_in_policy",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("password_sign_in", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "password_sign_in IN ('all', 'families', 'none')", name=op.f("ck_sign_in_policy_password_sign_in")
        ),
        sa.PrimaryKeyConstraint("district_id", name=op.f("pk_sign_in_policy")),
    )
    for table in ("identity_provider", "account_identity", "sign_in_policy"):
        for statement in secure(table, append_only=False):
            op.execute(statement)
    op.execute(grant_sequences())
