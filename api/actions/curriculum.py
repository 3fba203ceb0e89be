"""Saying which targets are priority and which competencies a course needs, from a day on (domain 2.4, S16)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from api.actions.desk import Desk
from api.actions.rolled_up import targets_of, tells_apart
from mastery.audit import Act
from mastery.curriculum import priorities, required_on
from mastery.links import LinkError
from mastery.offices import Affair
from models.audit import record
from models.curriculum import course_requirements, marked_targets, put_priorities, put_requirements
from models.graph_store import DistrictGraph
from models.queries_rollup import known_courses
from models.roster import Person

LONGEST_COURSE = 255


def mark_targets(
    session: Session,
    desk: Desk,
    graph: DistrictGraph,
    targets: Collection[int],
    priority: Collection[int],
    since: date,
    now: datetime,
    today: date,
    by: str | None = None,
) -> int:
    """Let those of some `targets` that are in `priority` be priority from a day on, and the others supporting ones.

    How many are something else from then on; what is so already is not said again. Raises NotYoursError, or LinkError
    for a day that is over. The caller commits.
    """
    desk.whole_district(Affair.CURRICULUM, now)
    _from_today(since, today)
    said = signer(session, desk, by)
    known = priorities(marked_targets(session, desk.district), since)
    changed = [(one, one in priority) for one in targets if known.get(one, True) != (one in priority)]
    if changed:
        put_priorities(session, desk.district, changed, since, said, now)
        named = {graph.guids[one]: wanted for one, wanted in changed}
        detail = {"what": "priority", "marked": named, "from": since.isoformat(), "by": said}
        record(session, desk.district, desk.by, Act.POLICY_CHANGED, now, detail=detail)
    return len(changed)


def mark_imported(
    session: Session, district_id: int, graph: DistrictGraph, said: Mapping[str, bool], now: datetime, today: date
) -> int:  # fmt: skip
    """Take over what a framework's file says of its targets, from today on; how many that changes.

    What somebody here said of a target is left as it is. The caller commits.
    """
    known = {one.target for one in marked_targets(session, district_id)}
    wanted = {
        graph.ids[target]: priority
        for guid, priority in said.items()
        if guid in graph.ids
        for target in graph.graph.targets(guid)
        if graph.ids[target] not in known
    }
    desk, priority = Desk(district_id), [one for one, is_so in wanted.items() if is_so]
    return mark_targets(session, desk, graph, wanted, priority, today, now, today, "the file of the framework")


def require(
    session: Session,
    desk: Desk,
    graph: DistrictGraph,
    course: str,
    competencies: Sequence[int],
    required: bool,
    since: date,
    now: datetime,
    today: date,
    by: str | None = None,
) -> int:
    """Let a course need competencies from a day on, or need them no more; how many that changes.

    Raises NotYoursError, or LinkError for a course that no class is of, for what has no target, or is told apart and
    never needed, and for a day that is over. The caller commits.
    """
    desk.whole_district(Affair.CURRICULUM, now)
    _from_today(since, today)
    if course not in known_courses(session, desk.district):
        raise LinkError("course", f"no class of the roster is of the course {course!r}")
    for one in competencies:
        if tells_apart(graph, one):
            raise LinkError("competency", f"{graph.node(one).label} is reported apart, and no course needs it")
        if not targets_of(graph, one):
            raise LinkError("competency", f"{graph.node(one).label} has no target that could be mastered")
    said = signer(session, desk, by)
    needed = required_on(course_requirements(session, desk.district), since).get(course, ())
    changed = [(one, required) for one in competencies if (one in needed) != required]
    if changed:
        put_requirements(session, desk.district, course, changed, since, said, now)
        detail = {
            "what": "course", "course": course, "competencies": [graph.guids[one] for one, _ in changed],
            "required": required, "from": since.isoformat(), "by": said,
        }  # fmt: skip
        record(session, desk.district, desk.by, Act.POLICY_CHANGED, now, detail=detail)
    return len(changed)


def signer(session: Session, desk: Desk, by: str | None) -> str:
    """Who signs, in words: the person at the desk, or who the command line is told. Raises LinkError for nobody."""
    if desk.person is not None:
        return session.get_one(Person, (desk.district, desk.person)).display_name
    if not (by or "").strip():
        raise LinkError("by", "say who signed it")
    return str(by).strip()


def _from_today(since: date, today: date) -> None:
    if since < today:
        raise LinkError("since", f"{since} is over: give a day from today on")
