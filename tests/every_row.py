"""Every row of a district, in few characters: whether an attack changed anything."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import Engine, text

from models.tables import district_tables
from models.unit_of_work import district_transaction


def fingerprint(engine: Engine, district_id: int, tables: Iterable[str] | None = None) -> dict[str, str]:
    """A digest of the rows of each table that has any."""
    found = {}
    with district_transaction(engine, district_id) as session:
        for table in sorted(tables or district_tables()):
            rows = session.execute(text(f'SELECT t::text FROM "{table}" t ORDER BY t::text')).scalars().all()
            if rows:
                found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found
