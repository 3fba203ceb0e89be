"""ALOSI's BKT with partial credit, and the grade that it makes of several skills."""

from __future__ import annotations

from collections.abc import Sequence

from mastery.methods.bkt import Bkt, answers, traced
from mastery.methods.words import Scored


def alosi(records: Sequence[Scored], model: Bkt) -> float | None:
    """P(known) after the newest try, each counting by its share of points; None without any."""
    found = traced([float(share) for record in records for share in answers(record)], model)
    return found[-1][1] if found else None


def alosi_grade(masteries: Sequence[float], priors: Sequence[float], threshold: float = 0.9) -> float | None:
    """How far skills have come from their priors to `threshold`, 0..1, on average; never below where they began."""
    if not masteries:
        return None
    shares = [
        min(max((max(mastery, prior) - prior) / (threshold - prior), 0.0), 1.0)
        for mastery, prior in zip(masteries, priors, strict=True)
    ]
    return sum(shares) / len(shares)
