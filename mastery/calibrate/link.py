"""Bringing calibrations onto one scale: to a standard normal population, and to an earlier calibration."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np
from scipy.optimize import least_squares

from mastery.calibrate.answers import FEWEST_ITEMS, Answers, CalibrationError
from mastery.calibrate.calibration import Curves
from mastery.calibrate.kernel import Flags, read_posteriors
from mastery.calibrate.model import Quadrature, curves
from mastery.estimate.state import Floats

_CLOSE = 1e-5
_MOST_ROUNDS = 500
_MOST_CHOICES = 20
# of chi-square with two degrees of freedom, .999
_BEYOND_CHANCE = 13.816


@dataclass(frozen=True, slots=True)
class Scale:
    """How another scale is read: ability there = mean + sd times ability here."""

    mean: float = 0.0
    sd: float = 1.0

    def apply(self, slope: Floats, easiness: Floats) -> tuple[Floats, Floats]:
        """Curves of that scale on this one: a sd, and d + a mean, so that b = (-d / a - mean) / sd."""
        return slope * self.sd, easiness + slope * self.mean

    def then(self, next_: Scale) -> Scale:
        """This scale read through one more: `next_` is of what is here."""
        return Scale(self.mean + self.sd * next_.mean, self.sd * next_.sd)


def population_of(answers: Answers, slope: Floats, easiness: Floats, quadrature: Quadrature) -> Scale:
    """Mean and standard deviation of the normal population that these curves [J] and answers say, on the curves' scale.

    Maximum likelihood by EM with the curves held: the mean and the spread of all posteriors, until they stand.
    """
    scale = Scale()
    for _ in range(_MOST_ROUNDS):
        ability, *_ = read_posteriors(
            answers.offsets, answers.item, answers.right, *scale.apply(slope, easiness), quadrature.basis,
            quadrature.log_weights,
        )  # fmt: skip
        mean = float(ability[:, 0].mean())
        sd = float(np.sqrt(np.var(ability[:, 0]) + np.mean(ability[:, 1] ** 2)))
        scale = scale.then(Scale(mean, sd))
        if abs(mean) < _CLOSE and abs(sd - 1.0) < _CLOSE:
            break
    return scale


class Drift(NamedTuple):
    """How an item moved since an earlier calibration: changes over their standard errors, and whether beyond chance."""

    slope: float
    easiness: float
    drifted: bool


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """How a new calibration is read on an earlier one's scale, and which items moved meanwhile.

    scale    of the new calibration, read on the earlier one's: `scale.apply` brings its curves there
    items    what both have; slope_drift and easiness_drift [C], the change of each over its standard error, new less
             earlier, on the earlier scale; drifted bool[C], both together are beyond chance (1 in 1,000), so that the
             item had no part in the scale
    """

    scale: Scale
    items: Sequence[Hashable]
    slope_drift: Floats
    easiness_drift: Floats
    drifted: Flags

    @property
    def drifts(self) -> dict[Hashable, Drift]:
        """The drift of each item of both."""
        columns = (self.slope_drift.tolist(), self.easiness_drift.tolist(), self.drifted.tolist())
        return {item: Drift(*row) for item, row in zip(self.items, zip(*columns, strict=True), strict=True)}

    @property
    def students(self) -> Scale:
        """Mean and standard deviation of the new students' abilities on the earlier scale."""
        return Scale(-self.scale.mean / self.scale.sd, 1.0 / self.scale.sd)

    def linked(self, new: Curves) -> Curves:
        """Curves of the new calibration on the earlier scale; errors are those of the curves, not of the scale."""
        slope, easiness = self.scale.apply(new.slope, new.easiness)
        return Curves(new.items, slope, easiness, _turned(new.covariance, self.scale))


def anchor(new: Curves, earlier: Curves) -> Anchor:
    """Anchor by the items of both: test characteristic curves as near as can be (Stocking and Lord 1983).

    It begins with medians, which half of the items may contradict, and goes on without those that then have drifted,
    until these stay the same. Raises CalibrationError where fewer than three items are common or stand still.
    """
    known = {item: place for place, item in enumerate(earlier.items)}
    pairs = [(place, known[item]) for place, item in enumerate(new.items) if item in known]
    _enough(len(pairs), "are in both calibrations")
    now, then = _chosen(new, [pair[0] for pair in pairs]), _chosen(earlier, [pair[1] for pair in pairs])
    scale = _by_medians(now, then)
    drifted = _drifted(now, then, scale)
    for _ in range(_MOST_CHOICES):
        _enough(int((~drifted).sum()), "of both calibrations stand still")
        scale = _by_characteristic_curves(now, then, ~drifted, scale)
        before, drifted = drifted, _drifted(now, then, scale)
        if (drifted == before).all():
            break
    difference, covariance = _differences(now, then, scale)
    errors = np.sqrt(np.einsum("jaa->ja", covariance))
    return Anchor(scale, now.items, difference[:, 0] / errors[:, 0], difference[:, 1] / errors[:, 1], drifted)


def _enough(items: int, what: str) -> None:
    if items < FEWEST_ITEMS:
        raise CalibrationError(f"{items} items {what}; {FEWEST_ITEMS} are needed to link them")


def _chosen(curves: Curves, places: list[int]) -> Curves:
    return Curves(
        [curves.items[j] for j in places], curves.slope[places], curves.easiness[places], curves.covariance[places]
    )


def _by_medians(now: Curves, then: Curves) -> Scale:
    sd = float(np.median(then.slope / now.slope))
    return Scale(float(np.median((then.easiness - now.easiness) / now.slope)), sd)


def _by_characteristic_curves(now: Curves, then: Curves, used: Flags, start: Scale) -> Scale:
    nodes = np.linspace(-4.0, 4.0, 41)
    weights = np.exp(-0.25 * nodes**2)
    wanted = curves(then.slope[used], then.easiness[used], nodes).sum(axis=0)

    def distances(at: Floats) -> Floats:
        here = Scale(at[0], float(np.exp(at[1]))).apply(now.slope[used], now.easiness[used])
        return cast(Floats, weights * (curves(*here, nodes).sum(axis=0) - wanted))

    found = least_squares(distances, [start.mean, np.log(start.sd)]).x
    return Scale(float(found[0]), float(np.exp(found[1])))


def _differences(now: Curves, then: Curves, scale: Scale) -> tuple[Floats, Floats]:
    """New less earlier (slope, easiness) on the earlier scale [C, 2], and the covariance of that [C, 2, 2]."""
    here = np.stack(scale.apply(now.slope, now.easiness), axis=1)
    return here - np.stack([then.slope, then.easiness], axis=1), _turned(now.covariance, scale) + then.covariance


def _turned(covariance: Floats, scale: Scale) -> Floats:
    """Covariances of slope and easiness [J, 2, 2] on another scale, by `Scale.apply`, which is linear."""
    turned = np.array([[scale.sd, 0.0], [scale.mean, 1.0]])
    return np.asarray(turned @ covariance @ turned.T)


def _drifted(now: Curves, then: Curves, scale: Scale) -> Flags:
    difference, covariance = _differences(now, then, scale)
    distance = np.einsum("ja,ja->j", difference, np.linalg.solve(covariance, difference[:, :, None])[:, :, 0])
    return cast(Flags, distance > _BEYOND_CHANCE)
