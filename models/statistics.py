"""What the planner believes of the tables.

Statements that are planned once go on as they were planned, checks of foreign keys among them. Planned while a table
was empty they may read a whole district through whichever index comes first, and a first day's results pour in faster
than the server's own upkeep comes by. So what has grown is looked at by whoever supervises the service, and by commands
that write much: as the owner of the tables, which the roles that serve requests are not.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlalchemy import text

from models.tables import Base
from models.unit_of_work import connect

# a table is looked at when it has so many times the pages it was last seen with: all looks together cost a fixed share
_GROWN = text("""
    SELECT c.oid::regclass::text FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
      AND pg_relation_size(c.oid) / current_setting('block_size')::bigint > greatest(4 * c.relpages, 1)
    ORDER BY c.oid
""")


class Statistics:
    """A connection of the owner's, made when first needed, by which the planner is told of what was written."""

    def __init__(self, owner_dsn: str) -> None:
        self._engine = connect(owner_dsn, pool_size=1)

    def follow_growth(self) -> list[str]:
        """Look at the tables that have grown several times over since they were last looked at; their names."""
        with self._engine.begin() as connection:
            grown = list(connection.execute(_GROWN).scalars())
            for table in grown:
                connection.execute(text(f"ANALYZE (SKIP_LOCKED) {table}"))
        return grown

    def refresh(self) -> None:
        """Look at every table, so that a join over a district just filled does not loop over all pairs of its rows."""
        with self._engine.begin() as connection:
            names = ", ".join(f'"{name}"' for name in sorted(Base.metadata.tables))
            connection.execute(text(f"ANALYZE {names}"))

    def close(self) -> None:
        """Close the connection."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
