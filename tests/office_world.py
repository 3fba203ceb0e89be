"""A school's office in the small district: who works there, a mentor from outside, and another district."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import factories
from factories import NOW, Factory, new_district
from furnished import Furnished
from page_client import PageClient
from page_world import PASSWORD, PageWorld, enrol, let_sign_in

from api.actions.accounts import create_account
from api.actions.consents import Signed, give_consent, withdraw_consent
from api.actions.custody import Filed, file_order, keep_beyond_age
from api.actions.desk import Desk
from api.actions.disclosures import enter_disclosure
from api.actions.emergency import break_glass, let_support_in
from api.actions.households import Joining, join_household, make_household
from api.actions.links import Asked, appoint, grant_link
from api.actions.partners import add_partner, end_partner
from api.actions.people import Draft, add_person
from api.actions.policy_records import sign_parameter
from api.actions.programmes import Enrolled, put_programme
from api.actions.safety import opt_out, protect, set_parent_view
from api.actions.schedule import Hold, Time, place, sign
from api.pages.office_forms import CONSENTED
from mastery.access import Basis, Scope
from mastery.access_matrix import DataClass, Role
from mastery.audit import Act
from mastery.disclosures import Entry, Ground, Outcome
from mastery.households import Notice
from mastery.links import AgeBasis, Programme, Restriction
from mastery.names import ParentView
from mastery.policy_records import Asked as Rule
from mastery.policy_records import Level
from mastery.retention_schedule import Kind
from models.audit import by_program, record
from models.queries_access import viewer_of
from models.roster import Person
from models.unit_of_work import district_transaction

ZONE = ZoneInfo(factories.ZONE)
TODAY = NOW.astimezone(ZONE).date()
DAY = timedelta(days=1)


@dataclass
class OfficeWorld:
    """The world with a registrar and a mentor, who is in the roster as nothing yet."""

    world: PageWorld
    mentor: Person

    def act(self, act, *arguments, who="principal", at=NOW, **more):
        """Let somebody do an act, and commit it."""
        with district_transaction(self.world.engine, self.world.district_id) as session:
            viewer = viewer_of(session, self.world.district_id, self.world.people[who].id, at)
            done = act(session, viewer, *arguments, now=at, **more)
            session.commit()
        return done

    def appoint(self, who: str, role: Role, school: int | None = None) -> None:
        """Give somebody an office at a school, or of the district."""
        scope = Scope.DISTRICT if school is None else Scope.SCHOOL
        asked = Asked(self.world.people[who].id, role, scope, school, Basis.EMPLOYEE, "office", TODAY)
        with district_transaction(self.world.engine, self.world.district_id) as session:
            appoint(session, self.world.district_id, asked, NOW)
            session.commit()

    def manage_case(self, since: date = TODAY) -> None:
        """Make the mentor the student's case manager."""
        student = self.world.student.id
        asked = Asked(
            self.mentor.id, Role.CASE_MANAGER, Scope.STUDENT, student, Basis.EMPLOYEE, "special education", since
        )
        with district_transaction(self.world.engine, self.world.district_id) as session:
            appoint(session, self.world.district_id, asked, NOW)
            session.commit()

    def page(self, who: str = "student") -> str:
        """The office's page of somebody."""
        return f"/office/people/{self.world.people[who].id}"


def office_of(world: PageWorld) -> OfficeWorld:
    """Add the registrar of the school, the mentor and a steward of the district to a world."""
    people = world.people

    def rows(make: Factory) -> None:
        people["mentor"] = make.person("Grace", "Mentor")
        people["registrar"] = make.person("Ida", "Wells")
        people["steward"] = make.person("Katherine", "Johnson")
        new = {name: people[name] for name in ("mentor", "registrar", "steward")}
        for name, account in let_sign_in(make.session, make.district_id, new).items():
            world.codes[name] = enrol(make.session, make.district_id, account)

    world.add(rows)
    office = OfficeWorld(world, people["mentor"])
    office.appoint("registrar", Role.REGISTRAR, world.school.id)
    office.appoint("steward", Role.DATA_STEWARD)
    return office


def waiting_office(found: Furnished) -> None:
    """Something of everything that an office keeps and that waits in it."""
    world = found.world
    office, guardian = office_of(world), world.people["guardian"].id

    def rows(make: Factory) -> None:
        world.people["supporter"] = make.person("Help", "Desk")
        accounts = let_sign_in(make.session, make.district_id, {"supporter": world.people["supporter"]})
        world.codes["supporter"] = enrol(make.session, make.district_id, accounts["supporter"])
        _program_reads(make, world.student)

    world.add(rows)
    found.places["mentor"] = office.mentor.id
    student, supporter, now = world.student.id, world.people["supporter"].id, world.app.extensions["mastery"].clock()
    today = now.astimezone(ZONE).date()
    for classes in (frozenset({DataClass.LEVELS}), frozenset(CONSENTED)):
        signed = Signed(student, office.mentor.id, classes, "robotics", guardian, today, today, today + 20 * DAY)
        consent = office.act(give_consent, signed, at=now)
        asked = Asked(
            office.mentor.id, Role.EXTERNAL_PROFESSIONAL, Scope.STUDENT, student, Basis.CONSENT, "robotics", today,
            consent=consent,
        )  # fmt: skip
        office.act(grant_link, asked, at=now)
    office.act(withdraw_consent, consent, at=now)
    restricts = frozenset({Restriction.CONTACT, Restriction.PICKUP})
    filed = Filed(student, guardian, "custody order", restricts, "cabinet 4", today, today + 9 * DAY)
    office.act(file_order, filed, at=now)
    office.act(keep_beyond_age, student, guardian, AgeBasis.DEPENDENT, today, None, at=now)
    asked = {"happened_on": today, "classes": frozenset({DataClass.LEVELS, DataClass.CREDITS})}
    given = Entry(
        Ground.EMERGENCY, Outcome.GIVEN, "Dr. Rivera", "treating the student", **asked, organization="City Hospital",
        threat="An allergic shock.", further="The ambulance, to bring the student.",
    )  # fmt: skip
    first = office.act(enter_disclosure, student, given, at=now)
    better = replace(given, recipient="Dr. Ruth Rivera", why="The name was short.")
    found.places["given"] = office.act(enter_disclosure, student, better, corrects=first, at=now)
    for ground, outcome in ((Ground.SEALED_SUBPOENA, Outcome.GIVEN), (Ground.NONE, Outcome.REFUSED)):
        letter = Entry(ground, outcome, "Clerk", "a case", **asked, document_reference="County Court, 26-9")
        office.act(enter_disclosure, student, letter, at=now)
    office.act(break_glass, student, "found crying at the gate", who="colleague", at=now)
    office.act(let_support_in, supporter, Role.REGISTRAR, "The roster will not load.", who="leader", at=now)


