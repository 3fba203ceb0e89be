"""Whose decisions and plans a draft of the graph changes: worked out as publishing would, and written nowhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.actions.graph_change import changed_demands
from api.actions.graph_draft import Draft, taken_places
from api.actions.progress import rebuild_pairs
from mastery.access import Viewer
from mastery.body.words import UNDECIDED, Act, Decision, State
from mastery.graph.replaced import Carried, of_merge, of_split
from mastery.graph.versions import Change, ChangeKind
from models.graph_store import DistrictGraph
from models.progress_store import load_standings
from models.queries_concerned import concerned_students, counted, cursors, places_on
from models.queries_people import StudentName

_ENDING = frozenset({ChangeKind.REPLACED, ChangeKind.SPLIT, ChangeKind.MERGED, ChangeKind.ENDED})


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """What a student is given on a target, by database keys, that came in the place of others."""

    student: int
    target: int
    given: Carried
    at: datetime


@dataclass(frozen=True, slots=True)
class Moves:
    """What changes for a student on a target, by GUIDs: `was` before, `now` after.

    `now` None: it ends, and the decision on it stays as it is; `instead`: what is worked on in its place. `was` None:
    there was nothing on it.
    """

    student: int
    target: str
    was: State | None
    now: State | None
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """A page of whom a draft concerns. `counts`: students by the change's place in the draft; `total`: of all."""

    counts: Mapping[int, int]
    total: int
    students: Sequence[StudentName]
    moves: Mapping[int, Sequence[Moves]]


def drafted_graph(draft: Draft) -> DistrictGraph:
    """The draft as the district's graph: new nodes have keys below zero, and who takes a place alone has its key."""
    published, ids = draft.published, dict(draft.published.ids)
    for old, heir in taken_places(draft.changes).items():
        key, spare = ids.pop(old), ids.pop(heir, None)
        ids[heir] = key
        if spare is not None:
            ids[old] = spare
    missing = [guid for guid in draft.graph.nodes if guid not in ids]
    ids |= {guid: -number for number, guid in enumerate(missing, 1)}
    subjects = {ids[guid]: node.subject for guid, node in draft.graph.nodes.items()}
    return DistrictGraph(draft.graph, ids, subjects, published.translated, published.methods, published.calibrations)


def concerned_targets(draft: Draft, after: DistrictGraph) -> set[int]:
    """Keys of the targets on which a student's decision or plan may change: that end, or demand something else."""
    before = draft.published
    ending = {before.ids[guid] for one in draft.changes if one.kind in _ENDING for guid in one.targets}
    return ending | {key for key in changed_demands(before, after) if key in before.guids}


def preview(
    session: Session,
    district_id: int,
    viewer: Viewer | None,
    draft: Draft,
    zone: ZoneInfo,
    now: datetime,
    limit: int,
    offset: int = 0,
) -> Preview:
    """A page of the students whom a draft concerns and the viewer may see, with what changes for each; all for None."""
    after = drafted_graph(draft)
    concerned = concerned_targets(draft, after)
    by_change = {
        place: {key for guid in change.targets if (key := draft.published.ids.get(guid)) in concerned}
        for place, change in enumerate(draft.changes)
    }
    counts = counted(session, district_id, viewer, by_change)
    found, total = concerned_students(session, district_id, viewer, concerned, limit, offset)
    keys = [one.id for one in found]
    return Preview(counts, total, found, rehearse(session, district_id, draft, after, concerned, keys, zone, now))


def rehearse(
    session: Session,
    district_id: int,
    draft: Draft,
    after: DistrictGraph,
    concerned: Collection[int],
    students: Sequence[int],
    zone: ZoneInfo,
    now: datetime,
) -> Mapping[int, Sequence[Moves]]:
    """What publishing would change for some students, by student: their subjects replayed against the draft."""
    places = places_on(session, district_id, concerned, students)
    pairs = {(student, draft.published.subjects[target]) for student, target in places}
    carried = list(carried_over(session, district_id, draft, after, students, now))
    given: dict[int, list[Act]] = {}
    for one in carried:
        act = Act(0, one.target, one.given.kind, one.at, one.given.level, one.given.mastered_at)
        given.setdefault(one.student, []).append(act)
    rebuilt = rebuild_pairs(session, district_id, after, zone, students, pairs, signed_too=given) if pairs else []
    subjects = {subject for _, subject in pairs}
    # what ends, what came in its place, and all that builds on what demands something else
    near = after.neighbourhood({*concerned, *(one.target for one in carried)})
    wanted = [key for key, subject in draft.published.subjects.items() if subject in subjects]
    stored = load_standings(session, district_id, dict.fromkeys(students, wanted))
    found: dict[int, list[Moves]] = {}
    for (student, _), moved, _cursor in rebuilt:
        was = {target: one.decision for target, one in stored[student].items()}
        now_is = {target: one.decision for target, one in moved.standings.items()}
        found.setdefault(student, []).extend(_moves(student, was, now_is, draft, after, near))
    return found


def _moves(
    student: int,
    was: Mapping[int, Decision],
    now: Mapping[int, Decision],
    draft: Draft,
    after: DistrictGraph,
    near: Collection[int],
) -> Iterator[Moves]:
    before = draft.published
    for target in after.in_order((was.keys() | now.keys()) & set(near)):
        guid, old, new = after.guids[target], was.get(target), now.get(target)
        if target in before.guids and before.guids[target] != guid and old is not None:
            yield Moves(student, before.guids[target], old.state, new.state if new else None, (guid,))
        elif after.graph.nodes[guid].ended and not before.graph.nodes[guid].ended:
            if old is not None:
                yield Moves(student, guid, old.state, None, after.graph.in_order(after.graph.heirs(guid)))
        elif (old or UNDECIDED).state is not (new or UNDECIDED).state:
            yield Moves(student, guid, old.state if old else None, (new or UNDECIDED).state)


def carried_over(
    session: Session,
    district_id: int,
    draft: Draft,
    after: DistrictGraph,
    students: Collection[int] | None,
    now: datetime,
) -> Iterator[CarriedOver]:
    """What a split or a merge gives to students who stand on what ends; of some of them, or of all for None.

    It stands after all their evidence so far. By student, then by target.
    """
    before = draft.published
    changes = [one for one in draft.changes if one.kind in (ChangeKind.SPLIT, ChangeKind.MERGED)]
    sources = {before.ids[guid] for one in changes for guid in one.targets}
    targets_of: dict[int, list[int]] = {}
    for student, target in places_on(session, district_id, sources, students) if sources else ():
        targets_of.setdefault(student, []).append(target)
    held = load_standings(session, district_id, targets_of)
    reached = cursors(session, district_id, targets_of)
    for student in targets_of:
        decisions = {target: one.decision for target, one in held[student].items()}
        for change in changes:
            given = _given(change, [decisions.get(before.ids[guid], UNDECIDED) for guid in change.targets])
            cursor = reached.get((student, before.subjects[before.ids[change.targets[0]]]))
            at = now if cursor is None else max(now, cursor.performed_at)
            for heir in change.others if given is not None else ():
                if given is not None:
                    yield CarriedOver(student, after.ids[heir], given, at)


def _given(change: Change, decisions: Sequence[Decision]) -> Carried | None:
    return of_split(decisions[0]) if change.kind is ChangeKind.SPLIT else of_merge(decisions)
