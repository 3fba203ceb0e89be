"""Letters: who may make them for whom, one use, until their day, no guessing, nothing told to a stranger."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from factories import NOW, ZONE, Factory, new_district
from page_client import PageClient
from page_lint import Page
from page_world import PASSWORD, PageWorld, add_steward
from sqlalchemy import select
from statements import statements_said

from api.actions.letters import code_of, make_letters, use
from api.actions.links import Asked, appoint
from api.pages import activation
from mastery.access import Basis, Tie, Viewer
from mastery.access import Scope as Reach
from mastery.access_matrix import Role
from mastery.audit import Act
from mastery.letters import Group
from mastery.offices import Remit
from mastery.session_limits import Began
from mastery.tries import Allowance
from models.access import Account
from models.audit import SYSTEM, AuditEvent, AuditSubject
from models.letters import EntryCode
from models.queries_letters import Scope, one_recipient, without_account
from models.roster import Person
from models.unit_of_work import district_transaction

CODE = re.compile(r"<strong>([0-9A-Z]+(?:-[0-9A-Z]{4}){3})</strong>")
NEW = "maple river 41 lamps"
OUTSIDE = {"REMOTE_ADDR": "203.0.113.9"}


def mother_of_two(world: PageWorld) -> Person:
    """A guardian without an account and without an e-mail address."""
    made: list[Person] = []
    both = (world.student, world.people["classmate"])
    world.add(lambda make: made.append(make.guardian_of(*both, given="Cándida", family="Canário")))
    return made[0]


def printed(world: PageWorld, who: str, status: int = 200, **chosen: object) -> str:
    """The sheets that somebody makes."""
    client = world.client(who)
    client.post("/letters", status, **chosen)
    assert client.response is not None
    return client.response.get_data(as_text=True)


def letter(world: PageWorld, person: Person, group: str = "guardians", who: str = "principal") -> str:
    """The code of a person's letter."""
    html = printed(world, who, school=world.school.id, group=group, person=person.id)
    (code,) = CODE.findall(html)
    return code


def open_letter(client: PageClient, code: str, status: int = 200) -> Page:
    return client.get(f"/activate/{code}", status)


def set_up(client: PageClient, code: str, status: int = 303, **values: str) -> Page:
    token = form_token(client, "/activate")
    sent = {"csrf_token": token, "password": NEW, "again": NEW, **values}
    return client._read(client.client.post(f"/activate/{code}", data=sent), status)


def form_token(client: PageClient, url: str) -> str:
    html = client.client.get(url).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html.partition("<main")[2])
    assert found
    return found.group(1)


def test_a_mother_without_an_address_comes_in_by_a_letter(page_world: PageWorld) -> None:
    mother = mother_of_two(page_world)
    html = printed(page_world, "principal", school=page_world.school.id, group="guardians", person=mother.id)
    assert "Cándida Canário" in html
    assert "Ada Byron, Alan Turing" in html
    assert "Lincoln High School" in html
    assert "Test District" in html
    assert 'lang="en" class="letter-text"' in html
    assert 'lang="es" class="letter-text"' in html
    (code,) = CODE.findall(html)
    client = page_world.client()
    client.post("/activate", code=code.lower().replace("-", " "))
    assert client.response is not None
    assert client.response.headers["Location"] == f"/activate/{code}"
    page = open_letter(client, code)
    assert page.forms[-1]["name"] == "cándida.canário"
    set_up(client, code, name="mama-ada")
    assert client.response.headers["Location"] == "/"
    assert "Your children" in client.get("/students").text
    page_world.client().sign_in("mama-ada", NEW)


def test_a_code_works_once(page_world: PageWorld) -> None:
    code = letter(page_world, mother_of_two(page_world))
    set_up(page_world.client(), code, name="first")
    open_letter(page_world.client(), code, 404)
    set_up(page_world.client(), code, 404, name="second")
    page_world.client().sign_in("second", NEW, 422)


def test_looking_at_a_letter_uses_nothing_up(page_world: PageWorld) -> None:
    code = letter(page_world, mother_of_two(page_world))
    for _ in range(3):
        open_letter(page_world.client(), code)
    for wrong in ({"password": "iloveyou", "again": "iloveyou"}, {"again": "not the same"}, {"name": "teacher"}):
        set_up(page_world.client(), code, 422, **{"name": "mama-ada", **wrong})
    set_up(page_world.client(), code, name="mama-ada")


