"""What the sign-in page offers, and whose password still counts beside an identity provider."""

from __future__ import annotations

import pytest
from factories import Factory, new_district
from page_client import PageClient
from page_world import PASSWORD, PageWorld
from sign_in_world import ADDRESS, SignInWorld, sign_in_world

from api.actions import accounts
from api.actions.accounts import AccountError, create_account, set_password
from api.actions.providers import choose_password_sign_in, enable_provider
from mastery.sign_in import Audience, PasswordSignIn, ProviderError
from models.access import Account
from models.unit_of_work import district_transaction

__all__ = ["sign_in_world"]


def choose(world: SignInWorld, policy: PasswordSignIn) -> int:
    with district_transaction(world.world.engine, world.world.district_id) as session:
        gone = choose_password_sign_in(session, world.world.district_id, policy, world.world.clock())
        session.commit()
    return gone


def enable(world: SignInWorld, name: str, enabled: bool) -> None:
    with district_transaction(world.world.engine, world.world.district_id) as session:
        enable_provider(session, world.world.district_id, name, enabled, world.world.clock())
        session.commit()


def test_the_only_district_shows_its_providers_at_once(sign_in_world: SignInWorld) -> None:
    sign_in_world.add(name="Google for families", audience=Audience.FAMILIES)
    page = sign_in_world.world.client().get("/sign-in?next=/today")
    assert "Sign in with Lincoln ID" in page.text
    assert "Sign in with Google for families" in page.text
    assert "Or sign in with a name and a password." in page.text
    assert f"{sign_in_world.start}?next=/today" in page.links


