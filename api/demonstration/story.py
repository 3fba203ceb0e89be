"""Who sat what when, and how it went: everything that the district's LMS posts, in the order in which it posts it.

Each student is simulated alone, and each draw depends on the seed, the student and the occasion only, so what is told
does not depend on who is loaded first or how far the loading has come.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from api.demonstration import characters as told
from api.demonstration import plan
from api.demonstration.learner import SOLID, Learner, habits_of
from api.demonstration.people import Student, seats, students
from api.demonstration.plan import Kind, Lesson, Sitting
from api.demonstration.world import CONNECTED_AT, OPENS_AT, SECTION, SEED, at, school_days

_AFTER_CLASS = timedelta(minutes=1)
_EVENING = time(21, 0)
_AFTER_PRACTICE = timedelta(seconds=3)
# the share of days missed: a tenth of the students miss every eighth
_OFTEN_AWAY, _AWAY_SHARES = 0.1, (0.04, 0.13)
_PRACTISES, _RETAKES, _USES_HINTS, _TRIES_AGAIN = 0.93, 0.55, 0.25, 0.5
_EARLY_BIRDS = 0.06
_QUESTION_SECONDS, _RUSHED_SECONDS = (18.0, 75.0), (1.0, 3.5)
_STEADY_WRONG = 4  # of the questions on a target, the place of the wrong one
_PASSED = 0.8
LATE_TYPED_AT = datetime(2026, 11, 9, 16, 5, tzinfo=OPENS_AT.tzinfo)
CORRECTED_AT = datetime(2026, 11, 10, 15, 40, tzinfo=OPENS_AT.tzinfo)

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Posting:
    """Results that the LMS posts together at an instant, as JSON values."""

    at: datetime
    results: tuple[Document, ...]


@cache
def postings() -> tuple[Posting, ...]:
    """Everything that is posted from the first connection to the last day of the term, in order."""
    waiting: dict[datetime, list[Document]] = {}
    for student in students():
        for moment, document in _Telling(student).tell():
            waiting.setdefault(moment, []).append(document)
    return tuple(Posting(moment, tuple(waiting[moment])) for moment in sorted(waiting))


@dataclass(slots=True)
class _Telling:
    """One student's term."""

    student: Student
    learner: Learner = field(init=False)
    away_share: float = field(init=False)
    has_part: bool = field(init=False)
    last_test: Mapping[str, float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        one, seed = self.student, f"{SEED}/{self.student.sourced_id}"
        self.has_part = one.sourced_id in with_a_part()
        draws = random.Random(f"{seed}/habits")
        habits = habits_of(draws.random())
        self.away_share = _AWAY_SHARES[draws.random() < _OFTEN_AWAY]
        unknown, known = shared_gaps().get(one.place, frozenset()), frozenset[str]()
        if unknown:
            habits, self.away_share = SOLID, 0.0
        if one.character is not None:
            habits, self.away_share = one.character.habits, 0.0
            unknown, known = one.character.unknown, one.character.known
        self.learner = Learner(seed, habits, one.section.grade, plan.grade_of, plan.below, unknown, known)

    def tell(self) -> Iterator[tuple[datetime, Document]]:
        """(posted at, result) in the order in which it happens."""
        for begins, occasion in self._occasions():
            draws = self._draws(f"{begins.isoformat()}/{getattr(occasion, 'form', 'lesson')}")
            if isinstance(occasion, Lesson):
                self._attend(occasion, draws)
            else:
                yield from self._sit(occasion, begins, draws)

    def _draws(self, what: str) -> random.Random:
        return random.Random(f"{SEED}/{self.student.sourced_id}/{what}")

    def _occasions(self) -> list[tuple[datetime, plan.Occasion]]:
        """Lessons and sittings with the instant at which this student begins."""
        found = [(self._begins(one), one) for one in plan.occasions(self.student.section) if self._is_here(one)]
        found += [(one.begins, one) for one in self._mornings()]
        if self.student.joins is not None:
            found += [(one.begins, one) for one in self._welcome(self.student.joins)]
        return sorted(found, key=lambda pair: pair[0])

    def _begins(self, one: plan.Occasion) -> datetime:
        if isinstance(one, Lesson) or one.assessment.kind.in_class:
            return one.begins
        # at home each has a time of their own
        return one.begins + timedelta(minutes=self._draws(f"evening/{one.day}").randrange(4 * 60))

    def _is_here(self, one: plan.Occasion) -> bool:
        character = self.student.character
        if character and character.joins and one.day < character.joins:
            return False
        return not (character and character.away and character.away[0] <= one.day <= character.away[1])

    def _welcome(self, joins: date) -> Iterator[Sitting]:
        """Who comes later is asked where they start on the day after."""
        day = school_days()[school_days().index(joins) + 1]
        for _, one in plan.brought(self.student.section.grade):
            if one.kind is Kind.START:
                yield Sitting(day, at(day, self.student.section.meets), one, "A", one.forms[0][1])

    def _mornings(self) -> Iterator[Sitting]:
        """Practice before school: told of characters, and in the days to come of some others."""
        assessment = plan.morning(self.student.section.grade)
        if self.student.character is not None:
            for extra in self.student.character.extras:
                yield Sitting(extra.day, at(extra.day, extra.moment), assessment, extra.target, (extra.target,))
            return
        for day in school_days():
            draws = self._draws(f"morning/{day}")
            targets = plan.current_targets(self.student.section, day) if day >= OPENS_AT.date() else ()
            if targets and draws.random() < _EARLY_BIRDS:
                begins = at(day, plan.BEFORE_SCHOOL) + timedelta(seconds=draws.randrange(20 * 60))
                yield Sitting(day, begins, assessment, targets[0], targets[:1])

    def _is_away(self, day: date) -> bool:
        return self._draws(f"day/{day}").random() < self.away_share

    def _attend(self, lesson: Lesson, draws: random.Random) -> None:
        if lesson.begins_unit:
            self.learner.rest(draws)
        if not self._is_away(lesson.day):
            for target in lesson.targets:
                self.learner.meet(target, draws)

    def _sit(self, sitting: Sitting, begins: datetime, draws: random.Random) -> Iterator[tuple[datetime, Document]]:
        kind = sitting.assessment.kind
        before_term = sitting.day < school_days()[0]
        if self._is_away(sitting.day) and not before_term:
            if kind is Kind.TEST and not sitting.retake:
                yield _posted_at(sitting, begins), self._not_there(sitting, begins)
            return
        if kind is Kind.PRACTICE and not self.has_part and draws.random() >= _PRACTISES:
            return
        targets = sitting.targets
        if sitting.retake:
            targets = self._retaken(sitting, draws)
            if not targets:
                return
        answers = {target: self._answers(sitting, target, draws) for target in targets}
        if kind is Kind.TEST:
            self.last_test = {target: sum(some) / len(some) for target, some in answers.items()}
        document = self._document(sitting, begins, answers, draws)
        if kind is Kind.EXIT and self.student.character is told.LATE_TYPED and "u3" in sitting.assessment.name:
            yield from _typed_in_late(document)
        else:
            yield _posted_at(sitting, datetime.fromisoformat(document["scored_at"])), document

    def _retaken(self, sitting: Sitting, draws: random.Random) -> tuple[str, ...]:
        """The targets of the last test that were not met, for who practises and tries again."""
        missed = tuple(one for one in sitting.targets if self.last_test.get(one, 1.0) < _PASSED)
        character = self.student.character
        if character is not None:
            return tuple(one for one in missed if (_told_as(sitting), one) in character.told)
        if draws.random() >= _RETAKES:
            return ()
        for target in missed:
            self.learner.meet(target, draws)
        return missed

    def _answers(self, sitting: Sitting, target: str, draws: random.Random) -> list[bool]:
        count = sitting.assessment.kind.questions
        character = self.student.character
        text = None
        if character is not None:
            text = character.told.get((_told_as(sitting), target))
            for extra in character.extras:
                if at(extra.day, extra.moment) == sitting.begins and extra.target == target:
                    text = extra.answers
            if character.steady and sitting.day >= school_days()[0]:
                wrong = draws.randrange(_STEADY_WRONG)
                text = "".join("0" if place == wrong else "1" for place in range(count))
        if text is not None:
            return [sign == "1" for sign in text]
        found = [self.learner.answer(target, draws) for _ in range(count)]
        if sitting.assessment.kind.purpose.value == "formative":
            self.learner.try_out(target, draws)
        return found

    def _document(
        self, sitting: Sitting, begins: datetime, answers: Mapping[str, Sequence[bool]], draws: random.Random
    ) -> Document:
        alone = sitting.assessment.kind in (Kind.PRACTICE, Kind.MORNING)
        low, high = _RUSHED_SECONDS if self.learner.habits.rushes else _QUESTION_SECONDS
        targets, duration = [], 0.0
        for target, some in answers.items():
            items: list[Document] = []
            for number, right in enumerate(some, start=1):
                seconds = round(draws.uniform(low, high), 1)
                duration += seconds
                item: Document = {
                    "item": _item_name(sitting, target, number, begins), "score": int(right), "max": 1,
                    "seconds": seconds,
                }  # fmt: skip
                if alone and not right and draws.random() < _USES_HINTS:
                    item["hints"] = draws.randint(1, 3)
                items.append(item)
                if alone and not right and draws.random() < _TRIES_AGAIN:
                    items.append(item | {"score": 1, "try": 2, "seconds": round(draws.uniform(low, high), 1)})
            targets.append({"target": target, "score": sum(some), "max": len(some), "items": items})
        document = self._head(sitting, begins)
        ended = begins + timedelta(seconds=round(duration))
        if sitting.ends is not None:
            ended = min(ended, sitting.ends)
        return document | {
            "scored_at": ended.isoformat(), "duration_seconds": round(duration, 1), "targets": targets,
        }  # fmt: skip

    def _head(self, sitting: Sitting, begins: datetime) -> Document:
        kind = sitting.assessment.kind
        test = kind.evidence_type.value == "test"
        return {
            "source_id": f"{sitting.assessment.name}/{sitting.form}/{self.student.sourced_id}/{begins:%Y%m%d-%H%M}",
            "revision": 1,
            "student": self.student.sourced_id,
            "assessment": sitting.assessment.name,
            "form": sitting.form,
            "purpose": kind.purpose.value,
            "evidence_type": kind.evidence_type.value,
            "scorer": "system",
            "performed_at": begins.isoformat(),
            "feedback": "none" if test else "immediate",
            "proctoring": "teacher" if test else "none",
            "setting": "school" if kind.in_class or kind is Kind.MORNING else "home",
        }

    def _not_there(self, sitting: Sitting, begins: datetime) -> Document:
        """Missing is not zero: the LMS says that nothing was handed in."""
        targets = [{"target": target} for target in sitting.targets]
        return self._head(sitting, begins) | {"status": "not_submitted", "targets": targets}


def _posted_at(sitting: Sitting, ended: datetime) -> datetime:
    """After class for all; work at home in the evening, and since the district opened its doors as soon as it ends."""
    if sitting.day < school_days()[0]:
        return CONNECTED_AT
    if sitting.ends is not None:
        return sitting.ends + _AFTER_CLASS
    if sitting.day < OPENS_AT.date():
        return at(sitting.day, _EVENING)
    return ended + _AFTER_PRACTICE


def _told_as(sitting: Sitting) -> str:
    return f"{sitting.assessment.name.rpartition('-')[0]}-retake" if sitting.retake else sitting.assessment.name


def _item_name(sitting: Sitting, target: str, number: int, begins: datetime) -> str:
    """The name of a question inside its assessment; practice brings new ones each time."""
    if sitting.assessment.kind is Kind.MORNING:
        return f"{target}-{begins:%m%d%H%M}-{number}"
    return f"{target}-{sitting.form}{number}" if sitting.form != target else f"{target}-{number}"


def _typed_in_late(document: Document) -> Iterator[tuple[datetime, Document]]:
    """A ticket on paper: the teacher types points without questions, one of them wrong, and puts it right later."""
    paper = document | {"scorer": SECTION[told.LATE_TYPED.section].teacher, "targets": [
        {"target": one["target"], "score": one["score"], "max": one["max"]} for one in document["targets"]
    ]}  # fmt: skip
    slip = [one | {"score": 1} if one["target"] == "G6-RAT-1" else one for one in paper["targets"]]
    yield LATE_TYPED_AT, paper | {"scored_at": LATE_TYPED_AT.isoformat(), "targets": slip}
    yield CORRECTED_AT, paper | {"scored_at": LATE_TYPED_AT.isoformat(), "revision": 2}


@cache
def shared_gaps() -> dict[int, frozenset[str]]:
    """By a student's place, what several of a class lack from an earlier grade."""
    return {
        student.place: frozenset({missing})
        for section, _target, missing, numbers in (told.SMALL_GROUP, told.CLASS_GAP)
        for student in seats(section, numbers)
    }


@cache
def with_a_part() -> frozenset[str]:
    """SIS ids of the students who have a part in a story, alone or with others."""
    return frozenset(one.sourced_id for one in students() if one.character or one.place in shared_gaps())
