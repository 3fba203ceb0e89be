"""`/api/v1/students`: who they are, where they stand, why, and what is next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import RAISE, ValidationError, fields, validate
from sqlalchemy.orm import Session

from api.actions.explain import Moment, explanation, standing_documents, target_document
from api.actions.grades import grade_document, student_grades
from api.actions.graph import next_targets
from api.actions.policy_records import in_force_for, policy_document
from api.actions.rolled_up import competency_document, course_document, rolled_up
from api.problems import ProblemError
from api.security.guards import caller, machine
from api.services import services
from api.v1.competency_schemas import CompetenciesSchema
from api.v1.documents import PROBLEM_RESPONSES
from api.v1.paging import PageQuery, cut, is_key, is_text, links, place
from api.v1.policy_schemas import PolicyInForceSchema
from api.v1.read_schemas import ExplanationSchema, NextTargetsSchema, StandingsSchema, StudentsSchema
from api.v1.reading import shown
from api.v1.result_schema import StrictSchema
from mastery.graph import Ambiguous, Resolved, Unlocked, resolve_target
from mastery.pathways import Likes, Pathway, in_order
from models.graph_store import DistrictGraph
from models.queries_api import api_students, may_name_school, standings_after, student_names
from models.queries_pathways import ways_to
from models.registry import context, find_students
from models.unit_of_work import district_transaction, one_snapshot

blueprint = Blueprint("students", __name__, url_prefix="/api/v1", description="Students and where they stand")


class NextQuery(StrictSchema):
    """How many targets at most."""

    limit = fields.Integer(
        load_default=20,
        validate=validate.Range(1, 500, error="is not 1 to 500"),
        error_messages={"invalid": "is no whole number; give 1 to 500"},
    )


def _of_our_time(day: date) -> None:
    if not 1900 <= day.year <= 2999:
        raise ValidationError("is not within 1900 to 2999")


class DayQuery(StrictSchema):
    """Which day is asked about."""

    on = fields.Date(
        load_default=None,
        validate=_of_our_time,
        error_messages={"invalid": "is no day of the calendar; give one such as 2027-06-30"},
        metadata={"description": "a day of the calendar, 1900 to 2999; absent: today where the district is"},
    )


@blueprint.get("/students")
@machine("students.read")
@blueprint.arguments(PageQuery, location="query", unknown=RAISE)
@blueprint.doc(responses=PROBLEM_RESPONSES)
@blueprint.response(200, StudentsSchema)
def get_students(query: dict[str, Any]) -> Response:
    """The district's students by SIS id, with their sections today."""
    after = place(query["after"], is_text, is_key)
    me = caller()
    with district_transaction(services().engine, me.district_id) as session:
        found = api_students(
            session, me.district_id, services().clock(), query["limit"] + 1, (after[0], after[1]) if after else None
        )
        some, following = cut(found, query["limit"], lambda student: (student.id, student.key))
        students = [{name: value for name, value in asdict(one).items() if name != "key"} for one in some]
        return shown(session, [one.key for one in some], {"students": students, **links(following)})


@blueprint.get("/students/<path:student>/targets")
@machine("students.read")
@blueprint.arguments(PageQuery, location="query", unknown=RAISE)
@blueprint.doc(responses=PROBLEM_RESPONSES)
@blueprint.response(200, StandingsSchema)
def get_targets(query: dict[str, Any], student: str) -> Response:
    """All targets on which a student has a standing, each with estimate and decision side by side."""
    after = place(query["after"], is_key)
    me = caller()
    with district_transaction(services().engine, me.district_id) as session:
        key = find_one_student(session, student)
        day = _moment(session).day
        found = standings_after(session, me.district_id, key, query["limit"] + 1, after[0] if after else None)
        some, following = cut(found, query["limit"], lambda row: (row.target_id,))
        targets = standing_documents(session, me.district_id, key, _graph(session), some, day)
        name = student_names(session, me.district_id, [key])[key]
        document = {"student": name, "as_of": day.isoformat(), "targets": targets, **links(following)}
        return shown(session, [key] if targets else (), document)


@blueprint.get("/students/<path:student>/targets/<path:target>/explanation")
@machine("students.read")
@blueprint.arguments(PageQuery, location="query", unknown=RAISE)
@blueprint.doc(responses=PROBLEM_RESPONSES)
@blueprint.response(200, ExplanationSchema)
def get_explanation(query: dict[str, Any], student: str, target: str) -> Response:
    """Why a student stands where they do on a target: parts, evidence, rules, and what would change it."""
    after = _evidence_place(query["after"])
    me = caller()
    with district_transaction(services().engine, me.district_id) as session:
        one_snapshot(session)  # the history is made of evidence and ends in the standing
        key, graph, moment = find_one_student(session, student), _graph(session), _moment(session)
        found = explanation(session, me.district_id, key, _target(target, graph), graph, moment, query["limit"], after)
        name = student_names(session, me.district_id, [key])[key]
        _some, following = cut(
            found.records,
            query["limit"],
            lambda one: (one.result.performed_at.isoformat(), one.result.scored_at.isoformat(), one.result.id),
        )
        said = {"student": name, "judged_on": moment.day.isoformat(), **found.document, **links(following)}
        return shown(session, [key], said)


