"""A student's complete record: to read, to print, to take along."""

from __future__ import annotations

from flask import Response, json, render_template
from flask.typing import ResponseReturnValue

from api.actions.complete_record import complete_record
from api.pages.blueprint import Visit, office_for, pages
from api.pages.record_sheet import sheets
from api.pages.texts import graph_of
from mastery.names import NameUse
from mastery.offices import Affair, remit
from models.audit import by_person
from models.queries_student import student_head


def may_give_record(visit: Visit) -> bool:
    """Whether a viewer may take out the student's complete record, which has all that any of the staff wrote."""
    return remit(visit.viewer, Affair.INSPECTIONS, visit.now).covers(visit.subject)


@pages.get("/students/<int:student_id>/record")
@office_for(Affair.INSPECTIONS)
def record_choice(visit: Visit, student_id: int) -> ResponseReturnValue:
    """What a complete record is, and the two ways to take it out."""
    head = student_head(visit.session, visit.district_id, student_id, NameUse.REGISTRAR)
    return render_template("record_choice.html", visit=visit, head=head)


@pages.get("/students/<int:student_id>/record/print")
@office_for(Affair.INSPECTIONS)
def record_print(visit: Visit, student_id: int) -> ResponseReturnValue:
    """The complete record as a page for paper; put on record."""
    document = complete_record(
        visit.session, visit.district_id, student_id, by_person(visit.viewer.person), visit.now
    )  # fmt: skip
    head = student_head(visit.session, visit.district_id, student_id, NameUse.REGISTRAR)
    # whoever entered the page commits, with the view of it
    return render_template(
        "record_print.html", visit=visit, head=head, document=document,
        sheets=sheets(document, visit.zone, graph_of(visit)), made_at=visit.now, zone=visit.zone,
    )  # fmt: skip


@pages.post("/students/<int:student_id>/record")
@office_for(Affair.INSPECTIONS)
def record_data(visit: Visit, student_id: int) -> ResponseReturnValue:
    """The complete record as a JSON file; put on record."""
    document = complete_record(
        visit.session, visit.district_id, student_id, by_person(visit.viewer.person), visit.now
    )  # fmt: skip
    visit.session.commit()
    answer = Response(json.dumps(document, ensure_ascii=False, indent=2), content_type="application/json")
    answer.headers["Content-Disposition"] = f"attachment; filename=record-{student_id}.json"
    answer.headers["Cache-Control"] = "no-store"
    return answer
