"""What would be told if the next answers were right, or wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from estimate_oracle import Answer, Student
from hypothesis import given, settings
from hypothesis import strategies as st

from mastery.decide import TargetRule, rule_book
from mastery.estimate import DEFAULTS, UNCALIBRATED, Model, SubjectState
from mastery.evidence import EvidenceType, OrderKey, Purpose
from mastery.methods import choose, said_after
from mastery.policy import DEFAULT_POLICY
from mastery.preview import NEXT_RESULT, Foreseen, foresee, next_scored, next_sitting
from mastery.progress import Moved, Progress, rebuild
from mastery.sittings import Piece, Sitting

FIRST = datetime(2026, 9, 1, 13, 0, tzinfo=UTC)
BOOK = rule_book([TargetRule(1), TargetRule(2, bar=0.6)])
FORGETFUL = Model(replace(DEFAULTS, forgetting=0.5, forgetting_variance=0.2))
# the first example waits for the compiled kernels
RELAXED = settings(deadline=None)


def sitting(number: int, day: float, target: int, answers: list[float], *, test: bool = False) -> Sitting:
    """A sitting with one new item per answer."""
    at = FIRST + timedelta(days=day)
    items = tuple(100 * number + place for place in range(len(answers)))
    piece = Piece(target, items, tuple(answers), (1.0,) * len(answers), None, float(np.mean(answers)), False, None)
    purpose = Purpose.SUMMATIVE if test else Purpose.FORMATIVE
    order = OrderKey(at, at, "lms", f"r{number:03}")
    return Sitting(order, number, number, purpose, EvidenceType.QUIZ, at, at.date(), test, (piece,))


ANSWERS = st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=1, max_size=4)
DAYS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.25, 1.0, 20.0, 200.0]), st.sampled_from([1, 2]), ANSWERS, st.booleans()),
    max_size=8,
)


def past_of(days: list[tuple[float, int, list[float], bool]]) -> list[Sitting]:
    """Sittings one after another."""
    found, day = [], 0.0
    for number, (pause, target, answers, test) in enumerate(days, 1):
        day += pause
        found.append(sitting(number, day, target, answers, test=test))
    return found


PASTS = DAYS.map(past_of)
PAUSES = st.sampled_from([0.0, 0.5, 7.0, 300.0])


def day_of(at: datetime) -> float:
    """Days since the epoch."""
    return at.timestamp() / 86400.0


def stood(past: list[Sitting], model=UNCALIBRATED) -> Moved:
    """Where the student stands after it."""
    (moved,) = rebuild([past], [()], BOOK, model, DEFAULT_POLICY)
    return moved


def ahead(past: list[Sitting], share: float, count: int = 2, pause: float = 1.0, model=UNCALIBRATED) -> Foreseen:
    """The preview on target 1 so many days after the past."""
    now = stood(past, model)
    at = (past[-1].performed_at if past else FIRST) + timedelta(days=pause)
    following = next_sitting(1, share, count, at, at.date())
    return foresee(Progress(now.state, now.standings), following, BOOK, model, DEFAULT_POLICY)


@RELAXED
@given(PASTS, PAUSES, st.sampled_from([UNCALIBRATED, FORGETFUL]))
def test_right_never_lowers_wrong_never_raises_and_two_is_at_least_one(past, pause, model) -> None:
    before = ahead(past, 1.0, 1, pause, model).before.mean
    right, wrong = (
        [ahead(past, share, count, pause, model).estimate.mean for count in (1, 2, 3)] for share in (1.0, 0.0)
    )
    # what hardly moves a mean is lost in the last bit of the sum that is shown
    assert all(later - earlier > -1e-12 for earlier, later in pairwise([before, *right]))
    assert all(later - earlier < 1e-12 for earlier, later in pairwise([before, *wrong]))
    assert wrong[0] < right[0]


@RELAXED
@given(PASTS)
def test_before_is_the_stored_estimate_unless_other_targets_told_something_since(past) -> None:
    now = stood(past).estimates.get(1)
    own = [one for one in past if one.pieces[0].target == 1]
    if past and own and own[-1] is past[-1]:
        # the level of the subject drifts after an answer, which moves the last bit
        assert ahead(past, 1.0).before == pytest.approx(now, abs=1e-12)


def test_what_other_targets_told_since_counts_with_the_next_answer() -> None:
    past = past_of([(1.0, 1, [1.0, 1.0], False), (1.0, 2, [0.0] * 4, False)])
    told, found = stood(past).estimates[1], ahead(past, 1.0, 1)
    assert found.before.rate < found.estimate.rate < told.rate


@RELAXED
@given(PASTS, PAUSES)
def test_what_is_told_of_right_answers_is_above_what_is_told_of_wrong_ones(past, pause) -> None:
    right, wrong = (ahead(past, share, pause=pause).estimate for share in (1.0, 0.0))
    assert right.rate > wrong.rate
    assert right.probability > wrong.probability
    assert (right.low > wrong.low, right.high > wrong.high) == (True, True)


def test_what_is_told_moves_the_other_way_by_a_trace_at_most() -> None:
    """The mean never does; after a long pause the range is wider, and rate and probability are read from both."""
    chance = np.random.default_rng(7)
    worst = 0.0
    for _ in range(150):
        true, days = chance.random(), []
        for _ in range(chance.integers(1, 9)):
            answers = [float(chance.random() < true) for _ in range(chance.integers(1, 6))]
            days.append((float(chance.choice([0.0, 1.0, 7.0, 60.0])), int(chance.integers(1, 3)), answers, False))
        past = past_of(days)
        pause = float(chance.choice([0.1, 7.0, 60.0, 200.0]))
        now = ahead(past, 1.0, pause=pause).before
        right, wrong = (ahead(past, share, pause=pause).estimate for share in (1.0, 0.0))
        worst = max(worst, now.rate - right.rate, wrong.rate - now.rate)
        worst = max(worst, now.probability - right.probability, wrong.probability - now.probability)
    assert worst < 0.01


@RELAXED
@given(PASTS, st.sampled_from([0.0, 1.0]), st.integers(1, 3))
def test_it_is_what_such_a_result_would_lead_to_to_the_last_bit(past, share, count) -> None:
    """Rebuilt from nothing, with the same answers on items that the student never met."""
    found = ahead(past, share, count)
    at = (past[-1].performed_at if past else FIRST) + timedelta(days=1)
    posted = sitting(999, (at - FIRST) / timedelta(days=1), 1, [share] * count)
    assert posted.performed_at == at
    after = stood([*past, posted])
    assert found.estimate == after.estimates[1]
    expected, standing = after.standings[1], found.standings[1]
    assert standing.tally._replace(recent=(), failed_results=(), assessments=()) == expected.tally._replace(
        recent=(), failed_results=(), assessments=()
    )
    assert len(standing.tally.assessments) == len(expected.tally.assessments)
    assert standing.decision.state is expected.decision.state
    assert standing.decision.enough_evidence is expected.decision.enough_evidence
    assert standing.conditions == expected.conditions


@RELAXED
@given(PASTS, st.sampled_from([0.0, 1.0]))
def test_an_independent_transcription_of_the_filter_foresees_the_same(past, share) -> None:
    found = ahead(past, share).estimate
    at = (past[-1].performed_at if past else FIRST) + timedelta(days=1)
    answers = [
        Answer(one.result, piece.target, item, y, day_of(one.performed_at), summed=one.summed)
        for one in past for piece in one.pieces for item, y in zip(piece.items, piece.ys, strict=True)
    ]  # fmt: skip
    answers += [Answer(999, 1, -1 - place, share, day_of(at)) for place in range(2)]
    assert (found.mean, found.variance) == pytest.approx(Student(DEFAULTS).feed(answers).reading(1), abs=1e-9)


@RELAXED
@given(PASTS)
def test_looking_ahead_changes_nothing(past) -> None:
    now = stood(past)
    progress = Progress(now.state, dict(now.standings))
    before = (now.state.to_bytes(), dict(progress.standings))
    at = FIRST + timedelta(days=3000)
    foresee(progress, next_sitting(1, 1.0, 2, at, at.date()), BOOK, UNCALIBRATED, DEFAULT_POLICY)
    assert (progress.state.to_bytes(), progress.standings) == before


def test_two_answers_are_one_record_so_too_little_may_stay_too_little() -> None:
    found = [ahead(past_of([(1.0, 1, [1.0], False)] * count), 1.0) for count in range(4)]
    assert [one.standings[1].tally.records for one in found] == [1, 2, 3, 4]
    assert [one.standings[1].decision.enough_evidence for one in found] == [False, False, True, True]


def test_a_score_rule_reads_the_same_answers() -> None:
    rule = choose("KOLIBRI_IN_A_ROW")
    at = FIRST
    values = [
        said_after(rule, [next_scored(next_sitting(1, share, 2, at, at.date()))])[NEXT_RESULT] for share in (1.0, 0.0)
    ]
    assert values[0] is not None
    assert values[1] is not None
    assert values[0] > values[1]
    primary = rule_book([TargetRule(1, primary=rule)])
    fresh = Progress(SubjectState.initial(DEFAULTS), {})
    seen = foresee(fresh, next_sitting(1, 1.0, 2, at, at.date()), primary, UNCALIBRATED, DEFAULT_POLICY, values[0])
    assert seen.standings[1].tally.said == values[0]


def test_no_answer_at_all_is_no_preview() -> None:
    with pytest.raises(ValueError, match="give 1 answer or more"):
        next_sitting(1, 1.0, 0, FIRST, FIRST.date())


def test_the_past_can_not_be_answered() -> None:
    past = past_of([(3.0, 1, [1.0], False)])
    with pytest.raises(ValueError, match="older than the newest"):
        ahead(past, 1.0, pause=-1.0)
