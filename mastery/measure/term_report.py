"""How well a subject was measured in a term, in figures that stand for enough students each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mastery.estimate import Model
from mastery.estimate.observations import Flags
from mastery.estimate.state import Floats, Integers
from mastery.measure.item_check import Checked, ItemAnswers, check_items
from mastery.measure.item_map import ItemMap, difficulty_of, item_map, levels_of
from mastery.measure.reliability import Diagram, Tenth, diagram_of, tenths_of
from mastery.measure.replayed import Replayed
from mastery.measure.shares import FEWEST_STUDENTS, Share, are_enough, share_of

NOMINAL = 0.8
"""What a range that is told is meant to hold."""
_EARLIER = (3, 6, 11, 21)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what came lay in the 80% ranges told after `fewest` to `most` answers on the target."""

    fewest: int
    most: int | None
    share: Share


@dataclass(frozen=True, slots=True)
class TermReport:
    """Answers and students of a term, and what was said beside what came; None and empty where too few stand behind.

    success: of single answers, as a diagram and by tenths. mastery: whether the next three to five answers on a target
    reached its bar, beside the chance told, alike. coverage: of all ranges told, and by how many answers came before.
    items: where the calibrated ones stand beside the students; left_out: items with too few students to tell of.
    """

    answers: int
    students: int
    success: Diagram | None
    tenths: tuple[Tenth, ...]
    promises: int
    mastery: Diagram | None
    mastery_tenths: tuple[Tenth, ...]
    coverage: Share | None
    coverages: tuple[Coverage, ...]
    items: ItemMap | None
    left_out: int


def term_report(replayed: Replayed, within: Flags, model: Model, drift: Floats) -> tuple[TermReport, list[Checked]]:
    """The report on the answers within a term, bool[R], at least one, and its items; drift by number of the item."""
    answers, student = replayed.answers, replayed.answers.student
    rows = np.flatnonzero(within)
    seen = ItemAnswers(
        answers.item[rows], student[rows], answers.y[rows], replayed.success[rows], replayed.ability[rows]
    )
    checked = check_items(seen, drift)
    students = len(np.unique(seen.student))
    promises, told = replayed.promises, np.flatnonzero(within[replayed.promises.row])
    of, reached, chance = student[promises.row[told]], promises.reached[told], promises.chance[told]
    kept = promises.covered[told]
    report = TermReport(
        len(rows),
        students,
        diagram_of(seen.y, seen.expected, seen.student),
        tenths_of(seen.y, seen.expected, seen.student),
        len(told),
        diagram_of(reached, chance, of),
        tenths_of(reached, chance, of),
        share_of(kept, of) if are_enough(of) else None,
        _coverages(kept, promises.earlier[told], of),
        None if students < FEWEST_STUDENTS else _map(replayed, within, model, checked),
        len(np.unique(seen.item)) - len(checked),
    )
    return report, checked


def _coverages(kept: Floats, earlier: Integers, student: Integers) -> tuple[Coverage, ...]:
    found = []
    for fewest, following in zip(_EARLIER, (*_EARLIER[1:], None), strict=True):
        rows = np.flatnonzero((earlier >= fewest) & (following is None or earlier < following))
        if are_enough(student[rows]):
            most = None if following is None else following - 1
            found.append(Coverage(fewest, most, share_of(kept[rows], student[rows])))
    return tuple(found)


def _map(replayed: Replayed, within: Flags, model: Model, checked: list[Checked]) -> ItemMap | None:
    answers = replayed.answers
    runs = np.flatnonzero(within[replayed.run_row])
    row = replayed.run_row[runs]
    known = [model.items[one] for item in checked if (one := int(answers.item_ids[item.item])) in model.items]
    difficulty = difficulty_of(np.array([one.slope for one in known]), np.array([one.easiness for one in known]))
    return item_map(levels_of(answers.student[row], answers.target[row], replayed.level[runs]), difficulty)
