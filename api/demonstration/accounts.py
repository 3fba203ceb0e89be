"""One account per role, for whoever looks at the demonstration."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.accounts import create_account, normalised, set_password
from api.demonstration.people import ADMINISTRATOR, TEACHER, guardian_id, student_id
from api.demonstration.story import READY
from models.access import Account
from models.roster import Person

FIXED_PASSWORD = "equal-fractions-for-all"
_GROUP = 4
_SIGNS = 16
_PEOPLE = (
    ("teacher", TEACHER),
    ("student", student_id(READY.place)),
    ("guardian", guardian_id(READY.place)),
    ("administrator", ADMINISTRATOR),
)


class DemoAccount(NamedTuple):
    """How to sign in as somebody of the demonstration."""

    role: str
    name: str
    sign_in_name: str
    password: str


def make_accounts(session: Session, district_id: int, secret_key: str, fixed: bool, now: datetime) -> list[DemoAccount]:
    """One account per role, made or given its password again; the caller commits.

    Unless `fixed`, a password follows from the installation's own secret: nobody else can know it, and loading again
    tells the same one without it being stored.
    """
    made = []
    for role, sourced_id in _PEOPLE:
        person = session.scalars(
            select(Person).where(Person.district_id == district_id, Person.sourced_id == sourced_id)
        ).one()
        name = f"{role}@demo.example"
        password = FIXED_PASSWORD if fixed else _derived(secret_key, name)
        known = select(Account.id).where(Account.district_id == district_id, Account.sign_in_name == normalised(name))
        if session.scalar(known) is None:
            create_account(session, district_id, name, password, person.id, now)
        else:
            set_password(session, district_id, name, password, now)
        made.append(DemoAccount(role, person.display_name, name, password))
    return made


def _derived(secret_key: str, name: str) -> str:
    """80 bits of the secret and the name, in groups that can be typed."""
    made = hmac.new(secret_key.encode(), f"demonstration account {name}".encode(), hashlib.sha256).digest()
    signs = base64.b32encode(made)[:_SIGNS].decode().lower()
    return "-".join(signs[place : place + _GROUP] for place in range(0, _SIGNS, _GROUP))
