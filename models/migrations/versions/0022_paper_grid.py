"""Papers of a class whose results a teacher types in, and whether the day of a result is only estimated."""

import sqlalchemy as sa
from alembic import op

from models.row_security import grant_sequences, secure

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "result", sa.Column("date_estimated", sa.Boolean(), server_default=sa.false(), nullable=False)
    )  # fmt: skip
    op.create_table(
        "paper_ticket",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("section_id", sa.BigInteger(), nullable=False),
        sa.Column("assessment_id", sa.BigInteger(), nullable=False),
        sa.Column("evidence_type", sa.Text(), nullable=False),
        sa.Column("scoring", sa.Text(), nullable=False),
        sa.Column("independence", sa.Text(), nullable=False),
        sa.Column("performed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("date_estimated", sa.Boolean(), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        _key("paper_ticket", "section_id", "section"),
        _key("paper_ticket", "assessment_id", "assessment"),
        _key("paper_ticket", "opened_by", "person"),
        sa.CheckConstraint("scoring IN ('points', 'level')", name=op.f("ck_paper_ticket_scoring")),
        sa.CheckConstraint(
            "evidence_type IN ('exit_ticket', 'quiz', 'test', 'practice', 'retention_check')",
            name=op.f("ck_paper_ticket_evidence_type"),
        ),
        sa.CheckConstraint(
            "independence IN ('independent', 'assisted', 'group')", name=op.f("ck_paper_ticket_independence")
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_paper_ticket")),
        sa.UniqueConstraint("district_id", "key", name=op.f("uq_paper_ticket_district_id_key")),
    )
    op.create_index(op.f("ix_paper_ticket_district_id_section_id"), "paper_ticket", ["district_id", "section_id"])
    op.create_table(
        "paper_target",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("max", sa.Float(53), nullable=False),
        _key("paper_target", "ticket_id", "paper_ticket"),
        _key("paper_target", "target_id", "node"),
        sa.CheckConstraint("max > 0", name=op.f("ck_paper_target_max")),
        sa.PrimaryKeyConstraint("district_id", "ticket_id", "target_id", name=op.f("pk_paper_target")),
    )
    for table in ("paper_ticket", "paper_target"):
        for statement in secure(table, append_only=True):
            op.execute(statement)
    op.execute(grant_sequences())


def _key(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )
