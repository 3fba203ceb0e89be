"""What pages with more in them show: a morning with every kind of move, a story of an estimate, a path and a map."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from api_rows import confirm, sitting
from calendar_days import put_on_file
from conftest_api import Machine, token_of
from factories import NOW, WHEEL_SPIN, ZONE, Factory
from furnished import LONG, Furnished
from page_world import PageWorld
from paper_world import open_paper, typed_before
from path_world import LIKE, LITTLE, TEST_ONLY, UNITS, UNLIKE, fractions, mastered, sat_test
from sqlalchemy import select

from api.actions.calendars import change_day
from api.actions.course_plans import pause, plan_course, replan, say_pace
from api.actions.custody import Filed, file_order
from api.actions.desk import Desk
from api.actions.graph import add_prerequisite
from api.actions.judge import judge
from api.actions.methods import methods_from
from api.actions.moves import Asked, do_move
from api.actions.seats import Actor, request
from api.actions.windows import Terms, choose_rule, open_window
from api.security.clients import SCOPES, create_client
from mastery.graph import Strength
from mastery.links import Restriction
from mastery.moves.words import MoveKind
from mastery.pace.calendar import DayKind, SchoolCalendar, school_day
from mastery.pace.course import Dated, spread
from mastery.pace.status import Status
from mastery.pathways import Mode, Pathway, Setting, Words
from mastery.policy import DEFAULT_POLICY
from mastery.reassessment.fields import Chosen, Preset
from mastery.reassessment.steps import By
from mastery.reassessment.words import Kind
from mastery.voice import Hard, Step, Sure
from mastery.voice import Kind as Voice
from models.amendment import Amendment, AmendmentStep
from models.assessment import Assessment
from models.flag import Flag
from models.graph import Node
from models.graph_store import GraphCache, load_graph
from models.inspection import Inspection, InspectionAnswer
from models.methods import put_methods
from models.own_words import OwnWords
from models.queries_access import subject_of, viewer_of
from models.queries_pathways import add_way
from models.queries_voice import add_step, add_voice
from models.registry import bump
from models.roster import Person
from models.standing import Standing
from models.state_results import StateResult
from models.unit_of_work import district_transaction

_RULES = {
    "F09": ("drop.level", "drop.level.closes", "drop.next"),
    "F10": ("prereq_gap.low", "prereq_gap.closes", "prereq_gap.next"),
    "F13": ("contradiction.low", "contradiction.closes", "contradiction.next"),
    "P1": ("ready_test", "ready_test.closes", "ready_test.next"),
}
_FACTS = {
    "level_now": 2.0, "median_before": 3.0, "prerequisite_estimate": 0.4, "estimate": 0.8, "share": 0.9,
    "ready_targets": 3, "targets": 4,
}  # fmt: skip
_GIVEN = ("Iris", "Leo", "Mina", "Noor", "Omar", "Pia", "Quin", "Rhea", "Samir", "Tove", "Uma", "Vito")


def lms(world: PageWorld) -> Machine:
    """A machine client of the district, on the application that is served."""
    with district_transaction(world.engine, world.district_id) as session:
        client = create_client(session, world.district_id, "LMS", SCOPES, NOW)
        session.commit()
    http = world.app.test_client()
    return Machine(http, world.district_id, client, token_of(http, client))


def flag(
    make: Factory, rule: str, severity: str, student: Person, target: Node | None, quiz: Assessment, **facts: int
) -> Flag:
    """A flag of a rule with one result behind it."""
    sentence, closes, step = _RULES[rule]
    told = {**_FACTS, **({"target": target.id} if target else {"assessment": quiz.id}), **facts}
    words = {"sentence": sentence, "closes_when": closes, "next_step": step, "facts": told, "rule": rule}
    evidence = [make.result(student, quiz, target).id] if target else []
    columns = {} if target else {"scope": f"assessment:{quiz.id}", "assessment_id": quiz.id}
    finding = {**WHEEL_SPIN, **words, "severity": severity, "evidence": evidence}
    return make.flag(student, target, rule=rule, severity=severity, finding=finding, **columns)


def morning(found: Furnished) -> None:
    """Today as a teacher finds it: moves of each kind and more than are shown, and what came of earlier ones."""
    world, done = found.world, list[Flag]()

    def rows(make: Factory) -> None:
        students = [make.student(world.section, given, LONG[-14:].title()) for given in _GIVEN]
        unlike = make.target("5.NF.A.1", "I can add and subtract fractions with unlike denominators.")
        whole = make.target("4.NF.B.4", "I can multiply a fraction by a whole number.")
        mixed = make.target("5.NF.B.7", "I can divide unit fractions by whole numbers.")
        quiz, test = make.assessment("Fractions quiz 5"), make.assessment("Unit test: fractions", "summative")
        for student in students[:8]:
            make.standing(student, unlike, probability=0.2)
            make.wheel_spin(student, unlike, [make.result(student, quiz, unlike)])
        for student in students[8:11]:
            flag(make, "F10", "WATCH", student, unlike, quiz, prerequisite=whole.id)
        flag(make, "F13", "ACT", students[3], mixed, quiz)
        make.standing(students[4], mixed, state="needs_review", records=5, level=2.0)
        for student in students[5:8]:
            flag(make, "P1", "INFO", student, None, test)
        _to_sign(make, students[:3])
        for number, student in enumerate(students[2:9]):
            about = make.target(f"5.MD.{number}", f"I can convert measurements, part {number}.")
            flag(make, "F09", "ACT" if number % 2 else "WATCH", student, about, quiz)
        earlier = make.target("4.NF.A.2", "I can compare two fractions.")
        for number, student in enumerate(students[9:]):
            make.standing(student, earlier, probability=0.2)
            done.append(make.wheel_spin(student, earlier, family=f"earlier-{number}"))
        done.append(make.wheel_spin(students[11], whole, severity="WATCH"))

    world.add(rows)
    now = datetime.now(UTC)  # pages in a browser are made by the real clock
    _did(world, MoveKind.PULL, done[:3], now - timedelta(days=3))
    _did(world, MoveKind.TALK, done[3:], now)
    world.add(lambda make: _learned(make, done[0], now))


def _learned(make: Factory, flag: Flag, at: datetime) -> None:
    """The student of a flag knows more now than when the teacher did something about it."""
    row = make.session.get_one(Standing, (make.district_id, flag.student_id, flag.target_id))
    row.probability, row.as_of = 0.8, at


def _to_sign(make: Factory, students: list[Person]) -> None:
    """Decisions that are complete and wait for the signature of the teacher of record."""
    credit = make.target("HSA.REI.B.3", "I can solve linear equations in one variable.")
    credit.credit_bearing = True
    for student in students:
        at = NOW - timedelta(days=2)
        make.standing(student, credit, state="mastered_provisional", level=3.5, mastered_at=at, as_of=at, records=5)


def complete(world: PageWorld, students: list[Person]) -> None:
    """Results that complete a target which earns credit, for each student: decisions that can really be signed."""
    world.add(lambda make: setattr(make.target("A.REI.1", "I can solve for x."), "credit_bearing", True))
    machine = lms(world)
    machine.put_assessment("quiz-17")
    cuts = [{"level": 2, "share": 0.5}, {"level": 3, "share": 0.8}, {"level": 4, "share": 1.0}]
    machine.put_assessment("final", purpose="summative", cut_scores=cuts)
    confirm(world.engine, world.district_id, "final", world.people["teacher"].id, NOW)
    test = {"assessment": "final", "purpose": "summative", "evidence_type": "test", "feedback": "none"}
    for student in students:
        name = str(student.identifier)
        entries = machine.post(*(_all_right(name, day, {} if day < 6 else test) for day in range(1, 7)))
        assert {entry["status"] for entry in entries} == {"accepted"}


def _all_right(student: str, day: int, fields: dict[str, Any]) -> dict[str, Any]:
    """Ten new questions on a day of September."""
    at = f"2026-09-{day:02}T09:12:00-04:00"
    items = [{"item": f"{day}-{number}", "score": 1, "max": 1} for number in range(10)]
    targets = [{"target": "A.REI.1", "score": 10, "max": 10, "items": items}]
    return sitting(student, "A.REI.1", day, performed_at=at, scored_at=at, **{"targets": targets, **fields})


def _did(world: PageWorld, kind: MoveKind, flags: list[Flag], at: datetime) -> None:
    """The teacher does a move."""
    about = flags[0].student_id if kind is MoveKind.TALK else flags[0].target_id
    assert about is not None
    with district_transaction(world.engine, world.district_id) as session:
        viewer = viewer_of(session, world.district_id, world.people["teacher"].id, at)
        asked = Asked(kind, world.section.id, about, {one.id: one.version for one in flags}, [])
        do_move(session, viewer, GraphCache(), asked, ZoneInfo(ZONE), at)
        session.commit()


def long_story(found: Furnished) -> None:
    """A target with results of many days, two tests among them, of which one came late; methods beside the model."""
    world, machine = found.world, lms(found.world)
    student = str(world.people["classmate"].identifier)

    def rows(make: Factory) -> None:
        target = make.target("5.NF.B.3", "I can see a fraction as a division.")
        found.places["told"] = target.id
        beside = methods_from("MODEL", ["OATUTOR_BKT", "KOLIBRI_M_OF_N", "N_CONSEC", "POWER"], [])
        put_methods(make.session, make.district_id, target.subject, beside, NOW)

    world.add(rows)
    machine.put_assessment("quiz-17")
    machine.put_assessment("final", purpose="summative")
    for day in (1, 2, 4, 7, 8, 10, 15, 17, 21, 22, 28, 12):
        at = f"2026-09-{day:02}T09:12:00-04:00"
        test: dict[str, Any] = {"purpose": "summative", "assessment": "final"} if day in (12, 21) else {}
        changes = {"performed_at": at, "scored_at": at, **test}
        (entry,) = machine.post(sitting(student, "5.NF.B.3", day, int(day > 6), **changes))
        assert entry["status"] == "accepted", entry


def judged(found: Furnished) -> None:
    """The same where a teacher's judgement decides: one level that stands, and one before it."""
    long_story(found)
    world, target = found.world, found.places["told"]
    student, teacher = found.places["classmate"], world.people["teacher"].id

    def rows(make: Factory) -> None:
        subject = make.session.get_one(Node, (make.district_id, target)).subject
        put_methods(make.session, make.district_id, subject, methods_from("JUDGE", ["DECAY"], []), NOW)
        bump(make.session, make.district_id, "graph")

    world.add(rows)
    seen = 0
    for level, reason in ((2.0, "Finds the answer, and does not say yet why it is right."), (3.5, LONG + " says why.")):
        with district_transaction(world.engine, world.district_id) as session:
            viewer = viewer_of(session, world.district_id, teacher, NOW)
            seen = judge(session, viewer, GraphCache(), student, target, level, reason, seen, NOW, NOW.date())
            session.commit()


