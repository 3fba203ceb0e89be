"""The work that was laid beside a signed act."""

import sqlalchemy as sa
from alembic import op

from models.row_security import secure

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decision_artefact",
        sa.Column("district_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("confirmation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("artefact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *(
            sa.ForeignKeyConstraint(
                ["district_id", f"{parent}_id"],
                [f"{parent}.district_id", f"{parent}.id"],
                name=op.f(f"fk_decision_artefact_district_id_{parent}_id"),
            )
            for parent in ("confirmation", "artefact")
        ),
        sa.PrimaryKeyConstraint("district_id", "confirmation_id", "artefact_id", name=op.f("pk_decision_artefact")),
    )
    for statement in secure("decision_artefact", append_only=True):
        op.execute(statement)