def test_a_letter_works_until_the_end_of_its_day(page_world: PageWorld) -> None:
    code = letter(page_world, mother_of_two(page_world))
    clock, zone = page_world.clock, ZoneInfo(ZONE)
    last = clock.at.astimezone(zone).date() + timedelta(days=60)
    end = page_world.clock.at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=61)
    clock.jump(end - clock.at - timedelta(seconds=2))
    assert clock.at.astimezone(zone).date() == last
    open_letter(page_world.client(), code)
    clock.jump(end - clock.at)
    open_letter(page_world.client(), code, 404)
    set_up(page_world.client(), code, 404, name="late")


def test_a_new_letter_ends_the_one_before(page_world: PageWorld) -> None:
    mother = mother_of_two(page_world)
    first, second = letter(page_world, mother), letter(page_world, mother)
    open_letter(page_world.client(), first, 404)
    open_letter(page_world.client(), second)


def test_a_letter_for_who_has_an_account_sets_a_new_password_and_ends_sessions(page_world: PageWorld) -> None:
    teacher = page_world.people["teacher"]
    before = page_world.client("teacher")
    code = letter(page_world, teacher, "staff")
    assert "teacher" in page_world.client().client.get(f"/activate/{code}").get_data(as_text=True)
    set_up(page_world.client(), code)
    before.get("/today", 303)
    page_world.client().sign_in("teacher", PASSWORD, 422)
    page_world.client().sign_in("teacher", NEW)


def test_whatever_does_not_work_looks_the_same(page_world: PageWorld) -> None:
    mother = mother_of_two(page_world)
    ended, expired = letter(page_world, mother), letter(page_world, mother)
    page_world.clock.jump(timedelta(days=62))
    used = letter(page_world, mother)
    set_up(page_world.client(), used, name="used-up")
    elsewhere = f"7Z{used[1:]}"
    seen = set()
    for code in (ended, expired, used, elsewhere, "1-0000-0000-0000", "x", "1.abc", "%00", "9" * 30, "ß-1"):
        response = page_world.client().client.get(f"/activate/{code}")
        html = response.get_data(as_text=True)
        seen.add((response.status_code, re.sub(r'value="[^"]*"', "", html)))
    assert len(seen) == 1
    typed = set()
    for code in (ended, used, elsewhere, "nonsense"):
        client = page_world.client()
        html = client.client.post("/activate", data={"csrf_token": form_token(client, "/activate"), "code": code})
        typed.add((html.status_code, re.sub(r'value="[^"]*"', "", html.get_data(as_text=True))))
    assert len(typed) == 1


def test_a_code_counts_in_its_own_district_alone(page_world: PageWorld) -> None:
    code = letter(page_world, mother_of_two(page_world))
    other = new_district(page_world.engine)
    key = page_world.app.extensions["mastery"].installation.secret_key
    real = code_of(code, [key])
    assert real is not None
    assert real.district_id == page_world.district_id
    moved = type(real)(other, real.digests)
    assert use(page_world.engine, moved, "thief", NEW, page_world.clock(), tell=False) is None
    assert use(page_world.engine, real, "owner", NEW, page_world.clock(), tell=False) is not None


def test_guessing_from_one_address_is_ended_and_a_right_code_costs_nothing(
    page_world: PageWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activation, "WRONG_CODES", Allowance(3, timedelta(hours=1)))
    code = letter(page_world, mother_of_two(page_world))
    http = page_world.client().client
    for _ in range(5):
        assert http.get(f"/activate/{code}", environ_base=OUTSIDE).status_code == 200
    for _ in range(3):
        assert http.get("/activate/1-0000-0000-0000", environ_base=OUTSIDE).status_code == 404
    for tried in (code, "1-0000-0000-0000"):
        refused = http.get(f"/activate/{tried}", environ_base=OUTSIDE)
        assert refused.status_code == 429
        assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert http.get(f"/activate/{code}", environ_base={"REMOTE_ADDR": "203.0.113.10"}).status_code == 200
    page_world.clock.jump(timedelta(hours=1))
    assert http.get(f"/activate/{code}", environ_base=OUTSIDE).status_code == 200