def schooling(found: Furnished) -> None:
    """Work in two subjects on targets that build on each other, with tests taken and words in Spanish."""
    world = found.world

    def rows(make: Factory) -> None:
        student, made = world.student, fractions(world, make)
        mastered(make, student, made[UNITS])
        sat_test(make, student, made[LIKE], NOW - timedelta(days=1), 2.0, missing=TEST_ONLY)
        make.standing(student, made[UNLIKE], missing=LITTLE, records=1)
        tested = make.target("5.NF.7", "I can divide fractions.")
        sat_test(make, student, tested, NOW - timedelta(days=9), 3.0, state="mastered", mastered_at=NOW)
        force = make.target("PS2.A", "I can tell how a force changes a motion.", "Physics")
        make.target("PS2.B", "I can predict the motion of two bodies that meet.", "Physics")
        add_prerequisite(make.session, make.district_id, "PS2.A", "PS2.B", Strength.SOFT)
        make.standing(student, force, missing=LITTLE, records=1)
        found.places["around"] = made[UNLIKE].id

    world.add(rows)


def many_ways(found: Furnished) -> None:
    """More ways to each target than are shown at once: of the district and of the class, in one language and in two."""

    def rows(make: Factory) -> None:
        session, district, teacher = make.session, make.district_id, found.world.people["teacher"].id
        spanish = Words("Media receta", "Toma una receta y escríbela para la mitad de personas.")
        said = {"en": Words("Half a recipe", "Take a recipe and write it for half as many people."), "es": spanish}
        long = {"en": Words(f"A project with {'a long name ' * 4}", "Walk about and find numbers. " * 9)}
        link = f"https://example.org/{'a-long-way' * 20}"
        made = [
            Pathway(Mode.DIRECT, Setting.IN_CLASS, 20, None, said),
            Pathway(Mode.WORK_BASED, Setting.OUTSIDE, None, link, long),
            Pathway(Mode.PROJECT, Setting.AT_HOME, 10, None, said),
            Pathway(Mode.ONLINE, Setting.AT_HOME, 30, link, said),
        ]
        for target in session.scalars(
            select(Node.id).where(Node.district_id == district, Node.kind == "learning_target")
        ):
            for number, way in enumerate(made):
                add_way(session, district, target, found.world.section.id if number % 2 else None, way, teacher, NOW)

    found.world.add(rows)


