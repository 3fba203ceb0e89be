"""What is taught in the demonstration district in grades 3 to 8, read from one TOML file for each grade.

The codes of the standards are the public ones; every sentence is our own, in English and in Spanish.
"""

from __future__ import annotations

import heapq
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files

GRADES = {f"grade-{grade}.toml": f"0{grade}" for grade in range(3, 9)}

_STANDARD_KEYS = frozenset({"code", "parent", "grade", "statement", "statement_es"})
_TARGET_KEYS = frozenset(
    {"code", "standard", "statement", "statement_es", "hard", "soft", "dok", "credit_bearing"}
    | {"example", "example_es", "task", "task_es"}
)
_DEMANDS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Standard:
    """A public standard by code and grade, in our own words; `parent` is the code of its grouping."""

    code: str
    parent: str | None
    grade: str
    statement: str
    statement_es: str


@dataclass(frozen=True, slots=True)
class Target:
    """A learning target below a standard, with what must (hard) or should (soft) come before it and its texts."""

    code: str
    grade: str
    standard: str
    statement: str
    statement_es: str
    example: str
    example_es: str
    task: str
    task_es: str
    hard: tuple[str, ...] = ()
    soft: tuple[str, ...] = ()
    dok: int | None = None
    credit_bearing: bool = False


@dataclass(frozen=True, slots=True)
class Curriculum:
    """All standards, and all targets in an order in which they can be taught."""

    standards: tuple[Standard, ...]
    targets: tuple[Target, ...]


@cache
def load() -> Curriculum:
    """The curriculum of the district; ValueError names the file and the entry of what is wrong."""
    folder = files(__name__)
    return read({name: folder.joinpath(name).read_text("utf-8") for name in GRADES})


def read(texts: Mapping[str, str]) -> Curriculum:
    """The curriculum in these files, by name; the order of the files is that of the grades."""
    tables = {name: _tables(name, text) for name, text in texts.items()}
    standards = _by_code([entry for name in tables for entry in _entries(name, tables[name], "standard")])
    targets = _by_code([entry for name in tables for entry in _entries(name, tables[name], "target")])
    made = {code: _standard(entry, standards) for code, entry in standards.items()}
    taught = {code: _target(entry, made, standards, targets) for code, entry in targets.items()}
    return Curriculum(tuple(made.values()), _teaching_order(taught, targets))


@dataclass(frozen=True, slots=True)
class _Entry:
    """One table of a file, which knows its place for the message when something in it is wrong."""

    file: str
    kind: str
    number: int
    fields: Mapping[str, object]

    def fault(self, why: str) -> ValueError:
        name = self.fields.get("code") or f"number {self.number}"
        return ValueError(f"{self.file}: {self.kind} {name}: {why}")

    def text(self, key: str) -> str:
        value = self.fields.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fault(f"{key} is missing")
        return value

    def both(self, key: str) -> tuple[str, str]:
        """The text in English and in Spanish."""
        english, spanish = self.text(key), self.text(f"{key}_es")
        if english == spanish:
            raise self.fault(f"{key}_es is not translated")
        return english, spanish

    def codes(self, key: str) -> tuple[str, ...]:
        value = self.fields.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.fault(f"{key} is not a list of codes")
        return tuple(value)

    def flag(self, key: str) -> bool:
        value = self.fields.get(key, False)
        if not isinstance(value, bool):
            raise self.fault(f"{key} is neither true nor false")
        return value


def _tables(name: str, text: str) -> Mapping[str, object]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{name}: {error}") from error
    unknown = sorted(tables.keys() - {"standard", "target"})
    if unknown:
        raise ValueError(f"{name}: unknown table {unknown[0]}")
    return tables


def _entries(name: str, tables: Mapping[str, object], kind: str) -> list[_Entry]:
    found = tables.get(kind, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValueError(f"{name}: {kind} is not a list of tables")
    return [_Entry(name, kind, number, fields) for number, fields in enumerate(found, start=1)]


def _by_code(entries: list[_Entry]) -> dict[str, _Entry]:
    found: dict[str, _Entry] = {}
    for entry in entries:
        code = entry.text("code")
        if code in found:
            raise entry.fault(f"the code is also in {found[code].file}")
        found[code] = entry
    return found


def _known(entry: _Entry, keys: frozenset[str]) -> None:
    unknown = sorted(entry.fields.keys() - keys)
    if unknown:
        raise entry.fault(f"unknown key {unknown[0]}")


def _standard(entry: _Entry, standards: Mapping[str, _Entry]) -> Standard:
    _known(entry, _STANDARD_KEYS)
    parent = entry.text("parent") if "parent" in entry.fields else None
    if parent is not None and (parent not in standards or "parent" in standards[parent].fields):
        raise entry.fault(f"the parent {parent} is not a grouping")
    grade = entry.text("grade")
    if grade != GRADES.get(entry.file):
        raise entry.fault(f"the grade {grade} does not belong in this file")
    return Standard(entry.text("code"), parent, grade, *entry.both("statement"))


def _target(
    entry: _Entry, made: Mapping[str, Standard], standards: Mapping[str, _Entry], targets: Mapping[str, _Entry]
) -> Target:
    _known(entry, _TARGET_KEYS)
    standard = entry.text("standard")
    if standard not in made or made[standard].parent is None or standards[standard].file != entry.file:
        raise entry.fault(f"{standard} is not a standard of this file")
    hard, soft = entry.codes("hard"), entry.codes("soft")
    _check_prerequisites(entry, hard + soft, targets)
    statement, statement_es = entry.both("statement")
    example, example_es = entry.both("example")
    task, task_es = entry.both("task")
    return Target(
        code=entry.text("code"),
        grade=made[standard].grade,
        standard=standard,
        statement=statement,
        statement_es=statement_es,
        example=example,
        example_es=example_es,
        task=task,
        task_es=task_es,
        hard=hard,
        soft=soft,
        dok=_demand(entry),
        credit_bearing=entry.flag("credit_bearing"),
    )


def _check_prerequisites(entry: _Entry, codes: tuple[str, ...], targets: Mapping[str, _Entry]) -> None:
    for place, code in enumerate(codes):
        if code not in targets:
            raise entry.fault(f"unknown prerequisite {code}")
        if code in codes[:place]:
            raise entry.fault(f"the prerequisite {code} is there twice")


def _demand(entry: _Entry) -> int | None:
    value = entry.fields.get("dok")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value not in _DEMANDS:
        raise entry.fault("dok is not 1, 2 or 3")
    return value


def _teaching_order(taught: Mapping[str, Target], entries: Mapping[str, _Entry]) -> tuple[Target, ...]:
    """Prerequisites first; of those that could come next, the one that stands first in the files."""
    codes = list(taught)
    place = {code: number for number, code in enumerate(codes)}
    sorter = TopologicalSorter({code: taught[code].hard + taught[code].soft for code in codes})
    try:
        sorter.prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        raise entries[cycle[0]].fault(f"it comes before itself: {' -> '.join(cycle)}") from error
    order: list[Target] = []
    ready: list[int] = []
    while sorter.is_active():
        for code in sorter.get_ready():
            heapq.heappush(ready, place[code])
        following = codes[heapq.heappop(ready)]
        order.append(taught[following])
        sorter.done(following)
    return tuple(order)


STANDARDS: tuple[Standard, ...] = load().standards
TARGETS: tuple[Target, ...] = load().targets
