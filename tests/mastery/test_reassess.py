"""Readiness for a test (domain 2.6; rule 12 of 9.1)."""

from __future__ import annotations

import inspect
from dataclasses import replace

import pytest
from evidence_records import act, body, moment, record

from mastery.decide import ActKind, Decision, State, TargetRule, fold, rule_book
from mastery.policy import DEFAULT_POLICY as POLICY
from mastery.reassess import (
    BlueprintLine,
    Gap,
    GapCode,
    TargetReadiness,
    assessment_readiness,
    state_at,
    target_readiness,
)

NO_RULES = rule_book([])
PLAIN = TargetRule(1)


def readiness(records, day: float, rule: TargetRule = PLAIN, prerequisites=None) -> TargetReadiness:
    tally = fold(records, [], NO_RULES, POLICY)[1].tally
    return target_readiness(tally, rule, prerequisites or {}, moment(day).date(), POLICY)


def pair(estimate: float = 0.9):
    return [record(1, 0, estimate=estimate), record(2, 1, estimate=estimate)]


def test_two_records_and_a_high_estimate_are_ready_until_the_newest_is_older_than_twenty_days():
    for day, ready in ((1, True), (21, True), (22, False)):
        found = readiness(pair(), day)
        assert found.ready is ready
        assert found.as_of == moment(day).date()
    assert readiness(pair(), 22).gaps == (Gap(GapCode.NEWEST, 20, 21),)


def test_each_gap_is_told_in_its_own_unit():
    assert readiness(pair(0.84), 2).gaps == (Gap(GapCode.ESTIMATE, 0.85, 0.84),)
    assert readiness(pair(0.85), 2).gaps == ()
    assert readiness(pair()[:1], 2).gaps == (Gap(GapCode.RECORDS, 2, 1),)
    rule = TargetRule(1, prerequisites=(5, 6))
    known = {5: Decision(State.MASTERED), 6: Decision(State.IN_PROGRESS)}
    assert readiness(pair(), 2, rule, known).gaps == (Gap(GapCode.PREREQUISITES, 2, 1, (6,)),)
    assert readiness(pair(), 2, rule, {**known, 6: Decision(State.WAIVED)}).ready


def test_without_evidence_nothing_is_low_it_is_not_there():
    from mastery.body.tally import EMPTY

    found = target_readiness(EMPTY, PLAIN, {}, moment(0).date(), POLICY)
    assert [(gap.code, gap.found) for gap in found.gaps] == [
        (GapCode.ESTIMATE, None),
        (GapCode.RECORDS, 0),
        (GapCode.NEWEST, None),
    ]


def test_only_work_in_progress_turns_ready():
    working = fold(pair(), [], NO_RULES, POLICY)[1]

    def on(day, decision):
        return state_at(decision, working.tally, PLAIN, {}, moment(day).date(), POLICY)

    assert (on(2, working.decision), on(30, working.decision)) == (State.READY, State.IN_PROGRESS)
    for state in set(State) - {State.IN_PROGRESS}:
        assert on(2, replace(working.decision, state=state)) is state


def test_an_assessment_is_ready_when_eighty_percent_of_its_weight_is():
    day = moment(2).date()
    ready = readiness(pair(), 2)
    targets = {n: replace(ready, target=n) for n in range(1, 5)}
    targets[5] = replace(ready, target=5, gaps=(Gap(GapCode.RECORDS, 2, 0),), evidence=())
    even = assessment_readiness([BlueprintLine(n, 0.1) for n in range(1, 6)], targets, day, POLICY)
    assert (even.share, even.ready) == (0.8, True)
    heavy = assessment_readiness(
        [*(BlueprintLine(n, 1) for n in range(1, 5)), BlueprintLine(5, 1.01)], targets, day, POLICY
    )
    assert heavy.ready is False
    assert heavy.share == pytest.approx(4 / 5.01)
    assert [target.ready for target in heavy.targets] == [True] * 4 + [False]


def test_thin_weights_do_not_lose_a_share_to_rounding():
    ready = readiness(pair(), 2)
    unready = replace(ready, gaps=(Gap(GapCode.RECORDS, 2, 0),))
    targets = {n: replace(ready if n <= 8 else unready, target=n) for n in range(1, 11)}
    found = assessment_readiness([BlueprintLine(n, 0.1) for n in targets], targets, moment(2).date(), POLICY)
    assert found.ready


@pytest.mark.parametrize("weights", [[], [0.0], [-1.0], [1.0, float("nan")]])
def test_a_blueprint_has_positive_weights(weights):
    lines = [BlueprintLine(1, weight) for weight in weights]
    with pytest.raises(ValueError, match="weight"):
        assessment_readiness(lines, {1: readiness(pair(), 2)}, moment(2).date(), POLICY)


def test_nothing_about_age_grade_hours_or_rank_can_reach_it():
    assert list(inspect.signature(target_readiness).parameters) == ["tally", "rule", "prerequisites", "as_of", "policy"]
    assert list(inspect.signature(assessment_readiness).parameters) == ["blueprint", "targets", "as_of", "policy"]


def test_readiness_moves_with_the_day_and_the_decision_does_not():
    standings = fold(body(), [act(ActKind.CONFIRM, 3)], NO_RULES, POLICY)
    before = standings[1].decision
    assert not readiness(body(), 400).ready
    assert fold(body(), [act(ActKind.CONFIRM, 3)], NO_RULES, POLICY)[1].decision == before
