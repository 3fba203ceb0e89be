"""Who a person is to students at an instant, in one statement: the ties that `mastery.access` reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, DateTime, Integer, bindparam, select, text
from sqlalchemy.orm import Session

from mastery.access import Basis, Consent, Order, Scope, Span, Subject, Tie, Viewer
from mastery.access_matrix import DataClass, Role
from mastery.links import OFFICES, Programme, of_age, signed_for, span_of
from mastery.roster import Role as Roster
from models.district import District
from models.links import Link, Organization, ProgrammeEnrollment
from models.queries_people import on
from models.roster import PersonRole, School

# the zone of the school that the student of a row belongs to first, as `zone_of_student` finds it
_ZONE = """
        SELECT s.time_zone FROM person_role r
        JOIN school s ON s.district_id = r.district_id AND s.id = r.school_id
        WHERE r.district_id = {row}.district_id AND r.person_id = {row}.student_id AND r.role = 'student'
        ORDER BY (r.begins_on IS NULL OR r.begins_on <= zone.today)
                AND (r.ends_on IS NULL OR r.ends_on >= zone.today) DESC,
            r."primary" DESC, r.id LIMIT 1
"""

# A viewer's days are compared in the zone of each row's school afterwards; here, so wide that none is missed (two dates
# of one instant are at most two days apart). A student's are compared here, with the date at the school of the row. A
# person whom the roster ended or disabled has no ties.
_RELATIONS = text(f"""
WITH zone AS (
    SELECT time_zone, sandbox, CAST(:at AS timestamptz) AS now,
        (CAST(:at AS timestamptz) AT TIME ZONE time_zone)::date AS today
    FROM district WHERE id = :district
), me AS (
    SELECT id FROM person WHERE district_id = :district AND id = :person AND active AND enabled
)
SELECT 'zone' AS kind, NULL::bigint AS key, NULL::date AS begins_on, NULL::date AS ends_on, time_zone AS zone,
    to_jsonb(sandbox) AS more FROM zone
UNION ALL
SELECT CASE WHEN e."primary" OR NOT EXISTS (
        SELECT FROM enrollment o WHERE o.district_id = e.district_id AND o.section_id = e.section_id
            AND o.role = 'teacher' AND o."primary"
            AND (o.begins_on IS NULL OR o.begins_on <= here.today) AND (o.ends_on IS NULL OR o.ends_on >= here.today)
    ) THEN 'teacher_of_record' ELSE 'co_teacher' END,
    e.section_id, e.begins_on, e.ends_on, s.time_zone, NULL
FROM me CROSS JOIN zone
JOIN enrollment e ON e.district_id = :district AND e.person_id = me.id AND e.role = 'teacher'
JOIN section c ON c.district_id = e.district_id AND c.id = e.section_id AND c.active
LEFT JOIN school s ON s.district_id = c.district_id AND s.id = c.school_id
CROSS JOIN LATERAL (SELECT (zone.now AT TIME ZONE coalesce(s.time_zone, zone.time_zone))::date AS today) AS here
WHERE (e.begins_on IS NULL OR e.begins_on <= zone.today + 2) AND (e.ends_on IS NULL OR e.ends_on >= zone.today - 2)
UNION ALL
SELECT CASE WHEN coalesce(s.kind, 'district') = 'district' THEN 'district_leader' ELSE 'school_administrator' END,
    r.school_id, r.begins_on, r.ends_on, s.time_zone, NULL
