"""Which columns hold values that are sealed with the installation's key, and sealing them anew when it changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute, Session


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of a district's table. `reseal` opens a value with any of the keys and seals it with the first."""

    column: InstrumentedAttribute[Any]
    reseal: Callable[[Sequence[str], Any], Any]


SEALED: tuple[SealedColumn, ...] = ()


def reseal(session: Session, district_id: int, keys: Sequence[str], sealed: Sequence[SealedColumn]) -> int:
    """Seal every value of a district with the first of the keys; how many there are. Done again it does no harm."""
    count = 0
    for one in sealed:
        table = one.column.class_.__table__
        key = tuple_(*table.primary_key.columns)
        value = table.c[one.column.key]
        rows = session.execute(
            select(*table.primary_key.columns, value)
            .where(table.c.district_id == district_id, value.is_not(None))
            .with_for_update()
        ).all()
        for *of_row, old in rows:
            session.execute(update(table).where(key == tuple_(*of_row)).values({value: one.reseal(keys, old)}))
        count += len(rows)
    return count
