"""What of a provider's word counts, and whose password."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.links import CAPACITIES, OUTSIDERS
from mastery.roster import Role
from mastery.sign_in import (
    Audience,
    Group,
    PasswordSignIn,
    Preset,
    ProviderError,
    Refusal,
    admits,
    groups_of,
    is_inside,
    issuer_of,
    password_counts,
    restriction_of,
    shows_second_factor,
    value_of,
)

TENANT = "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"
GROUPS = st.frozensets(st.sampled_from(Group))
ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.lists(st.text(max_size=3)))


@given(
    preset=st.sampled_from(Preset),
    address=ANYTHING,
    verified=ANYTHING,
    edov=ANYTHING,
    hosted=st.one_of(st.none(), st.just("schools.example")),
)
def test_an_address_counts_only_where_it_was_verified(
    preset: Preset, address: object, verified: object, edov: object, hosted: str | None
) -> None:
    claims: dict[str, Any] = {"email": address, "email_verified": verified, "xms_edov": edov}
    if hosted is not None:
        claims["hd"] = hosted
    found = value_of(preset, "email", claims)
    if not isinstance(found, Refusal):
        assert found == str(address).strip() != ""
        assert not isinstance(address, bool)
        said = edov in (True, "1", "true") if preset is Preset.MICROSOFT else verified is True
        assert said


def test_google_vouches_for_its_own_addresses_alone() -> None:
    own, hosted = "ada@gmail.com", {"hd": "schools.example"}
    assert value_of(Preset.GOOGLE, "email", {"email": own, "email_verified": True}) == own
    elsewhere = {"email": "ada@other.example", "email_verified": True}
    assert value_of(Preset.GOOGLE, "email", elsewhere) is Refusal.UNVERIFIED
    assert value_of(Preset.GOOGLE, "email", elsewhere | hosted) == "ada@other.example"


@pytest.mark.parametrize("said", [None, True, False, "", "  ", "x" * 321, "a\x00b", ["a"], {"a": 1}, 1.5])
def test_what_is_no_name_finds_nobody(said: object) -> None:
    assert value_of(Preset.GENERIC, "number", {"number": said}) is Refusal.NO_CLAIM


def test_a_number_is_a_name_too() -> None:
    assert value_of(Preset.GENERIC, "number", {"number": 4711}) == "4711"


@given(said=ANYTHING)
def test_only_the_restriction_itself_is_inside(said: object) -> None:
    for preset, claim, restriction in ((Preset.GOOGLE, "hd", "schools.example"), (Preset.MICROSOFT, "tid", TENANT)):
        assert not is_inside(preset, restriction, {claim: said})
        assert is_inside(preset, restriction, {claim: restriction.upper()})
        assert not is_inside(preset, restriction, {})
        assert is_inside(preset, None, {})


@pytest.mark.parametrize("tenant", [None, "common", "organizations", "consumers", "schools.example", TENANT[:-1],
                                    "9188040d-6c67-4c5b-b112-36a304b66dad"])  # fmt: skip
def test_microsoft_needs_the_tenant_of_a_district(tenant: str | None) -> None:
    with pytest.raises(ProviderError, match="is no tenant of a district"):
        restriction_of(Preset.MICROSOFT, tenant, Audience.ALL)


def test_issuers_follow_from_the_preset() -> None:
    tenant = restriction_of(Preset.MICROSOFT, f" {TENANT.upper()} ", Audience.STAFF)
    assert issuer_of(Preset.MICROSOFT, None, tenant) == f"https://login.microsoftonline.com/{TENANT}/v2.0"
    assert issuer_of(Preset.GOOGLE, None, "schools.example") == "https://accounts.google.com"
    assert issuer_of(Preset.GENERIC, "https://id.example", None) == "https://id.example"
    with pytest.raises(ProviderError, match="issuer: follows"):
        issuer_of(Preset.GOOGLE, "https://id.example", None)
    with pytest.raises(ProviderError, match="issuer: is missing"):
        issuer_of(Preset.GENERIC, None, None)


def test_google_needs_a_domain_but_for_families() -> None:
    assert restriction_of(Preset.GOOGLE, None, Audience.FAMILIES) is None
    assert restriction_of(Preset.GOOGLE, "Schools.Example", Audience.ALL) == "schools.example"
    for wrong in (None, "", "schools", "https://schools.example", "*.example", "a b.example"):
        with pytest.raises(ProviderError, match="hosted domain"):
            restriction_of(Preset.GOOGLE, wrong, Audience.STUDENTS)
    with pytest.raises(ProviderError, match="generic"):
        restriction_of(Preset.GENERIC, "schools.example", Audience.ALL)


@pytest.mark.parametrize(
    ("amr", "shown"),
    [
        (["pwd", "mfa"], True), (["mfa"], True), (["pwd", "otp"], True), (["hwk", "pin"], True), (["pwd"], False),
        (["otp"], False), (["pwd", "sms"], False), (["pwd", "rsa"], False), ([], False), ("mfa", False), (None, False),
        ([["mfa"], {"otp": 1}], False),
    ],
)  # fmt: skip
def test_a_second_factor_counts_where_the_provider_says_so(amr: object, shown: bool) -> None:
    assert shows_second_factor({"amr": amr}) == shown
    assert not shows_second_factor({"acr": "mfa"})


@given(groups=GROUPS)
def test_a_provider_admits_its_audience_alone(groups: frozenset[Group]) -> None:
    assert admits(Audience.ALL, groups)
    for audience in set(Audience) - {Audience.ALL}:
        assert admits(audience, groups) == (Group(audience) in groups)


@given(groups=GROUPS)
def test_whose_password_counts(groups: frozenset[Group]) -> None:
    assert password_counts(PasswordSignIn.ALL, groups)
    assert not password_counts(PasswordSignIn.NONE, groups)
    known_here = groups & {Group.STAFF, Group.STUDENTS}  # whom the school's own provider knows
    assert password_counts(PasswordSignIn.FAMILIES, groups) == (bool(groups) and not known_here)


def test_every_role_makes_something_of_somebody() -> None:
    assert all(len(groups_of([role])) == 1 for role in Role)
    for capacity in CAPACITIES:  # by a link
        assert groups_of([capacity]) == {Group.OUTSIDERS if capacity in OUTSIDERS else Group.STAFF}
    assert groups_of(["custodian", "teacher", "guardian"]) == {Group.STAFF, Group.FAMILIES}