FROM me JOIN person_role r ON r.district_id = :district AND r.person_id = me.id AND r.role = 'administrator'
LEFT JOIN school s ON s.district_id = r.district_id AND s.id = r.school_id
UNION ALL
SELECT 'parent', g.student_id, g.begins_on, g.ends_on, (
        {_ZONE.format(row="g")}
    ), jsonb_build_object('birth_date', p.birth_date, 'orders', (
        SELECT jsonb_agg(jsonb_build_array(o.begins_at, least(o.ends_at, o.lifted_at), o.leaves)) FROM court_order o
        WHERE o.district_id = g.district_id AND o.student_id = g.student_id AND o.guardian_id = g.guardian_id
            AND 'access' = ANY(o.restricts)
    ), 'beyond', (
        SELECT jsonb_agg(jsonb_build_array(b.begins_at, least(b.ends_at, b.withdrawn_at))) FROM beyond_age b
        WHERE b.district_id = g.district_id AND b.student_id = g.student_id AND b.guardian_id = g.guardian_id
    ))
FROM me CROSS JOIN zone JOIN guardianship g ON g.district_id = :district AND g.guardian_id = me.id
JOIN person p ON p.district_id = g.district_id AND p.id = g.student_id
UNION ALL
SELECT 'student', me.id, NULL, NULL, NULL, NULL FROM me
WHERE EXISTS (SELECT FROM person_role r WHERE r.district_id = :district AND r.person_id = me.id AND r.role = 'student')
    OR EXISTS (SELECT FROM enrollment e WHERE e.district_id = :district AND e.person_id = me.id AND e.role = 'student')
UNION ALL
SELECT 'link', coalesce(l.student_id, l.section_id, l.school_id), NULL, NULL, (
        {_ZONE.format(row="c")}
    ), jsonb_build_object(
        'role', l.role, 'scope', l.scope, 'basis', l.basis, 'purpose', l.purpose, 'targets', l.targets,
        'share', l.share, 'begins', l.begins_at, 'ends', least(l.ends_at, l.revoked_at),
        'consent', CASE WHEN c.id IS NOT NULL THEN
            jsonb_build_array(c.begins_at, least(c.ends_at, c.withdrawn_at), c.classes) END,
        'born', CASE WHEN c.signed_by <> c.student_id THEN p.birth_date END
    )
FROM me CROSS JOIN zone JOIN link l ON l.district_id = :district AND l.person_id = me.id
LEFT JOIN consent c ON c.district_id = l.district_id AND c.id = l.consent_id AND c.recipient_id = l.person_id
    AND c.student_id = l.student_id
LEFT JOIN person p ON p.district_id = c.district_id AND p.id = c.student_id
WHERE l.begins_at <= :at AND (l.ends_at IS NULL OR l.ends_at > :at) AND (l.revoked_at IS NULL OR l.revoked_at > :at)
UNION ALL
SELECT 'in_section', e.section_id, NULL, NULL, NULL, to_jsonb(c.school_id)
FROM zone JOIN enrollment e ON e.district_id = :district AND e.person_id = :student AND e.role = 'student'
JOIN section c ON c.district_id = e.district_id AND c.id = e.section_id AND c.active
LEFT JOIN school s ON s.district_id = c.district_id AND s.id = c.school_id
CROSS JOIN LATERAL (SELECT (zone.now AT TIME ZONE coalesce(s.time_zone, zone.time_zone))::date AS today) AS here
WHERE (e.begins_on IS NULL OR e.begins_on <= here.today) AND (e.ends_on IS NULL OR e.ends_on >= here.today)
UNION ALL
SELECT 'at_school', r.school_id, NULL, NULL, NULL, NULL
FROM zone JOIN person_role r ON r.district_id = :district AND r.person_id = :student AND r.role = 'student'
LEFT JOIN school s ON s.district_id = r.district_id AND s.id = r.school_id
CROSS JOIN LATERAL (SELECT (zone.now AT TIME ZONE coalesce(s.time_zone, zone.time_zone))::date AS today) AS here
WHERE (r.begins_on IS NULL OR r.begins_on <= here.today) AND (r.ends_on IS NULL OR r.ends_on >= here.today)
UNION ALL
SELECT 'was_student', CAST(:student AS bigint), NULL, NULL, NULL, to_jsonb(EXISTS (
        SELECT FROM court_order o WHERE o.district_id = :district AND o.student_id = :student AND o.begins_at <= :at
            AND (o.ends_at IS NULL OR o.ends_at > :at) AND (o.lifted_at IS NULL OR o.lifted_at > :at)
    ))