def test_a_letter_leads_nowhere_else(page_world: PageWorld) -> None:
    code = letter(page_world, mother_of_two(page_world))
    client = page_world.client()
    set_up(client, code, name="mama", next="https://evil.example/")
    assert client.response is not None
    assert client.response.headers["Location"] == "/"


@pytest.mark.parametrize("who", ["teacher", "student", "guardian", "leader"])
def test_only_the_office_makes_letters(page_world: PageWorld, who: str) -> None:
    client = page_world.client(who)
    client.get("/letters", 404)
    client.post("/letters", 404, school=page_world.school.id, group="students")


def test_a_principal_reaches_whom_they_answer_for_and_no_further(page_world: PageWorld) -> None:
    """A letter opens all that its person sees, so nobody makes one for who works elsewhere too, or above."""
    world = page_world
    add_steward(world)
    people, schools = {"stranger": world.people["stranger"], "leader": world.people["leader"]}, list[int]()

    def rows(make: Factory) -> None:
        shared = make.teacher(world.section, given="Two", family="Schools")
        third = make.school("Third High")
        make.enrol(shared, make.section(third), role="teacher")
        parent = make.guardian_of(world.student, given="Above", family="All")
        make.role(parent, "administrator")
        linked = {role: make.teacher(world.section, given=role, family="Linked") for role in ("steward", "registrar")}
        people.update(shared=shared, parent=parent, **{f"linked {role}": one for role, one in linked.items()})
        schools.append(third.id)

    world.add(rows)
    with district_transaction(world.engine, world.district_id) as session:
        for who, role, scope, key in (
            ("linked steward", Role.DATA_STEWARD, Reach.DISTRICT, None),
            ("linked registrar", Role.REGISTRAR, Reach.SCHOOL, schools[0]),
        ):
            asked = Asked(people[who].id, role, scope, key, Basis.EMPLOYEE, "an office elsewhere", NOW.date())
            appoint(session, world.district_id, asked, NOW)
        session.commit()
    for group in ("students", "guardians", "staff"):
        for one in people.values():
            printed(world, "principal", 404, school=world.school.id, group=group, person=one.id)
    printed(world, "principal", 404, school=world.people["stranger"].id, group="staff")
    assert letter(world, people["shared"], "staff", "steward")
    assert letter(world, people["linked steward"], "staff", "steward")
    # whose guardian somebody is, no list tells the steward, who makes a letter for whom they name
    printed(world, "steward", 404, school=world.school.id, group="guardians", person=people["parent"].id)
    made = world.client("steward").post(f"/office/people/{people['parent'].id}/letter", 200).text
    assert "Above All" in made


def test_guardians_are_listed_to_who_may_know_guardianship_alone(page_world: PageWorld) -> None:
    add_steward(page_world)
    school, section = page_world.school.id, page_world.section.id
    steward, principal = page_world.client("steward"), page_world.client("principal")
    for place in (f"school={school}", f"school={school}&section={section}"):
        steward.get(f"/letters?{place}&group=guardians", 404)
        for address in (f"/letters?{place}", f"/letters?{place}&group=staff"):
            said = steward.get(address).text
            assert "Anne Byron" not in said
            assert "Parents and guardians" not in said
        assert "Byron, Anne" in principal.get(f"/letters?{place}").text
    steward.post("/letters", 404, school=school, group="guardians")


def test_a_whole_section_at_once_with_as_many_statements(page_world: PageWorld) -> None:
    def made(count: int) -> tuple[int, int]:
        def rows(make: Factory) -> None:
            for number in range(count):
                make.guardian_of(make.student(page_world.section, f"Kid{number}"), given=f"Parent{number}")

        page_world.add(rows)
        client = page_world.client("principal")
        chosen = {"csrf_token": client.token(), "school": page_world.school.id, "section": page_world.section.id}
        with statements_said() as said:
            html = client.client.post("/letters", data={**chosen, "group": "guardians"}).get_data(as_text=True)
        return len(set(CODE.findall(html))), len(said)

    first, second = made(2), made(20)
    assert (first[0], second[0]) == (2, 20)
    assert first[1] == second[1] <= 26


