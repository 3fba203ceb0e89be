"""Deletions outlive the restore of an older backup: kept beside the database, and done again in what was restored."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect, select
from sqlalchemy.orm import Session

from api.actions.delete_older import delete_in_parts
from api.actions.redo_districts import DISTRICT, destroyed_districts, is_of_destroyed, redo_districts
from api.actions.reduce_answers import Advance, reduce_answers
from mastery.audit import Act
from mastery.calendar import today_in
from mastery.retention_schedule import Ending, Kind, is_end_held
from models.audit import SYSTEM, record
from models.district import District
from models.district_end import DistrictEnd
from models.retention_store import end_record, holds_of, leaver, put_tombstone, tombstones
from models.roster import Person
from models.student_rows import GROUNDS, key_digest
from models.unit_of_work import district_transaction, shared_transaction

FILE = "deletions.jsonl"
Deletion = dict[str, Any]
_FIELDS = frozenset({"district", "kind", "key_digest", "through", "rule", "at", "removed"})
_OF_DISTRICT = _FIELDS | {"end"}


class DeletionsError(Exception):
    """The file of deletions can not be read or written; the message says why."""


@dataclass(frozen=True, slots=True)
class Redone:
    """What was deleted again: so many students, so many rows of other records, so many districts as a whole."""

    students: int
    rows: int
    districts: int = 0


def known_deletions(engine: Engine) -> list[Deletion]:
    """The tombstones of every district of a database, and the districts that were destroyed."""
    with shared_transaction(engine) as session:
        districts = session.execute(select(District.id, District.slug).order_by(District.id)).all()
    # a schema of before districts could end knows of none
    found = destroyed_districts(engine) if inspect(engine).has_table(DistrictEnd.__tablename__) else []
    for district_id, slug in districts:
        with district_transaction(engine, district_id) as session:
            found += tombstones(session, district_id, slug)
    return found


def keep_deletions(engine: Engine, path: Path) -> int:
    """Write every deletion that the database or the file knows into the file, whole or not at all; how many."""
    every = joined(read_deletions(path) if path.exists() else [], known_deletions(engine))
    scratch = path.with_name(f".{path.name}.part")
    try:
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(one, sort_keys=True) + "\n" for one in every)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
    except OSError as error:
        raise DeletionsError(f"{path} can not be written ({error.strerror}).") from error
    return len(every)


def read_deletions(path: Path) -> list[Deletion]:
    """The deletions that a file holds. Raises DeletionsError for anything else."""
    try:
        found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except OSError as error:
        raise DeletionsError(f"{path} can not be read ({error.strerror}).") from error
    except ValueError as error:
        raise DeletionsError(f"{path} is no file of deletions ({error}).") from error
    if not all(isinstance(one, dict) and one.keys() == _fields_of(one) for one in found):
        raise DeletionsError(f"{path} is no file of deletions: each line has {', '.join(sorted(_FIELDS))}.")
    return found


def _fields_of(one: Mapping[str, Any]) -> frozenset[str]:
    return _OF_DISTRICT if one.get("kind") == DISTRICT else _FIELDS


def joined(*several: Iterable[Deletion]) -> list[Deletion]:
    """Several lists as one, each deletion once, in order of time; of a district that was destroyed that alone."""
    every = {_key(one): one for some in several for one in some}
    ends = [one for one in every.values() if one["kind"] == DISTRICT]
    return [every[key] for key in sorted(every) if not is_of_destroyed(every[key], ends)]


def _key(one: Deletion) -> tuple[str, ...]:
    return one["at"], one["district"], one["kind"], one["key_digest"] or "", one["through"] or ""


def redo(owner: Engine, deletions: Sequence[Deletion], now: datetime, advance: Advance = lambda _: None) -> Redone:
    """Do in a database, as the owner's role, every deletion that it does not know of yet; again changes nothing.

    A deletion that is unknown happened after the backup was taken, so whatever the backup has of it goes. Districts
    that were destroyed come first; of a later one of the same name nothing goes with the former.
    """
    deletions = joined(deletions, destroyed_districts(owner))
    gone = redo_districts(owner, [one for one in deletions if one["kind"] == DISTRICT], advance)
    with shared_transaction(owner) as session:
        districts = session.scalars(select(District).order_by(District.id)).all()
    students = rows = 0
    for district in districts:
        mine = [one for one in deletions if one["district"] == district.slug and one["kind"] != DISTRICT]
        with district_transaction(owner, district.id) as session:
            done = {_key(one) for one in tombstones(session, district.id, district.slug)}
            people = _people(session, district) if mine else {}
        for one in mine:
            if _key(one) in done:
                continue
            if one["kind"] == Kind.STUDENT_RECORD:
                students += _redo_student(owner, district, one, people, now)
                advance(1)
            else:
                rows += _redo_older(owner, district, one, now, advance)
    return Redone(students, rows, gone)


def _people(session: Session, district: District) -> dict[str, tuple[int, str]]:
    rows = session.execute(select(Person.id, Person.sourced_id).where(Person.district_id == district.id))
    return {key_digest(district.slug, sourced_id): (key, sourced_id) for key, sourced_id in rows}


def _redo_student(
    owner: Engine, district: District, one: Deletion, people: dict[str, tuple[int, str]], now: datetime
) -> int:  # fmt: skip
    """End a student's record as it was ended; 1, or 0 where the backup does not have the student, or holds it."""
    found, end = people.get(one["key_digest"]), _ending(one)
    at = datetime.fromisoformat(one["at"])
    with district_transaction(owner, district.id) as session:
        left = None if found is None else leaver(session, district.id, found[0])
        was_special = left is not None and left.was_special
        if found is not None and is_end_held(
            end, found[0], was_special, holds_of(session, district.id), today_in(district.time_zone, now)
        ):
            found = None
        if found is None:
            put_tombstone(
                session, district.id, Kind.STUDENT_RECORD, one["rule"], at, one["removed"], one["key_digest"]
            )  # fmt: skip
        else:
            end_record(session, district.id, district.slug, *found, end, at)
        session.commit()
    if found is not None and end.erases_person:
        people.pop(one["key_digest"])
    return 0 if found is None else 1


def _ending(one: Deletion) -> Ending:
    """How a record was ended."""
    erases, due_on = "person" in one["removed"], datetime.fromisoformat(one["at"]).date()
    ends_grounds = any(table in one["removed"] for table in GROUNDS)
    return Ending(one["rule"], due_on, not erases, erases, ends_grounds)


def _redo_older(owner: Engine, district: District, one: Deletion, now: datetime, advance: Advance) -> int:
    """Delete again what was older, but what the restored database holds: the next nightly run looks at that."""
    kind, today = Kind(one["kind"]), today_in(district.time_zone, now)
    through = None if one["through"] is None else datetime.fromisoformat(one["through"])

    def tell(session: Session, removed: Mapping[str, int], is_through: bool) -> None:
        # known from now on, also where a hold of all stopped it
        at = datetime.fromisoformat(one["at"])
        put_tombstone(session, district.id, kind, one["rule"], at, one["removed"], through=through)
        detail = {"what": kind, "rule": one["rule"], "rows": sum(removed.values()), "after": "restore"}
        record(session, district.id, SYSTEM, Act.DELETED, now, detail=detail)

    if through is None:
        with district_transaction(owner, district.id) as session:
            tell(session, {}, False)
            session.commit()
        return 0
    if kind is Kind.ITEM_RESPONSE:
        return reduce_answers(owner, district.id, through, today, now, tell, advance)
    return delete_in_parts(owner, district.id, kind, through, today, tell, advance)