WHERE NOT EXISTS (
        SELECT FROM pending_deletion d WHERE d.district_id = :district AND d.student_id = :student
    ) AND (EXISTS (
        SELECT FROM person_role r WHERE r.district_id = :district AND r.person_id = :student AND r.role = 'student'
    ) OR EXISTS (
        SELECT FROM enrollment e WHERE e.district_id = :district AND e.person_id = :student AND e.role = 'student'
    ))
""").bindparams(
    bindparam("district", type_=Integer),
    bindparam("person", type_=BigInteger),
    bindparam("student", type_=BigInteger),
    bindparam("at", type_=DateTime(timezone=True)),
)


@dataclass(frozen=True, slots=True)
class Relations:
    """A person as a viewer, the district's zone, the student they asked for, if it is one; `sandbox`: no real child."""

    viewer: Viewer
    zone: ZoneInfo
    subject: Subject | None
    sandbox: bool


def relations_of(
    session: Session, district_id: int, person_id: int | None, at: datetime, student_id: int | None = None
) -> Relations:
    """Everything that decides what a person may see at an instant, of one student or at all; one statement.

    No subject for who is no student of the district, now or ever.
    """
    asked = {"district": district_id, "person": person_id, "at": at, "student": student_id}
    rows = session.execute(_RELATIONS, asked).all()
    district = next(row for row in rows if row.kind == "zone")
    zone = ZoneInfo(district.zone)
    ties = tuple(tie for row in rows if (tie := _tie(row, zone, district_id)) is not None)
    return Relations(Viewer(district_id, person_id or 0, at, ties), zone, _subject(rows, district_id), district.more)


def viewer_of(session: Session, district_id: int, person_id: int | None, at: datetime) -> Viewer:
    """The person with every tie that may count at an instant."""
    return relations_of(session, district_id, person_id, at).viewer


def subject_of(session: Session, district_id: int, student_id: int, at: datetime) -> Subject | None:
    """The student's sections and schools at an instant; None for who is no student of the district, now or ever."""
    return relations_of(session, district_id, None, at, student_id).subject


def zone_of_student(session: Session, district_id: int, student_id: int | None, at: datetime) -> ZoneInfo:
    """The zone of the school that a student belongs to first, of those at an instant, else ever.

    The district's where that says none, or for nobody.
    """
    own = ZoneInfo(session.scalars(select(District.time_zone).where(District.id == district_id)).one())
    school = session.scalar(
        select(School.time_zone)
        .join(PersonRole, (PersonRole.district_id == School.district_id) & (PersonRole.school_id == School.id))
        .where(
            PersonRole.district_id == district_id, PersonRole.person_id == student_id, PersonRole.role == Roster.STUDENT
        )
        .order_by(on(at.astimezone(own).date(), PersonRole).desc(), PersonRole.primary.desc(), PersonRole.id)
        .limit(1)
    )
    return own if school is None else ZoneInfo(school)


def programmes_of(session: Session, district_id: int, student_id: int, at: datetime) -> list[Programme]:
    """The programmes with rules of their own that a student is in; a day more on each side, so that none is missed."""
    day = timedelta(days=1)
    rows = session.scalars(
        select(ProgrammeEnrollment.programme).where(
            ProgrammeEnrollment.district_id == district_id,
            ProgrammeEnrollment.student_id == student_id,
            ProgrammeEnrollment.begins_on.is_(None) | (ProgrammeEnrollment.begins_on <= at.date() + day),
            ProgrammeEnrollment.ends_on.is_(None) | (ProgrammeEnrollment.ends_on >= at.date() - day),
        )
    )
    return sorted({Programme(one) for one in rows})


