"""Samples of a measurement for the gallery: each picture with much and with little behind it, each reason to look."""

from __future__ import annotations

from typing import Any

from api.pages.measurement_pictures import bars_picture, diagram_picture, drift_picture, map_picture
from api.pages.measurement_words import Why, whys
from mastery.measure.anchor import BEYOND_CHANCE
from mastery.measure.item_check import Reason

_SURE, _UNSURE = 0.03, 0.2


def measurement_samples() -> dict[str, Any]:
    """What `_measurement.html` draws, and the words for each reason."""
    item = {
        "observed": 0.42, "expected": 0.61, "answers": 1204, "students": 310, "observed_slope": -0.8,
        "observed_slope_error": 0.3, "misfit": 0.13, "drift": 4.2,
    }  # fmt: skip
    shares = [_share(0.79, _SURE), _share(0.62, _UNSURE), _share(0.93, _SURE)]
    students = [{"low": low / 2, "high": (low + 1) / 2, "count": 12 + 6 * (2 - abs(low))} for low in range(-2, 3)]
    items = [{"low": low / 2, "high": (low + 1) / 2, "count": 1 + abs(low)} for low in range(-6, 4)]
    return {
        "diagrams": [
            ("as-said", "As said", diagram_picture([(n / 10, _share(n / 10, _SURE)) for n in range(1, 10)])),
            ("too-sure", "Too sure", diagram_picture([(n / 10, _share(0.3 + n / 25, _UNSURE)) for n in (2, 5, 8)])),
        ],
        "coverage": bars_picture(shares, 0.8),
        "lines": ["all ranges", "after 3 to 5 answers", "after 6 answers or more"],
        "map": map_picture({"students": students, "items": items, "low": -0.8, "high": 0.9}),
        "drift": drift_picture([-4.4, -1.2, 0.0, 2.9, 6.1], BEYOND_CHANCE),
        "whys": [_why(item | {"reasons": [str(reason)]}) for reason in Reason]
        + [_why(item | {"reasons": [str(Reason.DRIFTED)], "drift": -4.2})],
    }


def _share(value: float, reach: float) -> dict[str, float]:
    return {"value": value, "low": max(0.0, value - reach), "high": min(1.0, value + reach)}


def _why(item: dict[str, Any]) -> Why:
    return whys(item)[0]
