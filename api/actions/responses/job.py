"""A file of answers goes through the ingest path, resumable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.actions.ingest import Intake
from api.actions.responses.file import ResponsesError, digest_of, read_q_matrix, read_rows, survey
from api.actions.responses.lanes import Lanes, Order, lanes_for
from api.actions.responses.sandbox import furnish, sandbox
from models.district import ImportJob
from models.unit_of_work import district_transaction

_KIND = "responses"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; `resumed_at` is the row it went on from."""

    district: str
    rows: int
    accepted: int
    duplicate: int
    resumed_at: int


def import_responses(
    intake: Intake, path: Path, district_name: str, now: datetime, q_matrix: Path | None = None,
    advance: Callable[[int, int], None] = lambda done, total: None, lanes: int | None = None,
) -> Imported:  # fmt: skip
    """Take a file of answers into the sandbox district of this name, which is made where it is not there.

    Rows commit in parts, and after each part how far all of them have come, so an import that was ended goes on where
    it stopped; the same file again changes nothing. `lanes` processes share the work, by default as many as the file
    is worth. Raises ResponsesError.
    """
    # begun first: its processes start while the file is looked through
    with Lanes(intake, lanes or lanes_for(path.stat().st_size)) as side_by_side:
        seen = survey(read_rows(path))
        if not seen.rows:
            raise ResponsesError(f"{path.name} has no rows")
        district = sandbox(intake.engine, district_name, now)
        file_digest = digest_of(path)
        with district_transaction(intake.engine, district.id) as session:
            sender = furnish(session, district.id, seen, read_q_matrix(q_matrix) if q_matrix else {}, now)
            start = _begin(session, district.id, file_digest, seen.rows, now)
            session.commit()
        accepted = duplicate = 0
        advance(start, seen.rows)
        for part in side_by_side.run(Order(sender, seen.has_times, now), islice(read_rows(path), start, None)):
            accepted += part.accepted
            duplicate += part.duplicate
            _reached(intake.engine, district.id, file_digest, part.end, seen.rows, now)
            advance(part.end, seen.rows)
    return Imported(district.slug, seen.rows, accepted, duplicate, start)


def _begin(session: Session, district_id: int, file_digest: str, total: int, now: datetime) -> int:
    job = session.get(ImportJob, (district_id, _KIND, file_digest))
    if job is None:
        session.add(ImportJob(district_id=district_id, kind=_KIND, file_digest=file_digest, total=total, began_at=now))
        return 0
    return job.position


def _reached(engine: Engine, district_id: int, file_digest: str, position: int, total: int, now: datetime) -> None:
    with district_transaction(engine, district_id) as session:
        job = session.get_one(ImportJob, (district_id, _KIND, file_digest))
        job.position = position
        job.ended_at = now if position == total else None
        session.commit()
