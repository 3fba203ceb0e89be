"""What the page of a student's pace shows to whom: to who reads dates alone nothing but dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask_babel import gettext as _

from api.actions.course_plans import LONGEST_REASON
from api.actions.pace import ClassPace, pace_of_class
from api.pages import pace_words, words
from api.pages.blueprint import Visit
from api.pages.pace_picture import PacePicture, lay_out
from api.pages.texts import Said, statement
from mastery.access import works_here
from mastery.access_questions import Section, What, plans_class
from mastery.pace.burn_up import Sample, burn_up, sample_days
from mastery.pace.learners import Evaluated
from mastery.pace.own_calendar import own_calendar
from mastery.pace.status import ManualStatus, Status, shown
from mastery.pace.told import LearningPlanDue, learning_plan, word
from models.graph_store import DistrictGraph
from models.queries_pace import OwnLine, PauseLine, by_hand_of, classes_of_student, own_lines, pauses_of
from models.queries_student import StudentHead


@dataclass(frozen=True, slots=True)
class DueLine:
    """A target of the plan: when it is due by the teacher's dates and by the own ones, None where that is after the
    calendar; `asked` is False for what nobody asks of the student.
    """

    key: int
    code: str
    said: Said
    day: date | None
    own: date | None
    done: bool
    asked: bool
    late: bool


@dataclass(frozen=True, slots=True)
class EarlierLine:
    """A change of the own dates; `reason` is None where it is not the reader's to know, and so is who set them."""

    on: date
    reason: str | None
    multiplier: float | None
    test_multiplier: float | None


@dataclass(frozen=True, slots=True)
class CourseView:
    """A class of the student. `look` is None for who reads dates alone, and all about pace with it."""

    section: int
    title: str
    starts: date
    finishes: date
    last: date
    dues: Sequence[DueLine]
    earlier: Sequence[EarlierLine]
    look: words.Look | None = None
    by_hand: ManualStatus | None = None
    sentence: str = ""
    finish: str = ""
    ranged: bool = False
    picture: PacePicture | None = None
    samples: Sequence[Sample] = ()
    has_own: bool = False
    learning_plan: LearningPlanDue | None = None
    may_say: bool = False


@dataclass(slots=True)
class StudentPaceView:
    """All that is shown; `mine`: by the student themselves, by family (False), by staff (None)."""

    student_id: int
    mine: bool | None
    courses: Sequence[CourseView]
    pauses: Sequence[PauseLine]
    reasons: bool
    may_plan: bool
    may_extend: bool
    may_answer: bool
    today: str
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None
    longest: int = LONGEST_REASON


def student_pace_view(visit: Visit, graph: DistrictGraph, head: StudentHead) -> StudentPaceView:
    """The page of the student whom it is about."""
    found = [
        one
        for section in classes_of_student(visit.session, visit.district_id, head.id, visit.today)
        if (one := pace_of_class(visit.session, visit.district_id, section, visit.now, [head.id])) and one.students
    ]
    staff = works_here(visit.access.roles)
    own = visit.viewer.person == head.id
    # accommodations, and with them why somebody rests: for staff who read them
    reasons = staff and visit.access_to(What.PROGRAMMES).whole
    whole = visit.access_to(What.PACE).whole
    if whole:
        visit.showing(What.PACE)
    if reasons:
        visit.showing(What.PROGRAMMES)
    pauses = pauses_of(visit.session, visit.district_id, [head.id]).get(head.id, [])
    return StudentPaceView(
        head.id,
        True if own else None if staff else False,
        [_course(visit, graph, one, whole, reasons) for one in found],
        pauses if whole else [],
        reasons,
        whole and visit.access_to(What.PLAN).whole,
        whole and visit.access_to(What.KEEP_PROGRAMMES).whole,
        whole and visit.access_to(What.ANSWER_FOR_PACE).whole,
        visit.today.isoformat(),
    )


def _course(visit: Visit, graph: DistrictGraph, found: ClassPace, whole: bool, reasons: bool) -> CourseView:
    (one,) = found.students
    student = one.learner.student
    section = found.section.section
    lines = own_lines(visit.session, visit.district_id, section, [student]).get(student, [])
    dues = _dues(graph, found, one, tell=whole)
    earlier = [_earlier(line, reasons, whole) for line in reversed(lines)]
    course = found.course
    if not whole:
        return CourseView(
            section, found.section.title, one.learner.start, course.finishes, found.calendar.last, dues, earlier
        )
    by_hand = by_hand_of(visit.session, visit.district_id, section, [student]).get(student)
    told = shown(one.pace, by_hand)
    staff = works_here(visit.access.roles)
    look = pace_words.STATUSES[told] if staff else pace_words.WORDS[word(told)]
    days = sample_days(course.starts, course.finishes, found.day)
    samples = burn_up([one], course.targets, found.calendar, days)
    own = own_calendar(found.calendar, min(one.learner.start, found.calendar.last), one.learner.pauses)
    changed = lines[-1].on if lines else None
    known, since = found.day >= own.first, one.pace.carried.behind_since
    return CourseView(
        section,
        found.section.title,
        one.learner.start,
        course.finishes,
        found.calendar.last,
        dues,
        earlier,
        look,
        by_hand if by_hand is not None and told is by_hand.status else None,
        _sentence(one, found.day, samples),
        pace_words.finish_words(one, found.calendar.last),
        one.weeks is not None,
        lay_out(samples, found.day, own_dates=bool(lines)),
        samples,
        bool(lines),
        learning_plan(since, changed, found.day, own, found.policy) if staff and known else None,
        plans_class(visit.viewer, Section(visit.district_id, section, found.section.school)),
    )


def _sentence(one: Evaluated, day: date, samples: Sequence[Sample]) -> str:
    """How much is done and was planned, and how far that is from it; nothing of anybody else."""
    today = next((sample for sample in samples if sample.day == day), None)
    if today is None or today.done is None or one.pace.status is Status.TOO_EARLY:
        return ""
    done, planned = words.percent(today.done), words.percent(today.planned)
    text = _("%(done)s is mastered, %(planned)s was planned by today.", done=done, planned=planned)
    if one.pace.status in (Status.COMPLETE, Status.PAUSED):
        return text
    beside = _("Beside the teacher’s dates: %(gap)s.", gap=pace_words.gap_words(one.pace.gap))
    if not one.learner.own_dues:
        return f"{text} {beside}"
    own = _("Beside the own dates: %(gap)s.", gap=pace_words.gap_words(one.pace.plan_gap))
    return f"{text} {beside} {own}"


def _dues(graph: DistrictGraph, found: ClassPace, one: Evaluated, *, tell: bool) -> list[DueLine]:
    learner = one.learner
    own = own_calendar(found.calendar, min(learner.start, found.calendar.last), learner.pauses)
    lines = []
    for target in found.course.targets:
        key = target.dated.target
        due = learner.own_dues.get(key)
        node = graph.node(key)
        lines.append(
            DueLine(
                key,
                node.code or node.guid,
                statement(graph, key),
                target.day_in(own),
                None if due is None else own.reached(due),
                tell and learner.done_on(key) is not None,
                learner.asks(key),
                tell and key in one.pace.late,
            )
        )
    return lines


def _earlier(line: OwnLine, reasons: bool, whole: bool) -> EarlierLine:
    if line.private and not reasons:
        return EarlierLine(line.on, None, None, None)
    return EarlierLine(line.on, line.reason if whole else None, line.multiplier, line.test_multiplier)
