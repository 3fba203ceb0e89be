"""A student's complete record, for whoever has the right to inspect it (FERPA 99.10): all of it, and on record.

Rows are as an export has them (models/exported.toml), with keys read as what they name. Staff are named by role: the
right is to the record, not to the staff; no guardian's address or visits are told to another. Whoever outside received
something is told by name, as the disclosure log is theirs to read (99.32).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from api.actions.looking import FORMS_OF_OFFICE, NAMES_AND_HOMES
from api.actions.record_reader import for_reader, reader_of
from mastery.audit import Act, Actor
from mastery.evidence import SYSTEM_SCORER
from mastery.flags.sentences import english
from mastery.roster import Role
from models.audit import By, record
from models.district import District
from models.district_export import exported_tables
from models.record_names import Names, load_names
from models.student_rows import TOLD, rows_of
from models.tables import METADATA

FORMAT = 1
_LEFT = frozenset({"district_id", "student_id"})  # the same in every row
# a court order is about a guardian, and how people sign in is told to nobody else
_UNTOLD = frozenset(
    {
        Act.ORDER_FILED, Act.ORDER_LIFTED, Act.SIGN_IN, Act.SIGN_IN_REFUSED, Act.SIGN_OUT, Act.SESSION_ENDED,
        Act.ACCOUNT_MADE, Act.ACCOUNT_DISABLED, Act.ACCOUNT_ENABLED, Act.PASSWORD_SET, Act.SECOND_FACTOR_SET,
        Act.SECOND_FACTOR_REMOVED, Act.SECOND_FACTOR_SHOWN, Act.LETTER_MADE, Act.RECOVERY_ASKED, Act.IDENTITY_LINKED,
    }
)  # fmt: skip
Document = dict[str, Any]


def complete_record(
    session: Session, district_id: int, student_id: int, by: By, now: datetime, reader: int | None = None
) -> Document:
    """All that a district has about a student, as JSON values, in the reader's order; that it was taken is on record.

    `reader`: for whom it is made, if for somebody in particular (api.actions.record_reader). `sections` holds the rows
    of each table. The student exists. Whoever calls commits.
    """
    record(session, district_id, by, Act.EXPORT, now, [student_id], detail={"what": "complete_record"})
    district = session.get_one(District, district_id)
    exported = {one.table.name: [column.name for column in one.columns] for one in exported_tables()}
    rows = {table: rows_of(session, district_id, student_id, table, exported[table]) for table in TOLD}
    rows = for_reader(rows, reader_of(session, district_id, student_id, reader, now))
    disclosed = {one["id"] for one in rows["disclosure"]}
    names = load_names(session, district_id, student_id, _keys(rows))
    rows["audit_event"] = [
        _without_secrets(one)
        for one in rows["audit_event"]
        if one["act"] not in _UNTOLD
        and ("disclosure" not in one["detail"] or one["detail"]["disclosure"] in disclosed)
        and not names.is_family(one["actor"], one["actor_id"])
    ]
    kept = {one["id"] for one in rows["audit_event"]}
    rows["audit_subject"] = [one for one in rows["audit_subject"] if one["event_id"] in kept]
    told = {table: [_row(METADATA.tables[table], one, names) for one in some] for table, some in rows.items()}
    _say_flags(told["flag"], rows["flag"], names)
    return {
        "format": FORMAT,
        "district": {"slug": district.slug, "name": district.name},
        "made_at": now.isoformat(),
        "about": {one.table.name: one.about for one in exported_tables() if one.table.name in told},
        "sections": told,
    }


def _without_secrets(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """An event without what one parent is not told of the other, nor either of a protection or a sealed order."""
    if event["act"] == Act.PERSON_CHANGED or event["detail"].get("page") in FORMS_OF_OFFICE | NAMES_AND_HOMES:
        return {**event, "detail": {}}
    if "guardian" in event["detail"]:
        return {**event, "purpose": None, "detail": {}}
    return event


def _keys(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, set[Any]]:
    """By table, the keys that the rows refer to; `scorer` are the names that results give whoever scored them."""
    found: dict[str, set[Any]] = {"scorer": {one["scorer"] for one in rows["result"]}}
    for table, some in rows.items():
        for column, parent in references(METADATA.tables[table]).items():
            found.setdefault(parent, set()).update(one[column] for one in some if one.get(column) is not None)
    for one in rows["audit_event"]:
        if one["actor_id"] is not None:
            parent = "client" if one["actor"] == Actor.MACHINE else "person"
            found.setdefault(parent, set()).add(one["actor_id"])
    for one in rows["link"]:
        found.setdefault("node", set()).update(one["targets"] or ())
    for one in rows["flag"]:
        facts = one["finding"]["facts"]
        found.setdefault("node", set()).update(int(facts[name]) for name in ("target", "prerequisite") if name in facts)
    return found


def references(table: Table) -> dict[str, str]:
    """Which table each key column of a table refers to."""
    return {
        key.parent.name: "assessment" if key.column.name == "assessment_id" else key.column.table.name
        for key in table.foreign_keys
        if key.parent.name not in _LEFT
    }


def _row(table: Table, row: Mapping[str, Any], names: Names) -> Document:
    parents = references(table)
    told: Document = {}
    for column, value in row.items():
        if column in _LEFT:
            continue
        name = column.removesuffix("_id").removesuffix("_pk")
        if column == "actor_id" and value is not None:
            told["by"] = names.actor(row["actor"], value)
        elif column == "scorer" and value != SYSTEM_SCORER:
            told[column] = {"role": names.scorers.get(value, Role.TEACHER)}
        elif column == "targets" and value is not None:
            told[column] = [names.read("node", key) for key in value]
        elif value is not None and parents.get(column) in names.readable:
            told[name] = names.read(parents[column], value)
        else:
            told[column] = _plain(value)
    return told


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def _say_flags(told: Iterable[Document], rows: Iterable[Mapping[str, Any]], names: Names) -> None:
    """Put a flag's sentences, in English, beside its finding, and what they name, for who says them otherwise."""
    for document, row in zip(told, rows, strict=True):
        finding, facts = row["finding"], row["finding"]["facts"]
        about = {
            name: names.read("node", int(facts[name]))["statement"]
            for name in ("target", "prerequisite")
            if name in facts
        }
        if "assessment" in facts:
            about["assessment"] = document["assessment"]["title"] if document.get("assessment") else ""
        quoted = {name: f"“{said}”" for name, said in about.items()}
        document["names"] = about
        document["says"] = {
            part: english(finding[part], facts, quoted) for part in ("sentence", "closes_when", "next_step")
        }
