"""What of a district is due, held or deleted, as rows; deleting is for the role that owns the tables alone.

The role that serves requests can not delete evidence or signed acts, so what is here is said with the owner's engine
(`models.installation.Installation.owner_dsn`). Row security holds that role too: it sees the district of its
transaction.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mastery.audit import Act
from mastery.retention_schedule import Ending, Hold, Kind, Signed, span
from models.access import Account
from models.audit import SYSTEM, record
from models.district import SignInName
from models.locks import change_rules
from models.registry import bump
from models.retention import LegalHold, MasteredCompetency, PendingDeletion, RetentionRule, Tombstone
from models.student_rows import GROUNDS, End, delete_rows, key_digest

_AT_ONCE = 5000
# students who were enrolled, with the last day of it (none: it goes on), the zone of their last school, when their
# record was deleted last, and whether something of theirs is left that goes with it, or the person who is nothing else
# to anybody; the digest is that of `models.student_rows.key_digest`
_STUDENTS = """
    SELECT * FROM (
        SELECT p.id, p.sourced_id, t.ended_on, t.time_zone, d.since,
            (SELECT max(o.at) FROM tombstone o WHERE o.district_id = p.district_id AND o.kind = 'student_record'
                AND o.key_digest = encode(sha256(convert_to(i.slug || chr(10) || p.sourced_id, 'UTF8')), 'hex'))
                AS deleted_at,
            {left} AS has_record,
            {grounds} AS has_grounds,
            NOT EXISTS (SELECT FROM person_role r WHERE r.district_id = p.district_id AND r.person_id = p.id
                AND r.role <> 'student')
            AND NOT EXISTS (SELECT FROM enrollment e WHERE e.district_id = p.district_id AND e.person_id = p.id
                AND e.role <> 'student')
            AND NOT EXISTS (SELECT FROM guardianship g WHERE g.district_id = p.district_id AND g.guardian_id = p.id)
            AND NOT EXISTS (SELECT FROM link l WHERE l.district_id = p.district_id AND l.person_id = p.id)
            AND NOT EXISTS (SELECT FROM consent o WHERE o.district_id = p.district_id AND o.recipient_id = p.id)
                AS is_student_alone,
            EXISTS (SELECT FROM mastered_competency m WHERE m.district_id = p.district_id AND m.student_id = p.id)
            OR EXISTS (SELECT FROM standing s WHERE s.district_id = p.district_id AND s.student_id = p.id
                AND s.state = 'mastered' AND s.mastered_at IS NOT NULL) AS has_mastered,
            EXISTS (SELECT FROM programme_enrollment g WHERE g.district_id = p.district_id AND g.student_id = p.id
                AND g.programme = 'idea') AS was_special,
            coalesce(p.identifier, p.sourced_id) AS number
        FROM person p
        JOIN district i ON i.id = p.district_id
        JOIN LATERAL (
            SELECT CASE WHEN bool_and(ends_on IS NOT NULL) THEN max(ends_on) END AS ended_on,
                (array_agg(time_zone ORDER BY ends_on DESC NULLS FIRST))[1] AS time_zone, count(*) AS times
            FROM (
                SELECT e.ends_on, c.time_zone FROM enrollment e
                JOIN section s ON s.district_id = e.district_id AND s.id = e.section_id
                LEFT JOIN school c ON c.district_id = s.district_id AND c.id = s.school_id
                WHERE e.district_id = p.district_id AND e.person_id = p.id AND e.role = 'student'
                UNION ALL SELECT r.ends_on, c.time_zone FROM person_role r
                LEFT JOIN school c ON c.district_id = r.district_id AND c.id = r.school_id
                WHERE r.district_id = p.district_id AND r.person_id = p.id AND r.role = 'student'
            ) dated
        ) t ON t.times > 0
        LEFT JOIN pending_deletion d ON d.district_id = p.district_id AND d.student_id = p.id
        WHERE p.district_id = :district AND (CAST(:only AS bigint) IS NULL OR p.id = :only)
            AND NOT (p.id = ANY(:without))
    ) students
    WHERE since IS NOT NULL OR CAST(:only AS bigint) IS NOT NULL OR ended_on <= :before ORDER BY id
"""
_RECORDS = (
    "result",
    "standing",
    "confirmation",
    "subject_state",
    "flag",
    "move_part",
    "own_words",
    "revocation",
    "student_voice",
    "state_result",
    "window_exclusion",
    "test_step",
    "artefact",
    "submission",
    "amendment",
    "inspection",
    "programme_enrollment",
)


def _in_any(tables: Iterable[str]) -> str:
    rows = "EXISTS (SELECT FROM {} x WHERE x.district_id = p.district_id AND x.student_id = p.id)"
    return f"({' OR '.join(rows.format(table) for table in tables)})"


_KEEP_MASTERED = """
    INSERT INTO mastered_competency (district_id, student_id, target_guid, code, statement, subject, level, mastered_at,
        kept_at)
    SELECT s.district_id, s.student_id, n.guid, n.code, n.statement, s.subject, s.level, s.mastered_at, :now
    FROM standing s JOIN node n ON n.district_id = s.district_id AND n.id = s.target_id
    WHERE s.district_id = :district AND s.student_id = :student AND s.state = 'mastered' AND s.mastered_at IS NOT NULL
    ON CONFLICT (district_id, student_id, target_guid) DO NOTHING