def organization_of(session: Session, district_id: int, person_id: int, student_id: int) -> str | None:
    """The partner for which a person is linked to a student, by the newest link; None where no partner is named."""
    return session.scalar(
        select(Organization.name)
        .join(Link, (Link.district_id == Organization.district_id) & (Link.organization_id == Organization.id))
        .where(Link.district_id == district_id, Link.person_id == person_id, Link.student_id == student_id)
        .order_by(Link.id.desc())
        .limit(1)
    )


def _subject(rows: Iterable[Any], district_id: int) -> Subject | None:
    found: dict[str, list[Any]] = {"in_section": [], "at_school": [], "was_student": []}
    for row in rows:
        found.get(row.kind, []).append(row)
    if not found["was_student"]:
        return None
    schools = {row.key for row in found["at_school"]} | {row.more for row in found["in_section"]}
    return Subject(
        district_id,
        found["was_student"][0].key,
        frozenset(row.key for row in found["in_section"]),
        frozenset(school for school in schools if school is not None),
        found["was_student"][0].more,
    )


def _tie(row: Any, zone: ZoneInfo, district_id: int) -> Tie | None:
    if row.kind in ("teacher_of_record", "co_teacher"):
        return Tie(Role(row.kind), Scope.SECTION, row.key, _days(row, zone))
    if row.kind == "school_administrator":
        return Tie(Role.SCHOOL_ADMINISTRATOR, Scope.SCHOOL, row.key, _days(row, zone), linked=False)
    if row.kind == "district_leader":
        return Tie(Role.DISTRICT_LEADER, Scope.DISTRICT, district_id, _days(row, zone), linked=False)
    if row.kind == "student":
        return Tie(Role.STUDENT, Scope.STUDENT, row.key, basis=Basis.OWN_RIGHT)
    if row.kind == "parent":
        return _guardian(row, zone)
    return _link(row, zone, district_id) if row.kind == "link" else None


def _days(row: Any, zone: ZoneInfo) -> Span:
    return span_of(row.begins_on, row.ends_on, ZoneInfo(row.zone) if row.zone else zone)


def _guardian(row: Any, zone: ZoneInfo) -> Tie:
    there = ZoneInfo(row.zone) if row.zone else zone
    more = row.more
    return Tie(
        Role.PARENT,
        Scope.STUDENT,
        row.key,
        _days(row, zone),
        basis=Basis.OWN_RIGHT,
        orders=tuple(
            Order(_span(begins, ends), frozenset(map(DataClass, leaves)))
            for begins, ends, leaves in more["orders"] or ()
        ),
        of_age=of_age(date.fromisoformat(more["birth_date"]), there) if more["birth_date"] else None,
        beyond_age=tuple(_span(begins, ends) for begins, ends in more["beyond"] or ()),
    )


def _link(row: Any, zone: ZoneInfo, district_id: int) -> Tie:
    more = row.more
    role = Role(more["role"])
    return Tie(
        role,
        Scope(more["scope"]),
        district_id if row.key is None else row.key,
        _span(more["begins"], more["ends"]),
        linked=role not in OFFICES or more["basis"] == Basis.EMERGENCY,
        basis=Basis(more["basis"]),
        purpose=more["purpose"],
        consent=_consent(more, ZoneInfo(row.zone) if row.zone else zone),
        targets=None if more["targets"] is None else frozenset(more["targets"]),
        share=None if more["share"] is None else frozenset(map(DataClass, more["share"])),
    )


def _consent(more: Any, zone: ZoneInfo) -> Consent | None:
    if more["consent"] is None:
        return None
    begins, ends, classes = more["consent"]
    grown = of_age(date.fromisoformat(more["born"]), zone) if more["born"] else None
    return Consent(signed_for(_span(begins, ends), grown), frozenset(map(DataClass, classes)))


def _span(begins: str | None, ends: str | None) -> Span:
    return Span(_instant(begins), _instant(ends))


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
