"""Printed grades as OneRoster 1.2 files: categories, line items and results of a term, and their manifest.

A bulk set: status and dateLastModified are blank, as the standard has it, so that the same grades give the same bytes.
Students, classes, terms and schools are named by the sourcedIds that the roster brought.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from mastery.grading import Grade, GradeStatus, SignedRule

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "categories": ("sourcedId", "status", "dateLastModified", "title", "weight"),
    "lineItems": (
        "sourcedId", "status", "dateLastModified", "title", "description", "assignDate", "dueDate", "classSourcedId",
        "categorySourcedId", "academicSessionSourcedId", "resultValueMin", "resultValueMax", "schoolSourcedId",
    ),
    "results": (
        "sourcedId", "status", "dateLastModified", "lineItemSourcedId", "studentSourcedId", "scoreStatus", "score",
        "scoreDate", "comment", "textScore", "classSourcedId", "inProgress", "incomplete", "late", "missing",
    ),
}  # fmt: skip
_FILES = (
    "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics",
    "enrollments", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "orgs", "resources",
    "resultLearningObjectiveIds", "results", "resultScoreScales", "roles", "scoreScales", "userProfiles",
    "userResources", "users",
)  # fmt: skip
_CATEGORY = "mastery-grade"
_TITLE = "Grade from mastery"
_STATUS: Mapping[GradeStatus, str] = {
    GradeStatus.GRADED: "fully graded",
    GradeStatus.OPEN: "partially graded",
    GradeStatus.LIFTED: "exempt",
}


@dataclass(frozen=True, slots=True)
class GradedClass:
    """A class of a term by the rule in force, with the grades of its students by sourcedId, in order."""

    sourced_id: str
    school: str
    rule: SignedRule
    grades: Sequence[tuple[str, Grade]]


@dataclass(frozen=True, slots=True)
class GradedTerm:
    """The grades of a term as of a day: its last one, or today while it runs."""

    sourced_id: str
    begins_on: date
    ends_on: date
    day: date
    classes: Sequence[GradedClass]


def write_grades(term: GradedTerm, folder: Path) -> None:
    """Write the files into an empty folder. FileExistsError where something is in it, or OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty: name a new folder")
    _write(folder, "categories", [{"sourcedId": _CATEGORY, "title": _TITLE}])
    _write(folder, "lineItems", (_line_item(term, one) for one in term.classes))
    _write(folder, "results", (_result(term, one, *graded) for one in term.classes for graded in one.grades))
    manifest = [("propertyName", "value"), ("manifest.version", "1.0"), ("oneroster.version", "1.2")]
    manifest += [(f"file.{name}", "bulk" if name in COLUMNS else "absent") for name in _FILES]
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([*manifest, ("source.systemName", "Mastery")])


def _write(folder: Path, name: str, rows: Iterable[Mapping[str, str]]) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS[name], restval="")
        writer.writeheader()
        writer.writerows(rows)


def _line_item_id(term: GradedTerm, one: GradedClass) -> str:
    return f"{_CATEGORY}-{term.sourced_id}-{one.sourced_id}"


def _line_item(term: GradedTerm, one: GradedClass) -> Mapping[str, str]:
    rule = one.rule
    return {
        "sourcedId": _line_item_id(term, one),
        "title": _TITLE,
        "description": f"By rule {rule.number} of the {rule.level}, since {rule.since}: {rule.basis}",
        "assignDate": term.begins_on.isoformat(),
        "dueDate": term.ends_on.isoformat(),
        "classSourcedId": one.sourced_id,
        "categorySourcedId": _CATEGORY,
        "academicSessionSourcedId": term.sourced_id,
        "resultValueMin": "0",
        "resultValueMax": "100",
        "schoolSourcedId": one.school,
    }


def _result(term: GradedTerm, of: GradedClass, student: str, found: Grade) -> Mapping[str, str]:
    item = _line_item_id(term, of)
    return {
        "sourcedId": f"{item}-{student}",
        "lineItemSourcedId": item,
        "studentSourcedId": student,
        "scoreStatus": _STATUS[found.status],
        "score": "" if found.score is None else _plain(found.score),
        "scoreDate": term.day.isoformat(),
        "comment": _comment(found),
        "textScore": found.mark,
        "classSourcedId": of.sourced_id,
        "inProgress": _flag(term.day < term.ends_on),
        "incomplete": _flag(found.status is GradeStatus.OPEN),
        "late": _flag(False),
        "missing": _flag(False),
    }


def _comment(found: Grade) -> str:
    if found.status is GradeStatus.LIFTED:
        return "Nothing of the course is owed."
    level = "" if found.level is None else f" Summary level {_plain(Decimal(str(found.level)))} of 4."
    return f"{found.mastered} of {found.owed} competencies are mastered.{level}"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _flag(holds: bool) -> str:
    return "true" if holds else "false"
