"""The printed grades of a term, class by class, for the files that a student information system takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.actions.rolled_up import eras_until, rolled_up_class
from api.interop.oneroster_grades import GradedClass, GradedTerm
from mastery.audit import Act
from mastery.grading import SignedRule, grade, rule_on
from mastery.links import LinkError
from mastery.rollup import Whole
from models.audit import SYSTEM, record
from models.grade_rules import grade_rules_of
from models.graph_store import DistrictGraph
from models.queries_rollup import TermClass, classes_of_term, find_terms


def term_grades(
    session: Session, district_id: int, graph: DistrictGraph, name: str, now: datetime, zone: ZoneInfo
) -> GradedTerm:
    """The grades of a term, by its sourcedId or title, as of its last day, or of today while it runs; put on record.

    The rule is that of the day, and so are the competencies that a course needs: what is signed for a later day changes
    nothing. A class without a rule, or of a course that needs nothing, has no grades. Raises LinkError for a term that
    is not there, has not begun or has no days. The caller commits.
    """
    found = find_terms(session, district_id, name)
    if len(found) != 1:
        raise LinkError("term", f"{name!r} means {'several terms: give the sourcedId' if found else 'no term'}")
    term, today = found[0], now.astimezone(zone).date()
    if term.begins_on is None or term.ends_on is None or term.begins_on > today:
        raise LinkError("term", f"{term.title} has not begun, or the roster does not say when")
    day = min(term.ends_on, today)
    signed = [one.signed for one in grade_rules_of(session, district_id)]
    needed = eras_until(session, district_id, graph, day)[-1].courses
    classes = [
        (one, rule)
        for one in classes_of_term(session, district_id, term.sourced_id, list(needed), day)
        for rule in [rule_on(signed, one.of.school, one.of.course, day)]
        if rule is not None
    ]
    students = {key for one, _ in classes for key, _ in one.students}
    _era, wholes = rolled_up_class(session, district_id, graph, students, day, zone)
    graded = [_graded(one, rule, len(needed[one.of.course]), wholes) for one, rule in classes]
    detail = {"what": "grades", "term": term.sourced_id, "day": day.isoformat()}
    record(session, district_id, SYSTEM, Act.EXPORT, now, students, detail=detail)
    return GradedTerm(term.sourced_id, term.begins_on, term.ends_on, day, graded)


def _graded(one: TermClass, signed: SignedRule, required: int, wholes: Mapping[int, Whole]) -> GradedClass:
    assert signed.rule is not None  # else it is not in force
    rule, course = signed.rule, one.of.course
    grades = [(sourced_id, grade(rule, wholes[key].courses[course], required)) for key, sourced_id in one.students]
    return GradedClass(one.sourced_id, one.school_sourced_id, signed, grades)
