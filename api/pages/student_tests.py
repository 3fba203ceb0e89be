"""The tests of a student: how and when to try, asking for one, and what the teacher does about it; who has asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions import seats
from api.actions.explain import Moment
from api.actions.seats import Actor, SeatError
from api.actions.situation import Situation, situations
from api.pages import test_words, words
from api.pages.blueprint import (
    PAGE_SIZE,
    REFUSED,
    Visit,
    about_student,
    last_page,
    page_number,
    pages,
    staff_only,
)
from api.pages.my_path import path_url
from api.pages.texts import Said, graph_of, statement
from api.pages.whole_numbers import number_of
from mastery.access_questions import What
from mastery.reassessment.seats import Wait
from mastery.reassessment.steps import BEFORE, By, Step
from mastery.reassessment.words import Rule, Try
from models.graph_store import DistrictGraph
from models.queries_registry import AskedLine, asked_by, is_test_of, tests_of_student
from models.queries_student import student_head
from models.queries_windows import WindowLine
from models.state_results import state_results_of

_PAGE = 20


@dataclass(frozen=True, slots=True)
class Gap:
    """A target of the test that is not ready, and what it lacks."""

    statement: Said
    lacks: Sequence[str]


@dataclass(frozen=True, slots=True)
class TestCard:
    """One test: where the student is with it, what is missing, and what the reader may do about it."""

    __test__ = False

    found: Situation
    standing: str
    gaps: Sequence[Gap]
    first: Sequence[tuple[str, str]]
    rules: Sequence[str]
    results: Sequence[Try]
    windows: Sequence[WindowLine]
    level: str | None
    may: Mapping[str, bool]


@pages.get("/students/<int:student_id>/tests")
@about_student(What.STANDING)
def student_tests(visit: Visit, student_id: int) -> ResponseReturnValue:
    """How and when a student may take each test, and try again."""
    return _page(visit, student_id)


@pages.post("/students/<int:student_id>/tests/<int:assessment_id>")
@about_student(What.STANDING)
def act_on_test(visit: Visit, student_id: int, assessment_id: int) -> ResponseReturnValue:
    """Take a step about a test of the student: ask, give back, do what comes first, override, declare void."""
    session, district, now = visit.session, visit.district_id, visit.now
    schools = visit.subject.schools
    actor = seats.actor_of(session, visit.viewer, student_id, now)
    if not actor.roles or not is_test_of(session, district, student_id, schools, assessment_id):
        abort(404)
    graph, asked, reason = graph_of(visit), request.form.get("do", ""), request.form.get("reason", "")
    about = (session, district, graph, actor, student_id, assessment_id, now)

    def ask(override: str | None = None) -> str:
        placed = seats.request(*about, override=override)
        return _("There is a seat.") if placed.window is not None else _("Asked. It is kept, and waits.")

    def withdraw() -> str:
        seats.withdraw(*about)
        seats.place_waiting(session, district, graph, now, [assessment_id])
        return _("Taken back.")

    def miss() -> str:
        seats.missed(*about)
        return _("Kept. A makeup day of the window is open to the student.")

    def void() -> str:
        seats.declare_void(*about, reason, number_of(request.form.get("result")))
        return _("Declared void. It uses up no try.")

    def before() -> str:
        seats.do_before(*about, Step(asked))
        return _("Kept, with your name and the date.")

    acts: dict[str, Callable[[], str]] = {
        "request": ask, "override": lambda: ask(reason), "withdraw": withdraw, "missed": miss, "void": void,
        **dict.fromkeys((str(one) for one in BEFORE), before),
    }  # fmt: skip
    if asked not in acts:
        flash(_("Nothing was changed. Please use one of the forms here."), "problem")
        return redirect(url_for("pages.student_tests", student_id=student_id), 303)
    problem = False
    try:
        text = acts[asked]()
    except LookupError:
        abort(404)
    except SeatError as refused:
        text, problem = _refusal(refused.code), True
        if refused.code in _TO_CORRECT:
            return _page(visit, student_id, (assessment_id, text)), REFUSED
    session.commit()  # that a rule stopped somebody is counted, too
    flash(text, "problem" if problem else "message")
    return redirect(url_for("pages.student_tests", student_id=student_id, _anchor=f"test-{assessment_id}"), 303)


# what somebody typed is to be corrected; of all else there is nothing to correct in the form
_TO_CORRECT = frozenset({"reason"})


def _refusal(code: str) -> str:
    said = {
        "held": _("Nothing was changed: there is a seat already."),
        "none": _("Nothing was changed: this is not so any more. Please look at it again."),
        "reason": _("Not kept: say why, in at most %(num)s characters.", num=seats.LONGEST_REASON),
        "begun": _("Nothing was changed: the window has opened. Ask the teacher."),
    }
    return said.get(code) or test_words.refused_words(Rule(code))


def _page(visit: Visit, student_id: int, problem: tuple[int, str] | None = None) -> str:
    page = page_number()
    schools = visit.subject.schools
    keys, total = tests_of_student(
        visit.session, visit.district_id, student_id, schools, _PAGE, (page - 1) * _PAGE
    )  # fmt: skip
    graph, moment = graph_of(visit), Moment(visit.now, visit.zone)
    found = situations(visit.session, visit.district_id, graph, student_id, keys, moment) if keys else {}
    actor = seats.actor_of(visit.session, visit.viewer, student_id, visit.now)
    return render_template(
        "student_tests.html",
        visit=visit,
        head=student_head(visit.session, visit.district_id, student_id, visit.name_use),
        cards=[_card(visit, graph, one, actor) for one in found.values()],
        page=page,
        last_page=last_page(page, total, _PAGE),
        own=visit.viewer.person == student_id,
        back=path_url(visit, student_id),
        problem=problem,
        typed=request.form.get("reason", "") if problem else "",
        state=state_results_of(visit.session, visit.district_id, [student_id]).get(student_id, ()),
        say=test_words,
    )


def _card(visit: Visit, graph: DistrictGraph, found: Situation, actor: Actor) -> TestCard:
    placed, seat = found.placed(), found.seat
    readiness = found.readiness
    gaps = [
        Gap(statement(graph, one.target), [test_words.gap_words(gap.code) for gap in one.gaps])
        for one in (readiness.targets if readiness else ())
        if not one.ready
    ]
    begun = seat is not None and seat.window.opens_at <= visit.now
    teacher, office = By.TEACHER in actor.roles, By.OFFICE in actor.roles
    free = seat is None and placed.refused_by is None
    may = {
        "request": free and not found.held.waits and seats.may_take(actor, Step.REQUESTED),
        "withdraw": (found.held.waits or (seat is not None and (not begun or teacher or office)))
        and seats.may_take(actor, Step.WITHDRAWN),
        "override": free and placed.waits in (Wait.NOT_READY, Wait.NEEDS_LEAVE) and teacher,
        "missed": begun and not found.held.missed and (teacher or office),
        "void": office and (begun or any(one.void is None for one in found.tries if isinstance(one.sitting, int))),
    }
    first = [(str(one), test_words.before_words(one)) for one in placed.first]
    level = next((one.level for one in reversed(found.tries) if one.level is not None), None)
    names = [name for name, _words in first]
    return TestCard(
        found=found,
        standing=test_words.standing_words(found, placed),
        gaps=gaps,
        first=first,
        rules=test_words.rule_lines(found.policy, found.chosen.kind),
        results=[one for one in found.tries if one.void is None and isinstance(one.sitting, int)],
        windows=[found.windows[one.key] for one in found.seats if one.window.closes_at > visit.now],
        level=words.level_text(level) if level is not None else None,
        may={
            **may,
            # the teacher's word that a student may try again approves of another task, too
            **{
                name: seats.may_take(actor, Step(name)) and not (name == Step.ALTERNATIVE and Step.SIGN_OFF in names)
                for name in names
            },
        },
    )


@pages.get("/tests")
@staff_only
def tests_asked(visit: Visit) -> ResponseReturnValue:
    """Who of one's students asked for a test, or has a seat, and who of them is ready."""
    page = page_number()
    lines, total = asked_by(visit.session, visit.viewer, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    visit.seen.update(line.student for line in lines)
    return render_template(
        "tests_asked.html",
        visit=visit,
        lines=lines,
        ready=_ready(visit, lines),
        page=page,
        last_page=last_page(page, total),
        say=test_words,
    )


def _ready(visit: Visit, lines: Sequence[AskedLine]) -> Mapping[tuple[int, int], bool]:
    return seats.ready_now(
        visit.session, visit.district_id, graph_of(visit), [(one.student, one.assessment) for one in lines], visit.today
    )