def asking(found: Furnished) -> None:
    """A student who says how it goes, waits for help, and proposed a way of which came something."""
    world = found.world
    student, teacher, target = world.student.id, world.people["teacher"].id, world.target.id

    def rows(make: Factory) -> None:
        session, district = make.session, make.district_id
        for word in (Sure.NOT_YET, Sure.MOSTLY):
            add_voice(session, district, student, target, Voice.SURE, word, "", NOW)
        add_voice(session, district, student, target, Voice.HARD, Hard.TOO_HARD, "", NOW)
        way = add_voice(session, district, student, target, Voice.WAY, None, "I build it " * 25, NOW)
        add_step(session, district, way, Step.AGREED, "Bring a plan on Monday.", teacher, NOW)
        helped = add_voice(session, district, student, target, Voice.HELP, None, "I do not see the parts.", NOW)
        add_step(session, district, helped, Step.SEEN, "", teacher, NOW)

    world.add(rows)


def spoken(found: Furnished) -> None:
    """Something of each kind in the student's own words, some changed, one taken back, one a parent's."""
    world = found.world
    student, guardian = world.student.id, world.people["guardian"].id

    def rows(make: Factory) -> None:
        def said(kind: str, words: str | None, by: int = student, after: int | None = None, **more: Any) -> int:
            values: dict[str, Any] = {"target_id": None, "by_day": None, "withdrawn": False}
            row = OwnWords(
                district_id=make.district_id, student_id=student, kind=kind, words=words, replaces_id=after,
                said_by=by, said_at=NOW, **values | more,
            )  # fmt: skip
            make.session.add(row)
            make.session.flush()
            return row.id

        said("interest", "horses and " + "maps " * 40, after=said("interest", "horses"))
        said("interest", "chess", guardian)
        said("goal", "read a map", target_id=world.target.id, by_day=NOW.date() + timedelta(days=30))
        said("preference", "there is room to move", after=said("preference", "it is quiet"))
        said("preference", None, after=said("preference", "music is on"), withdrawn=True)
        said("choice", None, target_id=world.target.id)

    world.add(rows)


