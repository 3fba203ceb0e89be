"""The demonstration itself: a data directory, a migrated database with the demonstration district, served.

Called by demo.py in the finished environment: run_demo.py PORT DATA_DIR keep|fresh trickle|still
"""

import os
import shutil
import sys
from pathlib import Path
from types import FrameType

from api.demonstration.accounts import DemoAccount
from api.demonstration.loader import DemonstrationError, Loaded, load
from api.demonstration.world import ZONE
from api.serve import ServeError, check_port, on_ending_signals, serve
from models.clock import DemonstrationClock
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
    port, data_dir, keep, trickles = int(arguments[0]), Path(arguments[1]), arguments[2] == "keep", arguments[3]
    on_ending_signals(_end)
    try:
        check_port(_HOST, port)
        place = _take(data_dir)
        try:
            if not keep:
                _empty(data_dir)
            _show(data_dir, port, trickles == "trickle")
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


def _show(data_dir: Path, port: int, trickles: bool) -> None:
    installation = create(data_dir)
    server = installation.server()
    assert server is not None
    print("Starting the database ...", flush=True)
    with server:
        loaded = _prepare(installation)
        companions = {"trickle": _trickle(port, loaded)} if trickles else {}
        serve(
            installation, _HOST, port, on_ready=lambda: _announce(data_dir, port, loaded.accounts),
            companions=companions,
        )  # fmt: skip


def _prepare(installation: Installation) -> Loaded:
    """The database migrated and filled; how to sign in."""
    ensure_database(installation)
    owner = connect(installation.owner_dsn, pool_size=1)
    try:
        upgrade(owner)
    finally:
        owner.dispose()
    print("Loading the demonstration district ...", flush=True)
    return load(installation, tell=lambda line: print(f"  {line}", flush=True))


def _trickle(port: int, loaded: Loaded) -> list[str]:
    """The module, with its arguments, that goes on posting results."""
    return ["api.demonstration.trickle", "--url", f"http://{_HOST}:{port}", "--client-id", loaded.client_id]


def _announce(data_dir: Path, port: int, accounts: list[DemoAccount]) -> None:
    now = DemonstrationClock(data_dir)().astimezone(ZONE)
    print(f"\nIn the district it is {now:%A, %B} {now.day}, {now.year}, {now:%H:%M}.")
    print(f"Open http://localhost:{port}/ and sign in as one of these:\n")
    for account in accounts:
        shown = f"{account.role:<14} {account.sign_in_name:<26} {account.password:<20} {account.name}, {account.who}"
        print(f"  {shown}")
    command = Path(sys.executable).with_name("mastery")
    print(f"\n  {command} --data-dir '{data_dir}' clock advance 2h\n\nmoves its clock forward.")
    print("Ctrl-C ends it.", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
