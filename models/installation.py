"""One installation: where its data are, how its database is reached, and its secrets."""

import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import URL, make_url

from models.embedded import PORT, SUPERUSER, SYSTEM_HOME, Server
from models.row_security import APP_ROLE

OWNER_ROLE = "mastery_owner"
DATABASE = "mastery"
# what the environment may say of an installation; each also with _FILE at its end
DESCRIBING = (
    "DATABASE_URL", "MASTERY_OWNER_DATABASE_URL", "MASTERY_SECRET_KEY", "MASTERY_DATA_DIR",
    "MASTERY_FORMER_SECRET_KEYS", "MASTERY_PUBLIC_URL",
)  # fmt: skip
FILE = "installation.json"
# in the file: keys that still verify, each with the instant until which it does
FORMER = "former_keys"
_FORMAT = 1
TOKEN_BYTES = 32


class InstallationError(Exception):
    """An installation is missing, incomplete or unreadable; the message says what helps."""


@dataclass(frozen=True)
class Embedded:
    """The passwords of an embedded server, and the database of it that is used."""

    data_dir: Path
    superuser_password: str
    owner_password: str
    app_password: str
    database: str = DATABASE

    def url(self, role: str, password: str, database: str | None = None) -> str:
        """A connection URL over the server's socket, where the server too must prove that it knows the password."""
        query = {
            "host": str(self.server().socket_directory),
            "port": str(PORT),
            "require_auth": "scram-sha-256",
            "channel_binding": "disable",
            "sslmode": "disable",
            "gssencmode": "disable",
        }
        url = URL.create("postgresql+psycopg", role, password, database=database or self.database, query=query)
        return url.render_as_string(hide_password=False)

    def server(self, settings: Mapping[str, str] | None = None) -> Server:
        """A new handle on the server; `start` it before use."""
        return Server(self.data_dir, self.superuser_password, settings)


@dataclass(frozen=True)
class External:
    """A server that the district runs itself."""

    app_url: str
    owner_url: str


@dataclass(frozen=True)
class Installation:
    """What every command and every process is given.

    `data_dir` is None for an installation told by the environment alone. `secret_key` signs sessions and tokens and
    seals what is kept sealed; what `former_keys` signed or sealed is taken as well. `public_url` is what links in
    letters and mails begin with, such as https://mastery.example.org; None where nobody said.
    """

    data_dir: Path | None
    secret_key: str
    database: Embedded | External
    former_keys: tuple[str, ...] = ()
    public_url: str | None = None

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The present key first, then those before it that still verify."""
        return (self.secret_key, *self.former_keys)

    @property
    def is_over_tls(self) -> bool:
        """Whether everybody comes by TLS, as the public address says."""
        return self.public_url is not None and self.public_url.startswith("https://")

    @property
    def is_embedded(self) -> bool:
        """Whether the database server is our own to start and stop."""
        return isinstance(self.database, Embedded)

    @property
    def app_dsn(self) -> str:
        """The URL of the role that serves requests: it owns nothing and row security holds it."""
        if isinstance(self.database, External):
            return self.database.app_url
        return self.database.url(APP_ROLE, self.database.app_password)

    @property
    def owner_dsn(self) -> str:
        """The URL of the role that owns the schema, for migrations."""
        if isinstance(self.database, External):
            return self.database.owner_url
        return self.database.url(OWNER_ROLE, self.database.owner_password)

    @property
    def superuser_dsn(self) -> str | None:
        """The URL of the embedded server's superuser, for whole backups; None for an external server."""
        if isinstance(self.database, External):
            return None
        return self.database.url(SUPERUSER, self.database.superuser_password)

    def server(self, settings: Mapping[str, str] | None = None) -> Server | None:
        """A new handle on the embedded server; None for an external one."""
        return self.database.server(settings) if isinstance(self.database, Embedded) else None

    def for_database(self, name: str) -> "Installation":
        """The same installation on another database of its embedded server."""
        if isinstance(self.database, External):
            raise InstallationError("Only an embedded server has databases to choose from.")
        return replace(self, database=replace(self.database, database=name))


