"""Flags as rows and as the law's values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from mastery.flags.life import Change, DismissReason, Flag, FlagKey, FlagState, Resolution
from mastery.flags.view import Finding, Scope, Severity
from models.bulk import insert_rows
from models.flag import Flag as FlagRow
from models.flag import FlagTransition

RULE_VERSION = "1"
_COLUMNS = (
    "district_id", "id", "student_id", "rule", "rule_version", "family", "scope", "target_id", "assessment_id",
    "severity", "state", "finding", "opened", "opened_at", "as_of", "close_met_on", "closed_at", "closed_on",
    "resolution", "dismiss_reason", "note", "policy_version", "version",
)  # fmt: skip
_TRANSITION_COLUMNS = ("district_id", "flag_id", "event", "from_state", "to_state", "reason", "at")


@dataclass(frozen=True, slots=True)
class StoredFlag:
    """A flag with its row's key and version."""

    id: int
    version: int
    flag: Flag


def scope_text(scope: Scope, scope_id: object) -> str:
    """The scope as one word of the unique key."""
    return f"{scope.value}:{scope_id}"


_LATEST = (
    "SELECT f.* FROM unnest(%(students)s::bigint[]) AS s CROSS JOIN LATERAL ("
    "SELECT id, version, student_id, rule, family, scope, severity, state, finding, opened, opened_at, close_met_on,"
    " closed_at, closed_on, resolution, dismiss_reason, note FROM flag"
    " WHERE district_id = %(district)s AND student_id = s ORDER BY id FOR UPDATE) AS f"
)


def asking_flags(district_id: int, students: Sequence[int]) -> tuple[str, dict[str, object]]:
    """The statement that holds the flags of these students until the transaction ends; `flags_of` reads its rows."""
    return _LATEST, {"district": district_id, "students": students}


def flags_of(rows: Sequence[tuple[Any, ...]]) -> dict[FlagKey, StoredFlag]:
    """The newest flag of every key."""
    found: dict[FlagKey, StoredFlag] = {}
    for key, version, *columns in rows:
        flag = _flag_of(*columns)
        found[flag.key] = StoredFlag(key, version, flag)
    return found


def _flag_of(
    student: int,
    rule: str,
    family: str,
    scope: str,
    severity: str,
    state: str,
    finding: Mapping[str, Any],
    opened: Mapping[str, Any],
    opened_at: datetime,
    close_met_on: date | None,
    closed_at: datetime | None,
    closed_on: date | None,
    resolution: str | None,
    dismiss_reason: str | None,
    note: str,
) -> Flag:
    """A row as the law's value."""
    kind, _, scope_id = scope.partition(":")
    return Flag(
        key=FlagKey(student, family, Scope(kind), int(scope_id)),
        rule=rule,
        state=FlagState(state),
        severity=Severity[severity],
        finding=finding_of(finding),
        opened_facts=opened["facts"],
        evidence=tuple(opened["evidence"]),
        opened_at=opened_at,
        added=tuple(opened["added"]),
        close_met_on=close_met_on,
        closed_at=closed_at,
        closed_on=closed_on,
        resolution=Resolution(resolution) if resolution else None,
        dismiss_reason=DismissReason(dismiss_reason) if dismiss_reason else None,
        note=note,
    )


def finding_of(stored: Mapping[str, Any]) -> Finding:
    """A finding from its JSON form."""
    return Finding(
        **{
            **stored,
            "severity": Severity[stored["severity"]],
            "scope": Scope(stored["scope"]),
            "evidence": tuple(stored["evidence"]),
        }
    )


def _finding_json(finding: Finding) -> str:
    return json.dumps({**asdict(finding), "severity": finding.severity.name})


def save_flags(
    session: Session,
    district_id: int,
    changed: Sequence[tuple[StoredFlag | None, Flag, Change]],
    policy_version: str,
    now: datetime,
) -> list[int]:
    """Write changed flags with a row for each step of their life; returns their keys in order.

    A change OPENED is a new row, also where an ended flag of the same key exists.
    """
    fresh = sum(1 for _, _, change in changed if change is Change.OPENED)
    new_ids = iter(_new_ids(session, fresh))
    keys, inserted, steps = [], [], []
    for stored, flag, change in changed:
        if change is Change.OPENED or stored is None:
            key = next(new_ids)
            inserted.append(_row(district_id, key, flag, policy_version, now))
        else:
            key = stored.id
            _update(session, district_id, stored, flag, policy_version, now)
        keys.append(key)
        if change is not Change.NONE:
            before = None if change is Change.OPENED or stored is None else stored.flag.state.value
            steps.append((district_id, key, change.value, before, flag.state.value, None, now))
    insert_rows(session, FlagRow, _COLUMNS, inserted)
    insert_rows(session, FlagTransition, _TRANSITION_COLUMNS, steps)
    return keys


def _new_ids(session: Session, count: int) -> list[int]:
    if not count:
        return []
    rows = session.execute(
        text("SELECT nextval(pg_get_serial_sequence('flag', 'id')) FROM generate_series(1, :count)"), {"count": count}
    )
    return [row[0] for row in rows]


def _opened_json(flag: Flag) -> str:
    return json.dumps({"facts": dict(flag.opened_facts), "evidence": list(flag.evidence), "added": list(flag.added)})


def _row(district_id: int, key: int, flag: Flag, policy_version: str, now: datetime) -> tuple[object, ...]:
    scope_id = int(flag.key.scope_id)
    return (
        district_id, key, flag.key.student, flag.rule, RULE_VERSION, flag.key.family,
        scope_text(flag.key.scope, scope_id), scope_id if flag.key.scope is Scope.TARGET else None,
        scope_id if flag.key.scope is Scope.ASSESSMENT else None, flag.severity.name, flag.state.value,
        _finding_json(flag.finding), _opened_json(flag), flag.opened_at, now, flag.close_met_on, flag.closed_at,
        flag.closed_on, flag.resolution and flag.resolution.value,
        flag.dismiss_reason and flag.dismiss_reason.value, flag.note, policy_version, 1,
    )  # fmt: skip


def _update(
    session: Session, district_id: int, stored: StoredFlag, flag: Flag, policy_version: str, now: datetime
) -> None:
    session.execute(
        update(FlagRow)
        .where(FlagRow.district_id == district_id, FlagRow.id == stored.id)
        .values(
            rule=flag.rule,
            severity=flag.severity.name,
            state=flag.state.value,
            finding={**asdict(flag.finding), "severity": flag.finding.severity.name},
            opened={
                "facts": dict(flag.opened_facts),
                "evidence": list(flag.evidence),
                "added": list(flag.added),
            },
            as_of=now,
            close_met_on=flag.close_met_on,
            closed_at=flag.closed_at,
            closed_on=flag.closed_on,
            resolution=flag.resolution and flag.resolution.value,
            policy_version=policy_version,
            version=FlagRow.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
