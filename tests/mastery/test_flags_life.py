"""The life of a flag (domain 4.1; rule 17 of 9.1): one live per key, two evaluations to close, quiet after a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from evidence_records import moment

from mastery.flags.life import (
    LIVE,
    NEXT,
    Change,
    DismissReason,
    Evaluation,
    Flag,
    FlagEvent,
    FlagKey,
    FlagState,
    Refused,
    Resolution,
    acknowledge,
    dismiss,
    evaluate,
    resolve,
)
from mastery.flags.view import Finding, Scope, Severity
from mastery.policy import DEFAULT_POLICY as POLICY

FINDING = Finding(
    "F04", "wheel_spin", Severity.WATCH, Scope.TARGET, 7, (1, 2, 3), 3,
    "wheel_spin", "wheel_spin.closes", "wheel_spin.next", {"estimate": 0.3}, {},
)  # fmt: skip
STUDENT = 42


def on(day: float, finding: Finding | None = None, *, closes: bool = False, corrected: bool = False) -> Evaluation:
    return Evaluation(moment(day), moment(day).date(), finding, closes, corrected)


def opened(day: float = 0) -> Flag:
    flag, change = evaluate(None, STUDENT, on(day, FINDING), POLICY)
    assert flag is not None
    assert change is Change.OPENED
    return flag


def newer(cause: int, severity: Severity = Severity.WATCH) -> Finding:
    return replace(FINDING, evidence=(cause - 1, cause), cause=cause, severity=severity, facts={"estimate": 0.1})


def test_a_true_condition_opens_one_flag_with_its_evidence():
    flag = opened()
    assert flag.key == FlagKey(STUDENT, "wheel_spin", Scope.TARGET, 7)
    assert (flag.state, flag.severity, flag.evidence, flag.live) == (FlagState.OPEN, Severity.WATCH, (1, 2, 3), True)
    assert evaluate(None, STUDENT, on(0), POLICY) == (None, Change.NONE)


def test_a_repeat_trigger_adds_evidence_to_the_one_live_flag():
    again, change = evaluate(opened(), STUDENT, on(1, newer(4)), POLICY)
    assert (change, again.evidence, again.added) == (Change.ADDED, (1, 2, 3), (4,))
    assert (again.opened_at, again.opened_facts, again.finding.facts) == (
        moment(0),
        {"estimate": 0.3},
        {"estimate": 0.1},
    )
    same, change = evaluate(again, STUDENT, on(1, newer(4)), POLICY)
    assert (same, change) == (again, Change.NONE)
    for cause in range(5, 40):
        again, _ = evaluate(again, STUDENT, on(cause, newer(cause)), POLICY)
    assert (again.evidence, again.added) == ((1, 2, 3), tuple(range(30, 40)))


def test_a_worse_trigger_raises_the_severity_and_a_milder_one_does_not_lower_it():
    worse, change = evaluate(opened(), STUDENT, on(1, newer(4, Severity.ACT)), POLICY)
    assert (worse.severity, change) == (Severity.ACT, Change.RAISED)
    milder, _ = evaluate(worse, STUDENT, on(2, newer(5, Severity.INFO)), POLICY)
    assert milder.severity is Severity.ACT


def test_it_closes_only_when_its_closing_condition_is_met_twice_a_day_apart():
    flag = opened()
    flag, change = evaluate(flag, STUDENT, on(1, closes=True), POLICY)
    assert (flag.state, change) == (FlagState.OPEN, Change.CLOSING)
    for later in (1.01, 1.6):  # the same calendar day
        flag, change = evaluate(flag, STUDENT, on(later, closes=True), POLICY)
        assert (flag.state, change) == (FlagState.OPEN, Change.NONE)
    flag, change = evaluate(flag, STUDENT, on(2, closes=True), POLICY)
    assert (flag.state, flag.resolution, change) == (FlagState.RESOLVED, Resolution.AUTO, Change.RESOLVED)
    assert (flag.closed_at, flag.closed_on) == (moment(2), moment(2).date())


@pytest.mark.parametrize("between", [on(2), on(2, newer(4))], ids=["neither holds", "triggered again"])
def test_an_evaluation_between_that_does_not_close_starts_the_count_again(between):
    flag, _ = evaluate(opened(), STUDENT, on(1, closes=True), POLICY)
    flag, _ = evaluate(flag, STUDENT, between, POLICY)
    flag, change = evaluate(flag, STUDENT, on(3, closes=True), POLICY)
    assert (flag.state, change) == (FlagState.OPEN, Change.CLOSING)
    flag, change = evaluate(flag, STUDENT, on(4, closes=True), POLICY)
    assert change is Change.RESOLVED


def test_a_trigger_wins_over_a_closing_condition():
    flag, _ = evaluate(opened(), STUDENT, on(1, closes=True), POLICY)
    flag, change = evaluate(flag, STUDENT, on(2, newer(4), closes=True), POLICY)
    assert (flag.state, flag.close_met_on, change) == (FlagState.OPEN, None, Change.ADDED)


def test_a_condition_that_only_still_holds_gives_way_to_the_closing_one():
    """Nobody worked on the target for ten days: as of the last evidence the opening condition is as true as ever."""
    flag, change = evaluate(opened(), STUDENT, on(10, FINDING, closes=True), POLICY)
    assert change is Change.CLOSING
    flag, change = evaluate(flag, STUDENT, on(11, FINDING, closes=True), POLICY)
    assert (flag.state, change) == (FlagState.RESOLVED, Change.RESOLVED)
    assert evaluate(flag, STUDENT, on(12, FINDING), POLICY) == (flag, Change.NONE), "nothing new has happened"
    still, change = evaluate(opened(), STUDENT, on(9, FINDING), POLICY)
    assert (still.live, change) == (True, Change.NONE)


def test_what_resolved_by_itself_may_open_again_at_once_as_a_new_flag():
    flag, _ = evaluate(opened(), STUDENT, on(1, closes=True), POLICY)
    flag, _ = evaluate(flag, STUDENT, on(2, closes=True), POLICY)
    again, change = evaluate(flag, STUDENT, on(2, newer(4)), POLICY)
    assert (change, again.opened_at, again.evidence) == (Change.OPENED, moment(2), (3, 4))


def ended_by_person(day: float, how: str) -> Flag:
    flag, at = opened(), moment(day)
    if how == "resolve":
        return resolve(flag, "talked to her", at, at.date())
    return dismiss(flag, DismissReason.FALSE_ALARM, "", at, at.date())


@pytest.mark.parametrize("how", ["dismiss", "resolve"])
def test_after_a_person_ended_it_the_key_stays_quiet_for_five_days(how):
    flag = ended_by_person(10, how)
    for day in (10, 12, 14.5):
        assert evaluate(flag, STUDENT, on(day, newer(4)), POLICY) == (flag, Change.NONE)
    again, change = evaluate(flag, STUDENT, on(15, newer(4)), POLICY)
    assert (change, again.opened_at) == (Change.OPENED, moment(15))


@pytest.mark.parametrize("how", ["dismiss", "resolve"])
def test_a_higher_severity_breaks_the_quiet(how):
    flag = ended_by_person(10, how)
    again, change = evaluate(flag, STUDENT, on(10, newer(4, Severity.ACT)), POLICY)
    assert (change, again.severity) == (Change.OPENED, Severity.ACT)


def test_what_a_person_has_judged_does_not_return_without_anything_new():
    flag = ended_by_person(10, "dismiss")
    assert evaluate(flag, STUDENT, on(100, FINDING), POLICY) == (flag, Change.NONE)


def test_a_flag_whose_basis_vanished_ends_as_data_corrected_at_once_and_may_return():
    flag, change = evaluate(opened(), STUDENT, on(1, corrected=True), POLICY)
    assert (flag.state, flag.resolution, change) == (
        FlagState.RESOLVED, Resolution.DATA_CORRECTED, Change.DATA_CORRECTED,
    )  # fmt: skip
    _, change = evaluate(flag, STUDENT, on(1, newer(4)), POLICY)
    assert change is Change.OPENED
    still_true, change = evaluate(opened(), STUDENT, on(1, newer(4), corrected=True), POLICY)
    assert (still_true.live, change) == (True, Change.ADDED)


def test_acknowledging_keeps_it_live_and_dismissing_ends_it():
    seen = acknowledge(opened())
    assert (seen.state, seen.live) == (FlagState.ACKNOWLEDGED, True)
    assert acknowledge(seen) == seen
    gone = dismiss(seen, DismissReason.KNOWN_EXCUSED, " ill ", moment(3), moment(3).date())
    assert (gone.state, gone.dismiss_reason, gone.note, gone.live) == (
        FlagState.DISMISSED, DismissReason.KNOWN_EXCUSED, "ill", False,
    )  # fmt: skip
    assert (gone.closed_at, gone.closed_on) == (moment(3), moment(3).date())


def test_the_reason_other_needs_a_text():
    for note in ("", "   "):
        with pytest.raises(Refused, match="text"):
            dismiss(opened(), DismissReason.OTHER, note, moment(1), moment(1).date())
    assert dismiss(opened(), DismissReason.OTHER, "moved away", moment(1), moment(1).date()).note == "moved away"


def test_a_person_can_do_nothing_with_an_ended_flag():
    ended = ended_by_person(1, "dismiss")
    at = moment(2)
    for attempt in (
        lambda: acknowledge(ended),
        lambda: dismiss(ended, DismissReason.FALSE_ALARM, "", at, at.date()),
        lambda: resolve(ended, "", at, at.date()),
    ):
        with pytest.raises(Refused, match="dismissed"):
            attempt()


def test_the_table_answers_every_event_in_every_state():
    assert set(NEXT) == {(state, event) for state in FlagState for event in FlagEvent}


EXPECTED = {
    FlagState.OPEN: "open open resolved resolved acknowledged dismissed resolved -",
    FlagState.ACKNOWLEDGED: "acknowledged acknowledged resolved resolved acknowledged dismissed resolved open",
    FlagState.IN_SUPPORT: "in_support in_support resolved resolved - dismissed resolved -",
    FlagState.SNOOZED: "snoozed open resolved resolved acknowledged dismissed resolved -",
    FlagState.RESOLVED: "open open resolved resolved - - - -",
    FlagState.DISMISSED: "open open dismissed dismissed - - - -",
    FlagState.MERGED: "merged merged merged merged - - - -",
    FlagState.EXPIRED: "open open expired expired - - - -",
}


@pytest.mark.parametrize("state", list(FlagState))
def test_the_table_says_what_the_specification_says(state):
    found = [NEXT[state, event] for event in FlagEvent]
    assert " ".join("-" if one is None else one.value for one in found) == EXPECTED[state]


def test_a_merged_flag_does_not_open_under_its_class_flag():
    merged = replace(opened(), state=FlagState.MERGED)
    assert evaluate(merged, STUDENT, on(9, newer(4, Severity.URGENT)), POLICY) == (merged, Change.NONE)


def test_an_acknowledged_flag_closes_and_a_snoozed_one_wakes_when_it_worsens():
    seen = acknowledge(opened())
    seen, _ = evaluate(seen, STUDENT, on(1, closes=True), POLICY)
    seen, change = evaluate(seen, STUDENT, on(2, closes=True), POLICY)
    assert change is Change.RESOLVED
    asleep = replace(opened(), state=FlagState.SNOOZED)
    assert evaluate(asleep, STUDENT, on(1, newer(4)), POLICY)[0].state is FlagState.SNOOZED
    assert evaluate(asleep, STUDENT, on(1, newer(4, Severity.ACT)), POLICY)[0].state is FlagState.OPEN


def test_live_states_are_those_a_person_can_still_end():
    assert {state for state in FlagState if NEXT[state, FlagEvent.DISMISS]} == LIVE


def test_a_days_boundary_is_the_calendar_days_and_not_24_hours():
    flag, _ = evaluate(opened(), STUDENT, on(1.6, closes=True), POLICY)  # 23:24
    next_morning = on(1.63, closes=True)  # 00:07 the day after
    assert next_morning.at - moment(1.6) < timedelta(hours=1)
    assert evaluate(flag, STUDENT, next_morning, POLICY)[1] is Change.RESOLVED
