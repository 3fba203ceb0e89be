"""Did a move help? Judged from what was known when it was done and what is known now, never as a failure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mastery.body.words import State
from mastery.flags import drop
from mastery.policy import Policy


class Outcome(StrEnum):
    """What came of a move for one student."""

    BETTER = "better"
    NOT_YET = "not_yet"
    NO_NEW_EVIDENCE = "no_new_evidence"


@dataclass(frozen=True, slots=True)
class Part:
    """One matter of one student that a move was about, then and now.

    `done_at` is when the move was done, `evidence_at` when the student last did something that counts: on the target,
    or on the assessment to be taken (`test`). Probabilities are those of mastery of the target, None while unknown.
    States are those of the target, `before_state` None where nothing was known. `closed` says that the flag behind it
    closed by itself because what had fallen is back (see `closed_by_gain`).
    """

    done_at: datetime
    evidence_at: datetime | None
    before: float | None = None
    now: float | None = None
    before_state: State | None = None
    state: State = State.NOT_STARTED
    closed: bool = False
    test: bool = False


_MASTERED = frozenset({State.MASTERED, State.MASTERED_PROVISIONAL})


def closed_by_gain(rule: str) -> bool:
    """Whether a flag of the rule closes by itself for one reason only: what had fallen is back.

    Others also close when nobody works on the target, when a prerequisite is waived or by a person's word. Where they
    close because the student gained, the state or the chance of mastery says so.
    """
    return rule == drop.ID


def judge(part: Part, policy: Policy) -> Outcome:
    """BETTER only by something that the student did since, and by a change: newly mastered, back, or a higher chance.

    What was mastered before the move is no success of it, and mastery under review or waived is none at all.
    """
    if part.evidence_at is None or part.evidence_at <= part.done_at:
        return Outcome.NO_NEW_EVIDENCE
    newly_mastered = part.state in _MASTERED and part.before_state not in _MASTERED
    if part.test or part.closed or newly_mastered:
        return Outcome.BETTER
    gained = part.now is not None and part.before is not None and part.now - part.before >= policy.moves_gain
    return Outcome.BETTER if gained else Outcome.NOT_YET


def judge_student(parts: Iterable[Part], policy: Policy) -> Outcome:
    """The outcome for a student: of the matters with new evidence all better, else not yet."""
    outcomes = {judge(part, policy) for part in parts} - {Outcome.NO_NEW_EVIDENCE}
    if not outcomes:
        return Outcome.NO_NEW_EVIDENCE
    return Outcome.BETTER if outcomes == {Outcome.BETTER} else Outcome.NOT_YET
