"""What every test may ask for: a migrated database of its worker, and no network but this machine's."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import emptying
import pytest
import pytest_socket
from demo_world import shown
from page_lint import every_page_read
from sqlalchemy import Engine
from xdist.scheduler import LoadGroupScheduling

from models.embedded import EmbeddedError, locks, remove
from models.installation import Installation, create
from models.migrate import upgrade
from models.roles import ensure_database
from models.unit_of_work import connect

__all__ = ["shown"]  # one for all of tests: a fixture taken in by two files would be made by each

_ROOT = Path(__file__).resolve().parents[1]
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the pictures of the documents are written, when they are made anew."""
    parser.addoption("--pictures", metavar="DIR", help="write the pictures of the documents here")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadGroupScheduling:
    """What tests share is made by one worker: the demonstration, and whatever a module has for itself."""
    return _Together(config, log)


class _Together(LoadGroupScheduling):
    """Tests go to whoever is free; those of a file with something in common, and all of the demonstration, to one.

    By what the files say: marks do not reach the scheduler of this version (pytest 9.2, xdist 3.8).
    """

    def _split_scope(self, nodeid: str) -> str:
        return _in_common(nodeid.split("::")[0]) or nodeid


@cache
def _in_common(path: str) -> str | None:
    text = (_ROOT / path).read_text()
    if "shown: Shown" in text:
        return "demonstration"
    return path if 'scope="module"' in text else None


def pytest_runtest_setup() -> None:
    """No test reaches another machine."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def shared_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data directory of the one server that all workers of a run share; the last one out removes it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if _WORKER == "main" else base.parent
    note = shared / "data-dir"
    with locks.exclusive(shared / "data-dir.lock"):
        if not note.exists():
            # not below pytest's own directory, which root keeps private from its database server's account
            made = Path(tempfile.mkdtemp(prefix="mastery-tests-"))
            made.chmod(0o711)
            note.write_text(str(made))
    data_dir = Path(note.read_text())
    yield data_dir
    with locks.exclusive(shared / "data-dir.lock"):
        try:
            remove(data_dir)
        except EmbeddedError:  # another worker still uses it
            return
        shutil.rmtree(data_dir, ignore_errors=True)


@pytest.fixture(scope="session")
def installation(shared_data_dir: Path) -> Iterator[Installation]:
    """An installation on this worker's own database, migrated; its server runs."""
    own = create(shared_data_dir).for_database(f"test_{_WORKER}")
    # tests kill processes, never the machine, so nothing is lost with fsync off
    server = own.server({"fsync": "off", "max_connections": "100"})
    assert server is not None
    with server:
        ensure_database(own)
        migrator = connect(own.owner_dsn)
        upgrade(migrator)
        migrator.dispose()
        yield own
        emptying.close()


@pytest.fixture(scope="session")
def engine(installation: Installation) -> Iterator[Engine]:
    """An engine of the role that serves requests."""
    made = connect(installation.app_dsn)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def owner_engine(installation: Installation) -> Iterator[Engine]:
    """An engine of the role that owns the schema; row security holds it too."""
    made = connect(installation.owner_dsn)
    yield made
    made.dispose()


@pytest.fixture(autouse=True)
def every_page_is_sound() -> Iterator[list[str]]:
    """Whichever way a test, or a browser of it, comes by a page: nothing is wrong with its HTML."""
    with every_page_read() as found:
        yield found
    assert found == []


@pytest.fixture(autouse=True)
def empty_database(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test that could use the database, no table has rows: tests commit for real."""
    if "installation" not in request.fixturenames:
        yield
        return
    own: Installation = request.getfixturevalue("browsed" if "browsed" in request.fixturenames else "installation")
    yield
    emptying.empty(own)
