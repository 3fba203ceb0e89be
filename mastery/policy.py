"""Every tunable rule: named, typed, with the default of the specification. A computed row stores the version it used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """The parameters in force at an instant; names are those of the specification, `_` for `.`.

    Probabilities are in 0..1, levels 0..4, days are whole days of the student's calendar.
    """

    version: str = "default-1"
    # the estimate's probability of mastery that counts as "estimate says mastered" (measurement 1)
    mastery_probability: float = 0.90
    # the success rate on a typical item that mastery means (measurement 1)
    mastery_bar: float = 0.75
    scale_mastery_level: float = 3.0
    needs_review_below: float = 2.5
    boe_records: int = 3
    boe_assessments: int = 2
    boe_dates: int = 2
    independence_weight_assisted: float = 0.5
    independence_weight_group: float = 0.5
    max_effective_items_per_attempt: int = 5


DEFAULT_POLICY = Policy()
