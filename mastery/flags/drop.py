"""F09 DROP: a sudden fall on a target that had been going well, within one subject (domain 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from statistics import median

from mastery.body.words import SATISFIES_SUCCESSOR
from mastery.flags.view import Fact, Finding, Scope, Severity, TargetView
from mastery.policy import Policy

ID = "F09"
FAMILY = "drop"


def opens(view: TargetView, policy: Policy) -> bool:
    """The levels fell by 1.0 against the student's own median, or the estimate by 0.30 within 5 days."""
    return _estimate_fell(view, policy) or _levels_fell(view, policy)


def closes(view: TargetView, opened: Mapping[str, Fact], today: date, policy: Policy) -> bool:
    """Back within half a level of the median, and within half of the fall of the estimate, whichever had fallen."""
    if "median_before" in opened:
        recent = _recent_mean(view, policy)
        if recent is None or recent < float(opened["median_before"]) - policy.drop_close_levels:
            return False
    if "estimate_before" in opened:
        estimate = view.tally.estimate
        if estimate is None or estimate < float(opened["estimate_before"]) - policy.drop_close_probability:
            return False
    return True


def finding(view: TargetView, policy: Policy) -> Finding:
    """The finding for a view on which `opens` holds; the facts hold what had fallen, so that closing can compare."""
    tally = view.tally
    facts: dict[str, Fact] = {"target": view.target, "days": policy.drop_within_days}
    evidence: tuple[int, ...] = tally.recent
    sentence = "drop.estimate"
    if _estimate_fell(view, policy) and tally.estimate is not None:
        facts |= {"estimate": tally.estimate, "estimate_before": _peak(view)}
    if _levels_fell(view, policy):
        before = _median_before(view, policy)
        recent = _recent_mean(view, policy)
        if before is None or recent is None:
            raise ValueError("no levels to compare on this target")
        facts |= {"level_now": recent, "median_before": before}
        sentence, evidence = "drop.level", tuple(result for result, _ in tally.levels)
    return Finding(
        ID,
        FAMILY,
        Severity.WATCH,
        Scope.TARGET,
        view.target,
        evidence,
        evidence[-1],
        sentence,
        f"{sentence}.closes",
        "drop.next",
        facts,
        {
            "drop_levels": policy.drop_levels,
            "drop_close_levels": policy.drop_close_levels,
            "drop_probability": policy.drop_probability,
            "drop_within_days": policy.drop_within_days,
        },
    )


def _estimate_fell(view: TargetView, policy: Policy) -> bool:
    tally = view.tally
    if tally.estimate is None or not tally.peaks:
        return False
    return _peak(view) - tally.estimate >= policy.drop_probability


def _peak(view: TargetView) -> float:
    return max(estimate for _, estimate in view.tally.peaks)


def _levels_fell(view: TargetView, policy: Policy) -> bool:
    before = _median_before(view, policy)
    if before is None:
        return False
    recent = _recent_mean(view, policy)
    shown = max(before, view.level or 0.0)
    if view.state not in SATISFIES_SUCCESSOR and shown < policy.drop_from_level:
        return False
    return recent is not None and before - recent >= policy.drop_levels


def _median_before(view: TargetView, policy: Policy) -> float | None:
    """The median of the 5 levels before the newest 2; None while there are not so many."""
    levels = view.tally.levels
    if len(levels) < policy.drop_recent_records + policy.drop_earlier_records:
        return None
    return median(level for _, level in levels[: policy.drop_earlier_records])


def _recent_mean(view: TargetView, policy: Policy) -> float | None:
    levels = view.tally.levels[-policy.drop_recent_records :]
    return sum(level for _, level in levels) / len(levels) if len(levels) == policy.drop_recent_records else None
