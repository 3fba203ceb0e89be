"""The second step of signing in: who needs it, what it opens, and that no code works twice."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import click
import pyotp
import pytest
from click.testing import CliRunner
from page_client import PageClient
from page_world import PASSWORD, PageWorld
from session_rows import account_id, on_record, session_rows
from sqlalchemy import select, update

from api.cli_second_factor import register
from api.pages.accounts import begin_session
from api.pages.second_factor import _sealer
from api.security.one_time_codes import RECOVERY_CODES
from mastery.session_limits import Began, Ending
from models.account_session import SecondFactor
from models.district import District
from models.installation import Installation
from models.queries_accounts import holder
from models.queries_second_factor import delete_factor
from models.unit_of_work import district_transaction, shared_transaction

SET_UP = "/account/second-factor"
STEP = timedelta(seconds=30)


def without(world: PageWorld, who: str) -> PageClient:
    """Somebody who has no second factor yet, after the password."""
    world.codes.pop(who, None)
    with district_transaction(world.engine, world.district_id) as session:
        delete_factor(session, world.district_id, account_id(world, who))
        session.commit()
    return world.client(who)


@click.group()
def root() -> None:
    pass


@root.group()
def account() -> None:
    pass


register(root)


def reset(world: PageWorld, installation: Installation, who: str) -> str:
    """What the office's command says."""
    with shared_transaction(world.engine) as session:
        district = session.get_one(District, world.district_id).slug
    environment = {
        "DATABASE_URL": installation.app_dsn,
        "MASTERY_OWNER_DATABASE_URL": installation.owner_dsn,
        "MASTERY_SECRET_KEY": "k" * 40,
    }
    command = ["account", "second-factor", "reset", who, "--district", district]
    found = CliRunner(env=environment).invoke(root, command)
    assert found.exit_code == 0, found.output
    return found.output


def leads_to(client: PageClient, path: str) -> str:
    client.get(path, 303)
    assert client.response is not None
    return client.response.headers["Location"]


def begin(client: PageClient) -> pyotp.TOTP:
    """Begin to set one up; gives what the phone then shows."""
    client.post(f"{SET_UP}/start")
    return read_key(client)


def read_key(client: PageClient) -> pyotp.TOTP:
    client.get(SET_UP)
    assert client.response is not None
    found = re.search(r'class="key-text"[^>]*>([A-Z2-7 ]+)<', client.response.get_data(as_text=True))
    assert found
    return pyotp.TOTP(found[1].replace(" ", ""))


def codes_on(client: PageClient) -> list[str]:
    assert client.response is not None
    return re.findall(r"<li>([A-Z2-7-]{29})</li>", client.response.get_data(as_text=True))


def set_up(world: PageWorld, client: PageClient) -> tuple[pyotp.TOTP, list[str]]:
    phone = begin(client)
    client.post(SET_UP, 200, code=phone.at(world.clock.at))
    world.clock.jump(STEP)
    return phone, codes_on(client)


# --- who needs it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["principal", "leader"])
def test_whoever_sees_many_children_sets_it_up_before_anything_opens(page_world: PageWorld, who: str) -> None:
    client = without(page_world, who)
    for path in ("/", "/students", "/classes", "/account", f"/students/{page_world.student.id}", "/today?partial=1"):
        assert leads_to(client, path).startswith(SET_UP)
    client.post("/account/password", present=PASSWORD, new="a new password", again="a new password")  # led away, undone
    assert "Your work opens the records of many students." in client.get(SET_UP).text
    client.post("/language", language="es")
    assert client.get(SET_UP).lang == "es"
    client.post("/language", language="en")
    _phone, codes = set_up(page_world, client)
    assert len(set(codes)) == RECOVERY_CODES
    client.get("/students")
    client.post("/sign-out")
    page_world.client().sign_in(who, PASSWORD)


def test_for_others_it_is_an_offer(page_world: PageWorld) -> None:
    client = page_world.client("guardian")
    assert "Set up a second step" in client.get("/account").text
    phone, _codes = set_up(page_world, client)
    assert "10 recovery codes are left." in client.get("/account").text
    again = page_world.client("guardian")
    assert leads_to(again, "/account") == "/second-factor?next=/account"
    again.show_code(phone.at(page_world.clock.at), next="/account")
    again.get("/account")


def test_in_a_sandbox_it_is_an_offer_to_all(page_world: PageWorld) -> None:
    with shared_transaction(page_world.engine) as session:
        session.get_one(District, page_world.district_id).sandbox = True
        session.commit()
    without(page_world, "leader").get("/students")


