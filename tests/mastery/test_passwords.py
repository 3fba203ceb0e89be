"""Which passwords may be set: by length, by what is common, by what others know, by pattern."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.passwords import LONGEST, SHORTEST_OF_STAFF, Fault, Holder, fault, normalised

COMMON = frozenset({"password", "sunshine", "1qaz2wsx"})
ADA = Holder(
    frozenset({"Ada", "Byron", "ada.byron@example.org", "S-000123", "Lincoln High School", "Peñablanca Unified"})
)


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("seven77", Fault.SHORT),
        ("x" * LONGEST + "y", Fault.LONG),
        ("password", Fault.COMMON),
        ("PASSWORD", Fault.COMMON),
        ("ｐａｓｓｗｏｒｄ", Fault.COMMON),
        ("Password1!", Fault.COMMON),
        ("2026sunshine", Fault.COMMON),
        ("1qaz2wsx", Fault.COMMON),
        ("aaaaaaaaaa", Fault.PATTERN),
        ("horsehorse", Fault.PATTERN),
        ("abcdefgh", Fault.PATTERN),
        ("87654321", Fault.PATTERN),
        ("abcd1234qwer", Fault.PATTERN),
        ("qwertyuiop!", Fault.PATTERN),
        ("adabyron", Fault.PERSONAL),
        ("Byron-Ada-1815", Fault.PERSONAL),
        ("noryb.ada", Fault.PERSONAL),
        ("ada.byron@example.org", Fault.PERSONAL),
        ("s-000123", Fault.PERSONAL),
        ("lincolnhighschool", Fault.PERSONAL),
        ("LincolnHigh2026", Fault.PERSONAL),
        ("peñablanca!", Fault.PERSONAL),
        ("correct horse battery", None),
        ("the password of ada", None),
        ("Tr0ub4dor&3", None),
        ("maple river 41 lamp", None),
        ("наука и жизнь", None),
        ("三つの小さな猫たち", None),
        ("73019284", None),
    ],
)
def test_a_password_is_refused_for_a_reason(password: str, expected: Fault | None) -> None:
    assert fault(password, ADA, COMMON) is expected


def test_staff_need_a_longer_one() -> None:
    staff = Holder(shortest=SHORTEST_OF_STAFF)
    assert fault("maple river 41", staff, COMMON) is Fault.SHORT
    assert fault("maple river 41 ", staff, COMMON) is None


@given(st.text(min_size=8, max_size=60))
def test_every_way_of_writing_the_same_signs_is_judged_alike(password: str) -> None:
    forms = {unicodedata.normalize(form, password) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    assert len({normalised(one) for one in forms}) == 1
    assert len({fault(one, ADA, COMMON) for one in forms}) == 1


@given(
    st.sampled_from(sorted(ADA.known - {"S-000123"})),
    st.text("0123456789!?-_ ", max_size=30),
    st.text("0123456789!", max_size=30),
)
def test_no_name_with_signs_around_it_is_taken(name: str, before: str, after: str) -> None:
    letters = "".join(sign for sign in name if sign.isalpha())
    assert fault(f"{before}{letters}{after}", ADA, COMMON) is not None


@given(st.text(min_size=1, max_size=20), st.integers(2, 40))
def test_no_repetition_is_taken(part: str, times: int) -> None:
    assert fault(part * times, Holder(), frozenset()) is not None
