"""A student's complete record: for whom it is made, to read, to print, to take along."""

from __future__ import annotations

from flask import Response, abort, json, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions.complete_record import Document
from api.actions.inspections import close_inspection, give_record, still_holds
from api.actions.record_reader import name_use
from api.pages.acts import kept, redirect_with
from api.pages.blueprint import Visit, office_for, pages
from api.pages.inspections import Due, due
from api.pages.language import in_language
from api.pages.record_sheet import sheets
from api.pages.texts import graph_of
from mastery.names import NameUse
from mastery.offices import Affair, remit
from models.inspections import inspections_of
from models.queries_student import student_head


def may_give_record(visit: Visit) -> bool:
    """Whether a viewer may take out the student's complete record, which has all that any of the staff wrote."""
    return remit(visit.viewer, Affair.INSPECTIONS, visit.now).covers(visit.subject)


@pages.get("/students/<int:student_id>/record")
@office_for(Affair.INSPECTIONS)
def record_choice(visit: Visit, student_id: int) -> ResponseReturnValue:
    """What a complete record is, who asked for it, and the two ways to take it out."""
    head = student_head(visit.session, visit.district_id, student_id, NameUse.REGISTRAR)
    asked = _asked(visit, student_id)
    return render_template(
        "record_choice.html", visit=visit, head=head, requests=asked, waits=any(one.asked.waits for one in asked)
    )


@pages.post("/students/<int:student_id>/record/print")
@office_for(Affair.INSPECTIONS)
def record_print(visit: Visit, student_id: int) -> ResponseReturnValue:
    """The complete record as a page for paper, in the language of who will read it; put on record."""
    document = _made(visit, student_id, request.form.get("request", type=int))
    use = name_use(visit.session, visit.district_id, student_id, visit.now)
    head = student_head(visit.session, visit.district_id, student_id, use)
    with in_language(request.form.get("language")):
        page = render_template(
            "record_print.html", visit=visit, head=head, document=document,
            sheets=sheets(document, visit.zone, graph_of(visit)), made_at=visit.now, zone=visit.zone,
        )  # fmt: skip
    visit.session.commit()
    return page


@pages.post("/students/<int:student_id>/record")
@office_for(Affair.INSPECTIONS)
def record_data(visit: Visit, student_id: int) -> ResponseReturnValue:
    """The complete record as a JSON file; put on record."""
    document = _made(visit, student_id, request.form.get("request", type=int))
    visit.session.commit()
    answer = Response(json.dumps(document, ensure_ascii=False, indent=2), content_type="application/json")
    answer.headers["Content-Disposition"] = f"attachment; filename=record-{student_id}.json"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.post("/students/<int:student_id>/record/requests/<int:inspection_id>/close")
@office_for(Affair.INSPECTIONS)
def close_request(visit: Visit, student_id: int, inspection_id: int) -> ResponseReturnValue:
    """End a request of somebody who has no right to the record any more."""
    with kept(visit, LookupError):
        close_inspection(visit.session, visit.viewer, student_id, inspection_id, visit.now)
    return redirect_with(_("Closed. It is on record with your name."), "pages.record_choice", student_id=student_id)


def _asked(visit: Visit, student_id: int) -> list[Due]:
    found = inspections_of(visit.session, visit.district_id, student_id)
    holding = {
        one.person_id: still_holds(visit.session, one, visit.district_id, visit.now)
        for one in {one.person_id: one for one in found}.values()
    }
    return [due(visit, one, holds=holding[one.person_id]) for one in found]


def _made(visit: Visit, student_id: int, key: int | None) -> Document:
    try:
        return give_record(visit.session, visit.viewer, student_id, key, visit.now)
    except LookupError:
        abort(404)
