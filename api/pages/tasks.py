"""Tasks of a class for who teaches it, and a task for a student: what to do, handing in, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions.submissions import SubmissionError, hand_in, sample_key
from api.actions.tasks import TaskDraft, give_task
from api.pages import rating_words
from api.pages.acts import kept, redirect_with
from api.pages.blueprint import PAGE_SIZE, REFUSED, Visit, about_student, last_page, page_number, pages, staff_only
from api.pages.rating_words import said_of_rubric
from api.pages.student_work import may_add
from api.pages.texts import graph_of, statement
from api.pages.whole_numbers import number_of
from api.services import services
from mastery.access_questions import What
from mastery.policy import DEFAULT_POLICY
from mastery.rating.rubric import RubricError
from mastery.rating.work import Stage, TaskKind, stage
from models.queries_artefacts import work_of
from models.queries_grid import list_classes, students_of_class
from models.queries_people import StudentName, open_on
from models.queries_rated import (
    RubricText,
    Task,
    newest_submissions,
    parts_of,
    rubric_of,
    rubrics,
    task_of,
    tasks_of_class,
)
from models.queries_scores import Said, said_of_work
from models.queries_student import student_head
from models.rated_work import Submission

_MOST_RUBRICS = 200
_MOST_FILES = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A student of a class by a task: what they handed in, and what it waits for; None: nothing is handed in."""

    student: StudentName
    submission: Submission | None
    stage: Stage | None


@pages.get("/classes/<int:section_id>/tasks")
@staff_only
def class_tasks(visit: Visit, section_id: int) -> ResponseReturnValue:
    """The tasks of a class, and the form for another one."""
    return _class_page(visit, section_id)


@pages.post("/classes/<int:section_id>/tasks")
@staff_only
def new_task(visit: Visit, section_id: int) -> ResponseReturnValue:
    """Give a task to a class."""
    if section_id not in visit.viewer.sections:
        abort(404)
    try:
        draft = _draft()
        with kept(visit, LookupError):
            key = give_task(visit.session, visit.viewer, section_id, draft, visit.now)
    except RubricError as refused:
        return _class_page(visit, section_id, said_of_rubric(refused)), REFUSED
    return redirect_with(_("The task is given. The class sees it now."), "pages.task", task_id=key)


def _draft() -> TaskDraft:
    form = request.form
    kind, demand = form.get("kind", ""), number_of(form.get("demand"))
    if kind not in set(TaskKind) or demand not in rating_words.DEMANDS:
        raise RubricError("rubric", "is none of the list")
    try:
        due_on = date.fromisoformat(form["due_on"]) if form.get("due_on") else None
    except ValueError:
        raise RubricError("title", "has a day that is none") from None
    return TaskDraft(
        number_of(form.get("rubric")) or 0, TaskKind(kind), form.get("title", ""), form.get("words", ""),
        form.get("credit_bearing") == "y", demand or 0, due_on,
    )  # fmt: skip


