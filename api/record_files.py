"""A student's complete record as two files, written from the command line as the page writes it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import render_template
from flask_babel import force_locale
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api.actions.complete_record import complete_record
from api.actions.record_reader import name_use
from api.app import create_app
from api.pages.record_sheet import sheets
from api.services import Services
from models.audit import SYSTEM
from models.district import District
from models.queries_artefacts import content_of, work_of
from models.queries_student import student_head
from models.registry import context
from models.roster import Person
from models.unit_of_work import district_transaction

_STYLE = Path(__file__).parent / "static" / "style.css"


class RecordError(Exception):
    """The record can not be written; the message says why."""


def write_record(services: Services, district: District, sis_id: str, folder: Path, language: str) -> list[Path]:
    """Write record.json, record.html and the files that were handed in into `folder`, for the owner's eyes alone.

    Returns their paths. Raises RecordError.
    """
    now = services.clock()
    app = create_app(services.installation, services.clock)
    try:
        with district_transaction(services.engine, district.id) as session, app.test_request_context():
            student = session.scalar(
                select(Person.id).where(
                    Person.district_id == district.id, or_(Person.identifier == sis_id, Person.sourced_id == sis_id)
                )
            )
            if student is None:
                raise RecordError(f"There is no student {sis_id!r} in the roster of {district.name}.")
            document = complete_record(session, district.id, student, SYSTEM, now)
            zone = ZoneInfo(district.time_zone)
            stamps = context(session, district.id).stamps
            graph = services.intake.graphs.get(session, district.id, stamps.graph)
            use = name_use(session, district.id, student, now)
            with force_locale(language):
                page = render_template(
                    "record_file.html", document=document,
                    head=student_head(session, district.id, student, use),
                    sheets=sheets(document, zone, graph), made_at=now, zone=zone, style=_STYLE.read_text(),
                )  # fmt: skip
            files = _work_of(session, district.id, student)
            session.commit()
    finally:
        app.extensions["mastery"].dispose()
    told = {"record.json": json.dumps(document, ensure_ascii=False, indent=2), "record.html": page}
    return _written(folder, {name: text.encode() for name, text in told.items()} | files)


def _work_of(session: Session, district_id: int, student: int) -> dict[str, bytes]:
    """The files that the student handed in, by the names under which they are written; the mark keeps them apart."""
    files, _total = work_of(session, district_id, student, None)
    return {
        f"{one.artefact.content[:12]}-{one.name}": content_of(session, district_id, bytes.fromhex(one.artefact.content))
        for one in files
    }


def _written(folder: Path, files: dict[str, bytes]) -> list[Path]:
    paths = []
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for name, content in files.items():
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            paths.append(folder / name)
    except OSError as error:
        raise RecordError(f"{folder} can not be written ({error.strerror}): name a new folder.") from error
    return paths
