"""Whatever happens to a flag: one live per key, never without evidence, never closed by one look (domain 9.2)."""

from __future__ import annotations

from dataclasses import replace

from evidence_records import moment, record
from hypothesis import given
from hypothesis import strategies as st

from mastery.decide import TargetRule, fold, rule_book, view
from mastery.evidence import Purpose
from mastery.flags.life import (
    Change,
    DismissReason,
    Evaluation,
    Flag,
    FlagState,
    Refused,
    Resolution,
    acknowledge,
    dismiss,
    evaluate,
    resolve,
)
from mastery.flags.rules import TARGET_RULE
from mastery.flags.sentences import UNITS, english
from mastery.flags.view import Finding, Scope, Severity
from mastery.policy import DEFAULT_POLICY as POLICY

BOOK = rule_book([TargetRule(1), TargetRule(2, prerequisites=(1,))])

looks = st.tuples(
    st.sampled_from(["trigger", "quiet", "closes", "closes", "corrected", "acknowledge", "dismiss", "resolve"]),
    st.integers(0, 3),
    st.sampled_from([Severity.WATCH, Severity.WATCH, Severity.ACT]),
)


def found(cause: int, severity: Severity) -> Finding:
    return Finding(
        "F09",
        "drop",
        severity,
        Scope.TARGET,
        7,
        (cause,),
        cause,
        "drop.level",
        "drop.level.closes",
        "drop.next",
        {},
        {},
    )


def by_person(flag: Flag, what: str, day: int) -> Flag:
    at = moment(day)
    if what == "acknowledge":
        return acknowledge(flag)
    if what == "dismiss":
        return dismiss(flag, DismissReason.ALREADY_SUPPORTED, "", at, at.date())
    return resolve(flag, "", at, at.date())


@given(st.lists(looks, max_size=40))
def test_a_history_of_looks_keeps_the_promises_of_a_flags_life(history):
    latest: Flag | None = None
    met_on: set[int] = set()
    day = 0
    for number, (what, pause, severity) in enumerate(history):
        day += pause
        before = latest
        if what in ("acknowledge", "dismiss", "resolve"):
            if latest is None or not latest.live:
                continue
            try:
                latest = by_person(latest, what, day)
            except Refused:
                assert before is not None
                assert before.state is FlagState.IN_SUPPORT
            if not latest.live:
                met_on.clear()
            continue
        finding = found(number, severity) if what == "trigger" else None
        look = Evaluation(moment(day), moment(day).date(), finding, what == "closes", what == "corrected")
        latest, change = evaluate(latest, 1, look, POLICY)
        if change is Change.OPENED:
            assert finding is not None
            assert before is None or not before.live
            if before is not None and (before.state is FlagState.DISMISSED or before.resolution is Resolution.MANUAL):
                assert severity > before.severity or (moment(day).date() - before.closed_on).days >= 5
        if change is Change.RESOLVED:
            assert any(day - earlier >= 1 for earlier in met_on), "met once before, a day or more ago"
        if what == "closes" and latest is not None and latest.live:
            met_on.add(day)
        else:
            met_on.clear()
        if latest is not None:
            assert latest.evidence
            assert len(latest.added) <= 10
            assert latest.live is (latest.closed_at is None)
            if before is not None and before.live:
                assert latest.severity >= before.severity


@st.composite
def evidence(draw: st.DrawFn):
    made = []
    for result in range(1, draw(st.integers(1, 30)) + 1):
        purpose = draw(
            st.sampled_from([Purpose.FORMATIVE, Purpose.INTERIM, Purpose.SUMMATIVE, Purpose.STATE_SUMMATIVE])
        )
        level = draw(st.none() | st.sampled_from([1.0, 2.0, 3.0, 3.5]))
        y = draw(st.sampled_from([0.0, 0.0, 1.0]))
        made.append(
            record(
                result,
                draw(st.integers(0, 15)),
                target=draw(st.sampled_from([1, 2, 2])),
                y=y,
                purpose=purpose,
                level=level,
                certifying=level is not None and purpose is Purpose.SUMMATIVE,
                counts_for_estimate=purpose is not Purpose.STATE_SUMMATIVE,
                estimate_before=draw(st.floats(0, 1)),
                estimate_after=draw(st.floats(0, 1)),
            )
        )
    return made


@given(evidence(), st.randoms(use_true_random=False))
def test_true_conditions_do_not_depend_on_the_order_of_arrival_and_always_have_evidence(records, chance):
    standings = fold(records, [], BOOK, POLICY)
    shuffled = list(records)
    chance.shuffle(shuffled)
    again = fold(shuffled, [], BOOK, POLICY)
    known = {one.result for one in records}
    for target, standing in standings.items():
        assert again[target].conditions == standing.conditions
        assert set(standing.conditions) <= set(standing.ever)
        seen = view(target, standings, BOOK)
        for rule_id, rule in TARGET_RULE.items():
            assert rule.opens(seen, POLICY) is (rule_id in standing.conditions)
        for rule_id in standing.conditions:
            finding = TARGET_RULE[rule_id].finding(seen, POLICY)
            assert finding.evidence
            assert set(finding.evidence) <= known
            assert finding.cause in finding.evidence
            assert not TARGET_RULE[rule_id].closes(
                seen, finding.facts, seen.tally.last_date or moment(0).date(), POLICY
            )
            names = {fact: "T" for fact in finding.facts if UNITS[fact] == "name"}
            assert english(finding.sentence, finding.facts, names)
            evaluated, change = evaluate(None, 1, Evaluation(moment(99), moment(99).date(), finding), POLICY)
            assert change is Change.OPENED
            assert evaluated == replace(evaluated, evidence=finding.evidence)
