"""The list of what to check again in a class: who is on it, from which day on, until what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from decision_world import acts_open, mastered, page, state
from page_client import PageClient
from page_world import PageWorld


def listed(world: PageWorld, client: PageClient, status: int = 200) -> str:
    client.get(f"/classes/{world.section.id}/checks", status)
    assert client.response is not None
    return client.response.get_data(as_text=True)


def test_a_check_is_due_twenty_days_after_mastery_and_done_by_any_result(page_world: PageWorld) -> None:
    post = mastered(page_world)  # on the third of September; it is the fifth of October
    html = listed(page_world, page_world.client("teacher"))
    assert page_world.student.display_name in html
    assert "1 student, since Wednesday, September 23" in html
    post(24, 0.9)
    assert "Nothing is due today." in listed(page_world, page_world.client("teacher"))
    page_world.clock.jump(timedelta(days=27))
    assert "Nothing is due today." in listed(page_world, page_world.client("teacher"))
    page_world.clock.jump(timedelta(days=1))
    assert "1 student, since Monday, November 2" in listed(page_world, page_world.client("teacher"))


def test_a_low_check_asks_the_teacher_who_says_that_it_stands(page_world: PageWorld) -> None:
    post = mastered(page_world)
    level = state(page_world)[1]
    post(25, 0.5, assessment="final", purpose="formative", evidence_type="retention_check")
    assert state(page_world) == ("needs_review", level)
    teacher = page_world.client("teacher")
    assert "resolve" in acts_open(teacher, page_world)
    assert "check whether it is still there" in page(teacher, page_world)


@pytest.mark.parametrize(("who", "status"), [("principal", 200), ("colleague", 404), ("stranger", 404), ("leader", 404),
                                            ("guardian", 404), ("student", 404)])  # fmt: skip
def test_only_who_sees_the_class_sees_its_checks(page_world: PageWorld, who: str, status: int) -> None:
    listed(page_world, page_world.client(who), status)
