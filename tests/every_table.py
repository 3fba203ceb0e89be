"""A row of a district in every table that can have one, made from the metadata: a new table is filled like the rest."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, Column, Engine, SmallInteger, Table
from sqlalchemy.dialects.postgresql import insert

from models.base import Instant
from models.tables import METADATA, SHARED_TABLES
from models.unit_of_work import district_transaction

KEY = 900_001
"""The key of each row: far from those that the database gives."""
_AT = datetime(2026, 10, 5, 14, tzinfo=UTC)
_BY_TYPE: dict[type, Any] = {
    bool: False, int: 1, float: 1.0, datetime: _AT, date: _AT.date(), bytes: b"1", dict: {}, list: [],
}  # fmt: skip
_DIGEST = hashlib.sha256(b"1").digest()
# a link is of one scope alone; what is entered by hand has its day; a window closes after it opens; a rule that names a
# school is a school's; what a student asks for is no word
_OWN: dict[str, dict[str, Any]] = {
    "link": {"scope": "student", "section_id": None, "school_id": None},
    "disclosure": {"happened_on": _AT.date()},
    "student_voice": {"kind": "help"},
    "window_terms": {"closes_at": _AT + timedelta(days=5)},
    "policy_record": {"level": "school", "parameter": "retake_attempts", "value": "3"},
    "grade_rule": {"level": "school"},
    # bytes are kept under what they hash to
    "artefact_content": {"digest": _DIGEST, "content": b"1"},
    "artefact": {"digest": _DIGEST},
    "anchor": {"digest": _DIGEST},
}


def fill_every_table(engine: Engine, district_id: int) -> None:
    """Add a row to each table that has none; all keys are `KEY`, so that each refers to the others."""
    with district_transaction(engine, district_id) as session:
        for table in METADATA.sorted_tables:
            if table.name not in SHARED_TABLES:
                values = {column.name: _value(table, column, district_id) for column in table.columns}
                values |= _OWN.get(table.name, {})
                session.execute(insert(table).values(values).on_conflict_do_nothing())
        session.commit()


def _value(table: Table, column: Column[Any], district_id: int) -> Any:
    if column.name == "district_id":
        return district_id
    if column.nullable and not column.foreign_keys:
        return None
    words = _words(table, column.name)
    if words:
        return words[:1] if isinstance(column.type, ARRAY) else words[0]
    if isinstance(column.type, Instant):
        return _AT + timedelta(days=1) if column.name == "ends_at" else _AT
    if isinstance(column.type, SmallInteger):
        return 1
    if _python_type(column) is int and (column.primary_key or column.foreign_keys):
        return KEY
    return _BY_TYPE.get(_python_type(column), f"{district_id}")


def _python_type(column: Column[Any]) -> type:
    try:
        return column.type.python_type
    except NotImplementedError:
        return dict


def _words(table: Table, column: str) -> list[str]:
    """The closed vocabulary of a column, if it has one."""
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint) and _says(constraint, column):
            return re.findall(r"'([^']*)'", str(constraint.sqltext))
    return []


def _says(constraint: CheckConstraint, column: str) -> bool:
    return str(constraint.sqltext).startswith((f"{column} IN", f"{column} <@"))
