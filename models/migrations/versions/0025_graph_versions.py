"""Versions of a district's graph, which nobody changes; the draft; targets that ended."""

import sqlalchemy as sa
from alembic import op

from models.row_security import grant_sequences, secure

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("node", sa.Column("ended", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("node", "ended", server_default=None)
    op.create_table(
        "graph_version",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "origin IN ('beginning', 'import', 'command', 'draft')", name=op.f("ck_graph_version_origin")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_graph_version")),
        sa.UniqueConstraint("district_id", "number", name=op.f("uq_graph_version_district_id_number")),
    )
    op.create_table(
        "graph_change",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.CheckConstraint("what IN ('frameworks', 'node', 'edge')", name=op.f("ck_graph_change_what")),
        sa.ForeignKeyConstraint(
            ["district_id", "version_id"],
            ["graph_version.district_id", "graph_version.id"],
            name=op.f("fk_graph_change_district_id_version_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_graph_change")),
        sa.UniqueConstraint(
            "district_id", "version_id", "what", "key", name=op.f("uq_graph_change_district_id_version_id_what_key")
        ),
    )
    op.create_table(
        "graph_edit",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("detail", sa.dialects.postgresql.JSONB(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_graph_edit")),
    )
    for statement in (
        *secure("graph_version", append_only=True),
        *secure("graph_change", append_only=True),
        *secure("graph_edit", append_only=False),
    ):
        op.execute(statement)
    op.execute(grant_sequences())
