"""`/api/v1/assessments`: registering what results will name."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import ValidationError, fields, post_load, validate, validates_schema
from sqlalchemy import select

from api.actions import assessments as actions
from api.actions.assessments import AssessmentError, AssessmentSpec, BlueprintSpec, FormSpec, ItemSpec
from api.problems import ProblemError, flatten
from api.security.guards import caller, machine
from api.services import services
from api.v1.documents import PROBLEM_RESPONSES, RegisteredAssessmentSchema
from api.v1.fields import Name, Number, Whole
from api.v1.json import read_body, refused_fields
from api.v1.paging import conditional, is_text
from api.v1.result_schema import REQUIRED, StrictSchema, Word
from mastery.evidence import CutScore, Purpose
from mastery.observation import FEWEST_CHOICES, MOST_CHOICES, MOST_POINTS
from models.assessment import Assessment
from models.unit_of_work import district_transaction

blueprint = Blueprint("assessments", __name__, url_prefix="/api/v1", description="The registry of assessments")
_REGISTERED = {
    "description": "The assessment with the state of its cut scores",
    "content": {"application/json": {"schema": RegisteredAssessmentSchema}},
}


def _dok() -> Whole:
    return Whole(load_default=None, allow_none=True, validate=validate.Range(1, 4, error="is not 1 to 4"))


def _positive(**kwargs: Any) -> Number:
    return Number(validate=validate.Range(0, min_inclusive=False, error="is not above 0"), **kwargs)


class ItemSpecSchema(StrictSchema):
    """An item on a form."""

    item = Name(required=True, error_messages=REQUIRED)
    target = Name(required=True, error_messages=REQUIRED)
    max = _positive(load_default=1.0)
    dok = _dok()
    choices = Whole(
        load_default=None,
        allow_none=True,
        validate=validate.Range(FEWEST_CHOICES, MOST_CHOICES, error="is not {min} to {max}"),
        metadata={"description": "how many options there are to choose from; left out where it can not be guessed"},
    )

    points = Whole(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, MOST_POINTS, error="is not {min} to {max}"),
        metadata={"description": "in how many equal steps it is scored: 1 for right or wrong, 4 for 0 to 4 of max"},
    )

    @validates_schema
    def _of_one_kind(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("choices") is not None and (data.get("points") or 1) > 1:
            raise ValidationError("is given beside choices; a question with choices is right or wrong", "points")

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> ItemSpec:
        return ItemSpec(**data)


class FormSpecSchema(StrictSchema):
    """A form with its items."""

    form = Name(required=True, error_messages=REQUIRED)
    items = fields.List(fields.Nested(ItemSpecSchema), load_default=list)

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> FormSpec:
        return FormSpec(data["form"], tuple(data["items"]))


class BlueprintSpecSchema(StrictSchema):
    """A target of the blueprint."""

    target = Name(required=True, error_messages=REQUIRED)
    weight = _positive(load_default=1.0)
    dok = _dok()

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> BlueprintSpec:
        return BlueprintSpec(**data)


class CutScoreSchema(StrictSchema):
    """From this share of the maximum on, the level is reached."""

    level = Number(
        required=True,
        error_messages=REQUIRED,
        validate=validate.OneOf([n / 2 for n in range(9)], error="is not 0 to 4 in halves"),
    )
    share = Number(required=True, error_messages=REQUIRED, validate=validate.Range(0, 1, error="is not 0 to 1"))

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> CutScore:
        return CutScore(**data)


def _rising(cuts: list[CutScore]) -> None:
    ordered = sorted(cuts, key=lambda cut: cut.level)
    if any(high.share <= low.share or high.level == low.level for low, high in pairwise(ordered)):
        raise ValidationError("do not rise together; give each level once, a higher level with a higher share")


def _once(forms: list[FormSpec]) -> None:
    names = [form.form for form in forms]
    if len(set(names)) < len(names):
        raise ValidationError("names a form twice; give each form once")
    for form in forms:
        items = [item.item for item in form.items]
        if len(set(items)) < len(items):
            raise ValidationError(f"names an item of form {form.form!r} twice; give each item once")


def _alike(forms: list[FormSpec]) -> None:
    """An item is one thing: it is answered in the same way wherever it stands."""
    found: dict[str, tuple[int | None, int | None]] = {}
    for form in forms:
        for item in form.items:
            if found.setdefault(item.item, (item.choices, item.points)) != (item.choices, item.points):
                raise ValidationError(
                    f"gives item {item.item!r} other choices or points on form {form.form!r}; give it the same on each"
                )


class AssessmentSchema(StrictSchema):
    """An assessment; what is left out of `cut_scores` is proposed by default and counts once a person confirms it."""

    title = Name(required=True, error_messages=REQUIRED)
    purpose = Word(Purpose, required=True, error_messages=REQUIRED)
    dok = _dok()
    forms = fields.List(
        fields.Nested(FormSpecSchema),
        required=True,
        error_messages=REQUIRED,
        validate=[validate.Length(1, 100, error="has the wrong length; give 1 to 100 forms"), _once, _alike],
    )
    cut_scores = fields.List(fields.Nested(CutScoreSchema), load_default=list, validate=_rising)
    blueprint = fields.List(fields.Nested(BlueprintSpecSchema), load_default=list)


_schema = AssessmentSchema()


@blueprint.put("/assessments/<string:assessment_id>")
@machine("assessments.write")
@blueprint.doc(
    requestBody={"required": True, "content": {"application/json": {"schema": AssessmentSchema}}},
    responses={**PROBLEM_RESPONSES, "200": _REGISTERED, "201": {**_REGISTERED, "description": "It is new"}},
)
def put_assessment(assessment_id: str) -> tuple[Response, int]:
    """Create or change an assessment; the same description again changes nothing."""
    description = read_body(_schema)
    try:
        Name().deserialize(assessment_id)
    except ValidationError as error:
        raise refused_fields(flatten({"assessment_id": error.messages})) from error
    spec = AssessmentSpec(
        assessment_id,
        description["title"],
        description["purpose"],
        tuple(description["forms"]),
        description["dok"],
        tuple(description["cut_scores"]),
        tuple(description["blueprint"]),
    )
    parts, me = services(), caller()
    with district_transaction(parts.engine, me.district_id) as session:
        try:
            done = actions.register(session, parts.intake, me, spec, parts.clock())
        except AssessmentError as error:
            raise refused_fields([{"field": one.field, "message": one.message} for one in error.problems]) from error
        document = actions.describe(session, me.district_id, done.key)
        session.commit()
    document["released"] = done.released.accepted
    return jsonify(document), 201 if done.created else 200


@blueprint.get("/assessments/<string:assessment_id>")
@machine("assessments.write")
@blueprint.doc(responses={**PROBLEM_RESPONSES, "200": _REGISTERED})
def get_assessment(assessment_id: str) -> Response:
    """One of the caller's own assessments, with the state of its cut scores."""
    me = caller()
    with district_transaction(services().engine, me.district_id) as session:
        key = is_text(assessment_id) and session.scalar(
            select(Assessment.id).where(
                Assessment.district_id == me.district_id,
                Assessment.client_pk == me.client_pk,
                Assessment.name == assessment_id,
            )
        )
        if not key:
            raise ProblemError(404, "Not Found", f"You have registered no assessment {assessment_id!r}.")
        return conditional(actions.describe(session, me.district_id, key))
