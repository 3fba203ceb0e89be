"""BOE-1 and the states of a decision (domain 2.4; rules 1, 3, 4, 5 and 11 of 9.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from evidence_records import act, body, moment, record

from mastery.decide import (
    ActKind,
    Lack,
    Reason,
    RuleBook,
    Standing,
    State,
    TargetRule,
    decision_from_json,
    decision_to_json,
    fold,
    missing,
    rule_book,
    step,
    tally_from_json,
    tally_to_json,
)
from mastery.evidence import EvidenceType, Purpose
from mastery.policy import DEFAULT_POLICY as POLICY

NO_RULES = rule_book([])
PLAIN = TargetRule(1)
CREDIT = rule_book([TargetRule(1, credit_bearing=True)])
CHAIN = rule_book([TargetRule(1), TargetRule(2, prerequisites=(1,))])


def standing(records, acts=(), book: RuleBook = NO_RULES, target: int = 1) -> Standing:
    return fold(records, acts, book, POLICY)[target]


def lacks(of: Standing) -> list[tuple[int, Lack]]:
    return [(gap.line, gap.code) for gap in missing(of.tally, PLAIN, {}, POLICY)]


def test_a_complete_body_of_evidence_is_mastered_on_the_day_of_the_record_that_completed_it():
    found = standing(body())
    assert found.decision.state is State.MASTERED
    assert found.decision.mastered_at == moment(2)
    assert found.decision.completed_by == 3
    assert found.decision.level == 3.0
    assert found.decision.confirmed is ActKind.AUTO_CONFIRM
    assert lacks(found) == []


@pytest.mark.parametrize(
    ("spoil", "gap", "needed", "there"),
    [
        (lambda b: [*b[:2], b[2]._replace(estimate_after=0.89)], (1, Lack.ESTIMATE), 0.90, 0.89),
        (lambda b: b[1:], (2, Lack.RECORDS), 3, 2),
        (lambda b: [one._replace(assessment=7) for one in b], (2, Lack.ASSESSMENTS), 2, 1),
        (lambda b: [one._replace(local_date=b[0].local_date) for one in b], (3, Lack.DATES), 2, 1),
        (lambda b: [*b[:2], b[2]._replace(certifying=False)], (4, Lack.CERTIFYING), 3.0, None),
        (lambda b: [*b[:2], b[2]._replace(level=2.5)], (4, Lack.CERTIFYING), 3.0, 2.5),
    ],
)
def test_each_line_alone_keeps_a_target_from_mastery(spoil, gap, needed, there):
    found = standing(spoil(body()))
    assert found.decision.state is State.IN_PROGRESS
    assert found.decision.mastered_at is None
    (only,) = missing(found.tally, PLAIN, {}, POLICY)
    assert ((only.line, only.code), only.needed, only.found) == (gap, needed, there)


def test_three_right_answers_in_five_minutes_are_not_mastery():
    quick = [record(n, n / 1440, assessment=1, estimate=0.98) for n in (1, 2, 3)]
    found = standing(quick)
    assert found.decision.state is State.IN_PROGRESS
    assert lacks(found) == [(2, Lack.ASSESSMENTS), (3, Lack.DATES), (4, Lack.CERTIFYING)]


def test_the_newest_certifying_record_below_three_contradicts_an_earlier_one_until_a_person_resolves_it():
    low_newest = [*body(), record(4, 3, estimate=0.95, summative=2.5)]
    before = standing(low_newest, book=CREDIT)
    assert before.decision.state is State.IN_PROGRESS
    assert lacks(before) == [(6, Lack.CONTRADICTION)]
    after = standing(low_newest, [act(ActKind.RESOLVE, 4)], CREDIT)
    assert after.decision.state is State.MASTERED_PROVISIONAL
    assert lacks(after) == []


@pytest.mark.parametrize(("dok", "state"), [(None, State.IN_PROGRESS), (2, State.IN_PROGRESS), (3, State.MASTERED)])
def test_one_record_must_reach_the_cognitive_demand_and_an_unknown_demand_does_not(dok, state):
    rule = TargetRule(1, dok=3)
    records = body()
    records[0] = records[0]._replace(dok=dok)
    found = standing(records, book=rule_book([rule]))
    assert found.decision.state is state
    assert [gap.found for gap in missing(found.tally, rule, {}, POLICY)] == (
        [dok] if state is not State.MASTERED else []
    )


def test_a_held_record_does_not_help_but_does_not_hinder_where_it_is_not_needed():
    needed = body()
    needed[2] = needed[2]._replace(held=True)
    found = standing(needed)
    assert found.decision.state is State.IN_PROGRESS
    assert (7, Lack.INTEGRITY_HOLD) in lacks(found)
    spare = [record(9, 0.5, estimate=0.6, held=True), *body()]
    assert standing(spare).decision.state is State.MASTERED


def test_a_held_low_certifying_record_still_speaks_against_mastery():
    found = standing([*body(), record(4, 3, estimate=0.95, summative=2.0, held=True)], book=CREDIT)
    assert (6, Lack.CONTRADICTION) in lacks(found)


def test_a_held_certifying_record_is_none_until_the_hold_is_lifted():
    held = [record(9, 1.5, estimate=0.9), *body()]
    held[3] = held[3]._replace(held=True)
    assert lacks(standing(held)) == [(4, Lack.CERTIFYING), (7, Lack.INTEGRITY_HOLD)]


def test_the_highest_demand_shown_counts():
    records = [one._replace(dok=dok) for one, dok in zip(body(), (3, 1, 2), strict=True)]
    assert standing(records, book=rule_book([TargetRule(1, dok=3)])).decision.state is State.MASTERED


def test_no_evidence_and_too_little_evidence_are_values_of_their_own():
    assert Standing().decision.state is State.NOT_STARTED
    assert Standing().decision.level is None
    assert not Standing().decision.enough_evidence
    two = standing(body()[:2])
    assert (two.decision.level, two.decision.enough_evidence) == (None, False)
    three = standing([*body()[:2], record(3, 2)])
    assert (three.decision.level, three.decision.enough_evidence) == (None, True)


def test_the_level_is_the_best_certifying_one_and_never_an_average():
    found = standing([*body(), record(4, 3, estimate=0.95, summative=4.0), record(5, 4, estimate=0.95, summative=3.0)])
    assert found.decision.level == 4.0


def test_a_state_summative_stands_beside_and_decides_nothing():
    state_test = record(4, 3, level=4.0, purpose=Purpose.STATE_SUMMATIVE, counts_for_estimate=False)
    assert standing([state_test]).decision.state is State.NOT_STARTED
    with_it, without = standing([*body()[:2], state_test]), standing(body()[:2])
    assert with_it.decision == without.decision
    assert with_it.tally._replace(summative=None) == without.tally


def test_a_credit_bearing_target_waits_for_a_person_and_keeps_the_date_of_its_record():
    assert standing(body(), book=CREDIT).decision.state is State.MASTERED_PROVISIONAL
    found = standing(body(), [act(ActKind.CONFIRM, 30)], CREDIT).decision
    assert (found.state, found.mastered_at, found.confirmed) == (State.MASTERED, moment(2), ActKind.CONFIRM)


def test_more_evidence_does_not_move_the_mastery_date_of_a_provisional_decision():
    more = [*body(), record(4, 9, estimate=0.97), record(5, 10, estimate=0.97, summative=4.0)]
    found = standing(more, book=CREDIT).decision
    assert (found.state, found.mastered_at, found.completed_by) == (State.MASTERED_PROVISIONAL, moment(2), 3)
    lapsed = [*more, record(6, 11, estimate=0.5), record(7, 12, estimate=0.95)]
    assert standing(lapsed, book=CREDIT).decision.mastered_at == moment(12), "after a lapse it is completed anew"


def test_a_provisional_decision_may_lapse_and_a_confirmed_one_does_not():
    fallen = [*body(), record(4, 3, y=0.0, estimate=0.4)]
    assert standing(fallen, book=CREDIT).decision.state is State.IN_PROGRESS
    assert standing(fallen, [act(ActKind.CONFIRM, 2.5)], CREDIT).decision.state is State.MASTERED
    assert standing(fallen).decision.state is State.MASTERED


def test_a_low_certifying_record_after_mastery_asks_for_review_and_changes_neither_level_nor_date():
    at_the_edge = standing([*body(), record(4, 3, estimate=0.9, summative=2.5)]).decision
    assert at_the_edge.state is State.MASTERED
    low = [*body(), record(4, 3, estimate=0.9, summative=2.0)]
    found = standing(low).decision
    assert (found.state, found.level, found.mastered_at) == (State.NEEDS_REVIEW, 3.0, moment(2))
    assert found.reasons == (Reason.LOW_CERTIFYING_RECORD,)
    passed_since = standing([*low, record(5, 4, estimate=0.95, summative=4.0)]).decision
    assert passed_since.state is State.NEEDS_REVIEW, "only a person ends a review"
    assert standing(low, [act(ActKind.RESOLVE, 5)]).decision.state is State.MASTERED


def test_a_reopened_target_is_mastered_again_only_by_a_new_certifying_record():
    low = [*body(), record(4, 3, estimate=0.95, summative=2.0), record(5, 4, estimate=0.95, summative=3.5)]
    reopened = [act(ActKind.REOPEN, 5)]
    found = standing(low, reopened)
    assert found.decision.state is State.IN_PROGRESS
    assert lacks(found) == [(6, Lack.NEW_CERTIFYING)]
    again = standing([*low, record(6, 6, estimate=0.95, summative=3.0)], reopened).decision
    assert (again.state, again.mastered_at) == (State.MASTERED, moment(6))


def test_a_system_confirmation_whose_basis_a_correction_took_away_needs_review_and_keeps_level_and_date():
    kept = [act(ActKind.AUTO_CONFIRM, 2, level=3.0, mastered_at=moment(2))]
    corrected = [*body()[:2], record(3, 2, estimate=0.95, summative=2.5)]
    found = standing(corrected, kept).decision
    assert (found.state, found.level, found.mastered_at) == (State.NEEDS_REVIEW, 3.0, moment(2))
    assert found.reasons == (Reason.BASIS_CORRECTED,)
    settled = standing(corrected, [*kept, act(ActKind.RESOLVE, 3, id=2)]).decision
    assert (settled.state, settled.level, settled.mastered_at) == (State.MASTERED, 3.0, moment(2))


def test_a_system_confirmation_stands_again_when_other_evidence_completes_the_body():
    kept = [act(ActKind.AUTO_CONFIRM, 2, level=3.0, mastered_at=moment(2))]
    moved = [*body()[:2], record(3, 2, estimate=0.89, summative=3.0), record(4, 3, estimate=0.92)]
    found = standing(moved, kept).decision
    assert (found.state, found.mastered_at) == (State.MASTERED, moment(3))
    assert standing(body(), kept) == standing(body()), "a confirmation that has its basis adds nothing"


def test_what_the_system_confirmed_once_does_not_wait_for_confirmation_again():
    kept = [act(ActKind.AUTO_CONFIRM, 2, target=2, level=3.0, mastered_at=moment(2))]
    records = [*body(), *body(10, target=2, day=4)]
    for book in (
        rule_book([TargetRule(2, credit_bearing=True)]),
        rule_book([TargetRule(1, credit_bearing=True), TargetRule(2, prerequisites=(1,))]),
    ):
        assert standing(records, kept, book, 2).decision.state is State.MASTERED
        assert standing(records, (), book, 2).decision.state is State.MASTERED_PROVISIONAL


def test_a_persons_confirmation_whose_basis_vanished_waits_for_a_person_even_when_completed_later():
    signed = [act(ActKind.CONFIRM, 2.5, level=3.0, mastered_at=moment(2))]
    moved = [*body()[:2], record(3, 2, estimate=0.89, summative=3.0), record(4, 3, estimate=0.92)]
    found = standing(moved, signed, CREDIT).decision
    assert (found.state, found.level, found.mastered_at) == (State.NEEDS_REVIEW, 3.0, moment(2))
    low_too = standing([*moved, record(5, 4, summative=1.0)], signed, CREDIT).decision
    assert low_too.reasons == (Reason.BASIS_CORRECTED,)


def test_a_prerequisites_mastery_completes_its_successor_in_the_same_step():
    successor = body(10, target=2)
    first = body(20, target=1, day=10)
    standings = fold([*successor, *first[:2]], [], CHAIN, POLICY)
    assert standings[2].decision.state is State.IN_PROGRESS
    (gap,) = missing(standings[2].tally, CHAIN.of(2), {1: standings[1].decision}, POLICY)
    assert (gap.line, gap.code, gap.targets) == (8, Lack.PREREQUISITES, (1,))
    changed = step(standings, first[2:], CHAIN, POLICY)
    assert changed[2].decision.state is State.MASTERED
    assert (changed[2].decision.mastered_at, changed[2].decision.completed_by) == (moment(12), 22)


def test_a_successor_that_lacks_one_thing_less_is_told_even_when_its_standing_is_the_same():
    standings = fold([record(10, 0, target=2), *body(1, day=1)[:2]], [], CHAIN, POLICY)
    changed = step(standings, body(1, day=1)[2:], CHAIN, POLICY)
    assert changed[2] == standings[2]
    before, after = (
        [gap.line for gap in missing(standings[2].tally, CHAIN.of(2), {1: one.decision}, POLICY)]
        for one in (standings[1], changed[1])
    )
    assert (8 in before, 8 in after) == (True, False)
    assert set(step({**standings, **changed}, [record(20, 9)], CHAIN, POLICY)) == {1}


def test_a_successor_of_a_provisional_prerequisite_is_provisional_until_that_is_confirmed():
    book = rule_book([TargetRule(1, credit_bearing=True), TargetRule(2, prerequisites=(1,))])
    records = [*body(1), *body(10, target=2, day=5)]
    waiting = standing(records, (), book, 2).decision
    assert waiting.state is State.MASTERED_PROVISIONAL
    assert Reason.AWAITS_PREREQUISITE_CONFIRMATION in waiting.reasons
    assert standing(records, [act(ActKind.CONFIRM, 9)], book, 2).decision.state is State.MASTERED
    lapsed = [*records, record(30, 8, y=0.0, estimate=0.2)]
    assert standing(lapsed, (), book, 2).decision.state is State.IN_PROGRESS


@pytest.mark.parametrize("kind", [ActKind.WAIVE, ActKind.EXEMPT, ActKind.OVERRIDE])
def test_a_prerequisite_that_a_person_settled_lets_its_successor_advance(kind):
    found = standing(body(10, target=2), [act(kind, 0.5)], CHAIN, 2).decision
    assert (found.state, found.mastered_at, found.confirmed_at) == (State.MASTERED, moment(2), moment(2))


def test_a_confirmation_stands_where_it_happened_which_may_be_later_than_the_mastery_date():
    waived_later = standing(body(10, target=2), [act(ActKind.WAIVE, 5)], CHAIN, 2).decision
    assert (waived_later.mastered_at, waived_later.confirmed_at) == (moment(2), moment(5))
    signed = standing(body(), [act(ActKind.CONFIRM, 9)], CREDIT).decision
    assert (signed.mastered_at, signed.confirmed_at) == (moment(2), moment(9))
    assert standing(body(), book=CREDIT).decision.confirmed_at is None


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (ActKind.WAIVE, State.WAIVED),
        (ActKind.EXEMPT, State.EXEMPT),
        (ActKind.REVOKE, State.REVOKED),
        (ActKind.OVERRIDE, State.MASTERED),
    ],
)
def test_what_a_person_signed_stays_until_it_is_withdrawn(kind, state):
    signed = act(kind, 2.5)
    assert standing(body(), [signed]).decision.state is state
    more = [*body(), record(4, 3, y=0.0, estimate=0.1)]
    assert standing(more, [signed]).decision.state is state
    withdrawn = standing(body(), [signed, act(ActKind.WITHDRAW, 4, id=2)]).decision
    assert (withdrawn.state, withdrawn.mastered_at) == (State.MASTERED, moment(2))


def test_a_confirmation_that_is_withdrawn_leaves_what_was_there_before_it():
    signed, withdrawn = act(ActKind.CONFIRM, 4, level=3.0, mastered_at=moment(2)), act(ActKind.WITHDRAW, 5, id=2)
    before = standing(body(), (), CREDIT)
    assert standing(body(), [signed], CREDIT).decision.state is State.MASTERED
    assert standing(body(), [signed, withdrawn], CREDIT) == before
    again = standing(body(), [signed, withdrawn, replace(signed, id=3, at=moment(6))], CREDIT).decision
    assert (again.state, again.mastered_at, again.confirmed_at) == (State.MASTERED, moment(2), moment(6))


@pytest.mark.parametrize("day", [3, 5, 7])
def test_a_withdrawn_confirmation_stays_withdrawn_when_a_low_result_arrives_late(day):
    """Only whoever withdraws is asked whether it may be; a late result must not make it a signature again."""
    signed, withdrawn = act(ActKind.CONFIRM, 4, level=3.0, mastered_at=moment(2)), act(ActKind.WITHDRAW, 6, id=2)
    low = [*body(), record(4, day, summative=1.0)]
    found = standing(low, [signed, withdrawn], CREDIT).decision
    assert (found.state, found.confirmed, found.level) == (State.IN_PROGRESS, None, 3.0)
    assert found == standing(low, (), CREDIT).decision


def test_a_withdrawal_clears_what_the_system_vouched_for():
    kept = act(ActKind.AUTO_CONFIRM, 3, level=3.0, mastered_at=moment(2))
    assert standing(body()[:2], [kept]).decision.vouched
    withdrawn = standing(body()[:2], [kept, act(ActKind.WITHDRAW, 4, id=2)])
    assert withdrawn.decision == standing(body()[:2]).decision


def test_a_withdrawn_confirmation_leaves_a_reopened_target_reopened():
    acts = [act(ActKind.REOPEN, 3), act(ActKind.CONFIRM, 4, id=2), act(ActKind.WITHDRAW, 5, id=3)]
    assert standing(body(), acts, CREDIT) == standing(body(), acts[:1], CREDIT)


@pytest.mark.parametrize("day", [5, 7.5])
def test_what_the_system_confirmed_on_a_confirmation_is_withdrawn_with_it(day):
    book = rule_book([TargetRule(1, credit_bearing=True), TargetRule(2, prerequisites=(1,))])
    records = [*body(1), *body(10, target=2, day=day)]
    at = max(9, day + 2)
    kept = act(ActKind.AUTO_CONFIRM, at, target=2, id=2, mastered_at=moment(day + 2))
    back = [act(ActKind.WITHDRAW, 10, id=3), act(ActKind.WITHDRAW, 10, target=2, id=4)]
    for signed in ([act(ActKind.CONFIRM, 9)], [act(ActKind.CONFIRM, 9), kept]):
        found = standing(records, signed, book, 2).decision
        assert (found.state, found.confirmed_at) == (State.MASTERED, moment(at))
        assert standing(records, [*signed, back[0]], book, 2) == standing(records, (), book, 2)
        assert standing(records, [*signed, *back], book, 2) == standing(records, (), book, 2)


@pytest.mark.parametrize("kind", [ActKind.WAIVE, ActKind.EXEMPT, ActKind.REVOKE, ActKind.OVERRIDE])
def test_a_confirmation_stands_again_once_what_was_signed_on_top_of_it_is_taken_back(kind):
    """An appeal that is upheld, an override that its author takes back: the teacher has confirmed once already."""
    confirmed = act(ActKind.CONFIRM, 4, level=3.0, mastered_at=moment(2))
    acts = [confirmed, act(kind, 5, id=2), act(ActKind.WITHDRAW, 6, id=3)]
    assert standing(body(), acts, CREDIT).decision == standing(body(), [confirmed], CREDIT).decision


def test_acts_on_top_of_one_another_are_taken_back_one_by_one():
    acts = [act(ActKind.OVERRIDE, 1), act(ActKind.REVOKE, 2, id=2), act(ActKind.OVERRIDE, 3, id=3)]
    back = [act(ActKind.WITHDRAW, 4 + n, id=4 + n) for n in range(3)]
    for taken, state in ((1, State.REVOKED), (2, State.MASTERED), (3, State.IN_PROGRESS)):
        assert standing([record(1)], [*acts, *back[:taken]]).decision.state is state


def test_a_low_record_that_came_meanwhile_asks_about_what_stands_again():
    acts = [act(ActKind.CONFIRM, 4, level=3.0), act(ActKind.OVERRIDE, 5, id=2), act(ActKind.WITHDRAW, 7, id=3)]
    found = standing([*body(), record(4, 6, summative=1.0)], acts, CREDIT).decision
    assert (found.state, found.confirmed, found.level) == (State.NEEDS_REVIEW, ActKind.CONFIRM, 3.0)


def check(result: int, day: float, level: float, **more):
    return record(result, day, evidence_type=EvidenceType.RETENTION_CHECK, level=level, **more)


@pytest.mark.parametrize(("level", "state"), [(2.0, State.NEEDS_REVIEW), (2.5, State.MASTERED), (4.0, State.MASTERED)])
def test_a_low_retention_check_asks_a_teacher_and_takes_nothing_away(level, state):
    before = standing(body()).decision
    found = standing([*body(), check(4, 30, level)]).decision
    assert (found.state, found.level, found.mastered_at) == (state, before.level, before.mastered_at)
    assert (found.reasons == (Reason.LOW_RETENTION_CHECK,)) == (state is State.NEEDS_REVIEW)


def test_a_check_before_mastery_is_practice_and_a_later_good_one_closes_no_question():
    early = [check(9, 0.5, 1.0), *body()]
    assert standing(early).decision.state is State.MASTERED
    later = [*body(), check(4, 30, 2.0), check(5, 60, 4.0)]
    assert standing(later).decision.state is State.NEEDS_REVIEW


def test_a_teacher_who_looked_is_not_asked_again_by_the_same_check():
    records = [*body(), check(4, 30, 2.0)]
    assert standing(records, [act(ActKind.RESOLVE, 31)]).decision.state is State.MASTERED
    again = standing([*records, check(5, 60, 1.0)], [act(ActKind.RESOLVE, 31)]).decision
    assert again.state is State.NEEDS_REVIEW


def test_what_was_confirmed_before_a_signature_does_not_go_with_it():
    records = [*body(1), *body(10, target=2, day=5)]
    acts = [act(ActKind.OVERRIDE, 9), act(ActKind.WITHDRAW, 10, id=2)]
    assert standing(records, acts, CHAIN, 2).decision == standing(records, (), CHAIN, 2).decision


def test_a_teachers_judgement_is_lasting_and_a_new_low_certifying_record_asks_for_review():
    judged = [act(ActKind.OVERRIDE, 5, level=3.5)]
    low = [record(1, 0, summative=2.0)]
    found = standing(low, judged).decision
    assert (found.state, found.level, found.reasons) == (State.MASTERED, 3.5, (Reason.TEACHER_JUDGEMENT,))
    newer = standing([*low, record(2, 6, summative=2.0)], judged).decision
    assert (newer.state, newer.level) == (State.NEEDS_REVIEW, 3.5)


def test_a_judgement_on_what_was_mastered_already_keeps_its_date():
    found = standing(body(), [act(ActKind.OVERRIDE, 5, level=3.5)]).decision
    assert (found.state, found.level, found.mastered_at) == (State.MASTERED, 3.5, moment(2))


def test_an_act_stands_after_the_records_performed_at_its_moment():
    signed = act(ActKind.CONFIRM, 2)
    assert standing(body(), [signed], CREDIT).decision.state is State.MASTERED
    early = replace(signed, at=moment(2) - timedelta(seconds=1))
    assert standing(body(), [early], CREDIT).decision.state is State.NEEDS_REVIEW


def test_an_older_record_is_not_slipped_in():
    standings = fold(body(), [], NO_RULES, POLICY)
    with pytest.raises(ValueError, match="replay"):
        step(standings, [record(9, 1)], NO_RULES, POLICY)


def test_a_record_that_counts_for_the_estimate_must_carry_one():
    with pytest.raises(ValueError, match="carries none"):
        step({}, [record(1, estimate_after=None)], NO_RULES, POLICY)


def test_a_tally_stays_small_however_long_the_history():
    many = [
        record(n, n / 50, assessment=n, y=float(n % 3 == 0), estimate=n % 7 / 7, level=2.0, purpose=Purpose.INTERIM)
        for n in range(2000)
    ]
    tally = standing(many).tally
    assert (tally.records, tally.failed) == (2000, 2000)
    assert len(str(tally_to_json(tally))) < 1500


def test_tallies_and_decisions_survive_json_whole():
    low = [*body(), record(4, 3, estimate=1 / 3, summative=2.0), record(5, 4, target=2)]
    acts = [act(ActKind.AUTO_CONFIRM, 4, target=2, level=3.0, mastered_at=moment(1)), act(ActKind.REOPEN, 9, id=2)]
    for one in (*fold(low, acts, CHAIN, POLICY).values(), *fold(low, acts[:1], CREDIT, POLICY).values(), Standing()):
        assert tally_from_json(tally_to_json(one.tally)) == one.tally
        assert decision_from_json(decision_to_json(one.decision)) == one.decision
