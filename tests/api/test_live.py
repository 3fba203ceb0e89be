"""The live process tells open pages which sections changed, and survives whatever is killed."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from factories import Factory, new_district
from live_client import LiveProcess, StreamReader, live_process, request, wait_for
from sqlalchemy import Engine, func, select

from api.live_token import LIFETIME_SECONDS, issue, read
from models.embedded import remove
from models.installation import Installation, create
from models.migrate import upgrade
from models.outbox import Outbox, SectionVersion
from models.roles import ensure_database
from models.roster import Person, Section
from models.unit_of_work import connect, district_transaction


class Place:
    """A district with one student in one section, and one in another."""

    def __init__(self, engine: Engine, installation: Installation) -> None:
        self.engine = engine
        self.secret_key = installation.secret_key
        self.district_id = new_district(engine)
        with district_transaction(engine, self.district_id) as session:
            make = Factory(session, self.district_id)
            school = make.school()
            self.section, self.other = make.section(school), make.section(school)
            self.student, self.elsewhere = make.student(self.section), make.student(self.other)
            session.commit()

    def announce(self, *students: Person, times: int = 1) -> None:
        with district_transaction(self.engine, self.district_id) as session:
            for _ in range(times):
                Factory(session, self.district_id).announce(*students)
            session.commit()

    def token(self, *sections: Section, now: datetime | None = None) -> str:
        return issue(self.secret_key, self.district_id, [one.id for one in sections], now or datetime.now(UTC))

    def waiting(self) -> int:
        with district_transaction(self.engine, self.district_id) as session:
            return session.execute(select(func.count()).select_from(Outbox)).scalar_one()

    def version(self, section: Section) -> int:
        with district_transaction(self.engine, self.district_id) as session:
            row = session.get(SectionVersion, (self.district_id, section.id))
            return row.version if row else 0


@pytest.fixture
def place(engine: Engine, installation: Installation) -> Place:
    return Place(engine, installation)


@pytest.fixture
def live(installation: Installation) -> Iterator[LiveProcess]:
    with live_process(installation) as process:
        yield process


@pytest.fixture
def stream(live: LiveProcess, place: Place) -> Iterator[StreamReader]:
    reader = StreamReader(live.port, place.token(place.section))
    yield reader
    reader.close()


def reads_on(stream: StreamReader, section: str, version: int) -> None:
    """The stream comes to a version of its section, and never goes back; it may tell one twice."""
    told = stream.next("versions")[section]
    while told < version:
        later = stream.next("versions")[section]
        assert later >= told
        told = later
    assert told == version


def test_a_stream_begins_with_the_versions_and_tells_each_change(place: Place, stream: StreamReader) -> None:
    section = str(place.section.id)
    assert "text/event-stream" in stream.head
    assert "Access-Control-Allow-Origin: *" in stream.head
    assert stream.next("versions") == {section: 0}
    place.announce(place.student)
    reads_on(stream, section, 1)
    place.announce(place.elsewhere)
    place.announce(place.student)
    reads_on(stream, section, 2)
    wait_for(lambda: place.waiting() == 0, "the outbox is empty")


def test_many_announcements_are_told_as_one(place: Place, stream: StreamReader) -> None:
    stream.next("versions")
    place.announce(place.student, times=500)
    stream.next("versions")
    wait_for(lambda: place.waiting() == 0, "the outbox is empty")
    assert place.version(place.section) <= 3


def test_what_happened_while_nobody_relayed_is_told_later(place: Place, live: LiveProcess) -> None:
    live.kill()
    place.announce(place.student)
    live.start()
    wait_for(lambda: place.waiting() == 0, "the outbox is empty")
    reader = StreamReader(live.port, place.token(place.section))
    assert reader.next("versions") == {str(place.section.id): 1}
    reader.close()


def test_an_ended_enrolment_is_told_no_more(place: Place, engine: Engine, live: LiveProcess) -> None:
    with district_transaction(engine, place.district_id) as session:
        make = Factory(session, place.district_id)
        today = datetime.now(UTC).date()
        gone = make.student(session.get_one(Section, (place.district_id, place.section.id)), ends=today - timedelta(3))
        make.announce(gone)
        session.commit()
    wait_for(lambda: place.waiting() == 0, "the outbox is empty")
    assert place.version(place.section) == 0


@pytest.mark.faults
def test_lost_database_connections_are_made_again(
    place: Place, installation: Installation, stream: StreamReader, live: LiveProcess
) -> None:
    stream.next("versions")
    assert installation.superuser_dsn is not None
    with psycopg.connect(installation.superuser_dsn.replace("+psycopg", ""), autocommit=True) as connection:
        ended = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'mastery-live'"
        ).fetchone()
    assert ended is not None
    assert ended[0] >= 3  # another live process may run beside
    stream.next("stale")  # no page may look live meanwhile
    place.announce(place.student)
    # what is followed is told anew after a silence, and then the change, or both at once
    wait_for(lambda: stream.next("versions") == {str(place.section.id): 1}, "the change is told")
    wait_for(lambda: live.status() == 200, "all parts work again")


@pytest.mark.parametrize("token", ["", "x", "WzEsWzFdLDFd.forged"])
def test_a_forged_token_opens_nothing(live: LiveProcess, token: str) -> None:
    assert request(live.port, f"/stream?token={token}")[0] == 401


def test_a_token_ends_and_belongs_to_its_key(place: Place) -> None:
    now = datetime.now(UTC)
    token = place.token(place.section, now=now)
    last = now + timedelta(seconds=LIFETIME_SECONDS - 2)
    following = read([place.secret_key], token, last)
    assert following is not None
    assert (following.district_id, following.section_ids) == (place.district_id, {place.section.id})
    assert read([place.secret_key], token, last + timedelta(seconds=2)) is None
    assert read("another key", token, now) is None


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET /nothing HTTP/1.1\r\n\r\n", 404),
        (b"POST /stream HTTP/1.1\r\n\r\n", 405),
        (b"\x00\xff\xfe\r\n\r\n", 405),
        (b"GET /" + b"x" * 9000, 431),
    ],
)
def test_odd_requests_are_refused(live: LiveProcess, raw: bytes, status: int) -> None:
    assert request(live.port, "", raw=raw)[0] == status


def test_one_token_holds_a_few_streams(place: Place, live: LiveProcess) -> None:
    token = place.token(place.section)
    readers = [StreamReader(live.port, token) for _ in range(16)]
    assert request(live.port, f"/stream?token={token}")[0] == 429
    readers[0].close()
    wait_for(lambda: _opens(live, token), "a closed stream makes room")
    for reader in readers[1:]:
        reader.close()


def _opens(live: LiveProcess, token: str) -> bool:
    reader = StreamReader(live.port, token)
    reader.close()
    return " 200 " in reader.head.splitlines()[0]


def test_a_page_that_does_not_read_hinders_nobody(place: Place, live: LiveProcess, stream: StreamReader) -> None:
    stream.next("versions")
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    deaf.connect(("127.0.0.1", live.port))
    deaf.sendall(f"GET /stream?token={place.token(place.section)} HTTP/1.1\r\n\r\n".encode())
    for version in range(1, 4):
        place.announce(place.student)
        assert stream.next("versions") == {str(place.section.id): version}
    deaf.close()


def test_many_streams_are_told_quickly(place: Place, live: LiveProcess) -> None:
    tokens = [place.token(place.section, now=datetime.now(UTC) + timedelta(seconds=n)) for n in range(40)]
    readers = [StreamReader(live.port, token) for token in tokens for _ in range(10)]
    for reader in readers:
        reader.next("versions")
    began = time.monotonic()
    place.announce(place.student)
    assert all(reader.next("versions") == {str(place.section.id): 1} for reader in readers)
    assert time.monotonic() - began < 3
    for reader in readers:
        reader.close()


def test_it_ends_when_told_to(live: LiveProcess, stream: StreamReader) -> None:
    stream.next("versions")
    assert live.kill(signal.SIGTERM) == 0
    with pytest.raises((ConnectionError, OSError)):
        stream.next("versions")


def test_it_reaches_a_database_whose_path_has_a_space(tmp_path: Path) -> None:
    own = create(tmp_path / "a + place")
    server = own.server({"fsync": "off"})
    assert server is not None
    with server:
        ensure_database(own)
        owner = connect(own.owner_dsn)
        upgrade(owner)
        owner.dispose()
        with live_process(own) as process:
            assert process.status() == 200
    remove(tmp_path / "a + place")
