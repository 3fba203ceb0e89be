"""The table of decision states (domain 2.4): cell by cell, and what must hold on every way through it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from evidence_records import act, body, record
from hypothesis import given
from hypothesis import strategies as st

from mastery.access_matrix import Role
from mastery.body.judgement import JUDGEMENTS
from mastery.body.words import CARRIED
from mastery.decide import ActKind, Standing, State, TargetRule, fold, rule_book
from mastery.policy import DEFAULT_POLICY as POLICY
from mastery.transitions import (
    CELLS,
    SIGNED_ALONE,
    SYSTEM,
    TABLE,
    Facts,
    Need,
    Refusal,
    Refused,
    Trigger,
    move,
    move_in_one_of,
    open_triggers,
    signed_alone,
)

TEACHER, ADMINISTRATOR, MANAGER = Role.TEACHER_OF_RECORD, Role.SCHOOL_ADMINISTRATOR, Role.CASE_MANAGER
REASON = "Explained it to two others, in words and in a drawing."
EVERYBODY: list[Role | None] = [SYSTEM, *Role]

# from, what, to, who: written from the specification. "=" leads to what stands without the act.
WRITTEN = """
not_started          begin            in_progress          system student
not_started          complete         mastered_provisional system
not_started          override         mastered             teacher
not_started          waive            waived               teacher administrator
not_started          exempt           exempt               manager
in_progress          ready            ready                system
in_progress          emptied          not_started          system
in_progress          complete         mastered_provisional system
in_progress          override         mastered             teacher
in_progress          waive            waived               teacher administrator
in_progress          exempt           exempt               manager
ready                lapse            in_progress          system
ready                emptied          not_started          system
ready                complete         mastered_provisional system
ready                override         mastered             teacher
ready                waive            waived               teacher administrator
ready                exempt           exempt               manager
mastered_provisional lapse            in_progress          system
mastered_provisional auto_confirm     mastered             system
mastered_provisional confirm          mastered             teacher
mastered_provisional override         mastered             teacher
mastered_provisional waive            waived               teacher administrator
mastered_provisional exempt           exempt               manager
mastered             low_record       needs_review         system
mastered             low_retention    needs_review         system
mastered             basis_corrected  needs_review         system
mastered             override         mastered             teacher
mastered             revoke           revoked              administrator teacher
mastered             withdraw         =                    teacher
needs_review         complete         mastered             system
needs_review         resolve          mastered             teacher
needs_review         reopen           in_progress          teacher
needs_review         override         mastered             teacher
needs_review         revoke           revoked              administrator teacher
needs_review         withdraw         =                    teacher
waived               override         mastered             teacher
waived               withdraw         =                    teacher administrator
exempt               override         mastered             teacher
exempt               withdraw         =                    manager
revoked              reopen           in_progress          teacher
revoked              override         mastered             teacher
revoked              withdraw         =                    administrator
"""
_WHO: dict[str, Role | None] = {
    "system": SYSTEM, "student": Role.STUDENT, "teacher": TEACHER, "administrator": ADMINISTRATOR, "manager": MANAGER,
}  # fmt: skip
EXPECTED = {
    (State(at), Trigger(what)): (None if to == "=" else State(to), {_WHO[one] for one in who})
    for at, what, to, *who in (line.split() for line in WRITTEN.strip().splitlines())
}

# what may be taken back in a state, when everything else is there
_STANDS = {
    State.MASTERED: ActKind.OVERRIDE, State.NEEDS_REVIEW: ActKind.OVERRIDE, State.WAIVED: ActKind.WAIVE,
    State.EXEMPT: ActKind.EXEMPT, State.REVOKED: ActKind.REVOKE,
}  # fmt: skip


def everything(state: State, trigger: Trigger, by: Role | None) -> Facts:
    """Facts with which nothing is lacking, whatever it is about."""
    return Facts(
        reason=REASON,
        artefacts=1,
        notified=True,
        cosigned_by=TEACHER if by is ADMINISTRATOR else ADMINISTRATOR,
        credit_bearing=trigger is not Trigger.AUTO_CONFIRM,
        level=1.0,
        stands=_STANDS.get(state),
        by_author=True,
        otherwise=State.IN_PROGRESS,
        system_asked=True,
    )


@pytest.mark.parametrize(("state", "trigger"), list(product(State, Trigger)))
def test_the_table_cell_by_cell_for_every_role(state: State, trigger: Trigger) -> None:
    for by in EVERYBODY:
        found = move(state, trigger, by, everything(state, trigger, by), POLICY)
        if (state, trigger) not in EXPECTED:
            assert found == Refused(Refusal.NOT_FROM_HERE)
            continue
        to, who = EXPECTED[state, trigger]
        if by in who:
            assert found is (to or State.IN_PROGRESS)
        else:
            assert found == Refused(Refusal.NOT_BY_THEM, who=frozenset(who))
        assert ((trigger, CELLS[state, trigger]) in open_triggers(state, by)) == (by in who)


def test_each_cell_of_the_table_stands_in_it_once() -> None:
    assert set(CELLS) == set(EXPECTED)
    assert sum(len(states) for states, _, _ in TABLE) == len(CELLS)


def test_what_is_signed_has_the_name_that_it_is_kept_under() -> None:
    assert {kind.value for kind in {*ActKind} - JUDGEMENTS - CARRIED} <= {one.value for one in Trigger}


# --- what an act needs ------------------------------------------------------------------------------------------------


def lacking(state: State, trigger: Trigger, by: Role | None, **changes: object) -> tuple[Need, ...]:
    facts = replace(everything(state, trigger, by), **changes)  # type: ignore[arg-type]
    found = move(state, trigger, by, facts, POLICY)
    return found.lacks if isinstance(found, Refused) else ()


@pytest.mark.parametrize(
    ("reason", "lacks"),
    [("x" * 20, ()), ("x" * 19, (Need.REASON,)), ("x" + " " * 30 + "x", (Need.REASON,)), ("", (Need.REASON,))],
)
def test_a_reason_says_at_least_twenty_characters(reason: str, lacks: tuple[Need, ...]) -> None:
    for state, trigger, by in (
        (State.IN_PROGRESS, Trigger.OVERRIDE, TEACHER), (State.MASTERED, Trigger.REVOKE, ADMINISTRATOR),
        (State.READY, Trigger.WAIVE, TEACHER), (State.READY, Trigger.EXEMPT, MANAGER),
        (State.NEEDS_REVIEW, Trigger.REOPEN, TEACHER), (State.WAIVED, Trigger.WITHDRAW, TEACHER),
    ):  # fmt: skip
        assert lacking(state, trigger, by, reason=reason) == lacks


@given(st.sampled_from(State))
def test_an_override_for_credit_needs_an_artefact_beside_the_reason(state: State) -> None:
    assert lacking(state, Trigger.OVERRIDE, TEACHER, artefacts=0) == (Need.ARTEFACT,)
    assert lacking(state, Trigger.OVERRIDE, TEACHER, artefacts=0, reason="") == (Need.REASON, Need.ARTEFACT)
    assert lacking(state, Trigger.OVERRIDE, TEACHER, artefacts=0, credit_bearing=False) == ()


@pytest.mark.parametrize("state", [State.MASTERED, State.NEEDS_REVIEW])
def test_an_override_is_taken_back_by_its_author_alone_while_no_credit_has_posted(state: State) -> None:
    assert lacking(state, Trigger.WITHDRAW, TEACHER) == ()
    assert lacking(state, Trigger.WITHDRAW, TEACHER, by_author=False) == (Need.AUTHOR,)
    assert lacking(state, Trigger.WITHDRAW, TEACHER, credit_posted=True) == (Need.NO_CREDIT_POSTED,)
    for kind in set(ActKind) - {ActKind.OVERRIDE, ActKind.CONFIRM}:
        assert lacking(state, Trigger.WITHDRAW, TEACHER, stands=kind) == (Need.STANDS,)


def test_a_confirmation_is_taken_back_while_no_question_is_open() -> None:
    assert lacking(State.MASTERED, Trigger.WITHDRAW, TEACHER, stands=ActKind.CONFIRM) == ()
    assert lacking(State.NEEDS_REVIEW, Trigger.WITHDRAW, TEACHER, stands=ActKind.CONFIRM) == (Need.STANDS,)


def test_a_revocation_is_signed_by_an_administrator_and_the_teacher_and_told() -> None:
    for by, other in ((ADMINISTRATOR, TEACHER), (TEACHER, ADMINISTRATOR)):
        assert lacking(State.MASTERED, Trigger.REVOKE, by, cosigned_by=other) == ()
        for nobody in (None, by, Role.COUNSELOR):
            assert lacking(State.MASTERED, Trigger.REVOKE, by, cosigned_by=nobody) == (Need.CO_SIGNATURE,)
        assert lacking(State.MASTERED, Trigger.REVOKE, by, notified=False) == (Need.NOTICE,)


def test_an_appeal_is_upheld_by_another_administrator_as_well() -> None:
    assert lacking(State.REVOKED, Trigger.WITHDRAW, ADMINISTRATOR, by_author=False) == ()
    facts = replace(everything(State.REVOKED, Trigger.WITHDRAW, ADMINISTRATOR), otherwise=State.MASTERED)
    assert move(State.REVOKED, Trigger.WITHDRAW, ADMINISTRATOR, facts, POLICY) is State.MASTERED


@pytest.mark.parametrize(
    ("level", "lacks"), [(2.0, ()), (2.49, ()), (2.5, (Need.LOW_LEVEL,)), (None, (Need.LOW_LEVEL,))]
)
def test_only_what_is_below_two_and_a_half_is_a_contradiction(level: float | None, lacks: tuple[Need, ...]) -> None:
    for trigger in (Trigger.LOW_RECORD, Trigger.LOW_RETENTION):
        assert lacking(State.MASTERED, trigger, SYSTEM, level=level) == lacks


def test_a_question_is_closed_by_the_system_only_where_it_is_its_own() -> None:
    assert lacking(State.NEEDS_REVIEW, Trigger.COMPLETE, SYSTEM, system_asked=False) == (Need.SYSTEM_ASKED,)


def test_nothing_for_credit_confirms_itself() -> None:
    refused = lacking(State.MASTERED_PROVISIONAL, Trigger.AUTO_CONFIRM, SYSTEM, credit_bearing=True)
    assert refused == (Need.NOT_FOR_CREDIT,)


# --- on every way -----------------------------------------------------------------------------------------------------

facts = st.builds(
    Facts,
    reason=st.sampled_from(["", "too short", REASON]),
    artefacts=st.integers(0, 2),
    notified=st.booleans(),
    cosigned_by=st.sampled_from([None, TEACHER, ADMINISTRATOR]),
    credit_bearing=st.booleans(),
    credit_posted=st.booleans(),
    level=st.none() | st.sampled_from([0.0, 2.0, 2.5, 4.0]),
    stands=st.none() | st.sampled_from(ActKind),
    by_author=st.booleans(),
    otherwise=st.sampled_from(State),
    system_asked=st.booleans(),
)
steps = st.tuples(st.sampled_from(Trigger), st.sampled_from(EVERYBODY), facts)
states = st.sampled_from(State)
HELD = {State.MASTERED, State.NEEDS_REVIEW}


@given(states, st.lists(steps, max_size=30))
def test_nothing_automatic_leaves_mastery_but_to_a_question(state: State, some: list[tuple]) -> None:
    for trigger, by, known in some:
        found = move(state, trigger, by, known, POLICY)
        if isinstance(found, Refused):
            continue
        if by is SYSTEM and state in HELD:
            back = (State.NEEDS_REVIEW, State.MASTERED)
            assert (state, found) == (State.MASTERED, State.NEEDS_REVIEW) or (
                (state, found) == back and known.system_asked
            )
        if by is Role.STUDENT:
            assert state is State.NOT_STARTED
        state = found


@given(states, steps)
def test_only_people_with_a_reason_and_a_notice_revoke(state: State, step: tuple) -> None:
    trigger, by, known = step
    if move(state, trigger, by, known, POLICY) is State.REVOKED:
        assert by is not SYSTEM
        assert len(" ".join(known.reason.split())) >= 20
        assert known.notified


@given(steps)
def test_from_a_question_only_the_teacher_leads_back_to_work_and_only_before_credit(step: tuple) -> None:
    trigger, by, known = step
    found = move(State.NEEDS_REVIEW, trigger, by, known, POLICY)
    if isinstance(found, Refused) or found in HELD:
        return
    if found is State.REVOKED and trigger is Trigger.REVOKE:
        assert by in (TEACHER, ADMINISTRATOR)
        return
    assert by is TEACHER
    assert not known.credit_posted


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0, 2.5, 3.0, 4.0]), min_size=1, max_size=6), st.booleans())
def test_a_question_never_takes_away_level_or_date(later: list[float], credit: bool) -> None:
    """Rule 11 of 9.1, in the fold that the table is the law of."""
    book = rule_book([TargetRule(1, credit_bearing=credit)])
    acts = [act(ActKind.CONFIRM, 3)] if credit else []
    before = fold(body(level=3.5), acts, book, POLICY)[1].decision
    records = [record(10 + n, 4 + n, summative=level) for n, level in enumerate(later)]
    after = fold([*body(level=3.5), *records], acts, book, POLICY)[1].decision
    assert before.state is State.MASTERED
    assert (after.state is State.NEEDS_REVIEW) == any(level < 2.5 for level in later)
    assert after.mastered_at == before.mastered_at
    assert after.level is not None
    assert before.level is not None
    assert after.level >= before.level


@given(
    st.lists(st.none() | st.sampled_from([0.0, 2.0, 2.5, 3.0, 4.0]), max_size=6),
    st.lists(st.sampled_from([ActKind.CONFIRM, ActKind.RESOLVE, ActKind.REOPEN, ActKind.OVERRIDE]), max_size=3),
    st.booleans(),
)
def test_what_evidence_does_to_a_decision_is_in_the_table(
    levels: list[float | None], kinds: list[ActKind], credit: bool
) -> None:
    """Each step of the fold by evidence, one record at a time, is a way through the table by the system's hand."""
    book = rule_book([TargetRule(1, credit_bearing=credit)])
    records = [record(n + 1, n, summative=level, estimate=0.95) for n, level in enumerate(levels)]
    acts = [act(kind, n + 0.5, id=n + 1) for n, kind in enumerate(kinds)]
    for n in range(len(records)):
        earlier = [one for one in acts if one.at < records[n].performed_at]
        before = fold(records[:n], earlier, book, POLICY).get(1, Standing()).decision.state
        after = fold(records[: n + 1], earlier, book, POLICY)[1].decision.state
        assert after in _reached_by_system(before)


