"""`/api/v1/windows` and a student's tests: when a program's own tests are given, registering and withdrawing."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions import seats
from api.actions.seats import Actor, SeatError
from api.actions.situation import Situation
from api.problems import ProblemError
from api.security.guards import caller, machine
from api.services import services
from api.v1.documents import PROBLEM_RESPONSES
from api.v1.paging import LinksSchema, PageQuery, conditional, cut, is_key, is_text, links, place
from api.v1.reading import shown
from api.v1.students import find_one_student
from models.assessment import Assessment
from models.graph_store import DistrictGraph
from models.queries_api import may_name_school, student_names
from models.queries_windows import WindowLine, seats_in, windows_after
from models.registry import context
from models.unit_of_work import district_transaction, one_snapshot

blueprint = Blueprint("tests", __name__, url_prefix="/api/v1", description="Windows of tests, and seats in them")


class WindowSchema(Schema):
    """A window of a test at a school. Instants are in UTC; the end does not belong to it."""

    window = fields.String(required=True, metadata={"description": "key of the window"})
    assessment = fields.String(required=True, metadata={"description": "the caller's own id of the assessment"})
    school = fields.String(required=True, metadata={"description": "name of the school"})
    time_zone = fields.String(required=True)
    administration = fields.String(required=True, metadata={"description": "the same where tries count together"})
    opens_at = fields.String(required=True)
    closes_at = fields.String(required=True)
    register_by = fields.String(required=True, allow_none=True)
    capacity = fields.Integer(required=True, allow_none=True, metadata={"description": "null: for all"})
    taken = fields.Integer(required=True)
    makeup = fields.List(fields.String(), required=True)
    blackout = fields.List(fields.String(), required=True)


class WindowsSchema(LinksSchema):
    """A page of windows."""

    windows = fields.List(fields.Nested(WindowSchema), required=True)


class TestSchema(Schema):
    """Where a student is with a test."""

    __test__ = False

    student = fields.String(required=True)
    assessment = fields.String(required=True)
    state = fields.String(
        required=True,
        metadata={"description": "none, waiting, or registered (missed: registered, for a makeup day)"},
    )
    window = fields.String(required=True, allow_none=True)
    waits_for = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "why a request has, or would have, no seat; a rule where it is refused"},
    )
    first = fields.List(fields.String(), required=True, metadata={"description": "what comes before another try"})
    ready = fields.Boolean(required=True, allow_none=True, metadata={"description": "null: no blueprint says"})
    share = fields.Float(required=True, allow_none=True)
    tries = fields.Integer(required=True)


@blueprint.get("/windows")
@machine("tests.write")
@blueprint.arguments(PageQuery, location="query", unknown=RAISE)
@blueprint.doc(responses=PROBLEM_RESPONSES)
@blueprint.response(200, WindowsSchema)
def get_windows(query: dict[str, Any]) -> Response:
    """The windows of the caller's own assessments that have not closed, by key."""
    after = place(query["after"], is_key)
    me, now = caller(), services().clock()
    with district_transaction(services().engine, me.district_id) as session:
        found = windows_after(
            session, me.district_id, me.client_pk, now, query["limit"] + 1, after[0] if after else None
        )  # fmt: skip
        some, following = cut(found, query["limit"], lambda one: (one[0].key,))
        taken = seats_in(session, me.district_id, {line.assessment for line, _name in some}) if some else {}
        windows = [_window(line, name, len(taken.get(line.key, ()))) for line, name in some]
    return conditional({"windows": windows, **links(following)})


@blueprint.get("/students/<path:student>/tests/<string:assessment_id>")
@machine("tests.write")
@blueprint.doc(responses=PROBLEM_RESPONSES)
@blueprint.response(200, TestSchema)
def get_test(student: str, assessment_id: str) -> Response:
    """Where a student is with one of the caller's own tests, and what a request would come to."""
    with district_transaction(services().engine, caller().district_id) as session:
        one_snapshot(session)
        key, found = _found(session, student, assessment_id)
        return shown(session, [key], _document(session, key, assessment_id, found))


