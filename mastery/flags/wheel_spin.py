"""F04 WHEEL_SPIN: much practice on a target, no run of correct answers and no upward slope (domain 4.2).

Many opportunities alone are no harm: productive persistence is associated with better outcomes, so a rising estimate
keeps the flag away, and the next step is another way of teaching rather than more of the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from mastery.body.words import CLOSED_WORK
from mastery.calendar import days_between
from mastery.flags.view import Fact, Finding, Scope, Severity, TargetView
from mastery.policy import Policy

ID = "F04"
FAMILY = "wheel_spin"


def opens(view: TargetView, policy: Policy) -> bool:
    """At least 10 counted opportunities, never 3 correct first tries in a row, estimate low and not rising."""
    practice, estimate = view.tally.practice, view.tally.estimate
    if practice is None or practice.opportunities < policy.wheel_spin_opportunities or estimate is None:
        return False
    return (
        practice.longest_run < policy.wheel_spin_run
        and estimate < policy.wheel_spin_probability
        and view.state not in CLOSED_WORK
        and slope(practice.estimates) <= policy.wheel_spin_slope
    )


def closes(view: TargetView, opened: Mapping[str, Fact], today: date, policy: Policy) -> bool:
    """Mastered, or the estimate 0.15 above that at opening, or 10 days without work on the target."""
    tally = view.tally
    if view.state in CLOSED_WORK or tally.estimate is None or tally.last_date is None:
        return True
    gained = tally.estimate - float(opened["estimate"]) >= policy.wheel_spin_close_gain
    return gained or days_between(tally.last_date, today) >= policy.wheel_spin_close_idle_days


def finding(view: TargetView, policy: Policy) -> Finding:
    """The finding for a view on which `opens` holds."""
    tally = view.tally
    if tally.practice is None or tally.estimate is None:
        raise ValueError("no practice on this target")
    return Finding(
        ID,
        FAMILY,
        Severity.ACT,
        Scope.TARGET,
        view.target,
        tally.recent,
        tally.recent[-1],
        "wheel_spin",
        "wheel_spin.closes",
        "wheel_spin.next",
        {
            "target": view.target,
            "opportunities": tally.practice.opportunities,
            "longest_run": tally.practice.longest_run,
            "estimate": tally.estimate,
            "slope": slope(tally.practice.estimates),
            "idle_days": policy.wheel_spin_close_idle_days,
            "gain": policy.wheel_spin_close_gain,
        },
        {
            "wheel_spin_opportunities": policy.wheel_spin_opportunities,
            "wheel_spin_opportunities_per_day": policy.wheel_spin_opportunities_per_day,
            "wheel_spin_run": policy.wheel_spin_run,
            "wheel_spin_probability": policy.wheel_spin_probability,
            "wheel_spin_slope": policy.wheel_spin_slope,
        },
    )


def slope(values: Sequence[float]) -> float:
    """Least-squares slope per step of equally spaced values; 0.0 for fewer than two."""
    n = len(values)
    if n < 2:
        return 0.0
    middle = (n - 1) / 2
    return sum((i - middle) * v for i, v in enumerate(values)) / (n * (n * n - 1) / 12)
