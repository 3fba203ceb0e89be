"""Every role at every route: what the table opens is there, and what it does not open does not exist.

The routes are taken from the application. A route that is about a student says so with its guard; any other is
decided here, and one that nobody decided about fails.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from access_rows import OTHER, OWN, TWIN, Canary, Place
from access_walk import NOWHERE, ask, guard_of, page_address, page_routes, plain
from access_world import PERSONS, AccessWorld, people_of_every_role
from factories import NOW, TODAY
from flask import Flask
from page_world import PageWorld
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from api.actions.rights import grown_at
from mastery import access_questions
from mastery.access import Basis, Right, Scope, Subject, Viewer, decide
from mastery.access_matrix import MATRIX, DataClass, Reach, Role
from mastery.access_questions import NEEDS, What, may, plans_class, scores_class, sees_class, sees_measurement
from mastery.households import Member, shown_members
from mastery.letters import may_make_letters
from mastery.links import may_sign
from mastery.offices import Affair, joint, reach, remit
from models.queries_access import subject_of, viewer_of
from models.queries_people import visible_students
from models.roster import Person, Section
from models.unit_of_work import district_transaction

_ABOUT, _OFFICE_FOR = "person: about a student: ", "person: office for a student: "
_OFFICE = "person: office: "


@dataclass(frozen=True)
class Question:
    """Who asks, about whom; `subject` is none where the address names nobody of the district."""

    viewer: Viewer
    subject: Subject | None
    place: Place
    school: int | None
    grown: datetime | None

    def may(self, what: What) -> bool:
        """What the law says."""
        return self.subject is not None and may(self.viewer, what, self.subject, NOW).allowed

    def answers_for(self, affair: Affair) -> bool:
        """Whether the person's office answers for the student."""
        return self.subject is not None and remit(self.viewer, affair, NOW).covers(self.subject)

    def of_district(self, affair: Affair) -> bool:
        """Whether the person answers for an affair in all of the place's district."""
        return self.subject is not None and remit(self.viewer, affair, NOW).district

    def keeps_homes(self) -> bool:
        """Whether where the student lives, and so who the guardians are, is the person's to keep."""
        return self.answers_for(Affair.PEOPLE) and self.may(What.ORDERS)

    def signs(self) -> bool:
        """Whether rights to the record are the person's."""
        return self.subject is not None and may_sign(self.viewer, self.subject.student, self.grown, NOW)

    def is_of_age(self) -> bool:
        """Whether the person is the student and of age, and so says which of the family sees the record (99.5)."""
        own = self.subject is not None and self.viewer.person == self.subject.student
        return own and self.grown is not None and self.grown <= NOW

    def lives_there(self) -> bool:
        """Whether the home that the place names is the person's own, as an adult."""
        home = [Member(1, self.place.lives)]
        return self.subject is not None and bool(shown_members(self.viewer.person, home, self.viewer.wards, TODAY))

    def appoints(self) -> bool:
        """Whether the person gives offices, and finds the adults of the place."""
        gives = joint(self.viewer, (Affair.APPOINTMENTS, Affair.COLLEAGUES), NOW)
        return self.subject is not None and bool(gives) and reach(self.viewer, NOW).adults.covers(self.subject)

    def ends_added(self) -> bool:
        """Whether the person ends who was added for the student: they answer for people, and for the link that ends."""
        ends = self.of_district(Affair.APPOINTMENTS) or self.answers_for(Affair.LINKS)
        return self.answers_for(Affair.PEOPLE) and ends

    def works_at_school(self) -> bool:
        """Whether the person is of the staff of the place's school, or of the whole district."""
        near = {
            (Scope.DISTRICT, self.viewer.district),
            (Scope.SCHOOL, self.school),
            (Scope.SECTION, self.place.section),
        }
        held = {(tie.scope, tie.key) for tie in self.viewer.ties if tie.span.holds(NOW)}
        return self.viewer.is_staff and self.school is not None and bool(near & held)

    def decides(self, roles: Collection[Role] = frozenset(Role)) -> bool:
        """Whether the person, as an employee in one of some roles, decides about the student."""
        if self.subject is None:
            return False
        access = may(self.viewer, What.DECIDE, self.subject, NOW)
        return access.allowed and any(tie.basis is Basis.EMPLOYEE and tie.role in roles for tie in access.ties)

    def acts_on_tests(self) -> bool:
        """Whether the person takes any step about the student's tests."""
        acts = self.is_the_student() or self.signs() or self.may(What.CONFIRM) or self.answers_for(Affair.TESTS)
        return self.may(What.STANDING) and acts

    def reads_registry(self) -> bool:
        """Whether the place's assessment is of a registry that the person keeps."""
        return self.place.district == self.viewer.district and bool(remit(self.viewer, Affair.TESTS, NOW))

    def keeps_windows(self) -> bool:
        """Whether the windows of the place's school are the person's to keep."""
        return self.reads_registry() and remit(self.viewer, Affair.TESTS, NOW).covers_school(self.school)

    def is_the_student(self) -> bool:
        """Whether the person is the student."""
        return self.subject is not None and self.viewer.person == self.subject.student

    def is_only_family(self) -> bool:
        """Whether the person sees the student as a parent alone: what student and teacher write is for the two."""
        return not self.is_the_student() and not self.viewer.is_staff

    def scores_work(self) -> bool:
        """Whether the person scores what the student handed in: who teaches the class, who leads the moderation."""
        teaches = self.place.section in self.viewer.sections and self.may(What.ADD_WORK)
        return teaches or self.of_district(Affair.MODERATION)

    def sees_class(self) -> bool:
        """Whether the class of the place may be opened."""
        section = access_questions.Section(self.place.district, self.place.section, self.school)
        return self.viewer.is_staff and sees_class(self.viewer, section)

    def scores_class(self) -> bool:
        """Whether papers of the class of the place may be typed in."""
        section = access_questions.Section(self.place.district, self.place.section, self.school)
        return self.viewer.is_staff and scores_class(self.viewer, section)

    def plans_class(self) -> bool:
        """Whether the class of the place is the person's to plan."""
        section = access_questions.Section(self.place.district, self.place.section, self.school)
        return self.sees_class() and plans_class(self.viewer, section)

    def is_in_class(self) -> bool:
        """Whether the student is in the class of the place."""
        return self.subject is not None and self.place.section in self.subject.sections