@blueprint.get("/students/<path:student>/next")
@machine("students.read")
@blueprint.arguments(NextQuery, location="query", unknown=RAISE)
@blueprint.doc(responses=PROBLEM_RESPONSES)
@blueprint.response(200, NextTargetsSchema)
def get_next(query: dict[str, Any], student: str) -> Response:
    """What a student may take up next, in the order in which it makes sense, with ways to learn each; never by grade or
    age. What the student likes is the student's own and orders nothing here.
    """
    me = caller()
    with district_transaction(services().engine, me.district_id) as session:
        key, graph = find_one_student(session, student), _graph(session)
        found = next_targets(session, me.district_id, key, graph)
        name = student_names(session, me.district_id, [key])[key]
        some = found[: query["limit"]]
        keys = [graph.ids[one.target] for one in some]
        ways = ways_to(session, me.district_id, key, keys, services().clock())
        targets = [_next_document(one, graph, ways.get(graph.ids[one.target], ())) for one in some]
        return shown(session, [key] if targets else (), {"student": name, "total": len(found), "targets": targets})


@blueprint.get("/students/<path:student>/competencies")
@machine("students.read")
@blueprint.arguments(PageQuery, location="query", unknown=RAISE)
@blueprint.doc(responses=PROBLEM_RESPONSES)
@blueprint.response(200, CompetenciesSchema)
def get_competencies(query: dict[str, Any], student: str) -> Response:
    """Competencies of a student with what each lacks, and their courses with the printed grade beside."""
    after = place(query["after"], is_key)
    me = caller()
    with district_transaction(services().engine, me.district_id) as session:
        key, graph, moment = find_one_student(session, student), _graph(session), _moment(session)
        whole = rolled_up(session, me.district_id, graph, key, moment.now, moment.zone)
        by_key = {one.key: one for one in whole.competencies if after is None or one.key > after[0]}
        wanted = [by_key[one] for one in sorted(by_key)[: query["limit"] + 1]]
        some, following = cut(wanted, query["limit"], lambda one: (one.key,))
        named = may_name_school(session, me.district_id, key)
        grades = student_grades(session, me.district_id, whole.courses, moment.day) if named else {}
        courses = [
            {**course_document(one, graph), "grade": None if graded is None else grade_document(*graded)}
            for one in (whole.courses if named else ())
            for graded in [grades.get(one.of.section)]
        ]
        document = {
            "student": student_names(session, me.district_id, [key])[key],
            "as_of": moment.day.isoformat(),
            "courses": courses,
            "competencies": [competency_document(one, graph) for one in some],
            **links(following),
        }
        return shown(session, [key], document)


@blueprint.get("/students/<path:student>/policy")
@machine("students.read")
@blueprint.arguments(DayQuery, location="query", unknown=RAISE)
@blueprint.doc(responses=PROBLEM_RESPONSES)
@blueprint.response(200, PolicyInForceSchema)
def get_policy(query: dict[str, Any], student: str) -> Response:
    """Every parameter of the policy as it is in force for a student on a day, who said it, and what it overrode."""
    me = caller()
    with district_transaction(services().engine, me.district_id) as session:
        key, moment = find_one_student(session, student), _moment(session)
        day = query["on"] or moment.day
        found = in_force_for(session, me.district_id, key, day, moment.zone)
        named = may_name_school(session, me.district_id, key)
        document = policy_document(found, day, names_school=named)
        name = student_names(session, me.district_id, [key])[key]
        return shown(session, [key], {"student": name, **document})


def _next_document(one: Unlocked, graph: DistrictGraph, ways: Sequence[Pathway]) -> dict[str, Any]:
    return {
        **target_document(graph.ids[one.target], graph),
        "depth": one.depth,
        "hard_mastered": list(one.hard_mastered),
        "hard_waived": list(one.hard_waived),
        "soft_met": list(one.soft_met),
        "soft_open": list(one.soft_open),
        "inherited_from": list(one.inherited_from),
        "pathways": [asdict(way) for way in in_order(ways, Likes(), "en")],
    }


def _moment(session: Session) -> Moment:
    return Moment(services().clock(), context(session, caller().district_id).zone)


def _graph(session: Session) -> DistrictGraph:
    district_id = caller().district_id
    return services().intake.graphs.get(session, district_id, context(session, district_id).stamps.graph)


def find_one_student(session: Session, name: str) -> int:
    """The key of the student so named; a problem where there is none here, or several."""
    district_id = caller().district_id
    found = find_students(session, district_id, [name]).get(name, []) if is_text(name) else []
    if not found:
        raise ProblemError(404, "Not Found", f"There is no student {name!r} here.")
    if len(found) > 1:
        several = ", ".join(sorted(one.sourced_id for one in found))
        raise ProblemError(409, "Conflict", f"{name!r} means several students; give one sourcedId of {several}.")
    return found[0].id


def _target(reference: str, graph: DistrictGraph) -> int:
    """The key of the target so named; a problem where there is none here, or several."""
    meant = resolve_target(reference, graph.index)
    if isinstance(meant, Resolved):
        return graph.ids[meant.target]
    if isinstance(meant, Ambiguous):
        several = ", ".join(meant.candidates)
        raise ProblemError(409, "Conflict", f"{reference!r} means several targets; give one GUID of {several}.")
    raise ProblemError(404, "Not Found", f"There is no target {reference!r} here.")


def _evidence_place(word: str | None) -> tuple[datetime, datetime, int] | None:
    after = place(word, is_instant, is_instant, is_key)
    return (datetime.fromisoformat(after[0]), datetime.fromisoformat(after[1]), after[2]) if after else None


def is_instant(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
