"""Whether a rater may score live: anchors scored as those who agreed on them did, not too long ago (domain 2.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from mastery.body.words import Key
from mastery.numbers import exact
from mastery.policy import Policy


@dataclass(frozen=True, slots=True)
class AnchorScore:
    """What a rater gave for a criterion of an anchor, and the level that was agreed on for it."""

    anchor: Key
    agreed: float
    given: float


@dataclass(frozen=True, slots=True)
class Trial:
    """One calibration of a rater for a task, on a day where the school is."""

    day: date
    scores: tuple[AnchorScore, ...]


def passes(trial: Trial, policy: Policy) -> bool:
    """Whether a trial is good enough: enough anchors, enough scores exactly right, none further off than adjacent."""
    scores = trial.scores
    if len({one.anchor for one in scores}) < policy.raters_anchors:
        return False
    right = Fraction(sum(one.given == one.agreed for one in scores), len(scores))
    near = all(abs(one.given - one.agreed) <= policy.raters_adjacent_levels for one in scores)
    return near and right >= exact(policy.raters_anchor_exact_share)


def calibrated_until(trials: Sequence[Trial], policy: Policy) -> date | None:
    """The last day on which a rater may score by their newest trial, in calendar days; None where they may not.

    Of trials of one day the last one in the sequence speaks.
    """
    if not trials:
        return None
    newest = max(reversed(trials), key=lambda trial: trial.day)
    return newest.day + timedelta(days=policy.raters_calibration_days) if passes(newest, policy) else None


def is_calibrated(trials: Sequence[Trial], today: date, policy: Policy) -> bool:
    """Whether a rater may score on a day."""
    until = calibrated_until([trial for trial in trials if trial.day <= today], policy)
    return until is not None and today <= until
