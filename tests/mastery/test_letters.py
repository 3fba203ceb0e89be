"""Codes of letters: read as they are spelled, however they are typed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.access import Scope, Tie, Viewer
from mastery.access_matrix import Role
from mastery.letters import (
    SECRET_SIGNS,
    SIGNS,
    Group,
    ends_at,
    last_day,
    may_make_letters,
    opens_group,
    read_code,
    spelled,
)

secrets = st.text(SIGNS, min_size=SECRET_SIGNS, max_size=SECRET_SIGNS)


@given(st.integers(1, 2**30 - 1), secrets, st.sampled_from([" ", "-", "", "–"]))
def test_a_code_is_read_as_it_is_spelled(district: int, secret: str, between: str) -> None:
    printed = spelled(district, secret)
    assert read_code(printed) == (district, secret)
    typed = printed.lower().replace("0", "o").replace("1", "l").replace("-", between)
    assert read_code(typed) == (district, secret)


@given(st.text(max_size=30))
def test_anything_else_is_read_as_nothing_or_as_a_code(typed: str) -> None:
    read = read_code(typed)
    assert read is None or (0 <= read[0] < 2**30 and len(read[1]) == SECRET_SIGNS)


def test_a_secret_has_sixty_bits() -> None:
    assert len(set(SIGNS)) ** SECRET_SIGNS == 2**60


@pytest.mark.parametrize(("zone", "hours"), [("America/New_York", 5), ("America/Los_Angeles", 8)])
def test_the_last_day_is_whole_where_the_school_is(zone: str, hours: int) -> None:
    day = last_day(date(2026, 10, 5))
    assert day == date(2026, 12, 4)
    assert ends_at(day, ZoneInfo(zone)).utctimetuple()[2:5] == (5, hours, 0)


@pytest.mark.parametrize(
    ("role", "scope", "key", "makes"),
    [
        (Role.SCHOOL_ADMINISTRATOR, Scope.SCHOOL, 3, True),
        (Role.REGISTRAR, Scope.SCHOOL, 3, True),
        (Role.DATA_STEWARD, Scope.DISTRICT, 1, True),
        (Role.DISTRICT_LEADER, Scope.DISTRICT, 1, False),  # sees figures, and nobody by name
        (Role.TEACHER_OF_RECORD, Scope.SECTION, 3, False),
        (Role.PARENT, Scope.STUDENT, 4, False),
    ],
)
def test_the_offices_that_answer_for_accounts_make_letters(role: Role, scope: Scope, key: int, makes: bool) -> None:
    viewer = Viewer(1, 2, datetime(2026, 10, 5, tzinfo=UTC), (Tie(role, scope, key),))
    assert may_make_letters(viewer) == makes


@given(st.lists(st.tuples(st.sampled_from(Role), st.sampled_from(Scope), st.sampled_from([1, 3, 4])), max_size=4))
def test_lists_of_guardians_are_of_who_may_know_guardianship_there(held: list[tuple[Role, Scope, int]]) -> None:
    viewer = Viewer(1, 2, datetime(2026, 10, 5, tzinfo=UTC), tuple(Tie(*one) for one in held))
    knows = {Role.SCHOOL_ADMINISTRATOR, Role.REGISTRAR}
    here = {(Scope.SCHOOL, 3), (Scope.DISTRICT, 1)}
    expected = any(role in knows and (scope, key) in here for role, scope, key in held)
    assert opens_group(viewer, Group.GUARDIANS, 3) == expected
    office = any(role in knows | {Role.DATA_STEWARD} and (scope, key) in here for role, scope, key in held)
    assert opens_group(viewer, Group.STAFF, 3) == opens_group(viewer, Group.STUDENTS, 3) == office
