"""After the key was changed: codes of a second step, an identity provider's secret, letters and links go on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pyotp
import pytest
from page_client import PageClient
from page_world import PageWorld
from sign_in_world import SignInWorld, sign_in_world, stored
from sqlalchemy import select

from api.actions.keys import reseal_values
from api.actions.letters import Letter, make_letters
from api.actions.providers import secret_sealer
from api.mail import MailServer
from api.mailer import Mailer
from api.pages.second_factor import _sealer
from mastery.access import Scope as Reach
from mastery.access import Tie, Viewer
from mastery.access_matrix import Role
from mastery.letters import Group
from mastery.mail import MailKind
from mastery.offices import Remit
from models.account_session import SecondFactor
from models.audit import SYSTEM
from models.installation import External, Installation
from models.queries_letters import Scope, one_recipient
from models.queries_mail import Letterbox, ToSend
from models.unit_of_work import district_transaction

__all__ = ["sign_in_world"]

NEW = "another-key-of-the-tests-0123456789-abcdefg"
SET_UP = "/account/second-factor"
STEP = timedelta(seconds=30)


@contextmanager
def keys(world: PageWorld, *secret_keys: str) -> Iterator[Installation]:
    """Let the application serve with these keys, the present one first."""
    services = world.app.extensions["mastery"]
    dsns = External(services.installation.app_dsn, services.installation.owner_dsn)
    changed = Installation(None, secret_keys[0], dsns, secret_keys[1:])
    signing = {"SECRET_KEY": secret_keys[0], "SECRET_KEY_FALLBACKS": list(secret_keys[1:])}
    serving = {"mastery": replace(services, installation=changed)}
    with patch.dict(world.app.extensions, serving), patch.dict(world.app.config, signing):
        yield changed


def set_up(world: PageWorld, client: PageClient) -> pyotp.TOTP:
    client.post(f"{SET_UP}/start")
    client.get(SET_UP)
    assert client.response is not None
    found = re.search(r'class="key-text"[^>]*>([A-Z2-7 ]+)<', client.response.get_data(as_text=True))
    assert found
    phone = pyotp.TOTP(found[1].replace(" ", ""))
    client.post(SET_UP, 200, code=phone.at(world.clock.at))
    world.clock.jump(STEP)
    return phone


def letter_of(world: PageWorld, who: str) -> Letter:
    services, district_id = world.app.extensions["mastery"], world.district_id
    now, zone = world.clock(), ZoneInfo("America/Chicago")
    office = Viewer(district_id, 0, now, (Tie(Role.DATA_STEWARD, Reach.DISTRICT, district_id, linked=False),))
    scope = Scope(world.school.id, None, Group.GUARDIANS)
    with district_transaction(world.engine, district_id) as session:
        one = one_recipient(session, office, scope, now.date(), now, world.people[who].id)
        assert one is not None
        (made,) = make_letters(
            session,
            district_id,
            [one],
            SYSTEM,
            services.installation.secret_key,
            now,
            zone,
            families=Remit(district=True),
        )
        session.commit()
    return made


def test_what_a_former_key_sealed_and_signed_goes_on(sign_in_world: SignInWorld) -> None:
    world = sign_in_world.world
    former = world.app.extensions["mastery"].installation.secret_key
    phone = set_up(world, world.client("colleague"))
    letter = letter_of(world, "guardian")

    def let_in() -> None:
        world.client("colleague").show_code(phone.at(world.clock.at))
        world.clock.jump(STEP)
        sign_in_world.come(PageClient(world.app.test_client()))

    with keys(world, NEW, former):
        let_in()  # not sealed anew yet
        sent = sign_in_world.leave(under_way := PageClient(world.app.test_client()))
        world.client().get(f"/activate/{letter.code}")
    with keys(world, NEW, former) as changed:
        services = replace(world.app.extensions["mastery"], installation=changed)
        assert reseal_values(services, world.clock()) >= 2
        let_in()
        under_way.get(sent, 303)
        world.client().get(f"/activate/{letter.code}")
    with keys(world, NEW):
        let_in()
        world.client().get(f"/activate/{letter.code}", 404)  # its letters are known by their key alone
    with keys(world, NEW), world.app.app_context(), district_transaction(world.engine, world.district_id) as session:
        sealed = session.scalars(select(SecondFactor.secret).where(SecondFactor.confirmed_at.is_not(None))).all()
        assert phone.secret in {_sealer().open(one) for one in sealed if one != "of nobody"}
        (provider,) = stored(sign_in_world)
        secret_sealer(world.app.extensions["mastery"].installation).open(provider.sealed_secret)


def test_what_no_key_opens_is_left_and_told_to_the_administrator(
    page_world: PageWorld, caplog: pytest.LogCaptureFixture
) -> None:
    former = page_world.app.extensions["mastery"].installation.secret_key
    with keys(page_world, NEW, former) as changed:
        reseal_values(replace(page_world.app.extensions["mastery"], installation=changed), page_world.clock())
    assert "second_factor.secret" in caplog.text
    assert "of nobody" not in caplog.text
    page_world.client("principal").get("/classes")  # by a recovery code, which no key seals


def test_a_link_that_is_sent_again_after_the_key_was_changed_is_the_same(page_world: PageWorld) -> None:
    server = MailServer("127.0.0.1", 25, False, None, None, "a@mastery.example", "https://mastery.example")
    to = Letterbox(1, page_world.people["guardian"].id, "a@b.example", None)
    mail = ToSend(1, MailKind.RECOVERY, to, "guardian", "Lincoln", page_world.clock(), 1)

    def link(*secret_keys: str) -> str | None:
        sender = Mailer(page_world.engine, secret_keys, server, page_world.clock)
        return sender._link(page_world.district_id, mail, page_world.clock())

    first = link("former")
    assert first is not None
    assert link("present", "former") == first
    assert link("present") not in (first, None)
