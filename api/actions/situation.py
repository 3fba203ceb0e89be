"""Where a student stands with tests: tries, seats, what is still to be done, how ready, and what a request would be."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.explain import Moment
from api.actions.policy_records import policy_for
from api.actions.tries import by_assessment, tries_of
from mastery.as_of import readiness_on
from mastery.body.words import Key
from mastery.evidence import Purpose
from mastery.pace.school_days import SchoolDays
from mastery.policy import DEFAULT_POLICY, Policy
from mastery.reassess import AssessmentReadiness, BlueprintLine, assessment_readiness
from mastery.reassessment.again import Known
from mastery.reassessment.fields import Chosen, Preset, policy_object
from mastery.reassessment.forms import Form
from mastery.reassessment.seats import Asker, Placed, Seats, place, used, with_seat
from mastery.reassessment.steps import Held, Taken, done_since, held
from mastery.reassessment.words import Kind, RetakePolicy, Try
from models.assessment import Assessment
from models.graph_store import DistrictGraph
from models.progress_store import load_standings
from models.queries_access import subject_of
from models.queries_api import ApiEvidence, sittings_of_tests
from models.queries_calendars import school_days_of
from models.queries_windows import (
    RuleLine,
    WindowLine,
    forms_of,
    rules_of,
    schools_ever,
    seats_in,
    steps_of,
    windows_of,
)
from models.readiness import blueprint_lines
from models.roster import Person

_KINDS = {Purpose.FORMATIVE: Kind.FORMATIVE, Purpose.STATE_SUMMATIVE: Kind.STATE}


@dataclass(frozen=True, slots=True)
class Situation:
    """A student and one test. `tries` are those that came in and the one whose result is still to come.

    `readiness` is None for a test without a blueprint. `windows` by key are those of the schools where the student is
    or was; `seats` those that may be had. `used`: the result of the seat is there.
    """

    assessment: int
    title: str
    chosen: Chosen
    policy: RetakePolicy
    tries: tuple[Try, ...]
    asker: Asker
    readiness: AssessmentReadiness | None
    windows: Mapping[Key, WindowLine]
    seats: Sequence[Seats]
    schools: frozenset[int]
    held: Held
    used: bool
    moment: Moment
    days: SchoolDays

    @property
    def seat(self) -> WindowLine | None:
        """The window of a seat whose result is still to come."""
        return None if self.held.window is None or self.used else self.windows.get(self.held.window)

    def seats_with(self, taken: Mapping[int, frozenset[int]]) -> Sequence[Seats]:
        """The windows that may be had, with the students who have a seat in each by its key."""
        return [replace(one, taken=taken.get(int(one.key), frozenset())) for one in self.seats]

    def placed(self, *, override: bool = False, seats: Sequence[Seats] | None = None) -> Placed:
        """What becomes of a request now; `override`: a teacher lets it be."""
        asker, among = replace(self.asker, override=override), self.seats if seats is None else seats
        return place(self.policy, self.chosen.kind, asker, among, self.moment.now, self.moment.day, self.days.count)


def in_force_on(rules: Sequence[RuleLine], purpose: Purpose, day: date) -> Chosen:
    """The rule in force on a day, of those that were chosen, newest first; where none was, that of a classroom."""
    for one in rules:
        if one.effective_from <= day:
            return one.chosen
    return Chosen(_KINDS.get(purpose, Kind.SUMMATIVE), Preset.CLASSROOM_SUMMATIVE, {})


def situations(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    student: int,
    assessments: Collection[int],
    moment: Moment,
) -> dict[int, Situation]:
    """Where a student stands with some tests; as many statements for many as for one."""
    known = _load(session, district_id, graph, student, assessments, moment)
    rows = session.execute(
        select(Assessment.id, Assessment.title, Assessment.purpose)
        .where(Assessment.district_id == district_id, Assessment.id.in_(list(assessments)))
        .order_by(Assessment.title, Assessment.id)
    )
    return {key: known.situation(key, title, Purpose(purpose)) for key, title, purpose in rows}


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The rows about one student and some tests, from which the law works out where they stand."""

    student: int
    grade: int | None
    schools: frozenset[int]
    policy: Policy
    days: SchoolDays
    rules: Mapping[int, Sequence[RuleLine]]
    steps: Mapping[tuple[int, int], Sequence[Taken]]
    windows: Sequence[WindowLine]
    taken: Mapping[int, frozenset[int]]
    forms: Mapping[int, Sequence[Form]]
    records: Mapping[int, Sequence[ApiEvidence]]
    blueprints: Mapping[int, Sequence[BlueprintLine]]
    ready: Mapping[int, AssessmentReadiness]
    moment: Moment

    def situation(self, key: int, title: str, purpose: Purpose) -> Situation:
        chosen = in_force_on(self.rules.get(key, ()), purpose, self.moment.day)
        rule = policy_object(chosen, self.policy)
        steps = self.steps.get((self.student, key), ())
        windows: dict[Key, WindowLine] = {one.key: one for one in self.windows if one.assessment == key}
        seat = held(steps)
        line = None if seat.window is None else windows.get(seat.window)
        sat = self._tries(key, rule, steps, seat, list(windows.values()))
        tries = with_seat(sat, seat, None if line is None else line.window, self.moment.now)
        readiness = self.ready.get(key)
        done = done_since(steps, max((one.at for one in sat), default=None))
        forms = self.forms.get(key) or None
        return Situation(
            assessment=key,
            title=title,
            chosen=chosen,
            policy=rule,
            tries=tries,
            asker=Asker(self.student, tries, Known(done=done, grade=self.grade, forms=forms), _is_ready(readiness)),
            readiness=readiness,
            windows=windows,
            seats=[
                Seats(one.key, one.window, self.taken.get(one.key, frozenset()))
                for one in windows.values()
                if not one.cancelled and one.school in self.schools
            ],
            schools=self.schools,
            held=seat,
            used=line is not None and used(seat, sat, line.window),
            moment=self.moment,
            days=self.days,
        )

    def _tries(
        self, key: int, rule: RetakePolicy, steps: Sequence[Taken], seat: Held, windows: Sequence[WindowLine]
    ) -> tuple[Try, ...]:
        seats = {one.window for one in steps if one.window is not None}
        return tries_of(
            self.records.get(key, ()), rule, self.policy.readiness_share, self.blueprints.get(key, ()),
            self.forms.get(key, ()), windows, seats, seat.void, self.moment.zone,
        )  # fmt: skip