"""
_OF_HELD = "account_id IN (SELECT a.id FROM account a WHERE a.district_id = :district AND a.person_id = ANY(:held))"


@dataclass(frozen=True, slots=True)
class Bulk:
    """Rows of a table that go once they are older than `:before`, but those that are kept for `:held` students."""

    table: str
    older: str
    kept: str
    key: str = "id"

    @property
    def rows(self) -> str:
        """The rows that go, as they stand behind FROM."""
        return f"{self.table} x WHERE district_id = :district AND {self.older} AND NOT ({self.kept})"


# kinds of which all rows of a district go that are older than a day
BULK: Mapping[Kind, tuple[Bulk, ...]] = {
    Kind.WAITING_RESULT: (
        Bulk(
            "quarantine",
            "received_at < :before",
            "coalesce(body->>'student', '') = ANY(SELECT unnest(ARRAY[identifier, sourced_id]) FROM person"
            " WHERE district_id = :district AND id = ANY(:held))",
        ),
    ),
    # a disclosure is kept as long as the record of a student whom it is about (FERPA 99.32)
    Kind.AUDIT: (
        Bulk(
            "audit_event",
            "at < :before",
            "EXISTS (SELECT FROM audit_subject s WHERE s.district_id = x.district_id AND s.event_id = x.id"
            " AND (s.student_id = ANY(:held) OR (x.act IN ('disclosure', 'disclosure_entered') AND EXISTS ("
            "SELECT FROM person p WHERE p.district_id = s.district_id AND p.id = s.student_id))))",
        ),
    ),
    Kind.SIGN_IN: (
        Bulk("account_session", "coalesce(ended_at, seen_at) < :before", _OF_HELD),
        Bulk("entry_code", "coalesce(used_at, ended_at, expires_at) < :before", "person_id = ANY(:held)", "digest"),
        Bulk("mail", "asked_at < :before", _OF_HELD),
        # those of programs, which hold nothing about a student
        Bulk("access_token", "expires_at < :before", "false", "digest"),
        Bulk("client_secret", "coalesce(ended_at, expires_at) < :before", "false"),
    ),
}


@dataclass(frozen=True, slots=True)
class Leaver:
    """A student who is or was enrolled, as far as the end of the record is concerned.

    `ended_on` is the last day of the last enrolment, None while one goes on; `since` when the record went out of sight,
    `deleted_at` when it was deleted last; `has_record` whether anything is left that goes with it, `has_grounds`
    whether links or consents are, `is_student_alone` that nobody else rests on the person; `was_special` that the
    record says of special education (IDEA), ever. `number` is the SIS id.
    """

    id: int
    sourced_id: str
    ended_on: date | None
    time_zone: str | None
    since: datetime | None
    deleted_at: datetime | None
    has_record: bool
    has_grounds: bool
    is_student_alone: bool
    has_mastered: bool
    was_special: bool
    number: str


def leavers(session: Session, district_id: int, before: date, without: Collection[int] = ()) -> list[Leaver]:
    """Those whose last enrolment ended by a day, and those whose record is out of sight already; by key."""
    return _leavers(session, district_id, before, None, without)


def leaver(session: Session, district_id: int, student_id: int) -> Leaver | None:
    """One student, held against another deletion until the transaction ends; None: is or was none, or is gone."""
    locked = text("SELECT id FROM person WHERE district_id = :district AND id = :student FOR UPDATE")
    if session.execute(locked, {"district": district_id, "student": student_id}).first() is None:
        return None
    return next(iter(_leavers(session, district_id, date.max, student_id, ())), None)


def _leavers(
    session: Session, district_id: int, before: date, only: int | None, without: Collection[int]
) -> list[Leaver]:  # fmt: skip
    values = {"district": district_id, "before": before, "only": only, "without": list(without)}
    rows = session.execute(text(_STUDENTS.format(left=_in_any(_RECORDS), grounds=_in_any(GROUNDS))), values)
    return [Leaver(*row) for row in rows]


def signed_rules(session: Session, district_id: int) -> list[Signed]:
    """What the district signed, oldest first."""
    rows = session.scalars(
        select(RetentionRule).where(RetentionRule.district_id == district_id).order_by(RetentionRule.id)
    )
    return [Signed(Kind(row.kind), span(row.keep), row.legal_basis, row.effective_from, row.at) for row in rows]


def holds_of(session: Session, district_id: int) -> list[Hold]:
    """The holds that nobody has lifted."""
    rows = session.scalars(select(LegalHold).where(LegalHold.district_id == district_id, LegalHold.lifted_at.is_(None)))
    return [Hold(row.student_id, None if row.kind is None else Kind(row.kind), row.until) for row in rows]


def hide(session: Session, district_id: int, students: Mapping[int, Ending], now: datetime) -> int:
    """Put students whose record is due, by key, out of sight, of programs too; how many were not before."""
    rows = [
        {"district_id": district_id, "student_id": student, "due_on": end.due_on, "rule": end.rule, "since": now}
        for student, end in students.items()
    ]
    if not rows:
        return 0
    bump(session, district_id, "roster")
    statement = insert(PendingDeletion).values(rows).on_conflict_do_nothing().returning(PendingDeletion.student_id)
    return len(session.execute(statement).all())


def spare(session: Session, district_id: int, students: Collection[int]) -> None:
    """Take students back into sight."""
    session.execute(
        delete(PendingDeletion).where(
            PendingDeletion.district_id == district_id, PendingDeletion.student_id.in_(students)
        )
    )
    bump(session, district_id, "roster")


def end_record(
    session: Session, district_id: int, slug: str, student: int, sourced_id: str, ending: Ending, now: datetime
) -> dict[str, int]:  # fmt: skip
    """Delete a student's record as the owner's role; a tombstone and the record of the act stay. Rows by table.

    No result comes in meanwhile. Whoever calls holds the person (`leaver`) and commits.
    """
    change_rules(session, district_id)
    if ending.keeps_mastered:
        session.execute(text(_KEEP_MASTERED), {"district": district_id, "student": student, "now": now})
    ends = [End.WITH_RECORD]
    if ending.erases_person:
        _free_names(session, district_id, student)
        ends.append(End.WITH_IDENTITY)
    if ending.erases_person or ending.ends_grounds:
        ends.append(End.WITH_GROUNDS)
    removed = delete_rows(session, district_id, student, ends)
    if not ending.keeps_mastered and not ending.erases_person:
        session.execute(
            delete(MasteredCompetency).where(
                MasteredCompetency.district_id == district_id, MasteredCompetency.student_id == student
            )
        )
    put_tombstone(session, district_id, Kind.STUDENT_RECORD, ending.rule, now, removed, key_digest(slug, sourced_id))
    bump(session, district_id, "roster")
    detail = {"what": Kind.STUDENT_RECORD, "rule": ending.rule, "rows": sum(removed.values())}
    record(session, district_id, SYSTEM, Act.DELETED, now, [student], detail=detail)
    return removed


def _free_names(session: Session, district_id: int, student: int) -> None:
    """Give the sign-in names of the person's accounts back to all districts."""
    names = session.scalars(
        select(Account.sign_in_name).where(Account.district_id == district_id, Account.person_id == student)
    ).all()
    digests = [hashlib.sha256(name.encode()).hexdigest() for name in names]
    session.execute(delete(SignInName).where(SignInName.name_digest.in_(digests)))


