"""Grades that schools still print: signing a rule, and the grades of a class and a student by the rule of a day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.actions.curriculum import signer
from api.actions.desk import Desk
from api.actions.links import NotYoursError
from api.actions.rolled_up import CourseLine, rolled_up_class
from mastery.grading import AskedRule, Grade, GradeLevel, Rule, SignedRule, check_asked, grade, rule_on
from mastery.links import LinkError
from mastery.offices import Affair
from models.grade_rules import grade_rules_of, put_rule
from models.graph_store import DistrictGraph
from models.queries_rollup import CourseClass, known_courses
from models.roster import School


@dataclass(frozen=True, slots=True)
class ClassGrades:
    """The grades of a class on a day by student: by the `rule` in force, and by one that is tried.

    `required` are the competencies of its course. Without any, or without a rule, there are no grades.
    """

    rule: SignedRule | None
    required: Sequence[int]
    in_force: Mapping[int, Grade]
    tried: Mapping[int, Grade]


def sign_rule(
    session: Session, desk: Desk, asked: AskedRule, now: datetime, today: date, by: str | None = None
) -> int:  # fmt: skip
    """Let mastery be printed by a rule from a day on; its number.

    A principal signs for their school, who leads the district for all of it and for courses. Raises NotYoursError, or
    LinkError for what can not be signed so. The caller commits.
    """
    where = desk.remit(Affair.GRADES, now)
    if not (where.covers_school(asked.school) if asked.level is GradeLevel.SCHOOL else where.district):
        raise NotYoursError
    check_asked(asked, today)
    if asked.school is not None and session.get(School, (desk.district, asked.school)) is None:
        raise LinkError("place", "there is no such school")
    if asked.course is not None and asked.course not in known_courses(session, desk.district):
        raise LinkError("place", f"no class of the roster is of the course {asked.course!r}")
    return put_rule(session, desk.district, asked, signer(session, desk, by), now, desk.by)


def class_grades(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    of: CourseClass,
    students: Collection[int],
    day: date,
    zone: ZoneInfo,
    tried: Rule | None = None,
) -> ClassGrades:
    """What a class has by the end of a day, by the rule of that day, and by one that is tried; four statements."""
    signed = [one.signed for one in grade_rules_of(session, district_id)]
    found = rule_on(signed, of.school, of.course, day)
    era, wholes = rolled_up_class(session, district_id, graph, students, day, zone)
    required = [int(key) for key in era.courses.get(of.course, ())]
    stood = {one: all_of.courses[of.course] for one, all_of in wholes.items()} if required else {}
    rule = found.rule if found else None

    def by(some: Rule | None) -> Mapping[int, Grade]:
        return {one: grade(some, rolled, len(required)) for one, rolled in stood.items()} if some else {}

    return ClassGrades(found, required, by(rule), by(tried))


def student_grades(
    session: Session, district_id: int, courses: Sequence[CourseLine], day: date
) -> Mapping[int, tuple[SignedRule, Grade]]:
    """By class the grade of each course of a student for which a rule is in force, with the rule; one statement."""
    signed = [one.signed for one in grade_rules_of(session, district_id)] if courses else []
    found = {}
    for line in courses:
        one = rule_on(signed, line.of.school, line.of.course, day)
        if one is not None and one.rule is not None:
            found[line.of.section] = one, grade(one.rule, line.rolled, len(line.required))
    return found


def grade_document(rule: SignedRule, found: Grade) -> dict[str, Any]:
    """A grade as JSON, with the parts it is made of."""
    assert rule.rule is not None
    return {
        "grade": found.mark or None,
        "score": None if found.score is None else float(found.score),
        "status": found.status,
        "measure": rule.rule.measure,
        "mastered": found.mastered,
        "owed": found.owed,
        "level": found.level,
        "rule": rule.number,
        "rule_level": rule.level,
        "since": rule.since.isoformat(),
        "legal_basis": rule.basis,
    }
