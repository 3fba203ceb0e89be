"""Reading OneRoster 1.1 and 1.2 CSV: a folder or a .zip, its manifest, and the rows of its files as they stand.

Real exports are dirty, so every row is read on its own: a stray quote, a byte that is not UTF-8 or a comma too many is
reported with its line and costs that row only. What a row means is read by `oneroster_records`.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO

VERSIONS = ("1.1", "1.2")
NOT_USED = "row not used"
KEPT = "kept without it"
FILE_NOT_READ = "file not read"

# the columns that we read; `password` is not among them and is never taken from a row
COLUMNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # file: (columns without which it can not be used, other columns)
    "orgs": (("sourcedId", "name", "type"), ("identifier", "parentSourcedId")),
    "academicSessions": (
        ("sourcedId", "title", "type", "startDate", "endDate"),
        ("parentSourcedId", "schoolYear"),
    ),
    "courses": (("sourcedId",), ()),
    "users": (
        ("sourcedId", "givenName", "familyName"),
        (
            "enabledUser",
            "orgSourcedIds",
            "role",
            "username",
            "middleName",
            "identifier",
            "email",
            "phone",
            "sms",
            "agentSourcedIds",
            "grades",
            "preferredGivenName",
            "preferredFamilyName",
            "pronouns",
        ),
    ),
    "demographics": (("sourcedId", "birthDate"), ()),
    "roles": (("sourcedId", "userSourcedId", "role", "orgSourcedId"), ("roleType", "beginDate", "endDate")),
    "classes": (
        ("sourcedId", "title", "schoolSourcedId"),
        ("classCode", "classType", "courseSourcedId", "location", "termSourcedIds", "subjects", "grades", "periods"),
    ),
    "enrollments": (
        ("sourcedId", "classSourcedId", "userSourcedId", "role"),
        ("schoolSourcedId", "primary", "beginDate", "endDate"),
    ),
}
_COMMON = ("status", "dateLastModified")
_MISSPELT = {
    "datalastmodified": "dateLastModified",
    "prefferedgivenname": "preferredGivenName",
    "prefferedfamilyname": "preferredFamilyName",
}
_ENCRYPTED = 0x1  # of a .zip member's flags
# a column that only the file's own kind has: tells a file that was filled with another's content
_TELLTALE = {"userProfiles": "profileType"}


class Mode(StrEnum):
    """What a file holds: everything there is, what changed, or nothing."""

    BULK = "bulk"
    DELTA = "delta"
    ABSENT = "absent"


class RosterUnreadable(Exception):
    """The set as a whole can not be read; nothing was taken from it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a set: where (`line` counts from 1), what was found, what would be right, what was done."""

    file: str
    line: int | None
    field: str | None
    found: str
    expected: str
    effect: str


@dataclass(frozen=True, slots=True)
class Header:
    """Where each column that we read stands, by its right name; `width`: places up to the last named column."""

    places: Mapping[str, int]
    width: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file and its fields by column name, stripped, blank where the row has none."""

    line: int
    columns: Mapping[str, int]
    values: Sequence[str]

    def __getitem__(self, column: str) -> str:
        place = self.columns.get(column)
        return self.values[place].strip() if place is not None and place < len(self.values) else ""


@dataclass(slots=True)
class Export:
    """One readable set of files. `problems` grows while rows are read."""

    source: Path
    version: str
    modes: dict[str, Mode]
    problems: list[Problem] = field(default_factory=list)

    def has_column(self, name: str, column: str) -> bool:
        """Whether a file that is to be read has the column at all."""
        if self.modes[name] is Mode.ABSENT:
            return False
        with _lines(self.source, name) as lines:
            return column in _header(name, next(lines, "")).places

    def rows(self, name: str, unread: set[str]) -> Iterator[Row]:
        """The usable rows of a file, in order; adds to `unread` the sourcedId of each row that can not be used."""
        if self.modes[name] is Mode.ABSENT:
            return
        with _lines(self.source, name) as lines:
            header = _header(name, next(lines, ""))
            for number, line in enumerate(lines, start=2):
                if not line.strip(" ,\r\n\ufeff"):
                    continue
                values = _split(line)
                fault = _fault(line, values, header.width)
                if fault is None and values is not None:
                    yield Row(number, header.places, values)
                    continue
                found, expected = fault or ("", "")
                self.problems.append(Problem(f"{name}.csv", number, None, found, expected, NOT_USED))
                unread.add(_legible_id(line, header))


