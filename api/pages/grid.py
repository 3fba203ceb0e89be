"""The classes that a person may open, and the grid of one: its students by the targets that they work on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from api.actions.class_grid import Cell, Part, class_grid
from api.pages.blueprint import PAGE_SIZE, Visit, last_page, page_number, pages, staff_only
from api.pages.partial import live_page
from api.pages.texts import graph_of, statement
from api.pages.words import Look, short_look, standing_look
from models.queries_grid import list_classes, students_of_class

STUDENTS, TARGETS = 40, 60


@pages.get("/classes")
@staff_only
def classes(visit: Visit) -> ResponseReturnValue:
    """The classes that the person teaches or administers."""
    page = page_number()
    found, total = list_classes(visit.session, visit.viewer, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    last = last_page(page, total)
    return render_template("classes.html", visit=visit, classes=found, total=total, page=page, last_page=last)


@pages.get("/classes/<int:section_id>")
@staff_only
def class_page(visit: Visit, section_id: int) -> ResponseReturnValue:
    """Who stands where on what, for whoever teaches the class or administers its school."""
    found, _ = list_classes(visit.session, visit.viewer, 1, 0, section_id)
    if not found:
        abort(404)
    page, targets_page = page_number(), page_number("targets")
    by_name, whole = request.args.get("order") == "name", request.args.get("which") == "all"
    graph = graph_of(visit)
    students = students_of_class(visit.session, visit.viewer, section_id)
    visit.seen.update(one.id for one in students)
    grid = class_grid(
        visit.session,
        visit.viewer,
        graph,
        students,
        visit.today,
        visit.zone,
        by_name,
        whole,
        Part((page - 1) * STUDENTS, STUDENTS, (targets_page - 1) * TARGETS, TARGETS),
    )
    return live_page(
        visit,
        "class.html",
        "_class.html",
        {section_id},
        section=found[0],
        teaches=section_id in visit.viewer.sections,
        grid=grid,
        statements={column.target: statement(graph, column.target) for column in grid.columns},
        marks=marks(cell for row in grid.rows for cell in row.cells if cell is not None),
        by_name=by_name,
        whole=whole,
        page=page,
        last_page=last_page(page, grid.students, STUDENTS),
        targets_page=targets_page,
        last_targets=last_page(targets_page, grid.targets, TARGETS),
    )


@dataclass(frozen=True, slots=True)
class Mark:
    """How cells of one kind are shown; made once, since there are thousands of cells.

    `opening` begins the cell and its link up to the student's address, `closing` goes on after the target's key. The
    whole word is the link's accessible name where the short one is less. Where it is not `linked`, since the viewer may
    not read why, `opening` is the whole cell.
    """

    look: Look
    short: Look
    opening: Markup
    closing: Markup
    linked: bool


def marks(cells: Iterable[Cell]) -> dict[Cell, Mark]:
    """How each kind of some cells is shown, in the order of their first appearance."""
    # the students' addresses begin as their list's, wherever the pages are mounted
    students = url_for("pages.students")
    return {
        cell: (_mark(whole, short, students) if cell.explained else _plain(whole, short))
        for cell in dict.fromkeys(cells)
        for whole, short in [(standing_look(cell.state, cell.enough), short_look(cell.state, cell.enough))]
    }


def _plain(look: Look, short: Look) -> Mark:
    said = Markup("<i aria-hidden=true>{} {}</i><span class=unseen>{}</span>").format(
        short.symbol, short.word, look.word
    )
    whole = Markup('<td><span class="state-{}">{}</span></td>').format(look.style, said)
    return Mark(look, short, whole, Markup(""), linked=False)


def _mark(look: Look, short: Look, students: str) -> Mark:
    if str(look.word) == str(short.word):
        name, text = Markup(""), Markup("<i aria-hidden=true>{}</i> {}").format(short.symbol, short.word)
    else:
        name, text = Markup(' aria-label="{}"').format(look.word), Markup("{} {}").format(short.symbol, short.word)
    opening = Markup('<td><a class="state-{}"{} href="{}/').format(look.style, name, students)
    return Mark(look, short, opening, Markup('">{}</a></td>').format(text), linked=True)
