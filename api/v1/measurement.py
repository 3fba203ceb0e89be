"""`/api/v1/measurement`: how far a subject's estimates can be believed, and which questions mislead."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import RAISE, fields

from api.actions.measured import NotMeasuredError, items_documents, measured
from api.problems import ProblemError
from api.security.guards import caller, machine
from api.services import services
from api.v1.documents import PROBLEM_RESPONSES
from api.v1.measurement_schemas import MeasurementSchema
from api.v1.paging import PageQuery, conditional, cut, is_key, is_text, links, place
from models.unit_of_work import district_transaction, one_snapshot

blueprint = Blueprint("measurement", __name__, url_prefix="/api/v1", description="How well subjects are measured")


class TermQuery(PageQuery):
    """Which term, and how much of its questions."""

    term = fields.String(
        load_default=None, metadata={"description": "a `key` of `terms`, such as 2026-08-24--2026-12-18; else all time"}
    )


@blueprint.get("/measurement/<path:subject>")
@machine("measurement.read")
@blueprint.arguments(TermQuery, location="query", unknown=RAISE)
@blueprint.doc(responses=PROBLEM_RESPONSES)
@blueprint.response(200, MeasurementSchema)
def get_measurement(query: dict[str, Any], subject: str) -> Response:
    """How well a subject was measured in a term: what was said beside what came, and every question."""
    after = place(query["after"], is_key)
    me = caller()
    if not is_text(subject) or not is_text(query["term"] or ""):
        raise ProblemError(404, "Not Found", "There is no such subject or term here.")
    with district_transaction(services().engine, me.district_id) as session:
        one_snapshot(session)  # figures and questions are of one measurement
        try:
            document, items = measured(
                session, me.district_id, subject, query["term"], query["limit"], after[0] if after else None
            )
        except NotMeasuredError as error:
            raise ProblemError(404, "Not Found", f"{error}.") from error
    shown, following = cut(items, query["limit"], lambda one: (one.row.place,))
    return conditional({**document, "items": items_documents(shown), **links(following)})
