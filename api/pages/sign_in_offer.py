"""What the sign-in page offers: the identity providers of a district, and whether a password is any use."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, abort, current_app, request, url_for

from api.services import comes_by_tls, services
from mastery.sign_in import PasswordSignIn
from models.district import District
from models.queries_identity import district_of_slug, only_district, password_policy, providers
from models.unit_of_work import district_transaction, shared_transaction

_DISTRICT = "mastery_district"
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Way:
    """An identity provider as a button."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Offer:
    """The ways in. `for_families`: a password is of use to them alone."""

    ways: tuple[Way, ...] = ()
    with_password: bool = True
    for_families: bool = False


def offered(slug: str | None, target: str) -> Offer:
    """What is offered to who comes to a district's address, else to the one of last time, else to the only one.

    404 for an address of no district. `target` is where the person was heading.
    """
    district = _district(slug)
    if district is None:
        return Offer()
    with district_transaction(services().engine, district.id) as session:
        found = providers(session, district.id, enabled_only=True)
        policy = password_policy(session, district.id)
    ways = tuple(
        Way(one.name, url_for("pages.begin_at_provider", slug=district.slug, provider_id=one.id, next=target))
        for one in found
    )
    return Offer(ways, policy is not PasswordSignIn.NONE, policy is PasswordSignIn.FAMILIES)


def _district(slug: str | None) -> District | None:
    remembered = request.cookies.get(_DISTRICT)
    with shared_transaction(services().engine) as session:
        if slug is not None:
            return district_of_slug(session, slug) or abort(404)
        found = district_of_slug(session, remembered) if remembered else None
        return found or only_district(session)


def remember_district(page: Response, slug: str | None) -> None:
    """Let the browser know the district next time, without its address."""
    if slug is not None:
        page.set_cookie(
            _DISTRICT, slug, max_age=_YEAR, path=url_for("pages.sign_in"), secure=comes_by_tls(), httponly=True,
            samesite=current_app.config["SESSION_COOKIE_SAMESITE"],
        )  # fmt: skip
