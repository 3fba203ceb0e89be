"""Who may listen to what: a page hands out a token for sections that its reader sees, and the stream takes no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from access_walk import page_address, page_routes, session_cookie
from access_world import PERSONS, AccessWorld, people_of_every_role
from factories import NOW, Factory
from live_client import LiveProcess, StreamReader, live_process, request, wait_for
from machine_world import machines_of
from page_world import PageWorld

from api.live_token import Following, issue, read
from mastery.access_matrix import Role
from mastery.access_questions import Section as Asked
from mastery.access_questions import What, may, sees_class
from models.installation import Installation
from models.outbox import SectionVersion
from models.queries_access import subject_of, viewer_of
from models.roster import Person, Section
from models.unit_of_work import district_transaction

FORMER = "another key that was never this installation's"


@pytest.fixture
def everyone(page_world: PageWorld) -> AccessWorld:
    return people_of_every_role(page_world)


def followed(everyone: AccessWorld, role: Role) -> Iterator[Following]:
    """What the pages of both students of the district let somebody follow."""
    world = everyone.world
    client = world.client(f"role-{role}").client
    keys = world.app.extensions["mastery"].installation.secret_keys
    for rule, method in page_routes(world.app):
        for place in (everyone.own, everyone.other) if method == "GET" else ():
            answer = client.get(f"{page_address(rule, place)}?partial=1")
            if "X-Live-Token" in answer.headers:
                following = read(keys, answer.headers["X-Live-Token"], NOW)
                assert following is not None
                assert set(map(int, json.loads(answer.headers["X-Live-Versions"]))) <= following.section_ids
                yield following


def sections_of(everyone: AccessWorld, role: Role) -> set[int]:
    """The sections that the law lets somebody open, or of which it shows somebody a student."""
    world, found = everyone.world, set()
    with district_transaction(world.engine, world.district_id) as session:
        viewer = viewer_of(session, world.district_id, everyone.people[role].id, NOW)
        for place in (everyone.own, everyone.other):
            section = session.get_one(Section, (world.district_id, place.section))
            subject = subject_of(session, world.district_id, place.student, NOW)
            assert subject is not None
            opened = sees_class(viewer, Asked(world.district_id, section.id, section.school_id))
            if opened or may(viewer, What.STANDING, subject, NOW).allowed:
                found.add(section.id)
    return found


@pytest.mark.parametrize("role", PERSONS)
def test_a_page_lets_its_reader_follow_what_the_reader_sees(everyone: AccessWorld, role: Role) -> None:
    told = list(followed(everyone, role))
    seen = sections_of(everyone, role)
    assert {one.district_id for one in told} <= {everyone.world.district_id}
    heard = {section for one in told for section in one.section_ids}
    assert heard & {everyone.own.section, everyone.other.section, everyone.twin.section} <= seen
    if role in (Role.STUDENT, Role.PARENT, Role.PARENT_RESTRICTED):
        assert not told  # for who works with classes
    if role in (Role.TEACHER_OF_RECORD, Role.CO_TEACHER):
        assert heard == {everyone.own.section}


@pytest.fixture
def live(installation: Installation) -> Iterator[LiveProcess]:
    with live_process(installation) as process:
        yield process


def test_the_stream_takes_its_own_tokens_alone(everyone: AccessWorld, live: LiveProcess) -> None:
    world = everyone.world
    walked = machines_of(everyone)
    cookie = session_cookie(world.client("role-teacher_of_record"))
    now = datetime.now(UTC)
    forged = issue(FORMER, world.district_id, [everyone.own.section], now)
    nothing = request(live.port, "/stream")
    assert nothing[0] == 401
    for token in ("", walked.lms.token, walked.theirs.token, cookie, forged, forged[:-1]):
        assert request(live.port, f"/stream?token={token}") == nothing
    for header in (f"Cookie: mastery_session={cookie}", f"Authorization: Bearer {walked.lms.token}"):
        raw = f"GET /stream HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n".encode()
        assert request(live.port, "", raw=raw) == nothing
    for path in ("/", "/stream/", "/healthz/x", f"/stream/{everyone.own.section}", "/api/v1/students"):
        status, text = request(live.port, path)
        assert (status, text.split(b"\r\n\r\n")[1]) == (404, b"Not Found\n")


def test_a_section_of_another_district_is_heard_like_one_that_is_not(
    everyone: AccessWorld, installation: Installation, live: LiveProcess
) -> None:
    """Sections have keys, and a key that a token of one district names is never another's."""
    world, own, twin = everyone.world, everyone.own, everyone.twin
    with district_transaction(world.engine, twin.district) as session:
        Factory(session, twin.district).section_version(session.get_one(Section, (twin.district, twin.section)), 7)
        session.commit()
    nowhere = 900_000_000
    token = issue(installation.secret_key, own.district, [twin.section, nowhere], datetime.now(UTC))
    theirs = issue(installation.secret_key, twin.district, [twin.section], datetime.now(UTC))
    deaf, heard = StreamReader(live.port, token), StreamReader(live.port, theirs)
    assert deaf.next("versions") == {str(twin.section): 0, str(nowhere): 0}
    assert heard.next("versions") == {str(twin.section): 7}
    with district_transaction(world.engine, twin.district) as session:
        make = Factory(session, twin.district)
        make.announce(session.get_one(Person, (twin.district, twin.student)), at=datetime.now(UTC))
        session.commit()
    wait_for(lambda: _version(everyone) == 8, "the change is told")
    assert heard.next("versions") == {str(twin.section): 8}
    with pytest.raises(TimeoutError):
        deaf.next("versions", patience=1)
    for reader in (deaf, heard):
        reader.close()


def _version(everyone: AccessWorld) -> int:
    place = everyone.twin
    with district_transaction(everyone.world.engine, place.district) as session:
        return session.get_one(SectionVersion, (place.district, place.section)).version
