"""A file of answers is calibrated; nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from api.actions.calibrate_earlier import Earlier
from api.actions.responses import ResponsesError, Row, read_rows
from mastery.calibrate import (
    Advance,
    Anchor,
    Answers,
    Calibration,
    CalibrationError,
    Engine,
    anchor,
    calibrate_em,
    calibrate_pyirt,
    remarks,
    too_large,
)


@dataclass(slots=True)
class Columns:
    """First answers as they are read: ids of students and items, and whether they were right."""

    student: list[str] = field(default_factory=list)
    item: list[str] = field(default_factory=list)
    y: list[int] = field(default_factory=list)

    def answers(self) -> Answers:
        """The same, checked."""
        return Answers.build(self.student, self.item, self.y)


@dataclass(frozen=True, slots=True)
class FirstAnswers:
    """What of a file is calibrated: the first answer of each student to each item, by skill where that was wanted."""

    rows: int
    by_skill: dict[str | None, Columns]

    @property
    def answers(self) -> int:
        """How many there are."""
        return sum(len(columns.y) for columns in self.by_skill.values())


@dataclass(frozen=True, slots=True)
class Calibrated:
    """One dimension of a file: its skill (None for the whole file), and what was found or why nothing was.

    `link` is how it is read on an earlier run's scale; `not_linked` says why it is not, where it should have been.
    """

    skill: str | None
    found: Calibration | None
    reason: str | None = None
    link: Anchor | None = None
    not_linked: str | None = None


def first_answers(path: Path, by_skill: bool) -> FirstAnswers:
    """Read a file as `import responses` does. Raises ResponsesError naming line and column."""
    seen: set[tuple[str | None, str, str]] = set()
    columns: dict[str | None, Columns] = {}
    rows = 0
    for row in read_rows(path):
        rows += 1
        skill = row.skill if by_skill else None
        y = _right(row)
        key = (skill, row.user, row.item)
        if key not in seen:
            seen.add(key)
            into = columns.setdefault(skill, Columns())
            into.student.append(row.user)
            into.item.append(row.item)
            into.y.append(y)
    if not rows:
        raise ResponsesError(f"{path.name} has no rows")
    return FirstAnswers(rows, columns)


def _right(row: Row) -> int:
    if row.correct not in (0, 1):
        raise ResponsesError(
            f"line {row.number + 2}: correct is {row.correct:g}; a calibration takes right (1) or wrong (0)"
        )
    return int(row.correct)


def choose_engine(first: FirstAnswers) -> Engine:
    """pyirt up to what it finishes in two minutes, EM beyond; for all skills of a file the same."""
    items = {item for columns in first.by_skill.values() for item in columns.item}
    return "em" if too_large(first.answers, len(items)) else "pyirt"


def calibrate(first: FirstAnswers, engine: Engine, advance: Advance) -> Iterator[Calibrated]:
    """Calibrate skill by skill, in the order of the file."""
    run = calibrate_em if engine == "em" else calibrate_pyirt
    for skill, columns in first.by_skill.items():
        try:
            yield Calibrated(skill, run(columns.answers(), advance))
        except CalibrationError as problem:
            yield Calibrated(skill, None, str(problem))


def linked(one: Calibrated, earlier: Earlier) -> Calibrated:
    """The same, anchored to the run of its skill in an earlier calibration, or with the reason why it is not."""
    if one.found is None:
        return one
    try:
        return replace(one, link=anchor(one.found.curves, earlier.of(one.skill)))
    except CalibrationError as problem:
        return replace(one, not_linked=str(problem))


def document(
    file: str, first: FirstAnswers, done: Iterable[Calibrated], earlier: Earlier | None = None
) -> dict[str, Any]:
    """All of it for programs; what the answers can not tell is null.

    Slopes, easinesses and difficulties of a run that is linked are on the earlier scale, so that the next run can be
    anchored to this one; its prior and likelihood are on its own.
    """
    return {
        "file": file,
        "rows": first.rows,
        "first_answers": first.answers,
        "anchor": None if earlier is None else earlier.name,
        "calibrations": [_calibration(one) for one in done],
    }


def _calibration(one: Calibrated) -> dict[str, Any]:
    found = one.found
    if found is None:
        return {"skill": one.skill, "not_calibrated": one.reason}
    return {
        "skill": one.skill,
        "engine": found.engine,
        "iterations": found.iterations,
        "converged": found.converged,
        "log_likelihood": found.log_likelihood,
        "students": len(found.students),
        "answers": int(found.answers.sum()),
        "reliability": found.reliability,
        "prior": asdict(found.prior),
        "link": None if one.link is None else _link(one.link),
        "not_linked": one.not_linked,
        "items": _items(found, one.link),
        "dropped": [{"item": d.item, "answers": d.answers, "reason": d.reason} for d in found.dropped],
    }


def _link(link: Anchor) -> dict[str, Any]:
    """The constants: `mean` and `sd` of the new students on the earlier scale, and what they rest on."""
    return {
        "mean": link.students.mean,
        "sd": link.students.sd,
        "items_of_both": len(link.items),
        "drifted": [item for item, drift in link.drifts.items() if drift.drifted],
    }


def _items(found: Calibration, link: Anchor | None) -> list[dict[str, Any]]:
    told, drifts = remarks(found, link), {} if link is None else link.drifts
    shown = found.curves if link is None else link.linked(found.curves)
    columns = {
        "answers": found.answers,
        "right": found.right,
        "slope": shown.slope,
        "slope_se": shown.slope_se,
        "difficulty": shown.difficulty,
        "difficulty_se": shown.difficulty_se,
        "easiness": shown.easiness,
        "easiness_se": shown.easiness_se,
        "slope_easiness_covariance": shown.covariance[:, 0, 1],
        "misfit": found.misfit,
        "bend": found.bend,
        "clipped": found.clipped,
    }
    plain = {name: values.tolist() for name, values in columns.items()}
    plain["bend"] = [None if value != value else value for value in plain["bend"]]
    return [
        {
            "item": item,
            **{name: values[j] for name, values in plain.items()},
            "drift": drifts[item]._asdict() if item in drifts else None,
            "remarks": told[j],
        }
        for j, item in enumerate(found.items)
    ]