def test_a_role_that_comes_during_the_day_asks_for_it_at_once(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    client.get("/today")
    page_world.add(lambda make: make.role(page_world.people["teacher"], "administrator", page_world.school.id))
    assert leads_to(client, "/today").startswith(SET_UP)


# --- showing it -------------------------------------------------------------------------------------------------------


def test_the_password_alone_opens_nothing(page_world: PageWorld) -> None:
    client = page_world.client()
    client.sign_in("principal", PASSWORD, next="/classes")
    for path in ("/", "/students", "/account", SET_UP, f"{SET_UP}.svg"):
        assert leads_to(client, path).startswith("/second-factor")
    for path in (f"{SET_UP}/start", f"{SET_UP}/change", "/account/sessions/end-others"):
        client.post(path, change="remove", code=page_world.codes["principal"][0])
        assert client.response is not None
        assert client.response.headers["Location"] == "/second-factor"
    assert "Enter the code." in client.post("/second-factor", 422, code="").text
    client.show_code(page_world.codes["principal"].pop(), next="/classes")
    assert client.response is not None
    assert client.response.headers["Location"] == "/classes"
    client.get("/classes")
    assert leads_to(client, "/second-factor") == "/"
    client.post("/sign-out")


def test_showing_it_changes_the_cookie(page_world: PageWorld) -> None:
    client = page_world.client()
    client.sign_in("principal", PASSWORD)
    half = client.client.get_cookie("mastery_session")
    assert half is not None
    client.show_code(page_world.codes["principal"].pop())
    client.get("/students")
    thief = page_world.client()
    thief.client.set_cookie("mastery_session", half.value)
    thief.get("/students", 303)
    assert thief.response is not None
    assert thief.response.headers["Location"].startswith("/sign-in")


def test_no_code_works_twice(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    phone, codes = set_up(page_world, client)
    code = phone.at(page_world.clock.at)
    for first, other in ((code, code), (codes[0], codes[0].lower().replace("-", " "))):
        again, thief = page_world.client("teacher"), page_world.client("teacher")
        again.show_code(first)
        again.get("/today")
        assert "used already" in thief.show_code(other, 422).text
        assert leads_to(thief, "/today").startswith("/second-factor")
    assert "9 recovery codes are left." in client.get("/account").text


def test_the_code_that_confirmed_does_not_work_again(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    phone = begin(client)
    code = phone.at(page_world.clock.at)
    client.post(SET_UP, 200, code=code)
    page_world.client("teacher").show_code(code, 422)


def test_a_code_of_one_step_ago_works_and_none_before(page_world: PageWorld) -> None:
    phone, _codes = set_up(page_world, page_world.client("teacher"))
    page_world.clock.jump(4 * STEP)
    page_world.client("teacher").show_code(phone.at(page_world.clock.at - 2 * STEP), 422)
    page_world.client("teacher").show_code(phone.at(page_world.clock.at - STEP))


def test_guessing_rests_the_second_step(page_world: PageWorld) -> None:
    client = page_world.client()
    client.sign_in("principal", PASSWORD)
    token, right = client.token(), page_world.codes["principal"].pop()

    def show(code: str) -> int:
        return client.client.post("/second-factor", data={"csrf_token": token, "code": code}).status_code

    assert [show("000000") for _ in range(6)] == [422] * 6
    assert show(right) == 422
    page_world.clock.jump(timedelta(seconds=61))
    assert show(right) == 303
    assert ("sign_in_refused", page_world.people["principal"].id, {"second_factor": True}) in on_record(page_world)


# --- changing it ------------------------------------------------------------------------------------------------------


def test_a_wrong_code_confirms_nothing(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    client.get(f"{SET_UP}.svg", 404)
    begin(client)
    assert "is not right" in client.post(SET_UP, 422, code="000000").text
    assert client.client.get(f"{SET_UP}.svg").mimetype == "image/svg+xml"
    assert page_world.client("teacher").get("/account")  # nothing counts yet, so nothing is asked for


def test_what_was_begun_can_be_left(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    phone = begin(client)
    client.post(f"{SET_UP}/cancel")
    client.post(SET_UP, 422, code=phone.at(page_world.clock.at))
    _phone, codes = set_up(page_world, client)
    client.post(f"{SET_UP}/change", change="phone", code=codes[0])
    client.post(f"{SET_UP}/cancel")
    assert "Use another phone or app" in client.get(SET_UP).text


def test_changing_it_takes_a_code(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    phone, codes = set_up(page_world, client)
    for change in ("codes", "phone", "remove"):
        assert "is not right" in client.post(f"{SET_UP}/change", 422, change=change, code="000000").text
    client.post(f"{SET_UP}/start")  # the way without a code is for who has none
    assert "key-text" not in client.client.get(SET_UP).get_data(as_text=True)

    client.post(f"{SET_UP}/change", 200, change="codes", code=codes[0])
    renewed = codes_on(client)
    assert not set(renewed) & set(codes)
    page_world.client("teacher").show_code(codes[1], 422)

    client.post(f"{SET_UP}/change", change="phone", code=renewed[0])
    other = read_key(client)
    page_world.client("teacher").show_code(phone.at(page_world.clock.at))  # still the one that counts
    client.post(f"{SET_UP}/change", change="phone", code=renewed[1])
    other = read_key(client)
    client.post(SET_UP, 200, code=other.at(page_world.clock.at))
    page_world.clock.jump(STEP)
    page_world.client("teacher").show_code(phone.at(page_world.clock.at), 422)
    client.post(f"{SET_UP}/change", change="remove", code=other.at(page_world.clock.at))
    page_world.client("teacher").get("/today")


def test_whoever_needs_it_does_not_remove_it(page_world: PageWorld) -> None:
    client = page_world.client("principal")
    assert "Remove the second step" not in client.get(SET_UP).text
    client.post(f"{SET_UP}/change", 400, change="remove", code=page_world.codes["principal"].pop())


def test_the_office_resets_what_was_lost(page_world: PageWorld, installation: Installation) -> None:
    client = page_world.client("principal")
    said = reset(page_world, installation, "Principal")
    assert said == "principal signs in with the password alone, and sets up a new second step if needed.\n"
    client.get("/students", 303)
    assert session_rows(page_world, "principal")[-1].why == Ending.BY_OFFICE
    assert [act for act, who, _detail in on_record(page_world) if who is None] == [
        "second_factor_removed", "session_ended"
    ]  # fmt: skip
    page_world.codes.pop("principal")
    assert leads_to(page_world.client("principal"), "/students").startswith(SET_UP)
    said = reset(page_world, installation, "principal")
    assert said == "principal had no second step.\n"


# --- kept and on record -----------------------------------------------------------------------------------------------


def test_the_secret_is_kept_sealed_and_the_codes_as_digests(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    phone, codes = set_up(page_world, client)
    with district_transaction(page_world.engine, page_world.district_id) as session:
        row = session.scalars(
            select(SecondFactor).where(SecondFactor.account_id == account_id(page_world, "teacher"))
        ).one()
    assert row.secret is not None
    assert phone.secret not in row.secret
    with page_world.app.app_context():
        assert _sealer().open(row.secret) == phone.secret
    told = on_record(page_world)
    assert ("second_factor_set", page_world.people["teacher"].id, {}) in told
    assert phone.secret not in str(told)
    assert codes[0] not in str(told)


def test_a_secret_under_a_lost_key_is_told_to_the_administrator(
    page_world: PageWorld, caplog: pytest.LogCaptureFixture
) -> None:
    client = page_world.client("teacher")
    phone, codes = set_up(page_world, client)
    with district_transaction(page_world.engine, page_world.district_id) as session:
        session.execute(
            update(SecondFactor)
            .where(SecondFactor.account_id == account_id(page_world, "teacher"))
            .values(secret="of another key")
        )
        session.commit()
    with caplog.at_level(logging.WARNING):
        page_world.client("teacher").show_code(phone.at(page_world.clock.at), 422)
    assert "sealed under another key" in caplog.text
    page_world.client("teacher").show_code(codes[0])  # recovery codes depend on no key


def test_a_factor_shown_to_the_provider_counts(page_world: PageWorld) -> None:
    with district_transaction(page_world.engine, page_world.district_id) as session:
        found = holder(session, page_world.district_id, account_id(page_world, "principal"))
    assert account is not None
    with page_world.app.test_request_context("/sign-in"):
        begin_session(found, page_world.clock(), how=Began.OIDC, factor_shown=True)
        begin_session(found, page_world.clock(), how=Began.OIDC)
    there, here = session_rows(page_world, "principal")
    assert (there.how, there.factor_at is not None, here.factor_at) == ("oidc", True, None)
