"""Answers that show students to a program: whom they show is on record before they leave."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from api.actions.looking import read_by_program
from api.security.guards import caller
from api.services import services
from api.v1.paging import conditional


def shown(session: Session, students: Collection[int], document: dict[str, Any]) -> Response:
    """The document with its ETag; `students` are those of whom something is in it. 304, like HEAD, shows nobody.

    Called within the transaction that read it, and commits that.
    """
    answer = conditional(document)
    if students and answer.status_code == 200 and request.method == "GET":
        read_by_program(session, caller(), request.endpoint or "", students, services().clock())
        session.commit()
    return answer