def _reached_by_system(state: State) -> set[State]:
    reached = {state}
    while more := {cell.to for (at, _), cell in CELLS.items() if at in reached and SYSTEM in cell.who} - reached:
        reached |= {to for to in more if to is not None}
    return reached


several = st.frozensets(st.sampled_from(Role), max_size=3)


@given(states, st.sampled_from(Trigger), several, facts)
def test_somebody_in_several_roles_may_what_one_of_them_may(
    state: State, trigger: Trigger, roles: frozenset[Role], known: Facts
) -> None:
    each = [move(state, trigger, role, known, POLICY) for role in sorted(roles)]
    found = move_in_one_of(state, trigger, roles, known, POLICY)
    allowed = [one for one in each if not isinstance(one, Refused)]
    if allowed:
        assert found == allowed[0]
        return
    refused = [one for one in each if isinstance(one, Refused)]
    assert isinstance(found, Refused)
    assert bool(found.lacks) == any(one.lacks for one in refused)
    assert found in refused or not refused


@given(states, several, facts)
def test_what_is_offered_is_what_lacks_only_what_the_form_brings(
    state: State, roles: frozenset[Role], known: Facts
) -> None:
    """A reason and a piece of work come with the form; who signed what stands is known before."""
    brought = replace(known, reason=REASON, artefacts=1, notified=True, credit_posted=False)
    offered = signed_alone(state, known.stands, roles, by_author=known.by_author)
    for trigger in SIGNED_ALONE:
        found = move_in_one_of(state, trigger, roles, brought, POLICY)
        assert (trigger in offered) == (not isinstance(found, Refused))
