"""BKT as two public tutors report it. Both go answer by answer; a try is right where it scored all points."""

from __future__ import annotations

from collections.abc import Sequence

from mastery.methods.bkt import Bkt, right_or_wrong, traced
from mastery.methods.words import Scored


def oatutor(records: Sequence[Scored], model: Bkt) -> float | None:
    """OATutor stores P(known) after the learning step of the newest answer; None without any."""
    found = traced(right_or_wrong(records), model)
    return found[-1][1] if found else None


def masterytrace(records: Sequence[Scored], model: Bkt) -> float | None:
    """MasteryTrace reports P(known) before the learning step of the newest answer; None without any."""
    found = traced(right_or_wrong(records), model)
    return found[-1][0] if found else None


def lesson_score(skills: Sequence[float]) -> float | None:
    """OATutor's score of a lesson, the mean of P(known) of its skills; one of them may be far below it."""
    return sum(skills) / len(skills) if skills else None
