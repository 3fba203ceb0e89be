"""Schemathesis asks what the OpenAPI document allows and what not: every answer is one that it describes.

What a token has no scope for is asked too: the answer is the 403 of the document, whatever is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from conftest_api import Machine, School, result
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.security.clients import SCOPES

CHECKS: list[Any] = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
]  # fmt: skip


@pytest.mark.parametrize("scope", [*SCOPES, ""])
def test_every_answer_is_described(app: Flask, machine: Callable[..., Machine], school: School, scope: str) -> None:
    lms = machine(school.district_id)
    lms.put_assessment("quiz-17")
    lms.post(result(school.students[0], "4.NF.A.1"))
    headers = machine(school.district_id, scope, name="narrow").headers if scope else {}
    app.testing = False  # an error is an answer then, as it is where the service runs
    document = app.test_client().get("/api/v1/openapi.json").json
    schema = schemathesis.openapi.from_dict(document)
    schema.app = app
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        needs = {one for entry in operation.definition.raw.get("security", []) for one in entry.get("oauth2", ())}
        if scope and not needs:
            continue  # open to everyone: asked without a token
        for mode in GenerationMode:
            if mode is GenerationMode.NEGATIVE and not (len(operation.body) or len(operation.query)):
                continue  # any text may stand in a path, so none is wrong there
            _ask(operation, mode, headers, refused=bool(scope) and needs != {scope})
            asked += 1
    assert asked >= 8


def _ask(operation: Any, mode: GenerationMode, headers: dict[str, str], *, refused: bool) -> None:
    @settings(
        max_examples=2 if refused else 6, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        answer = case.call_and_validate(headers=headers, checks=CHECKS)
        # "default" describes the shape of any problem; each status that we know of is described by itself
        assert str(answer.status_code) in case.operation.definition.raw["responses"]
        # a text such as ".." in a path leads to no route, whoever asks
        nowhere = refused and case.call().status_code == 404
        assert answer.status_code == 404 if nowhere else (answer.status_code == 403) == refused, case.operation.label

    ask()
