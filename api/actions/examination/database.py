"""The server, the schema, the roles and what keeps districts apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, make_url, text

from api.actions.examination.words import Check, Status, command
from models.hardening import Gap, find_gaps, role_gaps
from models.installation import Installation
from models.migrate import current, head, revisions
from models.restore import BESIDE, REPLACED

OLDEST_SERVER = 15
CLOCKS_APART = 5.0
CLOCKS_FAR_APART = 300.0
_NAMED = 5


def checks(installation: Installation, app: Engine, owner: Engine, clock: Callable[[], datetime]) -> Iterator[Check]:
    """The checks of the database itself, with connections of both roles."""
    with owner.connect() as connection:
        yield _server(connection)
        yield _clock(connection, clock())
        yield _leftovers(installation, connection)
        yield _schema(installation, current(owner))
        yield roles(installation, connection)
        yield from guards(installation, find_gaps(connection) if current(owner) == head() else [])


def _server(connection: Connection) -> Check:
    name, number = connection.execute(
        text("SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000")
    ).one()
    if number < OLDEST_SERVER:
        return Check(
            "server version", Status.FAIL, f"PostgreSQL {name} is older than {OLDEST_SERVER}, which the program needs.",
            f"upgrade the server to PostgreSQL {OLDEST_SERVER} or newer with `pg_upgrade`",
        )  # fmt: skip
    return Check("server version", Status.OK, f"PostgreSQL {name}.")


def _clock(connection: Connection, now: datetime) -> Check:
    there: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    apart = abs((there - now).total_seconds())
    if apart <= CLOCKS_APART:
        return Check("clock", Status.OK, "The clocks of the program and of the database agree.")
    return Check(
        "clock", Status.FAIL if apart > CLOCKS_FAR_APART else Status.WARN,
        f"The database's clock says {there.isoformat()} and the program's {now.isoformat()}, {apart:.0f} s apart.",
        "turn on time synchronisation on both machines: `timedatectl set-ntp true`",
    )  # fmt: skip


def _leftovers(installation: Installation, connection: Connection) -> Check:
    own = make_url(installation.owner_dsn).database or ""
    found = connection.execute(
        text("SELECT datname FROM pg_database WHERE datname = ANY(:names) ORDER BY datname"),
        {"names": [own + BESIDE, own + REPLACED]},
    ).scalars().all()  # fmt: skip
    if not found:
        return Check("restore", Status.OK, "No restore was interrupted.")
    return Check(
        "restore", Status.WARN, f"An interrupted restore left {', '.join(found)} behind; the data in place are whole.",
        command(installation, "restore FILE") + " again, which clears it away",
    )  # fmt: skip


def _schema(installation: Installation, at: str | None) -> Check:
    if at == head():
        return Check("schema", Status.OK, f"The schema is the newest, {at}.")
    if at is None or at in revisions():
        return Check(
            "schema", Status.FAIL, f"The schema is {at or 'not there'} and this version needs {head()}.",
            command(installation, "db upgrade"),
        )  # fmt: skip
    return Check(
        "schema", Status.FAIL, f"The schema is {at}, made by a newer version than this one (which knows {head()}).",
        "run the newer version of the program",
    )  # fmt: skip


def roles(installation: Installation, connection: Connection) -> Check:
    """Whether the two roles have only the rights that they need."""
    names = [str(make_url(dsn).username) for dsn in (installation.app_dsn, installation.owner_dsn)]
    gaps = role_gaps(connection, *names)
    if not gaps:
        return Check("roles", Status.OK, "The role that serves requests has no right too many.")
    told = "; ".join(f"{gap.role} {gap.what}" for gap in gaps)
    mend = command(installation, "db upgrade")
    if not installation.is_embedded:
        mend = "as the server's administrator: " + "; ".join(gap.mend for gap in gaps)
    return Check("roles", Status.FAIL, f"A role has too many rights: {told}.", mend)


def guards(installation: Installation, gaps: Sequence[Gap]) -> Iterator[Check]:
    """What these gaps say of row security, of what can only be added to, of rights and of ownership."""
    mend = command(installation, "db upgrade")
    yield _guard("row security", "row_security", gaps, "Every district's rows are shown to that district alone.", mend)
    yield _guard("append-only", "append_only", gaps, "Evidence and signed acts can only be added to.", mend)
    yield _guard("rights", "rights", gaps, "The role that serves requests can do its work, and no more.", mend)
    owned = [gap for gap in gaps if gap.kind == "owner"]
    if not installation.is_embedded:
        mend = "as the server's administrator: REASSIGN OWNED BY the role of DATABASE_URL TO the owner's"
    yield _guard("ownership", "owner", owned, "The role that serves requests owns nothing.", mend)


def _guard(name: str, kind: str, gaps: Sequence[Gap], fine: str, mend: str) -> Check:
    found = [gap for gap in gaps if gap.kind == kind]
    if not found:
        return Check(name, Status.OK, fine)
    told = "; ".join(f"{gap.table} {gap.what}" for gap in found[:_NAMED])
    more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return Check(name, Status.FAIL, f"{told}{more}.", mend)
