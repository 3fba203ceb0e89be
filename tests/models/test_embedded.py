"""The embedded server: start, use, let go, and every way of dying between."""

import contextlib
import os
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from embedded_server import FAST, PASSWORD, ask, parent_of, postmaster_pid, until, user_process

from models.embedded import EmbeddedError, Server, remove, running
from models.embedded.layout import Layout
from models.embedded.process import cluster_processes, is_alive

pytestmark = pytest.mark.faults
linux_only = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks at processes through /proc")


@pytest.fixture
def cluster_dir() -> Iterator[Path]:
    """An empty data directory that the server's account can reach, removed with its server."""
    with tempfile.TemporaryDirectory(prefix="mastery cluster ") as made:
        path = Path(made)
        path.chmod(0o711)
        yield path
        assert until(lambda: not running(path))
        # who kept the server ends a moment after it
        assert until(lambda: removed(path))


def removed(path: Path) -> bool:
    """Whether the cluster could be removed: nobody uses it any more."""
    try:
        remove(path)
    except EmbeddedError:
        return False
    return True


def test_a_server_starts_answers_and_ends(cluster_dir: Path) -> None:
    with Server(cluster_dir, PASSWORD, FAST) as server:
        assert running(cluster_dir)
        assert ask(server) == 1
        assert ask(server, "SHOW data_checksums") == "on"
        assert ask(server, "SHOW listen_addresses") == ""
        assert ask(server, "SELECT datlocprovider::text || datlocale FROM pg_database LIMIT 1") == "bC.UTF-8"
    assert not running(cluster_dir)
    assert cluster_processes(Layout(cluster_dir)) == []


def test_data_outlive_the_server(cluster_dir: Path) -> None:
    server = Server(cluster_dir, PASSWORD, FAST)
    with server:
        ask(server, "CREATE TABLE kept AS SELECT 7 AS value")
    with server:
        assert ask(server, "SELECT value FROM kept") == 7


def test_the_socket_is_private_and_a_wrong_password_is_refused(cluster_dir: Path) -> None:
    with Server(cluster_dir, PASSWORD, FAST) as server:
        assert stat.S_IMODE(server.socket_directory.stat().st_mode) == 0o700
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            ask(server, password="guess")


def test_starting_twice_is_starting_once(cluster_dir: Path) -> None:
    with Server(cluster_dir, PASSWORD, FAST) as server:
        first = postmaster_pid(cluster_dir)
        server.start()
        with Server(cluster_dir, PASSWORD, FAST) as other:
            assert ask(other) == 1
            assert postmaster_pid(cluster_dir) == first
        assert ask(server) == 1


def test_of_two_processes_one_starts_it_and_the_last_ends_it(cluster_dir: Path) -> None:
    with user_process(cluster_dir) as one, user_process(cluster_dir) as two:
        assert [one.stdout.readline(), two.stdout.readline()] == ["up\n", "up\n"]
        pid = postmaster_pid(cluster_dir)
        assert one.communicate("\n", timeout=60)[0] == "closed\n"
        assert running(cluster_dir)
        assert postmaster_pid(cluster_dir) == pid
        assert two.communicate("\n", timeout=60)[0] == "closed\n"
    assert not running(cluster_dir)
    assert not is_alive(pid)


def test_a_killed_postmaster_comes_back_for_the_same_process(cluster_dir: Path) -> None:
    with Server(cluster_dir, PASSWORD, FAST) as server:
        ask(server, "CREATE TABLE kept AS SELECT 7 AS value")
        before = postmaster_pid(cluster_dir)
        os.kill(before, signal.SIGKILL)
        assert until(lambda: running(cluster_dir) and postmaster_pid(cluster_dir) != before)
        assert ask(server, "SELECT value FROM kept") == 7


@linux_only
def test_a_killed_postmaster_whose_backend_is_stuck_comes_back(cluster_dir: Path) -> None:
    with (
        Server(cluster_dir, PASSWORD, FAST) as server,
        closing(
            psycopg.connect(host=str(server.socket_directory), user="postgres", password=PASSWORD, dbname="postgres")
        ) as idle,
    ):
        orphan = idle.info.backend_pid
        os.kill(orphan, signal.SIGSTOP)  # it can not notice that its postmaster died, and keeps the shared memory
        before = postmaster_pid(cluster_dir)
        os.kill(before, signal.SIGKILL)
        assert until(lambda: running(cluster_dir) and postmaster_pid(cluster_dir) != before)
        assert not is_alive(orphan)
        assert ask(server) == 1


