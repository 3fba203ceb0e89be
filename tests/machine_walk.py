"""What the walks of programs share: their routes, what is asked at each, and answers to compare byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from access_walk import fill, guard_of
from access_world import people_of_every_role
from conftest_api import result
from flask import Flask
from machine_world import MachineWorld, Names, machines_of
from page_world import PageWorld
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from api.security import guards
from api.security.limits import METER, Meter
from mastery.rate import Limit, Limits

MACHINE = "machine: "


@pytest.fixture
def walked(page_world: PageWorld, monkeypatch: pytest.MonkeyPatch) -> MachineWorld:
    """The world; nothing is remembered of other tests, and nobody asks too much."""
    monkeypatch.setattr(guards, "_remembered", {})
    endless = Limit(1e9, 1e9)
    meter = Meter(Limits(endless, endless, endless, endless))
    monkeypatch.setitem(page_world.app.extensions, METER, meter)
    return machines_of(people_of_every_role(page_world))


def machine_routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every route of programs and method of it that the program's guard is asked about."""
    for rule in app.url_map.iter_rules():
        if guard_of(app, rule).startswith(MACHINE):
            for method in sorted((rule.methods or set()) - {"OPTIONS"}):
                yield rule, method


def reads(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Those of them that programs read by."""
    return ((rule, method) for rule, method in machine_routes(app) if method == "GET")


def scope_of(app: Flask, rule: Rule) -> str:
    """The scope that a route of programs asks for."""
    return guard_of(app, rule).removeprefix(MACHINE)


def body(rule: Rule, names: Names) -> dict[str, Any]:
    """What a route takes, where it takes anything."""
    if rule.endpoint == "results.post_results":
        return {"json": {"results": [posted(names)]}}
    if rule.endpoint == "assessments.put_assessment":
        return {"json": described(names)}
    return {}


def posted(names: Names) -> dict[str, Any]:
    """A new result."""
    return result(
        names.student, names.target, source_id="walked", assessment=names.assessment_id, scorer=names.scorer
    )  # fmt: skip


def described(names: Names) -> dict[str, Any]:
    """An assessment with a target in each place that takes one."""
    return {
        "title": "Walked", "purpose": "formative", "blueprint": [{"target": names.target}],
        "forms": [{"form": "A", "items": [{"item": "q1", "target": names.target}]}],
    }  # fmt: skip


def open_at(
    walked: MachineWorld, rule: Rule, method: str, names: Names, token: str | None, **more: Any
) -> TestResponse:
    """What a route answers that is asked of these names with a token; `query` goes behind the address."""
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    sent = body(rule, names) if method in ("POST", "PUT") else {}
    url = fill(rule, names.address()) + more.pop("query", "")
    return walked.app.test_client().open(url, method=method, headers=headers, **sent | more)


def bare(answer: TestResponse, **names: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    """An answer to the byte, its length and all its headers with it, but for the day; `names` are replaced."""
    text = answer.data
    for name, value in names.items():
        text = text.replace(value.encode(), f"({name})".encode())
    return answer.status_code, text, sorted((name, value) for name, value in answer.headers if name != "Date")


def nothing_like(name: str) -> str:
    """A name of the same shape that nobody has."""
    return f"~{name[1:]}"


def nowhere(names: Names) -> Names:
    """Names of the same shapes that nothing has."""
    return replace(names, **{one.name: nothing_like(getattr(names, one.name)) for one in fields(names)})


def named(names: Names, some: Iterable[str]) -> dict[str, str]:
    """Some of the names."""
    return {one: getattr(names, one) for one in some}
