"""Whom a provider is for: its audience, its tenant or domain, its district; whoever else comes is refused."""

from __future__ import annotations

import pytest
from factories import Factory, new_district
from sign_in_world import ADDRESS, SignInWorld, browser, heading, sign_in_world

from mastery.sign_in import Audience, Preset
from models.unit_of_work import district_transaction

__all__ = ["sign_in_world"]

TENANT = "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"


@pytest.mark.parametrize("domain", ["evil.example", None, True, ["schools.example"]])
def test_google_lets_in_the_hosted_domain_alone(sign_in_world: SignInWorld, domain: object) -> None:
    sign_in_world.add(name="Google", preset=Preset.GOOGLE, restriction="Schools.example")
    client = browser(sign_in_world)
    client.get(sign_in_world.start, 303)
    assert "hd=schools.example" in heading(client)
    assert "prompt=select_account" in heading(client)
    if domain is not None:
        sign_in_world.provider.person["hd"] = domain
    assert sign_in_world.refused() == "outside"
    sign_in_world.provider.person["hd"] = "schools.example"
    sign_in_world.come(browser(sign_in_world))


def test_microsoft_lets_in_the_tenant_alone(sign_in_world: SignInWorld) -> None:
    sign_in_world.add(name="Microsoft", preset=Preset.MICROSOFT, restriction=TENANT)
    sign_in_world.provider.person = {"sub": "a", "upn": ADDRESS, "email": ADDRESS, "tid": TENANT[::-1]}
    assert sign_in_world.refused() == "outside"
    del sign_in_world.provider.person["tid"]
    assert sign_in_world.refused() == "outside"
    sign_in_world.provider.person["tid"] = TENANT
    del sign_in_world.provider.person["upn"]
    assert sign_in_world.refused() == "no_claim"
    sign_in_world.provider.person["upn"] = ADDRESS
    sign_in_world.come(browser(sign_in_world))


def test_a_restriction_holds_for_who_is_linked_too(sign_in_world: SignInWorld) -> None:
    sign_in_world.add(name="Google", preset=Preset.GOOGLE, restriction="schools.example")
    sign_in_world.provider.person["hd"] = "schools.example"
    sign_in_world.come(browser(sign_in_world))
    sign_in_world.provider.person["hd"] = "evil.example"
    assert sign_in_world.refused() == "outside"


@pytest.mark.parametrize(
    ("who", "audience"),
    [("teacher", Audience.STAFF), ("student", Audience.STUDENTS), ("guardian", Audience.FAMILIES),
     ("leader", Audience.STAFF)],
)  # fmt: skip
def test_a_provider_is_for_whom_it_is_for(sign_in_world: SignInWorld, who: str, audience: Audience) -> None:
    sign_in_world.person("teacher", email=None)
    sign_in_world.person(who, email=ADDRESS)
    for other in Audience:
        sign_in_world.add(name=f"For {other}", audience=other)
        if other in (audience, Audience.ALL):
            sign_in_world.come(browser(sign_in_world))
        else:
            assert sign_in_world.refused() == "audience"


def test_a_provider_is_of_its_district_alone(sign_in_world: SignInWorld) -> None:
    world = sign_in_world.world
    other = new_district(world.engine)
    with district_transaction(world.engine, other) as session:
        Factory(session, other).person().email = "elsewhere@schools.example"
        session.commit()
    sign_in_world.provider.person["email"] = "elsewhere@schools.example"
    assert sign_in_world.refused() == "nobody"
    client = browser(sign_in_world)
    client.get(f"/sign-in/nowhere/{sign_in_world.provider_id}", 404)
    client.get(f"/sign-in/{sign_in_world.slug}/{sign_in_world.provider_id + 1}", 404)
