"""The draft of a district's graph: what is entered, what it comes to, and what it differs in from what is published."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.orm import Session

from api.actions.desk import Desk
from api.actions.graph import NewTarget, one_node, own_framework, validate
from mastery.graph import CycleError, Graph, Node, NodeKind, Strength
from mastery.graph.draft import Add, DraftError, Edit, End, Move, Order, Replace, Reword, drafted
from mastery.graph.versions import Change, ChangeKind, difference, term_on, waits_for_a_break
from mastery.graph.versions import Session as AcademicSession
from mastery.offices import Affair
from models.graph_publish import frameworks
from models.graph_store import DistrictGraph, load_graph
from models.graph_versions import (
    GraphEdit,
    academic_sessions,
    drop_edits,
    edits_of,
    in_use,
    newest_number,
    put_edit,
)
from models.graph_write import lock_graph
from models.registry import stamps
from models.roster import Person


class HeirInUseError(ValueError):
    """A target that students or assessments use already can not take the place of another alone: `about` its label."""

    def __init__(self, about: str) -> None:
        self.about = about
        super().__init__(
            f"{about}: students or assessments use it already, so that the work on another can not become its own"
        )


class NotEnteredError(LookupError):
    """The draft has no such entry, or not any more."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What is entered, with its number and who did it."""

    number: int
    edit: Edit
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it stands. `seen` names it: another once anything of it, or of the published graph, changed.

    `broken`: why what is entered makes no graph any more, for instance after an import; then `graph` is the published
    one. `waits`: what may not be published today, since `term` runs.
    """

    district: int
    published: DistrictGraph
    version: int
    entered: Sequence[Entered]
    graph: Graph
    changes: Sequence[Change]
    broken: DraftError | CycleError | HeirInUseError | None
    term: AcademicSession | None
    waits: Sequence[Change]
    seen: str

    @property
    def ready(self) -> bool:
        """Whether it can be published today."""
        return bool(self.changes) and self.broken is None and not self.waits


def read_draft(session: Session, district_id: int, today: date, published: DistrictGraph | None = None) -> Draft:
    """The draft of a district as it stands on a day; `published` spares loading the graph."""
    known = published or load_graph(session, district_id)
    entered = [_entered(row) for row in edits_of(session, district_id)]
    graph, broken = _made(session, district_id, known, entered)
    changes = difference(known.graph, graph)
    term = term_on(academic_sessions(session, district_id), today)
    stamp = stamps(session, district_id).graph
    newest = max((one.number for one in entered), default=0)
    return Draft(
        district_id,
        known,
        newest_number(session, district_id),
        entered,
        graph,
        changes,
        broken,
        term,
        waits_for_a_break(changes) if term else (),
        f"{stamp}-{len(entered)}-{newest}",
    )


def _made(
    session: Session, district_id: int, known: DistrictGraph, entered: Sequence[Entered]
) -> tuple[Graph, DraftError | CycleError | HeirInUseError | None]:
    own = _own(session, district_id)
    try:
        made = drafted(known.graph, [one.edit for one in entered], own)
        check_heirs(session, district_id, known, made)
    except (DraftError, CycleError, HeirInUseError) as broken:
        return known.graph, broken
    return made, None


def _own(session: Session, district_id: int) -> frozenset[str]:
    return frozenset(guid for guid, (_, origin) in frameworks(session, district_id).items() if origin == "district")


def taken_places(changes: Collection[Change]) -> dict[str, str]:
    """By what ended, the target that takes its place alone."""
    return {one.targets[0]: one.others[0] for one in changes if one.kind is ChangeKind.REPLACED}


def check_heirs(session: Session, district_id: int, known: DistrictGraph, made: Graph) -> None:
    """Raise HeirInUseError where a target that takes another's place alone has work of its own."""
    heirs = taken_places(difference(known.graph, made)).values()
    keys = {known.ids[one] for one in heirs if one in known.ids}
    used = in_use(session, district_id, keys) if keys else set()
    if used:
        raise HeirInUseError(known.node(min(used)).label)


