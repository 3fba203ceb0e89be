"""Taking mastery away: proposed by one, signed by another in the other role, told to the family, appealed, answered.

Domain 2.4: a school administrator and the teacher of record together, for proven error or misconduct, with notice and
appeal; the appeal after the pattern of domain 5.3, T18: within days, decided by nobody who decided before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mastery.access_matrix import Role
from mastery.policy import Policy

SIGNERS = frozenset({Role.SCHOOL_ADMINISTRATOR, Role.TEACHER_OF_RECORD})


class Step(StrEnum):
    """What is done about a proposal, by a named person each time, in words."""

    SIGN = "sign"
    DECLINE = "decline"
    TAKE_BACK = "take_back"
    APPEAL = "appeal"
    LET_STAND = "let_stand"
    OVERTURN = "overturn"


class Stage(StrEnum):
    """Where a revocation stands."""

    PROPOSED = "proposed"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"
    SIGNED = "signed"
    APPEALED = "appealed"
    STANDS = "stands"
    OVERTURNED = "overturned"


_NEXT: dict[tuple[Stage, Step], Stage] = {
    (Stage.PROPOSED, Step.SIGN): Stage.SIGNED,
    (Stage.PROPOSED, Step.DECLINE): Stage.DECLINED,
    (Stage.PROPOSED, Step.TAKE_BACK): Stage.TAKEN_BACK,
    (Stage.SIGNED, Step.APPEAL): Stage.APPEALED,
    (Stage.APPEALED, Step.LET_STAND): Stage.STANDS,
    (Stage.APPEALED, Step.OVERTURN): Stage.OVERTURNED,
}
TOLD = frozenset({Stage.SIGNED, Stage.APPEALED, Stage.STANDS, Stage.OVERTURNED})
"""What student and family read of: not what only one person thinks."""


@dataclass(frozen=True, slots=True)
class Case:
    """A revocation: where it stands, who proposed it in which role, who signed it as well, days since the notice."""

    stage: Stage
    proposer: int
    proposed_as: Role
    signer: int | None = None
    days_since_told: int = 0


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: in which roles about the student, and whether as the student or for them."""

    person: int
    roles: frozenset[Role] = frozenset()
    family: bool = False


def stage_of(steps: Iterable[Step]) -> Stage:
    """Where a revocation stands after its steps, oldest first. ValueError for steps that none can have."""
    stage = Stage.PROPOSED
    for step in steps:
        try:
            stage = _NEXT[stage, step]
        except KeyError:
            raise ValueError(f"a revocation that is {stage} can not be followed by {step}") from None
    return stage


def open_steps(case: Case, actor: Actor, policy: Policy) -> list[Step]:
    """What somebody may do next about a revocation, in the order of `Step`."""
    return [step for step in Step if (case.stage, step) in _NEXT and _may(step, case, actor, policy)]


def cosigning_role(case: Case) -> Role:
    """The role in which somebody else has to sign."""
    (other,) = SIGNERS - {case.proposed_as}
    return other


def _may(step: Step, case: Case, actor: Actor, policy: Policy) -> bool:
    decided = {case.proposer, case.signer}
    match step:
        case Step.SIGN | Step.DECLINE:
            return actor.person not in decided and cosigning_role(case) in actor.roles
        case Step.TAKE_BACK:
            return actor.person == case.proposer
        case Step.APPEAL:
            return actor.family and case.days_since_told <= policy.revocation_appeal_days
        case Step.LET_STAND | Step.OVERTURN:
            return actor.person not in decided and Role.SCHOOL_ADMINISTRATOR in actor.roles
