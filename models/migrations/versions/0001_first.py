"""The first schema."""

from alembic import op

from models.row_security import APP_ROLE, secure
from models.tables import APPEND_ONLY_TABLES, METADATA, district_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())
    for table in district_tables():
        for statement in secure(table, table in APPEND_ONLY_TABLES):
            op.execute(statement)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON district, sign_in_name TO {APP_ROLE}")
    op.execute(f"GRANT DELETE ON sign_in_name TO {APP_ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")
    op.execute(f"GRANT SELECT ON alembic_version TO {APP_ROLE}")
