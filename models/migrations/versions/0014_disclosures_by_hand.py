"""Entries of the disclosure log that an office makes by hand, and their corrections."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_WORDS = ("document_reference", "threat", "further", "why")


def upgrade() -> None:
    op.alter_column("disclosure", "capacity", nullable=True)
    op.add_column("disclosure", sa.Column("outcome", sa.Text(), nullable=False, server_default="given"))
    op.alter_column("disclosure", "outcome", server_default=None)
    op.add_column("disclosure", sa.Column("happened_on", sa.Date(), nullable=True))
    op.add_column("disclosure", sa.Column("entered_by", sa.BigInteger(), nullable=True))
    op.add_column("disclosure", sa.Column("corrects_id", sa.BigInteger(), nullable=True))
    for name in _WORDS:
        op.add_column("disclosure", sa.Column(name, sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_disclosure_outcome"), "disclosure", "outcome IN ('given', 'refused', 'mistaken')"
    )
    op.create_check_constraint(
        op.f("ck_disclosure_by_hand"), "disclosure", "(happened_on IS NULL) = (entered_by IS NULL)"
    )
    for column, parent in (("entered_by", "person"), ("corrects_id", "disclosure")):
        op.create_foreign_key(
            op.f(f"fk_disclosure_district_id_{column}"), "disclosure", parent, ["district_id", column],
            ["district_id", "id"],
        )  # fmt: skip
