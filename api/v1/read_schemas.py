"""What the reading endpoints answer, as schemas for the OpenAPI document."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.v1.documents import DecisionSchema, EstimateSchema, MissingSchema, NoteSchema, QuarantineSchema
from api.v1.paging import LinksSchema
from mastery.body.words import ActKind
from mastery.decide import State
from mastery.flags.life import FlagState
from mastery.methods import Scale
from mastery.next_step import NextKind
from mastery.pathways import Mode, Setting


class SectionSchema(Schema):
    """A section that the student is in today."""

    id = fields.String(required=True, metadata={"description": "the roster's sourcedId"})
    title = fields.String(required=True)
    school = fields.String(required=True, allow_none=True)
    periods = fields.List(fields.String(), required=True)


class StudentSchema(Schema):
    """A student; `id` is the SIS id by which results and addresses name them."""

    id = fields.String(required=True)
    sourced_id = fields.String(required=True)
    grades = fields.List(fields.String(), required=True)
    active = fields.Boolean(required=True)
    sections = fields.List(fields.Nested(SectionSchema), required=True)


class StudentsSchema(LinksSchema):
    """A page of students, by SIS id."""

    students = fields.List(fields.Nested(StudentSchema), required=True)


class TargetNameSchema(Schema):
    """A learning target."""

    target = fields.String(required=True, metadata={"description": "GUID"})
    code = fields.String(required=True, allow_none=True)
    statement = fields.String(required=True)


class FullDecisionSchema(DecisionSchema):
    """The decision with its reasons."""

    reasons = fields.List(fields.String(), required=True)


class StandingSchema(TargetNameSchema):
    """Where a student stands on a target; `estimate` null means not enough evidence: not low, not zero."""

    subject = fields.String(required=True)
    records = fields.Integer(required=True)
    estimate = fields.Nested(EstimateSchema, required=True, allow_none=True)
    decision = fields.Nested(FullDecisionSchema, required=True)
    as_of = fields.String(
        required=True, allow_none=True, metadata={"description": "the newest evidence; time alone changes no estimate"}
    )
    model_version = fields.String(required=True)
    policy_version = fields.String(required=True)


class OwnTargetSchema(StandingSchema):
    """Where the student of a post stands now on a target of it; without a standing only the target is named."""

    subject = fields.String()
    records = fields.Integer()
    decision = fields.Nested(FullDecisionSchema, required=True, allow_none=True)
    as_of = fields.String(allow_none=True)
    model_version = fields.String()
    policy_version = fields.String()


class OwnPostSchema(Schema):
    """One revision of a post as it stands now."""

    revision = fields.Integer(required=True)
    status = fields.String(required=True)
    received_at = fields.String(required=True)
    evidence = fields.List(fields.String(), required=True)
    targets = fields.List(fields.Nested(OwnTargetSchema), required=True)
    quarantine = fields.Nested(QuarantineSchema)


class OwnPostsSchema(Schema):
    """All revisions of a post, newest first."""

    source_id = fields.String(required=True)
    revisions = fields.List(fields.Nested(OwnPostSchema), required=True)


class StandingsSchema(LinksSchema):
    """A page of a student's standings; `as_of` is the day in the district at which `ready` was judged."""

    student = fields.String(required=True)
    as_of = fields.Date(required=True)
    targets = fields.List(fields.Nested(StandingSchema), required=True)


class PartsSchema(Schema):
    """Logits that add up to `sum` (general, target, practice, questions); `form` stands beside and is left out."""

    sum = fields.Float(required=True)
    variance = fields.Float(required=True)
    general = fields.Float(required=True)
    target = fields.Float(required=True)
    practice = fields.Float(required=True)
    questions = fields.Float(required=True)
    form = fields.Float(required=True)


class ItemAnswerSchema(Schema):
    """One try at one item; `share` is what the estimate saw of it, null where it saw nothing.

    After the district's time for single answers (13 months by default) only the first try of each is left.
    """

    item = fields.String(required=True)
    score = fields.Float(required=True)
    max = fields.Float(required=True)
    attempt = fields.Integer(required=True, data_key="try")
    hints = fields.Integer(
        required=True,
        metadata={"description": "hints taken; after the district's time for single answers 1 for any number"},
    )
    seconds = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "time taken; null after the district's time for single answers"},
    )
    share = fields.Float(required=True, allow_none=True)


class SeenSchema(Schema):
    """An answer as the estimate saw it; `item` is null where a form counts as a whole."""

    item = fields.String(required=True, allow_none=True)
    share = fields.Float(required=True, metadata={"description": "how much of it was right, 0 to 1"})
    weight = fields.Float(required=True, metadata={"description": "how much of one answer it counts for"})
    guessing = fields.Float(required=True, metadata={"description": "the chance to be right without knowing"})
    points = fields.Integer(required=True, metadata={"description": "in how many equal steps it was scored"})


