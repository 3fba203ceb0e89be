"""`/api/v1/results`: taking in results, and reading back one's own."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import ValidationError

from api.actions.ingest import Sender, ingest
from api.actions.outcome import Outcome, refused
from api.actions.own_results import own_posts
from api.problems import ProblemError, flatten
from api.security.guards import caller, machine
from api.services import services
from api.v1.documents import PROBLEM_RESPONSES, OutcomesSchema
from api.v1.fields import describe
from api.v1.json import read_json, refused_fields
from api.v1.paging import is_text
from api.v1.read_schemas import OwnPostsSchema
from api.v1.reading import shown
from api.v1.result_schema import MAX_RESULTS, ResultSchema, ResultsEnvelope
from mastery.evidence import Result
from models.unit_of_work import district_transaction

blueprint = Blueprint(
    "results", __name__, url_prefix="/api/v1", description="Results of assessments and other evidence"
)
_schema = ResultSchema()


@blueprint.post("/results")
@machine("results.write")
@blueprint.doc(
    requestBody={"required": True, "content": {"application/json": {"schema": ResultsEnvelope}}},
    responses=PROBLEM_RESPONSES,
)
@blueprint.response(200, OutcomesSchema)
def post_results() -> Response:
    """Take in up to 500 results; each is answered by itself, in order."""
    entries = _entries(read_json())
    read = [_read(entry) for entry in entries]
    sound = [one for one in read if isinstance(one, Result)]
    parts = services()
    taken = iter(ingest(parts.intake, Sender.of(caller()), sound, parts.clock()) if sound else ())
    outcomes = [one if isinstance(one, Outcome) else next(taken) for one in read]
    return jsonify({"results": [outcome.document() for outcome in outcomes]})


@blueprint.get("/results/<path:source_id>")
@machine("results.read")
@blueprint.doc(responses=PROBLEM_RESPONSES)
@blueprint.response(200, OwnPostsSchema)
def get_result(source_id: str) -> Response:
    """All revisions of one of the caller's own posts, newest first."""
    me = caller()
    parts = services()
    with district_transaction(parts.engine, me.district_id) as session:
        found = own_posts(session, parts.intake.graphs, me, source_id, parts.clock()) if is_text(source_id) else None
        if found is None:
            raise ProblemError(404, "Not Found", f"You have posted no result with source_id {source_id!r}.")
        return shown(session, found.students, {"source_id": source_id, "revisions": found.revisions})


def _entries(body: Any) -> list[Any]:
    if not isinstance(body, dict):
        raise _unreadable("", f"is {describe(body)}; give an object with the field results")
    unknown = sorted(body.keys() - {"results"})
    if unknown:
        raise _unreadable(unknown[0], "is not a field of this object; leave it out or check its spelling")
    entries = body.get("results")
    if not isinstance(entries, list):
        found = "is missing" if "results" not in body else f"is {describe(entries)}"
        raise _unreadable("results", f"{found}; give an array of 1 to {MAX_RESULTS} results")
    if not 1 <= len(entries) <= MAX_RESULTS:
        raise _unreadable("results", f"has {len(entries)} entries; give 1 to {MAX_RESULTS}")
    return entries


def _unreadable(field: str, message: str) -> ProblemError:
    return refused_fields([{"field": field, "message": message}])


def _read(entry: Any) -> Result | Outcome:
    """One entry as a value, or why it cannot be one."""
    try:
        result: Result = _schema.load(entry)
    except ValidationError as error:
        named = entry if isinstance(entry, dict) else {}
        source_id = named.get("source_id")
        revision = named.get("revision", 1)
        return refused(
            source_id if isinstance(source_id, str) else None,
            revision if isinstance(revision, int) and not isinstance(revision, bool) else None,
            flatten(error.normalized_messages()),
        )
    return result
