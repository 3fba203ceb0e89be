"""Taking mastery away: two people sign, the family may appeal in time, and nobody answers who decided before."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.access_matrix import Role
from mastery.policy import DEFAULT_POLICY as POLICY
from mastery.revocation import SIGNERS, TOLD, Actor, Case, Stage, Step, cosigning_role, open_steps, stage_of

ADMINISTRATOR, TEACHER = Role.SCHOOL_ADMINISTRATOR, Role.TEACHER_OF_RECORD
PROPOSED = Case(Stage.PROPOSED, 1, TEACHER)
SIGNED = Case(Stage.SIGNED, 1, TEACHER, 2)
APPEALED = Case(Stage.APPEALED, 1, TEACHER, 2, 3)
BOTH = frozenset(SIGNERS)


def steps(case: Case, person: int, *roles: Role, family: bool = False) -> list[Step]:
    return open_steps(case, Actor(person, frozenset(roles), family), POLICY)


def test_the_other_role_signs_and_nobody_signs_twice() -> None:
    assert steps(PROPOSED, 2, ADMINISTRATOR) == [Step.SIGN, Step.DECLINE]
    assert steps(PROPOSED, 2, TEACHER) == []
    assert steps(PROPOSED, 1, TEACHER, ADMINISTRATOR) == [Step.TAKE_BACK]
    assert steps(PROPOSED, 3, Role.COUNSELOR, family=True) == []
    assert cosigning_role(PROPOSED) is ADMINISTRATOR


@pytest.mark.parametrize(("days", "open_"), [(0, True), (10, True), (11, False)])
def test_the_family_appeals_within_ten_days(days: int, open_: bool) -> None:
    case = Case(Stage.SIGNED, 1, TEACHER, 2, days)
    assert steps(case, 9, family=True) == ([Step.APPEAL] if open_ else [])
    assert steps(case, 3, ADMINISTRATOR, TEACHER) == []


def test_an_appeal_is_answered_by_an_administrator_who_did_not_sign() -> None:
    assert steps(APPEALED, 3, ADMINISTRATOR) == [Step.LET_STAND, Step.OVERTURN]
    for person, roles in ((1, BOTH), (2, BOTH), (3, {TEACHER})):
        assert steps(APPEALED, person, *roles) == []
    assert steps(APPEALED, 9, family=True) == []


@given(st.lists(st.sampled_from(Step), max_size=5))
def test_what_the_family_reads_was_signed_by_somebody(taken: list[Step]) -> None:
    try:
        stage = stage_of(taken)
    except ValueError:
        return
    assert (stage in TOLD) == (Step.SIGN in taken)
    assert len(set(taken)) == len(taken)


@given(
    st.sampled_from(Stage), st.integers(1, 3), st.none() | st.integers(1, 3), st.integers(0, 20),
    st.integers(1, 4), st.frozensets(st.sampled_from(Role)), st.booleans(),
)  # fmt: skip
def test_nobody_decides_about_what_they_decided(
    stage: Stage, proposer: int, signer: int | None, days: int, person: int, roles: frozenset[Role], family: bool
) -> None:
    case = Case(stage, proposer, TEACHER, signer, days)
    found = set(open_steps(case, Actor(person, roles, family), POLICY))
    deciding = {Step.SIGN, Step.DECLINE, Step.LET_STAND, Step.OVERTURN}
    if person in (proposer, signer) or not roles & SIGNERS:
        assert not found & deciding
    for step in found:
        stage_of_any = [one for one, taken in product(_WAYS, [step]) if _WAYS[one] is stage and stage_of([*one, taken])]
        assert stage_of_any


_WAYS = {
    (): Stage.PROPOSED, (Step.SIGN,): Stage.SIGNED, (Step.SIGN, Step.APPEAL): Stage.APPEALED,
}  # fmt: skip
