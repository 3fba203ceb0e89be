"""Which name is for which use: the whole table, and a canary in each name."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.households import Member, households_of, shown_members
from mastery.names import (
    FamilyRule,
    Names,
    NameUse,
    ParentView,
    goes_by,
    name_for,
    pronouns_for,
    sort_name,
)
from mastery.safety import Place, Safety, appears

CANARY = Names("Legalgiven", "Legalfamily", "Legalmiddle", "Goesby", "Ownfamily", "xe/xem")
RULES = [FamilyRule(view, agreed) for view, agreed in product((None, *ParentView), (None, True, False))]
OFFICES = (NameUse.REGISTRAR, NameUse.TRANSCRIPT, NameUse.STATE_FILE)


@pytest.mark.parametrize("rule", RULES)
def test_the_schools_screens_never_show_the_legal_name_and_offices_show_no_other(rule: FamilyRule) -> None:
    for use in (NameUse.SCREEN, NameUse.OUTSIDE_SCREEN):
        assert name_for(CANARY, use, rule) == "Goesby Ownfamily"
        assert sort_name(CANARY, use, rule) == "Ownfamily, Goesby"
    for use in OFFICES:
        assert name_for(CANARY, use, rule) == "Legalgiven Legalmiddle Legalfamily"
        assert pronouns_for(CANARY, use, rule) is None


@pytest.mark.parametrize(
    ("rule", "on_screen", "sent"),
    [
        (FamilyRule(), True, False),
        (FamilyRule(ParentView.DISPLAY), True, True),
        (FamilyRule(ParentView.LEGAL), False, False),
        (FamilyRule(ParentView.LEGAL, True), False, False),
        (FamilyRule(ParentView.DISTRICT_RULE), False, False),
        (FamilyRule(ParentView.DISTRICT_RULE, False), False, False),
        (FamilyRule(ParentView.DISTRICT_RULE, True), True, True),
    ],
)
def test_families_get_what_the_district_has_set_and_nothing_is_sent_before(
    rule: FamilyRule, on_screen: bool, sent: bool
) -> None:
    assert (goes_by(NameUse.FAMILY_SCREEN, rule), goes_by(NameUse.FAMILY, rule)) == (on_screen, sent)
    # before the rule, pronouns that the family may not know are on no page of it
    assert (pronouns_for(CANARY, NameUse.FAMILY_SCREEN, rule) is not None) is sent
    assert (pronouns_for(CANARY, NameUse.FAMILY, rule) is not None) is sent


_words = st.text(st.characters(categories=["L"]), min_size=1, max_size=6)


@given(st.builds(Names, _words, _words, st.none() | _words, st.none() | _words, st.none() | _words))
def test_who_goes_by_no_other_name_has_one_name(names: Names) -> None:
    for use, rule in product(NameUse, RULES):
        said = name_for(names, use, rule)
        assert said
        assert said == said.strip()
        if names.preferred_given is None and names.preferred_family is None:
            assert said.split()[0] == names.given
            assert said.split()[-1] == names.family


@pytest.mark.parametrize("safety", [Safety(*one) for one in product((False, True), repeat=2)])
def test_who_is_protected_is_on_the_registrars_list_alone(safety: Safety) -> None:
    shown = {place for place in Place if appears(place, safety)}
    assert Place.REGISTRAR_EXPORT in shown
    assert Place.MAIL_SUBJECT not in shown
    if safety.protected:
        assert shown == {Place.REGISTRAR_EXPORT}
    else:
        assert (Place.DIRECTORY in shown, Place.RECOGNITION in shown) == (not safety.directory_opt_out,) * 2
        assert {Place.CATALOGUE, Place.PARTNER_LIST, Place.EXPORT} <= shown


_members = st.lists(st.builds(Member, st.integers(1, 3), st.integers(1, 5), st.booleans()), max_size=12)


@given(_members, st.integers(1, 5), st.frozensets(st.integers(1, 5), max_size=3))
def test_a_guardian_is_shown_no_home_but_their_own_and_no_other_adult(
    members: list[Member], viewer: int, wards: frozenset[int]
) -> None:
    day = date(2026, 10, 5)
    own = {one.household for one in members if one.person == viewer and not one.student}
    assert households_of(viewer, members, day) == own
    for one in shown_members(viewer, members, wards, day):
        assert one.household in own
        assert one.person == viewer or (one.student and one.person in wards)
