"""What raters of one piece of work see of one another: nothing until they have submitted (domain 2.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations

from mastery.body.words import Key
from mastery.rating.agreement import Pair
from mastery.rating.rubric import Rubric, Scores, checked_scores


@dataclass(frozen=True, slots=True)
class Sheet:
    """One rater's scores of a piece of work; a submitted one never changes. `lead`: of whoever settles the others'."""

    rater: int
    scores: Scores
    submitted_at: datetime | None = None
    lead: bool = False


def seen_by(rater: int, sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """What a rater sees, the lead too: their own sheet, and once that is submitted, the submitted ones of others."""
    done = any(one.rater == rater and one.submitted_at is not None for one in sheets)
    return tuple(one for one in sheets if one.rater == rater or (done and one.submitted_at is not None))


def submitted(sheets: Sequence[Sheet], rater: int, rubric: Rubric, at: datetime) -> tuple[Sheet, ...]:
    """The sheets once a rater has submitted; RubricError where theirs does not speak of every criterion.

    ValueError where no sheet of theirs waits to be submitted: what was submitted stays as it is.
    """
    if not any(_waits(one, rater) for one in sheets):
        raise ValueError("there is no sheet of this person that waits to be submitted")
    return tuple(
        replace(one, scores=checked_scores(rubric, one.scores), submitted_at=at) if _waits(one, rater) else one
        for one in sheets
    )


def _waits(sheet: Sheet, rater: int) -> bool:
    return sheet.rater == rater and sheet.submitted_at is None


def first_sheets(sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """The blind scores that agreement is about, by rater: what was submitted, but for the lead's."""
    found = (one for one in sheets if one.submitted_at is not None and not one.lead)
    return tuple(sorted(found, key=lambda one: one.rater))


def pairs(work: Key, sheets: Sequence[Sheet]) -> tuple[Pair, ...]:
    """What any two raters said blind of the same criterion of a piece of work, both having seen something of it."""
    return tuple(
        Pair(work, one.rater, other.rater, mine, theirs)
        for one, other in combinations(first_sheets(sheets), 2)
        for key, mine in one.scores.items()
        if mine is not None and (theirs := other.scores.get(key)) is not None
    )
