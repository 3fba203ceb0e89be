"""Reading a table of what targets say in other languages: a CSV file as spreadsheets write it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

NEEDED = ("target", "language")
KINDS = ("statement", "example", "task")
_LONGEST = 4000


class TextsUnreadableError(ValueError):
    """A file of which no row can be read; the text says what would be right."""


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row: what a target says in a language. A kind the file has no column for is absent; "" takes it away."""

    line: int
    target: str
    language: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row, and what would be right."""

    line: int
    field: str
    message: str


def read_texts(content: bytes) -> tuple[list[TextRow], list[RowProblem]]:
    """The rows of a CSV file with a header, and what is wrong with rows by themselves.

    Raises TextsUnreadableError for a file that is not UTF-8, lacks a column or has one that means nothing here.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TextsUnreadableError(
            "the file is not in UTF-8: save it as “CSV UTF-8” in Excel, or choose UTF-8 when exporting"
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = _columns(next(reader, []))
        rows: list[TextRow] = []
        problems: list[RowProblem] = []
        first = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found = list(_wrong_with(first, columns, cells))
                problems.extend(found)
                if not found:
                    rows.append(_row(first, dict(zip(columns, cells, strict=True))))
            first = reader.line_num + 1
    except csv.Error as error:
        raise TextsUnreadableError(
            f"line {reader.line_num} is no CSV ({error}): put a text with a comma, a quotation mark or a line break in "
            'quotation marks, and write each quotation mark in it twice ("")'
        ) from error
    return rows, problems


def _columns(header: list[str]) -> list[str]:
    columns = [name.strip().casefold() for name in header]
    known = (*NEEDED, *KINDS)
    unknown = [name for name in columns if name not in known]
    missing = [name for name in NEEDED if name not in columns]
    wanted = f"the first line names the columns {','.join(known)}; statement, example or task may be absent"
    if missing or unknown or len(set(columns)) < len(columns) or not set(columns) & set(KINDS):
        raise TextsUnreadableError(f"{wanted}; it is {','.join(header) or 'empty'}")
    return columns


def _wrong_with(line: int, columns: list[str], cells: list[str]) -> Iterator[RowProblem]:
    if len(cells) != len(columns):
        message = f"has {len(cells)} cells, not {len(columns)}; put a text with a comma in quotation marks"
        yield RowProblem(line, "row", message)
        return
    for column, cell in zip(columns, cells, strict=True):
        if column in NEEDED and not cell.strip():
            right = "the code or GUID of a target" if column == "target" else "such as es, pt-BR or zh-Hant"
            yield RowProblem(line, column, f"is empty; write {right}")
        if len(cell) > _LONGEST:
            yield RowProblem(line, column, f"has {len(cell)} characters; at most {_LONGEST} are kept")


def _row(line: int, cells: Mapping[str, str]) -> TextRow:
    texts = {kind: cells[kind].strip() for kind in KINDS if kind in cells}
    return TextRow(line, cells["target"].strip(), cells["language"].strip(), texts)
