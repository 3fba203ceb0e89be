"""Signing in by an identity provider: the real flow, by a real server; who comes in, on which way, and who does not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from factories import Factory
from identity_provider import CLIENT_SECRET
from sign_in_world import ADDRESS, SignInWorld, browser, heading, sign_in_world, stored
from sqlalchemy import select

from api.actions.letters import make_letters
from api.actions.provider_sign_in import let_in
from api.actions.providers import choose_password_sign_in
from mastery.access import Scope as Reach
from mastery.access import Tie, Viewer
from mastery.access_matrix import Role
from mastery.letters import Group
from mastery.offices import Remit
from mastery.sign_in import Match, PasswordSignIn
from models.access import Account
from models.audit import SYSTEM
from models.identity import AccountIdentity
from models.queries_accounts import Holder
from models.queries_letters import Scope, one_recipient
from models.unit_of_work import district_transaction

__all__ = ["sign_in_world"]


def test_who_comes_for_the_first_time_is_found_by_address_and_linked(sign_in_world: SignInWorld) -> None:
    client = browser(sign_in_world)
    sign_in_world.come(client)
    assert heading(client) == "/"
    assert "Grace Hopper" in client.get("/today").text
    (identity,) = sign_in_world.world.rows(AccountIdentity)
    assert (identity.subject, identity.issuer) == ("4711", sign_in_world.provider.issuer)
    (linked,) = sign_in_world.acts("identity_linked")
    assert linked == {"provider": sign_in_world.provider_id, "account": identity.account_id}
    assert sign_in_world.acts("account_made") == []


@pytest.mark.parametrize(
    ("amr", "led_to"), [(["pwd", "mfa"], None), (["pwd"], "/second-factor"), (None, "/second-factor")]
)
def test_a_second_step_at_the_provider_is_not_asked_for_again(
    sign_in_world: SignInWorld, amr: list[str] | None, led_to: str | None
) -> None:
    sign_in_world.person("principal", email="rosa@schools.example")
    sign_in_world.provider.person = {"sub": "1955", "email": "rosa@schools.example", "email_verified": True}
    if amr is not None:
        sign_in_world.provider.person["amr"] = amr
    sign_in_world.provider.userinfo = {"sub": "1955", "amr": ["mfa"]}
    client = browser(sign_in_world)
    sign_in_world.come(client)
    client.get("/students", 200 if led_to is None else 303)
    assert led_to is None or heading(client).startswith(led_to)
    (begun,) = sign_in_world.acts("sign_in")
    assert (begun["how"], begun["factor"]) == ("oidc", led_to is None)


def test_userinfo_tells_nothing_of_how_somebody_signed_in(sign_in_world: SignInWorld) -> None:
    sign_in_world.person("principal", email="rosa@schools.example")
    sign_in_world.provider.person = {"sub": "1955"}
    sign_in_world.provider.userinfo = {
        "sub": "1955", "email": "rosa@schools.example", "email_verified": True, "amr": ["mfa"],
    }  # fmt: skip
    sign_in_world.come(client := browser(sign_in_world))
    client.get("/students", 303)
    assert heading(client).startswith("/second-factor")


def test_whoever_has_no_password_is_asked_for_none(sign_in_world: SignInWorld) -> None:
    sign_in_world.come(client := browser(sign_in_world))
    assert "Change your password" in client.get("/account").text
    sign_in_world.account("teacher", password_hash=None)
    text = client.get("/account").text
    assert "You have no password here." in text
    assert "Change your password" not in text


def test_a_letter_sets_no_password_that_does_not_count(sign_in_world: SignInWorld) -> None:
    world, now = sign_in_world.world, sign_in_world.world.clock()
    with district_transaction(world.engine, world.district_id) as session:
        scope = Scope(world.school.id, None, Group.STAFF)
        everybody = Tie(Role.DATA_STEWARD, Reach.DISTRICT, world.district_id, linked=False)
        office = Viewer(world.district_id, 0, now, (everybody,))
        one = one_recipient(session, office, scope, now.date(), now, world.people["teacher"].id)
        assert one is not None
        key = world.app.extensions["mastery"].installation.secret_key
        (letter,) = make_letters(
            session,
            world.district_id,
            [one],
            SYSTEM,
            key,
            now,
            ZoneInfo("America/Chicago"),
            families=Remit(district=True),
        )
        choose_password_sign_in(session, world.district_id, PasswordSignIn.FAMILIES, now)
        session.commit()
    client = browser(sign_in_world)
    page = client.get(f"/activate/{letter.code}")
    sent = {"csrf_token": page.forms[-1]["csrf_token"], "password": "maple river 41 lamps"}
    answer = client.client.post(f"/activate/{letter.code}", data={**sent, "again": sent["password"]})
    assert answer.status_code == 422
    assert "You need no password here" in answer.get_data(as_text=True)
    client.get("/today", 303)
    assert sign_in_world.acts("password_set") == []


def test_afterwards_only_the_subject_counts(sign_in_world: SignInWorld) -> None:
    """Addresses get reassigned: neither does a new one lock anybody out nor does an old one let anybody in."""
    sign_in_world.come(browser(sign_in_world))
    sign_in_world.provider.person["email"] = "hopper@schools.example"
    sign_in_world.provider.person["email_verified"] = False
    client = browser(sign_in_world)
    sign_in_world.come(client)
    assert "Grace Hopper" in client.get("/today").text
    sign_in_world.provider.person = {"sub": "4712", "email": ADDRESS, "email_verified": True}
    assert sign_in_world.refused() == "taken"
    assert len(sign_in_world.world.rows(AccountIdentity)) == 1


def test_who_has_no_account_gets_one_without_a_password(sign_in_world: SignInWorld) -> None:
    world = sign_in_world.world
    with district_transaction(world.engine, world.district_id) as session:
        newcomer = Factory(session, world.district_id).person("Katherine", "Johnson")
        newcomer.identifier = "S-77"
        session.commit()
    sign_in_world.add(name="By number", claim="student_number", match=Match.IDENTIFIER)
    sign_in_world.provider.person = {"sub": "77", "student_number": "S-77"}
    client = browser(sign_in_world)
    sign_in_world.come(client)
    assert "Katherine Johnson" in client.get("/students").text
    (account,) = [one for one in sign_in_world.world.rows(Account) if one.person_id == newcomer.id]
    assert account.password_hash is None
    assert len(sign_in_world.acts("account_made")) == 1
    browser(sign_in_world).sign_in(account.sign_in_name, "", 422)
    browser(sign_in_world).sign_in(account.sign_in_name, "anything at all", 422)


def test_two_first_sign_ins_at_once_make_one_account(sign_in_world: SignInWorld) -> None:
    world = sign_in_world.world
    with district_transaction(world.engine, world.district_id) as session:
        newcomer = Factory(session, world.district_id).person("Katherine", "Johnson")
        newcomer.email = "kj@schools.example"
        session.commit()
    (provider,) = stored(sign_in_world)
    claims = {"sub": "77", "email": "kj@schools.example", "email_verified": True}

    def come(_number: int) -> object:
        return let_in(world.engine, provider, claims, world.clock(), world.clock())

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(come, range(4)))
    assert all(isinstance(one, Holder) for one in found)
    assert len({one.account_id for one in found if isinstance(one, Holder)}) == 1
    assert len([one for one in sign_in_world.world.rows(Account) if one.person_id == newcomer.id]) == 1


def test_one_goes_on_to_where_one_was_heading_and_never_elsewhere(sign_in_world: SignInWorld) -> None:
    for asked, led in (
        ("/students?page=1", "/students?page=1"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/" + "x" * 600, "/"),
    ):
        client = browser(sign_in_world)
        sign_in_world.come(client, query=f"?next={asked}")
        assert heading(client) == led


def test_the_provider_is_told_what_it_needs_and_the_browser_no_secret(sign_in_world: SignInWorld) -> None:
    client = browser(sign_in_world)
    client.get(sign_in_world.start, 303)
    address = heading(client)
    assert address.startswith(f"{sign_in_world.provider.issuer}/authorize?")
    assert "code_challenge=" in address
    assert "code_verifier" not in address
    assert CLIENT_SECRET not in address
    (row,) = stored(sign_in_world)
    assert CLIENT_SECRET not in row.sealed_secret
    assert CLIENT_SECRET not in str(sign_in_world.acts("provider_changed"))


def test_coming_back_is_good_for_one_time_and_one_browser(sign_in_world: SignInWorld) -> None:
    client, other = browser(sign_in_world), browser(sign_in_world)
    back = sign_in_world.leave(client)
    assert "Please begin again" in other.get(back, 400).text
    client.get(back, 303)
    client.get(back, 400)
    for nothing in ("", "?state=x&code=y", "?code=y", "?error=access_denied"):
        other.get(f"/sign-in/oidc/callback{nothing}", 400)


def test_a_code_is_good_for_one_time(sign_in_world: SignInWorld) -> None:
    sign_in_world.come(browser(sign_in_world))
    client = browser(sign_in_world)
    back = sign_in_world.leave(client)
    sign_in_world.provider.codes.clear()
    client.get(back, 400)
    assert sign_in_world.acts("sign_in_refused")[-1]["reason"] == "the provider refused the code"


def test_a_code_goes_with_the_browser_that_asked_for_it(sign_in_world: SignInWorld) -> None:
    """A code that was stolen on the way and put into another's sign-in does not fit its verifier."""
    thief, owner = browser(sign_in_world), browser(sign_in_world)
    code = sign_in_world.leave(owner).partition("code=")[2]
    own = sign_in_world.leave(thief).partition("code=")
    thief.get(f"{own[0]}code={code}", 400)
    assert sign_in_world.acts("sign_in_refused")[-1]["why"] == "token"