def enter(session: Session, desk: Desk, edit: Edit, now: datetime) -> int:
    """Enter something in the draft; its number. The caller commits.

    Raises NotYoursError, or why it can not be: DraftError, CycleError, HeirInUseError; then the draft is as it was.
    """
    desk.whole_district(Affair.GRAPH, now)
    lock_graph(session, desk.district)
    known = load_graph(session, desk.district)
    edits = [_entered(row).edit for row in edits_of(session, desk.district)]
    made = drafted(known.graph, [*edits, edit], _own(session, desk.district))
    check_heirs(session, desk.district, known, made)
    act, detail = _written(edit)
    return put_edit(session, desk.district, act, detail, signer(session, desk), now).id


def drafted_node(reference: str, field: str, draft: Draft) -> str:
    """The GUID of the node that goes by a GUID or code, of those that the draft adds too. Raises GraphError."""
    wanted = reference.strip()
    for guid, node in draft.graph.nodes.items():
        if guid not in draft.published.ids and wanted in (guid, node.code):
            return guid
    return one_node(wanted, field, draft.published)


def new_target(session: Session, district_id: int, wanted: NewTarget, draft: Draft, now: datetime) -> Add:
    """A target of the district's own as the draft adds it. Raises GraphError for what is no target."""
    validate(wanted)
    framework, _ = own_framework(session, district_id, now)
    parent = draft.graph.nodes[wanted.parents[0]]
    node = Node(
        guid=str(uuid5(NAMESPACE_URL, f"{framework.guid} {wanted.code}")),
        framework=framework.guid,
        kind=NodeKind.LEARNING_TARGET,
        code=wanted.code,
        statement=wanted.statement.strip(),
        subject=parent.subject,
        grades=parent.grades,
        dok=wanted.dok,
        credit_bearing=wanted.credit_bearing,
        mastery_bar=wanted.mastery_bar,
    )
    return Add(node, parent.guid)


def take_out(session: Session, desk: Desk, number: int, now: datetime) -> None:
    """Take something out of the draft again. The caller commits. Raises NotEnteredError where it is not in it.

    What was entered after it and needs it stays, and the draft says what is wrong with it.
    """
    desk.whole_district(Affair.GRAPH, now)
    lock_graph(session, desk.district)
    if not drop_edits(session, desk.district, [number]):
        raise NotEnteredError(f"the draft has no entry {number}")


def signer(session: Session, desk: Desk) -> str:
    """The name of who acts; of the command line none is known."""
    return "" if desk.person is None else session.get_one(Person, (desk.district, desk.person)).display_name


# --- as rows ----------------------------------------------------------------------------------------------------------


def _written(edit: Edit) -> tuple[str, dict[str, Any]]:
    match edit:
        case Add(node, parent):
            told = {
                "guid": node.guid, "framework": node.framework, "code": node.code, "statement": node.statement,
                "subject": node.subject, "grades": list(node.grades), "dok": node.dok,
                "credit_bearing": node.credit_bearing, "mastery_bar": node.mastery_bar,
            }  # fmt: skip
            return "add", {"node": told, "parent": parent}
        case Reword(target, statement):
            return "reword", {"target": target, "statement": statement}
        case Move(target, parent):
            return "move", {"target": target, "parent": parent}
        case Order(before, after, strength):
            return "order", {"before": before, "after": after, "strength": strength}
        case Replace(old, new):
            return "replace", {"old": list(old), "new": list(new)}
        case End(target):
            return "end", {"target": target}


def _read(act: str, detail: Mapping[str, Any]) -> Edit:
    match act:
        case "add":
            told = detail["node"]
            node = Node(**{**told, "kind": NodeKind.LEARNING_TARGET, "grades": tuple(told["grades"])})
            return Add(node, detail["parent"])
        case "reword":
            return Reword(detail["target"], detail["statement"])
        case "move":
            return Move(detail["target"], detail["parent"])
        case "order":
            strength = detail["strength"]
            return Order(detail["before"], detail["after"], Strength(strength) if strength else None)
        case "replace":
            return Replace(tuple(detail["old"]), tuple(detail["new"]))
        case "end":
            return End(detail["target"])
    raise ValueError(f"the draft has an act {act!r} that this version does not know")


def _entered(row: GraphEdit) -> Entered:
    return Entered(row.id, _read(row.act, row.detail), row.entered_by, row.at)
