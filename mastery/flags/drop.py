"""F09 DROP: a sudden fall on a target that had been going well, within one subject (domain 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from statistics import median

from mastery.body.words import SATISFIES_SUCCESSOR
from mastery.flags.view import Fact, Finding, Scope, Severity, TargetView
from mastery.flags.yardstick import yardstick
from mastery.policy import Policy

ID = "F09"
FAMILY = "drop"


def opens(view: TargetView, policy: Policy) -> bool:
    """The levels fell by 1.0 against the student's own median, or the estimate by 0.30 within 5 days."""
    return _estimate_fell(view, policy) or _levels_fell(view, policy)


def closes(view: TargetView, opened: Mapping[str, Fact], today: date, policy: Policy) -> bool:
    """Back within half a level of the median, and within half of the fall of the estimate, whichever had fallen.

    Where another method than at opening speaks for the estimate, the two do not compare: then what counts is whether
    the estimate is fallen now.
    """
    if "median_before" in opened:
        recent = _recent_mean(view, policy)
        if recent is None or recent < float(opened["median_before"]) - policy.drop_close_levels:
            return False
    by, estimate = yardstick(view.primary, policy), view.spoken
    before = by.read(opened, "estimate_before")
    if before is not None:
        return estimate is not None and estimate >= before - by.fall_close
    return by.same(opened) or not _estimate_fell(view, policy)


def finding(view: TargetView, policy: Policy) -> Finding:
    """The finding for a view on which `opens` holds; the facts hold what had fallen, so that closing can compare."""
    tally, estimate, by = view.tally, view.spoken, yardstick(view.primary, policy)
    facts: dict[str, Fact] = {"target": view.target, "days": policy.drop_within_days}
    evidence: tuple[int, ...] = tally.recent
    sentence, closes_when = by.sentence("drop.estimate"), by.sentence("drop.estimate.closes")
    if _estimate_fell(view, policy) and estimate is not None:
        facts |= by.facts({"estimate": estimate, "estimate_before": _peak(view)})
    if _levels_fell(view, policy):
        before = _median_before(view, policy)
        recent = _recent_mean(view, policy)
        if before is None or recent is None:
            raise ValueError("no levels to compare on this target")
        facts |= {"level_now": recent, "median_before": before}
        sentence, closes_when = "drop.level", "drop.level.closes"
        evidence = tuple(result for result, _ in tally.levels)
    return Finding(
        ID,
        FAMILY,
        Severity.WATCH,
        Scope.TARGET,
        view.target,
        evidence,
        evidence[-1],
        sentence,
        closes_when,
        "drop.next",
        facts,
        {
            "drop_levels": policy.drop_levels,
            "drop_close_levels": policy.drop_close_levels,
            "drop_within_days": policy.drop_within_days,
            **by.parameters({"drop_probability": by.fall}, {"drop_value": by.fall, "drop_close_value": by.fall_close}),
        },
    )


def _estimate_fell(view: TargetView, policy: Policy) -> bool:
    if view.spoken is None or not view.tally.peaks:
        return False
    return _peak(view) - view.spoken >= yardstick(view.primary, policy).fall


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
