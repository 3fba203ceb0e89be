"""The papers of a class whose results its teachers type in, and opening one."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions.paper import open_paper, ticket_for
from api.pages import words
from api.pages.acts import kept
from api.pages.blueprint import PAGE_SIZE, REFUSED, Visit, last_page, page_number, pages, staff_only
from api.pages.paper_forms import PaperForm
from api.pages.texts import Said, brief, graph_of
from api.pages.whole_numbers import number_of
from mastery.access_questions import Section, about_subject, scores_class
from models.graph_store import DistrictGraph
from models.queries_grid import list_classes
from models.queries_paper import subjects_of_class, tickets_of, used_targets

_MOST_OFFERED = 60


@pages.get("/classes/<int:section_id>/paper")
@staff_only
def papers(visit: Visit, section_id: int) -> ResponseReturnValue:
    """What the class did on paper, and the form that opens another one, perhaps as an earlier one was."""
    _taught(visit, section_id)
    form, graph = PaperForm(), graph_of(visit)
    form.day.data = visit.today
    form.title.data = _("Exit ticket, %(day)s", day=words.long_date(visit.today))
    earlier = number_of(request.args.get("again"))
    ticket = None if earlier is None else ticket_for(visit.session, visit.viewer, earlier)
    if ticket is not None and ticket.section == section_id:
        form.take(ticket, graph)
    checked = number_of(request.args.get("check"))
    if checked in graph.subjects:
        form.check_on(checked, graph)
    return _page(visit, section_id, form, graph)


@pages.post("/classes/<int:section_id>/paper")
@staff_only
def open_for_typing(visit: Visit, section_id: int) -> ResponseReturnValue:
    """Open a paper, and go on to its grid."""
    _taught(visit, section_id)
    form, graph = PaperForm(), graph_of(visit)
    asked = form.opening(visit, section_id, graph)
    if asked is None:
        return _page(visit, section_id, form, graph), REFUSED
    with kept(visit, LookupError):
        key = open_paper(visit.session, visit.viewer, asked, visit.now)
    return redirect(url_for("pages.paper", ticket_id=key), 303)


def _taught(visit: Visit, section: int) -> None:
    """404 unless the person teaches the class."""
    if not scores_class(visit.viewer, Section(visit.district_id, section)):
        abort(404)


def _page(visit: Visit, section: int, form: PaperForm, graph: DistrictGraph) -> str:
    page = page_number()
    found, total = tickets_of(visit.session, visit.district_id, section, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    return render_template(
        "papers.html",
        visit=visit,
        section=list_classes(visit.session, visit.viewer, 1, 0, section)[0][0],
        form=form,
        offered=_offered(visit, section, graph),
        papers=found,
        page=page,
        last_page=last_page(page, total),
    )


def _offered(visit: Visit, section: int, graph: DistrictGraph) -> list[tuple[str, Said]]:
    """Targets to choose from by code: those of the class's papers, the latest first, then those of its subjects."""
    used = used_targets(visit.session, visit.district_id, section, _MOST_OFFERED)
    subjects = subjects_of_class(visit.session, visit.district_id, section)
    of_subject = {name for name in set(graph.subjects.values()) if about_subject(name, [subjects])}
    others = graph.in_order(target for target, subject in graph.subjects.items() if subject in of_subject)
    chosen = list(dict.fromkeys([one for one in [*used, *others] if one in graph.subjects]))[:_MOST_OFFERED]
    return [(node.code or node.guid, brief(graph, one)) for one in chosen for node in [graph.node(one)]]
