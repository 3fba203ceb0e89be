"""Secrets of machine clients as rows of their own, so that one can take over from another; when each was last used."""

import sqlalchemy as sa
from alembic import op

from models.row_security import grant_sequences, secure

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("client", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "client_secret",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_pk", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "client_pk"],
            ["client.district_id", "client.id"],
            name=op.f("fk_client_secret_district_id_client_pk"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_client_secret")),
    )
    op.create_index(op.f("ix_client_secret_district_id_client_pk"), "client_secret", ["district_id", "client_pk"])
    # row security holds the owner too, who could not read the secrets that there are
    op.execute("ALTER TABLE client NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "INSERT INTO client_secret (district_id, client_pk, digest, made_at, ended_at) "
        "SELECT district_id, id, decode(secret_hash, 'hex'), created_at, revoked_at FROM client "
        "WHERE secret_hash ~ '^[0-9a-f]{64}$'"
    )
    op.execute("ALTER TABLE client FORCE ROW LEVEL SECURITY")
    op.drop_column("client", "secret_hash")
    for statement in secure("client_secret", append_only=False):
        op.execute(statement)
    op.execute(grant_sequences())