# routes that are about no student by their address: who is answered by anything but "there is no such page"
OTHERS: dict[str, Callable[[Question], bool]] = {
    "pages.home": lambda _: True,
    "pages.students": lambda _: True,
    "pages.today": lambda one: one.viewer.is_staff,
    "pages.agency": lambda one: one.viewer.is_staff,
    "pages.classes": lambda one: one.viewer.is_staff,
    "pages.class_page": Question.sees_class,
    "pages.checks": Question.sees_class,
    **dict.fromkeys(
        ("pages.papers", "pages.open_for_typing", "pages.paper", "pages.type_paper", "pages.type_cell"),
        Question.scores_class,
    ),
    "pages.class_pace": Question.sees_class,
    "pages.course_plan": Question.plans_class,
    "pages.save_course_plan": Question.plans_class,
    "pages.say_pace": lambda one: one.may(What.ANSWER_FOR_PACE) and one.plans_class() and one.is_in_class(),
    "pages.cut_scores": lambda one: one.viewer.is_staff and one.may(What.ACT_ON_FLAG),
    "pages.confirm": lambda one: one.viewer.is_staff and one.may(What.ACT_ON_FLAG),
    "pages.gallery": lambda _: False,  # for districts without a real child
    "pages.measurements": lambda one: sees_measurement(one.viewer, one.viewer.district),
    "pages.measurement": lambda one: sees_measurement(one.viewer, one.viewer.district),
    "pages.acknowledge_flag": lambda one: one.viewer.is_staff and one.may(What.ACT_ON_FLAG),
    "pages.dismiss_flag": lambda one: one.viewer.is_staff and one.may(What.ACT_ON_FLAG),
    "pages.do": lambda one: one.place.section in one.viewer.sections,
    # the case manager exempts; who proposes to take away is the teacher of record or an administrator
    "pages.sign_act": Question.decides,
    "pages.propose_revocation": lambda one: one.decides({Role.TEACHER_OF_RECORD, Role.SCHOOL_ADMINISTRATOR}),
    "pages.waiting_revocations_page": lambda one: one.viewer.is_staff,
    "pages.revocation_step": lambda one: (
        one.is_the_student()
        or (one.signs() and one.may(What.REVOCATIONS))
        or one.decides({Role.TEACHER_OF_RECORD, Role.SCHOOL_ADMINISTRATOR})
    ),
    "pages.undo": lambda one: one.place.section in one.viewer.of_record,  # who did the move teaches the class
    "pages.school_calendars": lambda one: one.viewer.is_staff,
    "pages.school_calendar": Question.works_at_school,
    "pages.change_school_day": lambda one: (
        one.school is not None and remit(one.viewer, Affair.CALENDARS, NOW).covers_school(one.school)
    ),
    "pages.tests_asked": lambda one: one.viewer.is_staff,
    "pages.act_on_test": Question.acts_on_tests,
    "pages.assessments": lambda one: bool(remit(one.viewer, Affair.TESTS, NOW)),
    "pages.readiness_report": lambda one: remit(one.viewer, Affair.TESTS, NOW).district,
    "pages.assessment": Question.reads_registry,
    "pages.new_window": Question.reads_registry,
    "pages.choose_retake_rule": lambda one: one.reads_registry() and one.of_district(Affair.TESTS),
    **dict.fromkeys(("pages.test_window", "pages.exclude_student", "pages.cancel_test_window"), Question.keeps_windows),
    "pages.letters": lambda one: may_make_letters(one.viewer),
    "pages.print_letters": lambda one: may_make_letters(one.viewer),
    "pages.waiting_amendments": lambda one: bool(remit(one.viewer, Affair.REQUESTS, NOW)),
    "pages.ask_amendment": Question.signs,
    # what the student said, the student changes and takes back
    "pages.say_own_words": lambda one: one.is_the_student() or one.signs(),
    "pages.choose_next": Question.is_the_student,
    "pages.tell_voice": Question.is_the_student,
    "pages.withdraw_voice": Question.is_the_student,
    # a class's ways to learn are kept by who teaches it, the district's by who keeps the targets
    **dict.fromkeys(
        ("pages.class_pathways", "pages.add_class_pathway", "pages.end_class_pathway"),
        lambda one: one.place.section in one.viewer.sections,
    ),
    "pages.district_pathways": lambda one: remit(one.viewer, Affair.PATHWAYS, NOW).district,
    "pages.add_district_pathway": lambda one: remit(one.viewer, Affair.PATHWAYS, NOW).district,
    "pages.end_district_pathway": lambda one: one.of_district(Affair.PATHWAYS),
    "pages.change_own_words": Question.is_the_student,
    "pages.withdraw_own_words": Question.is_the_student,
    # rubrics are of the whole district; tasks are of who teaches the class; work is of who scores it
    "pages.list_rubrics": lambda one: one.viewer.is_staff,
    "pages.rubric": lambda one: one.viewer.is_staff and one.subject is not None,
    **dict.fromkeys(
        ("pages.new_rubric", "pages.keep_rubric"),
        lambda one: bool(one.viewer.sections) or remit(one.viewer, Affair.MODERATION, NOW).district,
    ),
    **dict.fromkeys(
        ("pages.class_tasks", "pages.new_task", "pages.task"), lambda one: one.place.section in one.viewer.sections
    ),
    "pages.hand_in_task": lambda one: one.is_the_student() or one.may(What.ADD_WORK),
    "pages.ratings": lambda one: one.viewer.is_staff,
    **dict.fromkeys(
        ("pages.examples", "pages.score_examples", "pages.example_file"),
        lambda one: one.viewer.is_staff and one.subject is not None,
    ),
    **dict.fromkeys(
        ("pages.rating", "pages.keep_rating", "pages.keep_talk", "pages.rating_file"), Question.scores_work
    ),
    # whose work it is, the student alone says
    "pages.add_work": lambda one: one.is_the_student() or one.may(What.ADD_WORK),
    "pages.state_work": Question.is_the_student,
    "pages.keep_statement": Question.is_the_student,
    "pages.inspection": Question.signs,
    "pages.ask_record": Question.signs,
    "pages.amendment_step": lambda one: one.signs() or (one.may(What.AMENDMENTS) and one.answers_for(Affair.REQUESTS)),
    # in an emergency any of the staff opens any student of the district, and somebody else reviews it
    "pages.emergency": lambda one: one.viewer.is_staff,
    "pages.student_emergency": lambda one: one.viewer.is_staff and one.subject is not None,
    # who only appoints finds adults, and no student; programs are the whole district's
    "pages.office_person": lambda one: one.subject is not None and reach(one.viewer, NOW).students.covers(one.subject),
    "pages.office_clients": lambda one: remit(one.viewer, Affair.CLIENTS, NOW).district,
    "pages.policy": lambda one: one.viewer.is_staff,
    "pages.grades": Question.sees_class,
    "pages.competency": lambda one: one.of_district(Affair.CURRICULUM),
    "pages.competency_courses": lambda one: one.of_district(Affair.CURRICULUM),
    "pages.set_names_rule": lambda one: remit(one.viewer, Affair.PEOPLE, NOW).district,
    "pages.sign_time": lambda one: remit(one.viewer, Affair.RETENTION, NOW).district,
    "pages.set_parameter": lambda one: remit(one.viewer, Affair.POLICY, NOW).district,
    "pages.place_hold": lambda one: remit(one.viewer, Affair.RETENTION, NOW).district,
    "pages.give_office": Question.appoints,
    **dict.fromkeys(
        ("pages.new_home", "pages.change_home", "pages.join_home", "pages.leave_home"), Question.keeps_homes
    ),
    "pages.end_link": lambda one: one.answers_for(Affair.LINKS),  # with the student; an office is of who appoints
    "pages.family_withdraws": lambda one: one.answers_for(Affair.CONSENTS) or one.signs(),
    # what others entered, for who reads the log
    "pages.correct_disclosure": lambda one: one.answers_for(Affair.DISCLOSURES) and one.may(What.WHO_LOOKED),
    "pages.review_emergency": lambda one: one.answers_for(Affair.REVIEWS),
    # the whole district's
    "pages.end_support": lambda one: one.of_district(Affair.SUPPORT),
    "pages.let_family_see": Question.is_of_age,
    "pages.end_family_sees": Question.is_of_age,
    "pages.change_notice": Question.lives_there,
    # the whole district's targets; what is named there is of the place's district
    **dict.fromkeys(
        ("pages.graph_versions", "pages.graph_draft", "pages.enter_in_draft", "pages.graph_preview"),
        lambda one: remit(one.viewer, Affair.GRAPH, NOW).district,
    ),
    "pages.graph_version": lambda one: one.of_district(Affair.GRAPH),
    "pages.take_out_of_draft": lambda one: one.of_district(Affair.GRAPH),
    "pages.lift_hold": lambda one: one.of_district(Affair.RETENTION),
    "pages.end_added_person": Question.ends_added,
    "pages.renew_agreement": lambda one: (
        one.subject is not None and bool(joint(one.viewer, (Affair.LINKS, Affair.APPOINTMENTS), NOW))
    ),
    "pages.finish_partner": lambda one: one.of_district(Affair.APPOINTMENTS),
    "pages.new_client_secret": lambda one: one.of_district(Affair.CLIENTS),
    "pages.end_client": lambda one: one.of_district(Affair.CLIENTS),
    "pages.my_path": lambda one: Role.STUDENT in one.viewer.roles,
}

