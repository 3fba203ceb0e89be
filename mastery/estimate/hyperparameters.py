"""The numbers of the filter that are the same for every student: named, bounded, versioned."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass

FORMULA = "filter-3"
"""Raised whenever the equations in `kernel.py` change, so that a stored state never outlives its formula unnoticed."""

# (field, smallest, largest), both allowed. The signs of the learning steps are what makes "a right answer never
# lowers, a wrong one never raises" true (measurement 3); the rest keeps the arithmetic far from overflow.
_BOUNDS: tuple[tuple[str, float, float], ...] = (
    ("general_variance", 1e-6, 10.0),
    ("general_drift", 0.0, 1.0),
    ("form_variance", 1e-6, 10.0),
    ("form_persistence", 1e-6, 0.999),
    ("target_variance", 1e-6, 10.0),
    ("target_drift", 0.0, 1.0),
    ("learning_right", 0.0, 1.0),
    ("learning_wrong", -1.0, 0.0),
    ("practice_slope", 0.0, 2.0),
    ("item_variance", 1e-6, 10.0),
    ("item_learning_right", -2.0, 2.0),
    ("item_learning_wrong", -2.0, 2.0),
    ("forgetting", 0.0, 2.0),
    ("forgetting_variance", 0.0, 2.0),
    ("prerequisite_share", 0.0, 1.0),
    ("item_easiness", -10.0, 10.0),
    ("item_easiness_variance", 0.0, 10.0),
)
_ATTEMPT_BOUND = 5.0
_MAX_ATTEMPT_OFFSETS = 16


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """Priors and transitions of the filter (measurement 2), on the logit scale; variances are squared logits.

    The defaults need no district data. They were found on the training students (folds 1 to 4 of measurement 4) of
    assist2009 and statics2011 with no item parameters at all (a = 1, b one constant), by a random search of 460 steps
    for the smallest mean log-loss of both (.5339), then rounded (.5347). Three are choices. `practice_slope` and the
    learning steps are small: a slope of .42 predicts better (.5320), but overstates the rate of the next five answers
    by up to .08 and lets 24% of students with a true rate of 75% pass a bar of 75%, rather than 10%. The memory of an
    item does not learn by the outcome: with a step of -.6 for a wrong answer (.5343) one more right answer could lower
    the target's mean when the item came again. Forgetting is a mild guess, since neither set has dates.

    `general_*` is g, the student's level in the subject; `form_*` is f, the present form; `target_*` is s, what is
    special to one target; `item_*` is r, the memory of one item. A "step" below is one whole effective answer.
    Raises ValueError naming every field outside its bounds.
    """

    general_variance: float = 1.2
    """V_g of a fresh student."""
    general_drift: float = 0.002
    """q_g, added to V_g per step."""
    form_variance: float = 0.6
    """V_f of a fresh student, which f returns to."""
    form_persistence: float = 0.83
    """rho: the share of f that is left after one step."""
    target_variance: float = 0.55
    """V_s of a target never seen."""
    target_drift: float = 0.015
    """q_s, added to V_s per learning step."""
    learning_right: float = 0.0
    """lc: what a right answer teaches; never negative."""
    learning_wrong: float = 0.0
    """lw: what a wrong answer does beyond its evidence; never positive."""
    practice_slope: float = 0.1
    """lam: weight of ln(1 + n), n the right answers on the target; the default where a target has none of its own."""
    item_variance: float = 0.6
    """V_r of an item never seen by this student."""
    item_learning_right: float = 0.0
    """What a right answer adds to the memory of that item."""
    item_learning_wrong: float = 0.0
    """What a wrong answer adds to the memory of that item."""
    attempt_offsets: tuple[float, ...] = (0.0, -0.1)
    """delta of the first, second, ... sitting with the same item; the last one holds for all further ones."""
    forgetting: float = 0.05
    """phi: between two answers on a target, d days apart, s shrinks by exp(-phi ln(1 + d))."""
    forgetting_variance: float = 0.02
    """psi: and V_s grows by psi ln(1 + d)."""
    prerequisite_share: float = 0.0
    """pi: s of a target never seen begins at pi times the mean of s of its prerequisites that were seen."""
    item_easiness: float = 0.85
    """b of an item without calibration, and of the typical item a success rate is stated for."""
    item_easiness_variance: float = 0.2
    """Squared standard error of b for an item without calibration."""

    def __post_init__(self) -> None:
        problems = [
            f"{name} = {getattr(self, name)!r} is not in {low}..{high}"
            for name, low, high in _BOUNDS
            if not low <= getattr(self, name) <= high
        ]
        if not 1 <= len(self.attempt_offsets) <= _MAX_ATTEMPT_OFFSETS:
            problems.append(f"attempt_offsets has {len(self.attempt_offsets)} values, not 1..{_MAX_ATTEMPT_OFFSETS}")
        problems += [
            f"attempt_offsets[{place}] = {offset!r} is not in -{_ATTEMPT_BOUND}..{_ATTEMPT_BOUND}"
            for place, offset in enumerate(self.attempt_offsets)
            if not -_ATTEMPT_BOUND <= offset <= _ATTEMPT_BOUND
        ]
        if problems:
            raise ValueError("; ".join(problems))

    @property
    def version(self) -> str:
        """Name of the formula and of exactly these numbers, to be stored with every state and estimate."""
        return f"{FORMULA}-{hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:12]}"


DEFAULTS = Hyperparameters()
MODEL_VERSION = DEFAULTS.version
