"""Six weeks in the demonstration district: who sat what when, and how it went, as results an LMS would post."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.demonstration.content import ITEMS_PER_TARGET, TASKS, Task
from api.demonstration.learner import Habits, Learner
from api.demonstration.people import STUDENTS, class_of, student_id
from mastery.evidence import EvidenceType, Feedback, ItemResponse, Proctoring, Purpose, Result, TargetScore

TIME_ZONE = "America/New_York"
FORM = "A"
SCHOOL_DAYS = 30
_SEED = "maple-hollow-1"
_SATURDAY = 5
_SCORED_AFTER = timedelta(minutes=25)

_QUICK = Habits(known=0.8, learns=0.7, guess=0.4, slip=0.02)
_USUAL = Habits(known=0.6, learns=0.5, guess=0.35, slip=0.05)
# the unit of this month is still being learned
_NEW = Habits(known=0.4, learns=0.15, guess=0.45, slip=0.1)
_NEW_TARGETS = ("ADD-2", "DEC-1")
# how many of the class learn quickly
_QUICK_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Character:
    """A student with a story: the answers (1 right, 0 wrong) that are told, by task and target; the rest is drawn."""

    place: int
    told: Mapping[tuple[str, str], str]

    @property
    def student(self) -> str:
        """The SIS id."""
        return student_id(self.place)


def _told(target: str, **answers: str) -> dict[tuple[str, str], str]:
    return {(task.replace("_", "-"), target): text for task, text in answers.items()}


# much work on unlike parts, never three right in a row: F04
WHEEL_SPINNER = Character(
    3, _told("ADD-2", quiz_8="10010", quiz_9="01001", quiz_10="00100", quiz_11="10010", quiz_12="01001")
)
# works on unlike parts, and cannot yet find equal fractions, on which they rest: F10
GAP = Character(
    7,
    _told("EQ-1", warm_up_1="11111", quiz_1="11111", test_1="11111")
    | _told("EQ-2", quiz_1="11110", quiz_2="00100", quiz_3="10000", test_1="01000"),
)
# was sure of unlike parts for a week, and then was not: F09
DROP = Character(15, _told("ADD-2", quiz_8="11111", quiz_9="11111", quiz_10="11111", quiz_11="00100", quiz_12="01000"))
# a perfect test after daily work that said otherwise: F13
CONTRADICTION = Character(18, _told("MIX-1", quiz_4="11100", quiz_5="00010", quiz_7="00100", test_2="11111"))
# nearly all is right, the next test has not been sat: P1
READY = Character(
    12,
    _told("ADD-2", quiz_8="11111", quiz_9="11111", quiz_10="11111", quiz_11="11111", quiz_12="11111")
    | _told("DEC-1", quiz_9="11111", quiz_10="11111", check_3="11111", quiz_11="11111"),
)
# four of five, week after week: nobody needs to be told
STEADY = Character(
    4,
    _told("ADD-2", quiz_8="11101", quiz_9="10110", quiz_10="11011", quiz_11="01110", quiz_12="10111")
    | _told("DEC-1", quiz_9="11010", quiz_10="10111", check_3="11011", quiz_11="11001"),
)
CHARACTERS = {one.place: one for one in (WHEEL_SPINNER, GAP, DROP, CONTRADICTION, READY, STEADY)}


def school_days(last: date) -> list[date]:
    """The last 30 weekdays up to and with `last`, oldest first."""
    found: list[date] = []
    day = last
    while len(found) < SCHOOL_DAYS:
        if day.weekday() < _SATURDAY:
            found.append(day)
        day -= timedelta(days=1)
    return found[::-1]


def sittings(began: datetime) -> Iterator[tuple[datetime, list[Result]]]:
    """The results of each task and class with the instant at which they are posted, oldest first.

    `began`, zone-aware, is when the district was made: the last school day is the one before it.
    """
    today = began.astimezone(ZoneInfo(TIME_ZONE)).date()
    days = school_days(today - timedelta(days=1))
    learners = [_learner(place) for place in range(len(STUDENTS))]
    for task in TASKS:
        if task.day is None:
            continue
        for group in _groups():
            met = datetime.combine(days[task.day], time(class_of(group[0]).hour, 10), ZoneInfo(TIME_ZONE))
            yield met + _SCORED_AFTER, [_result(task, place, learners[place], met) for place in group]


def _groups() -> list[list[int]]:
    groups: dict[str, list[int]] = {}
    for place in range(len(STUDENTS)):
        groups.setdefault(class_of(place).sourced_id, []).append(place)
    return list(groups.values())


def _learner(place: int) -> Learner:
    quick = place in CHARACTERS or random.Random(f"{_SEED}/habits/{place}").random() < _QUICK_SHARE
    habits = _QUICK if quick else _USUAL
    return Learner(f"{_SEED}/{place}", habits, dict.fromkeys(_NEW_TARGETS, habits if quick else _NEW))


def _result(task: Task, place: int, learner: Learner, met: datetime) -> Result:
    test = task.purpose is Purpose.SUMMATIVE
    return Result(
        source_id=f"{task.name}/{student_id(place)}/1",
        revision=1,
        student=student_id(place),
        assessment=task.name,
        form=FORM,
        purpose=task.purpose,
        evidence_type=EvidenceType.TEST if test else EvidenceType.QUIZ,
        scorer="system",
        performed_at=met,
        scored_at=met + timedelta(minutes=20, seconds=place),
        feedback=Feedback.NONE if test else Feedback.IMMEDIATE,
        proctoring=Proctoring.TEACHER if test else Proctoring.NONE,
        targets=tuple(_score(task, target, place, learner) for target in task.targets),
    )


def _score(task: Task, target: str, place: int, learner: Learner) -> TargetScore:
    drawn = [learner.answer(target) for _ in range(ITEMS_PER_TARGET)]
    character = CHARACTERS.get(place)
    told = character.told.get((task.name, target)) if character else None
    right = drawn if told is None else [sign == "1" for sign in told]
    items = tuple(
        ItemResponse(item_name(target, number), float(correct), 1.0, seconds=20.0 + 7 * number)
        for number, correct in enumerate(right, start=1)
    )
    return TargetScore(target, float(sum(right)), float(ITEMS_PER_TARGET), items=items)


def item_name(target: str, number: int) -> str:
    """The name of a question inside its assessment."""
    return f"{target}-{number}"
