"""A level that an educator gives from the body of evidence: what may be signed, and what it does to a decision."""

from __future__ import annotations

import pytest
from evidence_records import act, body, record
from hypothesis import given
from hypothesis import strategies as st

from mastery.access_questions import about_subject
from mastery.body.judgement import LONGEST_REASON, JudgementError, after, checked, levels_to_give
from mastery.body.tally import spoken
from mastery.decide import (
    Act,
    ActKind,
    Lack,
    Reason,
    Standing,
    State,
    TargetRule,
    apply,
    fold,
    missing,
    rule_book,
    step,
    tally_from_json,
    tally_to_json,
)
from mastery.methods import choose
from mastery.policy import DEFAULT_POLICY as POLICY

RULE = TargetRule(1, primary=choose("JUDGE"))
BOOK = rule_book([RULE])
REASON = "Explains it to two others, in words and in a drawing."


def judged(level: float, day: float, id: int = 1) -> Act:
    return act(ActKind.JUDGE, day, id=id, level=level)


def taken_back(day: float, id: int) -> Act:
    return act(ActKind.WITHDRAW_JUDGEMENT, day, id=id)


def standing(acts: list[Act], rule: TargetRule = RULE) -> Standing:
    return fold(body(), acts, rule_book([rule]), POLICY)[1]


def test_levels_are_given_from_0_to_4_in_halves_with_a_reason_of_twenty_characters() -> None:
    assert levels_to_give() == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]
    assert checked(2.5, f"  {REASON}\n", POLICY) == REASON
    assert checked(0, "x" * 20, POLICY) == "x" * 20


@pytest.mark.parametrize(
    ("level", "reason", "field"),
    [
        (-0.5, REASON, "level"), (4.5, REASON, "level"), (3.25, REASON, "level"), (float("nan"), REASON, "level"),
        (3, "", "reason"), (3, "x" * 19, "reason"), (3, "x" + " " * 40 + "y", "reason"),
        (3, "x" * (LONGEST_REASON + 1), "reason"),
    ],
)  # fmt: skip
def test_what_can_not_be_signed_names_its_field(level: float, reason: str, field: str) -> None:
    with pytest.raises(JudgementError) as refused:
        checked(level, reason, POLICY)
    assert refused.value.field == field


@given(st.lists(st.one_of(st.none(), st.integers(0, 8))))
def test_what_stands_is_what_was_said_and_not_taken_back(acts: list[int | None]) -> None:
    """An oracle that counts from the newest backwards: each taking back covers one judgement before it."""
    standing: tuple[int, ...] = ()
    for one in acts:
        standing = after(standing, one)
    kept, covered = [], 0
    for one in reversed(acts):
        if one is None:
            covered += 1
        elif covered:
            covered -= 1
        else:
            kept.append(one)
    assert standing == tuple(reversed(kept))


@pytest.mark.parametrize(("level", "state"), [(3.0, State.MASTERED), (2.5, State.IN_PROGRESS)])
def test_where_it_is_the_primary_nothing_but_a_judgement_meets_line_1(level: float, state: State) -> None:
    (gap,) = missing(standing([]).tally, RULE, {}, POLICY)
    assert (gap.line, gap.code, gap.needed, gap.found, gap.method) == (1, Lack.ESTIMATE, 3.0, None, "JUDGE")
    found = standing([judged(level, 5)])
    assert found.decision.state is state
    assert spoken(found.tally, RULE.primary) == level
    # the day of mastery is that of the record that completed the rest, however late a person comes to sign
    assert (found.decision.mastered_at == body()[2].performed_at) is (state is State.MASTERED)


def test_a_judgement_does_not_replace_the_other_lines() -> None:
    found = fold([record(1, 0, summative=4.0)], [judged(4.0, 5)], BOOK, POLICY)[1]
    assert found.decision.state is State.IN_PROGRESS
    assert {gap.code for gap in missing(found.tally, RULE, {}, POLICY)} == {Lack.RECORDS, Lack.ASSESSMENTS, Lack.DATES}


def test_what_is_judged_stays_when_more_is_scored() -> None:
    before = fold(body(), [judged(3.5, 5)], BOOK, POLICY)
    news = step(before, [record(9, 9, said=None)], BOOK, POLICY)
    assert spoken(news[1].tally, RULE.primary) == 3.5


def test_where_another_method_is_primary_it_is_kept_and_changes_nothing() -> None:
    plain = TargetRule(1)
    without, with_it = standing([], plain), standing([judged(0.0, 5)], plain)
    assert with_it.decision == without.decision
    assert with_it.tally._replace(judged=()) == without.tally
    assert with_it.tally.judged == (0.0,)


def test_a_judgement_that_is_taken_back_gives_way_to_the_one_before() -> None:
    found = standing([judged(2.0, 5), judged(4.0, 6, id=2), taken_back(7, id=3)])
    assert spoken(found.tally, RULE.primary) == 2.0
    assert spoken(standing([judged(2.0, 5), taken_back(7, id=2)]).tally, RULE.primary) is None


def test_a_mastery_that_rested_on_a_judgement_taken_back_is_put_before_a_teacher() -> None:
    """As after a correction: level and date stay, and nothing is taken away by itself."""
    mastered = standing([judged(3.5, 5)]).decision
    found = standing([judged(3.5, 5), taken_back(7, id=2)]).decision
    assert (mastered.state, mastered.confirmed) == (State.MASTERED, ActKind.AUTO_CONFIRM)
    assert (found.state, found.reasons) == (State.NEEDS_REVIEW, (Reason.BASIS_CORRECTED,))
    assert (found.level, found.mastered_at) == (mastered.level, mastered.mastered_at)
    earlier = standing([judged(3.0, 5), judged(3.5, 6, id=2), taken_back(7, id=3)]).decision
    assert (earlier.state, earlier.mastered_at) == (State.MASTERED, mastered.mastered_at)


def test_a_mastery_that_a_person_confirmed_stays_that_persons_word() -> None:
    credit = TargetRule(1, credit_bearing=True, primary=choose("JUDGE"))
    acts = [judged(3.5, 5), act(ActKind.CONFIRM, 6, id=2), taken_back(7, id=3)]
    assert standing(acts, credit).decision.state is State.MASTERED


def test_a_lower_judgement_is_no_fall_of_the_estimate() -> None:
    records = [record(n, n / 10, level=3.5) for n in (1, 2, 3, 4)]
    found = fold(records, [judged(4.0, 0.15), judged(1.0, 1, id=2)], BOOK, POLICY)[1]
    assert "F09" not in found.ever


def test_acts_one_by_one_lead_to_what_all_at_once_do() -> None:
    acts = [judged(2.0, 5), judged(3.5, 6, id=2), taken_back(7, id=3), judged(3.0, 8, id=4)]
    found = fold(body(), [], BOOK, POLICY)
    for one in acts:
        found |= apply(found, one, BOOK, POLICY)
    assert found[1] == standing(acts)
    assert tally_from_json(tally_to_json(found[1].tally)) == found[1].tally


@pytest.mark.parametrize(
    ("classes", "about"),
    [
        ([("Mathematics",)], True), ([("mathematics", "Art")], True), ([()], True), ([("Art",), ()], True),
        ([("Art",)], False), ([], False),
    ],
)  # fmt: skip
def test_a_class_is_about_the_subjects_that_the_roster_names_or_about_any(
    classes: list[tuple[str, ...]], about: bool
) -> None:
    assert about_subject("Mathematics", classes) is about
