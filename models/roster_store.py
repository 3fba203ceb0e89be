"""A district's roster as `mastery.roster` knows it: loaded whole, and a plan carried out on the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from mastery import roster
from mastery.roster import Key, Kind, Plan, Record
from models.base import Base
from models.bulk import insert_rows
from models.district import DistrictStamp
from models.registry import bump
from models.roster import Enrollment, Guardianship, Person, PersonRole, School, Section, Term

_BATCH = 5000

_TABLES: Mapping[Kind, tuple[type[Base], type[Record]]] = {
    Kind.SCHOOLS: (School, roster.School),
    Kind.TERMS: (Term, roster.Term),
    Kind.PEOPLE: (Person, roster.Person),
    Kind.SECTIONS: (Section, roster.Section),
    Kind.ROLES: (PersonRole, roster.HeldRole),
    Kind.ENROLLMENTS: (Enrollment, roster.Enrollment),
    Kind.GUARDIANSHIPS: (Guardianship, roster.Guardianship),
}
# the attributes that name another record, and its kind; the column is the attribute's name and "_id"
_REFERENCES = {
    "school": Kind.SCHOOLS,
    "section": Kind.SECTIONS,
    "person": Kind.PEOPLE,
    "guardian": Kind.PEOPLE,
    "student": Kind.PEOPLE,
}


@dataclass(slots=True)
class StoredRoster:
    """The records of a district by key, the surrogate key of each (none for guardianships), and schools' time zones."""

    records: dict[Kind, dict[Key, Record]] = field(default_factory=dict)
    ids: dict[Kind, dict[Key, int]] = field(default_factory=dict)
    time_zones: dict[str, str] = field(default_factory=dict)

    def rename_people(self, names: Mapping[str, str]) -> None:
        """Know people by new sourced ids, old to new."""
        self.records = roster.renamed(self.records, names)
        people, held = self.ids[Kind.PEOPLE], self.ids[Kind.ROLES]
        self.ids[Kind.PEOPLE] = {names.get(str(key), key): number for key, number in people.items()}
        self.ids[Kind.ROLES] = {(names.get(str(key[0]), key[0]), *key[1:]): number for key, number in held.items()}


def rename_people(session: Session, district_id: int, names: Mapping[str, str]) -> None:
    """Write new sourced ids of people, old to new."""
    statement = "UPDATE person SET sourced_id = %s WHERE district_id = %s AND sourced_id = %s"
    if names:
        session.connection().exec_driver_sql(statement, [(new, district_id, old) for old, new in names.items()])
        bump(session, district_id, "roster")


def lock_roster(session: Session, district_id: int) -> None:
    """Let one import at a time plan and change the roster of a district, until the transaction ends."""
    session.execute(select(DistrictStamp.roster).where(DistrictStamp.district_id == district_id).with_for_update())


def load_roster(session: Session, district_id: int) -> StoredRoster:
    """All of a district's roster, ended and inactive records too."""
    stored = StoredRoster()
    names: dict[Kind, dict[int, str]] = {}
    for kind, (model, made) in _TABLES.items():
        attributes = [each.name for each in fields(made)]
        columns = [getattr(model, _column(attribute)) for attribute in attributes]
        surrogate = [] if model is Guardianship else [model.__table__.c.id]
        query = select(*columns, *surrogate).where(model.__table__.c.district_id == district_id)
        records = stored.records[kind] = {}
        ids = stored.ids[kind] = {}
        for row in session.execute(query.execution_options(yield_per=_BATCH)):
            values = [_remembered(attribute, value, names) for attribute, value in zip(attributes, row, strict=False)]
            record = made(*values)
            records[record.key] = record
            if surrogate:
                ids[record.key] = row.id
        if kind in _REFERENCES.values():
            names[kind] = {number: str(key) for key, number in ids.items()}
    zones = select(School.sourced_id, School.time_zone).where(
        School.district_id == district_id, School.time_zone.is_not(None)
    )
    stored.time_zones = {row.sourced_id: str(row.time_zone) for row in session.execute(zones)}
    return stored


def carry_out(
    session: Session,
    district_id: int,
    stored: StoredRoster,
    agreed: Plan,
    progress: Callable[[int], None] = lambda rows: None,
) -> None:
    """Write a plan made from `stored` and bump the roster's version; `progress` hears the rows written each time."""
    for kind, (model, made) in _TABLES.items():
        step = agreed[kind]
        writer = _Writer(session, district_id, model, made, stored.ids)
        for batch in _batches(list(step.add.values())):
            writer.insert(batch)
            progress(len(batch))
        for batch in _batches([change.after for part in (step.change, step.end) for change in part.values()]):
            writer.update(batch)
            progress(len(batch))
        if step.add and kind in _REFERENCES.values():
            stored.ids[kind] = _ids(session, district_id, model)
    if not roster.is_empty(agreed):
        bump(session, district_id, "roster")


@dataclass(frozen=True, slots=True)
class _Writer:
    session: Session
    district_id: int
    model: type[Base]
    made: type[Record]
    ids: Mapping[Kind, Mapping[Key, int]]

    def insert(self, records: Sequence[Record]) -> None:
        columns = ("district_id", *(_column(each.name) for each in fields(self.made)))
        insert_rows(self.session, self.model, columns, [(self.district_id, *self._values(each)) for each in records])

    def update(self, records: Sequence[Record]) -> None:
        """Overwrite records in one pipelined run of single-row updates by primary key."""
        table = self.model.__table__
        assert isinstance(table, Table)
        kind = next(kind for kind, (model, _) in _TABLES.items() if model is self.model)
        named = [_column(each.name) for each in fields(self.made)]
        keyed = ["guardian_id", "student_id"] if self.model is Guardianship else ["id"]
        changes = ", ".join(f'"{column}" = %s' for column in named)
        where = " AND ".join(f'"{column}" = %s' for column in ("district_id", *keyed))
        rows: list[tuple[object, ...]] = []
        for record in records:
            if isinstance(record, roster.Guardianship):
                people = self.ids[Kind.PEOPLE]
                key: tuple[int, ...] = (people[record.guardian], people[record.student])
            else:
                key = (self.ids[kind][record.key],)
            rows.append((*self._values(record), self.district_id, *key))
        statement = f'UPDATE "{table.name}" SET {changes} WHERE {where}'
        self.session.connection().exec_driver_sql(statement, rows)

    def _values(self, record: Record) -> Iterator[object]:
        for each in fields(self.made):
            value = getattr(record, each.name)
            kind = _REFERENCES.get(each.name)
            if kind is not None and value is not None:
                yield self.ids[kind][value]
            else:
                yield list(value) if isinstance(value, tuple) else value


def _column(attribute: str) -> str:
    return f"{attribute}_id" if attribute in _REFERENCES else attribute


def _remembered(attribute: str, value: Any, names: Mapping[Kind, Mapping[int, str]]) -> Any:
    kind = _REFERENCES.get(attribute)
    if kind is not None and value is not None:
        return names[kind][value]
    return tuple(value) if isinstance(value, list) else value


def _ids(session: Session, district_id: int, model: type[Base]) -> dict[Key, int]:
    columns = model.__table__.c
    rows = session.execute(select(columns.sourced_id, columns.id).where(columns.district_id == district_id))
    return {row.sourced_id: row.id for row in rows}


def _batches(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    for first in range(0, len(records), _BATCH):
        yield records[first : first + _BATCH]
