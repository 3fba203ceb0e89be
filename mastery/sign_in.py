"""Who comes in by which way: what a district's identity providers are for, what of a provider's word counts, and whose
password still counts beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from enum import StrEnum
from typing import Any

from mastery.links import CAPACITIES, OUTSIDERS
from mastery.roster import Role


class Group(StrEnum):
    """What a person is to the district; somebody can be several things."""

    STAFF = "staff"
    STUDENTS = "students"
    FAMILIES = "families"
    OUTSIDERS = "outsiders"


class Audience(StrEnum):
    """Whom an identity provider is for."""

    ALL = "all"
    STAFF = "staff"
    STUDENTS = "students"
    FAMILIES = "families"


class Preset(StrEnum):
    """The providers whose habits are known, and any other that speaks OpenID Connect."""

    GOOGLE = "google"
    MICROSOFT = "microsoft"
    GENERIC = "generic"


class Match(StrEnum):
    """What of a person in the roster a provider's claim is compared with."""

    EMAIL = "email"
    USERNAME = "username"
    IDENTIFIER = "identifier"
    SOURCED_ID = "sourced_id"


class PasswordSignIn(StrEnum):
    """Whose password counts; with families' that of people from outside, whom no provider of a school knows."""

    ALL = "all"
    FAMILIES = "families"
    NONE = "none"


class Refusal(StrEnum):
    """Why somebody who came by an identity provider is not let in."""

    CANCELLED = "cancelled"
    UNAVAILABLE = "unavailable"
    STALE = "stale"
    TOKEN = "token"
    OUTSIDE = "outside"
    NO_CLAIM = "no_claim"
    UNVERIFIED = "unverified"
    NOBODY = "nobody"
    SEVERAL = "several"
    TAKEN = "taken"
    AUDIENCE = "audience"
    CLOSED = "closed"


# methods of RFC 8176, section 2
_KNOWN = frozenset({"pwd", "pin", "kba"})
_HELD = frozenset({"otp", "hwk", "swk", "sc"})


class ProviderError(ValueError):
    """A provider that cannot be added or changed so; the text names the field and what would be right."""


GOOGLE_ISSUER = "https://accounts.google.com"
_MICROSOFT_ISSUER = "https://login.microsoftonline.com/{tenant}/v2.0"
_PERSONAL_ACCOUNTS = "9188040d-6c67-4c5b-b112-36a304b66dad"  # Microsoft's tenant of everybody's private accounts
_TENANT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
# the claim that each preset finds a person by, and what it is compared with, unless told otherwise
DEFAULT_CLAIMS = {Preset.GOOGLE: "email", Preset.MICROSOFT: "upn", Preset.GENERIC: "email"}
# which claim of a token must say what the restriction says
RESTRICTING_CLAIM = {Preset.GOOGLE: "hd", Preset.MICROSOFT: "tid"}


def restriction_of(preset: Preset, said: str | None, audience: Audience) -> str | None:
    """The hosted domain or the tenant of a provider, as tokens say it.

    ProviderError where there has to be one, where it is no such thing, or where the preset knows none.
    """
    value = said.strip().casefold() if said else None
    match preset:
        case Preset.GOOGLE:
            if value is None and audience is not Audience.FAMILIES:
                raise ProviderError(
                    "hosted domain: is missing; give the district's Google domain, such as schools.example. "
                    "Only a provider for families can do without, for they have accounts of their own."
                )
            if value is not None and not _DOMAIN.fullmatch(value):
                raise ProviderError(f"hosted domain: {said!r} is no domain; such as schools.example")
        case Preset.MICROSOFT:
            if value is None or not _TENANT.fullmatch(value) or value == _PERSONAL_ACCOUNTS:
                raise ProviderError(
                    f"tenant: {said or 'nothing'!r} is no tenant of a district; give the directory (tenant) ID, 32 "
                    "hexadecimal digits in five groups. With common, organizations or consumers, people of any "
                    "organisation could sign in."
                )
        case Preset.GENERIC:
            if value is not None:
                raise ProviderError("restriction: a generic provider has no hosted domain and no tenant; leave it out")
    return value


