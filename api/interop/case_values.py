"""What reading a CASE file yields: plain values, and a report of everything odd about it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from mastery.graph import Edge, Framework, Node

LONGEST_NAME = 255
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UUID_AT_END = re.compile(rf"(?:^|[/:])({_UUID.pattern})/?$")


class OddityKind(StrEnum):
    """What real packages get wrong or leave open, and we survive."""

    DUPLICATE_ITEM = "duplicate_item"
    UNREADABLE_ITEM = "unreadable_item"
    NO_IDENTIFIER = "no_identifier"
    REPEATED_IDENTIFIER = "repeated_identifier"
    NO_CODE = "no_code"
    REPEATED_CODE = "repeated_code"
    NO_STATEMENT = "no_statement"
    UNKNOWN_ITEM_TYPE = "unknown_item_type"
    KIND_FROM_POSITION = "kind_from_position"
    SEVERAL_PARENTS = "several_parents"
    DUPLICATE_ASSOCIATION = "duplicate_association"
    UNREADABLE_ASSOCIATION = "unreadable_association"
    UNKNOWN_ASSOCIATION_TYPE = "unknown_association_type"
    ASSOCIATION_WITH_ITSELF = "association_with_itself"
    ASSOCIATION_WITH_DOCUMENT = "association_with_document"
    DANGLING_END = "dangling_end"
    URN_ADDRESS = "urn_address"
    LINK_AS_TEXT = "link_as_text"
    NUMBER_AS_TEXT = "number_as_text"
    SUBJECT_ASSUMED = "subject_assumed"


@dataclass(frozen=True, slots=True)
class Oddity:
    """One odd thing: which kind, where in the file (an identifier, code or JSON path), and what was found."""

    kind: OddityKind
    where: str
    detail: str = ""


@dataclass(slots=True)
class CaseReport:
    """Everything odd about one file, in the order of the file."""

    oddities: list[Oddity] = field(default_factory=list)

    def note(self, kind: OddityKind, where: str, detail: str = "") -> None:
        """Add one oddity."""
        self.oddities.append(Oddity(kind, where, detail))

    def counts(self) -> dict[str, int]:
        """How many of each kind, in order of the kind's name."""
        return dict(sorted(Counter(str(oddity.kind) for oddity in self.oddities).items()))


@dataclass(frozen=True, slots=True)
class CasePackage:
    """One framework as values. `outside` are well-formed edges with an end that is not in this file.

    `priorities`: of the nodes by GUID whose file says so, whether each is a priority (domain 2.4) or a supporting one.
    """

    framework: Framework
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    outside: tuple[Edge, ...]
    title_stated: bool
    report: CaseReport
    priorities: Mapping[str, bool] = field(default_factory=dict)


class NotACasePackageError(ValueError):
    """The file can not be read as CASE. `field` is the JSON path at fault, empty for the whole file."""

    def __init__(self, field_path: str, message: str) -> None:
        self.field = field_path
        super().__init__(message)


def parse_json(content: bytes) -> Any:
    """The JSON value of a file in UTF-8, with or without byte order mark. Raises NotACasePackageError."""
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise NotACasePackageError("", f"expected JSON in UTF-8; byte {error.start} is not UTF-8") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise NotACasePackageError("", f"expected JSON; {error.msg} at {where}") from error
    except RecursionError as error:
        raise NotACasePackageError("", "expected a CASE package; the JSON is nested too deeply to be one") from error


def guid_of(value: str) -> str:
    """An identifier as we keep it: a bare lower-case UUID where there is one at the end, else the text itself.

    A text too long for an index gives a UUID5 of it.
    """
    found = _UUID_AT_END.search(value.strip().casefold())
    if found:
        return found[1]
    return value.strip() if len(value.strip()) <= LONGEST_NAME else str(uuid5(NAMESPACE_URL, value.strip()))


def code_of(value: object) -> str | None:
    """A code as clean text; None without one, and for a text far too long to be one."""
    code = text_of(value)
    return code if code and len(code) <= LONGEST_NAME else None


def uuid_within(value: str) -> str | None:
    """The last UUID inside a text, or None."""
    found = _UUID.findall(value.casefold())
    return found[-1] if found else None


def made_guid(framework: str, code: str) -> str:
    """The same GUID every time for a node that has none of its own: a UUID5 of framework and code."""
    try:
        namespace = UUID(framework)
    except ValueError:
        namespace = uuid5(NAMESPACE_URL, framework)
    return str(uuid5(namespace, code))


def text_of(value: object) -> str | None:
    """A text or number as clean text (no NUL or lone surrogate, one kind of line end); None for blank or other."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    cleaned = str(value).replace("\0", "").replace("\r\n", "\n").strip()
    return cleaned.encode("utf-8", "replace").decode("utf-8") or None


def texts_of(value: object) -> tuple[str, ...]:
    """A list of texts, or one text standing for a list of one."""
    many = value if isinstance(value, list) else [value]
    return tuple(text for text in map(text_of, many) if text)


_SUBJECTS = {
    "math": "mathematics",
    "maths": "mathematics",
    "mathematics": "mathematics",
    "ela": "english language arts",
    "english": "english language arts",
    "literacy": "english language arts",
    "english language arts": "english language arts",
    "english language arts/literacy": "english language arts",
    "language arts": "english language arts",
    "science": "science",
    "social studies": "social studies",
    "history": "social studies",
}


def subject_name(words: str) -> str:
    """One name per subject, so that a student's state in it is one: lower case, the usual synonyms joined."""
    folded = " ".join(words.casefold().split())
    return _SUBJECTS.get(folded, folded)[:LONGEST_NAME]


def subject_in(title: str) -> str | None:
    """The subject that a framework's title mentions, or None."""
    folded = f" {' '.join(re.findall(r'[a-z]+', title.casefold()))} "
    longest_first = sorted(_SUBJECTS, key=len, reverse=True)
    return next((_SUBJECTS[word] for word in longest_first if f" {word} " in folded), None)
