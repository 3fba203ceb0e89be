"""Signing in: throttled, the same for unknown names, safe against forged forms and redirects."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from page_world import PASSWORD, PageWorld, SteppedClock
from session_rows import on_record
from sqlalchemy import select

from api.actions import accounts
from api.actions.accounts import AccountError, create_account, set_password
from api.pages.paths import safe_next
from mastery.audit import Act
from mastery.policy import DEFAULT_POLICY
from models.access import Account
from models.roster import Person
from models.unit_of_work import district_transaction


def location(world: PageWorld, who: str, **values: str) -> str:
    client = world.client()
    client.sign_in(who, PASSWORD, **values)
    assert client.response is not None
    return client.response.headers["Location"]


def test_a_person_signs_in_and_out(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    assert "Grace Hopper" in client.get("/today").text
    stolen = client.client.get_cookie("mastery_session")
    assert stolen is not None
    assert stolen.http_only
    assert stolen.same_site == "Lax"
    client.post("/sign-out")
    client.get("/today", 303)
    client.client.set_cookie("mastery_session", stolen.value)
    client.get("/today", 303)  # a copied cookie does not outlive signing out


def test_names_are_compared_without_case_and_width(page_world: PageWorld) -> None:
    for name in ("TEACHER", " teacher ", "ｔｅａｃｈｅｒ"):
        page_world.client().sign_in(name, PASSWORD)


def test_wrong_password_and_unknown_name_read_the_same(page_world: PageWorld) -> None:
    wrong = page_world.client().sign_in("teacher", "not the password", 422)
    unknown = page_world.client().sign_in("nobody at all", "not the password", 422)
    assert "The name or the password is not right." in wrong.text
    assert wrong.text.replace("teacher", "") == unknown.text.replace("nobody at all", "")


def test_an_account_rests_after_several_wrong_tries(page_world: PageWorld) -> None:
    client = page_world.client()
    for _ in range(DEFAULT_POLICY.sign_in_free_tries + 1):
        client.sign_in("teacher", "not the password", 422)
    client.sign_in("teacher", PASSWORD, 422)
    page_world.clock.jump(timedelta(seconds=59))
    client.sign_in("teacher", PASSWORD, 422)
    page_world.clock.jump(timedelta(seconds=2))
    client.sign_in("teacher", PASSWORD)
    with district_transaction(page_world.engine, page_world.district_id) as session:
        account = session.scalars(select(Account).where(Account.sign_in_name == "teacher")).one()
        assert (account.failures, account.locked_until) == (0, None)


def test_the_rest_grows_to_its_longest(page_world: PageWorld) -> None:
    client = page_world.client()
    waits = []
    for failure in range(14):
        client.sign_in("teacher", "not the password", 422)
        with district_transaction(page_world.engine, page_world.district_id) as session:
            account = session.scalars(select(Account).where(Account.sign_in_name == "teacher")).one()
            until = account.locked_until
        if until is None:
            assert failure < DEFAULT_POLICY.sign_in_free_tries
            continue
        waits.append(round((until - page_world.clock.at).total_seconds()))
        page_world.clock.jump(until - page_world.clock.at)
    assert waits[:5] == [60, 120, 240, 480, 900]
    assert max(waits) == 60 * DEFAULT_POLICY.sign_in_longest_rest_minutes


def test_an_unknown_name_costs_as_much_as_a_known_one(page_world: PageWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """One password is verified for each try, with the same parameters, whoever is named and in whatever state."""
    assert extract_parameters(accounts._NOBODY) == extract_parameters(PasswordHasher().hash(PASSWORD))
    verified: list[str] = []

    def verify(hashed: str, password: str) -> bool:
        verified.append(hashed)
        return False

    monkeypatch.setattr(accounts, "is_password", verify)

    def work(name: str) -> int:
        before = len(verified)
        assert accounts.sign_in(page_world.engine, name, "not the password", page_world.clock()) is None
        return len(verified) - before

    # the last of the teacher's finds the account locked
    names = ["teacher"] * (DEFAULT_POLICY.sign_in_free_tries + 2) + [
        "nobody",
        "",
    ]
    assert [work(name) for name in names] == [1] * len(names)
    assert verified[-1] == verified[-2] == accounts._NOBODY != verified[0]


def test_a_password_under_older_parameters_is_renewed(page_world: PageWorld) -> None:
    with district_transaction(page_world.engine, page_world.district_id) as session:
        account = session.scalars(select(Account).where(Account.sign_in_name == "teacher")).one()
        account.password_hash = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
        session.commit()
    page_world.client().sign_in("teacher", PASSWORD)
    with district_transaction(page_world.engine, page_world.district_id) as session:
        account = session.scalars(select(Account).where(Account.sign_in_name == "teacher")).one()
        assert not accounts.HASHER.check_needs_rehash(account.password_hash)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\tb", "\n/x", ""]
)
def test_signing_in_never_leads_elsewhere(page_world: PageWorld, target: str) -> None:
    with page_world.app.test_request_context():
        assert safe_next(target) == "/"
    assert location(page_world, "teacher", next=target) == "/"


def test_signing_in_goes_on_to_where_one_was_heading(page_world: PageWorld) -> None:
    client = page_world.client()
    client.get("/students?page=1", 303)
    assert client.response is not None
    assert client.response.headers["Location"] == "/sign-in?next=/students?page%3D1"
    assert location(page_world, "teacher", next="/students?page=1") == "/students?page=1"


def test_a_form_without_its_token_changes_nothing(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    response = client.client.post("/sign-out")
    assert response.status_code == 400
    assert "That form was too old" in response.get_data(as_text=True)
    client.get("/today")
    assert page_world.client().client.post("/sign-in", data={"name": "x", "password": "y"}).status_code == 400


def test_the_cookie_is_for_https_alone_where_there_is_https(page_world: PageWorld) -> None:
    response = page_world.app.test_client().get("/sign-in", base_url="https://school.example")
    assert "Secure" in response.headers["Set-Cookie"]
    assert "max-age" in response.headers["Strict-Transport-Security"]


def test_an_account_is_made_with_care(page_world: PageWorld) -> None:
    with district_transaction(page_world.engine, page_world.district_id) as session:
        district, now = page_world.district_id, page_world.clock()
        with pytest.raises(AccountError, match="taken"):
            create_account(session, district, "Teacher", PASSWORD, None, now)
        with pytest.raises(AccountError, match="8 to 1024 characters"):
            create_account(session, district, "new", "short", None, now)
        with pytest.raises(AccountError, match="1 to 320"):
            create_account(session, district, "  ", PASSWORD, None, now)
        with pytest.raises(AccountError, match="No account"):
            set_password(session, district, "nobody", PASSWORD, now)


def test_a_new_password_ends_the_sessions_of_the_old(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    with district_transaction(page_world.engine, page_world.district_id) as session:
        set_password(session, page_world.district_id, "teacher", "another password", page_world.clock())
        session.commit()
    client.get("/today", 303)
    page_world.client().sign_in("teacher", PASSWORD, 422)
    page_world.client().sign_in("teacher", "another password")


def test_a_disabled_account_is_out_at_once(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    with district_transaction(page_world.engine, page_world.district_id) as session:
        account = session.scalars(select(Account).where(Account.sign_in_name == "teacher")).one()
        account.disabled_at = page_world.clock()
        session.commit()
    client.get("/today", 303)
    page_world.client().sign_in("teacher", PASSWORD, 422)


@pytest.mark.parametrize("gone", ["active", "enabled"])
def test_whoever_is_gone_from_the_roster_is_out_at_once_and_back_with_it(page_world: PageWorld, gone: str) -> None:
    client, key = page_world.client("teacher"), (page_world.district_id, page_world.people["teacher"].id)

    def is_there(value: bool) -> None:
        with district_transaction(page_world.engine, page_world.district_id) as session:
            setattr(session.get_one(Person, key), gone, value)
            session.commit()

    is_there(False)
    client.get("/students", 303)
    page_world.client().sign_in("teacher", PASSWORD, 422)
    assert [act for act, _who, _detail in on_record(page_world)][-1] == Act.SIGN_IN_REFUSED
    is_there(True)
    page_world.client("teacher").get("/students")


def test_an_account_without_a_person_sees_nobody(page_world: PageWorld) -> None:
    with district_transaction(page_world.engine, page_world.district_id) as session:
        create_account(session, page_world.district_id, "robot", PASSWORD, None, page_world.clock())
        session.commit()
    client = page_world.client("robot")
    assert "No student is linked to you today." in client.get("/students").text
    client.get(f"/students/{page_world.student.id}", 404)


def test_moving_a_demonstrations_clock_ends_no_session_and_no_lock(page_world: PageWorld) -> None:
    """The day in the schools jumps; how long somebody is signed in, or locked out, keeps to the machine's time."""
    services = page_world.app.extensions["mastery"]
    schools = SteppedClock(page_world.clock.at)
    page_world.app.extensions["mastery"] = replace(services, clock=schools)
    teacher = page_world.client("teacher")
    for _ in range(DEFAULT_POLICY.sign_in_free_tries + 1):
        page_world.client().sign_in("guardian", "not the password", status=422)
    schools.jump(timedelta(days=3))
    assert f"{schools.at:%B} {schools.at.day}" in teacher.get("/today").text
    page_world.client().sign_in("guardian", PASSWORD, status=422)
    page_world.clock.jump(timedelta(minutes=2))
    page_world.client().sign_in("guardian", PASSWORD)


def test_a_second_window_that_signs_in_again_with_a_wrong_password_is_told(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    answer = client.client.post("/sign-in", data={"csrf_token": client.token(), "name": "teacher", "password": "no"})
    assert answer.status_code == 422
    assert "The name or the password is not right" in answer.get_data(as_text=True)
