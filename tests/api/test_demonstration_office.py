"""What the offices of the demonstration have on file, as a mentor, a registrar and a steward see it on their pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from demo_world import Shown, counted_rows
from page_client import PageClient
from sqlalchemy import select

from api.actions.desk import Desk
from api.actions.people import on_file
from api.demonstration.accounts import FIXED_PASSWORD, make_accounts
from api.demonstration.office import PARTNER, cast, fill_offices
from api.demonstration.people import Student, guardian_of, guardians_of, students
from api.demonstration.story import with_a_part
from api.demonstration.world import OPENS_AT
from models.clock import system_clock
from models.roster import Person
from models.unit_of_work import district_transaction

MENTOR = "Tobias Greene"


def signed_in(shown: Shown, who: str) -> PageClient:
    client = PageClient(shown.app.test_client())
    client.sign_in(f"{who}@demo.example", FIXED_PASSWORD)
    return client


def name(one: Student) -> str:
    return f"{one.given} {one.family}"


@pytest.fixture
def keys(shown: Shown) -> dict[str, int]:
    """Everybody's key by sourcedId."""
    with district_transaction(shown.engine, shown.district_id) as session:
        rows = session.execute(
            select(Person.sourced_id, Person.id).where(Person.district_id == shown.district_id)
        ).all()
    return {row.sourced_id: row.id for row in rows}


def told(shown: Shown, key: int) -> dict[str, object]:
    """What is on file of somebody, as `mastery people show` prints it."""
    with district_transaction(shown.engine, shown.district_id) as session:
        person = session.get_one(Person, (shown.district_id, key))
        return on_file(session, Desk(shown.district_id), person, OPENS_AT)


def test_each_has_another_student_of_whom_nothing_else_is_told() -> None:
    assert len(set(cast())) == len(cast())
    assert not {one.sourced_id for one in cast()} & with_a_part()
    assert {one.section.teacher for one in cast()} == {"staff-berg", "staff-rahimi"}, "on no picture"
    guide = (Path(__file__).parents[2] / "docs" / "demonstration.md").read_text()
    assert [name(one) for one in cast() if name(one) not in guide] == []


def test_the_mentor_sees_just_two_students_and_what_each_family_agreed_to(shown: Shown, keys: dict[str, int]) -> None:
    client = signed_in(shown, "mentor")
    page = client.get("/students")
    theirs = {keys[one.sourced_id]: one for one in (cast().mentored, cast().mentored_for_now)}
    assert {int(link.rpartition("/")[2]) for link in page.links if re.fullmatch(r"/students/\d+", link)} == set(theirs)
    for key, one in theirs.items():
        page = client.get(f"/students/{key}")
        assert name(one) in page.text
        assert "Mastered" in page.text
        assert ("What needs a look" in page.text) == (one is cast().mentored), "hints, where the family said so"
        assert not [link for link in page.links if "/targets/" in link], "no answers"
        client.get(f"/students/{key}/amendments", 404)
        assert shown.live(one), "there is a hint to be shown, or not"
    for one in students():
        if keys[one.sourced_id] not in theirs:
            client.get(f"/students/{keys[one.sourced_id]}", 404)
    client.get("/office", 404)


def test_the_registrar_sees_what_waits_and_what_is_on_file(shown: Shown, keys: dict[str, int]) -> None:
    client = signed_in(shown, "registrar")
    office = client.get("/office")
    waits = f"{name(cast().mentored_for_now)}: the consent for {MENTOR} ends on Dec 11, 2026"
    assert waits in office.text
    assert office.text.count(MENTOR) == 1
    page = client.get(f"/office/people/{keys[cast().mentored.sourced_id]}")
    assert f"{MENTOR}: levels and plan and hints about learning" in page.text
    page = client.get(f"/office/people/{keys[cast().with_an_order.sourced_id]}")
    restricted = guardians_of(cast().with_an_order)[1]
    assert f"{restricted.given} {restricted.family}: may not have contact and may not pick the child up" in page.text
    assert "FC-2026-0417" in page.text
    page = client.get(f"/office/people/{keys[cast().with_a_grandparent.sourced_id]}")
    assert f"Ying {cast().with_a_grandparent.family}" in page.text
    asked = client.get("/amendments")
    assert "1 request" in asked.text
    assert name(cast().to_be_corrected) in asked.text
    client.get("/office/clients", 404)


def test_a_letter_is_on_its_way_to_one_family(shown: Shown) -> None:
    client, found, page = signed_in(shown, "registrar"), [], 1
    while client.client.get(f"/letters?page={page}").status_code == 200:
        text = client.get(f"/letters?page={page}").text
        found += re.findall(r"(\w+, \w+)\s+none yet\s+Works until", text)
        page += 1
    invited = guardian_of(cast().invited)
    assert found == [f"{invited.family}, {invited.given}"]


def test_the_steward_sees_the_office_and_what_is_connected(shown: Shown) -> None:
    client = signed_in(shown, "steward")
    links = client.get("/office").links
    assert {"/office/clients", "/office/record"} <= set(links)
    assert "Demonstration LMS" in client.get("/office/clients").text
    client.get("/office/record")


def test_staff_see_that_a_restriction_is_on_file_and_not_what_it_says(shown: Shown, keys: dict[str, int]) -> None:
    client = signed_in(shown, "principal")
    page = client.get(f"/students/{keys[cast().with_an_order.sourced_id]}")
    assert "Restriction on file." in page.text
    assert "contact" not in page.text


def test_homes_safety_and_names_are_on_file(shown: Shown, keys: dict[str, int]) -> None:
    two = told(shown, keys[cast().of_two_homes.sourced_id])
    assert len({home["address"] for home in two["homes"]}) == 2  # type: ignore[attr-defined]
    protected = told(shown, keys[cast().protected.sourced_id])
    assert (protected["protected"], protected["directory_opt_out"]) == (True, False)
    assert [home["address"] for home in protected["homes"]] == ["P.O. Box 4100, Maple Hollow"]  # type: ignore[attr-defined]
    assert told(shown, keys[cast().off_the_directory.sourced_id])["directory_opt_out"] is True
    family = told(shown, keys[cast().with_a_grandparent.sourced_id])["family"]
    assert [one["origin"] for one in family] == ["roster", "attested"]  # type: ignore[attr-defined]
    (renamed,) = [one for one in students() if one.goes_by]
    named = told(shown, keys[renamed.sourced_id])
    assert (named["legal_name"], named["display_name"]) == ("Eleanor Osgood", "Nell Osgood")


def test_the_principal_sees_the_link_that_ends_with_the_consent(shown: Shown) -> None:
    assert f"{MENTOR}, until Dec 11, 2026" in signed_in(shown, "principal").get("/office").text


def test_who_can_sign_in_is_told_with_what_to_look_at(shown: Shown) -> None:
    said = {one.role: one for one in shown.loaded.accounts}
    assert PARTNER in said["mentor"].who
    assert "Office" in said["registrar"].who
    assert "connected programs" in said["steward"].who


def test_filling_again_changes_nothing(shown: Shown) -> None:
    before = counted_rows(shown.engine, shown.district_id)
    with district_transaction(shown.engine, shown.district_id) as session:
        secret, now = shown.installation.secret_key, system_clock()
        fill_offices(session, shown.district_id, secret, now)
        make_accounts(session, shown.district_id, secret, True, now)
        session.commit()
    assert counted_rows(shown.engine, shown.district_id) == before
