"""One scored result: its words, its order, its identity, and what of it the decision sees."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from mastery.policy import Policy


class Purpose(StrEnum):
    """Why the evidence was gathered; domain 2.3 says what each may do."""

    DIAGNOSTIC = "diagnostic"
    FORMATIVE = "formative"
    INTERIM = "interim"
    SUMMATIVE = "summative"
    STATE_SUMMATIVE = "state_summative"


class Independence(StrEnum):
    """Whether the student worked alone."""

    INDEPENDENT = "independent"
    ASSISTED = "assisted"
    GROUP = "group"


class Feedback(StrEnum):
    """Whether the student learned the outcome of an item before the next one."""

    IMMEDIATE = "immediate"
    NONE = "none"


class Proctoring(StrEnum):
    """Who watched the sitting."""

    NONE = "none"
    TEACHER = "teacher"
    SECURE = "secure"


class EvidenceType(StrEnum):
    """What the student did."""

    QUIZ = "quiz"
    TEST = "test"
    EXIT_TICKET = "exit_ticket"
    PRACTICE = "practice"
    PERFORMANCE = "performance"
    PORTFOLIO = "portfolio"
    OBSERVATION = "observation"
    EXTERNAL_CREDENTIAL = "external_credential"
    # whether what was mastered is still there, weeks later (domain 2.4, Durability)
    RETENTION_CHECK = "retention_check"


class ScoreStatus(StrEnum):
    """Only `scored` carries a score; missing is not zero and not exempt (domain 2.2)."""

    SCORED = "scored"
    PENDING_MANUAL = "pending_manual"
    EXEMPT = "exempt"
    NOT_SUBMITTED = "not_submitted"


JUDGED_TYPES = frozenset({EvidenceType.PERFORMANCE, EvidenceType.PORTFOLIO, EvidenceType.OBSERVATION})
SYSTEM_SCORER = "system"
TOP_LEVEL = 4
"""A rubric has the levels 0 to 4."""


@dataclass(frozen=True, slots=True)
class ItemResponse:
    """One try at one item. `attempt` counts from 1 and is `try` on the wire."""

    item: str
    score: float
    max: float
    attempt: int = 1
    hints: int = 0
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class TargetScore:
    """What a sitting says about one target; `target` is whatever spelling the sender used."""

    target: str
    score: float | None
    max: float | None
    level: float | None = None
    items: tuple[ItemResponse, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """One posted result: one sitting of one student, before any name in it is resolved."""

    source_id: str
    revision: int
    student: str
    assessment: str
    form: str
    purpose: Purpose
    evidence_type: EvidenceType
    scorer: str
    performed_at: datetime
    scored_at: datetime
    independence: Independence = Independence.INDEPENDENT
    feedback: Feedback = Feedback.IMMEDIATE
    proctoring: Proctoring = Proctoring.NONE
    status: ScoreStatus = ScoreStatus.SCORED
    setting: str = "school"
    accommodations: tuple[str, ...] = ()
    duration_seconds: float | None = None
    targets: tuple[TargetScore, ...] = ()
    date_estimated: bool = False


class OrderKey(NamedTuple):
    """The total order of evidence (design 3): pedagogy orders by `performed_at`; the rest only breaks ties."""

    performed_at: datetime
    scored_at: datetime
    client: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a result: the field's path, what was found, what would be right."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class CutScore:
    """From this share of the maximum (0..1) on, the level (0..4 in halves) is reached."""

    level: float
    share: float


PROPOSED_CUT_SCORES: tuple[CutScore, ...] = (
    CutScore(1.0, 0.25),
    CutScore(2.0, 0.50),
    CutScore(2.5, 0.65),
    CutScore(3.0, 0.80),
    CutScore(3.5, 0.90),
    CutScore(4.0, 0.97),
)

# so that 1.95 of 3 reaches 65 %, whatever binary fractions make of it
_SHARE_TOLERANCE = 1e-9


def normalised(result: Result) -> dict[str, Any]:
    """The result as JSON values that are equal exactly where two results say the same.

    Times are UTC, numbers are floats (3 is 3.0, -0.0 is 0.0), defaults are filled in; the order of accommodations,
    targets and items carries no meaning, every try of an item is kept. That the day is estimated is said only where it
    is, so that a digest from before it could be said is still that of the same result.
    """
    estimated = {"date_estimated": True} if result.date_estimated else {}
    return {
        "source_id": result.source_id,
        "revision": result.revision,
        "student": result.student,
        "assessment": result.assessment,
        "form": result.form,
        "purpose": result.purpose.value,
        "evidence_type": result.evidence_type.value,
        "scorer": result.scorer,
        "performed_at": _utc(result.performed_at),
        "scored_at": _utc(result.scored_at),
        "independence": result.independence.value,
        "feedback": result.feedback.value,
        "proctoring": result.proctoring.value,
        "status": result.status.value,
        "setting": result.setting,
        "accommodations": sorted(set(result.accommodations)),
        "duration_seconds": _number(result.duration_seconds),
        "targets": sorted([_normalised_target(one) for one in result.targets], key=_TARGET_NAME),
        **estimated,
    }


_TARGET_NAME = itemgetter("target")


_ITEM_AND_TRY = attrgetter("item", "attempt")


def _normalised_target(score: TargetScore) -> dict[str, Any]:
    items = score.items if len(score.items) < 2 else sorted(score.items, key=_ITEM_AND_TRY)
    return {
        "target": score.target,
        "score": _number(score.score),
        "max": _number(score.max),
        "level": _number(score.level),
        "items": [
            [one.item, one.attempt, _number(one.score), _number(one.max), one.hints, _number(one.seconds)]
            for one in items
        ],
    }


def lasting(items: Iterable[ItemResponse]) -> tuple[ItemResponse, ...]:
    """What of responses every estimate, score rule, flag, calibration and measurement reads, by item name.

    Of each item the first try that was sent, with 1 hint for any number of them and without its time.
    """
    first: dict[str, ItemResponse] = {}
    for one in sorted(items, key=_ITEM_AND_TRY):
        # a later try of an item whose first was not sent still says that there was an item
        first.setdefault(one.item, one)
    return tuple(replace(one, hints=min(one.hints, 1), seconds=None) for one in first.values())


def restored(body: Mapping[str, Any]) -> Result:
    """The result that `normalised` wrote: restored(normalised(r)) says the same as r."""
    targets = tuple(
        TargetScore(
            one["target"],
            one["score"],
            one["max"],
            one["level"],
            tuple(
                ItemResponse(item, score, maximum, attempt, hints, seconds)
                for item, attempt, score, maximum, hints, seconds in one["items"]
            ),
        )
        for one in body["targets"]
    )
    words = {
        "purpose": Purpose(body["purpose"]),
        "evidence_type": EvidenceType(body["evidence_type"]),
        "independence": Independence(body["independence"]),
        "feedback": Feedback(body["feedback"]),
        "proctoring": Proctoring(body["proctoring"]),
        "status": ScoreStatus(body["status"]),
        "performed_at": datetime.fromisoformat(body["performed_at"]),
        "scored_at": datetime.fromisoformat(body["scored_at"]),
        "accommodations": tuple(body["accommodations"]),
        "targets": targets,
    }
    return Result(**{**body, **words})


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _number(value: float | None) -> float | None:
    # adding zero turns -0.0 into 0.0
    return None if value is None else float(value) + 0.0


# an encoder made once: making one is a good part of the work on a small document
_CANONICAL = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False).encode


def digest(result: Result) -> bytes:
    """SHA-256 (32 bytes) of the normalised result in canonical JSON. Raises ValueError where a number is not finite.

    Canonical: the fields' values in the order of `normalised`, numbers in their shortest exact form.
    """
    return hashlib.sha256(_CANONICAL(list(normalised(result).values())).encode()).digest()


def independence_weight(independence: Independence, policy: Policy) -> float:
    """How much work counts that was not done alone, in (0, 1]."""
    if independence is Independence.ASSISTED:
        return policy.independence_weight_assisted
    if independence is Independence.GROUP:
        return policy.independence_weight_group
    return 1.0


def share_of(score: float, maximum: float) -> float:
    """score/max clamped to 0..1; `maximum` must be above 0."""
    return min(max(score / maximum, 0.0), 1.0)


def reached(score: TargetScore, evidence_type: EvidenceType, scorer: str) -> tuple[float, float] | None:
    """What was reached of how much: score and max as posted, or the level of 4 where a person judged that alone.

    None without either: missing is not zero.
    """
    if score.score is not None and score.max is not None:
        return score.score, score.max
    if score.level is not None and judged(evidence_type, scorer):
        return score.level, TOP_LEVEL
    return None


def level(score: float, maximum: float, cuts: Iterable[CutScore]) -> float | None:
    """The highest level whose cut score is reached, 0.0 below the lowest; None without cut scores.

    Percent becomes a level in no other way (domain 2.2).
    """
    reached: float | None = None
    for cut in cuts:
        reached = 0.0 if reached is None else reached
        if score >= cut.share * maximum - _SHARE_TOLERANCE * abs(maximum):
            reached = max(reached, cut.level)
    return reached


def level_of(
    score: TargetScore, evidence_type: EvidenceType, scorer: str, cuts: Iterable[CutScore] | None
) -> float | None:
    """The level of a target's score: by the assessment's cut scores, or as a person judged it by a rubric.

    A level that came along with points from a system, or with work that is not judged, has no cut scores behind it and
    is not taken.
    """
    if score.level is not None and judged(evidence_type, scorer):
        return score.level
    if cuts is None or score.score is None or score.max is None:
        return None
    return level(score.score, score.max, cuts)


def judged(evidence_type: EvidenceType, scorer: str) -> bool:
    """A person judged a performance, a portfolio or what they observed."""
    return evidence_type in JUDGED_TYPES and scorer != SYSTEM_SCORER


def certifying(
    purpose: Purpose,
    evidence_type: EvidenceType,
    scorer: str,
    independence: Independence,
    level: float | None,
    *,
    scorer_certified: bool = False,
) -> bool:
    """Whether a record is of the certifying kind (BOE-1, line 4): independent work with a level, summative or judged.

    Judged work certifies only when its scorer is a certified educator authorised for it (`scorer_certified`). A state
    summative never certifies: it is a ledger of its own.
    """
    if level is None or independence is not Independence.INDEPENDENT or purpose is Purpose.STATE_SUMMATIVE:
        return False
    return purpose is Purpose.SUMMATIVE or (judged(evidence_type, scorer) and scorer_certified)
