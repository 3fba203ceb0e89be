"""The registry as ingest needs it: names to keys, a batch at a time, a constant number of queries."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mastery.evidence import CutScore
from mastery.observation import ItemFormat
from models.assessment import Assessment, AssessmentForm, Item
from models.bulk import insert_new_rows
from models.district import DistrictStamp
from models.hot import fetch
from models.roster import Person, PersonRole


@dataclass(frozen=True, slots=True)
class KnownStudent:
    """A student as results name one."""

    id: int
    sourced_id: str
    born: date | None


@dataclass(frozen=True, slots=True)
class AssessmentRules:
    """What of an assessment decides how its evidence counts: confirmed cut scores, demand in general and per target,
    and by its key how an item is answered, where that was said.
    """

    cuts: tuple[CutScore, ...] | None = None
    cuts_proposed: bool = False
    dok: int | None = None
    dok_of_target: Mapping[int, int] = field(default_factory=dict)
    formats: Mapping[int, ItemFormat] = field(default_factory=dict)


@dataclass(slots=True)
class KnownAssessment:
    """A registered assessment: its forms by name, and how its evidence counts."""

    id: int
    name: str
    forms: dict[str, int] = field(default_factory=dict)
    rules: AssessmentRules = field(default_factory=AssessmentRules)


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


_CONTEXT = (
    "SELECT d.time_zone, coalesce(s.graph, 0), coalesce(s.roster, 0), coalesce(s.assessments, 0),"
    " coalesce(s.policy, 0) FROM district d LEFT JOIN district_stamp s ON s.district_id = d.id"
    " WHERE d.id = %(district)s"
)


def context(session: Session, district_id: int) -> Context:
    """Zone and counters of a district in one query. LookupError where there is no such district."""
    return context_of(fetch(session, *asking_context(district_id)))


def asking_context(district_id: int) -> tuple[str, dict[str, object]]:
    """The statement whose rows `context_of` reads."""
    return _CONTEXT, {"district": district_id}


def context_of(rows: Sequence[tuple[Any, ...]]) -> Context:
    """The context from its row; LookupError without one."""
    if not rows:
        raise LookupError("there is no such district")
    zone, *counts = rows[0]
    return Context(ZoneInfo(zone), Stamps(*(int(count) for count in counts)))


def bump(session: Session, district_id: int, counter: str) -> None:
    """Say that the graph, roster, assessments or policy of a district changed."""
    column = getattr(DistrictStamp, counter)
    values = {"graph": 0, "roster": 0, "assessments": 0, "policy": 0, counter: 1}
    session.execute(
        insert(DistrictStamp)
        .values(district_id=district_id, **values)
        .on_conflict_do_update(index_elements=["district_id"], set_={counter: column + 1})
    )


# two index look-ups by name, then the roles of whom they found, and whether their record waits to be deleted
_STUDENTS = (
    "SELECT DISTINCT p.* FROM unnest(%(names)s::text[]) AS s CROSS JOIN LATERAL ("
    "SELECT id, sourced_id, identifier, birth_date FROM person"
    " WHERE district_id = %(district)s AND sourced_id = s"
    " UNION ALL SELECT id, sourced_id, identifier, birth_date FROM person"
    " WHERE district_id = %(district)s AND identifier = s"
    ") AS p WHERE (SELECT true FROM person_role r"
    " WHERE r.district_id = %(district)s AND r.person_id = p.id AND r.role = 'student' LIMIT 1)"
    " AND NOT EXISTS (SELECT FROM pending_deletion w WHERE w.district_id = %(district)s AND w.student_id = p.id)"
)


def find_students(session: Session, district_id: int, names: Collection[str]) -> dict[str, list[KnownStudent]]:
    """Students in sight by SIS id or sourcedId. One's sourcedId means that one; another name means all it fits."""
    wanted = list(names)
    rows = fetch(session, _STUDENTS, {"district": district_id, "names": wanted})
    found: dict[str, list[KnownStudent]] = {}
    exact = {sourced_id: KnownStudent(key, sourced_id, born) for key, sourced_id, _, born in rows}
    for name in wanted:
        if name in exact:
            found[name] = [exact[name]]
    for _, sourced_id, identifier, _ in rows:
        if identifier and identifier not in exact:
            found.setdefault(identifier, []).append(exact[sourced_id])
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
    """A client's assessments by name, with forms and the rules for their evidence; items are looked up apart."""
    known = {
        row.id: KnownAssessment(row.id, row.name)
        for row in session.execute(
            select(Assessment.id, Assessment.name).where(
                Assessment.district_id == district_id,
                Assessment.client_pk == client_pk,
                Assessment.name == func.any(list(names)),
            )
        )
    }
    if known:
        for form in session.execute(
            select(AssessmentForm.assessment_id, AssessmentForm.name, AssessmentForm.id).where(
                AssessmentForm.district_id == district_id, AssessmentForm.assessment_id == func.any(list(known))
            )
        ):
            known[form.assessment_id].forms[form.name] = form.id
        for key, rules in load_rules(session, district_id, known).items():
            known[key].rules = rules
    return {assessment.name: assessment for assessment in known.values()}


