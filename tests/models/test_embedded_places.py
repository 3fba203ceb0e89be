"""The embedded server in the places and under the users that real machines have."""

import os
import pwd
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from embedded_server import FAST, PASSWORD, ask, postmaster_pid, python_for, until, user_process

from models.embedded import EmbeddedError, Server, account, remove, running
from models.embedded.account import SYSTEM_USER
from models.embedded.layout import Layout

pytestmark = pytest.mark.faults
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="takes the place of other users, which only root can")


@pytest.fixture
def open_dir() -> Iterator[Path]:
    """A directory that other users can pass through."""
    with tempfile.TemporaryDirectory(prefix="mastery-places-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


@pytest.mark.parametrize("name", ["with space", "d" * 120, "comma, quote ' and \" mark", "Schüler"])
def test_odd_paths_work(open_dir: Path, name: str) -> None:
    data_dir = open_dir / name
    data_dir.mkdir(mode=0o711)
    with Server(data_dir, PASSWORD, FAST) as server:
        assert ask(server) == 1
        socket_directory = server.socket_directory
    remove(data_dir)
    assert not socket_directory.exists()


def test_a_short_socket_directory_that_was_swept_away_is_made_again(open_dir: Path) -> None:
    data_dir = open_dir / ("d" * 120)
    data_dir.mkdir(mode=0o711)
    with Server(data_dir, PASSWORD, FAST) as server:
        swept = server.socket_directory
    shutil.rmtree(swept)
    with Server(data_dir, PASSWORD, FAST) as server:
        assert ask(server) == 1
        assert server.socket_directory != swept
    remove(data_dir)


def test_a_socket_directory_of_another_is_not_trusted(open_dir: Path) -> None:
    data_dir = open_dir / ("d" * 120)
    data_dir.mkdir(mode=0o711)
    with Server(data_dir, PASSWORD, FAST) as server:
        first = server.socket_directory
    first.chmod(0o777)
    with Server(data_dir, PASSWORD, FAST) as server:
        assert server.socket_directory != first
    remove(data_dir)
    first.rmdir()


@root_only
def test_roots_server_is_not_root(open_dir: Path) -> None:
    with Server(open_dir, PASSWORD, FAST):
        owner = Path(f"/proc/{postmaster_pid(open_dir)}").stat().st_uid
        assert owner == pwd.getpwnam(SYSTEM_USER).pw_uid
    remove(open_dir)


@root_only
def test_of_several_that_start_at_once_one_makes_the_account(open_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def useradd() -> None:
        time.sleep(0.1)
        made.append(1)

    monkeypatch.setattr(account, "_make", useradd)
    monkeypatch.setattr(account, "_lookup", lambda: pwd.getpwnam("root") if made else None)
    with ThreadPoolExecutor(4) as together:
        told = list(together.map(lambda _: account.server_account(open_dir / "none"), range(4)))
    assert made == [1]
    assert told == [account.Account(0, 0)] * 4


@root_only
def test_a_cluster_that_its_account_could_not_reach_is_put_elsewhere_and_removed_from_there(open_dir: Path) -> None:
    private = open_dir / "private"
    private.mkdir(mode=0o700)
    with Server(private, PASSWORD, FAST) as server:
        assert ask(server) == 1
        elsewhere = Layout(private).home.resolve()
        assert elsewhere.parent == Path("/var/lib/mastery/clusters")
    remove(private)
    assert not elsewhere.exists()
    assert list(private.iterdir()) == []


@root_only
def test_two_users_on_one_machine_do_not_meet(open_dir: Path) -> None:
    other = pwd.getpwnam("nobody")
    python = python_for(other.pw_uid)
    if python is None:
        pytest.skip("no Python that another user can run")
    theirs, ours = open_dir / "theirs", open_dir / "ours"
    theirs.mkdir(mode=0o700)
    ours.mkdir(mode=0o711)
    os.chown(theirs, other.pw_uid, other.pw_gid)
    with (
        Server(ours, PASSWORD, FAST) as server,
        user_process(theirs, python, other.pw_uid) as process,
    ):
        assert process.stdout.readline() == "up\n"
        assert Path(f"/proc/{postmaster_pid(theirs)}").stat().st_uid == other.pw_uid
        assert ask(server) == 1
        assert process.communicate("\n", timeout=60)[0] == "closed\n"
    assert until(lambda: not running(theirs))
    # root then runs the user's cluster as that user, and removes it
    with Server(theirs, PASSWORD, FAST):
        assert Path(f"/proc/{postmaster_pid(theirs)}").stat().st_uid == other.pw_uid
    remove(theirs)
    remove(ours)


@root_only
def test_a_user_is_told_whose_database_it_is(open_dir: Path) -> None:
    with Server(open_dir, PASSWORD, FAST):
        pass
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        with pytest.raises(EmbeddedError, match="belongs to another user"):
            Server(open_dir, PASSWORD, FAST).start()
    finally:
        os.seteuid(0)
    remove(open_dir)
