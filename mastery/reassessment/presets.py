"""Four policy objects to begin with: two of a classroom, from the district's parameters, and two of states."""

from __future__ import annotations

from dataclasses import replace

from mastery.policy import DEFAULT_POLICY, Policy
from mastery.reassessment.words import (
    Before,
    ByKind,
    ByLevel,
    ByScore,
    Counts,
    FormRule,
    Latest,
    Limit,
    RetakePolicy,
)

_NOBODY = frozenset[int]()


def classroom_summative(policy: Policy) -> RetakePolicy:
    """The default: corrections, relearning, the teacher's word; three days later; three tries in sixty days."""
    return RetakePolicy(
        name="classroom_summative",
        eligible_if=ByLevel(policy.scale_mastery_level, policy.retake_improve_level),
        require_before=(Before.CORRECTIONS, Before.RELEARNING, Before.SIGN_OFF),
        cooldown_days=ByKind(formative=0, summative=policy.retake_cooldown_days, state=policy.retake_cooldown_days),
        max_attempts=ByKind(
            formative=Limit(),
            summative=Limit(policy.retake_attempts, days=policy.retake_window_days, leave=True),
            state=Limit(1, per_window=True),
        ),
        form_rule=FormRule(policy.retake_forms_apart, policy.retake_shared_items),
        items_min=policy.retake_items_min,
        seen_at_least=policy.retake_seen_share,
        parent_consent=ByKind(_NOBODY, _NOBODY, state=frozenset(range(9))),
    )


def classroom_quiz(policy: Policy) -> RetakePolicy:
    """A light one, that costs the teacher one tap: their word comes before, and the next day is soon enough."""
    return replace(
        classroom_summative(policy),
        name="classroom_quiz",
        require_before=(Before.SIGN_OFF,),
        cooldown_days=ByKind(formative=0, summative=0, state=policy.retake_cooldown_days),
    )


# of the tries of one administration, on a scale whose passing score is 400; a passing retake replaces the first score,
# a failing one is ignored
VIRGINIA_EXPEDITED = replace(
    classroom_summative(DEFAULT_POLICY),
    name="virginia_expedited",
    eligible_if=ByScore(passing=400, lowest=375, extenuating=True, out_of=600),
    require_before=(),
    cooldown_days=ByKind(0, 0, 0),
    # the test and one retake
    max_attempts=ByKind(*[Limit(2, per_window=True)] * 3),
    latest=Latest(same_window=True),
    counts=Counts.PASSING_REPLACES,
    partial=False,
    parent_consent=ByKind(*[frozenset(range(3, 9))] * 3),
)

# percent of the exam, with and without instruction in the subject before it
TEXAS_CREDIT_BY_EXAM = replace(
    classroom_summative(DEFAULT_POLICY),
    name="texas_credit_by_exam",
    eligible_if=ByScore(passing=80, passing_taught=70),
    require_before=(),
    cooldown_days=ByKind(0, 0, 0),
    max_attempts=ByKind(*[Limit(1, per_window=True)] * 3),
    counts=Counts.PASSING_REPLACES,
    partial=False,
    parent_consent=ByKind(_NOBODY, _NOBODY, _NOBODY),
    each_quarter=True,
    late_arrivals=True,
)