_RULES = (
    "SELECT a.id, a.dok, ARRAY(SELECT c.cuts::text FROM cut_scores c WHERE c.district_id = a.district_id"
    " AND c.assessment_id = a.id AND c.withdrawn_at IS NULL AND c.confirmed_at IS NOT NULL"
    " ORDER BY c.confirmed_at DESC, c.id DESC LIMIT 1),"
    " EXISTS (SELECT FROM cut_scores c WHERE c.district_id = a.district_id AND c.assessment_id = a.id"
    " AND c.withdrawn_at IS NULL AND c.confirmed_at IS NULL),"
    " ARRAY(SELECT ARRAY[b.target_id, b.dok] FROM blueprint b WHERE b.district_id = a.district_id"
    " AND b.assessment_id = a.id AND b.dok IS NOT NULL),"
    " ARRAY(SELECT ARRAY[i.id, i.choices, i.points] FROM item i WHERE i.district_id = a.district_id"
    " AND i.assessment_id = a.id AND (i.choices IS NOT NULL OR i.points IS NOT NULL))"
    " FROM assessment a WHERE a.district_id = %(district)s AND a.id = ANY(%(assessments)s::bigint[])"
)


def load_rules(session: Session, district_id: int, assessments: Iterable[int]) -> dict[int, AssessmentRules]:
    """How the evidence of these assessments counts now."""
    rows = fetch(session, _RULES, {"district": district_id, "assessments": list(assessments)})
    return {
        key: AssessmentRules(
            cuts_of(json.loads(confirmed[0])) if confirmed else None,
            is_proposed,
            dok,
            dict(doks),
            {item: ItemFormat(choices, points) for item, choices, points in formats},
        )
        for key, dok, confirmed, is_proposed, doks, formats in rows
    }


def cuts_of(stored: Sequence[Sequence[float]]) -> tuple[CutScore, ...]:
    """Cut scores as the law knows them, from their stored pairs (level, share)."""
    return tuple(CutScore(level, share) for level, share in stored)


_ITEMS = (
    "SELECT i.* FROM unnest(%(assessments)s::bigint[], %(names)s::text[]) AS w (a, n) CROSS JOIN LATERAL ("
    "SELECT assessment_id, name, id FROM item"
    " WHERE district_id = %(district)s AND assessment_id = w.a AND name = w.n) AS i"
)


def find_items(session: Session, district_id: int, wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Keys of items that are there, by (assessment, name)."""
    asked = list(wanted)
    rows = fetch(
        session,
        _ITEMS,
        {
            "district": district_id,
            "assessments": [assessment for assessment, _ in asked],
            "names": [name for _, name in asked],
        },
    )
    return {(assessment, name): key for assessment, name, key in rows}


def add_items(session: Session, district_id: int, wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Add items, sorted so that two transactions that add the same do not wait for each other; their keys."""
    insert_new_rows(
        session,
        Item,
        ("district_id", "assessment_id", "name"),
        [(district_id, assessment, name) for assessment, name in sorted(wanted)],
    )
    return find_items(session, district_id, wanted)
