"""Reading results of state tests from a CSV file: one result a row, in the state's own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from api.interop.csv_table import RowProblem, UnreadableError, lines_of, wrong_length
from models.state_results import StateLine

NEEDED = ("student", "test", "administration", "taken_on", "level")
KNOWN = (*NEEDED, "subject", "score", "passed")
_LONGEST = 200
_PASSED = {"": None, "yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class StateRow:
    """A row with the student as the file spells them."""

    line: int
    student: str
    result: StateLine


@dataclass(frozen=True, slots=True)
class StateResultsFile:
    """The rows of a file; where there are problems, nothing of it is to be believed."""

    rows: tuple[StateRow, ...]
    problems: tuple[RowProblem, ...]


def read_state_results(content: bytes) -> StateResultsFile:
    """The results of a CSV file with a header, and all that is wrong with them by line and field.

    Raises UnreadableError for a file that is not UTF-8, has no row, lacks a column or has one that means nothing here.
    """
    lines = lines_of(content)
    columns = _columns(next(lines)[1])
    rows: list[StateRow] = []
    problems: list[RowProblem] = []
    seen: dict[tuple[object, ...], int] = {}
    for line, cells in lines:
        short = wrong_length(line, columns, cells)
        if short is not None:
            problems.append(short)
            continue
        told = dict.fromkeys(KNOWN, "") | dict(zip(columns, (cell.strip() for cell in cells), strict=True))
        wrong = list(_problems(line, told))
        if wrong:
            problems.extend(wrong)
            continue
        row = StateRow(line, told["student"], state_line(told))
        before = seen.setdefault((row.student, *row.result.place), line)
        if before != line:
            problems.append(RowProblem(line, "test", f"is the same result as in line {before}; leave one of them"))
        rows.append(row)
    if not rows and not problems:
        raise UnreadableError("the file has no result below its first line")
    return StateResultsFile(tuple(rows), tuple(problems))


def state_line(told: Mapping[str, str]) -> StateLine:
    """A result from the cells of a row without problems."""
    return StateLine(
        told["test"],
        told["subject"],
        told["administration"],
        date.fromisoformat(told["taken_on"]),
        float(told["score"]) if told["score"] else None,
        told["level"],
        _PASSED[told["passed"].casefold()],
    )


def cells_of(row: StateRow) -> dict[str, str]:
    """The cells of a row again, as they are held until its student is known."""
    one = row.result
    return {
        "student": row.student,
        "test": one.test,
        "subject": one.subject,
        "administration": one.administration,
        "taken_on": one.taken_on.isoformat(),
        "score": "" if one.score is None else repr(one.score),
        "level": one.level,
        "passed": "" if one.passed is None else str(one.passed).lower(),
    }


def _columns(header: list[str]) -> list[str]:
    columns = [name.strip().casefold() for name in header]
    known = all(name in KNOWN for name in columns) and all(name in columns for name in NEEDED)
    if not known or len(set(columns)) < len(columns):
        raise UnreadableError(
            f"the first line names the columns {','.join(NEEDED)}, and as there are some of subject,score,passed;"
            f" it names {','.join(columns)}"
        )
    return columns


def _problems(line: int, told: Mapping[str, str]) -> Iterator[RowProblem]:
    for name in NEEDED:
        if not told[name]:
            yield RowProblem(line, name, "is empty")
    for name, text in told.items():
        if len(text) > _LONGEST or "\0" in text:
            yield RowProblem(line, name, f"has more than {_LONGEST} characters, or one that no text has")
    try:
        date.fromisoformat(told["taken_on"] or "2026-01-01")
    except ValueError:
        yield RowProblem(line, "taken_on", f"is {told['taken_on']!r}; write days as 2027-06-30")
    try:
        whole = float(told["score"] or 0)
    except ValueError:
        whole = float("nan")
    if not abs(whole) < 1e9:
        yield RowProblem(line, "score", f"is {told['score']!r}; give a number, or nothing")
    if told["passed"].casefold() not in _PASSED:
        yield RowProblem(line, "passed", f"is {told['passed']!r}; give yes, no, or nothing")
