"""Examining an installation: what is wrong with it, said in a sentence each, with what mends it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import OperationalError

from api.actions.examination import database, districts, machine
from api.actions.examination.words import Check, Examination, Status, command
from models.clock import Clock, clock_of, system_clock
from models.embedded import EmbeddedError
from models.embedded.layout import Layout
from models.embedded.process import is_alive, read_postmaster
from models.installation import Embedded, Installation, InstallationError, load
from models.unit_of_work import connect

__all__ = ["Check", "Examination", "Status", "examine", "examine_installation"]


def examine(data_dir: Path | None, clock: Clock | None = None) -> Examination:
    """All checks on the installation that `data_dir`, else the environment, else the default place names.

    By the machine's clock and the installation's own, or by `clock` instead of both.
    """
    try:
        installation = load(data_dir)
    except InstallationError as error:
        return Examination((Check("installation", Status.FAIL, str(error), machine.mend_missing(data_dir)),))
    return examine_installation(installation, clock)


def examine_installation(installation: Installation, clock: Clock | None = None) -> Examination:
    """All checks; an embedded database is started for them where it does not run."""
    return Examination((*machine.checks(installation), *_with_database(installation, clock)))


def _with_database(installation: Installation, clock: Clock | None) -> Iterator[Check]:
    before = _how_it_was(installation)
    server = installation.server()
    try:
        if server is not None:
            server.start()
        yield from _in_database(installation, clock, before)
    except (EmbeddedError, OperationalError) as error:
        said = str(error.orig) if isinstance(error, OperationalError) else str(error)
        yield Check(
            "database",
            Status.FAIL,
            f"The database can not be reached: {said.strip()}",
            _mend_database(installation, said),
        )
    finally:
        if server is not None:
            server.close()


def _in_database(installation: Installation, clock: Clock | None, before: Check) -> Iterator[Check]:
    app, owner = connect(installation.app_dsn, pool_size=2), connect(installation.owner_dsn, pool_size=1)
    try:
        with app.connect(), owner.connect():
            yield before
        found = list(database.checks(installation, app, owner, clock or system_clock))
        yield from found
        # without the schema that the program knows there is nothing more to ask
        if all(check.status is not Status.FAIL for check in found if check.name == "schema"):
            yield from districts.checks(installation, app, (clock or clock_of(installation))())
    finally:
        app.dispose()
        owner.dispose()


def _how_it_was(installation: Installation) -> Check:
    """What the server's files say before this examination starts it."""
    if not isinstance(installation.database, Embedded):
        return Check("database", Status.OK, "The database can be reached.")
    layout = Layout(installation.database.data_dir)
    left = read_postmaster(layout) if layout.home.exists() else None
    if left is not None and not is_alive(left.pid):
        return Check(
            "database", Status.WARN,
            f"The database was killed (its process {left.pid} is gone) and has recovered by starting for this check.",
            command(installation, "serve"),
        )  # fmt: skip
    running = left is not None and left.ready
    return Check(
        "database", Status.OK, "The database runs." if running else "The database was at rest and starts when needed."
    )


def _mend_database(installation: Installation, said: str) -> str:
    if "does not exist" in said:
        return command(installation, "db upgrade")
    if isinstance(installation.database, Embedded):
        return f"look at the end of {installation.database.data_dir}/postgresql/server.log, then `mastery doctor` again"
    return "check DATABASE_URL and MASTERY_OWNER_DATABASE_URL with `psql`, and that the server runs"
