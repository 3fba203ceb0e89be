"""What is in the districts: announcements that wait, quarantine, states of another model version, orphans."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from api.actions.examination import safety
from api.actions.examination.backups import backups
from api.actions.examination.contracts import ended_contracts
from api.actions.examination.words import Check, Status, command
from mastery.credentials import OLD_AFTER
from mastery.estimate import MODEL_VERSION
from models.calibrations import load_model, switches
from models.clock import DemonstrationClock
from models.district import District
from models.district_end import DistrictEnd
from models.embedded import locks
from models.flag import LIVE_STATES
from models.installation import Embedded, Installation
from models.unit_of_work import district_transaction, shared_transaction

LATE_ANNOUNCEMENT = timedelta(minutes=1)
OLD_QUARANTINE = timedelta(days=7)
LATE_RETENTION = timedelta(days=2)
CLOCK_AHEAD = timedelta(minutes=5)
_NAMED = 5
_QUESTIONS = """
    SELECT
        (SELECT count(*) FROM outbox WHERE district_id = :district) AS announcements,
        (SELECT min(at) FROM outbox WHERE district_id = :district) AS announced_at,
        (SELECT count(*) FROM quarantine WHERE district_id = :district AND state = 'waiting') AS waiting,
        (SELECT min(received_at) FROM quarantine WHERE district_id = :district AND state = 'waiting') AS waiting_since,
        (SELECT max(received_at) FROM result WHERE district_id = :district) AS newest_result,
        (SELECT coalesce((SELECT at FROM audit_event WHERE district_id = :district AND act = 'retention_run'
            ORDER BY at DESC LIMIT 1), created_at) FROM district WHERE id = :district AND NOT sandbox) AS retained_at,
        (SELECT count(*) FROM standing s WHERE s.district_id = :district AND s.records > 0 AND NOT EXISTS (
            SELECT FROM evidence e JOIN result r ON r.district_id = e.district_id AND r.id = e.result_id
            WHERE e.district_id = s.district_id AND e.target_id = s.target_id AND r.student_id = s.student_id))
            AS unfounded,
        (SELECT count(*) FROM flag f WHERE f.district_id = :district AND f.state = ANY(:live)
            AND f.target_id IS NOT NULL AND NOT EXISTS (SELECT FROM standing s WHERE s.district_id = f.district_id
                AND s.student_id = f.student_id AND s.target_id = f.target_id)) AS loose_flags,
        (SELECT array_agg(DISTINCT c.name ORDER BY c.name) FROM client_secret s
            JOIN client c ON c.district_id = s.district_id AND c.id = s.client_pk
            WHERE s.district_id = :district AND c.revoked_at IS NULL AND s.ended_at IS NULL
                AND (s.expires_at IS NULL OR s.expires_at > :now) AND s.made_at < :old) AS old_secrets
"""
_WAITS_FOR = """
    SELECT missing_kind AS kind, count(*) AS number FROM quarantine WHERE district_id = :district AND state = 'waiting'
    GROUP BY missing_kind ORDER BY count(*) DESC, missing_kind LIMIT 1
"""
_STATES = """
    SELECT subject, model_version, count(*) AS number FROM subject_state
    WHERE district_id = :district AND state <> ''::bytea GROUP BY subject, model_version
