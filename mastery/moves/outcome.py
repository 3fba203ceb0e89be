"""Did a move help? Judged from what was known when it was done and what is known now, never as a failure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mastery.body.words import CLOSED_WORK, State
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
    `closed` says that the flag behind it closed by itself.
    """

    done_at: datetime
    evidence_at: datetime | None
    before: float | None = None
    now: float | None = None
    state: State = State.NOT_STARTED
    closed: bool = False
    test: bool = False


def judge(part: Part, policy: Policy) -> Outcome:
    """BETTER only by something that the student did since; a flag that closes because nothing happens is no success."""
    if part.evidence_at is None or part.evidence_at <= part.done_at:
        return Outcome.NO_NEW_EVIDENCE
    if part.test or part.closed or part.state in CLOSED_WORK:
        return Outcome.BETTER
    gained = part.now is not None and part.before is not None and part.now - part.before >= policy.moves_gain
    return Outcome.BETTER if gained else Outcome.NOT_YET


def judge_student(parts: Iterable[Part], policy: Policy) -> Outcome:
    """The outcome for a student: of the matters with new evidence all better, else not yet."""
    outcomes = {judge(part, policy) for part in parts} - {Outcome.NO_NEW_EVIDENCE}
    if not outcomes:
        return Outcome.NO_NEW_EVIDENCE
    return Outcome.BETTER if outcomes == {Outcome.BETTER} else Outcome.NOT_YET
