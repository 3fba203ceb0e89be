"""Rules on answers: knowledge tracing, runs, whole sittings, the stopping gate."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest
from method_records import at_levels, one_by_one, scored, summed, with_items

from mastery.evidence import Feedback
from mastery.methods import Said, Scored, choose, say
from mastery.methods.bkt import Bkt, traced
from mastery.methods.runs import trimmed

BKT = choose("BKT")
COLD_START = Bkt(0.25, 0.15, 0.10, 0.20)


def known(records: list[Scored], name: str = "BKT", **parameters: str) -> float:
    """P(known) by a method."""
    value = say(choose(name, parameters), records).value
    assert value is not None
    return float(value)


def test_knowledge_tracing_follows_its_golden_path() -> None:
    steps = [known(one_by_one([1] * n)) for n in (1, 2, 3)]
    assert steps == pytest.approx([0.6600, 0.9127, 0.9823], abs=5e-5)
    answers = [0, 0, 1, 1, 0, 1, 1, 1]
    later = [known(one_by_one(answers[:n])) for n in (6, 7, 8)]
    assert later == pytest.approx([0.8675, 0.9721, 0.9946], abs=5e-5)


def test_in_a_test_without_feedback_the_order_of_answers_means_nothing() -> None:
    found = {known([summed(1, order)]) for order in set(permutations([1, 1, 1, 1, 0]))}
    assert len(found) == 1
    assert found.pop() == pytest.approx(0.9530, abs=5e-5)


def test_twenty_items_of_one_sitting_count_as_five() -> None:
    assert known([summed(1, [1] * 16 + [0] * 4)]) == pytest.approx(known([summed(1, [1, 1, 1, 1, 0])]), abs=1e-12)


def test_with_feedback_a_long_sitting_counts_and_teaches_as_five_items() -> None:
    assert known([with_items(1, [1] * 20)]) == pytest.approx(known([with_items(1, [1] * 5)]), abs=0.003)
    assert known([with_items(1, [1] * 20)]) < known(one_by_one([1] * 20))


def test_assisted_work_counts_half() -> None:
    alone, helped = known([summed(1, [1])]), known([summed(1, [1], weight=Fraction(1, 2))])
    assert 0.25 < helped < alone


def test_a_sitting_scored_as_a_whole_is_one_answer_with_partial_credit() -> None:
    assert known([scored(1, share=Fraction(1))]) == known(one_by_one([1]))
    assert known(one_by_one([0])) < known([scored(1, share=Fraction(1, 2))]) < known(one_by_one([1]))


def test_a_wrong_answer_counts_after_a_hundred_right_ones() -> None:
    """Where the probability itself is carried it has become 1, and nothing lowers it any more."""
    told = traced([1.0] * 100 + [0.0] * 100, COLD_START)
    assert told[99][0] == 1.0
    assert told[-1][0] < 0.9


def test_a_sitting_of_which_nothing_counts_says_nothing() -> None:
    """All its tries were second ones."""
    assert say(BKT, []) == Said(None, None)
    assert say(BKT, [scored(1, items=3, feedback=Feedback.NONE)]) == Said(None, None)


def test_three_in_a_row_need_three_answers_and_stay() -> None:
    rule = choose("N_CONSEC")
    assert say(rule, one_by_one([1, 1])) == Said(None, None)
    assert say(rule, one_by_one([1, 1, 0])) == Said(Fraction(0), False)
    assert say(rule, one_by_one([1, 1, 1, 0])) == Said(Fraction(1), True)
    assert say(rule, [with_items(1, [1, 1]), with_items(2, [1, 0])]).mastered is True


def test_levels_in_a_row_count_where_there_are_no_items() -> None:
    rule = choose("N_CONSEC")
    assert say(rule, at_levels([3, None, 3.5, 4])).mastered is True
    assert say(rule, at_levels([3, 2.5, 3.5, 4])).mastered is False


def test_the_80_percent_rule_looks_at_long_sittings_only_and_at_the_newest() -> None:
    rule = choose("PCT80")
    assert say(rule, [with_items(1, [1] * 5)]) == Said(None, None)
    assert say(rule, [with_items(1, [1] * 8 + [0] * 2), with_items(2, [1] * 5)]) == Said(Fraction(80), True)
    assert say(rule, [with_items(1, [1] * 10), with_items(2, [1] * 7 + [0] * 3)]) == Said(Fraction(70), False)


def test_dropping_the_lowest_leaves_nothing_of_one_sitting() -> None:
    assert say(choose("TRIMMED"), [scored(1)]) == Said(None, None)
    assert say(choose("TRIMMED"), [scored(1, share=Fraction(0)), scored(2)]) == Said(Fraction(100), True)
    assert trimmed([Fraction(1), Fraction(1, 2), Fraction(0)], 1, 1) == Fraction(1, 2)


def test_the_gate_asks_for_enough_tries_in_several_sittings() -> None:
    rule = choose("GATE")
    assert say(rule, [with_items(1, [1] * 8)]) == Said(None, None)
    assert say(rule, [with_items(1, [1] * 3), with_items(2, [1] * 4)]) == Said(None, None)
    assert say(rule, [with_items(1, [0, 1, 1, 1]), with_items(2, [1] * 4)]).mastered is True
    assert say(rule, [with_items(1, [0, 0, 1, 1]), with_items(2, [1] * 4)]).mastered is False
    assert say(rule, [with_items(1, [1] * 4), with_items(2, [1, 0, 1, 1])]).mastered is False
