"""How far along a class is: one sentence, a picture with its fan, and its students, who is farthest behind first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions.pace import ClassPace, pace_of_class
from api.pages import pace_words, words
from api.pages.blueprint import Visit, last_page, page_number, pages, staff_only
from api.pages.grid import STUDENTS
from api.pages.pace_picture import PacePicture, lay_out
from mastery.access_questions import Section, What, plans_class
from mastery.pace.burn_up import Sample, burn_up, sample_days
from mastery.pace.learners import Evaluated
from mastery.pace.status import ManualStatus, Status, shown
from models.queries_calendars import calendar_of
from models.queries_grid import list_classes, students_of_class
from models.queries_pace import Course, by_hand_of, class_of
from models.queries_people import StudentName, held_to
from models.queries_today import SectionRow


@dataclass(frozen=True, slots=True)
class StudentLine:
    """A student of the class; `by_hand` is why the teacher says another word than the `computed` one."""

    student: int
    name: str
    look: words.Look
    by_hand: str | None
    computed: str
    gap: str
    late: int
    finish: str


@dataclass(frozen=True, slots=True)
class ClassView:
    """All that is shown, `lines` of one page of students; `unsaid` is of how many there is not enough work yet."""

    course: Course
    day: date
    sentence: str
    picture: PacePicture | None
    samples: Sequence[Sample]
    unsaid: int
    lines: Sequence[StudentLine]


@pages.get("/classes/<int:section_id>/pace")
@staff_only
def class_pace(visit: Visit, section_id: int) -> ResponseReturnValue:
    """Where the class is beside its plan, for whoever teaches it or administers its school."""
    section = opened_class(visit, section_id)
    students = _wholly_open(visit, students_of_class(visit.session, visit.viewer, section_id, What.PACE))
    found = pace_of_class(visit.session, visit.district_id, section_id, visit.now, [one.id for one in students])
    if found is not None:
        visit.seen.update(one.id for one in students)
    page = page_number()
    here = class_of(visit.session, visit.district_id, section_id)
    school = None if here is None else here.school
    on_file = school is not None and calendar_of(visit.session, visit.district_id, school) is not None
    return render_template(
        "class_pace.html",
        visit=visit,
        section=section,
        view=None if found is None else _view(visit, found, students, page),
        page=page,
        last_page=last_page(page, 0 if found is None else len(found.students), STUDENTS),
        calendar=on_file,
        plans=plans_class(visit.viewer, Section(visit.district_id, section_id, school)),
        pace=pace_words,
    )


def _wholly_open(visit: Visit, students: Sequence[StudentName]) -> Sequence[StudentName]:
    """Those of whom the person may see all targets: pace is of the plan as a whole."""
    held = held_to(visit.session, visit.viewer, What.PACE, [one.id for one in students])
    return [one for one in students if one.id not in held]


def opened_class(visit: Visit, section_id: int) -> SectionRow:
    """The class, where the person may open it; for others it does not exist."""
    found, _total = list_classes(visit.session, visit.viewer, 1, 0, section_id)
    return found[0] if found else abort(404)


def _view(visit: Visit, found: ClassPace, students: Sequence[StudentName], page: int) -> ClassView:
    names = {one.id: one for one in students}
    said = by_hand_of(visit.session, visit.district_id, found.section.section, list(names))
    days = sample_days(found.course.starts, found.course.finishes, found.day)
    samples = burn_up(found.students, found.course.targets, found.calendar, days)
    ordered = sorted(
        found.students, key=lambda one: (-one.pace.gap, names[one.learner.student].sort_name, one.learner.student)
    )
    return ClassView(
        found.course,
        found.day,
        _sentence(found, samples, said),
        lay_out(samples, found.day),
        samples,
        sum(one.finish is None and one.pace.status is not Status.COMPLETE for one in found.students),
        [
            _line(one, names[one.learner.student].name, said, found)
            for one in ordered[(page - 1) * STUDENTS : page * STUDENTS]
        ],
    )


def _line(one: Evaluated, name: str, said: Mapping[int, ManualStatus], found: ClassPace) -> StudentLine:
    by_hand = said.get(one.learner.student)
    told = shown(one.pace, by_hand)
    counts = by_hand is not None and told is by_hand.status
    return StudentLine(
        one.learner.student,
        name,
        pace_words.STATUSES[told],
        by_hand.reason if by_hand is not None and counts else None,
        str(pace_words.STATUSES[one.pace.status].word),
        pace_words.gap_words(one.pace.gap),
        len(one.pace.late),
        pace_words.finish_words(one, found.calendar.last),
    )


def _sentence(found: ClassPace, samples: Sequence[Sample], said: Mapping[int, ManualStatus]) -> str:
    today = next((one for one in samples if one.day == found.day), None)
    where = ", ".join(
        pace_words.counted([shown(one.pace, said.get(one.learner.student)) for one in found.students])
    )  # fmt: skip
    if today is None or today.done is None:
        return where
    done, planned = words.percent(today.done), words.percent(today.planned)
    return _(
        "%(done)s of the plan is mastered, %(planned)s was planned by today: %(where)s.",
        done=done,
        planned=planned,
        where=where,
    )
