"""Adding a district to an installation."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from models.district import District, DistrictStamp
from models.unit_of_work import district_transaction, shared_transaction


class DistrictError(ValueError):
    """The district cannot be added; the text says why."""


def slug_of(name: str) -> str:
    """A short name for commands: ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def create_district(
    engine: Engine, name: str, slug: str | None, time_zone: str, now: datetime, sandbox: bool = False
) -> District:
    """Add a district and commit; DistrictError where its short name is taken or empty."""
    chosen = slug_of(slug or name)
    if not chosen:
        raise DistrictError(f"{slug or name!r} has no letter or digit for a short name: give one with --slug.")
    made = District(slug=chosen, name=name, time_zone=time_zone, sandbox=sandbox, created_at=now)
    try:
        with shared_transaction(engine) as session:
            session.add(made)
            session.commit()
    except IntegrityError as error:
        raise DistrictError(f"There is a district {chosen!r} already: give another --slug.") from error
    with district_transaction(engine, made.id) as session:
        session.add(DistrictStamp(district_id=made.id))
        session.commit()
    return made
