"""Changing the key that signs sessions and tokens and seals what is kept sealed. On record in every district."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from api.security.sealed_columns import SEALED, reseal
from api.services import Services
from mastery.audit import Act
from mastery.letters import LETTER_DAYS
from models.audit import SYSTEM, record
from models.clock import DemonstrationClock
from models.district import District
from models.embedded import locks
from models.installation import Embedded
from models.installation_keys import change_key, forget_former_keys, sealing_keys
from models.unit_of_work import district_transaction, shared_transaction

# longer than any session, link or letter lasts, so that nobody notices
OVERLAP = timedelta(days=LETTER_DAYS + 1)


class KeyChangeError(Exception):
    """The key can not be changed this way; the message says why and what helps."""


def rotate_key(services: Services, overlap: timedelta, now: datetime) -> datetime:
    """A new key for an embedded installation at rest; until when the one before it still verifies.

    Sealed values are sealed with the new one. Interrupted after the key was changed, `reseal_values` completes it.
    Raises KeyChangeError.
    """
    database = services.installation.database
    if not isinstance(database, Embedded):
        raise KeyChangeError(
            "The key comes from the environment: put the present one into MASTERY_FORMER_SECRET_KEYS and 43 new random "
            "letters and digits into MASTERY_SECRET_KEY, start the service anew, and run `mastery key reseal`."
        )
    if DemonstrationClock(database.data_dir).is_there:
        raise KeyChangeError(
            "The passwords of a demonstration follow from its key, so it keeps it: make another demonstration instead."
        )
    # processes that serve would go on with the key that they began with, and take none of the others' sessions
    place = locks.take_exclusive(database.data_dir / "serving")
    if place is None:
        raise KeyChangeError("The installation is being served: end that, change the key, and serve again.")
    try:
        until = change_key(database.data_dir, now, overlap)
        _reseal(services, sealing_keys(database.data_dir), now)
        forget_former_keys(database.data_dir, over_by=now)
    finally:
        locks.release(place)
    return until


def reseal_values(services: Services, now: datetime) -> int:
    """Seal with the present key what a former one sealed; how many values there are."""
    database = services.installation.database
    keys = sealing_keys(database.data_dir) if isinstance(database, Embedded) else services.installation.secret_keys
    return _reseal(services, keys, now)


def forget_former(services: Services, now: datetime) -> int:
    """Take no former key any more; how many were forgotten. What they sealed is sealed anew before."""
    database = services.installation.database
    if not isinstance(database, Embedded):
        raise KeyChangeError(
            "The keys come from the environment: run `mastery key reseal`, take MASTERY_FORMER_SECRET_KEYS away, and "
            "start the service anew."
        )
    keys = sealing_keys(database.data_dir)
    if len(keys) > 1:
        _reseal(services, keys, now)
    return forget_former_keys(database.data_dir)


def _reseal(services: Services, keys: tuple[str, ...], now: datetime) -> int:
    with shared_transaction(services.engine) as session:
        districts = session.scalars(select(District.id).order_by(District.id)).all()
    count = 0
    for district_id in districts:
        with district_transaction(services.engine, district_id) as session:
            sealed = reseal(session, district_id, keys, SEALED)
            record(session, district_id, SYSTEM, Act.KEY_ROTATED, now, detail={"sealed_again": sealed})
            session.commit()
        count += sealed
    return count