def _is_ready(readiness: AssessmentReadiness | None) -> bool:
    # of a test that says of no target what it is about nobody can say that one is not ready for it
    return readiness is None or readiness.ready


def _load(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    student: int,
    assessments: Collection[int],
    moment: Moment,
) -> _Loaded:
    subject = subject_of(session, district_id, student, moment.now)
    person = session.get(Person, (district_id, student))
    if subject is None or person is None:
        raise LookupError(f"there is no student {student}")
    steps = steps_of(session, district_id, [student], assessments)
    schools = subject.schools | schools_ever(session, district_id, student)
    blueprints = blueprint_lines(session, district_id, assessments)
    return _Loaded(
        student,
        _grade(person.grades),
        subject.schools,
        policy_for(session, district_id, student, moment.day, moment.zone),
        school_days_of(session, district_id, student, moment.day),
        rules_of(session, district_id, assessments),
        steps,
        windows_of(session, district_id, assessments=assessments, schools=schools),
        seats_in(session, district_id, assessments),
        forms_of(session, district_id, assessments),
        by_assessment(sittings_of_tests(session, district_id, [student], assessments)),
        blueprints,
        _readiness(session, district_id, graph, student, blueprints, moment.day),
        moment,
    )


def _grade(grades: Sequence[str]) -> int | None:
    """The grade that consent goes by, 0 for kindergarten; None where none is on file, or several."""
    said = {0 if one == "KG" else int(one) for one in grades if one == "KG" or one.isdecimal()}
    return said.pop() if len(said) == 1 else None


def _readiness(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    student: int,
    blueprints: Mapping[int, Sequence[BlueprintLine]],
    day: date,
) -> dict[int, AssessmentReadiness]:
    found = readiness_of(session, district_id, graph, {student: blueprints.keys()}, blueprints, day)
    return {assessment: one for (_student, assessment), one in found.items()}


def readiness_of(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    asked: Mapping[int, Collection[int]],
    blueprints: Mapping[int, Sequence[BlueprintLine]],
    day: date,
) -> dict[tuple[int, int], AssessmentReadiness]:
    """How ready some students are on a day, by (student, assessment), for the tests that are `asked` of each.

    Targets that the graph does not know any more are left out; a test without others is not there. One statement.
    """
    lines = {key: [one for one in some if one.target in graph.subjects] for key, some in blueprints.items()}
    targets = {
        student: {line.target for test in tests for line in lines.get(test, ())} for student, tests in asked.items()
    }
    wanted = {
        student: own | {before for target in own for before in graph.rules.of(target).prerequisites}
        for student, own in targets.items()
    }
    standings = load_standings(session, district_id, wanted)
    found = {}
    for student, own in targets.items():
        known = standings[student]
        ready = {one: readiness_on(day, one, known, graph.rules, DEFAULT_POLICY) for one in own}
        for test in asked[student]:
            if some := lines.get(test):
                found[student, test] = assessment_readiness(some, ready, day, DEFAULT_POLICY)
    return found