# what whoever holds the rights to a record does, or who has a home with the student
OF_RIGHTS = {
    "pages.inspection", "pages.ask_record", "pages.ask_amendment", "pages.amendment_step", "pages.family_withdraws",
    "pages.let_family_see", "pages.end_family_sees", "pages.change_notice",
}  # fmt: skip


@pytest.fixture
def everyone(page_world: PageWorld) -> AccessWorld:
    return people_of_every_role(page_world)


def expected(app: Flask, rule: Rule, asked: Question) -> bool:
    """Whether the law opens a route to who asks."""
    if rule.endpoint in OTHERS:
        return OTHERS[rule.endpoint](asked)
    guard = guard_of(app, rule)
    if guard.startswith(_OFFICE_FOR):
        return asked.answers_for(Affair(guard.removeprefix(_OFFICE_FOR)))
    if guard.startswith(_OFFICE):
        affairs = [Affair(word) for word in guard.removeprefix(_OFFICE).split(", ")]
        if rule.arguments:  # about somebody: here always a student
            return any(map(asked.answers_for, affairs))
        return any(remit(asked.viewer, affair, NOW) for affair in affairs)
    return asked.may(What(guard.removeprefix(_ABOUT)))


@pytest.mark.parametrize("role", PERSONS)
def test_a_role_meets_what_the_table_opens_and_nothing_else(everyone: AccessWorld, role: Role) -> None:
    walk = Walk(everyone, role)
    for rule, method in page_routes(everyone.world.app):
        for place in (everyone.own, everyone.other, everyone.twin) if rule.arguments else (everyone.own,):
            walk.step(rule, method, place)
    assert walk.steps > 200


