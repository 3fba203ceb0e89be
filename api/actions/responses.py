"""A file of answers becomes a sandbox district: its students, targets and items, its rows through the ingest path."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.districts import create_district
from api.actions.ingest import Intake, Sender, ingest
from api.actions.outcome import Status
from api.security.clients import create_client
from mastery.evidence import EvidenceType, ItemResponse, Purpose, Result, TargetScore
from models.access import Client
from models.assessment import Assessment, AssessmentForm
from models.bulk import insert_new_rows
from models.district import District, ImportJob
from models.graph import Framework, Node
from models.registry import bump
from models.roster import Person, PersonRole
from models.unit_of_work import district_transaction, shared_transaction

COLUMNS = ("user_id", "item_id", "timestamp", "correct", "skill_id")
CLIENT, ASSESSMENT, FORM, SUBJECT = "responses", "responses", "file", "Responses"
# where a file has no times: row i was performed this many seconds after the first
BASE = datetime(2020, 1, 1, tzinfo=UTC)
_AT_ONCE = 2000
Advance = Callable[[int], None]


class ResponsesError(ValueError):
    """The file cannot be taken in; the text names line and column."""


@dataclass(frozen=True, slots=True)
class Row:
    """One answer: its number in the file from 0, ids as written, share of the points 0..1, seconds where known."""

    number: int
    user: str
    item: str
    skill: str
    correct: float
    timestamp: float


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; `resumed_at` is the row it went on from."""

    district: str
    rows: int
    accepted: int
    duplicate: int
    resumed_at: int


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file with the columns user_id, item_id, timestamp, correct, skill_id. Raises ResponsesError."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        absent = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if absent:
            raise ResponsesError(f"{path.name} lacks the column {', '.join(absent)}; needed are {', '.join(COLUMNS)}")
        for number, fields in enumerate(reader):
            yield _row(number, fields)


def _row(number: int, fields: dict[str, str]) -> Row:
    line = number + 2
    try:
        correct, timestamp = float(fields["correct"]), float(fields["timestamp"] or 0)
    except (TypeError, ValueError) as error:
        raise ResponsesError(f"line {line}: correct and timestamp must be numbers ({error})") from error
    if not 0 <= correct <= 1:
        raise ResponsesError(f"line {line}: correct is {fields['correct']}; give a share of the points, 0 to 1")
    if not all(fields[name] for name in ("user_id", "item_id", "skill_id")):
        raise ResponsesError(f"line {line}: user_id, item_id and skill_id must not be empty")
    return Row(number, fields["user_id"], fields["item_id"], fields["skill_id"], correct, timestamp)


@dataclass(slots=True)
class _Survey:
    """What a file names, without keeping its rows: students, the items of each skill, whether it has times."""

    rows: int = 0
    users: dict[str, None] = field(default_factory=dict)
    items: dict[str, dict[str, None]] = field(default_factory=dict)
    has_times: bool = False


def _survey(rows: Iterable[Row]) -> _Survey:
    seen = _Survey()
    for row in rows:
        seen.rows += 1
        seen.users[row.user] = None
        seen.items.setdefault(row.skill, {})[row.item] = None
        seen.has_times = seen.has_times or bool(row.timestamp)
    return seen


def read_q_matrix(path: Path) -> dict[str, list[str]]:
    """The base skills of each item, from the columns item_id, base_skill. Raises ResponsesError."""
    found: dict[str, list[str]] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if not {"item_id", "base_skill"} <= set(reader.fieldnames or ()):
            raise ResponsesError(f"{path.name} needs the columns item_id, base_skill")
        for fields in reader:
            found.setdefault(fields["item_id"], []).append(fields["base_skill"])
    return found


def skill_guid(skill: str) -> str:
    """The GUID of a skill's target: the same in every import."""
    return str(uuid5(NAMESPACE_URL, f"responses:skill:{skill}"))


def result_of(row: Row, has_times: bool) -> Result:
    """A row as a result: one attempt, formative, immediate feedback."""
    at = BASE + timedelta(seconds=row.timestamp if has_times else row.number)
    item = ItemResponse(row.item, row.correct, 1.0)
    return Result(
        source_id=f"row-{row.number}",
        revision=1,
        student=row.user,
        assessment=ASSESSMENT,
        form=FORM,
        purpose=Purpose.FORMATIVE,
        evidence_type=EvidenceType.PRACTICE,
        scorer="system",
        performed_at=at,
        scored_at=at,
        targets=(TargetScore(skill_guid(row.skill), row.correct, 1.0, None, (item,)),),
    )


