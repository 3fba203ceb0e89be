"""What a student told of targets as pages show it: to the student and who works with them whole, to a parent without
the words that student and teacher said to each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.pages import voice_words, words
from api.pages.blueprint import Visit
from mastery.access import works_here
from mastery.voice import REQUESTS, Kind, Step, Told, next_steps
from models.queries_people import display_names


@dataclass(frozen=True, slots=True)
class StepLine:
    """What came of a request: in a word, with the answer, by whom, and when."""

    word: Any
    words: str
    who: str
    day: str


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was told: what, in a word or in the student's words, when; what came of it; what may be done."""

    told: Told
    title: Any
    word: Any
    words: str
    day: str
    steps: Sequence[StepLine]
    answers: Sequence[tuple[Step, Any]]

    @property
    def asks(self) -> bool:
        """Whether it is a request."""
        return self.told.kind in REQUESTS


def lines(visit: Visit, student: int, told: Iterable[Told], *, answers: bool) -> list[Line]:
    """What was told, the newest first; `answers`: the viewer may answer. One statement."""
    some = list(told)
    private = reads_requests(visit, student)
    names = display_names(visit.session, visit.district_id, {step.by for one in some for step in one.steps})
    return [line(visit, student, one, names, private=private, answers=answers) for one in reversed(some)]


def line(
    visit: Visit, student: int, one: Told, names: dict[int, str], *, private: bool, answers: bool
) -> Line:  # fmt: skip
    """One thing that was told; `private`: with the words of requests and answers."""
    steps = [
        StepLine(
            voice_words.STEPS[step.step],
            step.words if private else "",
            names.get(step.by, ""),
            words.short_date(step.at, visit.zone),
        )
        for step in one.steps
    ]
    return Line(
        one,
        kinds(visit, student)[one.kind],
        voice_words.WORDS[one.word] if one.word else None,
        one.words if private else "",
        words.short_date(one.at, visit.zone),
        steps,
        [(step, voice_words.ANSWERS[step]) for step in next_steps(one)] if answers else [],
    )


def reads_requests(visit: Visit, student: int) -> bool:
    """Whether the viewer reads what student and teacher said to each other: the student, and who works here."""
    return visit.viewer.person == student or works_here(visit.access.roles)


def kinds(visit: Visit, student: int) -> Mapping[str, Any]:
    """What the kinds are called: to the student, and to others."""
    return voice_words.OWN_KINDS if visit.viewer.person == student else voice_words.KINDS


def short(one: Told, said: Mapping[str, Any]) -> str:
    """What was told, in one line of a card; for what was asked with what came of it."""
    if one.word:
        return f"{said[one.kind]}: {voice_words.WORDS[one.word]}"
    came = voice_words.STEPS[one.steps[-1].step] if one.steps else voice_words.WAITS
    return f"{said[one.kind]}. {came}."


def latest(told: Collection[Told], target: int) -> list[Told]:
    """What a card says of a target: the last of how sure and how hard, and what waits."""
    of = [one for one in told if one.target == target]
    last = {one.kind: one for one in of if one.kind in (Kind.SURE, Kind.HARD)}
    return [*last.values(), *(one for one in of if one.waits)]