def test_one_of_several_districts_has_an_address_that_the_browser_remembers(sign_in_world: SignInWorld) -> None:
    new_district(sign_in_world.world.engine)
    client = sign_in_world.world.client()
    assert "Lincoln ID" not in client.get("/sign-in").text
    assert "Sign in with Lincoln ID" in client.get(f"/sign-in/{sign_in_world.slug}").text
    assert client.response is not None
    (cookie,) = [one for one in client.response.headers.getlist("Set-Cookie") if one.startswith("mastery_district=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Sign in with Lincoln ID" in client.get("/sign-in").text
    assert "Lincoln ID" in client.sign_in("teacher", "not the password", 422).text
    client.sign_in("teacher", PASSWORD)
    client.post("/sign-out")
    assert "Sign in with Lincoln ID" in client.get("/sign-in").text
    for nowhere in ("nowhere", "%00", "a%00b", "%0A"):
        client.get(f"/sign-in/{nowhere}", 404)
        client.get(f"/sign-in/{nowhere}/1", 404)


@pytest.mark.parametrize("remembered", ["nowhere", "a\\b", "a\x00b", "x" * 3000, "'; --"])
def test_a_strange_cookie_is_of_no_district(sign_in_world: SignInWorld, remembered: str) -> None:
    new_district(sign_in_world.world.engine)
    client = sign_in_world.world.client()
    client.client.set_cookie("mastery_district", remembered)
    assert "Lincoln ID" not in client.get("/sign-in").text


def test_without_a_provider_the_page_is_as_it_was(page_world: PageWorld) -> None:
    assert "Or sign in" not in page_world.client().get("/sign-in").text


def test_passwords_of_families_alone(sign_in_world: SignInWorld) -> None:
    assert choose(sign_in_world, PasswordSignIn.FAMILIES) == 7
    client = sign_in_world.world.client()
    assert "Families without such an account" in client.get("/sign-in").text
    sign_in_world.world.client("guardian")
    for who in ("teacher", "student", "leader"):
        assert "is not right" in client.sign_in(who, PASSWORD, 422).text
    stored = {one.sign_in_name for one in sign_in_world.world.rows(Account) if one.password_hash is not None}
    assert stored == {"guardian"}
    assert sign_in_world.acts("provider_changed")[-1] == {"password_sign_in": "families", "passwords_forgotten": 7}


def test_a_stored_password_that_does_not_count_lets_nobody_in(sign_in_world: SignInWorld) -> None:
    choose(sign_in_world, PasswordSignIn.FAMILIES)
    sign_in_world.account("student", password_hash=accounts.HASHER.hash(PASSWORD))
    sign_in_world.world.client().sign_in("student", PASSWORD, 422)


def test_passwords_of_nobody(sign_in_world: SignInWorld) -> None:
    choose(sign_in_world, PasswordSignIn.NONE)
    client = sign_in_world.world.client()
    assert "Sign-in name" not in client.get("/sign-in").text
    sign_in_world.come(client)
    assert "Grace Hopper" in client.get("/today").text


def test_no_password_is_stored_that_would_not_count(sign_in_world: SignInWorld) -> None:
    choose(sign_in_world, PasswordSignIn.FAMILIES)
    world = sign_in_world.world
    with district_transaction(world.engine, world.district_id) as session:
        person = Factory(session, world.district_id).student(world.section, "Mary", "Jackson").id
        with pytest.raises(AccountError, match="identity provider"):
            create_account(session, world.district_id, "mary", PASSWORD, person, world.clock())
        with pytest.raises(AccountError, match="identity provider"):
            set_password(session, world.district_id, "student", PASSWORD, world.clock())
        with pytest.raises(AccountError, match="identity provider"):
            create_account(session, world.district_id, "robot", PASSWORD, None, world.clock())
        create_account(session, world.district_id, "mary", None, person, world.clock())


@pytest.mark.parametrize("who", ["teacher", "nobody at all", "student"])
def test_a_refusal_always_costs_one_verification(
    sign_in_world: SignInWorld, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """Whether an account has a password, or it does not count, can not be told from how long the answer takes."""
    choose(sign_in_world, PasswordSignIn.FAMILIES)
    sign_in_world.account("student", password_hash=accounts.HASHER.hash(PASSWORD))
    verified: list[str] = []
    real = accounts.is_password

    def count(hashed: str, password: str) -> bool:
        verified.append(hashed)
        return real(hashed, password)

    monkeypatch.setattr(accounts, "is_password", count)
    assert accounts.sign_in(sign_in_world.world.engine, who, PASSWORD, sign_in_world.world.clock()) is None
    assert len(verified) == 1


def test_nobody_is_locked_out_by_settings(sign_in_world: SignInWorld) -> None:
    choose(sign_in_world, PasswordSignIn.NONE)
    with pytest.raises(ProviderError, match="last provider in use"):
        enable(sign_in_world, "Lincoln ID", False)
    choose(sign_in_world, PasswordSignIn.ALL)
    enable(sign_in_world, "Lincoln ID", False)
    with pytest.raises(ProviderError, match="no provider in use"):
        choose(sign_in_world, PasswordSignIn.FAMILIES)
    assert "Lincoln ID" not in sign_in_world.world.client().get("/sign-in").text
    with pytest.raises(ProviderError, match="there is Lincoln ID"):
        enable(sign_in_world, "Another", True)


def test_somebody_signed_in_may_come_back_too(sign_in_world: SignInWorld) -> None:
    """A stopped sign-in is told on a page that needs nobody to be signed in, nor minds if somebody is."""
    client = sign_in_world.world.client("guardian")
    assert "Please begin again" in client.get("/sign-in/oidc/callback", 400).text
    sign_in_world.provider.person["email"] = ADDRESS
    sign_in_world.come(client)
    assert "Grace Hopper" in client.get("/today").text


def test_a_stopped_sign_in_leads_back_to_the_district(sign_in_world: SignInWorld) -> None:
    new_district(sign_in_world.world.engine)
    sign_in_world.provider.error = "access_denied"
    client = PageClient(sign_in_world.world.app.test_client())
    client.client.set_cookie("mastery_session", "")
    assert f"/sign-in/{sign_in_world.slug}" in sign_in_world.come(client, 403).links
