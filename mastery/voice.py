"""What a student tells the teacher of a target: how sure they are, how hard it is, that they want help, and a way in
which they would like to learn it (S12, S65, S68).

All of it is the student's own and stays on record with when it was said; what a teacher does about a request is a step
of its own. None of it is evidence, and no rule about mastery, pace or flags may read it; a lint contract holds that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mastery.access_questions import about_subject

LONGEST = 300
"""The most characters of a request, and of an answer."""
MOST_OPEN = 10
"""The most requests of a student that wait at a time."""


class Kind(StrEnum):
    """What is told; the last two ask a teacher for something."""

    SURE = "sure"
    HARD = "hard"
    HELP = "help"
    WAY = "way"


class Sure(StrEnum):
    """How sure a student is."""

    NOT_YET = "not_yet"
    A_LITTLE = "a_little"
    MOSTLY = "mostly"
    VERY = "very"


class Hard(StrEnum):
    """How hard a student finds the work."""

    TOO_EASY = "too_easy"
    ABOUT_RIGHT = "about_right"
    TOO_HARD = "too_hard"


class Step(StrEnum):
    """What came of a request: a teacher's steps, and the student's own that it is not needed any more."""

    SEEN = "seen"
    TALKED = "talked"
    DONE = "done"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


REQUESTS = frozenset({Kind.HELP, Kind.WAY})
LAST = frozenset({Step.DONE, Step.AGREED, Step.DECLINED, Step.WITHDRAWN})
ANSWERS: Mapping[Kind, tuple[Step, ...]] = {
    Kind.HELP: (Step.SEEN, Step.TALKED, Step.DONE),
    Kind.WAY: (Step.SEEN, Step.AGREED, Step.DECLINED),
}
"""What a teacher may say of a request, in this order."""
_WORDS: Mapping[Kind, frozenset[str]] = {Kind.SURE: frozenset(Sure), Kind.HARD: frozenset(Hard)}


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken: by whom, when, and in which words, if any."""

    step: Step
    words: str
    by: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """Something that a student told of a target; `word` is of Sure or Hard, `words` are the student's own."""

    key: int
    target: int
    kind: Kind
    word: str | None
    words: str
    at: datetime
    steps: tuple[Taken, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether it asks for something, and nothing has ended it."""
        return self.kind in REQUESTS and not any(one.step in LAST for one in self.steps)


class VoiceError(ValueError):
    """What can not be told or answered; `code` says why: kind, word, words, target, open, full, changed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def tell(
    told: Sequence[Told], target: int | None, kind: Kind, word: str, words: str, known: Collection[int]
) -> tuple[str | None, str] | None:
    """The word and the words with which something is kept; None where the same was told last, as by a form sent twice.

    One request of a kind waits for a target at a time. Raises VoiceError.
    """
    if target is None or target not in known:
        raise VoiceError("target")
    if kind in _WORDS:
        if word not in _WORDS[kind]:
            raise VoiceError("word")
        last = newest(told).get((target, kind))
        return None if last is not None and last.word == word else (word, "")
    said = _line(words)
    if len(said) > LONGEST or (kind is Kind.WAY and not said):
        raise VoiceError("words")
    waiting = [one for one in told if one.waits]
    if any(one.target == target and one.kind is kind for one in waiting):
        raise VoiceError("open")
    if len(waiting) >= MOST_OPEN:
        raise VoiceError("full")
    return None, said


def answer(told: Told, step: Step, words: str) -> str:
    """The words of a teacher's step about a request: none need be, but for a no. Raises VoiceError.

    Steps go forward alone: what was talked over is not only seen any more.
    """
    if told.kind not in REQUESTS or step not in ANSWERS[told.kind]:
        raise VoiceError("kind")
    order = ANSWERS[told.kind]
    reached = max((order.index(one.step) for one in told.steps if one.step in order), default=-1)
    if not told.waits or order.index(step) <= reached:
        raise VoiceError("changed")
    said = _line(words)
    if len(said) > LONGEST or (step is Step.DECLINED and not said):
        raise VoiceError("words")
    return said


def withdraw(told: Told) -> None:
    """Whether the student may say that a request is not needed any more. Raises VoiceError."""
    if told.kind not in REQUESTS:
        raise VoiceError("kind")
    if not told.waits:
        raise VoiceError("changed")


def next_steps(told: Told) -> list[Step]:
    """What a teacher may say of a request now."""
    if not told.waits:
        return []
    order = ANSWERS[told.kind]
    reached = max((order.index(one.step) for one in told.steps if one.step in order), default=-1)
    return list(order[reached + 1 :])


def newest(told: Iterable[Told]) -> dict[tuple[int, Kind], Told]:
    """The last that was told of each target and kind."""
    return {(one.target, one.kind): one for one in sorted(told, key=lambda one: one.key)}


def goes_to(subject: str, here: Collection[str], everywhere: Sequence[Collection[str]]) -> bool:
    """Whether a request about a subject goes to a class with the subjects `here`: one that is about it, or any where
    none of the student's classes, `everywhere`, is.
    """
    return about_subject(subject, [here]) or not about_subject(subject, everywhere)


def _line(text: str) -> str:
    return " ".join(text.split())
