"""A school whose office made letters, and one that sends mail."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from factories import ZONE
from furnished import Furnished
from page_world import add_steward

from api.actions.letters import make_letters
from api.pages.activation import MAIL
from mastery import access
from mastery.access import Tie, Viewer
from mastery.access_matrix import Role
from mastery.letters import Group
from mastery.offices import Remit
from models.audit import SYSTEM
from models.queries_letters import Scope, one_recipient
from models.roster import Person
from models.unit_of_work import district_transaction


def lettered(found: Furnished) -> None:
    """Two guardians without an account, one of them with a letter; and a letter for a new password of a third."""
    world, made = found.world, list[Person]()
    world.add(lambda make: made.extend(make.guardian_of(world.student, given=name) for name in ("Mary", "Lucy")))
    services = world.app.extensions["mastery"]
    now, zone = services.stopwatch(), ZoneInfo(ZONE)
    everybody = Tie(Role.DATA_STEWARD, access.Scope.DISTRICT, world.district_id, linked=False)
    office, scope = Viewer(world.district_id, 0, now, (everybody,)), Scope(world.school.id, None, Group.GUARDIANS)
    with district_transaction(world.engine, world.district_id) as session:
        for place, person in (("mother", made[0]), ("again", world.people["father"])):
            one = one_recipient(session, office, scope, services.clock().date(), now, person.id)
            assert one is not None
            key = services.installation.secret_key
            (letter,) = make_letters(
                session, world.district_id, [one], SYSTEM, key, now, zone, families=Remit(district=True)
            )
            found.places[place] = letter.code
        session.commit()


def stewarded(found: Furnished) -> None:
    """An office of the district that answers for everybody's account."""
    add_steward(found.world)


def silent(found: Furnished) -> None:
    """An installation that sends no mail."""
    found.world.app.config[MAIL] = False


def mailing(found: Furnished) -> None:
    """An installation that sends mail."""
    found.world.app.config[MAIL] = True