def issuer_of(preset: Preset, said: str | None, restriction: str | None) -> str:
    """The issuer of a provider. ProviderError where a preset is told another, or a generic provider none."""
    if preset is Preset.GENERIC:
        if not said:
            raise ProviderError("issuer: is missing; give the address that the provider calls its issuer")
        return said
    if said:
        raise ProviderError(f"issuer: follows from the preset {preset}; leave it out, or choose the preset generic")
    return GOOGLE_ISSUER if preset is Preset.GOOGLE else _MICROSOFT_ISSUER.format(tenant=restriction)


def is_inside(preset: Preset, restriction: str | None, claims: Mapping[str, Any]) -> bool:
    """Whether a token is of the hosted domain or the tenant that the provider is restricted to."""
    if restriction is None:
        return True
    said = claims.get(RESTRICTING_CLAIM[preset])
    return isinstance(said, str) and said.casefold() == restriction


def value_of(preset: Preset, claim: str, claims: Mapping[str, Any]) -> str | Refusal:
    """What a token says of its person under the claim that people are found by, or why that does not count.

    A mail address counts only where the provider has verified it; one that anybody can write into a profile would
    let them in as whomever they like.
    """
    said = claims.get(claim)
    if isinstance(said, bool) or not isinstance(said, str | int):
        return Refusal.NO_CLAIM
    value = str(said).strip()
    if not value or len(value) > 320 or "\x00" in value:
        return Refusal.NO_CLAIM
    if claim == "email" and not _is_verified(preset, value, claims):
        return Refusal.UNVERIFIED
    return value


def _is_verified(preset: Preset, address: str, claims: Mapping[str, Any]) -> bool:
    if preset is Preset.MICROSOFT:
        # the tenant owns the address's domain: an optional claim, "xms_edov", as true, 1 or "1"
        return claims.get("xms_edov") in (True, "1", "true")
    verified = claims.get("email_verified") is True
    if preset is Preset.GOOGLE:
        # of an address elsewhere Google only knows that it was once its holder's
        return verified and ("hd" in claims or address.casefold().endswith("@gmail.com"))
    return verified


def shows_second_factor(claims: Mapping[str, Any]) -> bool:
    """Whether a provider's signed word says that it asked for a second factor (`amr`, RFC 8176): as "mfa", or as
    something known beside something that only the person has. A text message, which others can read, is not that."""
    said = claims.get("amr")
    methods = {one for one in said if isinstance(one, str)} if isinstance(said, list) else set()
    return "mfa" in methods or not (methods.isdisjoint(_KNOWN) or methods.isdisjoint(_HELD))


def admits(audience: Audience, groups: Set[Group]) -> bool:
    """Whether a provider is for somebody who is all of `groups`."""
    return audience is Audience.ALL or Group(audience) in groups


def password_counts(policy: PasswordSignIn, groups: Set[Group]) -> bool:
    """Whether somebody may sign in with a password. A parent who works for a school comes in as staff do."""
    match policy:
        case PasswordSignIn.ALL:
            return True
        case PasswordSignIn.FAMILIES:
            return bool(groups) and groups <= {Group.FAMILIES, Group.OUTSIDERS}
        case PasswordSignIn.NONE:
            return False


_STAFF_ROLES: frozenset[str] = frozenset(
    {Role.TEACHER, Role.AIDE, Role.ADMINISTRATOR, Role.COUNSELOR, Role.PROCTOR, *(set(CAPACITIES) - OUTSIDERS)}
)


def groups_of(roles: Iterable[str]) -> frozenset[Group]:
    """What somebody with these roles, of the roster and by links, is; one that no rule knows makes nobody anything."""
    found = set()
    for role in roles:
        if role in _STAFF_ROLES:
            found.add(Group.STAFF)
        elif role == Role.STUDENT:
            found.add(Group.STUDENTS)
        elif role == Role.GUARDIAN:
            found.add(Group.FAMILIES)
        elif role in OUTSIDERS:
            found.add(Group.OUTSIDERS)
    return frozenset(found)