@pytest.mark.parametrize("role", [Role.STUDENT, Role.PARENT])
def test_rights_are_the_students_alone_from_the_eighteenth_birthday_on(everyone: AccessWorld, role: Role) -> None:
    for place in (everyone.own, everyone.other, everyone.twin):
        with district_transaction(everyone.world.engine, place.district) as session:
            session.get_one(Person, (place.district, place.student)).birth_date = TODAY.replace(year=TODAY.year - 18)
            session.commit()
    walk, met = Walk(everyone, role), set()
    for rule, method in page_routes(everyone.world.app):
        if rule.endpoint in OF_RIGHTS:
            for place in (everyone.own, everyone.other, everyone.twin):
                walk.step(rule, method, place)
            met.add(rule.endpoint)
    assert met == OF_RIGHTS


@pytest.mark.parametrize("role", [Role.SCHOOL_ADMINISTRATOR, Role.DATA_STEWARD, Role.DISTRICT_LEADER])
def test_an_office_is_given_to_no_student(everyone: AccessWorld, role: Role) -> None:
    walk = Walk(everyone, role)
    for rule, method in page_routes(everyone.world.app):
        if rule.endpoint == "pages.give_office":
            student = replace(everyone.own, rows={rule.endpoint: everyone.own.student})
            answer, nothing = (walk.open(rule, method, one) for one in (student, walk.nowhere))
            assert (answer.status_code, plain(answer)) == (404, plain(nothing))


