"""Whatever the evidence: order of arrival, steps, corrections and bits (domain 9.2, design 4.1)."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from evidence_records import body, moment, record
from hypothesis import given, settings
from hypothesis import strategies as st

from mastery.decide import (
    Act,
    ActKind,
    Missing,
    Record,
    Standing,
    State,
    TargetRule,
    apply,
    confirmed_upon,
    decision_from_json,
    decision_to_json,
    fold,
    missing,
    rule_book,
    settle,
    step,
    tally_from_json,
    tally_to_json,
)
from mastery.evidence import Purpose
from mastery.methods import choose
from mastery.policy import DEFAULT_POLICY as POLICY

BOOK = rule_book(
    [
        TargetRule(1),
        TargetRule(2, prerequisites=(1,), dok=2),
        TargetRule(3, prerequisites=(1, 2), primary=choose("DECAY")),
        TargetRule(4, prerequisites=(1,), credit_bearing=True),
        TargetRule(5, prerequisites=(4,)),
    ]
)
TARGETS = (1, 2, 3, 4, 5)
LASTING = {State.MASTERED, State.NEEDS_REVIEW}

estimates = st.sampled_from([0.95, 0.99, 0.9]) | st.sampled_from([0.95, 0.97, 0.2]) | st.floats(0, 1)


@st.composite
def one_record(draw: st.DrawFn, result: int) -> list[Record]:
    """One sitting on one or two targets; often high, so that mastery is reached and lost."""
    day = draw(st.integers(0, 12)) + draw(st.sampled_from([0, 0.25, 0.25001]))
    made = []
    for target in draw(st.lists(st.sampled_from((1, 1, 2, 4, 3, 5)), min_size=1, max_size=2, unique=True)):
        purpose = draw(
            st.sampled_from([Purpose.FORMATIVE, Purpose.SUMMATIVE, Purpose.SUMMATIVE, Purpose.STATE_SUMMATIVE])
        )
        level = draw(st.none() | st.sampled_from([3.0, 3.5, 4.0, 3.0, 2.5, 2.0]))
        made.append(
            record(
                result,
                day,
                target=target,
                assessment=draw(st.integers(1, 4)),
                purpose=purpose,
                level=level,
                certifying=level is not None and purpose is Purpose.SUMMATIVE,
                dok=draw(st.none() | st.integers(1, 3)),
                counts_for_estimate=purpose is not Purpose.STATE_SUMMATIVE,
                estimate_before=draw(estimates),
                estimate_after=draw(estimates),
                first_tries=tuple(draw(st.lists(st.sampled_from([0.0, 0.5, 1.0]), max_size=3))),
                held=draw(st.integers(0, 9)) == 0,
                said=draw(st.sampled_from([3.0, 3.5, 2.99, None])),
            )
        )
    return made


@st.composite
def histories(draw: st.DrawFn) -> list[list[Record]]:
    """Some complete bodies of evidence, and anything around, between and after them."""
    count = draw(st.integers(1, 12))
    made = [draw(one_record(result)) for result in range(1, count + 1)]
    for number, target in enumerate(draw(st.lists(st.sampled_from(TARGETS), max_size=4, unique=True))):
        complete = body(100 * (number + 1), target=target, day=draw(st.integers(0, 8)))
        made += [[one._replace(dok=2, said=3.0)] for one in complete]
    return made


@st.composite
def signed_acts(draw: st.DrawFn) -> list[Act]:
    return [
        Act(
            number,
            draw(st.sampled_from(TARGETS)),
            draw(st.sampled_from(list(ActKind))),
            moment(draw(st.integers(0, 13)) + 0.5),
            level=draw(st.none() | st.sampled_from([3.0, 3.5])),
            mastered_at=draw(st.none() | st.just(moment(1))),
        )
        for number in range(draw(st.integers(0, 5)))
    ]


def flat(history: list[list[Record]]) -> list[Record]:
    return [one for sitting in history for one in sitting]


def lines(standings: dict[int, Standing]) -> dict[int, tuple[Missing, ...]]:
    decisions = {target: one.decision for target, one in standings.items()}
    return {target: missing(one.tally, BOOK.of(target), decisions, POLICY) for target, one in standings.items()}


def through_json(standing: Standing) -> Standing:
    tally = tally_from_json(json.loads(json.dumps(tally_to_json(standing.tally))))
    decision = decision_from_json(json.loads(json.dumps(decision_to_json(standing.decision))))
    return replace(standing, tally=tally, decision=decision)


@given(histories(), signed_acts(), st.integers())
@settings(deadline=None)
def test_the_order_of_arrival_changes_nothing(history, acts, seed):
    records = flat(history)
    expected = fold(records, acts, BOOK, POLICY)
    random.Random(seed).shuffle(records)
    acts.reverse()
    assert fold(records, acts, BOOK, POLICY) == expected


@given(histories(), signed_acts())
@settings(deadline=None)
def test_step_after_step_through_storage_equals_the_fold(history, acts):
    standings: dict[int, Standing] = {}
    events = [(sitting[0].performed_at, 0, sitting[0].order, sitting) for sitting in history]
    events += [(one.at, 1, one.id, one) for one in acts]
    for _, kind, _, event in sorted(events, key=lambda one: one[:3]):
        change = apply if kind else step
        changed = change(standings, event, BOOK, POLICY)
        before = lines(standings)
        standings.update((target, through_json(now)) for target, now in changed.items())
        after = lines(standings)
        assert {target for target in after if after[target] != before.get(target)} <= set(changed)
    assert standings == fold(flat(history), acts, BOOK, POLICY)


@given(histories(), signed_acts())
@settings(deadline=None)
def test_mastery_and_an_empty_list_of_what_is_missing_are_the_same_thing(history, acts):
    standings = fold(flat(history), acts, BOOK, POLICY)
    decisions = {target: one.decision for target, one in standings.items()}
    for target, one in standings.items():
        # what was carried here waits for a person, whatever evidence there is
        if one.decision.confirmed is None and not one.decision.carried:
            complete = not missing(one.tally, BOOK.of(target), decisions, POLICY)
            assert complete is (one.decision.state is State.MASTERED_PROVISIONAL)
        again = settle(one.tally, BOOK.of(target), decisions, one.decision, POLICY, moment(99))
        assert again == one.decision, "settling twice says the same"


def confirmation(number: int, target: int, one: Standing) -> Act:
    """The row that is kept when the system confirms."""
    decision = one.decision
    assert decision.confirmed_at is not None
    return Act(number, target, ActKind.AUTO_CONFIRM, decision.confirmed_at, decision.level, decision.mastered_at)


@given(histories(), signed_acts(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_a_live_history_with_its_replays_and_kept_confirmations_equals_the_fold_of_it_all(history, acts, chance):
    """Results arrive as they like and a late one replays; each system confirmation is kept and known from then on."""
    live: dict[int, Standing] = {}
    kept: dict[tuple[int, object], Act] = {}
    arrived: list[Record] = []
    signed: list[Act] = []
    arrivals: list[list[Record] | Act] = [*history, *(one for one in acts if one.kind is not ActKind.AUTO_CONFIRM)]
    chance.shuffle(arrivals)
    for number, event in enumerate(arrivals):
        newest = max((one.order for one in arrived), default=None)
        last_act = max((one.at for one in signed), default=None)
        if isinstance(event, Act):
            late = (newest is not None and newest.performed_at > event.at) or (last_act or event.at) > event.at
            signed.append(replace(event, id=10_000 * number))
            changed = {} if late else apply(live, signed[-1], BOOK, POLICY)
        else:
            order = event[0].order
            late = (newest is not None and newest > order) or (last_act is not None and last_act >= order.performed_at)
            arrived += event
            changed = {} if late else step(live, event, BOOK, POLICY)
        live.update(fold(arrived, [*signed, *kept.values()], BOOK, POLICY) if late else changed)
        for target, one in live.items():
            if one.decision.confirmed is ActKind.AUTO_CONFIRM:
                row = confirmation(10_000 * number + target, target, one)
                kept.setdefault((target, (row.mastered_at, row.at)), row)
    assert fold(arrived, [*signed, *kept.values()], BOOK, POLICY) == live


@given(histories(), histories(), st.integers(0, 13), st.integers(0, 4), st.booleans())
@settings(deadline=None)
def test_a_signature_that_was_taken_back_leaves_what_the_evidence_says(history, later, day, length, twice):
    """Signed on what was there, taken back, and then anything arrives, performed whenever: as if nobody had signed."""
    at, until = moment(day + 0.5), moment(day + 0.5 + length)
    there = [one for one in flat(history) if one.performed_at <= at]
    arrived = [one._replace(order=one.order._replace(source_id=f"late{one.result}")) for one in flat(later)]
    signed = Act(1, 4, ActKind.CONFIRM, at, level=3.0, mastered_at=moment(1))
    confirmed = fold(there, [signed], BOOK, POLICY)
    upon = confirmed_upon(4, {target: one.decision for target, one in confirmed.items()}, BOOK)
    acts = [signed, *(confirmation(100 + target, target, confirmed[target]) for target in upon)]
    acts += [Act(200 + target, target, ActKind.WITHDRAW, until) for target in (4, *upon)]
    if twice:
        acts += [replace(one, id=one.id + 1000, at=one.at + (until - at)) for one in acts]
    records = [*flat(history), *arrived]
    expected = fold(records, [], BOOK, POLICY)
    for target, one in fold(records, acts, BOOK, POLICY).items():
        decision, alone = one.decision, expected.get(target, Standing()).decision
        assert replace(decision, confirmed_at=alone.confirmed_at) == alone


@given(histories(), st.data())
@settings(deadline=None)
def test_a_correction_never_silently_removes_what_was_confirmed(history, data):
    before = fold(flat(history), [], BOOK, POLICY)
    kept = [
        confirmation(target, target, one)
        for target, one in before.items()
        if one.decision.confirmed is ActKind.AUTO_CONFIRM
    ]
    assert fold(flat(history), kept, BOOK, POLICY) == before
    gone = data.draw(st.sampled_from(history))
    remaining = [sitting for sitting in history if sitting is not gone]
    after = fold(flat(remaining), kept, BOOK, POLICY)
    for one in kept:
        decision = after[one.target].decision
        assert decision.state in LASTING
        assert decision.mastered_at is not None
        if decision.state is State.NEEDS_REVIEW and decision.vouched:
            assert decision.level is not None
            assert decision.level >= one.level


@given(histories(), st.sampled_from([2.0, 3.0, 4.0]))
@settings(deadline=None)
def test_one_more_certifying_record_never_lowers_the_reported_level(history, level):
    before = fold(flat(history), [], BOOK, POLICY)
    changed = step(before, [record(9999, 20, summative=level)], BOOK, POLICY)
    old = before.get(1, Standing()).decision.level
    new = changed[1].decision.level
    assert new is not None
    assert new >= max(old or 0.0, level)


@given(histories())
@settings(deadline=None)
def test_time_alone_changes_no_decision(history):
    """A record that only lets time pass (elsewhere, much later) moves nothing on the other targets."""
    before = fold(flat(history), [], BOOK, POLICY)
    assert set(step(before, [record(9999, 4000, target=77)], BOOK, POLICY)) == {77}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_records_of_one_sitting_count_together_in_any_order(order):
    both = [
        record(5, 5, target=1, estimate=0.95, summative=3.0),
        record(5, 5, target=2, estimate=0.95, summative=3.0, dok=2),
    ]
    earlier = [record(n, n, target=t, estimate=0.95) for n, t in ((1, 1), (2, 1), (3, 2), (4, 2))]
    standings = fold(earlier, [], BOOK, POLICY)
    changed = step(standings, [both[n] for n in order], BOOK, POLICY)
    assert {t: changed[t].decision.state for t in (1, 2)} == {1: State.MASTERED, 2: State.MASTERED}
    assert changed[2].decision.mastered_at == moment(5)
