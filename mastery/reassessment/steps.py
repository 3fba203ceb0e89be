"""What people did about a test of a student: asked, got a seat, put right what went wrong; and where that leaves it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from mastery.body.words import Key
from mastery.reassessment.words import Before


class Step(StrEnum):
    """A step about a test; the last five are those of `Before`, by the same words."""

    REQUESTED = "requested"
    REGISTERED = "registered"
    MISSED = "missed"  # was away when they were to sit it, and may on a makeup day
    WITHDRAWN = "withdrawn"
    VOID = "void"  # for a technical reason: consumes no try
    CORRECTIONS = "corrections"
    RELEARNING = "relearning"
    SIGN_OFF = "sign_off"
    CONSENT = "consent"
    ALTERNATIVE = "alternative"


class By(StrEnum):
    """As what somebody takes a step."""

    STUDENT = "student"
    FAMILY = "family"  # who holds the rights to the student's record
    TEACHER = "teacher"
    OFFICE = "office"  # that answers for tests


MAY: dict[Step, frozenset[By]] = {
    Step.REQUESTED: frozenset({By.STUDENT, By.FAMILY, By.TEACHER}),
    Step.REGISTERED: frozenset({By.TEACHER, By.OFFICE}),
    Step.MISSED: frozenset({By.TEACHER, By.OFFICE}),
    Step.WITHDRAWN: frozenset({By.STUDENT, By.FAMILY, By.TEACHER, By.OFFICE}),
    Step.VOID: frozenset({By.OFFICE}),
    Step.CORRECTIONS: frozenset({By.STUDENT, By.TEACHER}),
    Step.RELEARNING: frozenset({By.STUDENT, By.TEACHER}),
    Step.SIGN_OFF: frozenset({By.TEACHER}),
    Step.CONSENT: frozenset({By.FAMILY}),
    Step.ALTERNATIVE: frozenset({By.TEACHER}),
}
"""Who may take a step. A seat is what comes of a request: of itself, or because a teacher overrides."""

BEFORE = {Step(one): one for one in Before}


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken; `number` orders those of one instant. `window`: of the seat; `result`: that is void."""

    number: int
    step: Step
    at: datetime
    window: Key | None = None
    result: Key | None = None
    overrode: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """Where it is: asked for since `asked_at`, or a seat in `window` since `since`, or neither.

    `missed`: was away, and may sit it on a makeup day.

    `void` are results that are no tries. `overrode`: a teacher let it be.
    """

    asked_at: datetime | None = None
    window: Key | None = None
    since: datetime | None = None
    missed: bool = False
    overrode: bool = False
    void: frozenset[Key] = frozenset()

    @property
    def waits(self) -> bool:
        """Whether it was asked for and there is no seat yet."""
        return self.asked_at is not None and self.window is None


NOBODY_ASKED = Held()


def held(steps: Iterable[Taken]) -> Held:
    """Where the steps about one test of one student leave it, in whichever order they are told."""
    now = NOBODY_ASKED
    for one in _in_order(steps):
        void = now.void if one.step is not Step.VOID or one.result is None else now.void | {one.result}
        match one.step:
            case Step.REQUESTED:
                now = Held(one.at, overrode=one.overrode, void=void)
            case Step.REGISTERED:
                now = Held(now.asked_at or one.at, one.window, one.at, overrode=one.overrode, void=void)
            case Step.MISSED:
                now = replace(now, missed=True)
            case Step.WITHDRAWN:
                now = Held(void=void)
            case Step.VOID:
                # without a result the seat itself was for a sitting that was none
                now = Held(void=void) if one.result is None else replace(now, void=void)
            case _:
                pass
    return now


def done_since(steps: Iterable[Taken], last: datetime | None) -> frozenset[Before]:
    """What was done of what comes between two tries, since the last of them."""
    return frozenset(BEFORE[one.step] for one in steps if one.step in BEFORE and (last is None or one.at > last))


def _in_order(steps: Iterable[Taken]) -> list[Taken]:
    return sorted(steps, key=lambda one: (one.at, one.number))
