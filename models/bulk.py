"""Rows in bulk, by multi-row `INSERT ... VALUES` statements that are planned once.

COPY is refused on a row-secured table, INSERT ... SELECT FROM unnest on a distributed one; VALUES work on both. What
costs is the number of statements and of waits, so rows go by 64 and by 16 as long as there are so many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Session

from models.hot import Row, write

_POSTGRESQL = postgresql.dialect()


@dataclass(frozen=True)
class Insert:
    """An insert of any number of rows into some columns, and what it does where a row is there ("", nothing, update).

    Keeps the text of its statements, so there is one of a kind (`_insert`).
    """

    table: Table
    columns: tuple[str, ...]
    on_conflict: str

    @cached_property
    def key(self) -> tuple[int, ...]:
        """The places of the primary key's columns. ValueError where one of them is not written."""
        return tuple(self.columns.index(column.name) for column in self.table.primary_key)

    @cached_property
    def single(self) -> str:
        """The statement of one row, with %s for values."""
        return self._text(", ".join(["%s"] * len(self.columns)))

    @cache  # noqa: B019 - as many as there are kinds of insert
    def several(self, count: int) -> str:
        """The statement of `count` rows, with $1 and so on for values, each with its column's type."""
        types = [self.table.columns[name].type.compile(dialect=_POSTGRESQL) for name in self.columns]
        width = len(types)
        rows = (
            ", ".join(f"${row * width + place}::{kind}" for place, kind in enumerate(types, start=1))
            for row in range(count)
        )
        return self._text("), (".join(rows))

    def distinct(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows without those that a later one of the same key overwrites: one statement may do so only once."""
        if self.on_conflict != "update":
            return rows
        return list({tuple(row[place] for place in self.key): row for row in rows}.values())

    def _text(self, values: str) -> str:
        names = ", ".join(f'"{column}"' for column in self.columns)
        return f'INSERT INTO "{self.table.name}" ({names}) VALUES ({values}){self._conflict()}'

    def _conflict(self) -> str:
        if self.on_conflict == "update":
            key = [column.name for column in self.table.primary_key]
            target = ", ".join(f'"{column}"' for column in key)
            changes = ", ".join(f'"{column}" = excluded."{column}"' for column in self.columns if column not in key)
            return f" ON CONFLICT ({target}) DO UPDATE SET {changes}"
        return " ON CONFLICT DO NOTHING" if self.on_conflict == "nothing" else ""


@cache
def _insert(table: Table, columns: tuple[str, ...], on_conflict: str) -> Insert:
    return Insert(table, columns, on_conflict)


def _write(session: Session, model: type[DeclarativeBase], columns: tuple[str, ...], rows: Sequence[Row],
           on_conflict: str) -> None:  # fmt: skip
    if not rows:
        return
    table = model.__table__
    assert isinstance(table, Table)
    insert = _insert(table, columns, on_conflict)
    write(session, insert, insert.distinct(rows))


def insert_rows(session: Session, model: type[DeclarativeBase], columns: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Insert rows given as tuples in the order of `columns`; JSON columns take text."""
    _write(session, model, columns, rows, "")


def insert_new_rows(
    session: Session, model: type[DeclarativeBase], columns: tuple[str, ...], rows: Sequence[Row]
) -> None:
    """Insert rows, leaving alone those that a unique key says are there."""
    _write(session, model, columns, rows, "nothing")


def upsert_rows(session: Session, model: type[DeclarativeBase], columns: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Insert rows or overwrite those with the same primary key."""
    _write(session, model, columns, rows, "update")
