"""Reading a CSV file as spreadsheets write it, so that what is wrong with it can be named by line and field."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass


class UnreadableError(ValueError):
    """A file of which no row can be read; the text says what would be right."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row, and what would be right."""

    line: int
    field: str
    message: str


def lines_of(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The cells of each row with the line where it begins, first those of the header; raises UnreadableError.

    Rows without a text in them are left out.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(
            "the file is not in UTF-8: save it as “CSV UTF-8” in Excel, or choose UTF-8 when exporting"
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        yield 1, next(reader, [])
        first = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield first, cells
            first = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableError(
            f"line {reader.line_num} is no CSV ({error}): put a text with a comma, a quotation mark or a line break in "
            'quotation marks, and write each quotation mark in it twice ("")'
        ) from error


def wrong_length(line: int, columns: list[str], cells: list[str]) -> RowProblem | None:
    """What is wrong with a row of another length than the header's."""
    if len(cells) == len(columns):
        return None
    message = f"has {len(cells)} cells, not {len(columns)}; put a text with a comma in quotation marks"
    return RowProblem(line, "row", message)
