"""People whom no roster brings, guardians whom an office attests, partners, and the commands about them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from acts_on_record import recorded
from click.testing import CliRunner, Result
from command_line import name_in_environment
from factories import NOW, Factory, new_district
from page_world import PASSWORD, PageWorld, enrol
from roster_files import RosterFiles
from session_rows import account_id, session_rows
from sqlalchemy import Engine, select

from api.actions.accounts import create_account, sign_in
from api.actions.consents import Signed, give_consent
from api.actions.desk import Desk
from api.actions.guardians import attest_guardian, end_attested
from api.actions.links import Asked, NotYoursError, appoint, grant_link
from api.actions.partners import add_partner, end_partner, list_partners
from api.actions.people import Draft, add_person, on_file
from api.actions.roster import import_roster
from api.cli import main
from mastery.access import Basis, Scope
from mastery.access_matrix import DataClass, Role
from mastery.audit import Act
from mastery.links import LinkError
from mastery.roster import Origin
from mastery.session_limits import Ending
from models.district import District
from models.installation import Installation
from models.links import Link
from models.queries_access import viewer_of
from models.roster import Guardianship, Person, PersonRole, School
from models.unit_of_work import district_transaction, shared_transaction

TODAY = NOW.date()
DAY = timedelta(days=1)


def acting(world: PageWorld, session: Any, who: str) -> Desk:
    return Desk.of(viewer_of(session, world.district_id, world.people[who].id, world.clock.at))


def act(world: PageWorld, who: str, do: Any, *arguments: Any) -> Any:
    with district_transaction(world.engine, world.district_id) as session:
        done = do(session, acting(world, session, who), *arguments, now=world.clock.at)
        session.commit()
    return done


# --- an attested guardian -------------------------------------------------------------------------------------------


def test_who_acts_as_a_parent_sees_the_child_as_long_as_the_office_attests_it(page_world: PageWorld) -> None:
    world, child = page_world, page_world.student.id
    world.people["grandmother"] = act(world, "principal", add_person, Draft("Judith", "Noel", "j@example.org"))
    with district_transaction(world.engine, world.district_id) as session:
        grandmother = world.people["grandmother"].id
        create_account(session, world.district_id, "grandmother", PASSWORD, grandmother, NOW)
        session.commit()
    page, client = f"/students/{child}", world.client("grandmother")
    client.get(page, 404)
    for who in ("teacher", "stranger", "guardian", "leader"):
        with pytest.raises(NotYoursError):
            act(world, who, attest_guardian, child, grandmother, "lives with her", TODAY, None)
    with pytest.raises(LinkError, match="say how"):
        act(world, "principal", attest_guardian, child, grandmother, " ", TODAY, None)
    with pytest.raises(LinkError, match="already"):
        act(world, "principal", attest_guardian, child, world.people["guardian"].id, "lives with her", TODAY, None)
    act(world, "principal", attest_guardian, child, grandmother, "lives with her", TODAY, None)
    client.get(page)
    act(world, "principal", end_attested, child, grandmother)
    client.get(page, 404)
    with pytest.raises(NotYoursError):
        act(world, "principal", end_attested, child, world.people["guardian"].id)
    act(world, "principal", attest_guardian, child, grandmother, "lives with her again", TODAY, None)
    client.get(page)


@pytest.fixture
def district(engine: Engine) -> int:
    return new_district(engine)


def take(engine: Engine, district: int, source: Path, **options: Any) -> Any:
    with district_transaction(engine, district) as session:
        report = import_roster(session, district, source, NOW, **options)
        session.commit()
    return report


def person(session: Any, district: int, sourced_id: str) -> Person:
    return session.scalars(select(Person).where(Person.district_id == district, Person.sourced_id == sourced_id)).one()


def test_no_import_ends_or_takes_what_the_office_keeps(engine: Engine, district: int, tmp_path: Path) -> None:
    files = RosterFiles(tmp_path)
    take(engine, district, files.folder)
    desk = Desk(district)
    with district_transaction(engine, district) as session:
        mentor = add_person(session, desk, Draft("Local", "Mentor"), NOW)
        make = Factory(session, district)
        school = session.scalars(select(School).where(School.sourced_id == "s-north")).one()
        make.role(mentor, "counselor", school.id)
        student = person(session, district, "u-1").id
        attest_guardian(session, desk, student, mentor.id, "acts as a parent", TODAY, None, NOW)
        session.commit()
        local = mentor.sourced_id
    assert take(engine, district, files.folder).changes_nothing
    # a file can not bring somebody under such an id
    files.append("users", f"{local},active,,true,s-north,teacher,x,,File,Name,,,,,,,,")
    report = take(engine, district, files.folder)
    assert report.changes_nothing
    assert [(one.field, one.found) for one in report.problems] == [("sourcedId", local)]
    with district_transaction(engine, district) as session:
        kept = person(session, district, local)
        assert (kept.given_name, kept.active) == ("Local", True)
        assert session.scalars(select(PersonRole).where(PersonRole.person_id == kept.id)).one().ends_on is None
        tie = session.get_one(Guardianship, (district, kept.id, student))
        assert (tie.origin, tie.ends_on) == (Origin.ATTESTED, None)


def test_a_guardian_who_is_attested_and_in_the_roster_stays_when_the_roster_ends_them(
    engine: Engine, district: int, tmp_path: Path
) -> None:
    files = RosterFiles(tmp_path)
    take(engine, district, files.folder)
    with district_transaction(engine, district) as session:
        tie = session.scalars(select(Guardianship).where(Guardianship.district_id == district)).first()
        assert tie is not None
        pair = (district, tie.guardian_id, tie.student_id)
        tie.ends_on = TODAY - DAY
        session.flush()
        attest_guardian(session, Desk(district), tie.student_id, tie.guardian_id, "again", TODAY, TODAY + DAY, NOW)
        session.commit()
    assert take(engine, district, files.folder).changes_nothing
    for path in (files.path("users"),):
        path.write_text(path.read_text().replace("u-g1", "").replace("u-g2", ""))
    take(engine, district, files.folder, allow_removals=True)
    with district_transaction(engine, district) as session:
        assert session.get_one(Guardianship, pair).ends_on == TODAY + DAY


def test_the_roster_brings_how_to_reach_somebody_and_birth_dates_alone(
    engine: Engine, district: int, tmp_path: Path
) -> None:
    files = RosterFiles(tmp_path)
    files.replace("users", "ines.moreau@example.org,,,", "ines.moreau@example.org,555-01,555-02,")
    take(engine, district, files.folder)
    born = RosterFiles(tmp_path / "delta").delta(demographics=["u-2,active,,2008-11-27,,,,,,,,,,,,"])
    report = take(engine, district, born.folder)
    assert report.changes["people"].changed == 1  # type: ignore[index]
    assert take(engine, district, born.folder).changes_nothing
    with district_transaction(engine, district) as session:
        teacher = person(session, district, "u-t1")
        assert (teacher.sms, teacher.phone) == ("555-01", "555-02")
        assert person(session, district, "u-2").birth_date == date(2008, 11, 27)
    assert take(engine, district, files.folder).changes["people"].ended == 0  # type: ignore[index]


# --- partners -------------------------------------------------------------------------------------------------------


@pytest.fixture
def club(page_world: PageWorld) -> PageWorld:
    """A robotics club with a mentor, an agreement until the tenth day from now, and the family's consent."""
    world = page_world
    key = act(world, "principal", add_partner, "Robotics Club", "contract 7", TODAY + 10 * DAY)
    mentor = act(world, "principal", add_person, Draft("Grace", "Mentor", organization=key))
    world.people["mentor"] = mentor
    with district_transaction(world.engine, world.district_id) as session:
        account = create_account(session, world.district_id, "mentor", PASSWORD, mentor.id, NOW)
        world.codes["mentor"] = enrol(session, world.district_id, account)
        principal = viewer_of(session, world.district_id, world.people["principal"].id, NOW)
        signed = Signed(
            world.student.id, mentor.id, frozenset({DataClass.LEVELS}), "club", world.people["guardian"].id, TODAY,
            TODAY, TODAY + 30 * DAY,
        )  # fmt: skip
        consent = give_consent(session, principal, signed, NOW)
        asked = Asked(
            mentor.id, Role.EXTERNAL_PROFESSIONAL, Scope.STUDENT, world.student.id, Basis.AGREEMENT, "club", TODAY,
            consent=consent,
        )  # fmt: skip
        grant_link(session, principal, asked, NOW)
        session.commit()
    world.add(lambda make: make.standing(world.student, world.target))
    return world


