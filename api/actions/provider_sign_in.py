"""Signing in by an identity provider: whose account its word leads to, found once and linked, and known by it after."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.actions.accounts import create_account
from mastery.audit import Act
from mastery.sign_in import Audience, Match, Preset, Refusal, admits, groups_of, is_inside, value_of
from models.audit import by_person, record
from models.identity import AccountIdentity, IdentityProvider
from models.queries_accounts import Holder, holder
from models.queries_identity import (
    account_of_identity,
    account_of_person,
    has_identity,
    lock_person,
    people_of_value,
    roles_of,
)
from models.queries_people import district_zone
from models.unit_of_work import district_transaction

_log = logging.getLogger("mastery.sign_in")


class _Refused(Exception):
    def __init__(self, why: Refusal, person_id: int | None = None) -> None:
        super().__init__(why)
        self.why, self.person_id = why, person_id


@dataclass(frozen=True, slots=True)
class _Coming:
    """Somebody who comes by a provider, as that says."""

    provider: IdentityProvider
    subject: str
    claims: Mapping[str, Any]
    now: datetime
    today: date

    @property
    def district_id(self) -> int:
        return self.provider.district_id


def let_in(
    engine: Engine, provider: IdentityProvider, claims: Mapping[str, Any], now: datetime, at_school: datetime
) -> Holder | Refusal:
    """The holder of the account that verified claims lead to, or why nobody is let in; that is put on record.

    `now` is the time of the record, `at_school` the one by which roles are looked up.
    """
    with district_transaction(engine, provider.district_id) as session:
        zone = ZoneInfo(district_zone(session, provider.district_id))
        coming = _Coming(provider, claims["sub"], claims, now, at_school.astimezone(zone).date())
        try:
            found = _holder(session, coming)
            session.commit()
            return found
        except _Refused as refused:
            session.rollback()
            why, person_id = refused.why, refused.person_id
    note_refusal(engine, provider, why, str(why), now, person_id)
    return why


def note_refusal(
    engine: Engine,
    provider: IdentityProvider,
    why: Refusal,
    reason: str,
    now: datetime,
    person_id: int | None = None,
) -> None:
    """Put on record, and in the log, that a provider's sign-in did not let somebody in."""
    _log.warning("district %d, provider %d: %s (%s)", provider.district_id, provider.id, why, reason)
    with district_transaction(engine, provider.district_id) as session:
        detail = {"provider": provider.id, "why": why, "reason": reason}
        record(session, provider.district_id, by_person(person_id), Act.SIGN_IN_REFUSED, now, detail=detail)
        session.commit()


def note_stranger() -> None:
    """Put in the log that somebody came back from a provider who was not on the way there, of no known district."""
    _log.warning("somebody came back from an identity provider who was not on the way there, or took too long")


def _holder(session: Session, coming: _Coming) -> Holder:
    provider = coming.provider
    if not is_inside(Preset(provider.preset), provider.restriction, coming.claims):
        raise _Refused(Refusal.OUTSIDE)
    known = account_of_identity(session, coming.district_id, provider.issuer, coming.subject)
    if known is None:
        person_id = _found(session, coming)
    elif known.person_id is None or not known.open:
        raise _Refused(Refusal.CLOSED, known.person_id)
    else:
        person_id = known.person_id
    roles = roles_of(session, coming.district_id, person_id, coming.today)
    if not admits(Audience(provider.audience), groups_of(roles)):
        raise _Refused(Refusal.AUDIENCE, person_id)
    account_id = known.account_id if known else _linked(session, coming, person_id)
    found = holder(session, coming.district_id, account_id)
    if found is None:
        raise _Refused(Refusal.CLOSED, person_id)
    return found


def _found(session: Session, coming: _Coming) -> int:
    """The one active person of whom the roster says what the claim says."""
    provider = coming.provider
    value = value_of(Preset(provider.preset), provider.claim, coming.claims)
    if isinstance(value, Refusal):
        raise _Refused(value)
    people = people_of_value(session, coming.district_id, Match(provider.match), value)
    if not people:
        raise _Refused(Refusal.NOBODY)
    if len(people) > 1:
        raise _Refused(Refusal.SEVERAL)
    if not people[0].open:
        raise _Refused(Refusal.CLOSED, people[0].id)
    return people[0].id


def _linked(session: Session, coming: _Coming, person_id: int) -> int:
    """The person's account, made where there is none, from now on known by this identity."""
    district_id, issuer = coming.district_id, coming.provider.issuer
    lock_person(session, district_id, person_id)
    known = account_of_identity(session, district_id, issuer, coming.subject)
    if known is not None:  # by another request of the same person, a moment ago
        return known.account_id
    account = account_of_person(session, district_id, person_id)
    if account is None:
        # no one types this name: it only has to be nobody else's
        account_id = create_account(session, district_id, f"{district_id}/{person_id}", None, person_id, coming.now)
        record(session, district_id, by_person(person_id), Act.ACCOUNT_MADE, coming.now)
    elif not account.open:
        raise _Refused(Refusal.CLOSED, person_id)
    elif has_identity(session, district_id, issuer, account.id):
        raise _Refused(Refusal.TAKEN, person_id)
    else:
        account_id = account.id
    session.add(
        AccountIdentity(
            district_id=district_id,
            issuer=issuer,
            subject=coming.subject,
            account_id=account_id,
            linked_at=coming.now,
        )
    )
    detail = {"provider": coming.provider.id, "account": account_id}
    record(session, district_id, by_person(person_id), Act.IDENTITY_LINKED, coming.now, detail=detail)
    return account_id
