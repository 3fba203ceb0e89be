"""Asking for a test, and what becomes of it: a seat, or what it waits for; who takes which step is on record."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from api.actions.explain import Moment
from api.actions.rights import holds_rights
from api.actions.situation import Situation, readiness_of, situations
from mastery.access import Viewer
from mastery.access_questions import What, may
from mastery.audit import Act
from mastery.offices import Affair, remit
from mastery.reassessment.seats import Placed, Wait
from mastery.reassessment.steps import BEFORE, MAY, By, Step
from mastery.reassessment.words import Before, Rule
from models.audit import SYSTEM, by_person, by_program, record
from models.clients import Caller
from models.graph_store import DistrictGraph
from models.locks import change_test, give_seats
from models.queries_access import subject_of, zone_of_student
from models.queries_windows import NewStep, add_step, seats_in, waiting
from models.readiness import blueprint_lines
from models.rule_stops import count_stop

LONGEST_REASON = 300
# by the name of the parameter, or of the field of the policy object or the window, that stopped somebody
_STOPPED_BY = {
    Rule.ELIGIBLE_IF: "retake.eligible_if",
    Rule.MAX_ATTEMPTS: "retake_attempts",
    Rule.LATEST: "retake.latest",
    Wait.FIRST_DO: "retake.require_before",
    Wait.NEEDS_LEAVE: "retake_attempts",
    Wait.NOT_READY: "readiness_share",
    Wait.FULL: "window.capacity",
    Wait.NO_WINDOW: "window.open",
}


class SeatError(ValueError):
    """A step that may not be taken now; `code` says why: `held`, `none`, `reason`, or a rule that refuses."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a step, and as what; a program acts for the school."""

    roles: frozenset[By]
    person: int | None = None
    client: Caller | None = None


def actor_of(session: Session, viewer: Viewer, student: int, now: datetime) -> Actor:
    """As what a viewer may take steps about a student's tests; as nothing for who only reads."""
    subject = subject_of(session, viewer.district, student, now)
    roles = set[By]()
    if subject is not None:
        if viewer.person == student:
            roles.add(By.STUDENT)
        if holds_rights(session, viewer, student, now):
            roles.add(By.FAMILY)
        if may(viewer, What.CONFIRM, subject, now).allowed:
            roles.add(By.TEACHER)
        if remit(viewer, Affair.TESTS, now).covers(subject):
            roles.add(By.OFFICE)
    return Actor(frozenset(roles), viewer.person)


def may_take(actor: Actor, step: Step) -> bool:
    """Whether somebody may take a step."""
    return actor.client is not None or not actor.roles.isdisjoint(MAY[step])


def situation_of(
    session: Session, district_id: int, graph: DistrictGraph, student: int, assessment: int, now: datetime
) -> Situation:
    """Where a student stands with a test. LookupError where there is none such."""
    moment = Moment(now, zone_of_student(session, district_id, student, now))
    return situations(session, district_id, graph, student, [assessment], moment)[assessment]


def request(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    actor: Actor,
    student: int,
    assessment: int,
    now: datetime,
    *,
    override: str | None = None,
) -> Placed:
    """Ask for a test: a seat where there is one for the student, else the request waits, which is kept too.

    `override`: why a teacher lets it be although the student is not ready, or the tries are used up. Raises SeatError,
    LookupError for what is not there or not theirs. The caller commits, also where it is refused: that is counted.
    """
    _allow(actor, Step.REQUESTED if override is None else Step.REGISTERED)
    reason = _reason(override) if override is not None else ""
    change_test(session, district_id, student, assessment)
    found = situation_of(session, district_id, graph, student, assessment, now)
    if found.seat is not None:
        raise SeatError("held")
    return _place(session, district_id, found, actor, now, override=override is not None, reason=reason)


def _place(
    session: Session, district_id: int, found: Situation, actor: Actor, now: datetime, *, override: bool, reason: str
) -> Placed:  # fmt: skip
    """Give a seat or keep the request; of a seat that was free a moment ago another may just have been given."""
    placed = found.placed(override=override)
    if placed.window is not None:
        give_seats(session, district_id, found.assessment)
        taken = seats_in(session, district_id, [found.assessment])
        placed = found.placed(override=override, seats=found.seats_with(taken))
    stopped = placed.refused_by or placed.waits
    if stopped is not None:
        school = next(iter(sorted(found.schools)), None)
        count_stop(session, district_id, _STOPPED_BY[stopped], school, found.moment.day)
    if placed.refused_by is not None:
        raise SeatError(placed.refused_by)
    if placed.window is None and found.held.waits and not override:
        return placed
    _take(
        session, district_id, found, actor, now, Step.REGISTERED if placed.window is not None else Step.REQUESTED,
        window=placed.window, overrode=override, reason=reason,
    )  # fmt: skip
    return placed


def withdraw(
    session: Session, district_id: int, graph: DistrictGraph, actor: Actor, student: int, assessment: int, now: datetime
) -> int | None:  # fmt: skip
    """Take back a request, or give back a seat before its window opens; the window. Raises SeatError, LookupError."""
    found = _begin(session, district_id, graph, actor, Step.WITHDRAWN, student, assessment, now)
    seat = found.seat
    if seat is None and not found.held.waits:
        raise SeatError("none")
    # a family gives back what is to come; whether somebody sat what has begun the school knows
    knows = actor.client is not None or not actor.roles.isdisjoint({By.TEACHER, By.OFFICE})
    if seat is not None and seat.window.opens_at <= now and not knows:
        raise SeatError("begun")
    _take(session, district_id, found, actor, now, Step.WITHDRAWN, window=None if seat is None else seat.key)
    return None if seat is None else seat.key


