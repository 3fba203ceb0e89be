"""A district that can be made again and again the same, results for it, and all that is derived of them by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from factories import Factory
from sqlalchemy import Engine, select, text

from api.actions.assessments import AssessmentSpec, FormSpec, confirm_cut_scores, register
from api.actions.districts import create_district
from api.actions.graph import add_prerequisite
from api.actions.ingest import Intake, Sender, ingest
from api.actions.outcome import Outcome
from api.actions.replay import Verified, verify
from api.security.clients import SCOPES, NewClient, create_client
from mastery.evidence import Purpose, Result
from mastery.graph import Strength
from models.access import Client
from models.assessment import CutScores
from models.clients import Caller
from models.graph import Node
from models.registry import bump
from models.roster import Person
from models.unit_of_work import district_transaction

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
# code, subject, whether mastery of it earns credit
TARGETS = (
    ("M.1", "Mathematics", False),
    ("M.2", "Mathematics", False),
    ("M.3", "Mathematics", False),
    ("M.4", "Mathematics", True),
    ("M.5", "Mathematics", True),
    ("E.1", "English", False),
)
HARD = (("M.1", "M.2"), ("M.2", "M.4"))
SOFT = (("M.1", "M.3"),)
ASSESSMENTS = {
    "quiz": Purpose.FORMATIVE,
    "check": Purpose.INTERIM,
    "unit-1": Purpose.SUMMATIVE,
    "unit-2": Purpose.SUMMATIVE,
    "state": Purpose.STATE_SUMMATIVE,
}
# of the others the cut scores stay proposed, so that they are formative only
CONFIRMED = ("check", "unit-1", "unit-2")
_DELETED = (
    "move_undo", "move_part", "move",
    "flag_transition", "flag", "confirmation", "standing", "subject_state", "evidence", "result", "quarantine",
    "item", "outbox", "section_version",
)  # fmt: skip
# what of a standing names rows by keys that differ between two districts
_KEYS = ("district_id", "student_id", "target_id", "missing", "carried")


@dataclass(frozen=True)
class World:
    """One of these districts."""

    engine: Engine
    district_id: int
    sender: Sender
    client: NewClient
    students: tuple[str, ...]
    principal: int
    school: str

    def intake(self) -> Intake:
        """What a process that has just started takes results in with."""
        return Intake.of(self.engine)

    def post(self, batches: Sequence[Sequence[Result]], intake: Intake | None = None) -> list[Outcome]:
        """Take in some batches one after another."""
        with_ = intake or self.intake()
        return [outcome for batch in batches for outcome in ingest(with_, self.sender, batch, NOW)]

    def verify(self) -> Verified:
        """Whether everything stored is what evidence leads to."""
        return verify(self.engine, self.district_id)


def furnish(engine: Engine, name: str, students: int = 2, *, backwards: bool = False) -> World:
    """Make the district through the actions that make any; `backwards` gives all keys in the opposite order."""
    district = create_district(engine, name, None, "America/New_York", NOW)

    def ordered(some: Sequence[Any]) -> list[Any]:
        return list(reversed(some)) if backwards else list(some)

    people = tuple(f"S-{number:04}" for number in range(students))
    with district_transaction(engine, district.id) as session:
        client = create_client(session, district.id, "LMS", SCOPES, NOW)
        client_pk = session.scalars(select(Client.id).where(Client.district_id == district.id)).one()
        make = Factory(session, district.id)
        school = make.school()
        section = make.section(school)
        for one in ordered(people):
            person = Person(
                district_id=district.id, sourced_id=one, identifier=one, given_name="A", family_name=one, grades=[],
                active=True,
            )  # fmt: skip
            session.add(person)
            session.flush()
            make.role(person, "student", school_id=section.school_id)
            make.enrol(person, section)
        principal = make.teacher(section).id
        framework = make.framework().id
        for code, subject, credit in ordered(TARGETS):
            # the same GUID in every district, as with an imported framework
            node = Node(
                district_id=district.id, guid=f"target {code}", framework_id=framework, kind="learning_target",
                code=code, statement=f"I can do {code}.", grades=[], subject=subject, credit_bearing=credit,
                changed_at=NOW,
            )  # fmt: skip
            session.add(node)
            session.flush()
        bump(session, district.id, "graph")
        for strength, edges in ((Strength.HARD, HARD), (Strength.SOFT, SOFT)):
            for before, after in edges:
                add_prerequisite(session, district.id, before, after, strength)
        session.commit()
    sender = Sender(district.id, client_pk, client.client_id)
    world = World(engine, district.id, sender, client, people, principal, school.sourced_id)
    with district_transaction(engine, district.id) as session:
        caller = Caller(district.id, client_pk, client.client_id, frozenset(SCOPES))
        for assessment in ordered(list(ASSESSMENTS)):
            spec = AssessmentSpec(assessment, assessment, ASSESSMENTS[assessment], (FormSpec("A"),))
            register(session, world.intake(), caller, spec, NOW)
        for assessment in CONFIRMED:
            confirm(world, session, assessment)
        session.commit()
    return world


def confirm(world: World, session: Any, assessment: str) -> int:
    """The principal confirms the cut scores that wait; returns how many students were brought up to them."""
    waiting = session.execute(
        select(CutScores.id).where(
            CutScores.district_id == world.district_id,
            CutScores.confirmed_at.is_(None),
            CutScores.withdrawn_at.is_(None),
            text("assessment_id = (SELECT id FROM assessment WHERE district_id = :d AND name = :n)"),
        ),
        {"d": world.district_id, "n": assessment},
    ).scalar_one()
    return confirm_cut_scores(session, world.district_id, waiting, world.principal, NOW)


def wire(result: Result) -> dict[str, Any]:
    """The result as a plugin posts it."""
    plain = asdict(result)
    for moment in ("performed_at", "scored_at"):
        plain[moment] = plain[moment].isoformat()
    for score in plain["targets"]:
        score["items"] = [{"try": one.pop("attempt"), **one} for one in score["items"]]
    return plain


def forget_results(connection: Any) -> None:
    """Remove all results of all districts and what was derived of them; `connection` is the superuser's."""
    for table in _DELETED:
        connection.execute(f"DELETE FROM {table}")