class Walk:
    """One person's way over all routes; what was answered of nothing is asked once, and before anything is ended."""

    def __init__(self, everyone: AccessWorld, role: Role) -> None:
        self.app = everyone.world.app
        self.client = everyone.world.client(f"role-{role}")
        self.token = self.client.token()
        self.nowhere = Place(everyone.world.district_id, *[NOWHERE] * 5)
        self.asked = {
            place.student: question(everyone, role, place) for place in (everyone.own, everyone.other, everyone.twin)
        }
        self.planted = list(zip(self.asked.values(), (OWN, OTHER, TWIN), strict=True))
        self.without: dict[tuple[str, str], object] = {}
        self.steps = 0

    def step(self, rule: Rule, method: str, place: Place) -> None:
        """Ask for a route of a place: it is there for whom the law says, else it is as one of nothing."""
        answer = self.open(rule, method, place)
        there = answer.status_code not in (403, 404)
        asked = self.asked[place.student]
        assert there == expected(self.app, rule, asked), (method, rule.rule, answer.request.path, answer.status_code)
        self.steps += 1
        if answer.status_code == 404:
            key = (method, rule.rule)
            if key not in self.without:
                self.without[key] = plain(self.open(rule, method, self.nowhere))
            assert self.without[key] == plain(answer), (method, answer.request.path)
        self._look_for_canaries(answer)

    def open(self, rule: Rule, method: str, place: Place) -> TestResponse:
        """Ask for a route of a place."""
        return ask(self.client, self.token, method, page_address(rule, place), place)

    def _look_for_canaries(self, answer: TestResponse) -> None:
        text = answer.get_data(as_text=True)
        for asked, canary in self.planted:
            for what, opened, planted in told(asked, canary):
                if what == DataClass.PROGRAMMES.name and answer.request.path.endswith("/programs"):
                    continue  # a form to choose from them all
                assert opened or not [one for one in planted if one in text], (
                    what,
                    answer.request.method,
                    answer.request.path,
                )


