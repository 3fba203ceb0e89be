"""Canvas outcome rollups, as districts that come from it know them: half up to two decimals, by points and not levels.

What these do that their namesakes do not: values are rounded before they are compared; a quiz question is a result of
its own; and for some methods each of a quiz's questions carries the score of the whole quiz, so that a long quiz
outweighs a short one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from mastery.methods.levels import decay, highest, mean, n_of, recent, weighted
from mastery.methods.words import Scored
from mastery.numbers import half_up

PRECISION = 2


class Row(NamedTuple):
    """One outcome result: the share of its points in 0..1, and how many it has.

    `quiz` names the quiz that it is a question of, None for an assignment.
    """

    share: Fraction
    possible: Fraction
    quiz: Hashable = None


def rounded(value: Fraction | None) -> Decimal | None:
    """A rollup as Canvas keeps it."""
    return None if value is None else half_up(value, PRECISION)


def canvas_highest(scores: Sequence[Fraction]) -> Decimal | None:
    """The highest score; also where an outcome has no method."""
    return rounded(highest(scores))


def canvas_latest(scores: Sequence[Fraction]) -> Decimal | None:
    """The latest score; a result without a time counts as the oldest."""
    return rounded(recent(scores))


def canvas_average(scores: Sequence[Fraction]) -> Decimal | None:
    """The mean of all scores."""
    return rounded(mean(scores))


def canvas_n_mastery(scores: Sequence[Fraction], count: int, mastery_points: Fraction) -> Decimal | None:
    """The mean of all scores of at least `mastery_points`, not of the best `count`; no value below `count` of them."""
    return rounded(n_of(scores, count, mastery_points))


def canvas_weighted(scores: Sequence[Fraction], weight: Fraction) -> Decimal | None:
    """The latest against the mean of the earlier ones: stored there as `decaying_average`, later `weighted_average`."""
    return rounded(weighted(scores, weight))


def canvas_decay(scores: Sequence[Fraction], weight: Fraction) -> Decimal | None:
    """Each new score against the running value: stored there as `standard_decaying_average`."""
    return rounded(decay(scores, weight))


def by_question(rows: Sequence[Row], top: Fraction) -> list[Fraction]:
    """Each result's own score on a scale up to `top`: what "highest" and "n mastery" look at."""
    return [row.share * top for row in rows]


def by_quiz(rows: Sequence[Row], top: Fraction) -> list[Fraction]:
    """The same, but each question of a quiz has the score of the whole quiz: what the other methods look at.

    A quiz whose questions are worth nothing has no score.
    """
    total: dict[Hashable, Fraction] = {}
    reached: dict[Hashable, Fraction] = {}
    for row in rows:
        if row.quiz is not None:
            total[row.quiz] = total.get(row.quiz, Fraction()) + row.possible
            reached[row.quiz] = reached.get(row.quiz, Fraction()) + row.possible * row.share
    scores = []
    for row in rows:
        if row.quiz is None:
            scores.append(row.share * top)
        elif total[row.quiz]:
            scores.append(reached[row.quiz] / total[row.quiz] * top)
    return scores


def scale_top(points_possible: Fraction, mastery_points: Fraction) -> Fraction:
    """The top of an outcome's scale; one without points goes by its mastery points."""
    return points_possible or mastery_points


def rescaled(score: Fraction, possible: Fraction, top: Fraction) -> Fraction:
    """A score on one scale as a score on another."""
    return score / possible * top


def rows_of(records: Iterable[Scored]) -> list[Row]:
    """Records as outcome results, oldest first: a sitting with items is a quiz, one without an assignment."""
    found: list[Row] = []
    for record in records:
        if record.items:
            found += [Row(one.share, one.possible, record.result) for one in record.first_tries]
        else:
            found.append(Row(record.share, record.possible))
    return found


def rollup(
    records: Iterable[Scored],
    scale: Callable[[Sequence[Row], Fraction], list[Fraction]],
    top: Fraction,
    rule: Callable[[Sequence[Fraction]], Decimal | None],
) -> Decimal | None:
    """The rollup of records by a method and its way of scoring quizzes."""
    return rule(scale(rows_of(records), top))
