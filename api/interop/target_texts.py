"""Reading a table of what targets say in other languages: a CSV file as spreadsheets write it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.interop.csv_table import RowProblem, UnreadableError, lines_of, wrong_length

NEEDED = ("target", "language")
KINDS = ("statement", "example", "task")
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row: what a target says in a language. A kind the file has no column for is absent; "" takes it away."""

    line: int
    target: str
    language: str
    texts: Mapping[str, str]


def read_texts(content: bytes) -> tuple[list[TextRow], list[RowProblem]]:
    """The rows of a CSV file with a header, and what is wrong with rows by themselves.

    Raises UnreadableError for a file that is not UTF-8, lacks a column or has one that means nothing here.
    """
    lines = lines_of(content)
    columns = _columns(next(lines)[1])
    rows: list[TextRow] = []
    problems: list[RowProblem] = []
    for line, cells in lines:
        found = list(_wrong_with(line, columns, cells))
        problems.extend(found)
        if not found:
            rows.append(_row(line, dict(zip(columns, cells, strict=True))))
    return rows, problems


def _columns(header: list[str]) -> list[str]:
    columns = [name.strip().casefold() for name in header]
    known = (*NEEDED, *KINDS)
    unknown = [name for name in columns if name not in known]
    missing = [name for name in NEEDED if name not in columns]
    wanted = f"the first line names the columns {','.join(known)}; statement, example or task may be absent"
    if missing or unknown or len(set(columns)) < len(columns) or not set(columns) & set(KINDS):
        raise UnreadableError(f"{wanted}; it is {','.join(header) or 'empty'}")
    return columns


def _wrong_with(line: int, columns: list[str], cells: list[str]) -> Iterator[RowProblem]:
    short = wrong_length(line, columns, cells)
    if short is not None:
        yield short
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
