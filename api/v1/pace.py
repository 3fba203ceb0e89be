"""`/api/v1/students/{student}/pace` and `/api/v1/sections/{section}/pace`: plans, and students beside them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import RAISE
from sqlalchemy.orm import Session

from api.actions.explain import Moment, target_document
from api.actions.pace import ClassPace, pace_of_class
from api.problems import ProblemError
from api.security.guards import caller, machine
from api.services import services
from api.v1.documents import PROBLEM_RESPONSES
from api.v1.pace_schemas import SectionPaceSchema, StudentPaceSchema
from api.v1.paging import PageQuery, cut, is_key, is_text, links, place
from api.v1.reading import shown
from api.v1.students import find_one_student
from mastery.pace.learners import Evaluated
from mastery.pace.own_calendar import own_calendar
from mastery.pace.projection import NotProjected
from mastery.pace.status import ManualStatus, Status
from models.graph_store import DistrictGraph
from models.queries_api import api_section, may_name_school, student_names, students_of_section
from models.queries_pace import by_hand_of, classes_of_student
from models.registry import context
from models.unit_of_work import district_transaction, one_snapshot

blueprint = Blueprint("pace", __name__, url_prefix="/api/v1", description="Plans of classes, and students beside them")


@blueprint.get("/students/<path:student>/pace")
@machine("students.read")
@blueprint.doc(responses=PROBLEM_RESPONSES)
@blueprint.response(200, StudentPaceSchema)
def get_student_pace(student: str) -> Response:
    """The plans of a student's classes: what is due when, where the student is, when all is likely done; as of now."""
    me, now = caller(), services().clock()
    with district_transaction(services().engine, me.district_id) as session:
        one_snapshot(session)
        key, graph = find_one_student(session, student), _graph(session)
        day = Moment(now, context(session, me.district_id).zone).day
        # which class a student is in tells where they are
        told = may_name_school(session, me.district_id, key)
        sections = classes_of_student(session, me.district_id, key, day) if told else ()
        name = student_names(session, me.district_id, [key])[key]
        found = [pace_of_class(session, me.district_id, section, now, [key]) for section in sections]
        documents = [_course(session, one, graph) for one in found if one is not None and one.students]
        return shown(session, [key], {"student": name, "sections": documents})


@blueprint.get("/sections/<path:section>/pace")
@machine("students.read")
@blueprint.arguments(PageQuery, location="query", unknown=RAISE)
@blueprint.doc(responses=PROBLEM_RESPONSES)
@blueprint.response(200, SectionPaceSchema)
def get_section_pace(query: dict[str, Any], section: str) -> Response:
    """Where the students of a class are beside its plan, by SIS id, as of now; without who is protected."""
    after = place(query["after"], is_text, is_key)
    me, now = caller(), services().clock()
    with district_transaction(services().engine, me.district_id) as session:
        one_snapshot(session)
        key = api_section(session, me.district_id, section) if is_text(section) else None
        if key is None:
            raise ProblemError(404, "Not Found", f"There is no section {section!r} here.")
        names = students_of_section(
            session, me.district_id, key, now, query["limit"] + 1, (after[0], after[1]) if after else None
        )
        some, following = cut(names, query["limit"], lambda one: (one[1], one[0]))
        found = pace_of_class(session, me.district_id, key, now, [one for one, _name in some])
        said = by_hand_of(session, me.district_id, key, [one for one, _name in some])
        graph, students = _graph(session), []
        if found is not None:
            of = {one.learner.student: one for one in found.students}
            students = [
                {"student": name, "pace": _pace(of[one], said, graph)} for one, name in some if one in of
            ]  # fmt: skip
        document = {
            "section": section,
            "plan_version": None if found is None else found.course.version,
            "starts_on": None if found is None else found.course.starts.isoformat(),
            "finishes_on": None if found is None else found.course.finishes.isoformat(),
            "students": students,
            **links(following if found is not None else None),
        }
        shows = [one for one, _name in some] if students else []
        return shown(session, shows, document)


def _graph(session: Session) -> DistrictGraph:
    district_id = caller().district_id
    return services().intake.graphs.get(session, district_id, context(session, district_id).stamps.graph)


def _course(session: Session, found: ClassPace, graph: DistrictGraph) -> dict[str, Any]:
    (one,) = found.students
    learner = one.learner
    own = own_calendar(found.calendar, min(learner.start, found.calendar.last), learner.pauses)
    said = by_hand_of(session, caller().district_id, found.section.section, [learner.student])
    targets = []
    for target in found.course.targets:
        key, due = target.dated.target, target.day_in(own)
        own_due = own.reached(learner.own_dues[key]) if key in learner.own_dues else due
        targets.append(
            {
                **target_document(key, graph),
                "weight": target.dated.weight,
                "priority": target.dated.priority,
                "fixed_by_law": target.dated.fixed_by_law,
                "due_on": _day(due),
                "own_due_on": _day(own_due),
                "done": learner.done_on(key) is not None,
            }
        )
    return {
        "section": found.section.sourced_id,
        "plan_version": found.course.version,
        "pace": _pace(one, said, graph),
        "targets": targets,
    }


def _pace(one: Evaluated, said: Mapping[int, ManualStatus], graph: DistrictGraph) -> dict[str, Any]:
    pace, by_hand, weeks = one.pace, said.get(one.learner.student), one.weeks
    none = NotProjected.DONE if pace.status is Status.COMPLETE else NotProjected.NOT_ENOUGH_WORK
    return {
        "as_of": pace.day.isoformat(),
        "status": pace.status,
        "by_hand": None if by_hand is None else by_hand.status,
        "behind_since": _day(pace.carried.behind_since),
        "gap": pace.gap,
        "plan_gap": pace.plan_gap,
        "elapsed": one.elapsed,
        "done": pace.done,
        "total": one.total,
        "late": [graph.guids[target] for target in pace.late],
        "finish": None if weeks is None else {
            "earliest": _day(weeks.earliest), "middle": _day(weeks.middle), "latest": _day(weeks.latest)
        },
        "no_finish": none if weeks is None else None,
    }  # fmt: skip


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
