"""What the commands say about whom a threshold for mastery passes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mastery.measure.operating import TOLERATED
from mastery.numbers import half_up

_SAID = (0.65, 0.75, 0.85, 0.90, 0.95)


def threshold_lines(table: dict[str, Any], threshold: float) -> Iterator[str]:
    """An `OperatingTable` as a document, at one of its thresholds, with both error rates."""
    yield (
        f"Mastery from a probability of {threshold:g} (bar {_percent(table['bar'])}), simulated: {table['students']}"
        f" students of this model on {table['targets']} targets"
    )
    rows = [one for one in table["rows"] if one["threshold"] == threshold]
    for row in rows:
        passing = dict(zip(table["rates"], row["passing"], strict=True))
        told = "; ".join(f"{_percent(rate)}, {_of_100(passing[rate])}" for rate in _SAID)
        yield f"  {row['answers']} answers each: of 100 students pass, by true rate: {told}"
        yield (
            f"    false mastery: {_of_100(row['false_mastery'])} of 100 below the bar pass"
            f" (at {_percent(table['below'])}, {_of_100(row['false_mastery_at'])})"
        )
        yield (
            f"    missed mastery: {_of_100(row['missed_mastery'])} of 100 at or above the bar do not"
            f" (at {_percent(table['above'])}, {_of_100(row['missed_mastery_at'])})"
        )
    if not rows:
        yield "  this table has no such threshold: mastery calibration thresholds SUBJECT"
    recommended = "none" if table["recommended"] is None else f"{table['recommended']:g}"
    yield (
        f"  The smallest threshold with at most {half_up(TOLERATED * 100)} of 100 passing at"
        f" {_percent(table['below'])}: {recommended}"
    )


def _percent(rate: float) -> str:
    return f"{half_up(rate * 100)}%"


def _of_100(share: dict[str, Any] | None) -> str:
    return "-" if share is None else str(half_up(share["share"] * 100, 1))
