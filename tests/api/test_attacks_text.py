"""Texts that are code somewhere: to the database, to templates, to the file system. Here they are texts."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from conftest_api import Machine, School
from every_row import fingerprint
from factories import NOW, new_district
from flask import Flask
from flask.testing import FlaskClient
from furnished import Furnished, furnish
from hypothesis import given, settings
from hypothesis import strategies as st
from page_world import PageWorld
from roster_files import RosterFiles
from sqlalchemy import Engine, update

from api.actions.roster import take_roster
from api.interop.oneroster import RosterUnreadable
from api.security.limits import METER, Meter
from mastery.rate import Limit, Limits
from models.backup import DUMP, MANIFEST, BackupError, read_manifest
from models.graph import Node
from models.roster import Person
from models.unit_of_work import district_transaction

NASTY = (
    "' OR '1'='1", "1; DROP TABLE person; --", "\\'; SELECT pg_sleep(10); --", "%' UNION SELECT NULL--", "\x00",
    "{{7*7}}", "${7*7}", "%(name)s%n%s", "../../../../etc/passwd", "\U0001f600", "1e309", "-1", "9" * 40, "x" * 3000,
)  # fmt: skip
PARAMETERS = (
    "page", "section", "order", "which", "term", "around", "partial", "limit", "after", "student", "state", "next",
    "subject", "target", "severity", "rule",
)  # fmt: skip
FIELDS = (*PARAMETERS, "name", "password", "version", "level", "reason", "language")
NAMES = cycle(PARAMETERS)


@pytest.fixture
def unlimited(page_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many requests in no time are what this is about."""
    wide = Limit(1e9, 1e9)
    monkeypatch.setitem(page_app.extensions, METER, Meter(Limits(wide, wide, wide, wide)))


@pytest.fixture
def full(page_world: PageWorld) -> Furnished:
    return furnish(page_world)


def routes(app: Flask, machines: bool) -> Iterator[tuple[str, str]]:
    """(method, rule) of each route of the pages, or of the interface."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or rule.rule.startswith(("/api/", "/oauth/", "/healthz")) is not machines:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule.rule


def filled(rule: str, text: str, keys: dict[str, int]) -> str:
    """The address with a text in each place for one, and a key in each place for one."""
    return re.sub(
        r"<(?:(\w+):)?(\w+)>",
        lambda found: str(keys.get(found[2], 1)) if found[1] == "int" else quote(text, safe=""),
        rule,
    )


def answered(client: FlaskClient, method: str, url: str, **sent: Any) -> None:
    answer = client.open(url, method=method, **sent)
    assert answer.status_code < 500, (method, url, sent)


@pytest.mark.usefixtures("unlimited")
def test_no_text_in_any_parameter_of_any_page_breaks_it(full: Furnished) -> None:
    world = full.world
    client = world.client("teacher")
    token = client.token()
    before = fingerprint(world.engine, world.district_id, ["person", "result", "evidence", "node"])
    keys = {"student_id": world.student.id, "target_id": world.target.id, "section_id": world.section.id}
    texts = cycle(NASTY)
    for method, rule in routes(world.app, machines=False):
        for text in islice(texts, 3 if rule != "/sign-out" else 0):
            url = filled(rule, text, keys)
            if method == "GET":
                answered(client.client, method, url, query_string=dict.fromkeys(PARAMETERS, text))
                answered(client.client, method, url, query_string={next(NAMES): text})
            else:
                answered(client.client, method, url, data=dict.fromkeys(FIELDS, text) | {"csrf_token": token})
    for text in NASTY:
        answered(client.client, "GET", f"/students/{quote(text, safe='')}")
    assert fingerprint(world.engine, world.district_id, ["person", "result", "evidence", "node"]) == before


@pytest.mark.usefixtures("unlimited")
def test_no_text_in_any_parameter_of_the_interface_breaks_it(
    machine: Callable[..., Machine], school: School, engine: Engine, app: Flask
) -> None:
    lms = machine(school.district_id)
    before = fingerprint(engine, school.district_id, ["person", "node", "client"])

    @settings(max_examples=10, deadline=None, database=None)
    @given(st.one_of(st.sampled_from(NASTY), st.text(max_size=30)), st.sampled_from(list(routes(app, machines=True))))
    def ask(text: str, route: tuple[str, str]) -> None:
        method, rule = route
        url = filled(rule, text, {})
        for query in (dict.fromkeys(PARAMETERS, text), {next(NAMES): text}):
            answered(lms.http, method, url, query_string=query, headers=lms.headers)

    ask()
    assert fingerprint(engine, school.district_id, ["person", "node", "client"]) == before


CODE = ("{{7*7}}", "{%raw%}", "${7*7}", "#{7*7}", "%(name)s %s %d", "<b>7</b>", "{{config}}", "&lt;i&gt;")


def test_code_in_names_and_statements_is_shown_as_it_is(full: Furnished) -> None:
    world = full.world
    text = " ".join(CODE)
    with district_transaction(world.engine, world.district_id) as session:
        session.execute(update(Person).where(Person.id == world.student.id).values(given_name=text))
        session.execute(update(Node).values(statement=f"I can {text}."))
        session.commit()
    teacher = world.client("teacher")
    shown = 0
    of_student = f"/students/{world.student.id}"
    of_target = f"{of_student}/targets/{world.target.id}"
    for url in ("/today", "/students", of_student, of_target, f"{of_student}/map", f"/classes/{world.section.id}"):
        page = teacher.get(url)
        assert teacher.response is not None
        html = teacher.response.get_data(as_text=True)
        assert "<b>7</b>" not in html
        assert "SECRET_KEY" not in html
        shown += text in page.text
    assert shown >= 4


# --- the file system --------------------------------------------------------------------------------------------------

TRAVERSING = ("../{}", "../../../../tmp/{}", "/{}", "..\\{}", "C:\\{}", "a/../../{}")


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("name", TRAVERSING)
def test_a_member_of_a_roster_that_names_another_place_writes_and_reads_nothing_there(
    engine: Engine, app: Flask, tmp_path: Path, name: str
) -> None:
    files = RosterFiles(tmp_path)
    district_id = new_district(engine)
    evil = tmp_path / "evil.zip"
    with zipfile.ZipFile(evil, "w") as archive:
        for path in files.folder.glob("*.csv"):
            archive.writestr(name.format(path.name), path.read_bytes())
    (tmp_path / "users.csv").write_text("a file of somebody else")
    before = tree(tmp_path), fingerprint(engine, district_id, ["client"])
    intake = app.extensions["mastery"].intake
    with suppress(RosterUnreadable):
        take_roster(intake, district_id, evil, NOW)
    assert (tree(tmp_path), fingerprint(engine, district_id, ["client"])) == before
    assert (tmp_path / "users.csv").read_text() == "a file of somebody else"


@pytest.mark.parametrize("name", TRAVERSING)
def test_a_member_of_a_backup_that_names_another_place_is_no_backup(tmp_path: Path, name: str) -> None:
    evil = tmp_path / "evil.backup"
    with zipfile.ZipFile(evil, "w") as archive:
        archive.writestr(name.format(MANIFEST), json.dumps({"format": 1}))
        archive.writestr(name.format(DUMP), b"PGDMP")
    with pytest.raises(BackupError, match="is no whole backup"):
        read_manifest(evil)
    assert tree(tmp_path) == {"evil.backup"}


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py",
                                  "/static/..%5capp.py", "/static/%00"])  # fmt: skip
def test_our_own_files_are_served_from_their_folder_alone(page_app: Flask, path: str) -> None:
    with page_app.test_client().get(path) as answer:
        assert answer.status_code == 404
