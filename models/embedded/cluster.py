"""Makes a cluster and writes its settings."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from models.embedded.account import Account
from models.embedded.binaries import Binaries
from models.embedded.errors import EmbeddedError
from models.embedded.layout import PORT, Layout
from models.embedded.process import cluster_name

SUPERUSER = "postgres"
_MEGABYTE = 1 << 20
_ACCESS = """# written at every start: one way in, and it asks for a password
local all all scram-sha-256
local replication all scram-sha-256
"""
_INCLUDES = """
# settings of the program, written at every start, and then those of this installation
include 'mastery.conf'
include_if_exists 'local.conf'
"""


def pgdata_major(layout: Layout) -> int | None:
    """The PostgreSQL version that made the cluster; None where there is none yet."""
    try:
        return int((layout.pgdata / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def initialise(layout: Layout, binaries: Binaries, account: Account, password: str) -> None:
    """Make the cluster, whole or not at all. Raises EmbeddedError with what initdb said."""
    scratch = layout.pgdata.with_name("data.new")
    shutil.rmtree(scratch, ignore_errors=True)
    secret = layout.pgdata.with_name("data.password")
    _write(secret, password + "\n", account)
    command = [
        str(binaries.program("initdb")),
        f"--pgdata={scratch}",
        f"--username={SUPERUSER}",
        f"--pwfile={secret}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
        "--no-instructions",
    ]
    try:
        made = subprocess.run(command, capture_output=True, text=True, cwd="/", env=environment(), **account.popen)
    finally:
        secret.unlink(missing_ok=True)
    if made.returncode != 0:
        shutil.rmtree(scratch, ignore_errors=True)
        raise EmbeddedError(f"The database could not be made in {layout.pgdata}: {made.stderr.strip()}")
    with (scratch / "postgresql.conf").open("a") as settings:
        settings.write(_INCLUDES)
    try:
        scratch.rename(layout.pgdata)
    except OSError as error:
        shutil.rmtree(scratch, ignore_errors=True)
        raise EmbeddedError(
            f"{layout.pgdata} holds something that is no whole database ({error.strerror}): move it away, "
            "and bring a backup up with `mastery restore FILE`."
        ) from error


def configure(layout: Layout, account: Account, settings: Mapping[str, str]) -> None:
    """Write the server's settings and who may connect; `settings` go over the program's own."""
    values = {**_settings(layout), **settings}
    text = "".join(f"{name} = {_quoted(value)}\n" for name, value in values.items())
    _write(layout.pgdata / "mastery.conf", text, account)
    _write(layout.pgdata / "pg_hba.conf", _ACCESS, account)


def environment() -> dict[str, str]:
    """A server inherits nothing of ours that could change it: no PG* variable, no locale, no preloaded library."""
    return {"PATH": os.defpath, "LC_ALL": "C"}


def _settings(layout: Layout) -> dict[str, str]:
    """A modest machine's settings: an eighth of its memory, up to 512 MB, to the buffers."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // _MEGABYTE
    buffers = max(64, min(512, memory // 8))
    directory = str(layout.socket_directory).replace('"', '""')
    return {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": f'"{directory}"',
        "unix_socket_permissions": "0700",
        "cluster_name": cluster_name(layout),
        "max_connections": "60",
        "shared_buffers": f"{buffers}MB",
        "effective_cache_size": f"{max(128, memory // 2)}MB",
        "maintenance_work_mem": "128MB",
        "work_mem": "16MB",
        "random_page_cost": "1.1",
        "jit": "off",
        "synchronous_commit": "on",
        "wal_compression": "on",
        "max_wal_size": "2GB",
        "password_encryption": "scram-sha-256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_destination": "stderr",
        "logging_collector": "off",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        # a statement or the key of a refused row would put a student's data into the log
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _write(path: Path, text: str, account: Account) -> None:
    """Write a private file of the account's in one step; the account's own links are never followed."""
    descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    account.own(Path(scratch))
    os.replace(scratch, path)
