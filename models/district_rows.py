"""All rows of a district, table by table, and their end; deleting is for the role that owns the tables alone.

A table is named by the metadata: one that is added is destroyed with the rest, and a shared one is decided about here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Engine, Table, delete, func, select, text
from sqlalchemy.orm import Session

from models.district import District, SignInName
from models.tables import METADATA, SHARED_TABLES

# shared tables that keep their rows when a district is destroyed, and why
KEPT: Mapping[str, str] = {
    "district_end": "that the district was destroyed, without its content",
    "recovery_request": "digests of what somebody typed to get a password, of no district, gone within seconds",
    "tried": "counters against guessing, by address or digest, of no district",
}


@cache
def owned_tables() -> tuple[str, ...]:
    """The tables whose rows belong to one district, children before what they refer to."""
    return tuple(table.name for table in reversed(METADATA.sorted_tables) if table.name not in SHARED_TABLES)


def count_rows(session: Session, district_id: int) -> dict[str, int]:
    """Rows of the district by table, those without any left out."""
    found = {}
    for name in owned_tables():
        question = select(func.count()).select_from(METADATA.tables[name])
        count = session.execute(question.where(METADATA.tables[name].c.district_id == district_id)).scalar_one()
        if count:
            found[name] = count
    return found


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a table's rows that were deleted: how many, and the key of the last of them, where the next begins."""

    rows: int
    last: tuple[Any, ...] | None


def delete_some(
    session: Session, district_id: int, name: str, limit: int, after: tuple[Any, ...] | None = None
) -> Part:  # fmt: skip
    """Delete at most so many rows of a table, from the highest key down; fewer: none is left below `after`.

    So rows that refer to others of their table go first, and no part looks at what those before it left to be vacuumed.
    """
    keys = _keys(METADATA.tables[name])
    mine = f'"{name}" WHERE district_id = :district'
    values: dict[str, Any] = {"district": district_id}
    if not keys:
        statement = f"DELETE FROM {mine}"
        return Part(session.execute(text(statement), values).rowcount, None)  # type: ignore[attr-defined]
    listed, range_ = ", ".join(keys), ""
    if after is not None:
        range_ = f" AND ({listed}) < ({_placed('after', after, values)})"
    downwards = ", ".join(f"{key} DESC" for key in keys)
    # the last key of the part comes first, so that no plan depends on how many rows there are thought to be
    last = session.execute(
        text(f"SELECT {listed} FROM {mine}{range_} ORDER BY {downwards} LIMIT 1 OFFSET :skipped"),
        values | {"skipped": limit - 1},
    ).one_or_none()
    if last is not None:
        range_ += f" AND ({listed}) >= ({_placed('last', last, values)})"
    gone = session.execute(text(f"DELETE FROM {mine}{range_}"), values)
    return Part(gone.rowcount, None if last is None else tuple(last))  # type: ignore[attr-defined]


def _placed(name: str, key: Iterable[Any], values: dict[str, Any]) -> str:
    """A key as parameters of its own."""
    places = {f"{name}_{place}": value for place, value in enumerate(key)}
    values |= places
    return ", ".join(f":{place}" for place in places)


def vacuum(owner: Engine, name: str) -> None:
    """Have the server clear away what deleted rows left in a table, or it looks at that with each row of another."""
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        try:
            connection.execute(text(f'VACUUM "{name}"'))
        finally:
            connection.execute(text("RESET statement_timeout"))


def _keys(table: Table) -> list[str]:
    return [f'"{column.name}"' for column in table.primary_key if column.name != "district_id"]


def delete_shared(session: Session, district_id: int) -> dict[str, int]:
    """Delete what the tables that districts share have of this one: its people's sign-in names, and itself."""
    names = session.execute(delete(SignInName).where(SignInName.district_id == district_id))
    itself = session.execute(delete(District).where(District.id == district_id))
    counts = {"sign_in_name": names.rowcount, "district": itself.rowcount}  # type: ignore[attr-defined]
    return {name: count for name, count in counts.items() if count}
