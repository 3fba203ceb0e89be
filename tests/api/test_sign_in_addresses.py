"""One address cannot try name after name; a school behind one address signs in as one likes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from page_world import PASSWORD, PageWorld
from sqlalchemy import Interval, func, literal, select, update

from api.actions import accounts
from api.actions.accounts import AddressRestsError
from mastery.policy import DEFAULT_POLICY
from mastery.tries import sign_in_allowance
from models.throttle import Tried
from models.unit_of_work import shared_transaction

MOST = DEFAULT_POLICY.sign_in_address_failures
SCHOOL, ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}, {"REMOTE_ADDR": "203.0.113.8"}


def fail(world: PageWorld, times: int) -> None:
    """As if so many more tries from the address that has failed once had failed just now."""
    with shared_transaction(world.engine) as session:
        session.execute(
            update(Tried).values(free_at=Tried.free_at + literal(times * sign_in_allowance().each, Interval()))
        )
        session.commit()


def sign_in(world: PageWorld, who: str, password: str, where: dict[str, str]) -> tuple[int, str | None, str]:
    client = world.client()
    client.get("/sign-in")
    answer = client.client.post(
        "/sign-in", data={"csrf_token": client.token(), "name": who, "password": password}, environ_base=where
    )
    return answer.status_code, answer.headers.get("Retry-After"), answer.get_data(as_text=True)


def test_an_address_rests_after_many_failures_over_all_names(page_world: PageWorld) -> None:
    assert sign_in(page_world, "teacher", "wrong", SCHOOL)[0] == 422
    fail(page_world, MOST - 3)
    assert sign_in(page_world, "nobody", "wrong", SCHOOL)[0] == 422
    assert sign_in(page_world, "student", "wrong", SCHOOL)[0] == 422
    status, wait, text = sign_in(page_world, "guardian", PASSWORD, SCHOOL)
    assert status == 429
    assert wait is not None
    assert int(wait) == 3  # 300 failures wear off in 15 minutes
    assert "Too many tries to sign in from this network did not work." in text
    assert sign_in(page_world, "guardian", PASSWORD, ELSEWHERE)[0] == 303
    page_world.clock.jump(timedelta(seconds=int(wait)))
    assert sign_in(page_world, "guardian", PASSWORD, SCHOOL)[0] == 303


def test_what_succeeds_does_not_count(page_world: PageWorld) -> None:
    assert sign_in(page_world, "teacher", "wrong", SCHOOL)[0] == 422
    fail(page_world, MOST - 2)
    for _ in range(3):
        assert sign_in(page_world, "teacher", PASSWORD, SCHOOL)[0] == 303
    assert sign_in(page_world, "teacher", "wrong", SCHOOL)[0] == 422
    assert sign_in(page_world, "teacher", PASSWORD, SCHOOL)[0] == 429


def test_an_address_that_rests_costs_no_password_and_rests_no_account(
    page_world: PageWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = page_world.clock.at
    assert accounts.sign_in(page_world.engine, "teacher", "wrong", now, "address") is None
    fail(page_world, MOST - 1)
    monkeypatch.setattr(accounts, "is_password", lambda hashed, password: pytest.fail("verified"))
    for _ in range(9):
        with pytest.raises(AddressRestsError):
            accounts.sign_in(page_world.engine, "colleague", "wrong", now, "address")
    monkeypatch.undo()
    assert sign_in(page_world, "colleague", PASSWORD, ELSEWHERE)[0] == 303


def test_an_address_is_kept_unreadably_and_not_for_long(page_world: PageWorld) -> None:
    sign_in(page_world, "teacher", "wrong", SCHOOL)
    with shared_transaction(page_world.engine) as session:
        assert not session.scalars(select(Tried).where(Tried.key.contains("203"))).all()
    page_world.clock.jump(timedelta(minutes=16))
    sign_in(page_world, "teacher", PASSWORD, ELSEWHERE)
    with shared_transaction(page_world.engine) as session:
        assert session.scalar(select(func.count()).select_from(Tried)) == 1


def test_where_no_address_is_known_the_accounts_alone_rest(page_world: PageWorld) -> None:
    for who in ("a", "b", "c", "d", "e"):
        assert sign_in(page_world, who, "wrong", {})[0] == 422
