"""Holding a calibration to the scale of an earlier one, and telling which items have moved since.

A model of success says how far an answer's ability and easiness are apart, so both can slide together: a year's
students who know more would look like easier items. So the mean easiness of the items that an earlier calibration has,
weighted by their answers, stays where it was. An item whose own easiness moved has no part in that mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mastery.estimate.state import Floats, Integers

BEYOND_CHANCE = 3.29
"""Standard errors: of a thousand items that stand still one drifts as far by chance."""


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """What an earlier calibration found of the I items of some answers; NaN where it has no such item.

    easiness, easiness_variance [I]: b and SE_b^2 there; answers int64[I]: how many there are now.
    """

    easiness: Floats
    easiness_variance: Floats
    answers: Integers

    @property
    def common(self) -> npt.NDArray[np.bool_]:
        """Which items both have, bool[I]."""
        return ~np.isnan(self.easiness)

    def shift(self, easiness: Floats, easiness_variance: Floats) -> float:
        """What is to be added to a new easiness [I] to be on the earlier scale; 0 without common items.

        The median says which items stand still, though half of them may contradict; their weighted mean says how far.
        """
        common = self.common
        if not common.any():
            return 0.0
        distance = (self.easiness - easiness)[common]
        drift = self.drift(easiness + float(np.median(distance)), easiness_variance)[common]
        still = np.abs(drift) <= BEYOND_CHANCE
        if not still.any():
            return float(np.median(distance))
        return float(np.average(distance[still], weights=self.answers[common][still]))

    def drift(self, easiness: Floats, easiness_variance: Floats) -> Floats:
        """New less earlier easiness over the standard error of the difference, [I]; NaN for items that are new.

        The standard errors are taken for independent. Where both calibrations saw the same answers they are not, and an
        item that drifts is then told of later than it could be.
        """
        return (easiness - self.easiness) / np.sqrt(easiness_variance + self.easiness_variance)


def is_drifted(drift: float | None) -> bool:
    """Whether an item moved beyond chance; not if it is new."""
    return drift is not None and abs(drift) > BEYOND_CHANCE
