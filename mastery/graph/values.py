"""The words and plain values of the competency graph (domain 2.1, CASE 1.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class NodeKind(StrEnum):
    """What a node is. A grouping only orders others and never takes evidence; the other three may."""

    GROUPING = "grouping"
    STANDARD = "standard"
    COMPETENCY = "competency"
    LEARNING_TARGET = "learning_target"


class EdgeKind(StrEnum):
    """What an edge says of its origin with regard to its destination; the words are those of CASE 1.1."""

    IS_CHILD_OF = "isChildOf"
    IS_PART_OF = "isPartOf"
    PRECEDES = "precedes"
    EXACT_MATCH_OF = "exactMatchOf"
    IS_RELATED_TO = "isRelatedTo"
    IS_PEER_OF = "isPeerOf"
    EXEMPLAR = "exemplar"
    IS_TRANSLATION_OF = "isTranslationOf"
    HAS_SKILL_LEVEL = "hasSkillLevel"
    REPLACED_BY = "replacedBy"


class Strength(StrEnum):
    """Whether a prerequisite only advises or holds back a decision on what follows it."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True, slots=True)
class Framework:
    """A set of nodes under one publisher: a CASE document, or the district's own targets (`origin` "district")."""

    guid: str
    title: str
    subject: str
    publisher: str | None = None
    source_uri: str | None = None
    case_version: str | None = None
    origin: str = "imported"


@dataclass(frozen=True, slots=True)
class Node:
    """One node. `framework` is its framework's GUID; `dok` is 1..4; `mastery_bar` a success rate in 0..1.

    `ended`: a published version ended it; it takes no evidence any more, and what was decided on it stays.
    """

    guid: str
    framework: str
    kind: NodeKind
    code: str | None
    statement: str
    subject: str
    grades: tuple[str, ...] = ()
    abbreviated: str | None = None
    item_type: str | None = None
    dok: int | None = None
    credit_bearing: bool = False
    mastery_bar: float | None = None
    sequence: int | None = None
    ended: bool = False

    @property
    def label(self) -> str:
        """What a person calls the node: its code, or its GUID where it has none."""
        return self.code or self.guid


@dataclass(frozen=True, slots=True)
class Edge:
    """`origin` kind `destination`, both GUIDs. Only `precedes` has a strength; imported ones start soft."""

    origin: str
    kind: EdgeKind
    destination: str
    strength: Strength | None = None
    sequence: int | None = None
    guid: str | None = None

    def __post_init__(self) -> None:
        """Refuse a prerequisite without a strength, and a strength on anything else."""
        if (self.kind is EdgeKind.PRECEDES) != (self.strength is not None):
            raise ValueError(f"{self.kind} with strength {self.strength}: only a prerequisite has one, and needs it")

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two edges the same edge."""
        return (self.origin, self.kind, self.destination)


class CycleError(ValueError):
    """A relation that must be acyclic is not. `cycle` holds its edges in order, each (origin, destination)."""

    def __init__(self, relation: str, cycle: Iterable[tuple[str, str]], labels: dict[str, str]) -> None:
        self.relation = relation
        self.cycle = tuple(cycle)
        self.steps = tuple((labels.get(a, a), labels.get(b, b)) for a, b in self.cycle)
        named = ", ".join(f"{a} -> {b}" for a, b in self.steps)
        super().__init__(f"{relation} goes round in a circle: {named}")
