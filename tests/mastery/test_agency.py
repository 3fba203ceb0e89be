"""Agency: whole for who works with the students, and without small cells for others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mastery.agency import FEWEST, Sign, whole, without_small


@given(st.integers(0, 60), st.dictionaries(st.sampled_from(Sign), st.integers(0, 60)))
def test_nothing_shown_is_about_few_students_or_all_but_few(students: int, did: dict[Sign, int]) -> None:
    did = {sign: min(one, students) for sign, one in did.items()}
    shown = without_small(students, did)
    assert set(shown.did) == set(Sign)
    assert shown.students in (None, students)
    for sign, one in shown.did.items():
        if one is not None:
            assert one == did[sign]
            assert one >= FEWEST
            assert students - one >= FEWEST
    assert (shown.students is None) is (0 < students < FEWEST)


def test_who_works_with_them_sees_all_of_it() -> None:
    seen = whole(3, {Sign.HELP: 1})
    assert (seen.students, seen.did[Sign.HELP], seen.did[Sign.CHOICE]) == (3, 1, 0)


def test_a_figure_between_is_shown() -> None:
    seen = without_small(40, {Sign.HELP: 10, Sign.CHOICE: 30, Sign.DAY: 31, Sign.WAY: 9})
    assert seen.did == {Sign.HELP: 10, Sign.CHOICE: 30, Sign.DAY: None, Sign.WAY: None, Sign.JUDGED: None}
