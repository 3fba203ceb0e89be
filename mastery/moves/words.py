"""Moves: what a teacher can do about the signals of a class, each in one go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mastery.flags.view import Severity


class MoveKind(StrEnum):
    """What a teacher does; of two that help alike, the one named first here comes first."""

    RETEACH = "reteach"
    PULL = "pull"
    TALK = "talk"
    LOOK = "look"
    LET_TEST = "let_test"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Signal:
    """A live flag that nobody looks at yet. `opened` is a day in the school's zone.

    `target` is the one it is about, `prerequisite` the one that is missing below it, `assessment` the one to be taken.
    """

    flag: int
    student: int
    rule: str
    severity: Severity
    opened: date
    target: int | None = None
    prerequisite: int | None = None
    assessment: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A decision that waits for a teacher since a day: to be confirmed, or (`review`) for a look at the work."""

    student: int
    target: int
    since: date
    review: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """One thing to do. `about` is a target (RETEACH, PULL, LOOK), an assessment (LET_TEST), a student (TALK) or 0.

    Where one would be too large it comes in parts, counted from 0. `severity` is the highest of its signals, `since`
    the day of the oldest; `students` are in the order of `signals` and `waiting`, each once.
    """

    kind: MoveKind
    about: int
    part: int
    signals: tuple[Signal, ...]
    waiting: tuple[Waiting, ...] = ()

    @property
    def students(self) -> tuple[int, ...]:
        """Whom it is about."""
        students = [one.student for one in self.signals] + [one.student for one in self.waiting]
        return tuple(dict.fromkeys(students))

    @property
    def severity(self) -> Severity:
        """How soon; what only waits for a look is watched, what only waits for a signature is not pressing."""
        floor = Severity.WATCH if self.kind is MoveKind.LOOK else Severity.INFO
        return max((one.severity for one in self.signals), default=floor)

    @property
    def since(self) -> date:
        """The day of the oldest of what it is about."""
        return min([*(one.opened for one in self.signals), *(one.since for one in self.waiting)])
