"""F10 PREREQ_GAP: work on a target that rests on something not yet there (domain 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from mastery.body.words import CLOSED_WORK, SATISFIES_SUCCESSOR
from mastery.flags.view import Fact, Finding, PrerequisiteView, Scope, Severity, TargetView
from mastery.flags.yardstick import yardstick
from mastery.policy import Policy

ID = "F10"
FAMILY = "prereq_gap"


def opens(view: TargetView, policy: Policy) -> bool:
    """The student works on the target, and a hard prerequisite is low, or undecided after 3 failed records here."""
    return _gap(view, policy) is not None


def closes(view: TargetView, opened: Mapping[str, Fact], today: date, policy: Policy) -> bool:
    """The prerequisite is mastered or waived, or is none any more."""
    state = {p.target: p.state for p in view.prerequisites}.get(int(opened["prerequisite"]))
    return state is None or state in SATISFIES_SUCCESSOR


def finding(view: TargetView, policy: Policy) -> Finding:
    """The finding for a view on which `opens` holds, about the weakest prerequisite."""
    gap = _gap(view, policy)
    if gap is None:
        raise ValueError("no prerequisite gap on this target")
    by = yardstick(gap.primary, policy)
    facts: dict[str, Fact] = {
        "target": view.target,
        "prerequisite": gap.target,
        "records": view.tally.records,
        "failed": view.tally.failed,
    }
    if _low(gap, policy) and gap.spoken is not None:
        facts |= by.facts({"prerequisite_estimate": gap.spoken})
        sentence, evidence = by.sentence("prereq_gap.low"), gap.tally.recent[-5:] + view.tally.recent[-5:]
        # one result may be about both
        evidence = tuple(dict.fromkeys(evidence))
    else:
        sentence, evidence = "prereq_gap.undecided", view.tally.failed_results
    return Finding(
        ID,
        FAMILY,
        Severity.WATCH,
        Scope.TARGET,
        view.target,
        evidence,
        evidence[-1],
        sentence,
        "prereq_gap.closes",
        "prereq_gap.next",
        facts,
        {
            "prereq_gap_failed_records": policy.prereq_gap_failed_records,
            **by.parameters(
                {"prereq_gap_probability": policy.prereq_gap_probability}, {"prereq_gap_value": by.gap_below}
            ),
        },
    )


def _gap(view: TargetView, policy: Policy) -> PrerequisiteView | None:
    if not view.prerequisites or not view.tally.recent or view.state in CLOSED_WORK:
        return None
    open_ones = [p for p in view.prerequisites if p.state not in SATISFIES_SUCCESSOR]
    low = [p for p in open_ones if _low(p, policy)]
    if low:
        return min(low, key=lambda p: (p.spoken or 0.0, p.target))
    if open_ones and view.tally.failed >= policy.prereq_gap_failed_records:
        return min(open_ones, key=lambda p: p.target)
    return None


def _low(prerequisite: PrerequisiteView, policy: Policy) -> bool:
    """Known to be low: too little evidence is not low."""
    below = yardstick(prerequisite.primary, policy).gap_below
    return (
        prerequisite.spoken is not None
        and below is not None
        and prerequisite.tally.records >= policy.enough_evidence_records
        and prerequisite.spoken < below
    )