@linux_only
def test_the_server_goes_with_its_killed_keeper_and_start_brings_both_back(cluster_dir: Path) -> None:
    with Server(cluster_dir, PASSWORD, FAST) as server:
        before = postmaster_pid(cluster_dir)
        os.kill(parent_of(before), signal.SIGKILL)
        assert until(lambda: not is_alive(before))
        assert not running(cluster_dir)
        server.start()
        assert ask(server) == 1


@linux_only
def test_a_new_process_recovers_after_everything_was_killed(cluster_dir: Path) -> None:
    with user_process(cluster_dir) as one:
        assert one.stdout.readline() == "up\n"
        before = postmaster_pid(cluster_dir)
        killed = (parent_of(before), *cluster_processes(Layout(cluster_dir)), one.pid)
        for pid in killed:
            # what ended because another was killed before it is as dead
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        one.wait(10)
        # a kill takes effect some time after it was sent; until then the server looks as if it ran
        assert until(lambda: not any(is_alive(pid) for pid in killed))
    assert (Layout(cluster_dir).pgdata / "postmaster.pid").exists()
    with Server(cluster_dir, PASSWORD, FAST) as server:
        assert ask(server) == 1


@linux_only
def test_a_pid_file_that_names_an_innocent_process_is_stale(cluster_dir: Path) -> None:
    with Server(cluster_dir, PASSWORD, FAST):
        text = (Layout(cluster_dir).pgdata / "postmaster.pid").read_text()
    with subprocess.Popen(["sleep", "60"]) as innocent:
        lines = text.splitlines(keepends=True)
        (Layout(cluster_dir).pgdata / "postmaster.pid").write_text(f"{innocent.pid}\n" + "".join(lines[1:]))
        with Server(cluster_dir, PASSWORD, FAST) as server:
            assert ask(server) == 1
        assert innocent.poll() is None
        innocent.kill()


def test_the_server_ends_with_its_killed_user(cluster_dir: Path) -> None:
    with user_process(cluster_dir) as one:
        assert one.stdout.readline() == "up\n"
        pid = postmaster_pid(cluster_dir)
        one.kill()
    assert until(lambda: not running(cluster_dir) and not is_alive(pid))


def test_interrupted_making_is_begun_anew(cluster_dir: Path) -> None:
    with Server(cluster_dir, PASSWORD, FAST):
        pass
    layout = Layout(cluster_dir)
    layout.pgdata.rename(layout.pgdata.with_name("data.new"))
    (layout.pgdata.with_name("data.new") / "PG_VERSION").unlink()
    with Server(cluster_dir, PASSWORD, FAST) as server:
        assert ask(server) == 1


def test_a_server_that_can_not_start_says_why(cluster_dir: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"does not start:(.|\n)*max_connections"):
        Server(cluster_dir, PASSWORD, {"max_connections": "none"}).start()
    with Server(cluster_dir, PASSWORD, FAST) as server:
        assert ask(server) == 1


def test_a_cluster_of_an_unknown_release_is_refused_with_the_way_out(cluster_dir: Path) -> None:
    with Server(cluster_dir, PASSWORD, FAST):
        pass
    (Layout(cluster_dir).pgdata / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedError, match=r"made by PostgreSQL 9;.* backup"):
        Server(cluster_dir, PASSWORD, FAST).start()


def test_a_used_cluster_is_not_removed(cluster_dir: Path) -> None:
    with Server(cluster_dir, PASSWORD, FAST), pytest.raises(EmbeddedError, match="in use"):
        remove(cluster_dir)
    remove(cluster_dir)
    assert list(cluster_dir.iterdir()) == []


def test_what_is_no_whole_database_is_left_alone_and_told(cluster_dir: Path) -> None:
    with Server(cluster_dir, PASSWORD, FAST):
        pass
    assert until(lambda: not running(cluster_dir))
    version = Layout(cluster_dir).pgdata / "PG_VERSION"
    kept = version.rename(cluster_dir / "kept")
    with pytest.raises(EmbeddedError, match=r"no whole database .*: move it away"):
        Server(cluster_dir, PASSWORD, FAST).start()
    kept.rename(version)
    with Server(cluster_dir, PASSWORD, FAST) as server:
        assert ask(server) == 1