def test_the_list_says_who_has_what(page_world: PageWorld) -> None:
    mother = mother_of_two(page_world)
    client = page_world.client("principal")
    page = client.get(f"/letters?group=guardians&section={page_world.section.id}")
    assert "1 person has neither an account nor a letter that works." in page.text
    letter(page_world, mother)
    page = client.get("/letters?group=guardians")
    assert "Everybody here has an account or a letter that works." in page.text
    assert "Works until Dec 4, 2026." in page.text
    addresses = [*page.links, *(form["action"] for form in page.forms)]
    assert "/letters" in addresses
    assert not [one for one in addresses if "an%C3%A1" in one or "aná" in one or "byron" in one.lower()]
    few = client.statements("/letters?group=students")
    page_world.add(lambda make: [make.student(page_world.section, f"Kid{number}") for number in range(9)])
    assert client.statements("/letters?group=students") == few <= 20
    nothing = 10**15  # a small number may be that of a school, where this test is the first of its database
    for wrong in (f"school={nothing}", "school=x", "group=all", f"section={nothing}", "page=2"):
        client.get(f"/letters?{wrong}", 404)


def test_closed_accounts_and_people_who_may_not_sign_in_get_no_letter(page_world: PageWorld) -> None:
    code = letter(page_world, page_world.people["guardian"])
    with district_transaction(page_world.engine, page_world.district_id) as session:
        account = session.scalars(select(Account).where(Account.sign_in_name == "guardian")).one()
        account.disabled_at = page_world.clock()
        session.get_one(Person, (page_world.district_id, page_world.people["classmate"].id)).enabled = False
        session.commit()
    open_letter(page_world.client(), code, 404)
    printed(page_world, "principal", 404, school=page_world.school.id, person=page_world.people["guardian"].id)
    html = printed(page_world, "principal", school=page_world.school.id, group="students")
    assert CODE.findall(html) == []


def test_what_is_made_and_used_is_on_record_without_code_or_name(page_world: PageWorld) -> None:
    world, child = page_world, []
    world.add(lambda make: child.append(make.student(world.section, "Cándida", "Canário")))
    code = letter(world, child[0], "students")
    set_up(world.client(), code, name="owl")
    with district_transaction(world.engine, world.district_id) as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        about = {tuple(row) for row in session.execute(select(AuditSubject.event_id, AuditSubject.student_id))}
        kept = session.scalars(select(EntryCode)).one()
    office, child_id = world.people["principal"].id, child[0].id
    assert [(one.act, one.actor_id) for one in events] == [
        (Act.SIGN_IN, office), (Act.LETTER_MADE, office),
        (Act.ACCOUNT_MADE, child_id), (Act.SIGN_IN, child_id),
    ]  # fmt: skip
    made_and_used = {one.id for one in events if one.act in (Act.LETTER_MADE, Act.ACCOUNT_MADE)}
    assert {pair for pair in about if pair[0] in made_and_used} == {(one, child_id) for one in made_and_used}
    assert events[-1].detail["how"] == Began.LETTER
    text = " ".join(str(one.detail) for one in events)
    assert "Canário" not in text
    assert code[2:] not in text
    assert code.replace("-", "").encode() not in kept.digest


def test_a_child_whose_roster_has_an_address_is_proposed_it(page_world: PageWorld) -> None:
    with district_transaction(page_world.engine, page_world.district_id) as session:
        made = Factory(session, page_world.district_id).student(page_world.section, "Ada", "Lovelace")
        made.email = "Ada.L@school.example"
        session.commit()
    page = open_letter(page_world.client(), letter(page_world, made, "students"))
    assert page.forms[-1]["name"] == "ada.l@school.example"


def test_scopes_are_the_people_they_say(page_world: PageWorld) -> None:
    world = page_world
    today, now = world.clock.at.date(), world.clock()
    everybody = Tie(Role.DATA_STEWARD, Reach.DISTRICT, world.district_id, linked=False)
    office = Viewer(world.district_id, 0, now, (everybody,))
    mother = mother_of_two(world)
    with district_transaction(world.engine, world.district_id) as session:
        scope = Scope(world.school.id, None, Group.GUARDIANS)
        found = without_account(session, office, scope, today, now, 10)
        assert [one.person_id for one in found] == [mother.id]
        assert one_recipient(session, office, scope, today, now, world.student.id) is None
        assert (
            make_letters(
                session, world.district_id, [], SYSTEM, "key", now, ZoneInfo(ZONE), families=Remit(district=True)
            )
            == []
        )
