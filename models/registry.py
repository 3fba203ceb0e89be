"""The registry as ingest needs it: names to keys, a batch at a time, a constant number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mastery.evidence import CutScore
from models.assessment import Assessment, AssessmentForm, CutScores, Item
from models.bulk import insert_new_rows
from models.district import District, DistrictStamp
from models.roster import Person, PersonRole


@dataclass(frozen=True, slots=True)
class KnownStudent:
    """A student as results name one."""

    id: int
    sourced_id: str
    born: date | None


@dataclass(slots=True)
class KnownAssessment:
    """A registered assessment: its forms and items by name, and the confirmed cut scores."""

    id: int
    client_pk: int
    name: str
    purpose: str
    dok: int | None
    forms: dict[str, int] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)
    cuts: tuple[CutScore, ...] | None = None
    cuts_proposed: bool = False


@dataclass(frozen=True, slots=True)
class Stamps:
    """The version counters of a district."""

    graph: int
    roster: int
    assessments: int
    policy: int


def stamps(session: Session, district_id: int) -> Stamps:
    """The district's counters; all zero before anything was stored."""
    row = session.execute(
        select(DistrictStamp.graph, DistrictStamp.roster, DistrictStamp.assessments, DistrictStamp.policy).where(
            DistrictStamp.district_id == district_id
        )
    ).one_or_none()
    return Stamps(*row) if row else Stamps(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Context:
    """A district's zone and counters, as a transaction begins."""

    zone: ZoneInfo
    stamps: Stamps


def context(session: Session, district_id: int) -> Context:
    """Zone and counters of a district in one query. LookupError where there is no such district."""
    counters = (DistrictStamp.graph, DistrictStamp.roster, DistrictStamp.assessments, DistrictStamp.policy)
    row = session.execute(
        select(District.time_zone, *(func.coalesce(counter, 0) for counter in counters))
        .outerjoin(DistrictStamp, DistrictStamp.district_id == District.id)
        .where(District.id == district_id)
    ).one_or_none()
    if row is None:
        raise LookupError(f"there is no district {district_id}")
    zone, graph, roster, assessments, policy = row
    return Context(ZoneInfo(zone), Stamps(graph, roster, assessments, policy))


def bump(session: Session, district_id: int, counter: str) -> None:
    """Say that the graph, roster, assessments or policy of a district changed."""
    column = getattr(DistrictStamp, counter)
    values = {"graph": 0, "roster": 0, "assessments": 0, "policy": 0, counter: 1}
    session.execute(
        insert(DistrictStamp)
        .values(district_id=district_id, **values)
        .on_conflict_do_update(index_elements=["district_id"], set_={counter: column + 1})
    )


def find_students(session: Session, district_id: int, names: Collection[str]) -> dict[str, list[KnownStudent]]:
    """Students by SIS id or sourcedId. A name that is one student's sourcedId means that one; else all it fits."""
    wanted = list(names)
    is_student = select(PersonRole.id).where(
        PersonRole.district_id == district_id, PersonRole.person_id == Person.id, PersonRole.role == "student"
    )
    rows = session.execute(
        select(Person.id, Person.sourced_id, Person.identifier, Person.birth_date).where(
            Person.district_id == district_id,
            or_(Person.sourced_id == func.any(wanted), Person.identifier == func.any(wanted)),
            is_student.exists(),
        )
    ).all()
    found: dict[str, list[KnownStudent]] = {}
    exact = {row.sourced_id: KnownStudent(row.id, row.sourced_id, row.birth_date) for row in rows}
    for name in wanted:
        if name in exact:
            found[name] = [exact[name]]
    for row in rows:
        if row.identifier and row.identifier not in exact:
            found.setdefault(row.identifier, []).append(exact[row.sourced_id])
    return found


def find_educators(session: Session, district_id: int, names: Collection[str]) -> frozenset[str]:
    """Which of these SIS ids or sourcedIds are those of teachers, who are certified educators."""
    if not names:
        return frozenset()
    wanted = list(names)
    rows = session.execute(
        select(Person.sourced_id, Person.identifier)
        .join(PersonRole, (PersonRole.district_id == Person.district_id) & (PersonRole.person_id == Person.id))
        .where(
            Person.district_id == district_id,
            PersonRole.role == "teacher",
            or_(Person.sourced_id == func.any(wanted), Person.identifier == func.any(wanted)),
        )
    ).all()
    return frozenset({row.sourced_id for row in rows} | {row.identifier for row in rows if row.identifier}) & set(names)


def find_assessments(
    session: Session, district_id: int, client_pk: int, names: Collection[str]
) -> dict[str, KnownAssessment]:
    """A client's assessments by name, with forms and confirmed cut scores; items are looked up apart."""
    known = {
        row.id: KnownAssessment(row.id, client_pk, row.name, row.purpose, row.dok)
        for row in session.execute(
            select(Assessment.id, Assessment.name, Assessment.purpose, Assessment.dok).where(
                Assessment.district_id == district_id,
                Assessment.client_pk == client_pk,
                Assessment.name == func.any(list(names)),
            )
        )
    }
    if known:
        _load_forms(session, district_id, known)
        load_cut_scores(session, district_id, known)
    return {assessment.name: assessment for assessment in known.values()}


def _load_forms(session: Session, district_id: int, known: dict[int, KnownAssessment]) -> None:
    for form in session.execute(
        select(AssessmentForm.assessment_id, AssessmentForm.name, AssessmentForm.id).where(
            AssessmentForm.district_id == district_id, AssessmentForm.assessment_id == func.any(list(known))
        )
    ):
        known[form.assessment_id].forms[form.name] = form.id


def load_cut_scores(session: Session, district_id: int, known: dict[int, KnownAssessment]) -> None:
    """Give each assessment its latest confirmed cut scores, and say where a proposal waits."""
    for row in session.execute(
        select(CutScores.assessment_id, CutScores.cuts, CutScores.confirmed_at)
        .where(
            CutScores.district_id == district_id,
            CutScores.assessment_id == func.any(list(known)),
            CutScores.withdrawn_at.is_(None),
        )
        .order_by(CutScores.assessment_id, CutScores.confirmed_at.asc().nulls_first(), CutScores.id)
    ):
        assessment = known[row.assessment_id]
        if row.confirmed_at is None:
            assessment.cuts_proposed = True
        else:
            assessment.cuts = cuts_of(row.cuts)


def cuts_of(stored: Sequence[Sequence[float]]) -> tuple[CutScore, ...]:
    """Cut scores as the law knows them, from their stored pairs (level, share)."""
    return tuple(CutScore(level, share) for level, share in stored)


def load_items(session: Session, district_id: int, wanted: Iterable[tuple[KnownAssessment, Collection[str]]]) -> None:
    """Make sure that the named items exist and that each assessment knows their keys."""
    missing = {
        (assessment.id, name): assessment
        for assessment, names in wanted
        for name in names
        if name not in assessment.items
    }
    if not missing:
        return
    insert_new_rows(
        session,
        Item,
        ("district_id", "assessment_id", "name"),
        [(district_id, assessment, name) for assessment, name in sorted(missing)],
    )
    assessments = sorted({assessment for assessment, _ in missing})
    names = sorted({name for _, name in missing})
    for row in session.execute(
        select(Item.assessment_id, Item.name, Item.id).where(
            Item.district_id == district_id,
            Item.assessment_id == func.any(assessments),
            Item.name == func.any(names),
        )
    ):
        assessment = missing.get((row.assessment_id, row.name))
        if assessment is not None:
            assessment.items[row.name] = row.id
