"""The demonstration's LMS plugin: gets a token, registers assessments and posts results, as any plugin would.

How a request travels is somebody else's business: into the application in this process, or over the network.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import Flask

from api.demonstration.plan import TARGET, Assessment, Kind

# (method, path, headers, body) to (status, body)
Http = Callable[[str, str, Mapping[str, str], bytes | None], tuple[int, bytes]]
Document = dict[str, Any]
_UNAUTHORIZED = 401
_FORM = "application/x-www-form-urlencoded"


class PluginError(Exception):
    """The service did not take what was sent; the message says what it answered."""


class Plugin:
    """A machine client of the service with its credentials."""

    def __init__(self, http: Http, client_id: str, client_secret: str) -> None:
        self._http = http
        self._credentials = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._token: str | None = None

    def register(self, assessment: Assessment) -> None:
        """Put an assessment into the registry."""
        self._send("PUT", f"/api/v1/assessments/{quote(assessment.name)}", describe(assessment))

    def post(self, results: Sequence[Document]) -> None:
        """Post at most 500 results. Raises PluginError where one is neither taken nor there already."""
        answer = self._send("POST", "/api/v1/results", {"results": results})
        for entry in answer["results"]:
            if entry["status"] not in ("accepted", "duplicate"):
                raise PluginError(f"The result {entry['source_id']} was {entry['status']}: {json.dumps(entry)}")

    def _send(self, method: str, path: str, document: Document) -> Document:
        body = json.dumps(document).encode()
        status, answer = self._once(method, path, body)
        if status == _UNAUTHORIZED:
            # a token lasts an hour, and the clock may have gone further
            self._token = None
            status, answer = self._once(method, path, body)
        return _read(method, path, status, answer)

    def _once(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        headers = {
            "Authorization": f"Bearer {self._token or self._ask_for_token()}",
            "Content-Type": "application/json",
        }
        return self._http(method, path, headers, body)

    def _ask_for_token(self) -> str:
        headers = {"Authorization": f"Basic {self._credentials}", "Content-Type": _FORM}
        status, answer = self._http("POST", "/oauth/token", headers, b"grant_type=client_credentials")
        self._token = str(_read("POST", "/oauth/token", status, answer)["access_token"])
        return self._token


def _read(method: str, path: str, status: int, answer: bytes) -> Document:
    if not 200 <= status < 300:
        raise PluginError(f"{method} {path} was answered with {status}: {answer.decode(errors='replace')[:500]}")
    document: Document = json.loads(answer)
    return document


def in_process(app: Flask) -> Http:
    """Requests into an application of this process."""
    client = app.test_client(use_cookies=False)

    def http(method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> tuple[int, bytes]:
        answer = client.open(path, method=method, headers=dict(headers), data=body)
        return answer.status_code, answer.get_data()

    return http


def describe(assessment: Assessment) -> Document:
    """An assessment as the API wants it. Forms of practice name no questions: each time there are new ones."""
    kind = assessment.kind
    lists_items = kind in (Kind.QUIZ, Kind.TEST, Kind.CHECK)
    forms = [
        {
            "form": form,
            "items": [
                {"item": f"{code}-{form}{number}", "target": code, "max": 1, "dok": TARGET[code].dok}
                for code in codes
                for number in range(1, kind.questions + 1)
                if lists_items
            ],
        }
        for form, codes in assessment.forms
    ]
    return {
        "title": assessment.title,
        "purpose": kind.purpose.value,
        "dok": assessment.dok,
        "forms": forms,
        "blueprint": [{"target": code, "weight": 1, "dok": TARGET[code].dok} for code in assessment.blueprint],
    }