def test_two_windows_at_once(sign_in_world: SignInWorld) -> None:
    client = browser(sign_in_world)
    first, second = sign_in_world.leave(client), sign_in_world.leave(client)
    client.get(first, 303)
    assert "Grace Hopper" in client.get("/today").text
    assert "Please begin again" in client.get(second, 400).text


def test_the_cookie_stays_small_enough_for_browsers(sign_in_world: SignInWorld) -> None:
    client = browser(sign_in_world)
    for sign in ("x", "ñ", "%20"):
        for length in (80, 160, 490, 600):
            sign_in_world.leave(client, f"?next=/{sign * length}")
    cookie = client.client.get_cookie("mastery_session")
    assert cookie is not None
    assert len(cookie.value) < 3500


def test_whoever_takes_too_long_begins_again(sign_in_world: SignInWorld) -> None:
    client = browser(sign_in_world)
    back = sign_in_world.leave(client)
    sign_in_world.world.clock.jump(timedelta(minutes=11))
    client.get(back, 400)


@pytest.mark.parametrize("said", [False, None, "true", 1])
def test_an_address_that_is_not_verified_finds_nobody(sign_in_world: SignInWorld, said: object) -> None:
    sign_in_world.provider.person["email_verified"] = said
    assert sign_in_world.refused() == "unverified"