def _class_page(visit: Visit, section_id: int, problem: str | None = None) -> str:
    found, _total = list_classes(visit.session, visit.viewer, 1, 0, section_id)
    if not found or section_id not in visit.viewer.sections:
        abort(404)
    page = page_number()
    tasks, total = tasks_of_class(visit.session, visit.district_id, section_id, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    choices, _more = rubrics(visit.session, visit.district_id, _MOST_RUBRICS, 0)
    return render_template(
        "class_tasks.html",
        visit=visit,
        section=found[0],
        tasks=tasks,
        rubrics=choices,
        page=page,
        last=last_page(page, total),
        said=rating_words,
        typed=request.form,
        problem=problem,
    )


@pages.get("/tasks/<int:task_id>")
@staff_only
def task(visit: Visit, task_id: int) -> ResponseReturnValue:
    """A task of a class that one teaches: who handed something in, and what it waits for."""
    found = task_of(visit.session, visit.district_id, task_id)
    if found is None or found.section not in visit.viewer.sections:
        abort(404)
    rubric = _rubric(visit, found)
    students = students_of_class(visit.session, visit.viewer, found.section)
    may = open_on(visit.session, visit.viewer, What.WORK, [one.id for one in students])
    shown = [one for one in students if one.id in may]
    visit.seen.update(one.id for one in shown)
    works = newest_submissions(visit.session, visit.district_id, task_id, [one.id for one in shown])
    said = said_of_work(visit.session, visit.district_id, {one.id: one.raters for one in works.values()})
    lines = [_line(one, works.get(one.id), said, rubric) for one in shown]
    return render_template(
        "task.html", visit=visit, task=found, rubric=rubric, lines=sorted(lines, key=_first), said=rating_words
    )


def _line(student: StudentName, work: Submission | None, said: dict[int, Said], rubric: RubricText) -> Line:
    if work is None:
        return Line(student, None, None)
    return Line(student, work, stage(said[work.id].rated, rubric.law, DEFAULT_POLICY))


_ORDER = (Stage.FIRST, Stage.DISCUSSION, Stage.SECOND, Stage.LEAD, Stage.SETTLED, None)


def _first(line: Line) -> int:
    """What one can do something about comes first."""
    return _ORDER.index(line.stage)


@pages.get("/students/<int:student_id>/tasks/<int:task_id>")
@about_student(What.WORK)
def student_task(visit: Visit, student_id: int, task_id: int) -> ResponseReturnValue:
    """A task as a student has it: what is asked, handing in, and what came of it once it is settled."""
    return _student_page(visit, student_id, task_id)


@pages.post("/students/<int:student_id>/tasks/<int:task_id>")
@about_student(What.WORK)
def hand_in_task(visit: Visit, student_id: int, task_id: int) -> ResponseReturnValue:
    """Hand in work for a task: the student, or a teacher for one who has no account or performed it."""
    found = _own_task(visit, task_id)
    if not may_add(visit, student_id):
        abort(404)
    rubric = _rubric(visit, found)
    try:
        with kept(visit):
            hand_in(
                visit.session, visit.district_id, student_id, visit.viewer.person, found, rubric, _laid(),
                request.form.get("words", ""), sample_key(services().installation.secret_key), visit.now,
            )  # fmt: skip
    except SubmissionError as refused:
        return _student_page(visit, student_id, task_id, _REFUSALS[refused.code]()), REFUSED
    return redirect_with(_("Handed in."), "pages.student_task", student_id=student_id, task_id=task_id)


def _laid() -> list[tuple[int, int]]:
    """The files of the form, each before a target; 404 for what no form sends."""
    found: list[tuple[int, int]] = []
    for text in request.form.getlist("part"):
        artefact, _dash, target = text.partition("-")
        key, other = number_of(artefact), number_of(target)
        if key is None or other is None:
            abort(404)
        found.append((key, other))
    return found


def _own_task(visit: Visit, task_id: int) -> Task:
    """A task of a class of the student whom the page is about."""
    found = task_of(visit.session, visit.district_id, task_id)
    if found is None or found.section not in visit.subject.sections:
        abort(404)
    return found


def _rubric(visit: Visit, found: Task) -> RubricText:
    rubric = rubric_of(visit.session, visit.district_id, found.rubric)
    return abort(404) if rubric is None else rubric


def _student_page(visit: Visit, student_id: int, task_id: int, problem: str | None = None) -> str:
    found = _own_task(visit, task_id)
    rubric, graph = _rubric(visit, found), graph_of(visit)
    work = newest_submissions(visit.session, visit.district_id, task_id, [student_id]).get(student_id)
    said = said_of_work(visit.session, visit.district_id, {work.id: work.raters})[work.id] if work else None
    files, _total = work_of(visit.session, visit.district_id, student_id, _MOST_FILES)
    own = visit.viewer.person == student_id
    return render_template(
        "student_task.html",
        visit=visit,
        head=student_head(visit.session, visit.district_id, student_id, visit.name_use),
        own=own,
        task=found,
        rubric=rubric,
        statements={one.target: statement(graph, one.target) for one in rubric.criteria},
        work=work,
        parts=parts_of(visit.session, visit.district_id, work.id) if work else (),
        # blind: what is not settled is told as one thing
        results=said.results if said else {},
        open_now=may_add(visit, student_id) and (said is None or said.settled or not said.sheets),
        files=files,
        said=rating_words,
        typed=request.form,
        chosen=set(request.form.getlist("part")),
        problem=problem,
    )


_REFUSALS = {
    "words": lambda: _("Not handed in: what you wrote is too long."),
    "nothing": lambda: _("Not handed in: choose a file, or say in words what you did."),
    "parts": lambda: _("Not handed in: choose from the files of the list."),
    "twice": lambda: _("Not handed in: a file stands once for each target."),
    "being_scored": lambda: _("Not handed in: somebody is scoring what you handed in before."),
}
