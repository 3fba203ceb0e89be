"""A file of answers: its rows, what they name, and what is wrong with it."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

COLUMNS = ("user_id", "item_id", "timestamp", "correct", "skill_id")


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
        names = next(reader, [])
        absent = [name for name in COLUMNS if name not in names]
        if absent:
            raise ResponsesError(f"{path.name} lacks the column {', '.join(absent)}; needed are {', '.join(COLUMNS)}")
        places = tuple(names.index(name) for name in COLUMNS)
        for number, fields in enumerate(line for line in reader if line):
            yield _row(number, fields, places)


def _row(number: int, fields: Sequence[str], places: tuple[int, ...]) -> Row:
    line = number + 2
    try:
        user, item, written_time, written_share, skill = [fields[place] for place in places]
    except IndexError:
        raise ResponsesError(f"line {line}: has {len(fields)} columns, fewer than the first line names") from None
    try:
        correct, timestamp = float(written_share), float(written_time or 0)
    except ValueError as error:
        raise ResponsesError(f"line {line}: correct and timestamp must be numbers ({error})") from error
    if not 0 <= correct <= 1:
        raise ResponsesError(f"line {line}: correct is {written_share}; give a share of the points, 0 to 1")
    if not (user and item and skill):
        raise ResponsesError(f"line {line}: user_id, item_id and skill_id must not be empty")
    return Row(number, user, item, skill, correct, timestamp)


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
    """The base skills of each item, from the columns item_id, base_skill. Raises ResponsesError."""
    found: dict[str, list[str]] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if not {"item_id", "base_skill"} <= set(reader.fieldnames or ()):
            raise ResponsesError(f"{path.name} needs the columns item_id, base_skill")
        for fields in reader:
            found.setdefault(fields["item_id"], []).append(fields["base_skill"])
    return found


def digest_of(path: Path) -> str:
    """SHA-256 of the file: what tells that it is the same again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
