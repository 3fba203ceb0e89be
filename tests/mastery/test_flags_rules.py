"""F04, F09, F10, F13 and P1: when each opens and closes, to the edge, and what it says (domain 4.2)."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from evidence_records import act, body, levels, moment, record

from mastery.decide import ActKind, RuleBook, Standing, State, TargetRule, fold, rule_book, step, view
from mastery.evidence import Purpose
from mastery.flags import contradiction, drop, prereq_gap, ready_test, wheel_spin
from mastery.flags.rules import FAMILY_OF, TARGET_RULE, TARGET_RULES, true_conditions
from mastery.flags.sentences import SENTENCES, UNITS, english
from mastery.flags.view import AssessmentView, Finding, PrerequisiteView, Scope, Severity, TargetView
from mastery.policy import DEFAULT_POLICY as POLICY
from mastery.reassess import BlueprintLine, assessment_readiness, target_readiness

NO_RULES = rule_book([])
CHAIN = rule_book([TargetRule(1), TargetRule(2, prerequisites=(1,))])
TODAY = moment(60).date()


def seen(records, acts=(), book: RuleBook = NO_RULES, target: int = 1) -> TargetView:
    return view(target, fold(records, acts, book, POLICY), book)


def spinning(count: int = 10, per_day: int = 5, answers: str = "0", estimate: float = 0.3):
    """`count` new items, `per_day` a day, answered by turns as in `answers`, with an estimate that does not move."""
    return [
        record(n + 1, n // per_day + (n % per_day) / 100, y=float(answers[n % len(answers)]), estimate=estimate)
        for n in range(count)
    ]


# F04 WHEEL_SPIN


def test_f04_opens_at_ten_opportunities_without_three_right_in_a_row():
    assert not wheel_spin.opens(seen(spinning(9)), POLICY)
    assert wheel_spin.opens(seen(spinning(10)), POLICY)
    assert wheel_spin.opens(seen(spinning(12, answers="110")), POLICY)
    assert not wheel_spin.opens(seen(spinning(12, answers="1110")), POLICY)


def test_f04_counts_at_most_five_opportunities_a_day():
    assert not wheel_spin.opens(seen(spinning(40, per_day=40)), POLICY)
    assert not wheel_spin.opens(seen(spinning(49, per_day=40)[:44]), POLICY)
    assert wheel_spin.opens(seen(spinning(45, per_day=40)), POLICY)
    long_sittings = [record(n + 1, n, first_tries=(0.0,) * 8, estimate=0.3) for n in range(2)]
    assert wheel_spin.opens(seen(long_sittings), POLICY)


def test_f04_sees_a_run_across_sittings_and_days_also_beyond_the_five_counted():
    run = [record(1, 0, first_tries=(0.0,) * 5 + (1.0,)), record(2, 1, first_tries=(1.0, 1.0, 0.0, 0.0, 0.0))]
    assert not wheel_spin.opens(seen(run), POLICY)
    broken = [run[0], run[1]._replace(first_tries=(1.0, 0.0, 1.0, 1.0, 0.0))]
    assert wheel_spin.opens(seen(broken), POLICY)


def test_f04_items_met_before_are_no_opportunity():
    again = [one._replace(first_tries=()) for one in spinning(20)]
    assert not wheel_spin.opens(seen(again), POLICY)


def test_f04_needs_a_low_estimate_that_does_not_rise():
    assert not wheel_spin.opens(seen(spinning(estimate=0.90)), POLICY)
    assert wheel_spin.opens(seen(spinning(estimate=0.8999)), POLICY)
    for rise, opens in ((0.02, True), (0.021, False), (-0.1, True)):
        rising = [
            one._replace(estimate_before=0.5 + rise * (n - 1), estimate_after=0.5 + rise * n)
            for n, one in enumerate(spinning())
        ]
        # the slope of an exact 0.02 a step may come out a hair above it
        slack = replace(POLICY, wheel_spin_slope=0.02 + 1e-12)
        assert wheel_spin.opens(seen(rising), slack) is opens, rise


def test_f04_leaves_mastered_and_waived_targets_alone():
    assert not wheel_spin.opens(seen(spinning(), [act(ActKind.WAIVE, 5)]), POLICY)
    assert not wheel_spin.opens(seen(spinning(), [act(ActKind.OVERRIDE, 5)]), POLICY)


def test_f04_closes_when_mastered_or_well_above_the_estimate_at_opening_or_after_ten_days_without_work():
    open_view = seen(spinning())
    opened = wheel_spin.finding(open_view, POLICY).facts
    last = open_view.tally.last_date
    assert not wheel_spin.closes(open_view, opened, last + timedelta(days=9), POLICY)
    assert wheel_spin.closes(open_view, opened, last + timedelta(days=10), POLICY)
    for estimate, closes in ((0.44, False), (0.45, True)):
        better = replace(open_view, tally=open_view.tally._replace(estimate=estimate))
        assert wheel_spin.closes(better, opened, last, POLICY) is closes
    for state in (State.MASTERED, State.MASTERED_PROVISIONAL, State.WAIVED):
        assert wheel_spin.closes(replace(open_view, state=state), opened, last, POLICY)


def test_f04_is_for_action_and_suggests_another_way_of_teaching():
    found = wheel_spin.finding(seen(spinning(12)), POLICY)
    assert found.severity is Severity.ACT
    assert found.evidence == tuple(range(3, 13))
    assert "another way" in SENTENCES[found.next_step]


@pytest.mark.parametrize(
    ("values", "expected"), [((), 0.0), ((0.4,), 0.0), ((0.1, 0.2), 0.1), ((1, 2, 3, 4, 5), 1.0), ((3, 1, 2), -0.5)]
)
def test_slope_is_least_squares(values, expected):
    assert wheel_spin.slope(values) == pytest.approx(expected)


# F09 DROP


def test_f09_opens_a_level_below_the_median_of_the_five_before():
    steady = [3.0, 2.5, 3.0, 3.5, 3.0]
    assert drop.opens(seen(levels([*steady, 2.0, 2.0])), POLICY)
    assert not drop.opens(seen(levels([*steady, 2.5, 2.0])), POLICY)
    assert not drop.opens(seen(levels([*steady[1:], 2.0, 2.0])), POLICY), "five to compare with are needed"
    assert not drop.opens(seen(levels([*steady, 2.0])), POLICY), "one low result is no fall"


def test_f09_is_about_targets_that_stood_at_two_and_a_half():
    low = [2.0, 2.0, 2.0, 2.0, 2.0, 1.0, 1.0]
    assert not drop.opens(seen(levels(low)), POLICY)
    assert drop.opens(seen(levels([2.5, 2.5, 2.5, 2.5, 2.5, 1.5, 1.5])), POLICY)
    assert drop.opens(replace(seen(levels(low)), state=State.MASTERED), POLICY)
    assert drop.opens(replace(seen(levels(low)), level=2.5), POLICY)


def falling(*estimates: tuple[float, float, float]):
    return [
        record(n + 1, day, estimate_before=before, estimate_after=after)
        for n, (day, before, after) in enumerate(estimates)
    ]


def test_f09_opens_when_the_estimate_fell_by_three_tenths_within_five_days():
    start = ((0, 0.5, 0.7), (0.1, 0.7, 0.75), (0.2, 0.75, 0.8))
    assert drop.opens(seen(falling(*start, (5, 0.8, 0.5))), POLICY)
    assert not drop.opens(seen(falling(*start, (5, 0.79, 0.51))), POLICY)
    assert drop.opens(seen(falling(*start, (5, 0.7, 0.5))), POLICY), "the height was five days ago"
    assert not drop.opens(seen(falling(*start, (6, 0.7, 0.5))), POLICY), "the height was six days ago"
    from_little = falling((0, 0.9, 0.8), (1, 0.8, 0.7), (2, 0.7, 0.3))
    assert not drop.opens(seen(from_little), POLICY), "what rests on two records is no height to fall from"


def test_f09_closes_when_whatever_fell_is_back():
    fallen = seen(levels([3.0, 3.0, 3.0, 3.0, 3.0, 2.0, 2.0]))
    opened = drop.finding(fallen, POLICY).facts
    assert not drop.closes(fallen, opened, TODAY, POLICY)
    for newest, closes in ((2.0, False), (2.5, False), (3.0, True)):
        back = seen(levels([3.0, 3.0, 3.0, 3.0, 3.0, 2.0, 2.0, newest]))
        assert drop.closes(back, opened, TODAY, POLICY) is closes
    start = ((0, 0.5, 0.7), (0.1, 0.7, 0.75), (0.2, 0.75, 0.8), (5, 0.8, 0.5))
    opened = drop.finding(seen(falling(*start)), POLICY).facts
    for estimate, closes in ((0.64, False), (0.65, True)):
        assert drop.closes(seen(falling(*start, (6, 0.5, estimate))), opened, TODAY, POLICY) is closes


def test_f09_says_what_fell():
    by_level = drop.finding(seen(levels([3.0, 3.0, 3.0, 3.0, 3.0, 2.0, 2.0])), POLICY)
    assert (by_level.sentence, by_level.evidence) == ("drop.level", (1, 2, 3, 4, 5, 6, 7))
    by_estimate = drop.finding(seen(falling((0, 0.5, 0.6), (0.1, 0.6, 0.7), (0.2, 0.7, 0.8), (5, 0.8, 0.5))), POLICY)
    assert (by_estimate.sentence, by_estimate.facts["estimate_before"]) == ("drop.estimate", 0.8)
    assert by_estimate.severity is Severity.WATCH


# F10 PREREQ_GAP


def test_f10_opens_when_the_prerequisite_is_known_to_be_low():
    work = [record(10, 20, target=2)]
    for estimate, opens in ((0.49, True), (0.50, False)):
        below = [record(n, n, estimate=estimate) for n in (1, 2, 3)]
        assert prereq_gap.opens(seen([*below, *work], (), CHAIN, 2), POLICY) is opens
    barely_known = [record(n, n, estimate=0.1) for n in (1, 2)]
    assert not prereq_gap.opens(seen([*barely_known, *work], (), CHAIN, 2), POLICY)
    assert not prereq_gap.opens(seen([record(n, n, estimate=0.1) for n in (1, 2, 3)], (), CHAIN, 2), POLICY)


def test_f10_opens_after_three_failed_records_on_the_successor():
    failed = [record(n, n, target=2, y=0.0) for n in (1, 2, 3)]
    assert not prereq_gap.opens(seen(failed[:2], (), CHAIN, 2), POLICY)
    assert prereq_gap.opens(seen(failed, (), CHAIN, 2), POLICY)
    by_level = [record(n, n, target=2, level=2.5, purpose=Purpose.INTERIM) for n in (1, 2, 3)]
    assert prereq_gap.opens(seen(by_level, (), CHAIN, 2), POLICY)
    assert not prereq_gap.opens(seen([one._replace(level=3.0) for one in by_level], (), CHAIN, 2), POLICY)
    assert not prereq_gap.opens(seen(failed, (), NO_RULES, 2), POLICY)


@pytest.mark.parametrize("kind", [ActKind.WAIVE, ActKind.EXEMPT, ActKind.OVERRIDE])
def test_f10_closes_when_the_prerequisite_is_mastered_or_waived(kind):
    failed = [record(n, n, target=2, y=0.0) for n in (1, 2, 3)]
    before = seen(failed, (), CHAIN, 2)
    opened = prereq_gap.finding(before, POLICY).facts
    assert not prereq_gap.closes(before, opened, TODAY, POLICY)
    after = seen(failed, [act(kind, 4)], CHAIN, 2)
    assert prereq_gap.closes(after, opened, TODAY, POLICY)
    assert not prereq_gap.opens(after, POLICY)
    assert prereq_gap.closes(seen(failed, (), NO_RULES, 2), opened, TODAY, POLICY), "an edge was taken out of the graph"


def test_f10_names_the_weakest_prerequisite_and_the_records_behind():
    book = rule_book([TargetRule(3, prerequisites=(1, 2))])
    below = [record(n, n, target=1 + n % 2, estimate=0.4 if n % 2 else 0.3) for n in range(1, 7)]
    found = prereq_gap.finding(seen([*below, record(9, 9, target=3)], (), book, 3), POLICY)
    assert (found.facts["prerequisite"], found.evidence, found.cause) == (1, (2, 4, 6, 9), 9)


# F13 CONTRADICTION


def test_f13_opens_where_a_summative_and_the_estimate_of_that_moment_disagree():
    before = [record(n, n, estimate=0.9) for n in (1, 2)]
    for level, estimate, opens in (
        (2.0, 0.90, True), (2.0, 0.89, False),
        (2.5, 0.95, False), (3.0, 0.19, True), (3.0, 0.20, False), (2.5, 0.1, False),
    ):  # fmt: skip
        found = seen([*before, record(3, 3, estimate=estimate, summative=level)])
        assert contradiction.opens(found, POLICY) is opens, (level, estimate)
    later_growth = [*before, record(3, 3, estimate=0.5, summative=2.0), record(4, 9, estimate=0.97)]
    assert not contradiction.opens(seen(later_growth), POLICY)


def test_f13_too_little_evidence_contradicts_nothing():
    assert not contradiction.opens(seen([record(1, 1), record(2, 2, estimate=0.1, summative=4.0)]), POLICY)


def test_f13_a_state_summative_can_contradict():
    before = [record(n, n, estimate=0.95) for n in (1, 2, 3)]
    state_test = record(4, 4, level=1.0, purpose=Purpose.STATE_SUMMATIVE, counts_for_estimate=False)
    assert contradiction.opens(seen([*before, state_test]), POLICY)


def test_f13_only_a_person_closes_it():
    low = [*[record(n, n, estimate=0.95) for n in (1, 2)], record(3, 3, estimate=0.93, summative=2.0)]
    opened = contradiction.finding(seen(low), POLICY).facts
    agreeing = [*low, record(4, 4, estimate=0.95, summative=4.0)]
    assert not contradiction.opens(seen(agreeing), POLICY)
    assert not contradiction.closes(seen(agreeing), opened, TODAY, POLICY)
    resolved = seen(low, [act(ActKind.RESOLVE, 4)])
    assert contradiction.closes(resolved, opened, TODAY, POLICY)
    assert not contradiction.opens(resolved, POLICY)


def test_f13_keeps_the_summative_in_its_evidence_however_much_follows():
    low = [*[record(n, n, estimate=0.95) for n in (1, 2)], record(3, 3, estimate=0.93, summative=2.0)]
    found = contradiction.finding(seen([*low, *(record(n, n, estimate=0.95) for n in range(4, 30))]), POLICY)
    assert (found.cause, found.evidence[0], len(found.evidence)) == (3, 3, 10)


# P1 READY_TEST


def ready_view(as_of: date, *, tested: bool = False) -> AssessmentView:
    tally = fold([record(1, 0, estimate=0.9), record(2, 1, estimate=0.9)], [], NO_RULES, POLICY)[1].tally
    readiness = target_readiness(tally, TargetRule(1), {}, as_of, POLICY)
    return AssessmentView(77, assessment_readiness([BlueprintLine(1, 1)], {1: readiness}, as_of, POLICY), tested=tested)


def test_p1_opens_while_ready_and_untested_and_closes_otherwise():
    ready, stale = ready_view(moment(21).date()), ready_view(moment(22).date())
    assert ready_test.opens(ready, POLICY)
    assert not ready_test.closes(ready, {}, TODAY, POLICY)
    assert not ready_test.opens(stale, POLICY)
    assert ready_test.closes(stale, {}, TODAY, POLICY)
    tested = ready_view(moment(3).date(), tested=True)
    assert not ready_test.opens(tested, POLICY)
    assert ready_test.closes(tested, {}, TODAY, POLICY)
    found = ready_test.finding(ready, POLICY)
    assert (found.severity, found.scope, found.scope_id, found.evidence) == (
        Severity.INFO,
        Scope.ASSESSMENT,
        77,
        (1, 2),
    )


# all of them


def findings() -> list[Finding]:
    prerequisites = [record(n, n, estimate=0.2) for n in (1, 2, 3)]
    return [
        wheel_spin.finding(seen(spinning()), POLICY),
        drop.finding(seen(levels([3.0, 3.0, 3.0, 3.0, 3.0, 2.0, 2.0])), POLICY),
        drop.finding(seen(falling((0, 0.5, 0.6), (0.1, 0.6, 0.7), (0.2, 0.7, 0.8), (5, 0.8, 0.5))), POLICY),
        prereq_gap.finding(seen([*prerequisites, record(9, 9, target=2)], (), CHAIN, 2), POLICY),
        prereq_gap.finding(seen([record(n, n, target=2, y=0.0) for n in (1, 2, 3)], (), CHAIN, 2), POLICY),
        contradiction.finding(
            seen([*[record(n, n) for n in (1, 2)], record(3, 3, estimate=0.93, summative=2.0)]), POLICY
        ),
        contradiction.finding(
            seen([*[record(n, n) for n in (1, 2)], record(3, 3, estimate=0.1, summative=3.0)]), POLICY
        ),
        ready_test.finding(ready_view(moment(3).date()), POLICY),
    ]


@pytest.mark.parametrize("found", findings(), ids=lambda found: found.sentence)
def test_every_finding_reads_as_sentences_with_its_evidence(found):
    assert 1 <= len(found.evidence) <= 10
    assert found.cause in found.evidence
    assert len(set(found.evidence)) == len(found.evidence)
    assert FAMILY_OF[found.rule] == found.family
    names = {fact: "4.NF.A.1" for fact in found.facts if UNITS[fact] == "name"}
    for sentence in (found.sentence, found.closes_when, found.next_step):
        text = english(sentence, found.facts, names)
        assert text.endswith((".", "?"))
        assert "%(" not in text
    assert "4.NF.A.1" in english(found.sentence, found.facts, names)
    assert all(hasattr(POLICY, name) for name in found.parameters)


def test_every_sentence_is_used():
    used = {name for found in findings() for name in (found.sentence, found.closes_when, found.next_step)}
    assert used == {key for key in SENTENCES if not key.endswith(".method")}


def test_numbers_in_sentences_are_rounded_half_up():
    sentence = english("contradiction.low", {"target": 1, "level_now": 2.25, "estimate": 0.945}, {"target": "T"})
    assert sentence == "The summative result on T is 2.3, while the other evidence says mastered (95%)."


def test_a_finding_without_evidence_can_not_be_made():
    with pytest.raises(ValueError, match="evidence"):
        replace(findings()[0], evidence=())


def test_the_fold_keeps_the_true_conditions_and_those_that_ever_were():
    standings = fold(spinning(), [], NO_RULES, POLICY)
    assert (standings[1].conditions, standings[1].ever) == (("F04",), ("F04",))
    run = [record(50 + n, 20 + n, estimate=0.4) for n in range(3)]
    after = fold([*spinning(), *run], [], NO_RULES, POLICY)[1]
    assert (after.conditions, after.ever) == ((), ("F04",))
    assert Standing().conditions == ()


def test_a_prerequisites_new_evidence_is_judged_on_its_successor():
    standings = fold([record(9, 0, target=2), *(record(n, n, estimate=0.4) for n in (1, 2))], [], CHAIN, POLICY)
    assert standings[2].conditions == ()
    changed = step(standings, [record(3, 3, estimate=0.4)], CHAIN, POLICY)
    assert changed[2].conditions == ("F10",)
    mastered = fold([record(9, 0, target=2), *body(10, day=1)], [], CHAIN, POLICY)
    assert mastered[2].conditions == ()


def test_a_rule_sees_nothing_about_the_person():
    known = {"target", "tally", "state", "level", "prerequisites", "primary", "assessment", "readiness", "tested"}
    for kind in (TargetView, PrerequisiteView, AssessmentView):
        assert {field.name for field in fields(kind)} <= known


def test_rules_are_listed_once():
    assert [rule.ID for rule in TARGET_RULES] == list(TARGET_RULE) == ["F04", "F09", "F10", "F13"]
    assert len(set(FAMILY_OF.values())) == len(FAMILY_OF) == 5
    assert true_conditions(seen([record(1)]), POLICY) == ()
