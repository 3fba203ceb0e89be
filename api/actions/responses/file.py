"""A file of answers: its rows, what they name, and what is wrong with it."""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

COLUMNS = ("user_id", "item_id", "timestamp", "correct", "skill_id")
_BASE_COLUMNS = ("base_skill", "skill_id")


class ResponsesError(ValueError):
    """The file cannot be taken in; the text names line and column."""


class Row(NamedTuple):
    """One answer: its number in the file from 0, ids as written, share of the points 0..1, seconds where known."""

    number: int
    user: str
    item: str
    skill: str
    correct: float
    timestamp: float


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file with the columns user_id, item_id, timestamp, correct, skill_id. Raises ResponsesError."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file)
        try:
            places = _places(path.name, next(reader, []))
            for number, fields in enumerate(line for line in reader if line):
                yield _row(number, reader.line_num, fields, places)
        except (csv.Error, UnicodeDecodeError) as error:
            raise ResponsesError(f"after line {reader.line_num}: give UTF-8 text with commas ({error})") from error


def _places(file_name: str, names: Sequence[str]) -> tuple[int, ...]:
    absent = [name for name in COLUMNS if name not in names]
    if absent:
        raise ResponsesError(f"{file_name} lacks the column {', '.join(absent)}; needed are {', '.join(COLUMNS)}")
    return tuple(names.index(name) for name in COLUMNS)


def _row(number: int, line: int, fields: Sequence[str], places: tuple[int, ...]) -> Row:
    try:
        user, item, written_time, written_share, skill = [fields[place] for place in places]
    except IndexError:
        raise ResponsesError(f"line {line}: has {len(fields)} columns, fewer than the first line names") from None
    correct = _number(line, "correct", written_share)
    if not 0 <= correct <= 1:
        raise ResponsesError(f"line {line}, correct: is {written_share}; give a share of the points, 0 to 1")
    timestamp = _number(line, "timestamp", written_time or "0")
    if not math.isfinite(timestamp):
        raise ResponsesError(f"line {line}, timestamp: is {written_time}; give seconds, a place in an order, or 0")
    if not (user and item and skill):
        empty = next(name for name, text in (("user_id", user), ("item_id", item), ("skill_id", skill)) if not text)
        raise ResponsesError(f"line {line}, {empty}: must not be empty")
    return Row(number, user, item, skill, correct, timestamp)


def _number(line: int, column: str, written: str) -> float:
    try:
        return float(written)
    except ValueError:
        raise ResponsesError(f"line {line}, {column}: is {written!r}; give a number") from None


@dataclass(slots=True)
class Survey:
    """What a file names, without keeping its rows: students, the items of each skill, whether it has times."""

    rows: int = 0
    users: dict[str, None] = field(default_factory=dict)
    items: dict[str, dict[str, None]] = field(default_factory=dict)
    has_times: bool = False


def survey(rows: Iterable[Row]) -> Survey:
    """Look through a whole file once."""
    seen = Survey()
    for row in rows:
        seen.rows += 1
        seen.users[row.user] = None
        seen.items.setdefault(row.skill, {})[row.item] = None
        seen.has_times = seen.has_times or bool(row.timestamp)
    return seen


def read_q_matrix(path: Path) -> dict[str, list[str]]:
    """The base skills of each item, from the columns item_id and base_skill (or skill_id). Raises ResponsesError."""
    found: dict[str, list[str]] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        try:
            names = reader.fieldnames or ()
            skill_column = next((name for name in _BASE_COLUMNS if name in names), None)
            if "item_id" not in names or skill_column is None:
                raise ResponsesError(f"{path.name} needs the columns item_id, {' or '.join(_BASE_COLUMNS)}")
            for fields in reader:
                item, skill = fields["item_id"], fields[skill_column]
                if not (item and skill):
                    raise ResponsesError(
                        f"{path.name}, line {reader.line_num}: item_id and {skill_column} must not be empty"
                    )
                found.setdefault(item, []).append(skill)
        except (csv.Error, UnicodeDecodeError) as error:
            raise ResponsesError(
                f"{path.name}, after line {reader.line_num}: give UTF-8 text with commas ({error})"
            ) from error
    return found


def digest_of(path: Path) -> str:
    """SHA-256 of the file: what tells that it is the same again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
