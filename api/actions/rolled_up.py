"""Where a student stands on competencies and courses: the stored decisions on targets, rolled up by the law."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from mastery.body.words import Key, State
from mastery.curriculum import eras, is_apart
from mastery.graph import NodeKind
from mastery.policy import DEFAULT_POLICY
from mastery.rollup import Era, OnTarget, Rolled, Whole, seen_on, whole
from models.curriculum import course_requirements, marked_targets
from models.graph_store import DistrictGraph
from models.queries_rollup import CourseClass, course_classes, on_targets

_AT_WORK = frozenset({State.IN_PROGRESS, State.READY})


@dataclass(frozen=True, slots=True)
class CompetencyLine:
    """A competency as it is told of a student; `needed`: a course of theirs requires it. `apart`: it never is."""

    key: int
    rolled: Rolled
    needed: bool
    apart: bool


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course of a student, by the class they are in, and the competencies that it requires."""

    of: CourseClass
    rolled: Rolled
    required: Sequence[int]


@dataclass(frozen=True, slots=True)
class StudentWhole:
    """All that is told of one student's competencies; `known` are their targets, `at_work` counts them by subject."""

    competencies: Sequence[CompetencyLine]
    courses: Sequence[CourseLine]
    known: Mapping[Key, OnTarget]
    apart: Sequence[int]
    at_work: Mapping[str, int]


def competencies_of(graph: DistrictGraph) -> tuple[int, ...]:
    """The competencies of a district, by key in code order: what has targets of its own below it, and is no grouping.

    A competency that nobody unpacked is its own one target.
    """
    known = graph.graph
    found = [
        guid
        for guid, node in known.nodes.items()
        if node.kind is NodeKind.COMPETENCY
        or (node.kind is NodeKind.STANDARD and known.members(guid) and known.targets(guid) != (guid,))
    ]
    return tuple(graph.ids[guid] for guid in known.in_order(found))


def targets_of(graph: DistrictGraph, competency: int) -> list[int]:
    """The targets of a competency; what is told apart is no part of an academic one."""
    found = [graph.ids[guid] for guid in graph.graph.targets(graph.guids[competency])]
    if tells_apart(graph, competency):
        return found
    return [one for one in found if not is_apart(graph.node(one).item_type)]


def tells_apart(graph: DistrictGraph, key: int) -> bool:
    """Whether a target or competency is of skills or dispositions, which are reported apart (S64)."""
    return is_apart(graph.node(key).item_type)


def eras_until(
    session: Session, district_id: int, graph: DistrictGraph, day: date, competencies: Collection[int] = ()
) -> Sequence[Era]:
    """What made competencies and courses up to a day; two statements."""
    marked, required = marked_targets(session, district_id), course_requirements(session, district_id)
    here = [one for one in required if one.competency in graph.guids]
    return eras(marked, here, lambda key: targets_of(graph, int(key)), competencies, day)


def rolled_up(
    session: Session, district_id: int, graph: DistrictGraph, student: int, now: datetime, zone: ZoneInfo
) -> StudentWhole:
    """Where a student stands today: what their courses require, then what else they have begun; four statements."""
    day = now.astimezone(zone).date()
    known = on_targets(session, district_id, [student], zone)[student]
    classes = course_classes(session, district_id, student, now)
    over_time = eras_until(session, district_id, graph, day, competencies_of(graph))
    found = whole(over_time, known, DEFAULT_POLICY)
    parts, courses = over_time[-1].competencies, over_time[-1].courses
    lines = [
        CourseLine(one, found.courses[one.course], _keys(courses[one.course]))
        for one in classes
        if one.course in courses
    ]
    needed = dict.fromkeys(key for line in lines for key in line.required)
    begun = [key for key in parts if key not in needed and any(part.target in known for part in parts[key])]
    told = _keys([*needed, *begun])
    here = [one for one in _keys(list(known)) if one in graph.guids]
    return StudentWhole(
        [CompetencyLine(key, found.competencies[key], key in needed, tells_apart(graph, key)) for key in told],
        lines,
        known,
        graph.in_order(one for one in here if tells_apart(graph, one)),
        Counter(graph.subjects[one] for one in here if known[one].state in _AT_WORK),
    )


def rolled_up_class(
    session: Session, district_id: int, graph: DistrictGraph, students: Collection[int], day: date, zone: ZoneInfo
) -> tuple[Era, Mapping[int, Whole]]:
    """What makes the courses on a day, and where each student stood on them by its end; three statements.

    What was mastered later is not mastered yet; what was then and was taken back since is told as it stands now.
    """
    over_time = eras_until(session, district_id, graph, day)
    targets = {int(part.target) for era in over_time for some in era.competencies.values() for part in some}
    known = on_targets(session, district_id, students, zone, targets)
    return over_time[-1], {one: whole(over_time, seen_on(on, day), DEFAULT_POLICY) for one, on in known.items()}


def _keys(keys: Sequence[Any]) -> Sequence[int]:
    return [int(key) for key in keys]


# --- as programs read it ----------------------------------------------------------------------------------------------


def competency_document(line: CompetencyLine, graph: DistrictGraph) -> dict[str, Any]:
    """A competency as JSON: standing, level, and what it lacks, each target by its GUID."""
    node, rolled = graph.node(line.key), line.rolled
    return {
        "competency": node.guid,
        "code": node.code,
        "statement": node.statement,
        "subject": node.subject,
        "standing": rolled.standing,
        "level": rolled.level,
        "required": line.needed,
        "apart": line.apart,
        "missing": _guids(rolled.missing, graph),
        "supporting_open": _guids(rolled.supporting, graph),
        "supporting_needed": rolled.supporting_needed,
        "unconfirmed": _guids(rolled.unconfirmed, graph),
        "lifted": _guids(rolled.lifted, graph),
    }


def course_document(line: CourseLine, graph: DistrictGraph) -> dict[str, Any]:
    """A course as JSON."""
    return {
        "course": line.of.course,
        "class": line.of.title,
        "standing": line.rolled.standing,
        "level": line.rolled.level,
        "required": _guids(line.required, graph),
        "missing": _guids(line.rolled.missing, graph),
    }


def _guids(keys: Sequence[Any], graph: DistrictGraph) -> list[str]:
    return [graph.guids[int(key)] for key in keys]
