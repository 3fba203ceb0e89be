"""A district that people sign in to by identity providers, for whoever wants to see its sign-in page."""

from __future__ import annotations

from furnished import LONG, Furnished

from api.actions.providers import Wanted, add_provider, choose_password_sign_in, secret_sealer
from mastery.sign_in import Audience, PasswordSignIn, Preset
from models.unit_of_work import district_transaction


def providers(found: Furnished) -> None:
    """Three of them, one with a long name; families have passwords too."""
    _add(found, PasswordSignIn.FAMILIES)


def providers_alone(found: Furnished) -> None:
    """The same, and nobody has a password."""
    _add(found, PasswordSignIn.NONE)


def _add(found: Furnished, policy: PasswordSignIn) -> None:
    world = found.world
    sealer = secret_sealer(world.app.extensions["mastery"].installation)
    staff = Wanted("Google", Preset.GOOGLE, "abc", restriction="schools.example", audience=Audience.STAFF)
    families = Wanted("Google, for families", Preset.GOOGLE, "def", audience=Audience.FAMILIES)
    long = Wanted(LONG[:60], Preset.GENERIC, "ghi", issuer="https://id.example")
    with district_transaction(world.engine, world.district_id) as session:
        for wanted in (staff, families, long):
            add_provider(session, world.district_id, wanted, "secret", sealer, world.clock())
        choose_password_sign_in(session, world.district_id, policy, world.clock())
        session.commit()
