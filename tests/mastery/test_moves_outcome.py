"""Did a move help: only what the student did since can say so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mastery.body.words import State
from mastery.flags import drop
from mastery.flags.rules import FAMILY_OF
from mastery.moves.outcome import Outcome, Part, closed_by_gain, judge, judge_student
from mastery.policy import DEFAULT_POLICY as POLICY

DONE = datetime(2026, 10, 5, 14, 0, tzinfo=UTC)
LATER, EARLIER = DONE + timedelta(days=1), DONE - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("part", "outcome"),
    [
        (Part(DONE, None), Outcome.NO_NEW_EVIDENCE),
        (Part(DONE, EARLIER, 0.2, 0.9, State.IN_PROGRESS, State.MASTERED, closed=True), Outcome.NO_NEW_EVIDENCE),
        (Part(DONE, DONE, 0.2, 0.9), Outcome.NO_NEW_EVIDENCE),
        (Part(DONE, LATER, 0.25, 0.40), Outcome.BETTER),
        (Part(DONE, LATER, 0.25, 0.39), Outcome.NOT_YET),
        (Part(DONE, LATER, 0.50, 0.10), Outcome.NOT_YET),
        (Part(DONE, LATER, None, 0.80), Outcome.NOT_YET),  # nothing to compare with
        (Part(DONE, LATER, 0.2, 0.2, closed=True), Outcome.BETTER),
        (Part(DONE, LATER, 0.9, 0.91, State.IN_PROGRESS, State.MASTERED_PROVISIONAL), Outcome.BETTER),
        (Part(DONE, LATER, None, 0.91, None, State.MASTERED), Outcome.BETTER),  # not begun when it was done
        (Part(DONE, LATER, 0.9, 0.91, State.NEEDS_REVIEW, State.MASTERED), Outcome.BETTER),
        (Part(DONE, LATER, 0.9, 0.6, State.MASTERED, State.MASTERED), Outcome.NOT_YET),  # a drop that went on
        (Part(DONE, LATER, 0.9, 0.91, State.MASTERED_PROVISIONAL, State.MASTERED), Outcome.NOT_YET),
        (Part(DONE, LATER, 0.7, 0.5, State.NEEDS_REVIEW, State.NEEDS_REVIEW), Outcome.NOT_YET),  # one more low test
        (Part(DONE, LATER, 0.9, 0.5, State.MASTERED, State.NEEDS_REVIEW), Outcome.NOT_YET),
        (Part(DONE, LATER, 0.2, 0.2, State.IN_PROGRESS, State.WAIVED), Outcome.NOT_YET),
        (Part(DONE, LATER, test=True), Outcome.BETTER),
        (Part(DONE, None, test=True), Outcome.NO_NEW_EVIDENCE),
    ],
)
def test_a_part_is_judged_by_what_was_done_since(part: Part, outcome: Outcome):
    assert judge(part, POLICY) is outcome


def test_only_a_drop_closes_by_a_gain_alone():
    """A stuck student's flag closes when nobody works on it, a gap's when it is waived, a test's by a person's word."""
    assert [rule for rule in FAMILY_OF if closed_by_gain(rule)] == [drop.ID]


def test_a_student_is_better_when_all_that_is_known_is():
    better, not_yet, silent = Part(DONE, LATER, 0.1, 0.9), Part(DONE, LATER, 0.1, 0.1), Part(DONE, None)
    assert judge_student([better, silent], POLICY) is Outcome.BETTER
    assert judge_student([better, not_yet, silent], POLICY) is Outcome.NOT_YET
    assert judge_student([silent, silent], POLICY) is Outcome.NO_NEW_EVIDENCE
    assert judge_student([], POLICY) is Outcome.NO_NEW_EVIDENCE
