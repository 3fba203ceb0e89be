"""Setting a password: the one check that every way of setting one goes through."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from api.security.passwords import common_passwords
from mastery.passwords import LONGEST, SHORTEST, SHORTEST_OF_STAFF, Fault, Holder, fault
from models.queries_passwords import known_of


class AccountError(ValueError):
    """An account that cannot be made or changed so; the text says why."""


class NoPasswordError(AccountError):
    """The person's password would not count in their district, so none is kept."""


_TEXTS: dict[Fault, Callable[[Holder], str]] = {
    Fault.SHORT: lambda holder: f"A password has {holder.shortest} to {LONGEST} characters here.",
    Fault.LONG: lambda holder: f"A password has {holder.shortest} to {LONGEST} characters here.",
    Fault.COMMON: lambda _: "This password is among the most common ones, which are tried first: choose another.",
    Fault.PERSONAL: lambda _: "This password is made of names that others know: choose another.",
    Fault.PATTERN: lambda _: "This password repeats or counts on: choose one that does not follow a pattern.",
}


class PasswordError(AccountError):
    """A password that may not be set; `fault` says why, `shortest` how long it has to be."""

    def __init__(self, found: Fault, holder: Holder) -> None:
        super().__init__(_TEXTS[found](holder))
        self.fault = found
        self.shortest = holder.shortest


def password_holder(session: Session, district_id: int, person_id: int | None, sign_in_name: str) -> Holder:
    """Whose password is to be set, as the check needs to know; one statement. `sign_in_name` may be still to be made.

    Whoever works for a school, or did, is held to the longer one.
    """
    known = known_of(session, district_id, person_id)
    shortest = SHORTEST_OF_STAFF if known.is_staff else SHORTEST
    return Holder(frozenset({*known.texts, sign_in_name}), shortest)


def checked_password(password: str, holder: Holder) -> None:
    """Raise PasswordError for a password that its holder may not have."""
    found = fault(password, holder, common_passwords())
    if found is not None:
        raise PasswordError(found, holder)