def partner_key(world: PageWorld) -> int:
    with district_transaction(world.engine, world.district_id) as session:
        (partner,), _total = list_partners(session, world.district_id)
    assert partner.people == (1 if partner.active else 0)
    return partner.id


def test_a_link_of_a_partners_person_ends_with_the_agreement(club: PageWorld) -> None:
    with district_transaction(club.engine, club.district_id) as session:
        link = session.scalars(select(Link).where(Link.district_id == club.district_id)).one()
        assert link.organization_id == partner_key(club)
        assert link.ends_at is not None
        assert link.ends_at.date() == TODAY + 11 * DAY  # local midnight after the last day, in UTC


def test_a_partner_that_ends_takes_its_people_and_their_links_along(club: PageWorld) -> None:
    page, client, key = f"/students/{club.student.id}", club.client("mentor"), partner_key(club)
    client.get(page)
    real = NOW + 3 * DAY  # what the schools' clock says is another matter
    end = partial(end_partner, real_now=real)
    for who in ("teacher", "principal", "guardian", "mentor"):
        with pytest.raises(NotYoursError):
            act(club, who, end, key)
    ended = act(club, "leader", end, key)
    assert (ended.people, ended.links, ended.accounts) == (1, 1, 1)
    client.get(page, 303)  # the session is over with the account
    assert sign_in(club.engine, "mentor", PASSWORD, NOW) is None
    again = act(club, "leader", end, key)
    assert (again.people, again.links, again.accounts) == (0, 0, 0)
    (left,) = session_rows(club, "mentor")
    assert (left.ended_at, left.why) == (real, Ending.BY_OFFICE)
    mentor, leader, account = club.people["mentor"].id, club.people["leader"].id, account_id(club, "mentor")
    assert recorded(club.engine, club.district_id, Act.ACCOUNT_DISABLED) == [
        ("person", leader, set(), {"account": account, "person": mentor})
    ]
    assert recorded(club.engine, club.district_id, Act.SESSION_ENDED) == [
        ("person", leader, set(), {"account": account, "session": left.id, "why": Ending.BY_OFFICE})
    ]
    with pytest.raises(LinkError, match="has ended"):
        act(club, "principal", add_person, Draft("Late", "Comer", organization=key))
    with district_transaction(club.engine, club.district_id) as session:
        asked = Asked(
            club.people["mentor"].id, Role.COUNSELOR, Scope.SCHOOL, club.school.id, Basis.AGREEMENT, "x", TODAY
        )
        with pytest.raises(LinkError, match="has ended"):
            appoint(session, club.district_id, asked, NOW)


