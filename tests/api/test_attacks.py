"""One test for each attack that the web's floor withstands: each fails where the defence is taken away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from conftest_api import Machine, School, SteppingClock, result
from every_row import fingerprint
from factories import Factory, new_district
from flask import Flask
from furnished import Furnished, furnish
from hypothesis import given, settings
from hypothesis import strategies as st
from page_world import PASSWORD, PageWorld
from sqlalchemy import Engine, select

from api.actions.clients import revoke_client
from api.actions.desk import Desk
from api.pages.paths import safe_next
from api.security import guards
from api.security.clients import TOKEN_SECONDS
from models.flag import Flag
from models.unit_of_work import district_transaction

SITE = "http://localhost"
# what no form and no document of ours has, and what would be worth having
COVETED = {
    "district_id": "1", "id": "1", "person_id": "1", "student_id": "1", "account_id": "1", "role": "administrator",
    "scopes": "flags.read", "client_pk": "1", "created_at": "2020-01-01", "is_staff": "1", "password_hash": "x",
}  # fmt: skip


@pytest.fixture
def full(page_world: PageWorld) -> Furnished:
    return furnish(page_world)


def urls(full: Furnished, method: str) -> Iterator[str]:
    """Every address of the pages that takes a method, with keys of things that there are."""
    world = full.world
    with district_transaction(world.engine, world.district_id) as session:
        flag = session.scalars(select(Flag.id)).first()
    keys = {
        "student_id": world.student.id, "target_id": world.target.id, "section_id": world.section.id, "flag_id": flag,
        "assessment_id": full.places["proposed"],
    }  # fmt: skip
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint.startswith("pages.") and method in (rule.methods or ()):
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(keys.get(found[1], 1)), rule.rule)


# --- forged requests --------------------------------------------------------------------------------------------------


def test_a_form_without_a_token_of_this_session_changes_nothing(full: Furnished) -> None:
    world = full.world
    victim, attacker = world.client("teacher"), world.client("colleague")
    foreign = attacker.token()
    posts = list(urls(full, "POST"))
    assert len(posts) >= 9
    before = fingerprint(world.engine, world.district_id)
    for url in posts:
        for form in ({}, {"csrf_token": foreign}, {"csrf_token": "x" * 90}):
            answer = victim.client.post(url, data={**form, "version": "1", "name": "teacher", "password": PASSWORD})
            assert answer.status_code == 400, url
    secure = victim.client.post(
        "/language", data={"csrf_token": victim.token(), "language": "es"}, base_url="https://localhost",
        headers={"Referer": "https://elsewhere.example/"},
    )  # fmt: skip
    assert secure.status_code == 400
    assert fingerprint(world.engine, world.district_id) == before


# --- open redirects ---------------------------------------------------------------------------------------------------

ELSEWHERE = [
    "//elsewhere.example", "https://elsewhere.example/", "https:elsewhere.example", "http:///elsewhere.example",
    "/\\elsewhere.example", "\\\\elsewhere.example", "/\t/elsewhere.example", "\t//elsewhere.example",
    "/%09/elsewhere.example\n", "javascript:alert(1)", "data:text/html,x", "///elsewhere.example",
    "/\r\n/elsewhere.example", " //elsewhere.example", "@elsewhere.example", ".elsewhere.example",
    "/\x00/elsewhere.example", "//elsewhere.example/%2f..",
]  # fmt: skip


def stays(target: str) -> bool:
    """Whether a browser at this site that follows a Location stays there; it takes a backslash for a slash."""
    location = safe_next(target)
    seen = re.sub(r"[\t\r\n]", "", location).replace("\\", "/")
    return location.startswith("/") and urlsplit(urljoin(f"{SITE}/sign-in", seen))[:2] == ("http", "localhost")


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(alphabet="/\\:@.?#%\t\n\r h", max_size=12), st.text(max_size=20)))
def test_no_spelling_leads_elsewhere(page_app: Flask, target: str) -> None:
    with page_app.test_request_context("/"):
        assert stays(target)
        assert stays(f"{target}//elsewhere.example")
        assert stays(f"/{target}elsewhere.example")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_forms_lead_on_within_this_site_alone(page_world: PageWorld, target: str) -> None:
    client = page_world.client()
    client.sign_in("teacher", PASSWORD, next=target)
    assert client.response is not None
    assert client.response.headers["Location"] == "/"
    client.post("/language", language="en", next=target)
    assert client.response.headers["Location"] == "/"
    home = client.client.get("/sign-in", query_string={"next": target})
    assert home.headers["Location"] == "/"


# --- replayed tokens --------------------------------------------------------------------------------------------------


def test_a_token_of_yesterday_or_of_a_revoked_client_opens_nothing(
    machine: Callable[..., Machine],
    school: School,
    engine: Engine,
    clock: SteppingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expired, revoked = machine(school.district_id), machine(school.district_id, name="SIS")
    for lms in (expired, revoked):
        lms.get("/students")
    with district_transaction(engine, school.district_id) as session:
        revoke_client(session, Desk(school.district_id), "SIS", clock())
        session.commit()
    instant = guards.time.monotonic()
    monkeypatch.setattr(guards.time, "monotonic", lambda: instant + guards._REMEMBER_SECONDS)
    expired.get("/students")
    revoked.get("/students", 401)
    clock.now += timedelta(seconds=TOKEN_SECONDS)
    monkeypatch.setattr(guards.time, "monotonic", lambda: instant + 2 * guards._REMEMBER_SECONDS)
    expired.get("/students", 401)
    for shape in ("?access_token={}", "?token={}"):
        answer = expired.http.get("/api/v1/students" + shape.format(expired.token))
        assert answer.status_code == 401, "a token in an address is none"


# --- guessed keys -----------------------------------------------------------------------------------------------------


def _without_token(html: str) -> str:
    # nor how long the session lasts, which tells of the person and of nothing else
    return re.sub(r'(name="csrf_token"[^>]*value="|data-token="|data-seconds=")[^"]+', r"\1", html)


def test_what_is_not_mine_looks_as_if_it_did_not_exist_on_pages(full: Furnished) -> None:
    world = full.world
    elsewhere = new_district(world.engine)
    with district_transaction(world.engine, elsewhere) as session:
        make = Factory(session, elsewhere)
        section = make.section(make.school())
        foreign = {
            "student_id": make.student(section).id, "target_id": make.target().id, "section_id": section.id,
            "flag_id": 10**15, "assessment_id": make.assessment().id, "move_id": 10**15, "judgement_id": 10**15,
        }  # fmt: skip
        session.commit()
    of_others = {
        "student_id": world.student.id, "target_id": world.target.id, "section_id": world.section.id,
        "assessment_id": full.places["proposed"],
    }  # fmt: skip
    client = world.client("stranger")
    compared = 0
    for rule in world.app.url_map.iter_rules():
        of_a_student_or_class = "<int:student_id>" in rule.rule or "<int:section_id>" in rule.rule
        if not rule.endpoint.startswith("pages.") or not of_a_student_or_class:
            continue
        if rule.endpoint == "pages.student_emergency":  # any student of the district is anybody's of its staff there
            continue
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        form = {} if method == "GET" else {"csrf_token": client.token(), "level": "3", "reason": "x" * 30}

        def ask(keys: dict[str, int], rule: str = rule.rule, method: str = method, form: dict[str, str] = form) -> str:
            url = re.sub(r"<int:(\w+)>", lambda found: str(keys.get(found[1], 10**15)), rule)
            answer = client.client.open(url, method=method, data=form)
            assert answer.status_code == 404, url
            # the form to choose a language leads back to the address itself
            return _without_token(answer.text).replace(url, "")

        nothing = ask({})
        assert ask(foreign) == nothing
        assert ask(of_others) == nothing
        compared += 1
    assert compared >= 6


def test_what_is_not_mine_looks_as_if_it_did_not_exist_in_the_interface(
    machine: Callable[..., Machine], school: School, engine: Engine
) -> None:
    other = new_district(engine)
    with district_transaction(engine, other) as session:
        make = Factory(session, other)
        student, target = make.student(make.section(make.school())), make.target()
        session.commit()
    mine, theirs, second = machine(school.district_id), machine(other), machine(school.district_id, name="SIS")
    theirs.put_assessment("quiz-of-theirs")
    second.put_assessment("quiz-17")
    second.post(result(school.students[0], "4.NF.A.1", source_id="posted-by-another"))
    names = {
        str(student.identifier): "students/{}/targets",
        target.guid: f"students/{school.students[0]}/targets/{{}}/explanation",
        "quiz-of-theirs": "assessments/{}",
        "posted-by-another": "results/{}",
    }
    for name, path in names.items():
        nothing = "n" * len(name)
        answers = [mine.http.get(f"/api/v1/{path.format(one)}", headers=mine.headers) for one in (name, nothing)]
        assert [one.status_code for one in answers] == [404, 404], path
        assert answers[0].data.replace(name.encode(), nothing.encode()) == answers[1].data
        assert dict(answers[0].headers).keys() == dict(answers[1].headers).keys()


# --- mass assignment --------------------------------------------------------------------------------------------------


def test_a_form_writes_no_column_that_it_does_not_have(full: Furnished) -> None:
    world = full.world
    kept = [
        "person",
        "account",
        "person_role",
        "enrollment",
        "client",
        "client_secret",
        "access_token",
        "node",
        "section",
    ]
    before = fingerprint(world.engine, world.district_id, kept)
    assert len(before) >= 5
    with district_transaction(world.engine, world.district_id) as session:
        flags = {row.id: (row.district_id, row.student_id, row.target_id) for row in session.scalars(select(Flag))}
    client = world.client("teacher")
    token = client.token()
    for url in urls(full, "POST"):
        form = COVETED | {"csrf_token": token, "version": "1", "reason": "false_alarm", "language": ""}
        status = client.client.post(url, data=form).status_code
        assert status < 500, url
        if url == "/sign-out":
            client = world.client("teacher")
            token = client.token()
    now = fingerprint(world.engine, world.district_id, kept)
    signed_out = {"account"}  # when the account last signed out is a column of it
    assert {name: one for name, one in now.items() if name not in signed_out} == {
        name: one for name, one in before.items() if name not in signed_out
    }
    with district_transaction(world.engine, world.district_id) as session:
        for row in session.scalars(select(Flag)):
            assert flags[row.id] == (row.district_id, row.student_id, row.target_id)


@pytest.mark.parametrize("name", COVETED)
def test_a_document_with_a_field_that_it_does_not_have_is_refused(
    machine: Callable[..., Machine], school: School, engine: Engine, name: str
) -> None:
    lms = machine(school.district_id)
    before = fingerprint(engine, school.district_id)
    body = {"title": "Quiz", "purpose": "formative", "forms": [{"form": "A"}], name: COVETED[name]}
    refused = lms.http.put("/api/v1/assessments/quiz-17", json=body, headers=lms.headers)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, name)
    (entry,) = lms.post(result(school.students[0], "4.NF.A.1", **{name: COVETED[name]}))
    assert (entry["status"], entry["problem"]["errors"][0]["field"]) == ("rejected", name)
    assert fingerprint(engine, school.district_id) == before
