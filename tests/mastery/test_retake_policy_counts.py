"""Which try certifies, which is reported, and on which form one is taken (domain 2.5; rule 9 of 9.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.evidence import ScoreStatus
from mastery.policy import DEFAULT_POLICY as POLICY
from mastery.reassessment.counts import Bar, Reported, bars, reported
from mastery.reassessment.forms import Form, allowed, repeats
from mastery.reassessment.presets import classroom_summative
from mastery.reassessment.words import Counts, Kind, Try, Void

CLASSROOM = classroom_summative(POLICY)
RULE = CLASSROOM.form_rule
START = datetime(2026, 10, 5, 9, tzinfo=UTC)


def one(n: int, level: float | None = 2.0, **changes: object) -> Try:
    """The n-th sitting, on a form of its own with ten items on the target."""
    at = START + timedelta(days=10 * n)
    plain = Try(n, at, at.date(), f"form {n}", level, share=None if level is None else level / 4, items_on_target=10)
    return replace(plain, **changes)  # type: ignore[arg-type]


tries = st.lists(
    st.tuples(
        st.none() | st.sampled_from([0.0, 1.0, 2.5, 3.0, 3.5, 4.0]),
        st.none() | st.integers(5, 15),
        st.sampled_from("ABCD"),
        st.none() | st.sampled_from(Void),
    ),
    max_size=7,
).map(lambda some: [one(n, a, items_on_target=b, form=c, void=d) for n, (a, b, c, d) in enumerate(some)])


# --- forms ------------------------------------------------------------------------------------------------------------


def form(key: str, first: int, size: int = 10) -> Form:
    """A form with items from a number on."""
    return Form(key, frozenset(range(first, first + size)))


def test_a_form_is_none_of_the_last_two_and_shares_at_most_a_fifth_with_them() -> None:
    forms = [form("A", 0), form("B", 100), form("C", 8), form("D", 7), form("E", 200)]
    assert allowed(RULE, [], forms) == ("A", "B", "C", "D", "E")
    assert allowed(RULE, [one(0, form="A")], forms) == ("B", "C", "E"), "C has two of ten in common, D three"
    sat = [one(0, form="A"), one(1, form="B"), one(2, form="E")]
    assert allowed(RULE, sat, forms) == ("A", "C", "D"), "what was three tries ago may come again"


def test_what_two_forms_before_shared_adds_up() -> None:
    new = Form("C", frozenset({*range(7), 20, 100, 101}))
    sat = [one(0, form="A"), one(1, form="B")]
    assert allowed(RULE, sat, [form("A", 20), form("B", 100), new]) == ()
    assert allowed(RULE, sat[1:], [form("A", 20), form("B", 100), new]) == ("A", "C")


def test_a_form_that_was_seen_was_seen_though_the_try_was_void() -> None:
    forms = [form("A", 0), form("B", 100)]
    broken = one(0, form="A", void=Void.TECHNICAL, items=10, seen=4)
    assert allowed(RULE, [broken], forms) == ("B",)
    assert allowed(RULE, [replace(broken, seen=0)], forms) == ("A", "B")


def test_without_two_forms_there_is_none_and_without_items_the_name_decides() -> None:
    assert allowed(RULE, [one(0, form="A")], [form("A", 0)]) == ()
    assert allowed(RULE, [one(0, form="A")], [Form("A"), Form("B")]) == ("B",)


@given(tries)
def test_a_try_repeats_exactly_if_its_form_was_not_to_be_taken_then(some: list[Try]) -> None:
    forms = [Form(key) for key in "ABCD"]
    for n, each in enumerate(some):
        assert repeats(RULE, each, some, forms) == (each.form not in allowed(RULE, some[:n], forms))


# --- what certifies ---------------------------------------------------------------------------------------------------


def best_of(k: int, items: int) -> float:
    """The chance that the best of k tests is 80% or more, of a student who is right six times in ten."""
    least = -(-4 * items // 5)
    once = sum(comb(items, n) * Fraction(3, 5) ** n * Fraction(2, 5) ** (items - n) for n in range(least, items + 1))
    return float(1 - (1 - once) ** k)


def test_short_retakes_flatter_which_is_why_they_do_not_certify() -> None:
    assert [round(best_of(1, items), 2) for items in (5, 10, 20)] == [0.34, 0.17, 0.05]
    assert round(best_of(3, 5), 2) == 0.71
    assert round(best_of(3, 10), 2) == 0.42
    first, again = one(0, items_on_target=5), one(1, 3.0, items_on_target=5)
    assert bars(CLASSROOM, Kind.SUMMATIVE, first, [first, again]) == ()
    assert bars(CLASSROOM, Kind.SUMMATIVE, again, [first, again]) == (Bar.FEW_ITEMS,)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, ()), ({"items_on_target": 9}, (Bar.FEW_ITEMS,)), ({"items_on_target": None}, (Bar.FEW_ITEMS,)),
        ({"items_on_target": None, "rubric": True}, ()), ({"form": "form 0"}, (Bar.SAME_FORM,)),
        ({"void": Void.TECHNICAL}, (Bar.VOID,)), ({"level": None}, (Bar.NO_LEVEL,)),
        ({"level": None, "status": ScoreStatus.PENDING_MANUAL}, (Bar.NO_LEVEL,)),
    ],
)  # fmt: skip
def test_a_retake_certifies_on_ten_items_or_by_a_rubric_and_on_a_new_form(
    changes: dict[str, object], found: tuple[Bar, ...]
) -> None:
    again = replace(one(1, 3.0), **changes)  # type: ignore[arg-type]
    assert bars(CLASSROOM, Kind.SUMMATIVE, again, [one(0), again]) == found


def test_practice_and_state_tests_certify_nothing() -> None:
    for kind in (Kind.FORMATIVE, Kind.STATE):
        assert bars(CLASSROOM, kind, one(0), [one(0)]) == (Bar.PURPOSE,)


def test_after_a_void_try_the_next_one_is_the_first() -> None:
    broken, first = one(0, void=Void.TECHNICAL), one(1, 3.0, items_on_target=5)
    assert bars(CLASSROOM, Kind.SUMMATIVE, first, [broken, first]) == ()


# --- what is reported -------------------------------------------------------------------------------------------------


@given(tries)
def test_the_best_certifying_level_is_reported_or_the_newest(some: list[Try]) -> None:
    good = [each for each in some if not bars(CLASSROOM, Kind.SUMMATIVE, each, some)]
    best = reported(CLASSROOM, Kind.SUMMATIVE, some)
    newest = reported(replace(CLASSROOM, counts=Counts.MOST_RECENT), Kind.SUMMATIVE, some)
    if not good:
        assert best is newest is None
        return
    assert best is not None
    assert newest is not None
    assert best.level == max(each.level for each in good)
    assert best.sitting == next(each.sitting for each in good if each.level == best.level)
    assert newest.sitting == good[-1].sitting
    assert (best.level, newest.level) == tuple(
        next(each.level for each in some if each.sitting == found.sitting) for found in (best, newest)
    ), "it is the level of one try, never of two"


@given(tries, st.sampled_from([Counts.BEST, Counts.MOST_RECENT]), st.floats(0, 1), st.floats(0, 1))
def test_cap_and_penalty_change_what_is_printed_and_no_level(
    some: list[Try], counts: Counts, cap: float, penalty: float
) -> None:
    plain = replace(CLASSROOM, counts=counts)
    without = reported(plain, Kind.SUMMATIVE, some)
    with_both = reported(replace(plain, score_cap=cap, penalty=penalty), Kind.SUMMATIVE, some)
    assert (without is None) == (with_both is None)
    if without is not None and with_both is not None:
        assert without.printed == without.share
        assert replace(with_both, printed=None) == replace(without, printed=None)
        assert with_both.printed is None or with_both.printed <= with_both.share
    for each in some:
        changed = replace(plain, score_cap=cap, penalty=penalty)
        assert bars(changed, Kind.SUMMATIVE, each, some) == bars(plain, Kind.SUMMATIVE, each, some)


def test_a_cap_prints_no_less_than_was_there_before_the_retake() -> None:
    capped = replace(CLASSROOM, score_cap=0.70)
    better = [one(0, 2.0, share=0.55), one(1, 3.5, share=0.90)]
    assert reported(capped, Kind.SUMMATIVE, better) == Reported(1, 3.5, None, 0.90, 0.70)
    above = [one(0, 3.0, share=0.85), one(1, 3.5, share=0.90)]
    assert reported(capped, Kind.SUMMATIVE, above) == Reported(1, 3.5, None, 0.90, 0.85)
    only = [one(0, 3.5, share=0.90)]
    assert reported(capped, Kind.SUMMATIVE, only) == Reported(0, 3.5, None, 0.90, 0.90)
    minus = replace(CLASSROOM, penalty=0.1, counts=Counts.MOST_RECENT)
    assert reported(minus, Kind.SUMMATIVE, better) == Reported(1, 3.5, None, 0.90, 0.80)


def test_without_a_result_nothing_is_reported() -> None:
    assert reported(CLASSROOM, Kind.SUMMATIVE, []) is None
    assert reported(CLASSROOM, Kind.FORMATIVE, [one(0, 4.0)]) is None
    assert reported(CLASSROOM, Kind.SUMMATIVE, [one(0, None, status=ScoreStatus.PENDING_MANUAL)]) is None
