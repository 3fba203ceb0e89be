"""What a calibration reads: who answered which item right, and which items nothing can be said of."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mastery.calibrate.kernel import Flags
from mastery.estimate.state import Integers

FEWEST_ITEMS = 3  # with two items a slope is not identified, however many answers there are


class CalibrationError(ValueError):
    """The answers cannot be calibrated; the text says what is wrong and what would be right."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """An item that no curve was found for, and why."""

    item: Hashable
    answers: int
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """First answers, at most one of each student to each item; what was not answered is absent.

    students, items: the ids, each once, in the order of first appearance. offsets int64[N+1]: student i owns the rows
    offsets[i] .. offsets[i+1]-1 of item int64[R], places in `items`, and right bool[R].
    """

    students: Sequence[Hashable]
    items: Sequence[Hashable]
    offsets: Integers
    item: Integers
    right: Flags

    @classmethod
    def build(cls, student: Iterable[Hashable], item: Iterable[Hashable], y: npt.ArrayLike) -> Answers:
        """From three columns of the same length: ids of students and items, and 1 for right, 0 for wrong.

        Raises CalibrationError naming the first value of y that is neither 0 nor 1, or answers that come twice.
        """
        student_place, students = _places(student)
        item_place, items = _places(item)
        share = np.asarray(y, np.float64)
        if not len(student_place) == len(item_place) == len(share):
            raise CalibrationError(
                f"student has {len(student_place)} rows, item {len(item_place)} and y {len(share)}; all must be as long"
            )
        # written so that NaN fails too
        wrong = np.flatnonzero(~((share == 0) | (share == 1)))
        if len(wrong):
            row = int(wrong[0])
            raise CalibrationError(f"y is {share[row]:g} in row {row}; an answer is right (1) or wrong (0)")
        order = np.argsort(student_place, kind="stable")
        answers = cls(
            students, items, _offsets(student_place, len(students)), item_place[order], share[order].astype(np.bool_)
        )
        pairs = student_place * len(items) + item_place
        _, first = np.unique(pairs, return_index=True)
        if len(first) < len(pairs):
            row = int(np.setdiff1d(np.arange(len(pairs)), first)[0])
            raise CalibrationError(
                f"student {students[student_place[row]]} answered item {items[item_place[row]]} twice, again in row"
                f" {row}; give first answers only"
            )
        return answers

    @property
    def rows(self) -> int:
        """Number of answers, R."""
        return len(self.item)

    @property
    def student(self) -> Integers:
        """Place in `students` of each answer, int64[R]."""
        return np.repeat(np.arange(len(self.students)), np.diff(self.offsets))

    def tried(self) -> Integers:
        """Answers to each item, int64[J]."""
        return np.bincount(self.item, minlength=len(self.items))

    def usable(self) -> tuple[Answers, tuple[Dropped, ...]]:
        """The answers to items whose curve can be found, and the other items with the reason.

        Students of whom no answer is left are left out. Raises CalibrationError where fewer than three items are left.
        """
        tried = self.tried()
        right = np.bincount(self.item, weights=self.right, minlength=len(self.items))
        reasons = {
            "answered once": tried == 1,
            "everybody was right": (tried > 1) & (right == tried),
            "everybody was wrong": (tried > 1) & (right == 0),
        }
        dropped = tuple(
            Dropped(self.items[j], int(tried[j]), reason)
            for reason, these in reasons.items()
            for j in np.flatnonzero(these).tolist()
        )
        kept = ~np.logical_or.reduce(list(reasons.values()))
        if kept.sum() < FEWEST_ITEMS:
            raise CalibrationError(
                f"{kept.sum()} of {len(kept)} items have both right and wrong answers; {FEWEST_ITEMS} are needed"
            )
        return self._only(kept), dropped

    def _only(self, kept: Flags) -> Answers:
        rows = kept[self.item]
        if rows.all():
            return self
        student, place = self.student[rows], np.cumsum(kept) - 1
        present = np.unique(student)
        return Answers(
            [self.students[i] for i in present.tolist()],
            [self.items[j] for j in np.flatnonzero(kept).tolist()],
            _offsets(np.searchsorted(present, student), len(present)),
            place[self.item[rows]],
            self.right[rows],
        )


def _places(ids: Iterable[Hashable]) -> tuple[Integers, list[Hashable]]:
    known: dict[Hashable, int] = {}
    places = np.fromiter((known.setdefault(one, len(known)) for one in ids), np.int64)
    return places, list(known)


def _offsets(student: Integers, students: int) -> Integers:
    return np.concatenate(([0], np.cumsum(np.bincount(student, minlength=students)))).astype(np.int64)
