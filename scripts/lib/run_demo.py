"""The demonstration itself: a data directory, a migrated database with the demonstration district, served.

Called by demo.py in the finished environment: run_demo.py PORT DATA_DIR keep|fresh
"""

import os
import shutil
import sys
from pathlib import Path
from types import FrameType

from api.demonstration import DemoAccount, load
from api.demonstration.loader import DemonstrationError
from api.serve import ServeError, check_port, on_ending_signals, serve
from api.services import Services
from models.embedded import EmbeddedError, locks, remove
from models.installation import Installation, InstallationError, create
from models.migrate import upgrade
from models.roles import ensure_database
from models.unit_of_work import connect

_HOST = "127.0.0.1"
# marks a directory as ours to empty, and is locked by the demonstration that runs in it
_MARK = "demonstration"


class _Ended(Exception):
    """A signal asked us to end before there was anything to serve."""


def main(arguments: list[str]) -> int:
    """Run the demonstration until a signal ends it; 1 with a sentence where it can not be."""
    port, data_dir, keep = int(arguments[0]), Path(arguments[1]), arguments[2] == "keep"
    on_ending_signals(_end)
    try:
        check_port(_HOST, port)
        place = _take(data_dir)
        try:
            if not keep:
                _empty(data_dir)
            _show(data_dir, port)
        finally:
            if not keep:
                _empty(data_dir)
                shutil.rmtree(data_dir)
            locks.release(place)
    except _Ended:
        return 0
    except (DemonstrationError, EmbeddedError, InstallationError, ServeError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _end(number: int, frame: FrameType | None) -> None:
    raise _Ended


def _take(data_dir: Path) -> int:
    """Make the directory ours. Raises ServeError where it holds something else, or a demonstration that runs."""
    if data_dir.exists() and any(data_dir.iterdir()) and not (data_dir / _MARK).exists():
        raise ServeError(f"{data_dir} is not empty and no demonstration's: name another --data-dir.")
    data_dir.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    place = locks.take_exclusive(data_dir / _MARK)
    if place is None:
        raise ServeError(f"Another demonstration runs in {data_dir}: end it, or name another --data-dir.")
    return place


def _empty(data_dir: Path) -> None:
    """Remove all that an earlier run left, but the mark."""
    remove(data_dir)
    for path in data_dir.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != _MARK:
            path.unlink()


def _show(data_dir: Path, port: int) -> None:
    installation = create(data_dir)
    server = installation.server()
    assert server is not None
    print("Starting the database ...", flush=True)
    with server:
        accounts = _prepare(installation)
        serve(installation, _HOST, port, on_ready=lambda: _announce(port, accounts))


def _prepare(installation: Installation) -> list[DemoAccount]:
    """The database migrated and filled; an account per role."""
    ensure_database(installation)
    owner = connect(installation.owner_dsn, pool_size=1)
    engine = connect(installation.app_dsn, pool_size=2)
    try:
        upgrade(owner)
        print("Loading the demonstration district ...", flush=True)
        services = Services.of(installation, engine)
        return load(services, services.clock())
    finally:
        owner.dispose()
        engine.dispose()


def _announce(port: int, accounts: list[DemoAccount]) -> None:
    print(f"\nOpen http://localhost:{port}/ and sign in as one of these:\n")
    for account in accounts:
        print(f"  {account.role:<15} {account.sign_in_name:<28} {account.password:<24} ({account.name})")
    print("\nCtrl-C ends it.", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
