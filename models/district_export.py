"""All rows of a district as CSV, table by table from one snapshot; what is said of them and left out: exported.toml."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import IO, Any

from psycopg import Connection as Driver
from psycopg import sql
from sqlalchemy import ARRAY, Column, DateTime, LargeBinary, Table, TypeDecorator, select
from sqlalchemy.orm import Session

from models.tables import METADATA, SHARED_TABLES

Advance = Callable[[int], None]
_EVERY = 10_000


@dataclass(frozen=True, slots=True)
class ExportedColumn:
    """A column of a file: its name, its SQL type, and what it means, with the unit where it has one."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ExportedTable:
    """A table that is exported, with the columns that are."""

    table: Table
    about: str
    columns: tuple[ExportedColumn, ...]


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """What was written of a table; `sha256` in hexadecimal, `size` in bytes."""

    rows: int
    sha256: str
    size: int


@cache
def _decided() -> dict[str, Any]:
    return tomllib.loads(resources.files("models").joinpath("exported.toml").read_text(encoding="utf-8"))


def left_out() -> dict[str, str]:
    """What is not exported, with the reason: `table`, or `table.column`."""
    found: dict[str, str] = _decided()["left_out"]
    return found


def exported_tables() -> list[ExportedTable]:
    """The tables of an export in order of creation; only what exported.toml gives a meaning is in it."""
    found = []
    for table in METADATA.sorted_tables:
        said = _decided()["table"].get(table.name)
        if said is not None and table.name not in left_out():
            columns = tuple(_columns(table, said))
            found.append(ExportedTable(table, said["about"], columns))
    return found


def _columns(table: Table, said: dict[str, str]) -> Iterator[ExportedColumn]:
    for column in table.columns:
        meaning = said.get(column.name) or _decided()["common"].get(column.name)
        if meaning is not None and f"{table.name}.{column.name}" not in left_out():
            yield ExportedColumn(column.name, _type(column), meaning)


def undecided() -> list[str]:
    """Tables and columns of which nobody has said whether they are exported: none, or a test fails."""
    tables = {one.table.name: one for one in exported_tables()}
    found = []
    for table in METADATA.sorted_tables:
        if table.name in left_out():
            continue
        named = {column.name for column in tables[table.name].columns} if table.name in tables else set()
        found += [
            f"{table.name}.{column.name}"
            for column in table.columns
            if column.name not in named and f"{table.name}.{column.name}" not in left_out()
        ]
    return found


def _type(column: Column[Any]) -> str:
    if _is_instant(column):
        return "timestamp"
    return str(column.type.compile()).lower().replace("[]", " list")


def _is_instant(column: Column[Any]) -> bool:
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return isinstance(kind, DateTime)


def write_table(
    session: Session, district_id: int, one: ExportedTable, file: IO[bytes], advance: Advance = lambda _: None
) -> ExportedFile:
    """Write a table's rows of a district to `file` as CSV (RFC 4180, UTF-8, CRLF), a header first; one row in memory.

    An empty field is null, `""` an empty text. `advance` hears of rows.
    """
    digest, rows, size = hashlib.sha256(), -1, 0  # the header is no row
    with _driver(session).cursor().copy(_query(district_id, one)) as copy:
        for line in copy:
            # the server sends one record with a line feed at its end; line feeds inside of one are its content
            written = bytes(line)[:-1] + b"\r\n"
            file.write(written)
            digest.update(written)
            size += len(written)
            rows += 1
            if rows and rows % _EVERY == 0:
                advance(_EVERY)
    advance(rows % _EVERY)
    return ExportedFile(rows, digest.hexdigest(), size)


def contents(session: Session, district_id: int) -> Iterator[tuple[str, bytes]]:
    """Each file of students' work with its SHA-256 in hexadecimal, in that order; one in memory."""
    table = METADATA.tables["artefact_content"]
    mine = table.c.district_id == district_id
    for name in session.scalars(select(table.c.digest).where(mine).order_by(table.c.digest)).all():
        yield name.hex(), session.scalars(select(table.c.content).where(mine, table.c.digest == name)).one()


def _driver(session: Session) -> Driver[tuple[Any, ...]]:
    driver: Driver[tuple[Any, ...]] = session.connection().connection.driver_connection  # type: ignore[assignment]
    return driver


def _query(district_id: int, one: ExportedTable) -> sql.Composed:
    table = one.table
    owner = "id" if table.name in SHARED_TABLES else "district_id"
    return sql.SQL(
        "COPY (SELECT {columns} FROM {table} WHERE {owner} = {district} ORDER BY {key}) TO STDOUT"
        " WITH (FORMAT csv, HEADER true)"
    ).format(
        columns=sql.SQL(", ").join(_readable(table.columns[column.name]) for column in one.columns),
        table=sql.Identifier(table.name),
        owner=sql.Identifier(owner),
        district=sql.Literal(district_id),
        key=sql.SQL(", ").join(sql.Identifier(column.name) for column in table.primary_key),
    )


def _readable(column: Column[Any]) -> sql.Composed:
    name = sql.Identifier(column.name)
    if _is_instant(column):
        form = "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS {0}"
    elif isinstance(column.type, ARRAY):
        form = "to_json({0})::text AS {0}"
    elif isinstance(column.type, LargeBinary):
        form = "encode({0}, 'hex') AS {0}"
    else:
        form = "{0}::text AS {0}"
    return sql.SQL(form).format(name)
