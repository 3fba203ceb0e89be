"""What flags compare an estimate with: the constants of the model, or those of the method that is a subject's primary.

The specification names its constants as probabilities. On a probability they are taken as they are, on a percentage as
so many percent. Levels have constants of their own, but for the slope, which is the same share of the scale. Of
"mastered" every method has its own threshold. Yes and no: no is "not yet", which is never low.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mastery.flags.view import Fact
from mastery.methods import Choice, Scale
from mastery.policy import Policy

_TOP_LEVEL = 4.0
# how a measured fact is called where it is a probability of the model, and where it is on a method's own scale
_VALUE = {
    "estimate": "value",
    "estimate_before": "value_before",
    "prerequisite_estimate": "prerequisite_value",
    "slope": "value_slope",
}


@dataclass(frozen=True, slots=True)
class Yardstick:
    """Constants on the scale of what speaks for the estimate; `method` is its name, None for the model.

    `spinning_below` is of F04, `contradicts_from` and `contradicts_below` of F13, `gap_below` of F10; None is never.
    `slope` per opportunity and `gain` are of F04, `fall` and `fall_close` of F09.
    """

    method: str | None
    spinning_below: float
    contradicts_from: float
    contradicts_below: float | None
    gap_below: float | None
    slope: float
    gain: float
    fall: float
    fall_close: float

    def same(self, opened: Mapping[str, Fact]) -> bool:
        """Whether the facts of a finding were measured by this, so that a value of now compares with them."""
        return opened.get("method") == self.method

    def facts(self, measured: Mapping[str, float]) -> dict[str, Fact]:
        """Measured facts under the names that say on which scale they are."""
        if self.method is None:
            return dict(measured)
        return {"method": self.method} | {_VALUE[name]: value for name, value in measured.items()}

    def read(self, opened: Mapping[str, Fact], name: str) -> float | None:
        """A measured fact of a finding; None where it has none, or one of another scale."""
        value = opened.get(name if self.method is None else _VALUE[name]) if self.same(opened) else None
        return None if value is None else float(value)

    def sentence(self, key: str) -> str:
        """The sentence that tells of a chance of mastery, or the one that tells of a method's value."""
        return key if self.method is None else f"{key}.method"

    def parameters(self, of_the_model: Mapping[str, float], of_a_method: Mapping[str, float | None]) -> dict[str, Fact]:
        """The thresholds that were used: those of the policy for the model, those of the method, which may lack one."""
        if self.method is None:
            return dict(of_the_model)
        return {name: value for name, value in of_a_method.items() if value is not None}


def yardstick(primary: Choice | None, policy: Policy) -> Yardstick:
    """The constants for the primary method of a subject; None is the model."""
    if primary is None:
        high, low = policy.contradiction_probability_high, policy.contradiction_probability_low
        return _probabilities(None, policy.wheel_spin_probability, high, low, policy)
    mastered = primary.mastered_from
    match primary.method.scale:
        case Scale.PROBABILITY:
            return _probabilities(primary.name, mastered, mastered, policy.contradiction_tracing_low, policy)
        case Scale.PERCENT:
            return _probabilities(primary.name, mastered, mastered, policy.contradiction_tracing_low, policy, 100.0)
        case Scale.LEVEL:
            return Yardstick(
                primary.name, mastered, mastered, min(policy.contradiction_level_low, mastered),
                min(policy.prereq_gap_level, mastered), policy.wheel_spin_slope * _TOP_LEVEL,
                policy.wheel_spin_close_gain_level, policy.drop_levels, policy.drop_close_levels,
            )  # fmt: skip
        case Scale.YES_NO:
            return Yardstick(primary.name, mastered, mastered, None, None, policy.wheel_spin_slope, 1.0, 1.0, 0.5)


def _probabilities(
    method: str | None,
    spinning_below: float,
    contradicts_from: float,
    contradicts_below: float,
    policy: Policy,
    whole: float = 1.0,
) -> Yardstick:
    """The constants of probabilities on a scale that ends at `whole`; what is low is never above what is mastered."""
    low, gap = contradicts_below * whole, policy.prereq_gap_probability * whole
    return Yardstick(
        method, spinning_below, contradicts_from, min(low, contradicts_from), min(gap, contradicts_from),
        policy.wheel_spin_slope * whole, policy.wheel_spin_close_gain * whole, policy.drop_probability * whole,
        policy.drop_close_probability * whole,
    )  # fmt: skip
