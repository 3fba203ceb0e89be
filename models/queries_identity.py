"""Identity providers and the identities of accounts as rows: what signing in by a provider asks and keeps."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    SQLColumnExpression,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mastery.links import GIVEN
from mastery.roster import Role
from mastery.sign_in import Match, PasswordSignIn
from models.access import Account
from models.district import District
from models.identity import AccountIdentity, IdentityProvider, SignInPolicy
from models.links import Link
from models.queries_people import on
from models.roster import Enrollment, Guardianship, Person, PersonRole, Section


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person of the roster, or an account, that a provider's word leads to. `open`: may sign in."""

    id: int
    open: bool


@dataclass(frozen=True, slots=True)
class Known:
    """The account of an identity. `open`: neither the account is closed nor its person gone."""

    account_id: int
    person_id: int | None
    open: bool


def district_of_slug(session: Session, slug: str) -> District | None:
    """The district of a short name, as anybody may have written it."""
    if not slug.isprintable():
        return None
    return session.scalar(select(District).where(District.slug == slug))


def only_district(session: Session) -> District | None:
    """The installation's district, where there is one alone."""
    found = list(session.scalars(select(District).order_by(District.id).limit(2)))
    return found[0] if len(found) == 1 else None


def providers(session: Session, district_id: int, *, enabled_only: bool = False) -> Sequence[IdentityProvider]:
    """The district's providers, by name."""
    chosen = select(IdentityProvider).where(IdentityProvider.district_id == district_id)
    if enabled_only:
        chosen = chosen.where(IdentityProvider.enabled)
    return session.scalars(chosen.order_by(IdentityProvider.name)).all()


def provider_of_id(session: Session, district_id: int, provider_id: int) -> IdentityProvider | None:
    """A provider that is in use."""
    return session.scalar(
        select(IdentityProvider).where(
            IdentityProvider.district_id == district_id, IdentityProvider.id == provider_id, IdentityProvider.enabled
        )
    )


def provider_of_name(session: Session, district_id: int, name: str) -> IdentityProvider | None:
    """A provider, in use or not; locked, so that no change of it is lost."""
    return session.scalar(
        select(IdentityProvider)
        .where(IdentityProvider.district_id == district_id, IdentityProvider.name == name)
        .with_for_update()
    )


def account_of_identity(session: Session, district_id: int, issuer: str, subject: str) -> Known | None:
    """The account that an issuer's subject was linked with."""
    row = session.execute(
        select(Account.id, Account.person_id, Account.disabled_at, Person.active, Person.enabled)
        .join(
            AccountIdentity,
            (AccountIdentity.district_id == Account.district_id) & (AccountIdentity.account_id == Account.id),
        )
        .outerjoin(Person, (Person.district_id == Account.district_id) & (Person.id == Account.person_id))
        .where(Account.district_id == district_id, AccountIdentity.issuer == issuer, AccountIdentity.subject == subject)
    ).one_or_none()
    if row is None:
        return None
    return Known(row.id, row.person_id, row.disabled_at is None and bool(row.active) and bool(row.enabled))


_COMPARED: dict[Match, tuple[ColumnElement[Any], bool]] = {
    Match.EMAIL: (Person.email.expression, True),
    Match.USERNAME: (Person.username.expression, True),
    Match.IDENTIFIER: (Person.identifier.expression, False),
    Match.SOURCED_ID: (Person.sourced_id.expression, False),
}


def people_of_value(session: Session, district_id: int, match: Match, value: str) -> list[Candidate]:
    """Active people of whom the roster says this, two at most; addresses and user names without regard to case."""
    column, without_case = _COMPARED[match]
    same = func.lower(column) == func.lower(literal(value)) if without_case else column == value
    found = session.execute(
        select(Person.id, Person.enabled)
        .where(Person.district_id == district_id, Person.active, same)
        .order_by(Person.id)
        .limit(2)
    )
    return [Candidate(row.id, row.enabled) for row in found]


def lock_person(session: Session, district_id: int, person_id: int) -> None:
    """Let no other transaction give the person an account meanwhile."""
    session.execute(
        select(Person.id).where(Person.district_id == district_id, Person.id == person_id).with_for_update()
    )


