"""Competencies and courses of a student: what is mastered, what each lacks, and the printed grade beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from api.actions.grades import student_grades
from api.actions.policy_records import policy_for
from api.actions.rolled_up import CompetencyLine, CourseLine, StudentWhole, rolled_up
from api.pages import grade_words
from api.pages.blueprint import PAGE_SIZE, Visit, about_student, last_page, page_number, pages
from api.pages.my_path import path_url
from api.pages.texts import Said, graph_of, statement
from api.pages.words import STATES, Look, figure
from mastery.access_questions import What
from mastery.body.words import State
from mastery.grading import Grade, SignedRule
from mastery.links import OUTSIDERS
from mastery.rollup import Rolled, Standing
from models.graph_store import DistrictGraph
from models.queries_student import student_head

_NOT_BEGUN = STATES[State.NOT_STARTED]
LOOKS: Mapping[Standing, Look] = {
    Standing.MASTERED: Look("✔", _l("Mastered"), "mastered"),
    Standing.PROVISIONAL: Look("✓", _l("Mastered, waits for confirmation"), "nearly"),
    Standing.OPEN: Look("◐", _l("In progress"), "progress"),
    Standing.LIFTED: Look("–", _l("Not owed"), "closed"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """A target that a competency lacks, with the look of where the student is on it."""

    key: int
    said: Said
    look: Look


@dataclass(frozen=True, slots=True)
class CompetencyCard:
    """A competency: what it says, where the student stands on it, and what it lacks.

    `any_of` are enough as many as `enough`; `waiting` are done but for a teacher's confirmation.
    """

    key: int
    code: str | None
    said: Said
    look: Look
    level: float | None
    missing: Sequence[Target]
    any_of: Sequence[Target]
    enough: int
    waiting: Sequence[Target]
    lifted: int


@dataclass(frozen=True, slots=True)
class CourseCard:
    """A course by the title of its class: where the student stands on it, and the printed grade where there is one."""

    title: str
    look: Look
    sentence: str
    missing: Sequence[Said]
    grade: str | None
    because: str | None
    origin: str | None


@pages.get("/students/<int:student_id>/competencies")
@about_student(What.STANDING)
def competencies(visit: Visit, student_id: int) -> ResponseReturnValue:
    """One student's courses and competencies, for the student, the family and who teaches."""
    graph, page = graph_of(visit), page_number()
    found = rolled_up(visit.session, visit.district_id, graph, student_id, visit.now, visit.zone)
    academic = [one for one in found.competencies if not one.apart]
    last = last_page(page, len(academic))
    shown = academic[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    # which classes a student is in is for the family and who works here
    courses = [] if visit.access.roles <= OUTSIDERS else found.courses
    grades = student_grades(visit.session, visit.district_id, courses, visit.today)
    return render_template(
        "competencies.html",
        visit=visit,
        head=student_head(visit.session, visit.district_id, student_id, visit.name_use),
        courses=[_course(one, graph, grades.get(one.of.section)) for one in courses],
        cards=[_card(one, found, graph) for one in shown],
        apart=[_card(one, found, graph) for one in found.competencies if one.apart],
        apart_targets=[_target(key, found, graph) for key in found.apart],
        too_many=_too_many(visit, student_id, found),
        explains=visit.explains,
        own=visit.viewer.person == student_id,
        path_url=path_url(visit, student_id),
        page=page,
        last_page=last,
    )


def _too_many(visit: Visit, student_id: int, found: StudentWhole) -> Sequence[str]:
    """Where a student is at work on more at once than is good, by subject: advice, and nothing goes by it (S16)."""
    policy = policy_for(visit.session, visit.district_id, student_id, visit.today, visit.zone)
    return [
        _(
            "%(subject)s: at work on %(number)s targets at once. Up to %(limit)s at a time is a good measure."
            " This is advice only.",
            subject=subject,
            number=number,
            limit=policy.pace_wip_limit,
        )
        for subject, number in sorted(found.at_work.items())
        if number > policy.pace_wip_limit
    ]


def _course(line: CourseLine, graph: DistrictGraph, graded: tuple[SignedRule, Grade] | None) -> CourseCard:
    rolled = line.rolled
    rule, found = graded if graded is not None else (None, None)
    told: dict[str, Any] = {"grade": None, "because": None, "origin": None}
    if rule is not None and rule.rule is not None and found is not None:
        told = {
            "grade": grade_words.mark(found),
            "because": grade_words.because(rule.rule, found),
            "origin": grade_words.origin(rule),
        }
    return CourseCard(
        line.of.title,
        LOOKS[rolled.standing],
        _sentence(rolled, len(line.required)),
        [statement(graph, int(key)) for key in rolled.missing],
        **told,
    )


def _sentence(rolled: Rolled, required: int) -> str:
    owed = required - len(rolled.lifted)
    if rolled.standing is Standing.LIFTED:
        return _("Nothing of this course is owed.")
    if rolled.standing is Standing.MASTERED and rolled.level is not None:
        return _("All is mastered. Summary level: %(level)s of 4.", level=figure(rolled.level))
    return ngettext(
        "%(mastered)s of %(num)d competency is mastered.",
        "%(mastered)s of %(num)d competencies are mastered.",
        owed,
        mastered=owed - len(rolled.missing),
    )


def _card(line: CompetencyLine, found: StudentWhole, graph: DistrictGraph) -> CompetencyCard:
    rolled = line.rolled
    waiting = set(rolled.unconfirmed)

    def targets(keys: Sequence[Any]) -> list[Target]:
        return [_target(int(key), found, graph) for key in keys if key not in waiting]

    return CompetencyCard(
        line.key,
        graph.node(line.key).code,
        statement(graph, line.key),
        LOOKS[rolled.standing],
        rolled.level,
        targets(rolled.missing),
        targets(rolled.supporting) if rolled.supporting_needed else [],
        rolled.supporting_needed,
        [_target(int(key), found, graph) for key in rolled.unconfirmed],
        len(rolled.lifted),
    )


def _target(key: int, found: StudentWhole, graph: DistrictGraph) -> Target:
    on = found.known.get(key)
    return Target(key, statement(graph, key), STATES[on.state] if on else _NOT_BEGUN)
