"""Who asks too much is told when to come again, in the form that they read; nobody else notices."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from conftest_api import Machine, School, result, token_of
from flask import Flask
from page_world import PageWorld
from sqlalchemy import Engine

from api.security import limits
from api.security.limits import METER, Meter, limits_of
from api.security.proxies import BehindProxies, trusted_proxies
from mastery.rate import Limit, Limits
from models.installation import InstallationError

TIGHT = Limit(60, 3)


class Seconds:
    """The process's own clock, which a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Seconds:
    moved = Seconds()
    monkeypatch.setattr(limits, "time", moved)
    return moved


@pytest.fixture
def tight(app: Flask, seconds: Seconds) -> Callable[[str], None]:
    """Tightens one kind of limit of the application."""

    def tighten(kind: str) -> None:
        app.extensions[METER] = Meter(Limits(**{kind: TIGHT}))

    return tighten


def test_a_program_that_asks_too_much_is_told_when_to_come_again(
    machine: Callable[..., Machine], school: School, engine: Engine, tight: Callable[[str], None], seconds: Seconds
) -> None:
    lms, other = machine(school.district_id), machine(school.district_id, name="SIS")
    lms.put_assessment("quiz-17")
    tight("client")
    body = {"results": [result(school.students[0], "4.NF.A.1")]}
    answers = [lms.http.post("/api/v1/results", json=body, headers=lms.headers) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    refused = answers[-1]
    assert refused.headers["Retry-After"] == "1"
    assert refused.content_type == "application/problem+json"
    assert "send the same again in 1 s" in refused.json["detail"]
    other.get("/students")
    seconds.now += 1
    lms.get("/students")
    lms.get("/students", 429)


def test_tokens_can_not_be_asked_for_or_guessed_without_end(
    app: Flask, machine: Callable[..., Machine], school: School, tight: Callable[[str], None], seconds: Seconds
) -> None:
    lms = machine(school.district_id)
    tight("credentials")
    http = app.test_client()
    guess = {"Authorization": f"Bearer {school.district_id}.guess"}
    statuses = [http.get("/api/v1/students", headers=guess).status_code for _ in range(4)]
    assert statuses == [401, 401, 401, 429]
    refused = http.post("/oauth/token", data={"grant_type": "client_credentials"})
    assert (refused.status_code, refused.content_type) == (429, "application/problem+json")
    assert int(refused.headers["Retry-After"]) >= 1
    lms.get("/students")
    elsewhere = app.test_client().get("/api/v1/students", headers=guess, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 401
    seconds.now += 60
    assert token_of(http, lms.client)


def test_people_see_a_page_that_says_when(
    page_world: PageWorld, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher, colleague = page_world.client("teacher"), page_world.client("colleague")
    monkeypatch.setitem(page_world.app.extensions, METER, Meter(Limits(person=TIGHT, address=TIGHT)))
    for _ in range(3):
        teacher.get("/students")
    page = teacher.get("/students", 429)
    assert teacher.response is not None
    assert teacher.response.headers["Retry-After"] == "1"
    assert "Too many requests" in page.text
    colleague.get("/students")
    passer_by = page_world.app.test_client()
    statuses = [passer_by.get("/sign-in").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    for path in ("/static/style.css", "/healthz"):
        with passer_by.get(path) as answer:
            assert answer.status_code == 200


def test_an_ipv6_connection_counts_as_one_whatever_address_it_chooses(app: Flask) -> None:
    def told(address: str) -> str:
        with app.test_request_context("/", environ_base={"REMOTE_ADDR": address}):
            return limits.address()

    assert told("2001:db8:1:2::1") == told("2001:db8:1:2:ffff::2") != told("2001:db8:1:3::1")
    assert (told("192.0.2.7"), told("")) == ("192.0.2.7", "")


def test_a_flood_of_addresses_fills_no_memory(seconds: Seconds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST", 100)
    meter = Meter(Limits(address=TIGHT))
    for number in range(1000):
        assert meter.wait("address", number) == 0
        assert len(meter._buckets) <= 101
    seconds.now += 60
    meter.wait("address", "one more")
    for number in range(100):
        meter.wait("address", -number)
    assert len(meter._buckets) <= 101


def test_limits_are_settings_and_a_wrong_one_says_what_would_be_right() -> None:
    assert limits_of({}) == Limits()
    assert limits_of({"MASTERY_LIMIT_CLIENT": "90000/9000"}) == Limits(client=Limit(90_000, 9_000))
    for wrong in ("many", "10", "0/1", "10/0.5", "nan/1", "1/2/3"):
        with pytest.raises(InstallationError, match=r"MASTERY_LIMIT_PERSON .* such as 6000/1000"):
            limits_of({"MASTERY_LIMIT_PERSON": wrong})


# --- behind a proxy ---------------------------------------------------------------------------------------------------


def seen(trusted: str, remote: str, **headers: str) -> tuple[str, str]:
    """(address, scheme) that an application behind these proxies sees."""
    found = {}

    def application(environ: dict[str, str], start_response: object) -> Iterator[bytes]:
        found.update(environ)
        return iter(())

    environ = {"REMOTE_ADDR": remote, "wsgi.url_scheme": "http", **headers}
    BehindProxies(application, trusted_proxies({"MASTERY_TRUSTED_PROXIES": trusted}))(environ, lambda *_: None)
    return found["REMOTE_ADDR"], found["wsgi.url_scheme"]


@pytest.mark.parametrize(
    ("trusted", "remote", "forwarded", "proto", "expected"),
    [
        ("127.0.0.1", "127.0.0.1", "198.51.100.9", "https", ("198.51.100.9", "https")),
        ("127.0.0.1", "127.0.0.1", "1.1.1.1, 198.51.100.9", "https", ("198.51.100.9", "https")),
        ("127.0.0.1, 10.0.0.0/8", "127.0.0.1", "1.1.1.1, 198.51.100.9, 10.2.3.4", "http, https",
         ("198.51.100.9", "https")),
        ("127.0.0.1", "203.0.113.5", "198.51.100.9", "https", ("203.0.113.5", "http")),
        ("127.0.0.1", "127.0.0.1", "", "", ("127.0.0.1", "http")),
        ("127.0.0.1", "127.0.0.1", "unknown", "gopher", ("127.0.0.1", "http")),
        ("127.0.0.1", "::ffff:127.0.0.1", "2001:db8::1", "HTTPS", ("2001:db8::1", "https")),
    ],
)  # fmt: skip
def test_a_trusted_proxy_tells_who_calls_and_nobody_else_does(
    trusted: str, remote: str, forwarded: str, proto: str, expected: tuple[str, str]
) -> None:
    assert seen(trusted, remote, HTTP_X_FORWARDED_FOR=forwarded, HTTP_X_FORWARDED_PROTO=proto) == expected


def test_without_the_setting_no_proxy_is_believed(app: Flask) -> None:
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.9", "X-Forwarded-Host": "elsewhere.example"}
    answer = app.test_client().get("/sign-in", headers=told)
    assert "Strict-Transport-Security" not in answer.headers
    assert trusted_proxies({}) == ()
    with pytest.raises(InstallationError, match=r"such as 127\.0\.0\.1"):
        trusted_proxies({"MASTERY_TRUSTED_PROXIES": "the proxy"})
