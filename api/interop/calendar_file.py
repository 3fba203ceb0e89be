"""Reading a school's calendar from a CSV file: one date a row, what it is, and how much of a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from api.interop.csv_table import RowProblem, UnreadableError, lines_of, wrong_length
from mastery.pace.calendar import DayKind, SchoolDay, school_day
from mastery.policy import Policy

_NEEDED = ("date", "kind")
_KNOWN = (*_NEEDED, "weight")
# a year that is typed wrong would let a calendar say that it knows decades
_LONGEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """The days of a file in order; where there are problems, nothing of it is to be believed."""

    days: tuple[SchoolDay, ...]
    problems: tuple[RowProblem, ...]


def read_calendar(content: bytes, policy: Policy) -> CalendarFile:
    """The days of a CSV file with a header, and everything that is wrong with them by line and field.

    Raises UnreadableError for a file that is not UTF-8, has no day, lacks a column or has one that means nothing here.
    """
    lines = lines_of(content)
    columns = _columns(next(lines)[1])
    found: dict[date, tuple[int, SchoolDay]] = {}
    problems: list[RowProblem] = []
    for line, cells in lines:
        short = wrong_length(line, columns, cells)
        if short is not None:
            problems.append(short)
            continue
        read = _day(line, dict(zip(columns, (cell.strip() for cell in cells), strict=True)), policy)
        if isinstance(read, list):
            problems.extend(read)
        elif read.day in found:
            message = f"is {read.day} as in line {found[read.day][0]}; leave one of them"
            problems.append(RowProblem(line, "date", message))
        else:
            found[read.day] = (line, read)
    if not found and not problems:
        raise UnreadableError("the file has no day below its first line")
    problems.extend(_too_far(found))
    days = tuple(day for _line, day in sorted(found.values(), key=lambda one: one[1].day))
    return CalendarFile(days, tuple(sorted(problems, key=lambda one: one.line)))


def _columns(header: list[str]) -> list[str]:
    columns = [name.strip().casefold() for name in header]
    known = all(name in _KNOWN for name in columns) and all(name in columns for name in _NEEDED)
    if not known or len(set(columns)) < len(columns):
        wanted = "the first line names the columns date,kind,weight; weight may be absent"
        raise UnreadableError(f"{wanted}; it is {','.join(header) or 'empty'}")
    return columns


def _day(line: int, cells: dict[str, str], policy: Policy) -> SchoolDay | list[RowProblem]:
    day, kind, weight = _date(cells["date"]), _kind(cells["kind"]), _weight(cells.get("weight", ""))
    wrong = [
        RowProblem(line, column, message)
        for column, message in zip(_KNOWN, (day, kind, weight), strict=True)
        if isinstance(message, str) and not isinstance(message, DayKind)
    ]
    if wrong or not isinstance(day, date) or not isinstance(kind, DayKind) or isinstance(weight, str):
        return wrong
    if weight is None:
        return school_day(day, kind, policy)
    try:
        return SchoolDay(day, kind, weight)
    except ValueError as error:
        return [RowProblem(line, "weight", f"is {cells['weight']}, and {error}")]


def _date(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return f"is {text!r}; write a day such as 2027-01-14" if text else "is empty; write a day such as 2027-01-14"


def _kind(text: str) -> DayKind | str:
    word = text.casefold().replace(" ", "_")
    return DayKind(word) if word in set(DayKind) else f"is {text!r}; write one of {', '.join(DayKind)}"


def _weight(text: str) -> float | str | None:
    try:
        return float(text) if text else None
    except ValueError:
        return f"is {text!r}; write a number from 0 to 1 such as 0.5, or nothing"


def _too_far(found: dict[date, tuple[int, SchoolDay]]) -> Iterator[RowProblem]:
    """A day that lies so far after the others that it is of no one school year with them."""
    first = min(found, default=None)
    for day, (line, _read) in found.items():
        if first is not None and day - first > _LONGEST:
            said = f"is {day}, more than {_LONGEST.days} days after {first} in line {found[first][0]}"
            yield RowProblem(line, "date", f"{said}: a file is one school year; mend the year, or give two files")
