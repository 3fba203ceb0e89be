"""A few accounts for whoever looks at the demonstration, each of somebody with something to see."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.accounts import create_account, is_password, normalised, set_password
from api.demonstration import characters, credentials, office, people
from api.demonstration.world import MIDDLE, TEACHER
from models.access import Account
from models.queries_accounts import set_language
from models.roster import Person

FIXED_PASSWORD = "equal-fractions-for-all"


class DemoAccount(NamedTuple):
    """How to sign in as somebody of the demonstration; `who` says in a few words what is to be seen."""

    role: str
    name: str
    sign_in_name: str
    password: str
    who: str


# who reads pages in another language than English from the first time on
_LANGUAGES = {"familia": "es"}


def _holders(mentor: str) -> tuple[tuple[str, str, str, str], ...]:
    """(role, name before the @, sourcedId, who that is and what to look at)."""
    fast, gap = people.character(characters.FAST), people.character(characters.GAP)
    return (
        ("teacher", "teacher", TEACHER, "mathematics 6, 7 and 8 in periods 1, 3 and 5"),
        ("student", "student", fast.sourced_id, "grade 6, far ahead"),
        ("student", "student2", gap.sourced_id, "grade 6, with a gap from grade 4"),
        ("guardian", "guardian", people.guardian_of(gap).sourced_id, f"of {gap.given}"),
        ("guardian", "familia", people.guardian_of(fast).sourced_id, f"de {fast.given}; lee en español"),
        ("principal", "principal", MIDDLE.principal, MIDDLE.name),
        ("administrator", "administrator", people.ADMINISTRATOR, "of the district"),
        ("registrar", "registrar", people.REGISTRAR, f"{MIDDLE.name}; Office says what waits"),
        ("steward", "steward", people.STEWARD, "of the district's data; Office: connected programs, who did what"),
        ("mentor", "mentor", mentor, f"of {office.PARTNER}, from outside; two students, as their families agreed"),
    )


def make_accounts(session: Session, district_id: int, secret_key: str, fixed: bool, now: datetime) -> list[DemoAccount]:
    """The accounts, made or given their passwords again; the caller commits.

    Unless `fixed`, a password follows from the installation's own secret: nobody else can know it, and loading again
    tells the same one without it being stored. Who has it already is not signed out, and an account whose password was
    deleted stays without.
    """
    made = []
    mentor = office.mentor_of(session, district_id)
    for role, short, sourced_id, who in _holders(mentor.sourced_id):
        person = session.scalars(
            select(Person).where(Person.district_id == district_id, Person.sourced_id == sourced_id)
        ).one()
        name = f"{short}@demo.example"
        password = FIXED_PASSWORD if fixed else credentials.password(secret_key, name)
        known = session.scalar(
            select(Account).where(Account.district_id == district_id, Account.sign_in_name == normalised(name))
        )
        if known is None:
            account = create_account(session, district_id, name, password, person.id, now)
            if short in _LANGUAGES:
                set_language(session, district_id, account, _LANGUAGES[short])
        elif known.password_hash is not None and not is_password(known.password_hash, password):
            set_password(session, district_id, name, password, now)
        made.append(DemoAccount(role, person.display_name, name, password, who))
    return made
