"""A district's identity providers: adding and disabling one, whose password counts beside them, undoing a link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.security.oidc import check_issuer
from api.security.sealing import Purpose, Sealer
from mastery.audit import Act
from mastery.sign_in import (
    DEFAULT_CLAIMS,
    Audience,
    Match,
    PasswordSignIn,
    Preset,
    ProviderError,
    groups_of,
    issuer_of,
    password_counts,
    restriction_of,
)
from models.audit import SYSTEM, record
from models.identity import IdentityProvider
from models.installation import Installation
from models.queries_identity import (
    accounts_with_password,
    forget_identities,
    forget_passwords,
    lock_person,
    password_policy,
    provider_of_name,
    providers,
    put_password_policy,
)
from models.queries_people import district_zone

LONGEST_NAME = 60


def secret_sealer(installation: Installation) -> Sealer:
    """Seals the secrets by which providers know this site."""
    return Sealer(installation.secret_keys, Purpose.IDENTITY_PROVIDER)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A provider as an administrator describes it; what is None follows from the preset."""

    name: str
    preset: Preset
    client_id: str
    issuer: str | None = None
    restriction: str | None = None
    claim: str | None = None
    match: Match = Match.EMAIL
    audience: Audience = Audience.ALL


def add_provider(
    session: Session, district_id: int, wanted: Wanted, secret: str, sealer: Sealer, now: datetime
) -> IdentityProvider:
    """Add a provider in the district's transaction, its secret sealed. Raises ProviderError."""
    name, client_id = wanted.name.strip(), wanted.client_id.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise ProviderError(f"name: {wanted.name!r} can not be shown on a button; give 1 to {LONGEST_NAME} characters")
    for field, value in (("client id", client_id), ("client secret", secret)):
        if not value or not value.isprintable():
            raise ProviderError(f"{field}: is empty or has unprintable characters; give what the provider shows")
    restriction = restriction_of(wanted.preset, wanted.restriction, wanted.audience)
    issuer = issuer_of(wanted.preset, wanted.issuer, restriction)
    check_issuer(issuer)
    if provider_of_name(session, district_id, name) is not None:
        raise ProviderError(f"name: there is a provider {name!r} in this district already; give another")
    made = IdentityProvider(
        district_id=district_id,
        name=name,
        preset=wanted.preset,
        issuer=issuer,
        client_id=client_id,
        sealed_secret=sealer.seal(secret),
        restriction=restriction,
        claim=wanted.claim or DEFAULT_CLAIMS[wanted.preset],
        match=wanted.match,
        audience=wanted.audience,
        enabled=True,
        created_at=now,
    )
    session.add(made)
    session.flush()
    _on_record(session, district_id, now, provider=made.id, change="added", **_document(made))
    return made


def _document(provider: IdentityProvider) -> dict[str, Any]:
    return {
        "name": provider.name,
        "preset": provider.preset,
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "restriction": provider.restriction,
        "claim": provider.claim,
        "match": provider.match,
        "audience": provider.audience,
    }


def enable_provider(session: Session, district_id: int, name: str, enabled: bool, now: datetime) -> None:
    """Take a provider into use or out of it. ProviderError where there is none, or where nobody could sign in then."""
    provider = provider_of_name(session, district_id, name)
    if provider is None:
        known = ", ".join(one.name for one in providers(session, district_id)) or "none"
        raise ProviderError(f"name: there is no provider {name!r} in this district; there is {known}")
    provider.enabled = enabled
    session.flush()
    policy = password_policy(session, district_id)
    if policy is not PasswordSignIn.ALL and not providers(session, district_id, enabled_only=True):
        raise ProviderError(
            f"name: {name!r} is the last provider in use, and passwords count for {policy}; let them count for all "
            "first, with `mastery provider passwords all`"
        )
    _on_record(session, district_id, now, provider=provider.id, change="enabled" if enabled else "disabled")


def choose_password_sign_in(session: Session, district_id: int, policy: PasswordSignIn, now: datetime) -> int:
    """Say whose password counts, and store no other any longer; returns how many were forgotten.

    ProviderError where no provider is in use, by which the others could come in.
    """
    if policy is not PasswordSignIn.ALL and not providers(session, district_id, enabled_only=True):
        raise ProviderError("password sign-in: there is no provider in use; add one with `mastery provider add` first")
    put_password_policy(session, district_id, policy)
    stored = accounts_with_password(session, district_id, _today(session, district_id, now))
    gone = [account for account, roles in stored.items() if not password_counts(policy, groups_of(roles))]
    forget_passwords(session, district_id, gone)
    _on_record(session, district_id, now, password_sign_in=policy, passwords_forgotten=len(gone))
    return len(gone)


def _today(session: Session, district_id: int, now: datetime) -> date:
    return now.astimezone(ZoneInfo(district_zone(session, district_id))).date()


def unlink(session: Session, district_id: int, person_id: int, now: datetime) -> int:
    """Forget by which identities a person came, so that the next one is found anew; returns how many there were."""
    lock_person(session, district_id, person_id)
    gone = forget_identities(session, district_id, person_id)
    record(session, district_id, SYSTEM, Act.IDENTITY_LINKED, now, detail={"person": person_id, "unlinked": gone})
    return gone


def _on_record(session: Session, district_id: int, now: datetime, **detail: Any) -> None:
    record(session, district_id, SYSTEM, Act.PROVIDER_CHANGED, now, detail=detail)