def told(asked: Question, canary: Canary) -> Iterable[tuple[str, bool, tuple[str, ...]]]:
    """What there is to tell of a student, whether the law opens it to who asks, and what it looks like."""
    for data, texts in canary.texts().items():
        yield data.name, reads_whole(asked, data), texts
    reads_record = reads_whole(asked, DataClass.RECORD)
    staff = asked.answers_for(Affair.DISCLOSURES) and reads_record
    yield "a sealed order", staff, (canary.sealed,)
    yield "what was asked", asked.may(What.OWN_WORDS) and not asked.is_only_family(), (canary.voice,)
    yield "own words", asked.may(What.OWN_WORDS), (canary.own_words,)
    yield "why dates are the student's own", asked.may(What.PACE), (canary.slower,)
    yield "why a plan rests", asked.may(What.PROGRAMMES), (canary.rests,)
    yield "work", asked.may(What.WORK) or asked.scores_work(), canary.work
    yield "a request", asked.may(What.AMENDMENTS), (canary.asked,)
    found = asked.subject is not None and reach(asked.viewer, NOW).students.covers(asked.subject)
    yield "what a link is for", found or reads_record, (canary.purpose,)
    holds = joint(asked.viewer, (Affair.RETENTION, Affair.ORDERS), NOW)
    yield "why nothing is deleted", found and bool(holds), (canary.held,)
    yield "an emergency", found or reads_record or asked.answers_for(Affair.REVIEWS), (canary.emergency,)


def test_what_is_of_another_student_is_not_behind_an_address_of_ones_own(everyone: AccessWorld) -> None:
    own, compared = everyone.own, 0
    for role in (
        Role.SCHOOL_ADMINISTRATOR, Role.REGISTRAR, Role.CASE_MANAGER, Role.TEACHER_OF_RECORD, Role.PARENT, Role.STUDENT
    ):  # fmt: skip
        client = everyone.world.client(f"role-{role}")
        token = client.token()
        for rule, method in page_routes(everyone.world.app):
            if "student_id" in rule.arguments and rule.arguments & own.rows.keys():
                for rows in (everyone.other.rows, everyone.twin.rows):
                    mixed, missing = (replace(own, rows=some) for some in (rows, {}))
                    answer = ask(client, token, method, page_address(rule, mixed), mixed)
                    nothing = ask(client, token, method, page_address(rule, missing), missing)
                    assert plain(answer) == plain(nothing), (role, method, rule.rule)
                    compared += 1
    assert compared >= 60


