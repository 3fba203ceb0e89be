"""Every route that is no page, and every credential: what a program's token opens, and what anything else opens.

The routes are taken from the application; one that nobody decided about fails.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from access_walk import NOWHERE, OWN_ACCOUNT, ask, fill, guard_of, page_address, page_routes, plain, session_cookie
from access_world import PERSONS
from factories import NOW
from flask import Flask
from flask.testing import FlaskClient
from machine_walk import MACHINE, bare, body, machine_routes, nowhere, open_at, reads, scope_of
from machine_world import UNSEEN, MachineWorld, client_of
from page_world import PageWorld
from sqlalchemy import update

from api.security.clients import SCOPES
from models.access import Client
from models.district import District
from models.unit_of_work import district_transaction, shared_transaction

# open to everyone, and why that is no harm
PUBLIC = {
    "static": "files of the program itself",
    "healthz.get_health": "alive or not",
    "status.get_status": "versions",
    "reference.get_openapi": "the interface",
    "reference.get_reference": "the interface",
    "oauth.token": "whoever shows credentials",
}
# what is sent to a route that takes a body; the other routes of programs only read
BODIES = {"results.post_results", "assessments.put_assessment"}
# what changes something and takes no body
ACTS = {"tests.put_test", "tests.delete_test"}
READS = {
    "results.get_result", "assessments.get_assessment", "students.get_students", "students.get_targets",
    "students.get_explanation", "students.get_next", "students.get_policy",
    "students.get_competencies", "flags.get_flags",
    "pace.get_student_pace", "pace.get_section_pace",
    "measurement.get_measurement", "tests.get_windows", "tests.get_test",
}  # fmt: skip


def undecided(app: Flask) -> set[str]:
    """Endpoints beside the pages of which nobody said here what they are, or whose guard says something else."""
    found = set()
    for rule in app.url_map.iter_rules():
        name, guard = rule.endpoint, guard_of(app, rule)
        open_to_all = name in PUBLIC and (guard.startswith("public: ") or name == "static")
        of_programs = name in BODIES | ACTS | READS and guard.startswith(MACHINE)
        if not (name.startswith("pages.") or open_to_all or of_programs):
            found.add(name)
    return found


# --- whose routes there are -------------------------------------------------------------------------------------------


def test_every_route_is_decided_about(page_world: PageWorld) -> None:
    app = page_world.app
    assert undecided(app) == set()
    assert {scope_of(app, rule) for rule, _ in machine_routes(app)} == set(SCOPES)


def test_a_route_that_nobody_decided_about_is_found(own_app: Flask) -> None:
    own_app.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "everything")
    own_app.add_url_rule("/api/v1/status2", "status.get_status2", lambda: "everything")
    assert undecided(own_app) == {"forgotten", "status.get_status2"}


# --- credentials ------------------------------------------------------------------------------------------------------


def test_without_a_token_every_route_says_the_same_whoever_is_signed_in(walked: MachineWorld) -> None:
    world = walked.everyone.world
    sessions = [world.client(f"role-{role}").client for role in PERSONS]
    for rule, method in machine_routes(walked.app):
        nothing = open_at(walked, rule, method, walked.own, None)
        assert nothing.status_code == 401
        assert nothing.headers["WWW-Authenticate"] == "Bearer"
        url, sent = fill(rule, walked.own.address()), body(rule, walked.own) if method in ("POST", "PUT") else {}
        for session in sessions:
            assert bare(session.open(url, method=method, **sent)) == bare(nothing), (method, rule.rule)
        elsewhere = open_at(walked, rule, method, walked.twin, None)
        assert bare(elsewhere) == bare(nothing)


def test_a_token_that_is_none_any_more_is_as_good_as_a_made_up_one(walked: MachineWorld) -> None:
    world = walked.everyone.world
    good = walked.token(*SCOPES)
    over = walked.token(*SCOPES, lasts=timedelta(0))
    with district_transaction(world.engine, walked.second.district_id) as session:
        session.execute(update(Client).where(Client.client_id == walked.second.client.client_id).values(revoked_at=NOW))
        session.commit()
    moved = f"{walked.theirs.district_id}.{good.partition('.')[2]}"
    cookie = session_cookie(world.client("role-registrar"))
    shown = {
        "over": over, "revoked": walked.second.token, "moved": moved, "nothing": "x", "no district": ".x",
        "shape": f"{world.district_id}.{'x' * 43}", "longer": good + "x", "shorter": good[:-1],
        "twice": f"{good} {good}",
        "a session": cookie, "a client id": walked.lms.client.client_id, "far": f"999999999.{'x' * 43}",
    }  # fmt: skip
    for rule, method in machine_routes(walked.app):
        refused = bare(open_at(walked, rule, method, walked.own, shown["shape"]))
        nothing = bare(open_at(walked, rule, method, walked.own, None))
        assert (refused[0], refused[1]) == (nothing[0], nothing[1])
        # RFC 6750, 3.1: who shows nothing is told of no error
        challenge = ("WWW-Authenticate", 'Bearer error="invalid_token"')
        assert [one for one in refused[2] if one not in nothing[2]] == [challenge]
        for name, token in shown.items():
            assert bare(open_at(walked, rule, method, walked.own, token)) == refused, (name, method, rule.rule)
    assert open_at(walked, *next(reads(walked.app)), walked.own, good).status_code == 200


def test_a_session_beside_a_token_changes_nothing_and_none_is_begun(walked: MachineWorld) -> None:
    signed_in = walked.everyone.world.client("role-teacher_of_record").client
    for rule, method in reads(walked.app):
        alone = open_at(walked, rule, method, walked.own, walked.lms.token)
        assert alone.status_code == 200
        both = signed_in.get(fill(rule, walked.own.address()), headers=walked.lms.headers)
        assert bare(both) == bare(alone)
        assert "Set-Cookie" not in alone.headers


def test_a_token_of_a_program_opens_no_page(walked: MachineWorld) -> None:
    world, own = walked.everyone.world, walked.everyone.own
    stranger = world.client()
    own_account = [
        (fill(rule, dict.fromkeys(rule.arguments, NOWHERE)), method)
        for rule in walked.app.url_map.iter_rules()
        if rule.endpoint in OWN_ACCOUNT
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    pages = [(page_address(rule, own), method) for rule, method in page_routes(walked.app)]
    for url, method in pages + own_account:
        without = plain(ask(stranger, "", method, url, own))
        shown = walked.app.test_client().open(url, method=method, headers=walked.lms.headers)
        assert shown.status_code in (303, 400), (method, url)
        assert (shown.status_code, shown.headers.get("Location")) == (without[0], dict(without[2]).get("Location"))
        assert walked.own.student not in shown.get_data(as_text=True)


def test_what_a_route_can_do_is_told_to_everyone_in_the_same_words(walked: MachineWorld) -> None:
    for rule in walked.app.url_map.iter_rules():
        if not guard_of(walked.app, rule).startswith(MACHINE):
            continue
        answers = [
            bare(open_at(walked, rule, "OPTIONS", names, token))
            for names in (walked.own, walked.twin)
            for token in (None, walked.lms.token, walked.theirs.token)
        ]
        assert {status for status, _, _ in answers} == {200}
        assert all(one == answers[0] and one[1] == b"" for one in answers)


# --- scopes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_opens_its_routes_and_no_other(walked: MachineWorld, scope: str) -> None:
    token = walked.token(scope)
    for rule, method in machine_routes(walked.app):
        answer = open_at(walked, rule, method, walked.own, token)
        needed = scope_of(walked.app, rule)
        assert (answer.status_code in (200, 201)) == (scope == needed), (method, rule.rule, answer.status_code)
        if scope == needed:
            continue
        assert answer.status_code == 403
        assert answer.headers["WWW-Authenticate"] == f'Bearer error="insufficient_scope", scope="{needed}"'
        if method != "HEAD":
            assert answer.json == {
                "type": "about:blank", "title": "Forbidden", "status": 403,
                "detail": f"This token has the scopes {scope}; {needed} is needed.",
            }  # fmt: skip
        # whatever is named
        for names in (walked.twin, nowhere(walked.twin)):
            assert bare(open_at(walked, rule, method, names, token)) == bare(answer)


# --- what is open to everyone -----------------------------------------------------------------------------------------


def test_what_is_open_to_everyone_tells_of_no_district(walked: MachineWorld) -> None:
    private = _private(walked)
    somebody = walked.everyone.world.client("role-school_administrator").client
    for rule in walked.app.url_map.iter_rules():
        if rule.endpoint not in PUBLIC or "GET" not in (rule.methods or ()):
            continue
        files = ("style.css", "live.js", "icon.svg", "nothing") if rule.endpoint == "static" else ("",)
        for url in (fill(rule, {"filename": file}) for file in files):
            asked = [(walked.lms.http, {}), (walked.lms.http, walked.lms.headers), (somebody, {})]
            told = [_told(client, url, headers) for client, headers in asked]
            assert told[0] == told[1] == told[2] or url.endswith("/nothing"), url
            assert not [one for one in private if one.encode() in told[0][1]], url


def test_a_page_that_is_open_to_everyone_tells_of_no_district(walked: MachineWorld) -> None:
    private = _private(walked)
    rules = [
        rule
        for rule in walked.app.url_map.iter_rules()
        if rule.endpoint.startswith("pages.") and guard_of(walked.app, rule).startswith("public: ")
    ]
    assert len(rules) >= 8
    for rule in rules:
        if "GET" in (rule.methods or ()):
            url = fill(rule, {"slug": "nowhere", "provider_id": NOWHERE, "code": "AAAA-AAAA-AAAA"})
            status, text = _told(walked.app.test_client(), url, walked.lms.headers)
            assert status in (200, 303, 400, 404), url
            assert not [one for one in private if one.encode() in text], url


def _private(walked: MachineWorld) -> list[str]:
    """Words of both districts."""
    with shared_transaction(walked.everyone.world.engine) as session:
        districts = [session.get_one(District, one.district) for one in (walked.everyone.own, walked.everyone.twin)]
    words = [*UNSEEN, *walked.marks(walked.own), *walked.marks(walked.twin), "Own Student", "Own School"]
    return words + [word for one in districts for word in (one.slug, one.name)]


def _told(client: FlaskClient, url: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """What is answered, but for the time of day."""
    with client.get(url, headers=headers) as answer:  # files stay open else
        return answer.status_code, re.sub(rb'"now": ?"[^"]*"', b"", answer.data)


def test_the_token_endpoint_says_the_same_of_any_client_that_is_not_shown_to_be(walked: MachineWorld) -> None:
    def said(client_id: str, secret: str) -> tuple[int, bytes, list[tuple[str, str]]]:
        return bare(
            walked.app.test_client().post(
                "/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret)
            )
        )

    own, theirs = walked.everyone.own.district, walked.everyone.twin.district
    with district_transaction(walked.everyone.world.engine, own) as session:
        client_of(session, walked.lms).client_id = f"{own}.walked"
        session.commit()
    refused = said(f"{own}.nobody", "x")
    assert refused[0] == 401
    for client_id in (f"{own}.walked", f"{theirs}.walked", "999999999.walked", "walked", ""):
        for secret in ("x", walked.lms.token, ""):
            assert said(client_id, secret) == refused, (client_id, secret)
