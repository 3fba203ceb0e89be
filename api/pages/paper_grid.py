"""Typing in a paper: students by targets, each cell saved as it is typed, or all of them by one button."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions.paper import Asked, Paper, Place, RefusedError, paper_of, ticket_for, type_in
from api.pages import paper_words, words
from api.pages.acts import kept
from api.pages.blueprint import REFUSED, Visit, pages, staff_only
from api.pages.texts import brief, graph_of, statement
from api.pages.whole_numbers import MOST_DIGITS, number_of
from api.services import services
from mastery.paper import Saved, shown
from models.graph_store import DistrictGraph
from models.queries_paper import Ticket, scorers_named

_CELL = re.compile(rf"c\.(\d{{1,{MOST_DIGITS}}})\.(\d{{1,{MOST_DIGITS}}})\.(\d{{1,6}})")
_LONGEST_TYPED = 20


@dataclass(frozen=True, slots=True)
class Cell:
    """A place to type: its field's name, what is in it, and what is told under it."""

    name: str
    text: str
    state: str
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A revision that came in the place of another."""

    student: str
    target: str
    before: str
    now: str
    who: str
    when: str


@pages.get("/paper/<int:ticket_id>")
@staff_only
def paper(visit: Visit, ticket_id: int) -> ResponseReturnValue:
    """The grid of a paper, with what is saved."""
    return _page(visit, _mine(visit, ticket_id))


@pages.post("/paper/<int:ticket_id>")
@staff_only
def type_paper(visit: Visit, ticket_id: int) -> ResponseReturnValue:
    """Save all that was typed; where a cell can not be taken nothing is, and all stays as it was typed."""
    ticket = _mine(visit, ticket_id)
    cells = [_asked(name, text) for name, text in request.form.items() if name.startswith("c.")]
    try:
        with kept(visit, LookupError):
            type_in(visit.session, services().intake, visit.viewer, graph_of(visit), ticket, cells, visit.now)
    except RefusedError as refused:
        wrong = {place: paper_words.refusal(error, ticket.targets[place[1]]) for place, error in refused.cells.items()}
        return _page(visit, ticket, {one.place: one for one in cells}, wrong), REFUSED
    flash(_("Saved."))
    return redirect(url_for("pages.paper", ticket_id=ticket_id), 303)


@pages.post("/paper/<int:ticket_id>/cell")
@staff_only
def type_cell(visit: Visit, ticket_id: int) -> ResponseReturnValue:
    """Save one cell, for the script of the page: its name for the next time, what is in it, and what to tell."""
    ticket = _mine(visit, ticket_id)
    asked = _asked(request.form.get("cell", ""), request.form.get("text", ""))
    try:
        with kept(visit, LookupError):
            saved = type_in(
                visit.session, services().intake, visit.viewer, graph_of(visit), ticket, [asked], visit.now
            )[asked.place]  # fmt: skip
            names = scorers_named(visit.session, visit.district_id, {one.scorer for one in saved})
            answer = {"cell": _name(asked.place, saved), "text": _text(saved), "said": paper_words.state(saved, names)}
    except RefusedError as refused:
        said = paper_words.refusal(refused.cells[asked.place], ticket.targets[asked.place[1]])
        return jsonify({"said": said}), REFUSED
    return jsonify(answer)


def _mine(visit: Visit, key: int) -> Ticket:
    ticket = ticket_for(visit.session, visit.viewer, key)
    return abort(404) if ticket is None else ticket


def _asked(name: str, text: str) -> Asked:
    """What a field says; 400 for one that is none of the grid's."""
    found = _CELL.fullmatch(name)
    student, target, seen = (number_of(part) for part in found.groups()) if found else (None, None, None)
    if student is None or target is None or seen is None:
        abort(400)
    return Asked((student, target), text[:_LONGEST_TYPED], seen)


def _name(place: Place, saved: list[Saved] | tuple[Saved, ...]) -> str:
    return f"c.{place[0]}.{place[1]}.{saved[-1].revision if saved else 0}"


def _text(saved: list[Saved] | tuple[Saved, ...]) -> str:
    return shown(saved[-1].typed) if saved else ""


def _page(
    visit: Visit, ticket: Ticket, typed: Mapping[Place, Asked] | None = None, wrong: Mapping[Place, str] | None = None
) -> str:  # fmt: skip
    graph = graph_of(visit)
    found = paper_of(visit.session, visit.viewer, graph, ticket)
    visit.seen.update(one.id for one in found.students)
    rows = [
        (one, [_cell(found, (one.id, target), typed or {}, wrong or {}) for target in ticket.targets])
        for one in found.students
    ]
    return render_template(
        "paper.html",
        visit=visit,
        ticket=ticket,
        day=words.long_date(ticket.performed_at.astimezone(visit.zone).date()),
        columns=[(target, _code(graph, target), brief(graph, target), most) for target, most in ticket.targets.items()],
        statements={target: statement(graph, target) for target in ticket.targets},
        rows=rows,
        wrong=bool(wrong),
        changes=_changes(visit, found, graph),
        keep=f"paper-{visit.district_id}-{visit.viewer.person}-{ticket.id}",
    )


def _cell(found: Paper, place: Place, typed: Mapping[Place, Asked], wrong: Mapping[Place, str]) -> Cell | None:
    if place not in found.open:
        return None
    saved = list(found.saved.get(place, ()))
    asked = typed.get(place)
    text = _text(saved) if asked is None else asked.text
    if place in wrong:
        return Cell(_name(place, saved), text, wrong[place], wrong=True)
    return Cell(_name(place, saved), text, paper_words.state(saved, found.names) if asked is None else "")


def _code(graph: DistrictGraph, target: int) -> str:
    node = graph.node(target)
    return node.code or node.guid


def _changes(visit: Visit, found: Paper, graph: DistrictGraph) -> list[Change]:
    """Every correction of the paper, the newest first."""
    names = {one.id: one.name for one in found.students}
    made = [
        (after.at, Change(
            names[student], _code(graph, target), shown(before.typed), shown(after.typed),
            paper_words.who(after, found.names),
            f"{words.short_date(after.at, visit.zone)} {words.clock_time(after.at, visit.zone)}",
        ))
        for (student, target), saved in found.saved.items()
        for before, after in pairwise(saved)
    ]  # fmt: skip
    return [change for _at, change in sorted(made, key=lambda one: one[0], reverse=True)]
