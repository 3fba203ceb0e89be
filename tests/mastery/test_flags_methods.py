"""Flags where a score rule is the primary: its value is compared with its own constants, on its own scale."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from evidence_records import levels, moment, record
from hypothesis import given
from hypothesis import strategies as st

from mastery.body.words import RuleBook
from mastery.decide import Record, State, TargetRule, fold, rule_book, tally_from_json, tally_to_json, view
from mastery.evidence import Purpose
from mastery.flags import contradiction, drop, prereq_gap, wheel_spin
from mastery.flags.rules import TARGET_RULES, true_conditions
from mastery.flags.sentences import SENTENCES, UNITS, Unit, english
from mastery.flags.view import Finding, TargetView
from mastery.flags.yardstick import yardstick
from mastery.methods import METHODS, Scale, choose
from mastery.policy import DEFAULT_POLICY as POLICY

Said = list[float | None]
DAY = moment(30).date()


def going_by(name: str, **parameters: str) -> RuleBook:
    primary = choose(name, parameters)
    return rule_book([TargetRule(1, primary=primary), TargetRule(2, prerequisites=(1,), primary=primary)])


def seen(records: list[Record], book: RuleBook, target: int = 1) -> TargetView:
    return view(target, fold(records, [], book, POLICY), book)


def spinning(said: Said, *, estimate: float = 0.3) -> list[Record]:
    """Ten wrong answers at new items, five a day; the method says nothing before the last of these values."""
    told: Said = [None] * (10 - len(said)) + said
    return [record(n + 1, n // 5 + (n % 5) / 100, y=0.0, estimate=estimate, said=value) for n, value in enumerate(told)]


def dropping(said: Said) -> list[Record]:
    """A record each of these days, the last one five days after the one before."""
    days = [*(n / 10 for n in range(len(said) - 1)), 5]
    return [record(n + 1, day, said=value) for n, (day, value) in enumerate(zip(days, said, strict=True))]


def summative(level: float, said: float | None, *, estimate: float = 0.7) -> list[Record]:
    return [
        record(1, 1, said=said), record(2, 2, said=said), record(3, 3, estimate=estimate, summative=level, said=said),
    ]  # fmt: skip


def test_the_constants_of_bkt_and_of_decay_are_those_of_the_specification() -> None:
    """0.95, 0.60, 0.50, 0.30 and 0.02 of BKT (domain 4.2); of DECAY 3.0, and a level or half of one where it fell."""
    known, decaying = yardstick(choose("BKT"), POLICY), yardstick(choose("DECAY"), POLICY)
    assert (known.spinning_below, known.contradicts_from) == (0.95, 0.95)
    assert (known.contradicts_below, known.gap_below, known.fall, known.slope, known.gain) == (
        0.60, 0.50, 0.30, 0.02, 0.15,
    )  # fmt: skip
    assert (decaying.spinning_below, decaying.contradicts_from) == (3.0, 3.0)
    assert (decaying.contradicts_below, decaying.gap_below, decaying.fall, decaying.fall_close) == (2.5, 2.0, 1.0, 0.5)
    assert (decaying.slope, decaying.gain) == (0.08, 0.5)


def test_the_constants_of_the_model_are_those_of_the_policy() -> None:
    model = yardstick(None, POLICY)
    assert (model.spinning_below, model.contradicts_from) == (
        POLICY.wheel_spin_probability, POLICY.contradiction_probability_high,
    )  # fmt: skip
    assert (model.contradicts_below, model.gap_below, model.fall) == (0.20, 0.50, 0.30)


@pytest.mark.parametrize("name", METHODS)
def test_what_is_low_is_below_what_is_mastered_and_what_closes_is_less_than_what_opens(name: str) -> None:
    by = yardstick(choose(name), POLICY)
    top = {Scale.PROBABILITY: 1, Scale.LEVEL: 4, Scale.PERCENT: 100, Scale.YES_NO: 1}[METHODS[name].scale]
    assert 0 < by.fall_close < by.fall <= top
    assert 0 < by.slope < by.gain <= top
    assert by.spinning_below == by.contradicts_from == choose(name).mastered_from
    for low in (by.contradicts_below, by.gap_below):
        assert low is None or 0 < low < by.contradicts_from


def test_a_threshold_of_a_districts_own_is_the_flags_too() -> None:
    by = yardstick(choose("DECAY", {"mastered_from": "1.5"}), POLICY)
    assert (by.spinning_below, by.contradicts_from, by.contradicts_below, by.gap_below) == (1.5, 1.5, 1.5, 1.5)


@pytest.mark.parametrize(
    ("name", "said", "opens"),
    [
        ("BKT", [0.94] * 5, True),
        ("BKT", [0.95] * 5, False),
        ("DECAY", [2.99] * 5, True),
        ("DECAY", [3.0] * 5, False),
        ("DECAY", [1.0, 1.08, 1.16, 1.24, 1.32], True),
        ("DECAY", [1.0, 1.1, 1.2, 1.3, 1.4], False),
        ("PCT80", [79.0] * 5, True),
        ("PCT80", [50.0, 53.0, 56.0, 59.0, 62.0], False),
        ("N_CONSEC", [0.0] * 5, True),
        ("N_CONSEC", [1.0] * 5, False),
        ("DECAY", [], False),
        ("DECAY", [2.0] * 4, False),
        ("DECAY", [2.0, 2.0, 2.0, 2.0, None], False),
    ],
)
def test_f04_opens_below_what_the_primary_calls_mastered_where_its_last_five_values_do_not_rise(
    name: str, said: Said, opens: bool
) -> None:
    view = seen(spinning(said, estimate=0.99 if opens else 0.1), going_by(name))
    # the slope of exact eightieths may come out a hair above it
    assert wheel_spin.opens(view, replace(POLICY, wheel_spin_slope=0.02 + 1e-12)) is opens


def test_f04_closes_half_a_level_above_or_at_what_the_method_calls_mastered() -> None:
    view = seen(spinning([2.0] * 5), going_by("DECAY"))
    opened = wheel_spin.finding(view, POLICY).facts
    near = seen(spinning([2.75] * 5), going_by("DECAY"))
    last = view.tally.last_date
    assert last is not None
    for facts, said, closes in (
        (opened, 2.49, False), (opened, 2.5, True), (wheel_spin.finding(near, POLICY).facts, 3.0, True),
        (opened, None, True),
    ):  # fmt: skip
        now = replace(view, tally=view.tally._replace(said=said))
        assert wheel_spin.closes(now, facts, last, POLICY) is closes
    assert wheel_spin.closes(view, opened, last + timedelta(days=10), POLICY)


def test_a_flag_that_another_method_opened_closes_when_it_would_not_open() -> None:
    by_model = wheel_spin.finding(seen(spinning([]), rule_book([])), POLICY).facts
    last = moment(1).date()
    still = seen(spinning([2.0] * 5), going_by("DECAY"))
    assert not wheel_spin.closes(still, by_model, last, POLICY)
    assert wheel_spin.closes(seen(spinning([3.5] * 5), going_by("DECAY")), by_model, last, POLICY)
    dropped = drop.finding(seen(dropping([3.5, 3.5, 3.5, 2.0]), going_by("DECAY")), POLICY).facts
    assert drop.closes(seen(dropping([None] * 4), rule_book([])), dropped, DAY, POLICY)
    fallen = dropping([None] * 4)
    fallen[-1] = fallen[-1]._replace(estimate_before=0.5, estimate_after=0.1)
    assert not drop.closes(seen(fallen, rule_book([])), dropped, DAY, POLICY)


@pytest.mark.parametrize(
    ("name", "said", "opens"),
    [
        ("DECAY", [3.5, 3.5, 3.5, 2.5], True),
        ("DECAY", [3.5, 3.5, 3.5, 2.51], False),
        ("BKT", [0.9, 0.9, 0.9, 0.6], True),
        ("PCT80", [95.0, 95.0, 95.0, 66.0], False),
        ("PCT80", [95.0, 95.0, 95.0, 65.0], True),
        ("GATE", [1.0, 1.0, 1.0, 0.0], True),
        ("DECAY", [3.5, 3.5, 2.5, 2.5], False),
        ("DECAY", [3.5, 3.5, 3.5, None], False),
        ("DECAY", [None, None, None, 2.0], False),
    ],
)
def test_f09_opens_where_the_primary_fell_within_five_days(name: str, said: Said, opens: bool) -> None:
    """A level, or three tenths of the scale; a height counts from three records on, and no value is no fall."""
    assert drop.opens(seen(dropping(said), going_by(name)), POLICY) is opens


def test_f09_closes_when_half_of_the_fall_is_back() -> None:
    view = seen(dropping([3.5, 3.5, 3.5, 2.0]), going_by("DECAY"))
    opened = drop.finding(view, POLICY).facts
    for said, closes in ((2.99, False), (3.0, True), (None, False)):
        now = replace(view, tally=view.tally._replace(said=said))
        assert drop.closes(now, opened, DAY, POLICY) is closes


@pytest.mark.parametrize(
    ("name", "said", "opens"),
    [
        ("DECAY", 1.99, True), ("DECAY", 2.0, False), ("BKT", 0.49, True), ("BKT", 0.5, False), ("PCT80", 49.0, True),
        ("N_CONSEC", 0.0, False), ("DECAY", None, False),
    ],
)  # fmt: skip
def test_f10_opens_where_the_primary_says_that_the_prerequisite_is_low(
    name: str, said: float | None, opens: bool
) -> None:
    below = [record(n, n, estimate=0.1 if not opens else 0.9, said=said) for n in (1, 2, 3)]
    view = seen([*below, record(9, 9, target=2, said=said)], going_by(name), 2)
    assert prereq_gap.opens(view, POLICY) is opens


@pytest.mark.parametrize(
    ("name", "level", "said", "opens"),
    [
        ("DECAY", 2.0, 3.0, True), ("DECAY", 2.0, 2.9, False), ("DECAY", 3.0, 2.4, True), ("DECAY", 3.0, 2.5, False),
        ("BKT", 2.0, 0.95, True), ("BKT", 2.0, 0.94, False), ("BKT", 3.0, 0.59, True), ("BKT", 3.0, 0.6, False),
        ("N_CONSEC", 2.0, 1.0, True), ("N_CONSEC", 3.0, 0.0, False), ("DECAY", 2.0, None, False),
    ],
)  # fmt: skip
def test_f13_opens_where_the_summative_and_the_primary_of_that_moment_disagree(
    name: str, level: float, said: float | None, opens: bool
) -> None:
    assert contradiction.opens(seen(summative(level, said), going_by(name)), POLICY) is opens


def test_f13_compares_a_state_test_with_what_was_said_before_it() -> None:
    state = record(9, 9, purpose=Purpose.STATE_SUMMATIVE, level=1.0)
    records = [record(n, n, estimate=0.1, said=3.5) for n in (1, 2, 3)]
    assert contradiction.opens(seen([*records, state], going_by("DECAY")), POLICY)


@given(said=st.lists(st.one_of(st.none(), st.floats(0, 4)), min_size=1, max_size=14), estimate=st.floats(0.01, 0.99))
def test_where_a_method_is_primary_the_model_moves_no_flag(said: Said, estimate: float) -> None:
    """Only what it says, and levels, do; and where it says nothing at the end no rule on values holds."""
    book = going_by("DECAY")
    one, other = (
        seen([record(n + 1, n, y=0.0, estimate=of, said=value) for n, value in enumerate(said)], book)
        for of in (estimate, 0.5)
    )
    assert true_conditions(one, POLICY) == true_conditions(other, POLICY)
    if said[-1] is None:
        assert true_conditions(one, POLICY) == ()
    assert tally_from_json(tally_to_json(one.tally)) == one.tally


def findings() -> list[Finding]:
    """One of each sentence, on each scale that it can be told on."""
    low = [record(n, n, said=1.5) for n in (1, 2, 3)]
    return [
        wheel_spin.finding(seen(spinning([2.0] * 5), going_by("DECAY")), POLICY),
        wheel_spin.finding(seen(spinning([0.0] * 5), going_by("N_CONSEC")), POLICY),
        wheel_spin.finding(seen(spinning([70.0] * 5), going_by("PCT80")), POLICY),
        drop.finding(seen(dropping([0.9, 0.9, 0.9, 0.6]), going_by("BKT")), POLICY),
        drop.finding(seen(dropping([1.0, 1.0, 1.0, 0.0]), going_by("GATE")), POLICY),
        drop.finding(seen(levels([3.0, 3.0, 3.0, 3.0, 3.0, 2.0, 2.0]), going_by("DECAY")), POLICY),
        prereq_gap.finding(seen([*low, record(9, 9, target=2)], going_by("DECAY"), 2), POLICY),
        contradiction.finding(seen(summative(2.0, 3.5), going_by("DECAY")), POLICY),
        contradiction.finding(seen(summative(3.0, 1.0), going_by("DECAY")), POLICY),
    ]


def test_every_sentence_of_a_method_is_used_and_filled() -> None:
    used = set()
    for found in findings():
        names = {name: "4.NF.A.1" for name in ("target", "prerequisite") if name in found.facts}
        for key in (found.sentence, found.closes_when, found.next_step):
            used.add(key)
            assert "%(" not in english(key, found.facts, names)
        assert len(set(found.evidence)) == len(found.evidence)
    assert {key for key in SENTENCES if key.endswith(".method")} <= used


def test_a_value_is_told_on_the_scale_of_its_method() -> None:
    told = [english(one.sentence, one.facts, {"target": "T", "prerequisite": "P"}) for one in findings()]
    assert told[0].endswith("without three right in a row, and what DECAY says of it, now 2.00, is not rising.")
    assert told[1].endswith("what N_CONSEC says of it, now no, is not rising.")
    assert told[2].endswith("what PCT80 says of it, now 70%, is not rising.")
    assert told[3] == "What BKT says of T fell from 90% to 60% within 5 days."
    assert told[4] == "What GATE says of T fell from yes to no within 5 days."
    assert told[6] == "Working on T while P, which it builds on, stands at 1.50 by DECAY."
    closing = english(findings()[0].closes_when, findings()[0].facts, {"target": "T"})
    assert closing == (
        "Closes when the target is mastered, when DECAY comes to 2.50, or after 10 days without work on it."
    )


def test_the_facts_of_a_method_name_it_and_its_thresholds() -> None:
    found = findings()[0]
    assert found.facts["method"] == "DECAY"
    assert {name for name in found.facts if UNITS[name] is Unit.VALUE} == {"value", "value_slope", "value_goal"}
    assert "estimate" not in found.facts
    assert (found.parameters["mastered_from"], found.parameters["wheel_spin_slope"]) == (3.0, 0.08)


def test_a_closed_target_has_no_flag_of_practice_whatever_the_method_says() -> None:
    view = seen(spinning([1.0] * 5), going_by("DECAY"))
    assert [rule.ID for rule in TARGET_RULES if rule.opens(view, POLICY)] == ["F04"]
    assert true_conditions(replace(view, state=State.MASTERED), POLICY) == ()
