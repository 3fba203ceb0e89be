"""What an entry of the disclosure log has to say on each ground, which rule asks for it, and who reads a sealed one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.access import Basis, Scope, Subject, Tie, Viewer
from mastery.access_matrix import DataClass, Role
from mastery.disclosures import ENTERED, RULES, SEALED, Entry, Ground, Outcome, checked, reads_sealed
from mastery.disclosures import required_by as required
from mastery.links import LinkError, Programme, Rule

TODAY = date(2026, 10, 5)
AT = datetime(2026, 10, 5, 14, tzinfo=UTC)
FULL = Entry(
    Ground.SUBPOENA, Outcome.GIVEN, " Clerk ", "a case", frozenset({DataClass.LEVELS}), TODAY, "Court", "26-9",
    "A threat.", "The judge.", "A name was wrong.",
)  # fmt: skip
_ENTRIES = st.builds(
    Entry, st.sampled_from(Ground), st.sampled_from(Outcome), st.text(max_size=4), st.text(max_size=4),
    st.frozensets(st.sampled_from(DataClass), max_size=3), st.dates(date(2026, 10, 1), date(2026, 10, 9)),
    *[st.text(max_size=3)] * 5,
)  # fmt: skip


@given(_ENTRIES, st.booleans())
def test_what_stands_in_the_log_says_all_that_its_ground_asks(entry: Entry, corrects: bool) -> None:
    try:
        kept = checked(entry, TODAY, corrects=corrects)
    except LinkError:
        return
    needs = {"recipient", "interest"} | RULES[kept.ground].needs | ({"why"} if corrects else set())
    assert all(getattr(kept, name) for name in needs)
    assert (kept.why == "") != corrects
    assert kept.happened_on <= TODAY
    assert kept.classes
    assert kept.classes <= ENTERED
    assert checked(kept, TODAY, corrects=corrects) == kept


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ground": Ground.EMERGENCY, "threat": " "}, "threat"),
        ({"document_reference": ""}, "document_reference"),
        ({"ground": Ground.SEALED_SUBPOENA, "document_reference": ""}, "document_reference"),
        ({"ground": Ground.STUDIES, "document_reference": ""}, "document_reference"),
        ({"ground": Ground.NEW_SCHOOL, "organization": ""}, "organization"),
        ({"ground": Ground.CASEWORKER, "organization": ""}, "organization"),
        ({"ground": Ground.NONE}, "ground"),
        ({"recipient": ""}, "recipient"),
        ({"interest": "x" * 301}, "interest"),
        ({"classes": frozenset()}, "classes"),
        ({"classes": frozenset({DataClass.AGGREGATES})}, "classes"),
        ({"happened_on": date(2026, 10, 6)}, "happened_on"),
        ({"outcome": Outcome.MISTAKEN}, "outcome"),
    ],
)
def test_an_entry_that_lacks_something_is_refused_by_name(change: dict[str, object], field: str) -> None:
    with pytest.raises(LinkError) as refused:
        checked(replace(FULL, **change), TODAY, corrects=False)
    assert refused.value.field == field


def test_the_federal_rule_asks_for_requests_and_not_for_what_an_order_seals() -> None:
    assert {Ground.SEALED_SUBPOENA} == SEALED
    assert set(RULES) == set(Ground)
    for ground in Ground:
        for outcome in (Outcome.GIVEN, Outcome.REFUSED):
            entry = replace(FULL, ground=ground, outcome=outcome)
            assert (Rule.FERPA in required(entry, [])) == (ground not in SEALED)
            assert (Rule.IDEA in required(entry, [Programme.IDEA])) == (outcome is Outcome.GIVEN)
    assert required(replace(FULL, outcome=Outcome.MISTAKEN), [Programme.IDEA]) == frozenset()


@given(st.lists(st.tuples(st.sampled_from(Role), st.sampled_from(Basis)), max_size=4))
def test_an_office_reads_what_is_sealed_and_nobody_of_the_family(held: list[tuple[Role, Basis]]) -> None:
    family = {Role.STUDENT, Role.PARENT}
    ties = [Tie(role, Scope.STUDENT if role in family else Scope.SCHOOL, 3, basis=basis) for role, basis in held]
    subject = Subject(7, 3, schools=frozenset({3}))
    office = {Role.SCHOOL_ADMINISTRATOR, Role.REGISTRAR, Role.DATA_STEWARD}
    expected = any(role in office and basis is Basis.EMPLOYEE for role, basis in held)
    expected &= not family & {role for role, _basis in held}
    assert reads_sealed(Viewer(7, 1, AT, tuple(ties)), subject, AT) == expected
