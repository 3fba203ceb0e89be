"""Agency: how many students decided something themselves, by class for who works with them, by school for a leader."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from api.pages.blueprint import PAGE_SIZE, Visit, last_page, page_number, pages, staff_only
from mastery.agency import DAYS, FEWEST, Sign, whole, without_small
from models.queries_agency import agency_of_classes, agency_of_schools
from models.queries_grid import list_classes

SIGNS = {
    Sign.CHOICE: _l("Chose what to do next"),
    Sign.DAY: _l("Set a day of their own"),
    Sign.JUDGED: _l("Said how sure they are, or how hard it is"),
    Sign.HELP: _l("Asked for help"),
    Sign.WAY: _l("Proposed a way to learn it"),
}


@pages.get("/agency")
@staff_only
def agency(visit: Visit) -> ResponseReturnValue:
    """What students decided themselves, lately."""
    page, since = page_number(), visit.now - timedelta(days=DAYS)
    classes, total = list_classes(visit.session, visit.viewer, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    did = agency_of_classes(visit.session, visit.district_id, {one.id for one in classes}, since, visit.now)
    leads = visit.viewer.leads_district
    schools = agency_of_schools(visit.session, visit.district_id, since, visit.now) if leads else []
    return render_template(
        "agency.html",
        visit=visit,
        signs=SIGNS,
        classes=[(one, whole(one.students, did[one.id])) for one in classes],
        schools=[(name, without_small(students, counts)) for name, students, counts in schools],
        page=page,
        last_page=last_page(page, total),
        days=DAYS,
        fewest=FEWEST,
    )
