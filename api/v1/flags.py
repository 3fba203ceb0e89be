"""`/api/v1/flags`: which adult should look at which student, with the evidence and what would close the matter."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import RAISE, fields, validate
from sqlalchemy.orm import Session

from api.actions.flag_documents import flag_documents
from api.security.guards import caller, machine
from api.services import services
from api.v1.documents import PROBLEM_RESPONSES
from api.v1.paging import PageQuery, cut, is_key, links, place
from api.v1.read_schemas import FlagsSchema
from api.v1.reading import shown
from api.v1.students import find_one_student, is_instant
from mastery.flags.life import FlagState
from mastery.flags.rules import FAMILY_OF
from models.flag import LIVE_STATES
from models.queries_api import flags_after
from models.registry import context
from models.unit_of_work import district_transaction

blueprint = Blueprint("flags", __name__, url_prefix="/api/v1", description="Flags")
LIVE = "live"
_STATES = (LIVE, *(state.value for state in FlagState))


class FlagQuery(PageQuery):
    """Which flags; a filter that is left out lets all through."""

    state = fields.String(
        load_default=None,
        validate=validate.OneOf(_STATES, error=f"is not one of {', '.join(_STATES)}"),
        metadata={"description": "a state, or `live` for all that are still somebody's business"},
    )
    student = fields.String(load_default=None, metadata={"description": "SIS id"})
    rule = fields.String(
        load_default=None,
        validate=validate.OneOf(tuple(FAMILY_OF), error=f"is not one of {', '.join(FAMILY_OF)}"),
    )


@blueprint.get("/flags")
@machine("flags.read")
@blueprint.arguments(FlagQuery, location="query", unknown=RAISE)
@blueprint.doc(responses=PROBLEM_RESPONSES)
@blueprint.response(200, FlagsSchema)
def get_flags(query: dict[str, Any]) -> Response:
    """Flags of the district, newest first; `as_of` is when the conditions of each were last judged."""
    after = place(query["after"], is_instant, is_key)
    me = caller()
    with district_transaction(services().engine, me.district_id) as session:
        found = flags_after(
            session,
            me.district_id,
            query["limit"] + 1,
            (datetime.fromisoformat(after[0]), after[1]) if after else None,
            states=_states(query["state"]),
            student=_student(session, query["student"]),
            rule=query["rule"],
        )
        some, following = cut(found, query["limit"], lambda one: (one.flag.opened_at.isoformat(), one.flag.id))
        stamp = context(session, me.district_id).stamps.graph
        graph = services().intake.graphs.get(session, me.district_id, stamp)
        documents = flag_documents(session, me.district_id, graph, some)
        return shown(session, {one.flag.student_id for one in some}, {"flags": documents, **links(following)})


def _states(word: str | None) -> tuple[str, ...] | None:
    if word is None:
        return None
    return LIVE_STATES if word == LIVE else (word,)


def _student(session: Session, name: str | None) -> int | None:
    return None if name is None else find_one_student(session, name)