def corrected(found: Furnished) -> None:
    """A request for a correction that was refused, with a statement, and one that waits."""
    world = found.world
    guardian, principal = world.people["guardian"].id, world.people["principal"].id

    def rows(make: Factory) -> None:
        asked = [
            Amendment(
                district_id=make.district_id, student_id=world.student.id, asked_by=guardian, asked_at=NOW,
                contested=contested, found="The quiz of Monday was not mine.", wanted="No result of that day.",
            )
            for contested in ("result", "person")
        ]  # fmt: skip
        make.session.add_all(asked)
        make.session.flush()
        for step, by in (("refuse", principal), ("statement", guardian)):
            make.session.add(
                AmendmentStep(
                    district_id=make.district_id, amendment_id=asked[0].id, step=step, by_person=by,
                    words="We looked at it twice.", at=NOW,
                )
            )  # fmt: skip
            make.session.flush()

    world.add(rows)


def inspecting(found: Furnished) -> None:
    """A request to see the whole record that waits, and one that was met."""
    world = found.world
    guardian, principal = world.people["guardian"].id, world.people["principal"].id

    def rows(make: Factory) -> None:
        asked = [
            Inspection(district_id=make.district_id, student_id=world.student.id, asked_by=guardian, asked_at=NOW)
            for _ in range(2)
        ]
        make.session.add_all(asked)
        make.session.flush()
        make.session.add(
            InspectionAnswer(
                district_id=make.district_id, inspection_id=asked[0].id, given=True, by_person=principal, at=NOW
            )
        )

    world.add(rows)


