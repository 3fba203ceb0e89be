"""The notice before a session ends: in time, without leaving the page, and honest once it is over."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, update
from visitors import Visitor

from models.account_session import AccountSession
from models.unit_of_work import district_transaction


def _unused_for(visitor: Visitor, minutes: int) -> None:
    """As if nobody had touched the page for so long; the page's own clock goes on as far."""
    with district_transaction(visitor.world.engine, visitor.world.district_id) as session:
        session.execute(update(AccountSession).values(seen_at=func.now() - timedelta(minutes=minutes)))
        session.commit()
    visitor.page.clock.fast_forward(minutes * 60_000)


def test_the_notice_comes_in_time_and_keeps_what_is_being_written(visitor: Visitor) -> None:
    visitor.page.clock.install()
    page = visitor.sign_in("guardian")
    visitor.open("/account")
    field, notice = page.get_by_label("Your present password"), page.get_by_role("alert")
    field.fill("half a passw")
    _unused_for(visitor, 26)
    notice.filter(has_text="less than 5 minutes").wait_for()
    assert field.evaluate("(one) => one === document.activeElement")  # nothing takes the focus away
    page.get_by_role("button", name="Stay signed in").click()
    notice.filter(has_text="less than 5 minutes").wait_for(state="hidden")
    assert field.input_value() == "half a passw"
    _unused_for(visitor, 26)
    notice.filter(has_text="less than 5 minutes").wait_for()
    _unused_for(visitor, 31)
    notice.filter(has_text="You are signed out.").wait_for()
    assert field.input_value() == "half a passw"
    page.get_by_role("link", name="Sign in again").click()
    page.wait_for_url("**/sign-in?next=/account")
