"""Asking to see the whole record, for a family or a student of age; and until when the school has to show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from api.actions.inspections import ask_inspection
from api.actions.rights import holds_rights
from api.pages.acts import redirect_with
from api.pages.blueprint import Visit, about_student, pages
from api.pages.my_path import path_url
from api.pages.words import long_date
from mastery.access_questions import What
from mastery.inspection import days_left, show_by
from models.inspections import Asked, inspections_of
from models.queries_student import student_head


@dataclass(frozen=True, slots=True)
class Due:
    """A request with its last day, and how long that is from today; `holds`: who asked still has the right to it."""

    asked: Asked
    last: str
    left: str
    holds: bool = True


def due(visit: Visit, asked: Asked, *, holds: bool = True) -> Due:
    """A request in the words of this request's language."""
    last = show_by(asked.at, visit.zone)
    return Due(asked, long_date(last), _left(days_left(last, visit.today)), holds)


def _left(days: int) -> str:
    if days < 0:
        return ngettext("%(num)d day late", "%(num)d days late", -days)
    return ngettext("%(num)d day left", "%(num)d days left", days) if days else _("today is the last day")


@pages.get("/students/<int:student_id>/inspection")
@about_student(What.WHO_LOOKED)
def inspection(visit: Visit, student_id: int) -> ResponseReturnValue:
    """What seeing the whole record is, and where one's own requests stand; for whoever has the right to it."""
    found = _own(visit)
    return render_template(
        "inspection.html",
        visit=visit,
        head=student_head(visit.session, visit.district_id, student_id, visit.name_use),
        own=visit.viewer.person == student_id,
        back=path_url(visit, student_id),
        requests=[due(visit, one) for one in found],
        waits=any(one.waits for one in found),
    )


@pages.post("/students/<int:student_id>/inspection")
@about_student(What.WHO_LOOKED)
def ask_record(visit: Visit, student_id: int) -> ResponseReturnValue:
    """Ask to see the whole record."""
    _own(visit)
    ask_inspection(visit.session, visit.viewer, student_id, visit.now)
    visit.session.commit()
    text = _("The school has your request. You read here by which day it shows the record.")
    return redirect_with(text, "pages.inspection", student_id=student_id)


def _own(visit: Visit) -> Sequence[Asked]:
    """The viewer's own requests; for who has no right to the record there is no such page."""
    student = visit.subject.student
    if not holds_rights(visit.session, visit.viewer, student, visit.now):
        abort(404)
    found = inspections_of(visit.session, visit.district_id, student)
    return [one for one in found if one.person_id == visit.viewer.person]