def missed(
    session: Session, district_id: int, graph: DistrictGraph, actor: Actor, student: int, assessment: int, now: datetime
) -> None:  # fmt: skip
    """Say that a student was away when they were to sit it: a makeup day is theirs. Raises SeatError, LookupError."""
    found = _begin(session, district_id, graph, actor, Step.MISSED, student, assessment, now)
    seat = found.seat
    if seat is None or seat.window.opens_at > now:
        raise SeatError("none")
    _take(session, district_id, found, actor, now, Step.MISSED, window=seat.key)


def declare_void(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    actor: Actor,
    student: int,
    assessment: int,
    now: datetime,
    reason: str,
    result: int | None = None,
) -> None:
    """Say that a sitting was none for a technical reason, so that it consumes no try: a result, or the seat alone.

    Raises SeatError, LookupError.
    """
    reason = _reason(reason)
    found = _begin(session, district_id, graph, actor, Step.VOID, student, assessment, now)
    seat = found.seat
    if result is None and (seat is None or seat.window.opens_at > now):
        raise SeatError("none")
    if result is not None and result not in {one.sitting for one in found.tries if one.void is None}:
        raise SeatError("none")
    window = seat.key if result is None and seat is not None else None
    _take(session, district_id, found, actor, now, Step.VOID, window=window, result=result, reason=reason)


def do_before(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    actor: Actor,
    student: int,
    assessment: int,
    now: datetime,
    step: Step,
) -> Placed:
    """Say that something was done of what comes before another try; a request that waited for it may get its seat.

    A teacher's word that a student may try again approves of another task too, where no form is new. Raises SeatError,
    LookupError.
    """
    if step not in BEFORE:
        raise SeatError("none")
    found = _begin(session, district_id, graph, actor, step, student, assessment, now)
    asked = found.placed().first
    if BEFORE[step] in asked:
        _take(session, district_id, found, actor, now, step)
        if step is Step.SIGN_OFF and Before.ALTERNATIVE in asked:
            _take(session, district_id, found, actor, now, Step.ALTERNATIVE)
    found = situation_of(session, district_id, graph, student, assessment, now)
    if found.held.waits:
        return _place(session, district_id, found, _NOBODY, now, override=False, reason="")
    return found.placed()


_NOBODY = Actor(frozenset())


def place_waiting(
    session: Session, district_id: int, graph: DistrictGraph, now: datetime, assessments: Collection[int] | None = None
) -> int:  # fmt: skip
    """Give seats to requests that wait and may have one now, the longest waiting first; how many got one.

    The caller commits.
    """
    given = 0
    for student, assessment in waiting(session, district_id, assessments):
        change_test(session, district_id, student, assessment)
        try:
            found = situation_of(session, district_id, graph, student, assessment, now)
        except LookupError:
            continue  # no student any more
        if not found.held.waits or found.placed(override=found.held.overrode).window is None:
            continue
        give_seats(session, district_id, assessment)
        taken = seats_in(session, district_id, [assessment])
        placed = found.placed(override=found.held.overrode, seats=found.seats_with(taken))
        if placed.window is not None:
            overrode = found.held.overrode
            _take(
                session, district_id, found, _NOBODY, now, Step.REGISTERED, window=placed.window, overrode=overrode
            )  # fmt: skip
            given += 1
    return given


def ready_now(
    session: Session, district_id: int, graph: DistrictGraph, asked: Collection[tuple[int, int]], day: date
) -> dict[tuple[int, int], bool]:
    """Who is ready for a test on a day, by (student, assessment); absent where a test does not say what it is about."""
    tests: dict[int, set[int]] = {}
    for student, assessment in asked:
        tests.setdefault(student, set()).add(assessment)
    if not tests:
        return {}
    blueprints = blueprint_lines(session, district_id, {assessment for _, assessment in asked})
    found = readiness_of(session, district_id, graph, tests, blueprints, day)
    return {key: one.ready for key, one in found.items()}


def _begin(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    actor: Actor,
    step: Step,
    student: int,
    assessment: int,
    now: datetime,
) -> Situation:
    _allow(actor, step)
    change_test(session, district_id, student, assessment)
    return situation_of(session, district_id, graph, student, assessment, now)


def _allow(actor: Actor, step: Step) -> None:
    if not may_take(actor, step):
        raise LookupError(f"{step} is not theirs")


def _reason(said: str) -> str:
    words = said.strip()
    if not 0 < len(words) <= LONGEST_REASON:
        raise SeatError("reason")
    return words


def _take(
    session: Session,
    district_id: int,
    found: Situation,
    actor: Actor,
    now: datetime,
    step: Step,
    *,
    window: int | str | None = None,
    result: int | None = None,
    overrode: bool = False,
    reason: str = "",
) -> None:
    student, readiness = int(found.asker.student), found.readiness
    new = NewStep(
        step,
        None if window is None else int(window),
        result,
        None if readiness is None else readiness.ready,
        None if readiness is None else readiness.share,
        overrode,
        reason,
        actor.person,
        None if actor.client is None else actor.client.client_pk,
    )
    number = add_step(session, district_id, student, found.assessment, new, now).number
    detail: dict[str, object] = {"step": str(step), "assessment": found.assessment, "number": number}
    if new.window is not None:
        detail["window"] = new.window
    if overrode:
        detail["overrode"] = True
    by = SYSTEM
    if actor.client is not None:
        by = by_program(actor.client.client_pk)
    elif actor.person is not None:
        by = by_person(actor.person)
    record(session, district_id, by, Act.TEST_STEP, now, [student], detail=detail)
