"""Every way of setting a password refuses what may not be one, without a network."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from command_line import name_in_environment
from page_world import PASSWORD, PageWorld
from sqlalchemy import select

from api.actions import accounts
from api.actions.accounts import AccountError, create_account, set_password
from api.actions.passwords import PasswordError
from api.cli import main
from api.security.passwords import common_passwords
from mastery.passwords import SHORTEST, Fault
from models.audit import AuditEvent
from models.installation import Installation
from models.unit_of_work import district_transaction


def test_the_list_of_common_passwords_is_whole() -> None:
    found = common_passwords()
    assert len(found) > 10_000
    assert {"password", "12345678", "iloveyou", "1qaz2wsx"} <= found
    assert all(len(one) >= SHORTEST and one == one.casefold() for one in found)


@pytest.mark.parametrize(
    ("who", "password", "fault"),
    [
        ("student", "short", Fault.SHORT),
        ("student", "iloveyou", Fault.COMMON),
        ("student", "Byron.Ada.12", Fault.PERSONAL),
        ("guardian", "AdaAndAnne", None),
        ("guardian", "Ada+Anne", Fault.PERSONAL),
        ("guardian", "lincolnhigh", Fault.PERSONAL),
        ("student", "guardian", Fault.COMMON),
        ("student", "testdistrict1", Fault.PERSONAL),
        ("teacher", "maple river", Fault.SHORT),
        ("principal", "maple river", Fault.SHORT),
        ("student", "maple river", None),
        ("teacher", "maple river 41 lamps", None),
    ],
)
def test_a_password_is_checked_against_its_holder(
    page_world: PageWorld, who: str, password: str, fault: Fault | None
) -> None:
    district = page_world.district_id
    page_world.add(lambda make: make.role(page_world.people["guardian"], "guardian", page_world.school.id))
    with district_transaction(page_world.engine, district) as session:
        if fault is None:
            set_password(session, district, who, password, page_world.clock())
            return
        with pytest.raises(PasswordError) as refused:
            set_password(session, district, who, password, page_world.clock())
        assert refused.value.fault is fault


def test_the_sign_in_name_is_no_password(page_world: PageWorld) -> None:
    with district_transaction(page_world.engine, page_world.district_id) as session, pytest.raises(AccountError):
        create_account(session, page_world.district_id, "river-otter", "River.Otter", None, page_world.clock())


def test_a_password_is_the_same_from_every_keyboard(page_world: PageWorld) -> None:
    district = page_world.district_id
    with district_transaction(page_world.engine, district) as session:
        set_password(session, district, "student", "cafe\u0301 am See", page_world.clock())
        session.commit()
    page_world.client().sign_in("student", "caf\u00e9 am See")
    assert accounts.is_password(accounts.hashed_password("ｍaple river"), "maple river")


def test_the_command_refuses_what_is_common(
    page_world: PageWorld, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_in_environment(installation, monkeypatch)
    words = ["account", "create", "new", "--person", page_world.student.sourced_id, "--password"]
    refused = CliRunner().invoke(main, [*words, "iloveyou"])
    assert refused.exit_code == 1
    assert "most common" in refused.output
    assert CliRunner().invoke(main, [*words, PASSWORD]).exit_code == 0
    with district_transaction(page_world.engine, page_world.district_id) as session:
        (event,) = session.scalars(select(AuditEvent))
        assert (event.act, event.actor, event.detail) == ("account_made", "system", {"person": page_world.student.id})