class EvidenceSchema(Schema):
    """One record on the target, as posted, and what it counts for."""

    id = fields.String(required=True)
    source_id = fields.String(required=True)
    revision = fields.Integer(required=True)
    superseded_by = fields.Integer(required=True, allow_none=True, metadata={"description": "the newest revision"})
    client = fields.String(required=True)
    performed_at = fields.String(required=True)
    scored_at = fields.String(required=True)
    received_at = fields.String(required=True)
    assessment = fields.String(required=True)
    title = fields.String(required=True)
    form = fields.String(required=True)
    purpose = fields.String(required=True)
    evidence_type = fields.String(required=True)
    scorer = fields.String(required=True)
    independence = fields.String(required=True)
    feedback = fields.String(required=True)
    status = fields.String(required=True)
    score = fields.Float(required=True, allow_none=True)
    max = fields.Float(required=True, allow_none=True)
    level = fields.Float(required=True, allow_none=True)
    estimate = fields.Boolean(required=True, metadata={"description": "whether the estimate counts it"})
    certifying = fields.Boolean(required=True)
    reason = fields.Nested(NoteSchema, required=True)
    items = fields.List(fields.Nested(ItemAnswerSchema), required=True)
    seen = fields.List(
        fields.Nested(SeenSchema),
        required=True,
        allow_none=True,
        metadata={"description": "null while the stored estimate is of another model version"},
    )


class FlagSchema(Schema):
    """A flag: a claim that an adult should look, with its evidence. It is not a diagnosis."""

    flag = fields.String(required=True)
    rule = fields.String(required=True)
    rule_version = fields.String(required=True)
    family = fields.String(required=True)
    severity = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf([state.value for state in FlagState]))
    student = fields.String(required=True)
    target = fields.Nested(TargetNameSchema, required=True, allow_none=True)
    assessment = fields.String(required=True, allow_none=True)
    sentence = fields.String(required=True)
    closes_when = fields.String(required=True)
    next_step = fields.String(required=True)
    caution = fields.String(required=True)
    facts = fields.Dict(keys=fields.String(), required=True)
    parameters = fields.Dict(keys=fields.String(), required=True)
    evidence = fields.List(fields.String(), required=True)
    opened_at = fields.String(required=True)
    as_of = fields.String(required=True, metadata={"description": "when its conditions were last judged"})
    closed_at = fields.String(required=True, allow_none=True)
    resolution = fields.String(required=True, allow_none=True)
    dismiss_reason = fields.String(required=True, allow_none=True)
    policy_version = fields.String(required=True)


class FlagsSchema(LinksSchema):
    """A page of flags, newest first."""

    flags = fields.List(fields.Nested(FlagSchema), required=True)


class PolicySchema(Schema):
    """The values of the policy that the estimate and decision used."""

    version = fields.String(required=True)
    values = fields.Dict(keys=fields.String(), required=True)


class HistoryPointSchema(Schema):
    """The estimate just after one result; without `enough_evidence` it is neither low nor high."""

    evidence = fields.String(required=True, metadata={"description": "id of the record that moved it"})
    performed_at = fields.String(required=True)
    purpose = fields.String(required=True)
    records = fields.Integer(required=True, metadata={"description": "scored records up to and with this one"})
    enough_evidence = fields.Boolean(required=True)
    estimate = fields.Nested(EstimateSchema, required=True)


class HistorySchema(Schema):
    """The newest 500 points, oldest first; the last one is `estimate`. Between two points nothing moves."""

    total = fields.Integer(required=True)
    points = fields.List(fields.Nested(HistoryPointSchema), required=True)


class NextStepSchema(Schema):
    """What comes next: `targets` may be taken up now, `waiting` build on this and wait for something else too."""

    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in NextKind]))
    targets = fields.List(fields.Nested(TargetNameSchema), required=True)
    waiting = fields.List(fields.Nested(TargetNameSchema), required=True)


class MethodSaidSchema(Schema):
    """What one method says of the evidence; `value` null is no value, which is neither low nor zero."""

    name = fields.String(required=True)
    title = fields.String(required=True)
    scale = fields.String(required=True, validate=validate.OneOf([scale.value for scale in Scale]))
    primary = fields.Boolean(required=True, metadata={"description": "whether line 1 of mastery goes by it"})
    value = fields.Float(required=True, allow_none=True)
    shown = fields.String(required=True, allow_none=True, metadata={"description": "two decimals, rounded half up"})
    mastered = fields.Boolean(required=True, allow_none=True)
    mastered_from = fields.Float(required=True)
    parameters = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)
    evidence = fields.List(fields.String(), required=True, metadata={"description": "ids of the records it counted"})


class JudgementSchema(Schema):
    """A level that a teacher of record signed from the body of evidence; the reason is not for programs."""

    judgement = fields.String(required=True)
    level = fields.Float(required=True)
    by = fields.String(required=True, allow_none=True, metadata={"description": "SIS id"})
    by_name = fields.String(required=True)
    signed_at = fields.String(required=True)
    taken_back_at = fields.String(required=True, allow_none=True)


