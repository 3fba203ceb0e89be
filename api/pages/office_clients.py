"""The programs that are connected to the district: what each may do, since when; never a secret."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from api.pages import office_words
from api.pages.blueprint import PAGE_SIZE, Visit, office_only, page_number, pages
from mastery.offices import Affair
from models.clients import clients_of

SCOPES: dict[str, Any] = {
    "results.write": _l("sends results"),
    "results.read": _l("reads back its own results"),
    "assessments.write": _l("tells what tests are made of"),
    "students.read": _l("reads where students stand"),
    "flags.read": _l("reads hints"),
    "measurement.read": _l("reads how well the measuring works"),
}


@pages.get("/office/clients")
@office_only(Affair.CLIENTS)
def office_clients(visit: Visit) -> ResponseReturnValue:
    """The programs by name, those that still work first; for who answers for the whole district."""
    if not visit.remit(Affair.CLIENTS).district:
        abort(404)
    page = page_number()
    found, total = clients_of(visit.session, visit.district_id, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    if page > 1 and not found:
        abort(404)
    return render_template(
        "office_clients.html",
        visit=visit,
        clients=found,
        scopes=SCOPES,
        office=office_words,
        page=page,
        last_page=max(1, -(-total // PAGE_SIZE)),
    )
