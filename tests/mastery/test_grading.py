"""The level-to-grade rule: golden grades, an oracle, and that more mastery never is a lower grade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mastery.body.words import State
from mastery.grading import (
    AskedRule,
    Band,
    Grade,
    GradeLevel,
    GradeStatus,
    Measure,
    Rule,
    SignedRule,
    check_asked,
    check_rule,
    grade,
    read_bands,
    rule_from_json,
    rule_on,
    rule_to_json,
    written_bands,
)
from mastery.links import LinkError
from mastery.policy import DEFAULT_POLICY as POLICY
from mastery.rollup import OnTarget, Part, Rolled, Standing, competency, course

SHARE = Rule(Measure.SHARE, read_bands("0.9 A 95\n0.8 B 85\n0.7 C 75\n0.5 D 65\n0 NP 50"))
LEVEL = Rule(Measure.LEVEL, read_bands("3.5 A\n3 B\n0 C"), "IP")
DAY = date(2026, 10, 1)


def stood(mastered: int, owed: int, lifted: int = 0) -> Rolled:
    """A course of which so many competencies are mastered."""
    missing = tuple(range(mastered, owed))
    return Rolled(
        Standing.OPEN if missing else Standing.MASTERED,
        None if missing else 3.0,
        missing,
        lifted=tuple(range(100, 100 + lifted)),
    )


@pytest.mark.parametrize(
    ("mastered", "owed", "mark", "score"),
    [
        (10, 10, "A", 95), (9, 10, "A", 95), (8, 10, "B", 85), (7, 10, "C", 75), (5, 10, "D", 65), (4, 10, "NP", 50),
        (0, 10, "NP", 50), (7, 9, "C", 75), (2, 3, "D", 65),
    ],
)  # fmt: skip
def test_a_share_is_banded(mastered: int, owed: int, mark: str, score: int) -> None:
    found = grade(SHARE, stood(mastered, owed), owed)
    assert (found.mark, found.score, found.status) == (mark, Decimal(score), GradeStatus.GRADED)
    assert (found.mastered, found.owed) == (mastered, owed)


def test_a_band_begins_exactly_where_it_says() -> None:
    # 0.7 as a float is less than seven tenths of thirty are
    assert grade(SHARE, stood(21, 30), 30).mark == "C"
    assert grade(SHARE, stood(20, 30), 30).mark == "D"


def test_a_summary_level_is_graded_once_all_is_mastered() -> None:
    whole = Rolled(Standing.MASTERED, 3.5)
    assert grade(LEVEL, whole, 4) == Grade(GradeStatus.GRADED, "A", None, 4, 4, 3.5, 2)
    assert grade(LEVEL, replace(whole, level=3.0), 4).mark == "B"
    assert grade(LEVEL, stood(3, 4), 4) == Grade(GradeStatus.OPEN, "IP", None, 3, 4, None, -1)


def test_what_is_lifted_is_left_out_and_where_nothing_is_owed_there_is_no_grade() -> None:
    assert grade(SHARE, stood(1, 2, lifted=2), 4).mark == "D"
    found = grade(SHARE, Rolled(Standing.LIFTED, lifted=(1, 2)), 2)
    assert (found.status, found.mark, found.score) == (GradeStatus.LIFTED, "", None)


# --- more mastery never is a lower grade ------------------------------------------------------------------------------

_RULES = [SHARE, LEVEL]
_PARTS = {
    "a": [Part(1), Part(2), Part(3, priority=False), Part(4, priority=False)],
    "b": [Part(5)],
    "c": [Part(n, priority=False) for n in range(6, 13)],
}
_LEVELS = st.sampled_from([3.0, 3.5, 4.0])
_OPEN = (State.NOT_STARTED, State.IN_PROGRESS, State.READY, State.MASTERED_PROVISIONAL, State.REVOKED)
_states = st.fixed_dictionaries(
    {n: st.tuples(st.sampled_from(State), _LEVELS).map(lambda one: OnTarget(*one)) for n in range(1, 13)}
)


def _graded(rule: Rule, known: dict[int, OnTarget]) -> Grade:
    rolled = {name: competency(parts, dict(known.items()), POLICY) for name, parts in _PARTS.items()}
    return grade(rule, course(list(_PARTS), rolled), len(_PARTS))


@given(st.sampled_from(_RULES), _states, st.sets(st.integers(1, 12)), _LEVELS)
def test_more_mastery_never_is_a_lower_grade(
    rule: Rule, known: dict[int, OnTarget], more: set[int], level: float
) -> None:
    before = _graded(rule, known)
    raised = {n: OnTarget(State.MASTERED, level) for n in more if known[n].state in _OPEN}
    after = _graded(rule, {**known, **raised})
    assume(before.status is not GradeStatus.LIFTED)
    assert after.band >= before.band
    if before.score is not None and after.score is not None:
        assert after.score >= before.score


@given(st.sampled_from(_RULES), _states, st.integers(1, 12), _LEVELS)
def test_a_higher_level_never_is_a_lower_grade(rule: Rule, known: dict[int, OnTarget], one: int, level: float) -> None:
    assume(known[one].level is not None and level >= (known[one].level or 0))
    assert _graded(rule, {**known, one: replace(known[one], level=level)}).band >= _graded(rule, known).band


@given(_states)
def test_a_grade_agrees_with_the_sentence_written_once_more(known: dict[int, OnTarget]) -> None:
    def of(parts: Sequence[Part]) -> tuple[str, list[float]]:
        good = (State.MASTERED, State.NEEDS_REVIEW)
        owed = [p for p in parts if known[int(p.target)].state not in (State.WAIVED, State.EXEMPT)]
        first = [known[int(p.target)] for p in owed if p.priority]
        other = [known[int(p.target)] for p in owed if not p.priority]
        done = sorted((one.level or 0 for one in other if one.state in good), reverse=True)
        least = next(n for n in range(len(other) + 1) if 10 * n >= 8 * len(other))
        if not owed:
            return "lifted", []
        met = all(one.state in good for one in first) and len(done) >= least
        return ("met" if met else "open"), [one.level or 0 for one in first] + done[:least]

    def half(level: float) -> float:
        return int(level * 2 + 0.5) / 2

    found = [of(parts) for parts in _PARTS.values()]
    owed = [one for one in found if one[0] != "lifted"]
    assume(owed)
    met = [one for one in owed if one[0] == "met"]
    share = 100 * len(met) // len(owed)
    expected = next(mark for floor, mark in ((90, "A"), (80, "B"), (70, "C"), (50, "D"), (0, "NP")) if share >= floor)
    assert _graded(SHARE, known).mark == expected
    told = _graded(LEVEL, known)
    if len(met) < len(owed):
        assert told.mark == "IP"
    else:
        assert told.level == half(median(half(median(levels)) for _, levels in owed))


# --- what is no rule --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "field", "said"),
    [
        (Rule(Measure.SHARE, ()), "bands", "1 to 20"),
        (Rule(Measure.SHARE, read_bands("0.5 B\n0.5 C\n0 D")), "bands", "lower"),
        (Rule(Measure.SHARE, read_bands("0.9 A\n0.5 B")), "bands", "begins at 0"),
        (Rule(Measure.SHARE, read_bands("1.5 A\n0 B")), "bands", "above 1"),
        (Rule(Measure.LEVEL, read_bands("4.5 A\n0 B"), "IP"), "bands", "above 4"),
        (Rule(Measure.SHARE, read_bands("0.9 A\n0 A")), "bands", "once"),
        (Rule(Measure.SHARE, read_bands("0.9 A 95\n0 B")), "bands", "number"),
        (Rule(Measure.SHARE, read_bands("0.9 A 50\n0 B 60")), "bands", "rise"),
        (Rule(Measure.SHARE, read_bands("0.9 ABCDEFGHIJKLM\n0 B")), "bands", "signs"),
        (Rule(Measure.LEVEL, read_bands("3 A\n0 B")), "open_mark", "until all"),
        (Rule(Measure.SHARE, read_bands("0.9 A\n0 B"), "IP"), "open_mark", "alone"),
    ],
)
def test_what_is_no_rule_is_refused_by_its_field(rule: Rule, field: str, said: str) -> None:
    with pytest.raises(LinkError, match=said) as refused:
        check_rule(rule)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0.9", "line 1"), ("0.9 A\nmuch B", "line 2"), ("0.9 A 1e9", "line 1"), ("NaN A", "line 1"),
        ("-1 A", "line 1"), ("0.9 A 95 B", "line 1"), ("0.123456 A", "line 1"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_band_is_named(text: str, said: str) -> None:
    with pytest.raises(LinkError, match=said):
        read_bands(text)


@pytest.mark.parametrize("rule", [SHARE, LEVEL])
def test_a_rule_comes_back_as_it_was_written(rule: Rule) -> None:
    check_rule(rule)
    assert rule_from_json(rule_to_json(rule)) == rule
    assert read_bands(written_bands(rule.bands)) == rule.bands


# --- which is in force ------------------------------------------------------------------------------------------------


def signed(number: int, level: GradeLevel, since: date = DAY, rule: Rule | None = SHARE) -> SignedRule:
    school = 1 if level is GradeLevel.SCHOOL else None
    named = "math-8" if level is GradeLevel.COURSE else None
    return SignedRule(number, level, school, named, rule, "board policy 12", since)


def test_the_nearest_place_says_which_rule_is_in_force() -> None:
    district, school, own = (signed(n, level) for n, level in enumerate(GradeLevel))
    every = [own, district, school]
    assert rule_on(every, 1, "math-8", DAY) == own
    assert rule_on(every, 1, "math-7", DAY) == school
    assert rule_on(every, 2, None, DAY) == district
    assert rule_on(every, 2, None, DAY - timedelta(days=1)) is None
    silent = signed(9, GradeLevel.COURSE, rule=None)
    assert rule_on([*every, silent], 1, "math-8", DAY) == school


@given(st.lists(st.tuples(st.sampled_from(GradeLevel), st.integers(0, 40))), st.integers(0, 40), st.integers(1, 40))
def test_a_rule_signed_for_a_later_day_leaves_every_day_before_as_it_was(
    some: list[tuple[GradeLevel, int]], day: int, later: int
) -> None:
    every = [signed(n, level, DAY + timedelta(days=since)) for n, (level, since) in enumerate(some)]
    more = [*every, signed(99, GradeLevel.COURSE, DAY + timedelta(days=day + later), LEVEL)]
    asked = DAY + timedelta(days=day)
    assert rule_on(every, 1, "math-8", asked) == rule_on(more, 1, "math-8", asked)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"since": DAY - timedelta(days=1)}, "since"),
        ({"basis": "  "}, "basis"),
        ({"school": 1}, "place"),
        ({"level": GradeLevel.COURSE}, "place"),
        ({"rule": Rule(Measure.SHARE, (Band(Decimal("0.5"), "A"),))}, "bands"),
    ],
)
def test_what_nobody_can_sign_is_refused(change: dict[str, object], field: str) -> None:
    good = AskedRule(GradeLevel.DISTRICT, None, None, SHARE, "board policy 12", DAY)
    check_asked(good, DAY)
    with pytest.raises(LinkError) as refused:
        check_asked(replace(good, **change), DAY)  # type: ignore[arg-type]
    assert refused.value.field == field