def account_of_person(session: Session, district_id: int, person_id: int) -> Candidate | None:
    """The person's account: of several the oldest that is not closed."""
    row = session.execute(
        select(Account.id, Account.disabled_at)
        .where(Account.district_id == district_id, Account.person_id == person_id)
        .order_by(Account.disabled_at.is_not(None), Account.id)
        .limit(1)
    ).one_or_none()
    return Candidate(row.id, row.disabled_at is None) if row else None


def has_identity(session: Session, district_id: int, issuer: str, account_id: int) -> bool:
    """Whether the issuer knows the account's holder already, by whichever subject."""
    found = select(AccountIdentity.subject).where(
        AccountIdentity.district_id == district_id,
        AccountIdentity.issuer == issuer,
        AccountIdentity.account_id == account_id,
    )
    return session.scalar(found) is not None


def forget_identities(session: Session, district_id: int, person_id: int) -> int:
    """Take the identities of a person's accounts away; how many there were."""
    accounts = select(Account.id).where(Account.district_id == district_id, Account.person_id == person_id)
    gone = session.execute(
        delete(AccountIdentity)
        .where(AccountIdentity.district_id == district_id, AccountIdentity.account_id.in_(accounts))
        .returning(AccountIdentity.subject)
    )
    return len(gone.all())


def _roles(district_id: int, today: date) -> Select[int, str]:
    """(person id, role) of everyone today: of the roster, of the live sections they are in, as guardians, by links.

    A link counts to the end of its last day in UTC.
    """
    by_role = select(PersonRole.person_id, PersonRole.role).where(
        PersonRole.district_id == district_id, on(today, PersonRole)
    )
    by_section = (
        select(Enrollment.person_id, Enrollment.role)
        .join(Section, (Section.district_id == Enrollment.district_id) & (Section.id == Enrollment.section_id))
        .where(Enrollment.district_id == district_id, on(today, Enrollment), Section.active)
    )
    by_child = select(Guardianship.guardian_id, literal(str(Role.GUARDIAN))).where(
        Guardianship.district_id == district_id, on(today, Guardianship)
    )
    by_link = select(Link.person_id, Link.role).where(
        Link.district_id == district_id, Link.revoked_at.is_(None), Link.basis.in_(GIVEN),
        _utc_day(Link.begins_at) <= today, or_(Link.ends_at.is_(None), _utc_day(Link.ends_at) >= today),
    )  # fmt: skip
    everyone = union(by_role, by_section, by_child, by_link).subquery("everyone")
    return select(everyone.c.person_id, everyone.c.role)


def _utc_day(instant: SQLColumnExpression[Any]) -> ColumnElement[date]:
    return cast(func.timezone("UTC", instant), Date)


def roles_of(session: Session, district_id: int, person_id: int, today: date) -> list[str]:
    """Every role of a person today."""
    everyone = _roles(district_id, today).subquery("roles")
    return list(session.scalars(select(everyone.c.role).where(everyone.c.person_id == person_id)))


def password_policy(session: Session, district_id: int) -> PasswordSignIn:
    """Whose password counts in the district."""
    said = session.scalar(select(SignInPolicy.password_sign_in).where(SignInPolicy.district_id == district_id))
    return PasswordSignIn(said) if said is not None else PasswordSignIn.ALL


def put_password_policy(session: Session, district_id: int, policy: PasswordSignIn) -> None:
    """Keep whose password counts."""
    row = insert(SignInPolicy).values(district_id=district_id, password_sign_in=policy)
    session.execute(
        row.on_conflict_do_update(
            index_elements=["district_id"], set_={"password_sign_in": row.excluded.password_sign_in}
        )
    )


def accounts_with_password(session: Session, district_id: int, today: date) -> dict[int, set[str]]:
    """The accounts that have a password, each with the roles of its person today."""
    everyone = _roles(district_id, today).subquery("roles")
    rows = session.execute(
        select(Account.id, everyone.c.role)
        .outerjoin(everyone, everyone.c.person_id == Account.person_id)
        .where(Account.district_id == district_id, Account.password_hash.is_not(None))
    )
    found: dict[int, set[str]] = {}
    for account_id, role in rows:
        held = found.setdefault(account_id, set())
        if role is not None:
            held.add(role)
    return found


def forget_passwords(session: Session, district_id: int, account_ids: Collection[int]) -> None:
    """Store the passwords of these accounts no longer."""
    session.execute(
        update(Account)
        .where(Account.district_id == district_id, Account.id == func.any(sorted(account_ids)))
        .values(password_hash=None)
    )