def grown_up(found: Furnished) -> None:
    """The student is of age."""
    world = found.world

    def rows(make: Factory) -> None:
        make.session.get_one(Person, (make.district_id, world.student.id)).birth_date = date(2000, 1, 1)

    world.add(rows)


def restricted(found: Furnished) -> None:
    """A court order about a guardian of the student is on file."""
    world = found.world
    made: list[Person] = []
    world.add(lambda make: made.append(make.guardian_of(world.people["classmate"], given="Julius", family="Turing")))
    guardian = made[0]
    filed = Filed(
        world.people["classmate"].id, guardian.id, "custody order", frozenset({Restriction.PICKUP}), "folder 12",
        NOW.date() - timedelta(days=1),
    )  # fmt: skip
    with district_transaction(world.engine, world.district_id) as session:
        principal = viewer_of(session, world.district_id, world.people["principal"].id, NOW)
        file_order(session, principal, filed, NOW)
        session.commit()


def on_paper(found: Furnished) -> None:
    """Work on paper of the class, typed in, with what is missing, an exemption and a correction."""
    world = found.world
    paper = found.places["paper"] = open_paper(world, title=f"Exit ticket of {LONG}", day="")
    classmate, long = world.people["classmate"], world.people["long"]
    cells = ((world.student, 1, "7"), (world.student, 2, "8.5"), (classmate, 1, "-"), (long, 1, "x"))

    def rows(make: Factory) -> None:
        for student, revision, text in cells:
            typed_before(make, world, paper, student, revision, text)

    world.add(rows)


def paced(found: Furnished) -> None:
    """A class with a plan whose students are at each place beside it, one with dates of their own and a pause."""
    world = found.world
    days = tuple(school_day(day, DayKind.INSTRUCTIONAL, DEFAULT_POLICY) for day in _weekdays())
    put_on_file(world.engine, world.district_id, world.school.id, days)
    targets: list[Node] = []
    people = [world.student.id, world.people["classmate"].id]

    def rows(make: Factory) -> None:
        for number in range(12):
            targets.append(make.target(f"PACE-{number:02}", f"I can do step {number}. {LONG if number == 3 else ''}"))
        people.extend(make.student(world.section, given, "Pace").id for given in ("Ola", "Per", "Rut"))
        for person, many in zip(people, (7, 2, 12, 4, 9), strict=True):
            for place, target in enumerate(targets[:many]):
                at = NOW - timedelta(days=60 - 3 * place)
                make.standing(
                    make.session.get_one(Person, (make.district_id, person)), target, state="mastered", level=3.0,
                    mastered_at=at, as_of=at,
                )  # fmt: skip

    world.add(rows)
    first, last = days[0].day, days[-1].day
    with district_transaction(world.engine, world.district_id) as session:
        viewer = viewer_of(session, world.district_id, world.people["teacher"].id, NOW)
        keys = [one.id for one in targets]
        dates = spread(keys, SchoolCalendar(days), first, last)
        dated = [Dated(key, day, priority=key == keys[0]) for key, day in dates.items()]
        plan_course(session, viewer, world.section.id, 0, (first, last), dated, frozenset(keys), "", NOW)
        subject = subject_of(session, world.district_id, world.student.id, NOW)
        other = subject_of(session, world.district_id, people[1], NOW)
        paused = subject_of(session, world.district_id, people[3], NOW)
        assert subject is not None
        assert other is not None
        assert paused is not None
        later = {key: min(day + timedelta(days=14), last) for key, day in dates.items()}
        replan(session, viewer, subject, world.section.id, later, f"Was away for long; {LONG}", NOW)
        say_pace(session, viewer, other, world.section.id, Status.WATCH, f"Works at home; {LONG}", NOW)
        pause(session, viewer, paused, NOW.date(), None, "ill", NOW)
        session.commit()