def at_home(found: Furnished) -> None:
    """A student who goes by another name, with two homes, protected, and a partner of each kind."""
    world = found.world
    if "registrar" not in world.people:
        office_of(world)
    student, guardian = world.student.id, world.people["guardian"].id

    def rows(make: Factory) -> None:
        person = make.session.get_one(Person, (make.district_id, student))
        person.preferred_given_name, person.pronouns = "Addie", "she/her"
        desk, now = Desk(make.district_id), world.app.extensions["mastery"].clock()
        today = now.astimezone(ZONE).date()
        home = make_household(make.session, desk, "12 Elm Street\nConcord NH 03301", "es", student, now)
        join_household(make.session, desk, Joining(home, guardian, Notice.SMS, today - 9 * DAY), now)
        other = make_household(make.session, desk, None, "en", student, now)
        father = world.people["father"].id
        join_household(make.session, desk, Joining(other, father, Notice.EMAIL, None, today - DAY), now)
        protect(make.session, desk, student, "PO Box 1137\nConcord NH 03302", now, forget=False)
        opt_out(make.session, desk, student, True, now)
        club = add_partner(make.session, desk, "Robotics Club", "contract 26-117", today + 99 * DAY, now)
        added = add_person(make.session, desk, Draft("Hedy", "Lamarr", "hedy@example.org", None, club), now)
        principal = viewer_of(make.session, make.district_id, world.people["principal"].id, now)
        signed = Signed(
            student, added.id, frozenset({DataClass.LEVELS}), "robotics", guardian, today, today, today + 20 * DAY
        )
        tutor = Asked(
            added.id, Role.EXTERNAL_PROFESSIONAL, Scope.STUDENT, student, Basis.AGREEMENT, "robotics", today,
            consent=give_consent(make.session, principal, signed, now),
        )  # fmt: skip
        appoint(make.session, make.district_id, tutor, now)
        found.places |= {"partner": club, "added": added.id}
        end_partner(make.session, desk, add_partner(make.session, desk, "Old Mill", None, None, now), now, now)
        found.places["household"] = home

    world.add(rows)


def ruled(found: Furnished) -> None:
    """A district that has said its own rules, and a case manager who put programs on file."""
    world = found.world
    office = OfficeWorld(world, world.people["mentor"]) if "registrar" in world.people else office_of(world)
    student, now = world.student.id, world.app.extensions["mastery"].clock()
    today = now.astimezone(ZONE).date()
    office.manage_case(today)

    def rows(make: Factory) -> None:
        desk = Desk(make.district_id)
        set_parent_view(make.session, desk, ParentView.DISTRICT_RULE, now)
        for keep, begins in (("7 years", today), ("9 years", today + 30 * DAY)):
            sign(make.session, desk, Time(Kind.STUDENT_RECORD, keep, "RSA 189:29", begins), now, "School board")
        for value, level, begins in (
            (5, Level.STATE, today),
            (4, Level.DISTRICT, today),
            (7, Level.DISTRICT, today + DAY),
        ):
            asked = Rule("retake_cooldown_days", value, level, "Board policy IKE", begins)
            sign_parameter(make.session, desk, asked, now, today, "School board")
        for whom, until in ((None, None), (world.student.sourced_id, today + 30 * DAY)):
            place(make.session, desk, Hold(whom, None, "Doe v. District, 26-117", until), now, "counsel")
        for programme, ends in ((Programme.IDEA, None), (Programme.ENGLISH_LEARNER, today - DAY)):
            put_programme(make.session, desk, student, Enrolled(programme, today - 9 * DAY, ends), now)

    world.add(rows)


def _program_reads(make: Factory, student: Person) -> None:
    by = by_program(make.client().id)
    for hours, page in ((0, "flags.get_flags"), (0, "students.get_targets"), (2, "students.get_targets")):
        at = NOW + timedelta(hours=hours)
        record(make.session, make.district_id, by, Act.VIEW, at, [student.id], detail={"page": page})


def another_district(world: PageWorld, name: str = "elsewhere") -> PageClient:
    """A client signed in as a principal of another district."""
    district = new_district(world.engine)
    with district_transaction(world.engine, district) as session:
        make = Factory(session, district)
        principal = make.person("Other", "Principal")
        make.role(principal, "administrator", make.school().id)
        sign_in = f"{name}-{district}"
        codes = enrol(session, district, create_account(session, district, sign_in, PASSWORD, principal.id, NOW))
        session.commit()
    client = PageClient(world.app.test_client())
    client.sign_in(sign_in, PASSWORD)
    client.show_code(codes.pop())
    return client