def import_responses(
    intake: Intake, path: Path, district_name: str, now: datetime, q_matrix: Path | None = None,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> Imported:  # fmt: skip
    """Take a file of answers into the sandbox district of this name, which is made where it is not there.

    Every part of some rows commits by itself together with how far it came, so an import that was ended goes on where
    it stopped; the same file again changes nothing. Raises ResponsesError.
    """
    seen = _survey(read_rows(path))
    if not seen.rows:
        raise ResponsesError(f"{path.name} has no rows")
    district = _sandbox(intake, district_name, now)
    file_digest = _digest(path)
    with district_transaction(intake.engine, district.id) as session:
        sender = _furnish(session, district.id, seen, read_q_matrix(q_matrix) if q_matrix else {}, now)
        start = _begin(session, district.id, file_digest, seen.rows, now)
        session.commit()
    counts = {Status.ACCEPTED: 0, Status.DUPLICATE: 0}
    advance(start, seen.rows)
    remaining = islice(read_rows(path), start, None)
    while some := list(islice(remaining, _AT_ONCE)):
        for outcome in ingest(intake, sender, [result_of(row, seen.has_times) for row in some], now):
            if outcome.status not in counts:
                raise ResponsesError(f"{outcome.source_id}: {outcome.status}, {outcome.problem or outcome.quarantine}")
            counts[outcome.status] += 1
        _reached(intake, district.id, file_digest, some[-1].number + 1, seen.rows, now)
        advance(some[-1].number + 1, seen.rows)
    return Imported(district.slug, seen.rows, counts[Status.ACCEPTED], counts[Status.DUPLICATE], start)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sandbox(intake: Intake, name: str, now: datetime) -> District:
    with shared_transaction(intake.engine) as session:
        found = session.scalar(select(District).where((District.name == name) | (District.slug == name)))
    if found is None:
        return create_district(intake.engine, name, None, "UTC", now, sandbox=True)
    if not found.sandbox:
        raise ResponsesError(f"{name} is a real district; a file of answers goes into a sandbox: choose another name")
    return found


def _furnish(
    session: Session, district_id: int, seen: _Survey, q_matrix: dict[str, list[str]], now: datetime
) -> Sender:
    """Students, targets and the registry that the rows name; adding only what is not there."""
    people = seen.users
    insert_new_rows(
        session,
        Person,
        ("district_id", "sourced_id", "identifier", "given_name", "family_name", "grades", "active"),
        [(district_id, user, user, "Student", user, [], True) for user in people],
    )
    keys = {
        row.sourced_id: row.id
        for row in session.execute(select(Person.sourced_id, Person.id).where(Person.district_id == district_id))
    }
    roles = set(
        session.scalars(
            select(PersonRole.person_id).where(PersonRole.district_id == district_id, PersonRole.role == "student")
        )
    )
    insert_new_rows(
        session,
        PersonRole,
        ("district_id", "person_id", "role", "source_role", "primary"),
        [(district_id, keys[user], "student", "student", True) for user in people if keys[user] not in roles],
    )
    _furnish_graph(session, district_id, seen, q_matrix, now)
    return _furnish_registry(session, district_id, now)


def _furnish_graph(
    session: Session, district_id: int, seen: _Survey, q_matrix: dict[str, list[str]], now: datetime
) -> None:
    guid = str(uuid5(NAMESPACE_URL, "responses:framework"))
    insert_new_rows(
        session,
        Framework,
        ("district_id", "guid", "title", "subject", "origin", "imported_at"),
        [(district_id, guid, "Skills of the file", SUBJECT, "district", now)],
    )
    framework = session.execute(
        select(Framework.id).where(Framework.district_id == district_id, Framework.guid == guid)
    ).scalar_one()
    base = {skill: {one for item in items for one in q_matrix.get(item, ())} for skill, items in seen.items.items()}
    insert_new_rows(
        session,
        Node,
        ("district_id", "guid", "framework_id", "kind", "code", "statement", "grades", "subject", "credit_bearing",
         "changed_at"),
        [
            (district_id, skill_guid(skill), framework, "learning_target", f"skill-{skill}",
             _statement(skill, sorted(skills)), [], SUBJECT, False, now)
            for skill, skills in base.items()
        ],
    )  # fmt: skip
    bump(session, district_id, "graph")


def _statement(skill: str, base_skills: Sequence[str]) -> str:
    parts = f" (base skills {', '.join(base_skills)})" if base_skills else ""
    return f"Skill {skill} of the file{parts}"


def _furnish_registry(session: Session, district_id: int, now: datetime) -> Sender:
    client = session.scalar(select(Client).where(Client.district_id == district_id, Client.name == CLIENT))
    if client is None:
        create_client(session, district_id, CLIENT, ["results.write"], now)
        client = session.scalars(select(Client).where(Client.district_id == district_id, Client.name == CLIENT)).one()
    insert_new_rows(
        session,
        Assessment,
        ("district_id", "client_pk", "name", "title", "purpose", "digest", "changed_at"),
        [(district_id, client.id, ASSESSMENT, "Answers of the file", Purpose.FORMATIVE.value, b"", now)],
    )
    assessment = session.execute(
        select(Assessment.id).where(Assessment.district_id == district_id, Assessment.name == ASSESSMENT)
    ).scalar_one()
    insert_new_rows(
        session, AssessmentForm, ("district_id", "assessment_id", "name"), [(district_id, assessment, FORM)]
    )
    return Sender(district_id, client.id, client.client_id)


_KIND = "responses"


def _begin(session: Session, district_id: int, file_digest: str, total: int, now: datetime) -> int:
    job = session.get(ImportJob, (district_id, _KIND, file_digest))
    if job is None:
        session.add(ImportJob(district_id=district_id, kind=_KIND, file_digest=file_digest, total=total, began_at=now))
        return 0
    return job.position


def _reached(intake: Intake, district_id: int, file_digest: str, position: int, total: int, now: datetime) -> None:
    with district_transaction(intake.engine, district_id) as session:
        job = session.get_one(ImportJob, (district_id, _KIND, file_digest))
        job.position = position
        job.ended_at = now if position == total else None
        session.commit()