"""
_BRINGS = {"student": "import roster DIR", "target": "import case FILE"}


@dataclass(frozen=True, slots=True)
class _Found:
    """The answers of one district."""

    slug: str
    answers: Any
    waits_for: str | None
    other_model: int


def checks(installation: Installation, app: Engine, now: datetime) -> Iterator[Check]:
    """The checks of all districts, seen as the role that serves requests sees them."""
    with shared_transaction(app) as session:
        rows = session.execute(select(District.id, District.slug, District.sandbox).order_by(District.id)).all()
        ended = session.scalars(select(DistrictEnd).where(DistrictEnd.destroyed_at.is_(None))).all()
    yield from ended_contracts(installation, ended, now)
    yield _school_clock(installation, [row.slug for row in rows if not row.sandbox])
    found = list(_ask(app, {row.id: row.slug for row in rows}, now))
    yield _relay(installation, found, now)
    yield _quarantine(installation, found, now)
    yield _model(installation, found)
    yield _time(found, now)
    yield _orphans(installation, found)
    real = {row.slug for row in rows if not row.sandbox}
    yield backups(installation, bool(real), now)
    if real:
        yield safety.public_address(installation)
    # a demonstration's secret is as old as its term
    yield _client_secrets(installation, [one for one in found if one.slug in real])
    yield _retention(installation, found, now)


def _school_clock(installation: Installation, real: Sequence[str]) -> Check:
    clock = DemonstrationClock(installation.data_dir) if installation.data_dir is not None else None
    if clock is None or not clock.is_there:
        return Check("school clock", Status.OK, "Districts go by this machine's clock.")
    if not real:
        return Check("school clock", Status.OK, "This is a demonstration, which goes by a clock of its own.")
    return Check(
        "school clock", Status.FAIL, f"The real district {real[0]} goes by a demonstration's clock.",
        f"rm {shlex.quote(str(clock.path))}",
    )  # fmt: skip


def _ask(app: Engine, districts: Mapping[int, str], now: datetime) -> Iterator[_Found]:
    for district_id, slug in districts.items():
        asked = {"district": district_id, "live": list(LIVE_STATES), "now": now, "old": now - OLD_AFTER}
        with district_transaction(app, district_id) as session:
            answers = session.execute(text(_QUESTIONS), asked).one()
            kind = session.execute(text(_WAITS_FOR), {"district": district_id}).first() if answers.waiting else None
            other_model = _states_of_another_model(session, district_id)
        yield _Found(slug, answers, kind.kind if kind else None, other_model)


def _states_of_another_model(session: Session, district_id: int) -> int:
    states = session.execute(text(_STATES), {"district": district_id}).all()
    switched = switches(session, district_id)
    version = {
        subject: load_model(session, district_id, switched[subject].in_force).version if subject in switched
        else MODEL_VERSION
        for subject in {row.subject for row in states}
    }  # fmt: skip
    return sum(row.number for row in states if row.model_version != version[row.subject])


def _relay(installation: Installation, found: Sequence[_Found], now: datetime) -> Check:
    """The relay empties the outbox within seconds; what is older tells that it does not run."""
    late = [one for one in found if one.answers.announced_at and now - one.answers.announced_at > LATE_ANNOUNCEMENT]
    if not late:
        return Check("announcements", Status.OK, "No announcement waits to be told to open pages.")
    count = sum(one.answers.announcements for one in late)
    oldest = min(one.answers.announced_at for one in late)
    told = f"{count} announcements wait, the oldest since {oldest.isoformat(timespec='seconds')}"
    database = installation.database
    if isinstance(database, Embedded) and not locks.is_held(database.data_dir / "serving"):
        return Check(
            "announcements", Status.WARN, f"{told}: nobody serves this installation, so nobody tells them.",
            command(installation, "serve"),
        )  # fmt: skip
    return Check(
        "announcements", Status.FAIL, f"{told}: the live process does not tell them, so open pages do not change.",
        "end the service and start it again: " + command(installation, "serve"),
    )  # fmt: skip


def _quarantine(installation: Installation, found: Sequence[_Found], now: datetime) -> Check:
    waiting = [one for one in found if one.answers.waiting]
    if not waiting:
        return Check("quarantine", Status.OK, "No result waits for a name to be known.")
    count = sum(one.answers.waiting for one in waiting)
    first = min(waiting, key=lambda one: one.answers.waiting_since)
    since = first.answers.waiting_since
    told = f"{count} results wait for a name to be known, the oldest since {since.date()} ({first.slug})"
    if now - since <= OLD_QUARANTINE:
        return Check("quarantine", Status.OK, f"{told}.")
    kind = first.waits_for or "student"
    if kind in _BRINGS:
        mend = command(installation, f"{_BRINGS[kind]} --district {first.slug}")
    else:
        mend = f"have the sender register it: PUT /api/v1/assessments/ID, for the district {first.slug}"
    return Check("quarantine", Status.WARN, f"{told}; most wait for an unknown {kind}.", mend)


def _model(installation: Installation, found: Sequence[_Found]) -> Check:
    old = [one for one in found if one.other_model]
    if not old:
        return Check("model version", Status.OK, "Every stored estimate is of the model in force for its subject.")
    count = sum(one.other_model for one in old)
    return Check(
        "model version", Status.WARN,
        f"{count} stored states are of another model than the one in force ({MODEL_VERSION} where nothing is "
        "calibrated); each is rebuilt with its student's next result.",
        _for_each(installation, "replay", old),
    )  # fmt: skip


def _time(found: Sequence[_Found], now: datetime) -> Check:
    newest = max((one.answers.newest_result for one in found if one.answers.newest_result), default=None)
    if newest is None or newest <= now + CLOCK_AHEAD:
        return Check("time of results", Status.OK, "No result was received in the future.")
    return Check(
        "time of results", Status.FAIL,
        f"A result was received at {newest.isoformat(timespec='seconds')}, which is still to come: this machine's "
        "clock was ahead or is behind now.",
        "turn on time synchronisation: `timedatectl set-ntp true`",
    )  # fmt: skip


def _orphans(installation: Installation, found: Sequence[_Found]) -> Check:
    loose = [one for one in found if one.answers.unfounded or one.answers.loose_flags]
    if not loose:
        return Check("derived rows", Status.OK, "Every standing and every live flag rests on evidence.")
    standings = sum(one.answers.unfounded for one in loose)
    flags = sum(one.answers.loose_flags for one in loose)
    return Check(
        "derived rows", Status.FAIL,
        f"{standings} standings have no evidence and {flags} live flags have no standing.",
        _for_each(installation, "replay", loose),
    )  # fmt: skip


def _client_secrets(installation: Installation, found: Sequence[_Found]) -> Check:
    old = [(one.slug, name) for one in found for name in one.answers.old_secrets or ()]
    if not old:
        return Check("client secrets", Status.OK, f"No program's secret is older than {OLD_AFTER.days} days.")
    return Check(
        "client secrets", Status.WARN,
        f"{len(old)} programs have a secret that is older than {OLD_AFTER.days} days.",
        "; ".join(
            command(installation, f"client rotate {shlex.quote(name)} --district {slug}") for slug, name in old[:_NAMED]
        ),
    )  # fmt: skip


def _retention(installation: Installation, found: Sequence[_Found], now: datetime) -> Check:
    late = [one for one in found if one.answers.retained_at and now - one.answers.retained_at > LATE_RETENTION]
    if not late:
        return Check("retention", Status.OK, "What is due to be deleted was looked for in every real district.")
    first = min(late, key=lambda one: one.answers.retained_at)
    return Check(
        "retention", Status.WARN,
        f"Since {first.answers.retained_at.date()} nobody looked for what is due to be deleted ({first.slug}"
        f"{f' and {len(late) - 1} more' if len(late) > 1 else ''}).",
        _for_each(installation, "retention run", late) + ", and once a night",
    )  # fmt: skip


def _for_each(installation: Installation, words: str, found: Sequence[_Found]) -> str:
    return "; ".join(command(installation, f"{words} --district {one.slug}") for one in found)
