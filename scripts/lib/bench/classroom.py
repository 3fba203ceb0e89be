"""A class that is measured: a teacher who may sign in, students, targets, a client that posts for them."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from factories import Factory

from api.actions.accounts import create_account
from api.actions.districts import create_district
from api.security.clients import SCOPES, NewClient, create_client
from api.services import Services
from bench.report import token_of
from models.unit_of_work import district_transaction

PASSWORD = "for one measurement"
_POSTED_TOGETHER = 50


@dataclass(frozen=True)
class Classroom:
    """Who is in it and what is taught in it; ids of students and codes of targets as senders write them."""

    teacher: str
    section: int
    students: list[str]
    targets: list[str]
    client: NewClient


def furnish(services: Services, name: str, students: int, targets: int) -> Classroom:
    """A district with one class."""
    now = services.clock()
    district = create_district(services.engine, name, None, "America/New_York", now)
    with district_transaction(services.engine, district.id) as session:
        make = Factory(session, district.id)
        section = make.section(make.school())
        teacher = make.teacher(section)
        make.role(teacher, "teacher", section.school_id)
        people = [make.student(section, f"Given{number}", f"Family{number:02d}") for number in range(students)]
        nodes = [make.target(f"5.NF.{number}", f"I can do the thing of number {number}.") for number in range(targets)]
        client = create_client(session, district.id, "bench", tuple(SCOPES), now)
        sign_in_name = f"teacher@{district.slug}"
        create_account(session, district.id, sign_in_name, PASSWORD, teacher.id, now)
        session.commit()
        return Classroom(
            sign_in_name, section.id, [str(one.identifier) for one in people], [str(one.code) for one in nodes], client
        )


class Sender:
    """The class's LMS."""

    def __init__(self, port: int, classroom: Classroom) -> None:
        self._port, self._token = port, token_of(port, classroom.client)
        self._put("/assessments/bench", {"title": "Bench", "purpose": "formative", "forms": [{"form": "A"}]})

    def post(self, results: Sequence[dict[str, Any]]) -> None:
        """Post results, some at a time. RuntimeError where one is not taken."""
        for start in range(0, len(results), _POSTED_TOGETHER):
            some = results[start : start + _POSTED_TOGETHER]
            answer = self._send("POST", "/results", {"results": some})
            refused = [entry for entry in answer["results"] if entry["status"] != "accepted"]
            if refused:
                raise RuntimeError(str(refused[0]))

    def _put(self, path: str, body: dict[str, Any]) -> None:
        self._send("PUT", path, body)

    def _send(self, method: str, path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/api/v1{path}",
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


def sitting(student: str, targets: Sequence[str], at: datetime, items: Sequence[int], name: str) -> dict[str, Any]:
    """A result of a quiz with the same answers (1 right, 0 wrong) to questions of its own on each of some targets."""
    return {
        "source_id": f"{name}-{student}", "student": student, "assessment": "bench", "form": "A",
        "purpose": "formative", "evidence_type": "quiz", "performed_at": at.isoformat(),
        "scored_at": (at + timedelta(seconds=1)).isoformat(),
        "targets": [
            {
                "target": target, "score": sum(items), "max": len(items),
                "items": [
                    {"item": f"{name}-{target}-{place}", "score": right, "max": 1} for place, right in enumerate(items)
                ],
            }
            for target in targets
        ],
    }  # fmt: skip
