"""The curriculum as the packages and texts by which any district's standards and targets come in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.orm import Session

from api.actions.graph_change import change_graph
from api.actions.graph_import import import_case
from api.actions.ingest import Intake
from api.actions.target_texts import give_texts
from api.demonstration.curriculum import STANDARDS, TARGETS
from api.interop.case_values import CasePackage, CaseReport
from mastery.graph import Edge, EdgeKind, Framework, Node, NodeKind, Strength
from models.target_texts import Text

SUBJECT = "mathematics"
_STANDARDS_TITLE, _TARGETS_TITLE = "Standards for mathematics, grades 3 to 8", "Learning targets of Maple Hollow"
_PUBLISHER = "Maple Hollow (demonstration)"


def load_graph(intake: Intake, district_id: int, now: datetime) -> None:
    """Bring in standards, targets with their prerequisites, and the words of both languages, in one transaction."""

    def change(session: Session) -> None:
        import_case(session, district_id, standards(), now)
        import_case(session, district_id, targets(), now)
        give_texts(session, district_id, _texts())

    change_graph(intake, district_id, now, change)


def standards() -> CasePackage:
    """The public codes with our own words, under their groupings."""
    guid = _guid(_STANDARDS_TITLE)
    nodes = tuple(
        Node(
            _guid(one.code), guid, NodeKind.STANDARD if one.parent else NodeKind.GROUPING, one.code, one.statement,
            SUBJECT, (one.grade,), sequence=place,
        )
        for place, one in enumerate(STANDARDS)
    )  # fmt: skip
    edges = tuple(
        Edge(_guid(one.code), EdgeKind.IS_CHILD_OF, _guid(one.parent), sequence=place)
        for place, one in enumerate(STANDARDS)
        if one.parent
    )
    return CasePackage(Framework(guid, _STANDARDS_TITLE, SUBJECT, _PUBLISHER), nodes, edges, (), True, CaseReport())


def targets() -> CasePackage:
    """The targets in an order in which they can be taught, below their standards, with what comes before each."""
    guid = _guid(_TARGETS_TITLE)
    nodes = tuple(
        Node(
            _guid(one.code), guid, NodeKind.LEARNING_TARGET, one.code, one.statement, SUBJECT, (one.grade,),
            dok=one.dok, credit_bearing=one.credit_bearing, sequence=place,
        )
        for place, one in enumerate(TARGETS)
    )  # fmt: skip
    framework = Framework(guid, _TARGETS_TITLE, SUBJECT, _PUBLISHER)
    hang = tuple(Edge(_guid(one.code), EdgeKind.IS_CHILD_OF, _guid(one.standard)) for one in TARGETS)
    return CasePackage(framework, nodes, tuple(_prerequisites()), hang, True, CaseReport())


def _prerequisites() -> Iterator[Edge]:
    for one in TARGETS:
        for codes, strength in ((one.hard, Strength.HARD), (one.soft, Strength.SOFT)):
            for before in codes:
                yield Edge(_guid(before), EdgeKind.PRECEDES, _guid(one.code), strength)


def _texts() -> Iterator[tuple[str, str, Text]]:
    """The statement in English is the node's own."""
    for one in STANDARDS:
        yield _guid(one.code), "es", Text(statement=one.statement_es)
    for target in TARGETS:
        yield _guid(target.code), "en", Text(example=target.example, task=target.task)
        yield _guid(target.code), "es", Text(target.statement_es, target.example_es, target.task_es)


def _guid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"mastery demonstration {name}"))
