"""How many students of classes, and of schools, decided something themselves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Subquery, func, literal, select, union_all
from sqlalchemy.orm import Session

from mastery.agency import Sign
from mastery.profile import Kind
from mastery.roster import Role
from mastery.voice import Kind as Voice
from models.own_words import OwnWords
from models.queries_people import enrolled
from models.roster import Enrollment, School, Section
from models.voice import StudentVoice

_TOLD = {Voice.SURE: Sign.JUDGED, Voice.HARD: Sign.JUDGED, Voice.HELP: Sign.HELP, Voice.WAY: Sign.WAY}


def agency_of_classes(
    session: Session, district_id: int, sections: Collection[int], since: datetime, now: datetime
) -> dict[int, dict[Sign, int]]:
    """By class and sign how many of its students of today did it since an instant; one statement."""
    mine = enrolled(district_id, Role.STUDENT, now).where(Enrollment.section_id.in_(sections)).subquery("mine")
    signs = _signs(district_id, since)
    rows = session.execute(
        select(mine.c.section_id, signs.c.sign, func.count(signs.c.student_id.distinct()))
        .join(signs, signs.c.student_id == mine.c.person_id)
        .group_by(mine.c.section_id, signs.c.sign)
    )
    found: dict[int, dict[Sign, int]] = {one: {} for one in sections}
    for section, sign, count in rows:
        found[section][Sign(sign)] = count
    return found


def agency_of_schools(
    session: Session, district_id: int, since: datetime, now: datetime
) -> list[tuple[str, int, dict[Sign, int]]]:
    """Each school's name, how many students are in its classes today, and by sign how many did it; two statements."""
    mine = enrolled(district_id, Role.STUDENT, now).subquery("mine")
    here = (
        select(Section.school_id.label("school_id"), mine.c.person_id.label("person_id"))
        .join(mine, mine.c.section_id == Section.id)
        .where(Section.district_id == district_id)
        .distinct()
        .subquery("here")
    )
    signs = _signs(district_id, since)
    counted = session.execute(
        select(here.c.school_id, signs.c.sign, func.count(signs.c.student_id.distinct()))
        .join(signs, signs.c.student_id == here.c.person_id)
        .group_by(here.c.school_id, signs.c.sign)
    )
    did: dict[int, dict[Sign, int]] = {}
    for school, sign, count in counted:
        did.setdefault(school, {})[Sign(sign)] = count
    schools = session.execute(
        select(School.id, School.name, func.count(here.c.person_id))
        .join(here, here.c.school_id == School.id)
        .where(School.district_id == district_id)
        .group_by(School.id, School.name)
        .order_by(School.name, School.id)
    )
    return [(name, students, did.get(key, {})) for key, name, students in schools]


def _signs(district_id: int, since: datetime) -> Subquery:
    """Each thing that a student decided since an instant: who, and which sign of agency it is."""
    own = (OwnWords.district_id == district_id, OwnWords.said_at >= since, OwnWords.said_by == OwnWords.student_id)
    said = [~OwnWords.withdrawn, *own]
    parts = [
        select(OwnWords.student_id.label("student_id"), literal(Sign.CHOICE.value).label("sign")).where(
            OwnWords.kind == Kind.CHOICE, *said
        ),
        select(OwnWords.student_id, literal(Sign.DAY.value)).where(OwnWords.by_day.is_not(None), *said),
        *(
            select(StudentVoice.student_id, literal(sign.value)).where(
                StudentVoice.district_id == district_id, StudentVoice.kind == kind, StudentVoice.at >= since
            )
            for kind, sign in _TOLD.items()
        ),
    ]
    return union_all(*parts).subquery("signs")