@dataclass(frozen=True)
class Seen:
    """What one standing says, with names for keys: everything but the decision, and the decision."""

    evidence: dict[str, Any]
    decision: dict[str, Any]

    @property
    def state(self) -> str:
        """The decision's state."""
        return str(self.decision["state"])


_DECIDED = ("state", "level", "mastered_at", "missing", "conditions", "ever", "decision")


def standings(world: World, *, revisions: bool = False) -> dict[tuple[str, str], Seen]:
    """Every standing of the district by (student, target code); with `revisions` results are named with theirs."""
    with district_transaction(world.engine, world.district_id) as session:
        here = {"d": world.district_id}

        def named(query: str) -> dict[int, str]:
            return {row[0]: row[1] for row in session.execute(text(query), here)}

        name = "source_id || '#' || revision" if revisions else "source_id"
        results = named(f"SELECT id, {name} FROM result WHERE district_id = :d")
        people = named("SELECT id, sourced_id FROM person WHERE district_id = :d")
        codes = named("SELECT id, code FROM node WHERE district_id = :d")
        assessments = named("SELECT id, name FROM assessment WHERE district_id = :d")
        rows = session.execute(text("SELECT * FROM standing WHERE district_id = :d"), here).mappings().all()
    found = {}
    for row in rows:
        _, tally, decision = row["carried"]
        plain = {name: value for name, value in row.items() if name not in _KEYS}
        plain["missing"] = [{**gap, "targets": [codes[one] for one in gap["targets"]]} for gap in row["missing"]]
        plain["tally"] = _tally(tally, results, assessments)
        plain["decision"] = {
            field: results[value] if field in ("completed_by", "own_result") else value
            for field, value in decision.items()
        }
        found[people[row["student_id"]], codes[row["target_id"]]] = Seen(
            {name: value for name, value in plain.items() if name not in _DECIDED},
            {name: plain[name] for name in _DECIDED},
        )
    return found


def _tally(tally: dict[str, Any], results: dict[int, str], assessments: dict[int, str]) -> dict[str, Any]:
    named = dict(tally)
    for field in ("recent", "failed_results"):
        if field in tally:
            named[field] = [results[one] for one in tally[field]]
    if "assessments" in tally:
        named["assessments"] = [assessments[one] for one in tally["assessments"]]
    if "levels" in tally:
        named["levels"] = [[results[result], level] for result, level in tally["levels"]]
    for field, places in (("certified", (1, 3)), ("summative", (1,))):
        if field in tally:
            named[field] = [results[one] if n in places else one for n, one in enumerate(tally[field])]
    return named


def confirmations(world: World) -> set[tuple[str, str, float | None, datetime | None, datetime]]:
    """What the system has confirmed: (student, target code, level, mastery date, place in the order of evidence)."""
    with district_transaction(world.engine, world.district_id) as session:
        rows = session.execute(
            text(
                "SELECT p.sourced_id, n.code, c.level, c.mastered_at, c.at FROM confirmation c"
                " JOIN person p ON p.district_id = c.district_id AND p.id = c.student_id"
                " JOIN node n ON n.district_id = c.district_id AND n.id = c.target_id WHERE c.district_id = :d"
            ),
            {"d": world.district_id},
        )
        return {tuple(row) for row in rows}


def stored_results(world: World) -> dict[tuple[str, int], tuple[str, list[tuple[str, float | None]]]]:
    """Every result row by (source_id, revision): whose it is, and its evidence as (target code, score).

    An AssertionError where a key is there twice.
    """
    with district_transaction(world.engine, world.district_id) as session:
        rows = session.execute(
            text(
                "SELECT r.source_id, r.revision, p.sourced_id, r.id, n.code, e.score FROM result r"
                " JOIN person p ON p.district_id = r.district_id AND p.id = r.student_id"
                " LEFT JOIN evidence e ON e.district_id = r.district_id AND e.result_id = r.id"
                " LEFT JOIN node n ON n.district_id = e.district_id AND n.id = e.target_id"
                " WHERE r.district_id = :d ORDER BY r.id, n.code"
            ),
            {"d": world.district_id},
        ).all()
    found: dict[tuple[str, int], tuple[str, list[tuple[str, float | None]]]] = {}
    keys: dict[tuple[str, int], int] = {}
    for source_id, revision, student, key, code, score in rows:
        assert keys.setdefault((source_id, revision), key) == key, f"{source_id} revision {revision} is there twice"
        lines = found.setdefault((source_id, revision), (student, []))[1]
        if code is not None:
            lines.append((code, score))
    return found
