"""What would be told if the next answers on a target were all right, or all wrong: nothing is stored, nothing changes.

The answers are taken to be those of a student who works alone, in one sitting with feedback, on typical items of the
target that are new to them: one formative record of a piece of work of its own, without cut scores, so without a level.
It goes the way of every result (`mastery.progress.move_on`), so it is what posting such a result stores, to the bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from mastery.decide import RuleBook, Standing
from mastery.estimate import Model
from mastery.evidence import EvidenceType, Feedback, Independence, ItemResponse, OrderKey, Purpose, TargetScore
from mastery.methods import Scored, record_of
from mastery.policy import Policy
from mastery.progress import Progress, TargetEstimate, move_on
from mastery.sittings import Piece, Sitting

NEXT_ANSWERS = 2
"""So many answers are looked ahead."""
NEXT_RESULT = -1
"""The key of the result that is not there yet; stored ones are above 0."""


class Foreseen(NamedTuple):
    """The estimate before and after the next answers, and the standings that would change, the target's among them.

    `before` counts what other targets have told of the subject since the target's newest evidence; the stored estimate
    is as of that evidence.
    """

    before: TargetEstimate
    estimate: TargetEstimate
    standings: Mapping[int, Standing]


def next_sitting(target: int, share: float, count: int, at: datetime, day: date) -> Sitting:
    """The next `count` answers (1 or more), each with `share` (0..1) of its points, at `at`, on the local date `day`.

    ValueError for a count below 1.
    """
    if count < 1:
        raise ValueError(f"count = {count}: give 1 answer or more")
    items = tuple(NEXT_RESULT - number for number in range(count))
    piece = Piece(target, items, (share,) * count, (1.0,) * count, None, share, False, None)
    order = OrderKey(at, at, "", "")
    return Sitting(order, NEXT_RESULT, NEXT_RESULT, Purpose.FORMATIVE, EvidenceType.PRACTICE, at, day, False, (piece,))


def next_scored(sitting: Sitting) -> Scored:
    """What `next_sitting` made as a score rule reads it, for a subject that goes by one."""
    (piece,) = sitting.pieces
    answers = tuple(ItemResponse(str(item), y, 1.0) for item, y in zip(piece.items, piece.ys, strict=True))
    score = TargetScore("", sum(piece.ys), float(len(answers)), None, answers)
    alone, at_once = Independence.INDEPENDENT, Feedback.IMMEDIATE
    scored = record_of(sitting.order, sitting.result, sitting.purpose, at_once, alone, score, None)
    if scored is None:
        raise ValueError("the sitting carries no score")
    return scored


def foresee(
    progress: Progress,
    sitting: Sitting,
    book: RuleBook,
    model: Model,
    policy: Policy,
    said: float | None = None,
) -> Foreseen:
    """What `next_sitting` would lead to.

    `progress` holds the folds that a step on its target reads, and stays as it is. `said` is the value of the subject's
    primary method after it, where that is not the model. A right answer never lowers and a wrong one never raises the
    mean that stood before it. What is told also depends on the range, which a pause widens and an answer narrows, so
    that rate and probability may move the other way by a trace. ValueError if the sitting is older than the newest
    evidence on the target.
    """
    (piece,) = sitting.pieces
    after = {(sitting.result, piece.target): said}
    (moved,) = move_on([progress], [[sitting]], book, model, policy, [after])
    before, estimate = moved.steps[sitting.result, piece.target]
    return Foreseen(before, estimate, moved.standings)