def test_who_may_add_a_partner_and_what_one_needs(page_world: PageWorld) -> None:
    for who in ("teacher", "guardian", "student"):
        with pytest.raises(NotYoursError):
            act(page_world, who, add_partner, "Club", None, None)
    with pytest.raises(LinkError, match="say where it is filed"):
        act(page_world, "principal", add_partner, "Club", None, TODAY)
    act(page_world, "principal", add_partner, "Club", None, None)
    with pytest.raises(LinkError, match="already"):
        act(page_world, "principal", add_partner, "club", None, None)
    with pytest.raises(LinkError, match="e-mail"):
        act(page_world, "principal", add_person, Draft("A", "B", "nowhere"))


def test_an_office_reads_the_file_of_its_own_people(page_world: PageWorld) -> None:
    with district_transaction(page_world.engine, page_world.district_id) as session:
        told = on_file(session, acting(page_world, session, "principal"), page_world.student, NOW)
        assert (told["legal_name"], told["display_name"]) == ("Ada Byron", "Ada Byron")
        assert [(one["is"], one["origin"]) for one in told["family"]] == [("guardian", "roster")]
        for who, whom in (("teacher", "student"), ("guardian", "guardian"), ("principal", "stranger")):
            with pytest.raises(NotYoursError):
                on_file(session, acting(page_world, session, who), page_world.people[whom], NOW)


# --- commands -------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(page_world: PageWorld, installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A command on the district of the world; its output, or the error."""
    name_in_environment(installation, monkeypatch)
    with shared_transaction(page_world.engine) as session:
        slug = session.get_one(District, page_world.district_id).slug

    def command(*arguments: str, fails: bool = False) -> str:
        result: Result = CliRunner().invoke(main, [*arguments, "--district", slug])
        assert (result.exit_code != 0) is fails, result.output
        return result.output

    return command


def test_the_commands_about_people(page_world: PageWorld, run: Any) -> None:
    key = json.loads(run("partner", "add", "Chess Club", "--agreement", "c-1", "--until", "2027-06-30", "--json"))["id"]
    added = json.loads(run("people", "add", "Nona", "Gaprindashvili", "--partner", str(key), "--json"))["sourced_id"]
    assert added.startswith("local:")
    assert "agreement c-1 until 2027-06-30, people: 1" in run("partner", "list")
    assert "legal name: Nona Gaprindashvili" in run("people", "show", added)
    assert json.loads(run("people", "show", "student", "--json"))["roles"][0]["role"] == "student"
    assert "data steward" in run("appoint", "leader", "data_steward")
    assert "no person" in run("appoint", "nobody", "registrar", fails=True)
    assert "is a school or the district" not in run("appoint", "principal", "registrar", "--school", "Else High")
    assert "scope" in run("appoint", "teacher", "counselor", fails=True)
    with district_transaction(page_world.engine, page_world.district_id) as session:
        made = {one.role: one.scope for one in session.scalars(select(Link))}
    assert made == {"data_steward": "district", "registrar": "school"}
    assert "People: 1" in run("partner", "end", str(key), "--yes")
    assert "no partner" in run("partner", "end", "999999", "--yes", fails=True)
    assert "not set" in run("names")
    assert "district_rule" in run("names", "district_rule")


def test_the_commands_about_schools(page_world: PageWorld, run: Any) -> None:
    assert "Lincoln High School: America/New_York, as the district" in run("school", "list")
    run("school", "zone", "Lincoln High School", "America/Denver")
    told = {one["name"]: (one["time_zone"], one["own"]) for one in json.loads(run("school", "list", "--json"))}
    assert told == {"Lincoln High School": ("America/Denver", True), "Else High": ("America/New_York", False)}
    assert "no time zone" in run("school", "zone", "Lincoln High School", "Mars/Olympus", fails=True)
    assert "no time zone" in run("school", "zone", "Lincoln High School", "../../etc/passwd", fails=True)
    assert "no school" in run("school", "zone", "Nowhere", "America/Denver", fails=True)
    assert "--as-district" in run("school", "zone", "Else High", fails=True)
    run("school", "zone", "Lincoln High School", "--as-district")
    assert "Denver" not in run("school", "list")