@blueprint.put("/students/<path:student>/tests/<string:assessment_id>")
@machine("tests.write")
@blueprint.doc(responses=PROBLEM_RESPONSES)
@blueprint.response(200, TestSchema)
def put_test(student: str, assessment_id: str) -> Response:
    """Ask for a test for a student: a seat in the next window, or the request waits. Again changes nothing.

    Where a rule refuses it the state stays as it was, and `waits_for` names the rule.
    """
    me, now = caller(), services().clock()
    with district_transaction(services().engine, me.district_id) as session:
        key, found = _found(session, student, assessment_id)
        if found.seat is None:
            # what is refused is told by the answer, as all that keeps a student from a seat
            with suppress(SeatError):
                seats.request(session, me.district_id, _graph(session), _actor(), key, found.assessment, now)
            session.commit()  # that a rule stopped somebody is counted, too
    return _now(student, assessment_id)


@blueprint.delete("/students/<path:student>/tests/<string:assessment_id>")
@machine("tests.write")
@blueprint.doc(responses=PROBLEM_RESPONSES)
@blueprint.response(200, TestSchema)
def delete_test(student: str, assessment_id: str) -> Response:
    """Withdraw a student from a test; the seat goes to who waits. Again changes nothing."""
    me, now = caller(), services().clock()
    with district_transaction(services().engine, me.district_id) as session:
        key, found = _found(session, student, assessment_id)
        if found.seat is not None or found.held.waits:
            graph = _graph(session)
            seats.withdraw(session, me.district_id, graph, _actor(), key, found.assessment, now)
            seats.place_waiting(session, me.district_id, graph, now, [found.assessment])
            session.commit()
    return _now(student, assessment_id)


def _now(student: str, assessment_id: str) -> Response:
    with district_transaction(services().engine, caller().district_id) as session:
        key, found = _found(session, student, assessment_id)
        return jsonify(_document(session, key, assessment_id, found))


def _actor() -> Actor:
    return Actor(frozenset(), client=caller())


def _graph(session: Session) -> DistrictGraph:
    district_id = caller().district_id
    return services().intake.graphs.get(session, district_id, context(session, district_id).stamps.graph)


def _found(session: Session, student: str, assessment_id: str) -> tuple[int, Situation]:
    """The student and their situation; a problem where there is no such student, or the test is not the caller's."""
    me = caller()
    key = find_one_student(session, student)
    test = is_text(assessment_id) and session.scalar(
        select(Assessment.id).where(
            Assessment.district_id == me.district_id,
            Assessment.client_pk == me.client_pk,
            Assessment.name == assessment_id,
        )
    )
    if not test:
        raise ProblemError(404, "Not Found", f"You have registered no assessment {assessment_id!r}.")
    graph = _graph(session)
    return key, seats.situation_of(session, me.district_id, graph, key, test, services().clock())


def _document(session: Session, key: int, assessment_id: str, found: Situation) -> dict[str, Any]:
    district_id = caller().district_id
    placed, seat, readiness = found.placed(), found.seat, found.readiness
    state = "waiting" if found.held.waits else "none"
    if seat is not None:
        state = "missed" if found.held.missed else "registered"
    # of a student who is protected nothing says at which school they are
    named = seat is not None and may_name_school(session, district_id, key)
    return {
        "student": student_names(session, district_id, [key])[key],
        "assessment": assessment_id,
        "state": state,
        "window": str(seat.key) if named and seat is not None else None,
        "waits_for": None if seat is not None else (placed.refused_by or placed.waits),
        "first": [str(one) for one in placed.first],
        "ready": None if readiness is None else readiness.ready,
        "share": None if readiness is None else readiness.share,
        "tries": sum(one.void is None for one in found.tries),
    }


def _window(line: WindowLine, name: str, taken: int) -> dict[str, Any]:
    window = line.window
    return {
        "window": str(line.key),
        "assessment": name,
        "school": line.school_name,
        "time_zone": window.zone.key,
        "administration": window.administration,
        "opens_at": window.opens_at.isoformat(),
        "closes_at": window.closes_at.isoformat(),
        "register_by": None if window.register_by is None else window.register_by.isoformat(),
        "capacity": window.capacity,
        "taken": taken,
        "makeup": [day.isoformat() for day in sorted(window.makeup)],
        "blackout": [day.isoformat() for day in sorted(window.blackout)],
    }