def open_export(source: Path) -> Export:
    """Open a folder or .zip of OneRoster CSV files and settle which of them are read; raises RosterUnreadable."""
    problems: list[Problem] = []
    version, said = _manifest(source, problems)
    export = Export(source, version, {}, problems)
    for name in COLUMNS:
        export.modes[name] = _settled(export, name, said.get(name.lower(), Mode.ABSENT))
    _report_other_files(export, said)
    if all(mode is Mode.ABSENT for mode in export.modes.values()):
        raise RosterUnreadable(f"{source}: manifest.csv names no file that a roster is made of ({', '.join(COLUMNS)})")
    return export


def _manifest(source: Path, problems: list[Problem]) -> tuple[str, dict[str, Mode]]:
    if not _exists(source, "manifest"):
        raise RosterUnreadable(
            f"{source}: there is no manifest.csv, and only it says whether the files hold everything or only changes"
        )
    said: dict[str, Mode] = {}
    version = ""
    with _lines(source, "manifest") as lines:
        if "\0" in next(lines, ""):
            raise RosterUnreadable(f"{source}: manifest.csv is not UTF-8 text; export the files as UTF-8")
        for number, line in enumerate(lines, start=2):
            name, value, *_ = [*(part.strip() for part in _split(line) or []), "", ""]
            if name == "oneroster.version":
                version = value
            elif name.lower().startswith("file."):
                word = value.lower()
                if word not in ("bulk", "delta", "absent"):
                    expected = "bulk, delta or absent"
                    problems.append(Problem("manifest.csv", number, name, value, expected, "taken as absent"))
                    word = "absent"
                said[name.lower().removeprefix("file.")] = Mode(word)
    if not version.startswith(VERSIONS):
        raise RosterUnreadable(f"{source}: oneroster.version is {version!r}; {' and '.join(VERSIONS)} are read")
    return version, said


def _settled(export: Export, name: str, said: Mode) -> Mode:
    """The mode in which a file is read: absent if it is missing, empty or without a column it can not do without."""
    there = _exists(export.source, name)
    if said is Mode.ABSENT or not there:
        if there:
            export.problems.append(
                Problem(
                    "manifest.csv", None, f"file.{name}", "absent", f"bulk or delta: {name}.csv is there", FILE_NOT_READ
                )
            )
        if said is not Mode.ABSENT:
            export.problems.append(Problem(f"{name}.csv", None, None, "no such file", f"a {said} file", FILE_NOT_READ))
        return Mode.ABSENT
    with _lines(export.source, name) as lines:
        first = next(lines, "")
        rows = any(line.strip(" ,\r\n") for line in lines)
    missing = [column for column in COLUMNS[name][0] if column not in _header(name, first).places]
    if missing:
        found = "no column " + ", ".join(missing)
        export.problems.append(Problem(f"{name}.csv", 1, None, found, "the columns of the standard", FILE_NOT_READ))
        return Mode.ABSENT
    if not rows:
        # an empty file would end everything of its kind; the standard wants it absent instead
        export.problems.append(Problem(f"{name}.csv", None, None, "no rows", "at least one, or absent", FILE_NOT_READ))
        return Mode.ABSENT
    _report_misspelt(export, name, _split(first) or [])
    return said


def _report_misspelt(export: Export, name: str, header: Sequence[str]) -> None:
    for column in header:
        right = _MISSPELT.get(column.strip().lower())
        if right is not None:
            export.problems.append(Problem(f"{name}.csv", 1, column.strip(), column.strip(), right, "read as that"))


