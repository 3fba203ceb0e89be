"""Versions of the learning targets and what comes before what: the draft, whom it concerns, publishing it."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions.desk import Desk
from api.actions.graph import GraphError
from api.actions.graph_draft import Draft, HeirInUseError, NotEnteredError, enter, read_draft, take_out
from api.actions.graph_preview import preview
from api.actions.graph_publish import NotPublishedError, publish
from api.pages import graph_words, words
from api.pages.acts import form_page, kept, redirect_with
from api.pages.blueprint import PAGE_SIZE, REFUSED, Visit, last_page, office_only, page_number, pages
from api.pages.graph_forms import FORMS, DraftForm, PublishForm
from api.pages.office_forms import add_error
from api.pages.texts import graph_of
from api.services import services
from mastery.graph import CycleError
from mastery.graph.draft import DraftError
from mastery.graph.versions import difference
from mastery.offices import Affair
from models.graph_versions import find_version, graphs_at, versions


@pages.get("/graph")
@office_only(Affair.GRAPH)
def graph_versions(visit: Visit) -> ResponseReturnValue:
    """The published versions, newest first."""
    _desk(visit)
    page = page_number()
    found, total = versions(visit.session, visit.district_id, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    return render_template(
        "graph_versions.html", visit=visit, versions=found, page=page, last_page=last_page(page, total),
        say=graph_words, words=words,
    )  # fmt: skip


@pages.get("/graph/versions/<int:number>")
@office_only(Affair.GRAPH)
def graph_version(visit: Visit, number: int) -> ResponseReturnValue:
    """What a version changed."""
    _desk(visit)
    version = find_version(visit.session, visit.district_id, number)
    if version is None:
        abort(404)
    before, after = graphs_at(visit.session, visit.district_id, number)
    changes, page = difference(before, after), page_number()
    last, first = last_page(page, len(changes)), (page - 1) * PAGE_SIZE
    return render_template(
        "graph_version.html", visit=visit, version=version, changes=changes[first : first + PAGE_SIZE],
        total=len(changes), graph=after, page=page, last_page=last, say=graph_words, words=words,
    )  # fmt: skip


@pages.get("/graph/draft")
@office_only(Affair.GRAPH)
def graph_draft(visit: Visit) -> ResponseReturnValue:
    """What is entered in the draft, and what it comes to."""
    _desk(visit)
    draft, page = _draft(visit), page_number()
    last, first = last_page(page, len(draft.changes)), (page - 1) * PAGE_SIZE
    return render_template(
        "graph_draft.html", visit=visit, draft=draft, changes=draft.changes[first : first + PAGE_SIZE],
        page=page, last_page=last, forms=FORMS, say=graph_words, words=words,
    )  # fmt: skip


@pages.route("/graph/draft/enter", methods=["GET", "POST"])
@office_only(Affair.GRAPH)
def enter_in_draft(visit: Visit) -> ResponseReturnValue:
    """Enter something in the draft."""
    desk, act = _desk(visit), request.values.get("act", "add")
    if act not in FORMS:
        abort(404)
    make, title = FORMS[act]
    form = make()
    if form.validate_on_submit() and _entered(visit, desk, form):
        return redirect_with(_("It is in the draft. Nothing counts before it is published."), "pages.graph_draft")
    return form_page("graph_enter.html", visit=visit, form=form, act=act, title=title)


def _entered(visit: Visit, desk: Desk, form: DraftForm) -> bool:
    """Whether what was typed is in the draft now; else the form says why not."""
    draft = _draft(visit)
    try:
        edit = form.edit(visit.session, draft, visit.now)
        if edit is None:
            return False
        with kept(visit):
            enter(visit.session, desk, edit, visit.now)
    except (DraftError, CycleError, HeirInUseError) as refused:
        add_error(next(field for field in form if field.name != "csrf_token"), graph_words.refused(refused))
        return False
    except GraphError:
        add_error(form["code"], _("Give a code of 1 to 255 characters without a space around it."))
        return False
    return True


@pages.post("/graph/draft/<int:edit_id>/take-out")
@office_only(Affair.GRAPH)
def take_out_of_draft(visit: Visit, edit_id: int) -> ResponseReturnValue:
    """Take something out of the draft."""
    desk = _desk(visit)
    with kept(visit, NotEnteredError):
        take_out(visit.session, desk, edit_id, visit.now)
    return redirect_with(_("It is out of the draft."), "pages.graph_draft")


@pages.route("/graph/draft/preview", methods=["GET", "POST"])
@office_only(Affair.GRAPH)
def graph_preview(visit: Visit) -> ResponseReturnValue:
    """Whose decisions and plans the draft changes; publishing it."""
    desk, form = _desk(visit), PublishForm()
    if form.validate_on_submit():
        try:
            done = publish(
                services().intake, desk, form.title.data, request.form.get("seen", ""), visit.now, visit.today
            )
        except NotPublishedError as refused:
            add_error(form.title, graph_words.not_published(refused.why, _draft(visit)))
        else:
            text = _("Published as version %(number)s.", number=done.version)
            return redirect_with(text, "pages.graph_version", number=done.version)
    draft, page = _draft(visit), page_number()
    told = preview(
        visit.session, visit.district_id, visit.viewer, draft, visit.zone, visit.now, PAGE_SIZE, (page - 1) * PAGE_SIZE
    )
    visit.seen.update(one.id for one in told.students)
    waits = frozenset(draft.waits)
    return render_template(
        "graph_preview.html", visit=visit, draft=draft, told=told, waits=waits, form=form, page=page,
        last_page=last_page(page, told.total), say=graph_words, words=words,
    ), REFUSED if form.errors else 200  # fmt: skip


def _draft(visit: Visit) -> Draft:
    return read_draft(visit.session, visit.district_id, visit.today, graph_of(visit))


def _desk(visit: Visit) -> Desk:
    """The desk of who answers for the targets of the whole district; for others there is no such page."""
    if not visit.remit(Affair.GRAPH).district:
        abort(404)
    return Desk.of(visit.viewer)
