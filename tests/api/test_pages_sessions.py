"""Sessions: rows that end by themselves, by their holder or with the password, at once and everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from page_client import PageClient
from page_world import PASSWORD, PageWorld
from session_rows import account_id, on_record, session_rows
from sqlalchemy import update

from api.actions.accounts import set_password
from api.app import create_app
from api.pages.account import BEGAN
from mastery.session_limits import SEEN_EVERY, Began, Ending
from models.access import Account
from models.installation import Installation
from models.unit_of_work import district_transaction

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
MINUTE = timedelta(minutes=1)


def cookie(client: PageClient) -> str:
    found = client.client.get_cookie("mastery_session")
    assert found is not None
    return found.value


def with_cookie(world: PageWorld, value: str) -> PageClient:
    client = world.client()
    client.client.set_cookie("mastery_session", value)
    return client


# --- limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "path", "minutes"), [("teacher", "/today", 60), ("guardian", "/students", 30)])
def test_an_unused_session_ends(page_world: PageWorld, who: str, path: str, minutes: int) -> None:
    client = page_world.client(who)
    for _ in range(2):  # used again before the limit, it goes on
        page_world.clock.jump((minutes - 1) * MINUTE)
        client.client.get(path)
    page_world.clock.jump(minutes * MINUTE)
    client.get(path, 303)
    (row,) = session_rows(page_world, who)
    assert (row.why, row.ended_at) == (Ending.IDLE, row.seen_at + minutes * MINUTE)
    assert on_record(page_world)[-1] == ("session_ended", None, {"why": "idle"})


def test_a_used_session_ends_after_a_day(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    for _ in range(14):
        page_world.clock.jump(50 * MINUTE)
        client.get("/account")
    assert "To go on then, sign in again." in client.get("/account").text
    page_world.clock.jump(20 * MINUTE)
    client.get("/account", 303)
    assert [row.why for row in session_rows(page_world, "teacher")] == [Ending.LIMIT]


def test_what_a_page_asks_for_by_itself_keeps_no_session_alive(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    for _ in range(3):
        page_world.clock.jump(19 * MINUTE)
        client.get("/today?partial=1")
    page_world.clock.jump(4 * MINUTE)
    client.get("/today?partial=1", 303)


def test_being_seen_is_written_once_a_minute(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    (before,) = session_rows(page_world, "teacher")
    client.get("/account")
    assert session_rows(page_world, "teacher")[0].seen_at == before.seen_at
    few = client.statements("/account")
    page_world.clock.jump(SEEN_EVERY)
    client.get("/account")
    assert session_rows(page_world, "teacher")[0].seen_at >= before.seen_at + SEEN_EVERY
    assert client.statements("/account") == few


def test_the_page_says_until_when_and_warns_before(page_world: PageWorld) -> None:
    client = page_world.client("guardian")
    page = client.get("/account")
    assert "You are signed in until 10:30 AM" in page.text.replace("\u202f", " ")
    assert client.response is not None
    assert 'role="alert"></div>' in client.response.get_data(as_text=True)
    for _ in range(24):
        page_world.clock.jump(29 * MINUTE)
        client.get("/account")
    page_world.clock.jump(21 * MINUTE)
    client.get("/account")
    html = client.response.get_data(as_text=True)
    assert 'role="alert"></div>' not in html
    assert "/sign-in?again=1&amp;next=/account" in html


def test_the_script_is_told_how_long_it_lasts_and_goes_on_when_asked_to(page_world: PageWorld) -> None:
    client = page_world.client("guardian")
    token = client.token()

    def ask(path: str) -> dict[str, object]:
        answer = client.client.post(path, data={"csrf_token": token, "script": "1"})
        assert answer.status_code == 200
        assert answer.json is not None
        return answer.json

    page_world.clock.jump(26 * MINUTE)
    asked = ask("/session?partial=1")
    assert 200 < asked["seconds"] < 240  # type: ignore[operator]
    assert asked["idle"] is True
    assert ask("/session")["seconds"] == 30 * 60 - 1
    page_world.clock.jump(30 * MINUTE)
    assert client.client.post("/session?partial=1", data={"csrf_token": token, "script": "1"}).status_code == 303


def test_without_the_script_the_button_leads_back(page_world: PageWorld) -> None:
    client = page_world.client("guardian")
    client.post("/session", next="/account")
    assert client.response is not None
    assert client.response.headers["Location"] == "/account"


# --- fixation and replay ----------------------------------------------------------------------------------------------


def test_a_cookie_from_before_signing_in_is_worth_nothing_after(page_world: PageWorld) -> None:
    """Session fixation: what somebody put into the browser, signed in or not, is not what the victim then has."""
    client = page_world.client()
    client.get("/sign-in")
    planted = cookie(client)
    client.sign_in("teacher", PASSWORD)
    client.get("/today")
    assert cookie(client) != planted
    with_cookie(page_world, planted).get("/today", 303)

    attacker = page_world.client("stranger")
    victim = with_cookie(page_world, cookie(attacker))
    victim.client.get("/sign-in?again=1")
    token = victim.token()
    victim.client.post("/sign-in", data={"csrf_token": token, "name": "teacher", "password": PASSWORD})
    assert "Grace Hopper" in victim.get("/account").text
    attacker.get("/account", 303)  # their own session was what the browser showed, and it ended
    assert [row.why for row in session_rows(page_world, "stranger")] == [Ending.SIGNED_OUT]


def test_the_cookie_of_an_ended_session_opens_nothing(page_world: PageWorld) -> None:
    for path in ("/sign-out", "/account/sessions/end-others"):
        client, other = page_world.client("teacher"), page_world.client("teacher")
        stolen = cookie(client)
        (client if path == "/sign-out" else other).post(path)
        with_cookie(page_world, stolen).get("/today", 303)


def test_the_database_does_not_hold_what_the_cookie_shows(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    with client.client.session_transaction() as held:
        token = held["_user_id"]
        assert set(held) <= {"_user_id", "_id", "_fresh", "csrf_token", "language"}
    (row,) = session_rows(page_world, "teacher")
    assert len(token.split(".")[1]) >= 43
    assert token.encode() not in row.digest
    assert len(row.digest) == 32


def test_a_token_of_another_district_or_of_none_opens_nothing(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    with client.client.session_transaction() as held:
        token = held["_user_id"]
    elsewhere = f"{page_world.district_id + 1}.{token.partition('.')[2]}"
    for wrong in (elsewhere, "x", "1.", f"{page_world.district_id}.x", ""):
        with client.client.session_transaction() as held:
            held["_user_id"] = wrong
        client.get("/today", 303)


# --- ended by a person ------------------------------------------------------------------------------------------------


def test_one_sees_where_one_is_signed_in_and_ends_it(page_world: PageWorld) -> None:
    phone, desk = page_world.client(), page_world.client("teacher")
    phone.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    phone.sign_in("teacher", PASSWORD)
    page = desk.get("/account")
    assert "Firefox, Windows" in page.text
    assert "Unknown device" in page.text
    assert page.text.count("This is where you are now") == 1
    here, there = session_rows(page_world, "teacher")
    assert there.device == "Firefox, Windows"
    desk.post(f"/account/sessions/{there.id}/end")
    phone.get("/account", 303)
    desk.post(f"/account/sessions/{there.id}/end", status=404)
    page = desk.get("/account")
    assert "Sign out everywhere else" not in page.text
    assert session_rows(page_world, "teacher")[1].why == Ending.BY_HOLDER
    assert on_record(page_world)[-1] == (
        "session_ended", page_world.people["teacher"].id, {"why": "by_holder"}
    )  # fmt: skip
    assert here.ended_at is None


def test_nobody_ends_the_sessions_of_others(page_world: PageWorld) -> None:
    page_world.client("colleague")
    (theirs,) = session_rows(page_world, "colleague")
    page_world.client("teacher").post(f"/account/sessions/{theirs.id}/end", status=404)
    assert session_rows(page_world, "colleague")[0].ended_at is None


def test_signing_out_here_leaves_the_others(page_world: PageWorld) -> None:
    one, two, three = (page_world.client("teacher") for _ in range(3))
    one.post("/sign-out")
    two.get("/account")
    two.post("/account/sessions/end-others")
    two.get("/account")
    three.get("/account", 303)


def test_an_ended_session_is_over_for_every_worker(page_world: PageWorld, installation: Installation) -> None:
    other_worker = create_app(installation, page_world.clock)
    other_worker.config["TESTING"] = True
    client, there = page_world.client("teacher"), PageClient(other_worker.test_client())
    there.client.set_cookie("mastery_session", cookie(client))
    there.get("/today")
    page_world.client("teacher").post("/account/sessions/end-others")
    there.get("/today", 303)
    client.get("/today", 303)
    other_worker.extensions["mastery"].dispose()


def test_a_changed_password_ends_the_other_sessions(page_world: PageWorld) -> None:
    here, there = page_world.client("teacher"), page_world.client("teacher")
    new = {"new": "another fine password", "again": "another fine password"}
    assert "is not right" in here.post("/account/password", 422, present="wrong", **new).text
    assert "not the same" in here.post("/account/password", 422, present=PASSWORD, new="long enough", again="x").text
    assert (
        "15 characters or more"
        in here.post("/account/password", 422, present=PASSWORD, new="short", again="short").text
    )
    there.get("/account")
    here.post("/account/password", present=PASSWORD, **new)
    assert "Your password is changed" in here.get("/account").text
    there.get("/account", 303)
    assert [row.why for row in session_rows(page_world, "teacher")] == [None, Ending.PASSWORD_CHANGED]
    assert ("password_set", page_world.people["teacher"].id, {}) in on_record(page_world)
    page_world.client().sign_in("teacher", "another fine password")


def test_guessing_the_present_password_rests_the_account(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    token = client.token()
    values = {"csrf_token": token, "new": "another password", "again": "another password"}
    for _ in range(6):
        assert client.client.post("/account/password", data={**values, "present": "no"}).status_code == 422
    assert client.client.post("/account/password", data={**values, "present": PASSWORD}).status_code == 422


# --- on record --------------------------------------------------------------------------------------------------------


def test_coming_and_going_is_on_record_without_names_and_secrets(page_world: PageWorld) -> None:
    person = page_world.people["teacher"].id
    client = page_world.client("teacher")
    client.post("/sign-out")
    page_world.client().sign_in("teacher", "not the password", 422)
    page_world.client().sign_in("nobody", "not the password", 422)
    with district_transaction(page_world.engine, page_world.district_id) as session:
        set_password(session, page_world.district_id, "teacher", "another new password", page_world.clock())
        session.commit()
    told = on_record(page_world)
    assert told == [
        ("sign_in", person, {"how": "password", "factor": False}),
        ("sign_out", person, {}),
        ("sign_in_refused", None, {"locked": False}),
        ("password_set", None, {}),
    ]
    assert "teacher" not in str(told)


def test_sessions_that_nobody_came_back_to_are_closed_and_in_time_forgotten(page_world: PageWorld) -> None:
    page_world.client("teacher")
    page_world.clock.jump(timedelta(hours=2))
    page_world.client("teacher")
    assert [row.why for row in session_rows(page_world, "teacher")] == [Ending.IDLE, None]
    page_world.clock.jump(timedelta(days=31))
    page_world.client("teacher")
    assert [row.why for row in session_rows(page_world, "teacher")] == [None]
    assert [act for act, _who, _detail in on_record(page_world)].count("sign_in") == 3


def test_a_disabled_account_leaves_no_session_open(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    with district_transaction(page_world.engine, page_world.district_id) as session:
        account = account_id(page_world, "teacher")
        session.execute(update(Account).where(Account.id == account).values(disabled_at=page_world.clock()))
        session.commit()
    client.get("/account", 303)


def test_no_way_of_beginning_is_without_words() -> None:
    assert set(BEGAN) == set(Began)


def test_the_clock_of_the_schools_ends_no_session(page_world: PageWorld) -> None:
    services = page_world.app.extensions["mastery"]
    page_world.app.extensions["mastery"] = replace(services, clock=lambda: page_world.clock() + timedelta(days=200))
    page_world.client("teacher").get("/account")