def _weekdays() -> list[date]:
    found = [date(2026, 7, 20) + timedelta(days=number) for number in range(150)]
    return [day for day in found if day.weekday() < 5]


def with_tests(found: Furnished) -> None:
    """Tests that one can ask for: one with a window and a seat, one that waits, one to be tried again; a void one."""
    world = found.world
    student, desk = world.student.id, Desk(world.district_id)
    keys: list[int] = []

    def rows(make: Factory) -> None:
        for title, purpose in (("Algebra, end of course", "state_summative"), ("Unit 4, on paper", "summative")):
            test = make.assessment(title, purpose, [world.target])
            make.cut_scores(test, confirmed_by=world.people["teacher"])
            keys.append(test.id)
        make.result(world.student, make.session.get_one(Assessment, (make.district_id, keys[1])), world.target,
                    score=2.0, at=NOW - timedelta(days=9), evidence_type="test")  # fmt: skip

    world.add(rows)
    world.add(lambda make: _state_results(make, student))
    state, unit = keys
    found.places |= {"state": state, "unit": unit}
    opens = datetime(2026, 10, 12, 8)  # noqa: DTZ001 - as written at the school
    terms = Terms(opens, opens + timedelta(days=4), opens - timedelta(days=2), 30, frozenset({date(2026, 10, 19)}))
    with district_transaction(world.engine, world.district_id) as session:
        graph = load_graph(session, world.district_id)
        texas = Chosen(Kind.STATE, Preset.TEXAS_CREDIT_BY_EXAM, {"score_cap": 0.9, "latest_days": 30})
        choose_rule(session, desk, state, texas, NOW.date(), NOW, NOW.date())
        found.places["window"] = open_window(session, desk, state, world.school.id, "fall 2026", terms, NOW)
        teacher = Actor(frozenset({By.TEACHER}), world.people["teacher"].id)
        request(session, world.district_id, graph, teacher, student, state, NOW, override=f"Moves away; {LONG}")
        own = Actor(frozenset({By.STUDENT}), student)
        request(session, world.district_id, graph, own, student, unit, NOW)
        request(session, world.district_id, graph, own, world.people["classmate"].id, state, NOW)
        session.commit()


def _state_results(make: Factory, student: int) -> None:
    for passed, administration in ((False, "spring 2026"), (True, "summer 2026"), (None, "fall 2026")):
        make._add(
            StateResult(
                district_id=make.district_id, student_id=student, test="Algebra, end of course", subject="Mathematics",
                administration=administration, taken_on=date(2026, 9, 1), score=None if passed is None else 398.0,
                level="Approaching", passed=passed, imported_at=NOW,
            )
        )  # fmt: skip


def calendared(found: Furnished) -> None:
    """A term of the school's days with a holiday, a half day and a closure."""
    world = found.world
    put_on_file(world.engine, world.district_id, world.school.id)
    desk = Desk(world.district_id)
    with district_transaction(world.engine, world.district_id) as session:
        for day, kind in ((date(2026, 10, 6), DayKind.CLOSURE), (date(2026, 10, 7), DayKind.HALF)):
            change_day(session, desk, world.school.id, day, kind, f"Snow, as the county said; {LONG}", NOW)
        session.commit()
