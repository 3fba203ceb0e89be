"""Nobody from outside is linked as what staff are."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_check_constraint(
        op.f("ck_link_outsiders"),
        "link",
        "basis NOT IN ('school_official_agreement', 'consent') OR role IN ('external_professional', 'monitor', 'researcher')",
    )
    op.create_check_constraint(
        op.f("ck_link_employee_of_nobody_else"), "link", "basis <> 'employee' OR organization_id IS NULL"
    )