def question(everyone: AccessWorld, role: Role, place: Place) -> Question:
    """The role's person asking about the student of a place."""
    world = everyone.world
    with district_transaction(world.engine, world.district_id) as session:
        viewer = viewer_of(session, world.district_id, everyone.people[role].id, NOW)
        subject = subject_of(session, world.district_id, place.student, NOW)
        section = session.get(Section, (world.district_id, place.section))
        grown = None if subject is None else grown_at(session, world.district_id, place.student, NOW)
    return Question(viewer, subject, place, section.school_id if section else None, grown)


def reads_whole(asked: Question, data: DataClass) -> bool:
    """Whether the person may see a class of the student as it is, not in a form made for others."""
    if asked.subject is None or not decide(asked.viewer, Right.READ, data, asked.subject, NOW).allowed:
        return False
    if data is DataClass.ACADEMIC_FLAGS:
        return asked.may(What.FLAGS)
    # legal names and contact are what an office keeps; others see the name that the student goes by
    offices = frozenset({Role.SCHOOL_ADMINISTRATOR, Role.REGISTRAR, Role.DATA_STEWARD})
    return data is not DataClass.NAMES or bool(asked.viewer.roles & offices)


def test_whoever_is_not_signed_in_is_asked_to_at_every_route(everyone: AccessWorld) -> None:
    client = everyone.world.client()
    for rule, method in page_routes(everyone.world.app):
        answer = ask(client, "", method, page_address(rule, everyone.own), everyone.own)
        assert answer.status_code in (303, 400), (method, rule.rule)  # an act without a form's token is no act
        if answer.status_code == 303:
            assert answer.headers["Location"].startswith("/sign-in")


def test_every_route_is_decided_about(page_world: PageWorld) -> None:
    guards = {rule.endpoint: guard_of(page_world.app, rule) for rule, _ in page_routes(page_world.app)}
    undecided = {name for name, guard in guards.items() if not guard.startswith((_ABOUT, _OFFICE_FOR, _OFFICE))}
    undecided -= set(OTHERS)
    assert undecided == set()
    asked = {What(guard.removeprefix(_ABOUT)) for guard in guards.values() if guard.startswith(_ABOUT)}
    assert {What.STANDING, What.EVIDENCE, What.JUDGE} <= asked <= set(NEEDS)
    # a route about a student whose guard does not say so
    unsaid = {
        rule.endpoint
        for rule, _ in page_routes(page_world.app)
        if "student_id" in rule.arguments
        and not guards[rule.endpoint].startswith((_ABOUT, _OFFICE_FOR, _OFFICE))
        and rule.endpoint != "pages.student_emergency"
    }
    assert unsaid == set()


def test_a_list_of_each_role_is_the_set_of_whom_the_role_may_see(everyone: AccessWorld) -> None:
    world = everyone.world
    with district_transaction(world.engine, world.district_id) as session:
        keys = session.scalars(select(Person.id).where(Person.district_id == world.district_id)).all()
        subjects = [one for one in (subject_of(session, world.district_id, key, NOW) for key in keys) if one]
        assert len(subjects) == 4
        for role in PERSONS:
            viewer = viewer_of(session, world.district_id, everyone.people[role].id, NOW)
            for what in What:
                listed = set(session.scalars(visible_students(viewer, what)))
                assert listed == {one.student for one in subjects if may(viewer, what, one, NOW).allowed}, (role, what)


def test_somebody_of_each_role_is_tied_to_the_student_and_to_no_other(everyone: AccessWorld) -> None:
    """The walk would prove nothing if its people were not what they are said to be."""
    for role in PERSONS:
        own, other = question(everyone, role, everyone.own), question(everyone, role, everyone.other)
        row = MATRIX[role][DataClass.LEVELS]
        held = Role.PARENT if role is Role.PARENT_RESTRICTED else role
        assert held in own.viewer.roles
        office = role in (Role.REGISTRAR, Role.DATA_STEWARD, Role.SCHOOL_ADMINISTRATOR)
        opened = row.reads is Reach.ALL if office else row.reads is not None and role is not Role.DISTRICT_LEADER
        assert own.may(What.STANDING) == opened, role
        assert not other.may(What.STANDING)
