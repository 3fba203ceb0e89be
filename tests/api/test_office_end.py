"""One person whom an office added leaves: with every link, office and sign-in, and by who answers for all of it."""

from __future__ import annotations

import pytest
from acts_on_record import recorded
from factories import NOW, Factory
from office_world import DAY, TODAY, OfficeWorld, office_of
from page_world import PASSWORD, PageWorld
from secretary import secretary
from sqlalchemy import select

from api.actions.accounts import create_account
from api.actions.desk import Desk
from api.actions.end_person import end_person
from api.actions.guardians import attest_guardian, end_attested
from api.actions.links import Asked, NotYoursError, appoint
from api.actions.people import Draft, add_person
from mastery.access import Basis, Scope
from mastery.access_matrix import Role
from mastery.audit import Act
from models.access import Account
from models.links import Link
from models.roster import Guardianship, Person
from models.unit_of_work import district_transaction


@pytest.fixture
def office(page_world: PageWorld) -> OfficeWorld:
    """The office, and Hedy, whom it added and who works with the student."""
    office = office_of(page_world)

    def rows(make: Factory) -> None:
        hedy = add_person(make.session, Desk(make.district_id), Draft("Hedy", "Lamarr"), NOW)
        page_world.people["hedy"] = hedy

    page_world.add(rows)
    _tie(office, Role.PROFESSIONAL, Scope.STUDENT, page_world.student.id)
    return office


def _tie(office: OfficeWorld, role: Role, scope: Scope, key: int | None) -> None:
    hedy = office.world.people["hedy"].id
    with district_transaction(office.world.engine, office.world.district_id) as session:
        appoint(session, office.world.district_id, Asked(hedy, role, scope, key, Basis.EMPLOYEE, "tutor", TODAY), NOW)
        session.commit()


def _account(office: OfficeWorld) -> None:
    world = office.world
    world.add(
        lambda make: create_account(make.session, make.district_id, "hedy", PASSWORD, world.people["hedy"].id, NOW)
    )


def _attest(office: OfficeWorld) -> None:
    world = office.world
    with district_transaction(world.engine, world.district_id) as session:
        desk, hedy = Desk(world.district_id), world.people["hedy"].id
        attest_guardian(session, desk, world.student.id, hedy, "aunt", TODAY - 9 * DAY, None, NOW)
        session.commit()


def _ended(office: OfficeWorld) -> tuple[bool, int]:
    """Whether Hedy is gone, and how many of her ties and accounts still hold."""
    world, hedy = office.world, office.world.people["hedy"].id
    with district_transaction(world.engine, world.district_id) as session:
        links = session.scalars(select(Link).where(Link.person_id == hedy, Link.revoked_at.is_(None))).all()
        families = session.scalars(select(Guardianship).where(Guardianship.guardian_id == hedy)).all()
        accounts = session.scalars(select(Account).where(Account.person_id == hedy, Account.disabled_at.is_(None)))
        here = session.get_one(Person, (world.district_id, hedy)).active
    running = [one for one in families if one.ends_on is None or one.ends_on >= TODAY]
    return not here, len(links) + len(running) + len(accounts.all())


def test_a_school_ends_whom_it_answers_for_with_all_that_the_page_says(office: OfficeWorld) -> None:
    world = office.world
    _attest(office)
    at = secretary(office)
    at.client.get(office.page("hedy"))
    at._read()
    at.follow("This person leaves")
    for words in ("professional who works for the district: Ada", "acts as a parent: Ada"):
        assert words in at.page, words
    at.press("End all of this")
    assert "Hedy Lamarr is not here any more" in at.page
    assert _ended(office) == (True, 0)
    assert recorded(world.engine, world.district_id, Act.PERSON_CHANGED)[-1][3]["ended"] is True
    assert len(recorded(world.engine, world.district_id, Act.REVOKE)) == 2
    at.client.get(office.page("hedy"), 404)
    assert "Hedy Lamarr: not here any more" in world.client("steward").get("/office/record?act=person_changed").text


def test_the_district_ends_an_account_that_a_school_did_not_bring_and_who_is_signed_in_is_out(
    office: OfficeWorld,
) -> None:
    world, page = office.world, f"{office.page('hedy')}/end"
    _account(office)
    hedy = world.client("hedy")
    hedy.get(f"/students/{world.student.id}")
    world.client("principal").post(page, 404)  # by its own link no account becomes a school's
    at = secretary(office, "steward")
    at.client.get(page)
    at._read()
    assert "the account hedy, and whoever is signed in with it is out" in at.page
    at.press("End all of this")
    assert _ended(office) == (True, 0)
    hedy.get(f"/students/{world.student.id}", 303)
    ((*_, detail),) = recorded(world.engine, world.district_id, Act.ACCOUNT_DISABLED)
    assert detail["person"] == world.people["hedy"].id


def test_the_district_ends_who_is_linked_anywhere_and_a_school_does_not(office: OfficeWorld) -> None:
    world = office.world
    elsewhere: list[int] = []
    world.add(lambda make: elsewhere.append(make.school("Elsewhere").id))
    _tie(office, Role.COUNSELOR, Scope.SCHOOL, elsewhere[0])
    page = f"{office.page('hedy')}/end"
    refused = world.client("principal")
    assert "Your office does not answer for all of this." in refused.get(page).text
    refused.post(page, 404)
    assert _ended(office) == (False, 2)
    world.client("steward").post(page)
    assert _ended(office) == (True, 0)


def test_who_may_not_know_families_ends_no_parent_and_a_registrar_no_link(office: OfficeWorld) -> None:
    page = f"{office.page('hedy')}/end"
    registrar, steward = office.world.client("registrar"), office.world.client("steward")
    assert "Your office does not answer for all of this." in registrar.get(page).text
    registrar.post(page, 404)
    _attest(office)
    said = steward.get(page).text
    assert "more, that your office does not list" not in said  # it would tell that somebody is a guardian
    assert "acts as a parent" not in said
    steward.post(page, 404)
    assert _ended(office) == (False, 2)


def test_nobody_ends_themselves_or_whom_the_roster_brings(office: OfficeWorld) -> None:
    world = office.world
    _tie(office, Role.DATA_STEWARD, Scope.DISTRICT, None)
    page = f"{office.page('hedy')}/end"
    with pytest.raises(NotYoursError):
        office.act(end_person, world.people["hedy"].id, real_now=NOW, who="hedy")
    for who in ("mentor", "teacher"):
        world.client("steward").get(f"{office.page(who)}/end", 404)
        world.client("steward").post(f"{office.page(who)}/end", 404)
    for who in ("teacher", "guardian", "leader", "mentor"):
        world.client(who).get(page, 404)
        world.client(who).post(page, 404)
    assert _ended(office)[0] is False


def test_who_acts_as_a_parent_and_signs_in_is_ended_at_once_and_found_when_no_tie_is_left(office: OfficeWorld) -> None:
    """The account is closed after the tie is cut, by whoever answered for both before."""
    world, hedy = office.world, office.world.people["hedy"].id
    _attest(office)
    _account(office)
    with district_transaction(world.engine, world.district_id) as session:
        end_attested(session, Desk(world.district_id), world.student.id, hedy, NOW)
        for link in session.scalars(select(Link).where(Link.person_id == hedy)):
            link.revoked_at = NOW
        session.commit()
    steward = world.client("steward")
    steward.get(office.page("hedy"))  # nobody but a former guardian, and still to be found
    steward.post(f"{office.page('hedy')}/end")
    assert _ended(office) == (True, 0)