def default_data_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Where an installation is when no command says: MASTERY_DATA_DIR, else the system's place for root, the user's own
    for others."""
    if environ.get("MASTERY_DATA_DIR"):
        return Path(environ["MASTERY_DATA_DIR"])
    if os.geteuid() == 0:
        return SYSTEM_HOME / "default"
    home = environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "mastery"


def create(data_dir: Path) -> Installation:
    """Make the installation of `data_dir` with fresh secrets, or load the one that is there.

    The file appears whole and only once: of two processes that create at the same time both get the same one.
    """
    data_dir = data_dir.absolute()
    # root's database server is another user, who must be able to pass through
    data_dir.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    content = {
        "format": _FORMAT,
        "secret_key": secrets.token_urlsafe(TOKEN_BYTES),
        "database": {
            "superuser_password": secrets.token_urlsafe(TOKEN_BYTES),
            "owner_password": secrets.token_urlsafe(TOKEN_BYTES),
            "app_password": secrets.token_urlsafe(TOKEN_BYTES),
        },
    }
    descriptor, scratch = tempfile.mkstemp(dir=data_dir, prefix=f".{FILE}-")
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(scratch, data_dir / FILE)
        except FileExistsError:
            return load(data_dir)
    finally:
        os.unlink(scratch)
    return load(data_dir)


def load(data_dir: Path | None = None, environ: Mapping[str, str] = os.environ) -> Installation:
    """The installation that `data_dir`, else the environment, else the default place names.

    DATABASE_URL, MASTERY_OWNER_DATABASE_URL and MASTERY_SECRET_KEY (or the same names with _FILE) describe an external
    database; MASTERY_DATA_DIR an installation made by `create`; MASTERY_PUBLIC_URL the address of either. Raises
    InstallationError.
    """
    if data_dir is None and setting(environ, "DATABASE_URL") is not None:
        found = _from_environment(environ)
    else:
        found = _from_file(data_dir or default_data_dir(environ))
    return replace(found, public_url=_public_url(setting(environ, "MASTERY_PUBLIC_URL")))


def _from_file(data_dir: Path) -> Installation:
    content = read_file(data_dir)
    passwords = content["database"]
    database = Embedded(
        data_dir.absolute(), passwords["superuser_password"], passwords["owner_password"], passwords["app_password"]
    )
    now = datetime.now(UTC)
    former = tuple(one["key"] for one in content.get(FORMER, ()) if datetime.fromisoformat(one["until"]) > now)
    return Installation(data_dir.absolute(), content["secret_key"], database, former)


def read_file(data_dir: Path) -> dict[str, Any]:
    """What the file of an installation holds. Raises InstallationError."""
    path = data_dir.absolute() / FILE
    try:
        content: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        raise InstallationError(
            f"There is no installation in {data_dir}: name it with --data-dir or MASTERY_DATA_DIR, or make it with "
            f"`mastery --data-dir '{data_dir}' install`."
        ) from None
    except PermissionError:
        raise InstallationError(f"{path} belongs to another user: run this as that user.") from None
    except ValueError as error:
        raise InstallationError(f"{path} is not readable as JSON ({error}): restore it from a backup.") from error
    if content.get("format") != _FORMAT:
        raise InstallationError(f"{path} was written by a newer version of the program: use that version.")
    return content


def _from_environment(environ: Mapping[str, str]) -> Installation:
    values = {}
    for name in DESCRIBING[:3]:
        value = setting(environ, name)
        if not value:
            raise InstallationError(f"DATABASE_URL is set, so {name} (or {name}_FILE) must be set too.")
        values[name] = value
    app, owner = _driver_url(values["DATABASE_URL"]), _driver_url(values["MASTERY_OWNER_DATABASE_URL"])
    named = environ.get("MASTERY_DATA_DIR")
    former = (setting(environ, "MASTERY_FORMER_SECRET_KEYS") or "").replace(",", " ").split()
    return Installation(
        Path(named).absolute() if named else None, values["MASTERY_SECRET_KEY"], External(app, owner), tuple(former)
    )


def setting(environ: Mapping[str, str], name: str) -> str | None:
    """A setting, or the content of the file that the same name with _FILE names."""
    if name in environ:
        return environ[name]
    path = environ.get(f"{name}_FILE")
    if path is None:
        return None
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise InstallationError(f"{name}_FILE can not be read: {error}") from error


def _public_url(value: str | None) -> str | None:
    """An address of a site and nothing more, without the slash at its end."""
    if not value:
        return None
    parts = urlsplit(value)
    plain = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
        raise InstallationError(
            f"MASTERY_PUBLIC_URL is {value!r}: give an address such as https://mastery.example.org."
        )
    return f"{parts.scheme}://{parts.netloc}"


def _driver_url(value: str) -> str:
    """A `postgres://` or `postgresql://` URL with the driver that we use."""
    if value.startswith("postgres://"):
        value = "postgresql" + value.removeprefix("postgres")
    url = make_url(value)
    if url.get_backend_name() != "postgresql":
        raise InstallationError("The database must be PostgreSQL.")
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