def _report_other_files(export: Export, said: Mapping[str, Mode]) -> None:
    for name, column in _TELLTALE.items():
        if not _exists(export.source, name):
            continue
        with _lines(export.source, name) as lines:
            header = [part.strip() for part in _split(next(lines, "")) or []]
        if column not in header:
            found = "columns " + ", ".join(part for part in header if part)
            export.problems.append(Problem(f"{name}.csv", 1, None, found, f"a column {column}", FILE_NOT_READ))
        elif said.get(name.lower(), Mode.ABSENT) is not Mode.ABSENT:
            found = "sign-in profiles of other programs"
            export.problems.append(Problem(f"{name}.csv", None, None, found, "nothing: not needed", FILE_NOT_READ))


def _header(name: str, line: str) -> Header:
    """Columns are found whatever their case; of two alike the first counts."""
    required, optional = COLUMNS[name]
    right = {column.lower(): column for column in (*required, *optional, *_COMMON)} | _MISSPELT
    places: dict[str, int] = {}
    width = 0
    for place, column in enumerate(_split(line) or []):
        word = column.strip().lower()
        width = place + 1 if word else width
        if word in right:
            places.setdefault(right[word], place)
    return Header(places, width)


def _split(line: str) -> list[str] | None:
    try:
        return next(csv.reader((line,), strict=True), [])
    except csv.Error:
        return None


def _fault(line: str, values: Sequence[str] | None, width: int) -> tuple[str, str] | None:
    """What is wrong with a row as a row, and what would be right; None if nothing."""
    if values is None:
        return "a quotation mark that opens or ends in the wrong place", "quotes in pairs, and one line per row"
    if "\0" in line:
        return "a NUL character", "text"
    if not line.isascii() and any("\udc80" <= letter <= "\udcff" for letter in line):
        return line.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").strip()[:200], "UTF-8"
    if any(value.strip() for value in values[width:]):
        return f"{len(values)} fields", f"{width}: a comma inside a field needs quotes around the field"
    return None


def _legible_id(line: str, header: Header) -> str:
    """The sourcedId of a spoilt row as far as it can be read: it stands before whatever spoilt the row, or does not."""
    parts = line.split(",")
    place = header.places["sourcedId"]
    return parts[place].strip().strip('"') if place < len(parts) else ""


def _member(archive: zipfile.ZipFile, name: str) -> str | None:
    wanted = f"{name}.csv".lower()
    found = [each for each in archive.namelist() if Path(each).name.lower() == wanted and "__MACOSX" not in each]
    return min(found, key=len, default=None)


def _path(source: Path, name: str) -> Path | None:
    wanted = f"{name}.csv".lower()
    return min((each for each in source.iterdir() if each.name.lower() == wanted), default=None)


def _exists(source: Path, name: str) -> bool:
    if source.is_dir():
        return _path(source, name) is not None
    try:
        with zipfile.ZipFile(source) as archive:
            return _member(archive, name) is not None
    except (OSError, zipfile.BadZipFile) as error:
        raise RosterUnreadable(f"{source}: neither a folder nor a .zip that can be read ({error})") from error


@contextmanager
def _lines(source: Path, name: str) -> Iterator[Iterator[str]]:
    """The lines of one file, whatever ends them; bytes that are not UTF-8 stay visible as lone surrogates."""
    with _binary(source, name) as raw:
        buffered = io.BufferedReader(raw) if isinstance(raw, io.RawIOBase) else raw
        text = io.TextIOWrapper(buffered, encoding="utf-8-sig", errors="surrogateescape", newline=None)
        with text:
            yield iter(text)


@contextmanager
def _binary(source: Path, name: str) -> Iterator[IO[bytes]]:
    if source.is_dir():
        path = _path(source, name)
        if path is None:
            raise RosterUnreadable(f"{source}: {name}.csv has gone while it was being read")
        with path.open("rb") as raw:
            yield raw
        return
    try:
        with zipfile.ZipFile(source) as archive:
            member = _member(archive, name)
            if member is None:
                raise RosterUnreadable(f"{source}: {name}.csv has gone while it was being read")
            if archive.getinfo(member).flag_bits & _ENCRYPTED:
                raise RosterUnreadable(f"{source}: {member} needs a password; pack the files without one")
            with archive.open(member) as raw:
                yield raw
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise RosterUnreadable(
            f"{source}: {name}.csv is damaged in the .zip ({error}); pack or send it again"
        ) from error
