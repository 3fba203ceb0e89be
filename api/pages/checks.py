"""Which of what a class has mastered is to be looked at again: by target, the one that waits longest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.lists import format_list
from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from api.pages.blueprint import PAGE_SIZE, Visit, last_page, page_number, pages, staff_only
from api.pages.texts import Said, graph_of, statement
from mastery.policy import DEFAULT_POLICY
from mastery.retention import due_since
from models.queries_checks import Held, days_of_class, masteries_of_class
from models.queries_grid import list_classes


@dataclass(frozen=True, slots=True)
class Due:
    """A target with the students whose check on it is due, and since when the first of them waits."""

    target: int
    says: Said
    students: Sequence[Held]
    since: date


@pages.get("/classes/<int:section_id>/checks")
@staff_only
def checks(visit: Visit, section_id: int) -> ResponseReturnValue:
    """The checks that are due in a class: a few questions on a target, whether it is still there."""
    classes, _ = list_classes(visit.session, visit.viewer, 1, 0, section_id)
    if not classes:
        abort(404)
    due, page = _due(visit, section_id), page_number()
    shown = due[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    last = last_page(page, len(due))
    visit.seen.update(one.student for line in shown for one in line.students)
    return render_template(
        "checks.html", visit=visit, section=classes[0], due=shown, total=len(due), page=page, last_page=last,
        days=format_list([str(one) for one in DEFAULT_POLICY.retention_check_days], locale=get_locale()),
    )  # fmt: skip


def _due(visit: Visit, section_id: int) -> list[Due]:
    graph, count = graph_of(visit), days_of_class(visit.session, visit.district_id, section_id)
    waiting: dict[int, list[tuple[date, Held]]] = {}
    for held in masteries_of_class(visit.session, visit.viewer, section_id):
        mastered_on, newest_on = (at.astimezone(visit.zone).date() for at in (held.mastered_at, held.newest_at))
        since = due_since(mastered_on, newest_on, visit.today, count, DEFAULT_POLICY)
        if since is not None and held.target in graph.subjects:
            waiting.setdefault(held.target, []).append((since, held))
    found = [
        Due(
            target,
            statement(graph, target),
            [held for _, held in sorted(some, key=lambda one: (one[1].sort, one[1].student))],
            min(since for since, _ in some),
        )
        for target, some in waiting.items()
    ]
    return sorted(found, key=lambda one: (one.since, -len(one.students), one.target))