class SignatureSchema(Schema):
    """What was signed about a decision, by a person or the rule (`by` and `by_name` null); the words are not told."""

    kind = fields.String(required=True, validate=validate.OneOf([one.value for one in ActKind]))
    by = fields.String(required=True, allow_none=True, metadata={"description": "SIS id"})
    by_name = fields.String(required=True, allow_none=True)
    signed_at = fields.String(required=True)


class ForeseenSchema(Schema):
    """Where the student would stand: what would no longer be missing (`met`), and what still would be."""

    records = fields.Integer(required=True)
    enough_evidence = fields.Boolean(required=True, metadata={"description": "false: still neither low nor high"})
    estimate = fields.Nested(EstimateSchema, required=True)
    state = fields.String(required=True, validate=validate.OneOf([state.value for state in State]))
    met = fields.List(fields.Nested(MissingSchema), required=True)
    missing = fields.List(fields.Nested(MissingSchema), required=True)


class PreviewSchema(Schema):
    """If the next answers were all right, or all wrong: one sitting of `answers` new typical items, done alone, with
    feedback, at `performed_at`. A result like that, posted, stores these numbers.
    """

    answers = fields.Integer(required=True)
    performed_at = fields.String(
        required=True,
        metadata={"description": "as `judged_on` begins, or just after the subject's newest evidence if that is later"},
    )
    before = fields.Nested(
        EstimateSchema,
        required=True,
        metadata={"description": "`estimate`, with what other targets have told of the subject since"},
    )
    right = fields.Nested(ForeseenSchema, required=True)
    wrong = fields.Nested(ForeseenSchema, required=True)


class CheckSchema(Schema):
    """What a check on a day to come is expected to find, if nothing comes before it; the estimate itself stays."""

    days = fields.Integer(required=True, metadata={"description": "days after the newest evidence on the target"})
    on = fields.Date(required=True)
    estimate = fields.Nested(EstimateSchema, required=True)


class ExplanationSchema(StandingSchema, LinksSchema):
    """Why a student stands where they do on a target; the links page through the evidence, newest first."""

    student = fields.String(required=True)
    judged_on = fields.Date(required=True, metadata={"description": "the day at which `ready` was judged"})
    history = fields.Nested(
        HistorySchema,
        required=True,
        allow_none=True,
        metadata={"description": "null while the stored estimate is of another model version"},
    )
    next_step = fields.Nested(NextStepSchema, required=True)
    parts = fields.Nested(PartsSchema, required=True, allow_none=True)
    methods = fields.List(
        fields.Nested(MethodSaidSchema), required=True, metadata={"description": "the primary method first"}
    )
    signed = fields.List(
        fields.Nested(SignatureSchema),
        required=True,
        metadata={"description": "the newest ten acts about the decision, the newest first"},
    )
    judgements = fields.List(
        fields.Nested(JudgementSchema),
        required=True,
        metadata={"description": "newest first, where JUDGE is a method of the subject; the newest that stands counts"},
    )
    conditions = fields.List(fields.String(), required=True, metadata={"description": "flag rules that hold now"})
    flags = fields.List(fields.Nested(FlagSchema), required=True)
    policy = fields.Nested(PolicySchema, required=True)
    would_change = fields.List(fields.Nested(NoteSchema), required=True)
    preview = fields.Nested(
        PreviewSchema,
        required=True,
        allow_none=True,
        metadata={"description": "null while the stored estimate is of another model version"},
    )
    retention = fields.List(
        fields.Nested(CheckSchema),
        required=True,
        metadata={
            "description": "of what is mastered, the next check first; today once all days of the policy have passed"
        },
    )
    evidence = fields.List(fields.Nested(EvidenceSchema), required=True)


class PathwayWordsSchema(Schema):
    """What a way to learn is called, and what one does."""

    title = fields.String(required=True)
    about = fields.String(required=True)


class PathwaySchema(Schema):
    """A way to learn a target; `minutes` and `link` are null where nothing is said, `words` are by language."""

    mode = fields.String(required=True, validate=validate.OneOf([one.value for one in Mode]))
    setting = fields.String(required=True, validate=validate.OneOf([one.value for one in Setting]))
    minutes = fields.Integer(required=True, allow_none=True)
    link = fields.String(required=True, allow_none=True)
    words = fields.Dict(keys=fields.String(), values=fields.Nested(PathwayWordsSchema), required=True)


class NextTargetSchema(TargetNameSchema):
    """A target that is open to the student, and why: GUIDs of what comes before it."""

    depth = fields.Integer(required=True)
    hard_mastered = fields.List(fields.String(), required=True)
    hard_waived = fields.List(fields.String(), required=True)
    soft_met = fields.List(fields.String(), required=True)
    soft_open = fields.List(fields.String(), required=True)
    inherited_from = fields.List(fields.String(), required=True)
    pathways = fields.List(fields.Nested(PathwaySchema), required=True)


class NextTargetsSchema(Schema):
    """What is unlocked next for a student, best first; `total` counts those beyond the limit too."""

    student = fields.String(required=True)
    total = fields.Integer(required=True)
    targets = fields.List(fields.Nested(NextTargetSchema), required=True)