def test_nobody_several_and_those_who_left_stay_out(sign_in_world: SignInWorld) -> None:
    sign_in_world.provider.person["email"] = "nobody@schools.example"
    assert sign_in_world.refused() == "nobody"
    sign_in_world.provider.person["email"] = ADDRESS
    sign_in_world.person("colleague", email=ADDRESS)
    assert sign_in_world.refused() == "several"
    sign_in_world.person("colleague", email=None)
    sign_in_world.person("teacher", enabled=False)
    assert sign_in_world.refused() == "closed"
    sign_in_world.person("teacher", enabled=True, active=False)
    assert sign_in_world.refused() == "nobody"
    sign_in_world.person("teacher", active=True)
    sign_in_world.account("teacher", disabled_at=sign_in_world.world.clock())
    assert sign_in_world.refused() == "closed"
    sign_in_world.account("teacher", disabled_at=None)
    sign_in_world.come(browser(sign_in_world))
    sign_in_world.person("teacher", active=False)
    assert sign_in_world.refused() == "closed"
    sign_in_world.person("teacher", active=True, enabled=False)
    assert sign_in_world.refused() == "closed"
    sign_in_world.person("teacher", enabled=True)
    sign_in_world.account("teacher", disabled_at=sign_in_world.world.clock())
    assert sign_in_world.refused() == "closed"


def test_a_provider_that_was_disabled_meanwhile_lets_nobody_in(sign_in_world: SignInWorld) -> None:
    client = browser(sign_in_world)
    back = sign_in_world.leave(client)
    (row,) = stored(sign_in_world)
    with district_transaction(sign_in_world.world.engine, row.district_id) as session:
        session.merge(row).enabled = False
        session.commit()
    client.get(back, 400)
    client.get(sign_in_world.start, 404)


def test_an_identity_ends_with_its_account(sign_in_world: SignInWorld) -> None:
    sign_in_world.come(browser(sign_in_world))
    (identity,) = sign_in_world.world.rows(AccountIdentity)
    with district_transaction(sign_in_world.world.engine, identity.district_id) as session:
        session.delete(session.scalars(select(Account).where(Account.id == identity.account_id)).one())
        session.commit()
    assert sign_in_world.world.rows(AccountIdentity) == []
