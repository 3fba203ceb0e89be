"""Whether those who are called ready for a test pass it, for who leads the tests of the district."""

from __future__ import annotations

from collections.abc import Mapping

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from api.actions.ready_report import ready_report
from api.pages.blueprint import Visit, last_page, office_only, page_number, pages
from mastery.offices import Affair
from mastery.ready_calibration import WANTED, Verdict

VERDICTS: Mapping[Verdict, object] = {
    Verdict.NOBODY: _l("nobody of them has sat it yet"),
    Verdict.UNSURE: _l("too few to say"),
    Verdict.TOO_LOW: _l("too few pass: students are called ready too early"),
    Verdict.AS_WANTED: _l("as wanted"),
    Verdict.TOO_HIGH: _l("nearly all pass: students are kept waiting"),
}
_PAGE = 50


@pages.get("/assessments/readiness")
@office_only(Affair.TESTS)
def readiness_report(visit: Visit) -> ResponseReturnValue:
    """The pass rate of each test; for the whole district's office."""
    if not visit.remit(Affair.TESTS).district:
        abort(404)
    page, lines = page_number(), ready_report(visit.session, visit.district_id)
    last = last_page(page, len(lines), _PAGE)
    shown = lines[(page - 1) * _PAGE : page * _PAGE]
    return render_template(
        "readiness.html", visit=visit, lines=shown, wanted=WANTED, verdicts=VERDICTS, page=page, last_page=last
    )
