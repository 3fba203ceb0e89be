"""A score rule that speaks for the estimate in line 1 of the body of evidence, and in readiness."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from evidence_records import body, moment, record
from method_records import at_levels, one_by_one

from mastery.body.rule import own_gaps
from mastery.decide import Lack, State, TargetRule, fold, rule_book, tally_from_json, tally_to_json
from mastery.evidence import Feedback, Independence, ItemResponse, OrderKey, Purpose, TargetScore
from mastery.methods import FirstTry, choose, record_of, said_after
from mastery.policy import DEFAULT_POLICY as POLICY
from mastery.reassess import GapCode, target_readiness

DECAY = TargetRule(1, primary=choose("DECAY"))


def standing(rule: TargetRule, said: list[float | None], estimate: float = 0.99):
    """The standing after three records that complete all lines but the first, with what the method says after each."""
    records = [one._replace(said=value, estimate_after=estimate) for one, value in zip(body(), said, strict=True)]
    return fold(records, [], rule_book([rule]), POLICY)[1]


@pytest.mark.parametrize(("said", "state"), [([1.0, 2.0, 3.0], State.MASTERED), ([1.0, 2.0, 2.99], State.IN_PROGRESS)])
def test_line_1_goes_by_the_value_and_threshold_of_the_primary(said: list[float | None], state: State) -> None:
    found = standing(DECAY, said)
    assert found.decision.state is state
    gaps = [(gap.line, gap.code, gap.needed, gap.found, gap.method) for gap in own_gaps(found.tally, DECAY, POLICY)]
    assert gaps == ([] if state is State.MASTERED else [(1, Lack.ESTIMATE, 3.0, 2.99, "DECAY")])


def test_the_model_does_not_speak_where_a_score_rule_is_primary() -> None:
    assert standing(DECAY, [1.0, 2.0, 3.5], estimate=0.01).decision.state is State.MASTERED
    assert standing(DECAY, [None, None, None], estimate=0.999).decision.state is State.IN_PROGRESS
    assert standing(TargetRule(1), [None, None, None], estimate=0.999).decision.state is State.MASTERED


def test_without_a_value_line_1_has_found_nothing_which_is_not_zero() -> None:
    (gap,) = own_gaps(standing(DECAY, [1.0, 2.0, None]).tally, DECAY, POLICY)
    assert (gap.needed, gap.found) == (3.0, None)


def test_thresholds_of_the_specification() -> None:
    """BKT at 0.95 or DECAY at 3.0 for mastery, 0.85 or 2.75 for readiness."""
    known, decaying = choose("BKT"), choose("DECAY")
    assert (known.mastered_from, known.ready_from(POLICY)) == (0.95, 0.85)
    assert (decaying.mastered_from, decaying.ready_from(POLICY)) == (3.0, 2.75)
    assert choose("DECAY", {"mastered_from": "2.5"}).ready_from(POLICY) == 2.5
    assert choose("PCT80").ready_from(POLICY) == 80
    assert choose("N_CONSEC").ready_from(POLICY) == 1


@pytest.mark.parametrize(("said", "ready"), [(2.75, True), (2.7, False), (None, False)])
def test_readiness_goes_by_the_primary_as_well(said: float | None, ready: bool) -> None:
    tally = standing(DECAY, [1.0, 2.0, said]).tally
    found = target_readiness(tally, DECAY, {}, moment(3).date(), POLICY)
    assert found.ready is ready
    assert [(gap.code, gap.needed, gap.found) for gap in found.gaps] == (
        [] if ready else [(GapCode.ESTIMATE, 2.75, said)]
    )


def test_what_a_method_said_is_carried_to_the_last_bit() -> None:
    tally = standing(DECAY, [1.0, 2.0, 1 / 3]).tally
    assert tally.said == 1 / 3
    assert tally_from_json(tally_to_json(tally)) == tally


def test_a_state_test_leaves_what_the_method_said() -> None:
    state = record(9, 5, level=1.0, purpose=Purpose.STATE_SUMMATIVE, said=None)
    records = [one._replace(said=3.0) for one in body()]
    assert fold([*records, state], [], rule_book([DECAY]), POLICY)[1].tally.said == 3.0


def test_a_change_of_primary_is_a_change_of_what_a_target_demands() -> None:
    assert replace(DECAY, primary=choose("DECAY", {"weight": "0.65"})) == DECAY
    assert replace(DECAY, primary=choose("DECAY", {"weight": "0.70"})) != DECAY
    assert TargetRule(1) != DECAY


def test_the_value_after_each_record_sees_no_later_one() -> None:
    assert said_after(choose("DECAY"), at_levels([None, 2, 3, 4])) == {0: None, 1: 2.0, 2: 2.65, 3: 3.5275}
    told, others = (said_after(choose("BKT"), one_by_one(tries)) for tries in ([1, 0, 1, 1], [1, 0, 0, 0]))
    assert [told[n] == others[n] for n in range(4)] == [True, True, False, False]
    assert said_after(choose("BKT"), one_by_one([1, 0, 1, 1]), {2}) == {2: told[2]}


def test_evidence_is_read_as_it_was_written() -> None:
    """First tries only, a hint is wrong, a score above its maximum is the whole; 0.1 is a tenth."""
    items = (
        ItemResponse("b", 0.1, 1), ItemResponse("a", 1, 1, hints=1), ItemResponse("a", 1, 1, attempt=2),
        ItemResponse("c", 5, 4), ItemResponse("d", 1, 1, attempt=2),
    )  # fmt: skip
    order = OrderKey(moment(0), moment(0), "lms", "r")
    score = TargetScore("t", 7.0, 6.0, None, items)
    made = record_of(order, 4, Purpose.INTERIM, Feedback.NONE, Independence.ASSISTED, score, 2.5)
    assert made is not None
    assert (made.share, made.level, made.weight, made.items) == (1, Fraction(5, 2), Fraction(1, 2), 4)
    assert made.first_tries == (
        FirstTry("a", Fraction(0), Fraction(1)),
        FirstTry("b", Fraction(1, 10), Fraction(1)),
        FirstTry("c", Fraction(1), Fraction(4)),
    )
    missing = replace(score, score=None)
    assert record_of(order, 4, Purpose.INTERIM, Feedback.NONE, Independence.ASSISTED, missing, None) is None
