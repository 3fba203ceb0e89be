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
from mastery.flags.yardstick import Yardstick, yardstick
from mastery.policy import Policy

ID = "F04"
FAMILY = "wheel_spin"


def opens(view: TargetView, policy: Policy) -> bool:
    """At least 10 counted opportunities, never 3 correct first tries in a row, estimate low and not rising."""
    practice, estimate = view.tally.practice, view.spoken
    if practice is None or practice.opportunities < policy.wheel_spin_opportunities or estimate is None:
        return False
    if practice.longest_run >= policy.wheel_spin_run or len(practice.estimates) < policy.wheel_spin_slope_window:
        return False
    by = yardstick(view.primary, policy)
    return estimate < by.spinning_below and view.state not in CLOSED_WORK and slope(practice.estimates) <= by.slope


def closes(view: TargetView, opened: Mapping[str, Fact], today: date, policy: Policy) -> bool:
    """Mastered, or the estimate 0.15 above that at opening, or 10 days without work on the target.

    Where another method than at opening speaks for the estimate, the two do not compare: it closes when it would not
    open any more.
    """
    last, estimate, by = view.tally.last_date, view.spoken, yardstick(view.primary, policy)
    if view.state in CLOSED_WORK or estimate is None or last is None:
        return True
    if days_between(last, today) >= policy.wheel_spin_close_idle_days:
        return True
    before = by.read(opened, "estimate")
    if before is None:
        return not opens(view, policy)
    if by.method is not None:
        return estimate >= _goal(before, by)
    return estimate - before >= by.gain


def _goal(value: float, by: Yardstick) -> float:
    """Where a method's value has to come to: what it calls mastered is always enough."""
    return min(value + by.gain, by.spinning_below)


def finding(view: TargetView, policy: Policy) -> Finding:
    """The finding for a view on which `opens` holds."""
    tally, estimate, by = view.tally, view.spoken, yardstick(view.primary, policy)
    if tally.practice is None or estimate is None:
        raise ValueError("no practice on this target")
    facts: dict[str, Fact] = {
        "target": view.target,
        "opportunities": tally.practice.opportunities,
        "longest_run": tally.practice.longest_run,
        "idle_days": policy.wheel_spin_close_idle_days,
        **by.facts({"estimate": estimate, "slope": slope(tally.practice.estimates)}),
    }
    facts |= {"gain": by.gain} if by.method is None else {"value_goal": _goal(estimate, by)}
    return Finding(
        ID,
        FAMILY,
        Severity.ACT,
        Scope.TARGET,
        view.target,
        tally.recent,
        tally.recent[-1],
        by.sentence("wheel_spin"),
        by.sentence("wheel_spin.closes"),
        "wheel_spin.next",
        facts,
        {
            "wheel_spin_opportunities": policy.wheel_spin_opportunities,
            "wheel_spin_opportunities_per_day": policy.wheel_spin_opportunities_per_day,
            "wheel_spin_run": policy.wheel_spin_run,
            "wheel_spin_slope": by.slope,
            **by.parameters(
                {"wheel_spin_probability": by.spinning_below},
                {"mastered_from": by.spinning_below, "wheel_spin_close_gain": by.gain},
            ),
        },
    )


def slope(values: Sequence[float]) -> float:
    """Least-squares slope per step of equally spaced values; 0.0 for fewer than two."""
    n = len(values)
    if n < 2:
        return 0.0
    middle = (n - 1) / 2
    return sum((i - middle) * v for i, v in enumerate(values)) / (n * (n * n - 1) / 12)