def put_tombstone(
    session: Session, district_id: int, kind: Kind, rule: str, at: datetime, removed: Mapping[str, int],
    digest: str | None = None, through: datetime | None = None,
) -> None:  # fmt: skip
    """Keep that something was deleted."""
    session.add(
        Tombstone(
            district_id=district_id, kind=kind, key_digest=digest, through=through, rule=rule, at=at,
            removed=dict(removed),
        )
    )  # fmt: skip
    session.flush()


def delete_older(
    session: Session, district_id: int, kind: Kind, before: datetime, held: Collection[int]
) -> Counter[str]:  # fmt: skip
    """Delete a part of the rows of a kind in BULK that are older than an instant, but those of held students.

    How many of which table; fewer than a whole part of each: none is left.
    """
    removed: Counter[str] = Counter()
    for bulk in BULK[kind]:
        statement = text(
            f"DELETE FROM {bulk.table} WHERE district_id = :district AND {bulk.key} IN (SELECT {bulk.key}"
            f" FROM {bulk.rows} ORDER BY {bulk.key} LIMIT :limit)"
        )
        values = {"district": district_id, "before": before, "held": list(held), "limit": _AT_ONCE}
        count: int = session.execute(statement, values).rowcount  # type: ignore[attr-defined]
        if count:
            removed[bulk.table] = count
    return removed


def is_whole_part(removed: Mapping[str, int]) -> bool:
    """Whether there may be more after so many."""
    return _AT_ONCE in removed.values()


def count_older(session: Session, district_id: int, kind: Kind, before: datetime, held: Collection[int]) -> int:
    """How many rows of a kind in BULK are older than an instant, but those of held students."""
    values = {"district": district_id, "before": before, "held": list(held)}
    return sum(session.execute(text(f"SELECT count(*) FROM {bulk.rows}"), values).scalar_one() for bulk in BULK[kind])


def tombstones(session: Session, district_id: int, slug: str) -> list[dict[str, Any]]:
    """All tombstones of a district as JSON values, oldest first: what an older backup does not know."""
    rows = session.scalars(select(Tombstone).where(Tombstone.district_id == district_id).order_by(Tombstone.id))
    return [
        {
            "district": slug, "kind": row.kind, "key_digest": row.key_digest,
            "through": row.through.isoformat() if row.through else None, "rule": row.rule, "at": row.at.isoformat(),
            "removed": row.removed,
        }
        for row in rows
    ]  # fmt: skip
