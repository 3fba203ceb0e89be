"""What the planner believes of the tables."""

from sqlalchemy import text

from models.tables import Base
from models.unit_of_work import connect


def refresh_statistics(owner_dsn: str) -> None:
    """Let the planner see what was written a moment ago, as the owner of the tables.

    Statistics from before a district was filled say that it has no rows; joins over it then loop over all pairs of
    them, until the server's own upkeep comes by.
    """
    engine = connect(owner_dsn, pool_size=1)
    try:
        with engine.begin() as connection:
            names = ", ".join(f'"{name}"' for name in sorted(Base.metadata.tables))
            connection.execute(text(f"ANALYZE {names}"))
    finally:
        engine.dispose()
