"""Refusing to serve an installation that is not safe; a demonstration, which knows no real child, may be less so."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from sqlalchemy import Engine, select

from api.actions.examination import database, machine, safety
from api.actions.examination.words import Check, Status
from models.district import District
from models.hardening import find_gaps
from models.installation import Installation, InstallationError
from models.unit_of_work import connect, shared_transaction


class UnsafeError(InstallationError):
    """The installation is not safe to serve; the message says what is wrong and what mends it."""


def refuse_unsafe_process(installation: Installation, environ: Mapping[str, str] = os.environ) -> None:
    """What no web process is started with, not even a demonstration's. Raises UnsafeError."""
    _refuse([safety.key(installation), safety.debugging(environ)])


def refuse_unsafe(installation: Installation, host: str, environ: Mapping[str, str] = os.environ) -> None:
    """Look at everything that must hold before an installation is served on `host`. Raises UnsafeError.

    The database runs and has the newest schema.
    """
    refuse_unsafe_process(installation, environ)
    owner = connect(installation.owner_dsn, pool_size=1)
    try:
        if not _is_demonstration(owner):
            _refuse(
                [
                    *_of_files(installation),
                    *_of_roles(installation, owner),
                    safety.listening(installation, host, environ),
                    safety.to_database(installation, environ),
                ]
            )
    finally:
        owner.dispose()


def _is_demonstration(owner: Engine) -> bool:
    """Whether there are districts, and none of them is real."""
    with shared_transaction(owner) as session:
        sandboxes = session.scalars(select(District.sandbox)).all()
    return bool(sandboxes) and all(sandboxes)


def _of_files(installation: Installation) -> Iterator[Check]:
    yield from (check for check in machine.checks(installation) if check.name in ("secrets", "data directory"))


def _of_roles(installation: Installation, owner: Engine) -> Iterator[Check]:
    with owner.connect() as connection:
        yield database.roles(installation, connection)
        yield from database.guards(installation, find_gaps(connection))


def _refuse(checks: list[Check]) -> None:
    failed = [check for check in checks if check.status is Status.FAIL]
    if failed:
        told = "\n".join(f"- {check.sentence}\n  mend: {check.mend}" for check in failed)
        raise UnsafeError(f"This installation is not safe to serve.\n{told}")
