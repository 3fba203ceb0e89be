"""A district that people sign in to by an identity provider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from identity_provider import CLIENT_ID, CLIENT_SECRET, TestProvider, running
from page_client import PageClient
from page_lint import Page
from page_world import PageWorld
from sqlalchemy import select, update

from api.actions.providers import Wanted, add_provider, secret_sealer
from api.security import oidc
from mastery.sign_in import Preset
from models.access import Account
from models.audit import AuditEvent
from models.district import District
from models.identity import IdentityProvider
from models.roster import Person
from models.unit_of_work import district_transaction

ADDRESS = "grace@schools.example"


@dataclass
class SignInWorld:
    """The district with its provider. The teacher's address is `ADDRESS`, in the roster and at the provider."""

    world: PageWorld
    provider: TestProvider
    slug: str
    provider_id: int = 0

    def add(self, **wanted: Any) -> int:
        """A provider of the district that is the test's; a preset keeps its rules and gets the test's issuer."""
        preset = wanted.pop("preset", Preset.GENERIC)
        issuer = self.provider.issuer if preset is Preset.GENERIC else None
        name = wanted.pop("name", "Lincoln ID")
        asked = Wanted(name, preset, CLIENT_ID, issuer, **wanted)
        sealer = secret_sealer(self.world.app.extensions["mastery"].installation)
        with district_transaction(self.world.engine, self.world.district_id) as session:
            made = add_provider(session, self.world.district_id, asked, CLIENT_SECRET, sealer, self.world.clock())
            made.issuer = self.provider.issuer
            session.commit()
            self.provider_id = made.id
        return made.id

    @property
    def start(self) -> str:
        """Where the button leads."""
        return f"/sign-in/{self.slug}/{self.provider_id}"

    def leave(self, client: PageClient, query: str = "") -> str:
        """Go to the provider; the address that it sends the browser back to, on this site."""
        client.get(f"{self.start}{query}", 303)
        assert client.response is not None
        back = requests.get(client.response.headers["Location"], allow_redirects=False, timeout=10)
        parts = urlsplit(back.headers["Location"])
        return f"{parts.path}?{parts.query}"

    def come(self, client: PageClient, status: int = 303, query: str = "") -> Page:
        """Sign in by the provider."""
        return client.get(self.leave(client, query), status)

    def refused(self, status: int = 403) -> str:
        """Try to sign in by the provider; the page says so, nobody is signed in, and the reason is on record."""
        client = browser(self)
        before = len(self.acts("sign_in_refused"))
        text = self.come(client, status).text
        client.get("/today", 303)
        on_record = self.acts("sign_in_refused")
        assert len(on_record) == before + 1
        why: str = on_record[-1]["why"]
        assert why not in text
        return why

    def acts(self, act: str) -> list[dict[str, Any]]:
        """Details of the acts on record, in their order."""
        with district_transaction(self.world.engine, self.world.district_id) as session:
            chosen = select(AuditEvent.detail).where(
                AuditEvent.district_id == self.world.district_id, AuditEvent.act == act
            )
            return list(session.scalars(chosen.order_by(AuditEvent.id)))

    def person(self, who: str, **values: object) -> None:
        """Let the roster say something of a person."""
        with district_transaction(self.world.engine, self.world.district_id) as session:
            chosen = update(Person).where(Person.id == self.world.people[who].id)
            session.execute(chosen.where(Person.district_id == self.world.district_id).values(**values))
            session.commit()

    def account(self, who: str, **values: object) -> None:
        """Change a person's account."""
        with district_transaction(self.world.engine, self.world.district_id) as session:
            chosen = update(Account).where(Account.sign_in_name == who)
            session.execute(chosen.where(Account.district_id == self.world.district_id).values(**values))
            session.commit()


@pytest.fixture
def sign_in_world(page_world: PageWorld) -> Iterator[SignInWorld]:
    """The district, with a provider that serves."""
    oidc.forget()
    with district_transaction(page_world.engine, page_world.district_id) as session:
        slug = session.scalars(select(District.slug).where(District.id == page_world.district_id)).one()
    with running(TestProvider(page_world.clock)) as provider:
        provider.person = {"sub": "4711", "email": ADDRESS, "email_verified": True}
        made = SignInWorld(page_world, provider, slug)
        made.person("teacher", email="Grace@Schools.example")
        made.add()
        yield made
    oidc.forget()


def stored(world: SignInWorld) -> list[IdentityProvider]:
    """The district's providers."""
    return world.world.rows(IdentityProvider)


def browser(world: SignInWorld) -> PageClient:
    """A browser in which nobody has signed in yet."""
    return PageClient(world.world.app.test_client())


def heading(client: PageClient) -> str:
    """Where the last answer leads."""
    assert client.response is not None
    return client.response.headers["Location"]
