"""A file of answers as numpy columns, student after student: what estimators are fitted to and judged on."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mastery.estimate.observations import Flags
from mastery.estimate.state import Floats, Integers
from mastery.measure.chosen import rows_of
from mastery.measure.timestamps import DAY_SECONDS, Timestamps, look_at

ANSWERS_A_DAY = 100.0
"""Without a clock a student's answers stand this many to a day: time then only says how much came between."""


class AnswersError(ValueError):
    """The rows make no set of answers; the text says what is wrong."""


class Answer(Protocol):
    """A row of a file: ids as written, the share of the points 0..1, and its timestamp."""

    @property
    def user(self) -> str: ...
    @property
    def item(self) -> str: ...
    @property
    def skill(self) -> str: ...
    @property
    def correct(self) -> float: ...
    @property
    def timestamp(self) -> float: ...


@dataclass(frozen=True, slots=True, eq=False)
class AnswerSet:
    """R answers of N students; student i owns rows offsets[i] .. offsets[i+1]-1, in the order in which they were given.

    Students, items and targets are numbered by first appearance in the whole file; `select` keeps the numbers of items
    and targets, so that what was fitted to some students holds for others. An item tried again is a row of its own.

    offsets int64[N+1]; student int64[R], 0..N-1; item int64[R]; target int64[R]; y [R], 0..1
    day     [R] days since the earliest answer of the file, or None where the file only has an order
    timestamps, timing   what the file's timestamps were taken for, and why, in words
    base_offsets int64[I+1], base int64[B]   item i stands for the base targets base[base_offsets[i] ..
            base_offsets[i+1]-1], by number: those of the q-matrix, or without one the item's own targets; never none
    student_names, item_names, target_names, base_names   as written in the file, in the order of the numbers
    """

    offsets: Integers
    student: Integers
    item: Integers
    target: Integers
    y: Floats
    day: Floats | None
    timestamps: Timestamps
    timing: str
    base_offsets: Integers
    base: Integers
    student_names: Sequence[str]
    item_names: Sequence[str]
    target_names: Sequence[str]
    base_names: Sequence[str]

    @classmethod
    def of(
        cls,
        rows: Iterable[Answer],
        q_matrix: Mapping[str, Sequence[str]] | None = None,
        timestamps: Timestamps | None = None,
    ) -> AnswerSet:
        """Columns of the rows of a file. `q_matrix`: the base skills of each item, by names.

        `timestamps` says what they are; without it they are looked at (`look_at`). An item that the matrix lacks is
        its skill alone, as a base target of its own. Raises AnswersError where there are no rows.
        """
        students, items, targets = _Coding(), _Coding(), _Coding()
        # arrays, since lists of numbers take four times as much memory
        ids, values = array("q"), array("d")
        for row in rows:
            ids.extend((students.number(row.user), items.number(row.item), targets.number(row.skill)))
            values.extend((row.correct, row.timestamp))
        if not ids:
            raise AnswersError("there are no answers: the file has a first line with names at most")
        codes, numbers = np.array(ids, np.int64).reshape(-1, 3), np.array(values).reshape(-1, 2)
        order = np.argsort(codes[:, 0], kind="stable")
        codes, numbers = codes[order], numbers[order]
        student, item, target = (np.ascontiguousarray(codes[:, place]) for place in range(3))
        offsets = _offsets(student, len(students.names))
        time = np.ascontiguousarray(numbers[:, 1])
        kind, why = look_at(time, offsets) if timestamps is None else (timestamps, "as was said")
        lists, base_names = _bases(item, target, items.names, targets.names, q_matrix)
        base_offsets = np.zeros(len(lists) + 1, np.int64)
        np.cumsum([len(one) for one in lists], out=base_offsets[1:])
        return cls(
            offsets,
            student,
            item,
            target,
            np.ascontiguousarray(numbers[:, 0]),
            (time - time.min()) / DAY_SECONDS if kind is Timestamps.SECONDS else None,
            kind,
            why,
            base_offsets,
            np.array([one for some in lists for one in some], np.int64),
            students.names,
            items.names,
            targets.names,
            base_names,
        )

    @property
    def rows(self) -> int:
        """Number of answers, R."""
        return len(self.y)

    @property
    def students(self) -> int:
        """Number of students, N."""
        return len(self.offsets) - 1

    @property
    def items(self) -> int:
        """Number of items of the whole file, I."""
        return len(self.item_names)

    @property
    def targets(self) -> int:
        """Number of targets of the whole file."""
        return len(self.target_names)

    @property
    def base_targets(self) -> int:
        """Number of base targets of the whole file."""
        return len(self.base_names)

    @property
    def sitting(self) -> Integers:
        """Each answer is a sitting of its own, [R]."""
        return np.arange(self.rows)

    @property
    def weight(self) -> Floats:
        """Each answer counts as one, [R]."""
        return np.ones(self.rows)

    @property
    def summed(self) -> Flags:
        """Each answer has feedback after it, bool[R]."""
        return np.zeros(self.rows, np.bool_)

    @property
    def guessing(self) -> Floats:
        """A file does not say which items can be guessed, [R]."""
        return np.zeros(self.rows)

    @property
    def points(self) -> Floats:
        """Part of the points counts as that much of a right answer, [R]."""
        return np.ones(self.rows)

    def days(self) -> Floats:
        """Day of each answer, [R]; without a clock the student's answers are counted, 100 to a day."""
        if self.day is not None:
            return self.day
        return (np.arange(self.rows) - self.offsets[self.student]) / ANSWERS_A_DAY

    def select(self, students: npt.ArrayLike) -> AnswerSet:
        """The answers of some students (their numbers, in the order wanted), who are then numbered from 0."""
        chosen = np.asarray(students, np.int64)
        offsets, rows = rows_of(self.offsets, chosen)
        number = np.repeat(np.arange(len(chosen)), np.diff(offsets))
        return AnswerSet(
            offsets,
            number,
            self.item[rows],
            self.target[rows],
            self.y[rows],
            None if self.day is None else self.day[rows],
            self.timestamps,
            self.timing,
            self.base_offsets,
            self.base,
            [self.student_names[one] for one in chosen.tolist()],
            self.item_names,
            self.target_names,
            self.base_names,
        )


class _Coding:
    """Names numbered by first appearance."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers))

    @property
    def names(self) -> list[str]:
        return list(self._numbers)


def _offsets(student: Integers, count: int) -> Integers:
    offsets = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(student, minlength=count), out=offsets[1:])
    return offsets


def _bases(
    item: Integers,
    target: Integers,
    item_names: Sequence[str],
    target_names: Sequence[str],
    q_matrix: Mapping[str, Sequence[str]] | None,
) -> tuple[list[list[int]], Sequence[str]]:
    """The base targets of each item as numbers, and their names."""
    own: list[dict[int, None]] = [{} for _ in item_names]
    for one, skill in zip(item.tolist(), target.tolist(), strict=True):
        own[one].setdefault(skill)
    if q_matrix is None:
        return [list(some) for some in own], target_names
    coding = _Coding()
    lists = []
    for name, skills in zip(item_names, own, strict=True):
        # the matrix has names of its own, so a skill of the file must not meet one that happens to be spelled alike
        names = q_matrix.get(name) or [f"skill {target_names[skill]} of the answers" for skill in skills]
        lists.append(list(dict.fromkeys(coding.number(one) for one in names)))
    return lists, coding.names
