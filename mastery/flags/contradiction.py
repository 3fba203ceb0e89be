"""F13 CONTRADICTION: a summative result and the estimate of that moment disagree; a person resolves it (domain 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from mastery.flags.view import Fact, Finding, Scope, Severity, TargetView
from mastery.flags.yardstick import yardstick
from mastery.policy import Policy

ID = "F13"
FAMILY = "contradiction"


def opens(view: TargetView, policy: Policy) -> bool:
    """Summative below 2.5 while the estimate says mastered, or 3.0 and above while it is low."""
    summative = view.tally.summative
    if summative is None or summative.resolved or summative.estimate is None:
        return False
    if summative.records < policy.enough_evidence_records:
        return False
    by = yardstick(view.primary, policy)
    if summative.level < policy.needs_review_below:
        return summative.estimate >= by.contradicts_from
    below = by.contradicts_below
    return summative.level >= policy.scale_mastery_level and below is not None and summative.estimate < below


def closes(view: TargetView, opened: Mapping[str, Fact], today: date, policy: Policy) -> bool:
    """Only a person's resolution closes it; a newer summative does not."""
    summative = view.tally.summative
    return summative is not None and summative.resolved


def finding(view: TargetView, policy: Policy) -> Finding:
    """The finding for a view on which `opens` holds."""
    summative = view.tally.summative
    if summative is None or summative.estimate is None:
        raise ValueError("no summative result on this target")
    evidence = view.tally.recent[-9:]
    if summative.result not in evidence:
        evidence = (summative.result, *evidence)
    low = summative.level < policy.needs_review_below
    by = yardstick(view.primary, policy)
    return Finding(
        ID,
        FAMILY,
        Severity.WATCH,
        Scope.TARGET,
        view.target,
        evidence,
        summative.result,
        by.sentence("contradiction.low" if low else "contradiction.high"),
        "contradiction.closes",
        "contradiction.next",
        {"target": view.target, "level_now": summative.level, **by.facts({"estimate": summative.estimate})},
        {
            "needs_review_below": policy.needs_review_below,
            "scale_mastery_level": policy.scale_mastery_level,
            **by.parameters(
                {
                    "contradiction_probability_high": policy.contradiction_probability_high,
                    "contradiction_probability_low": policy.contradiction_probability_low,
                },
                {"mastered_from": by.contradicts_from, "contradicts_below": by.contradicts_below},
            ),
        },
    )
