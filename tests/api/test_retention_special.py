"""The record of who ever was in special education: the later of two times, holds of its own, and the family is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from retention_world import DUE, Leavers, three_left
from sqlalchemy import Engine, select

from api.actions.deletions import redo
from api.actions.retention import Notice
from mastery.links import Programme
from mastery.retention_schedule import Kind
from models.holds import place_hold, sign_rule
from models.links import ProgrammeEnrollment
from models.retention import Tombstone
from models.roster import Person
from models.student_rows import key_digest
from models.unit_of_work import district_transaction


@pytest.fixture
def leavers(engine: Engine, owner_engine: Engine) -> Leavers:
    return three_left(engine, owner_engine)


def in_special_education(leavers: Leavers, student: Person, programme: Programme = Programme.IDEA) -> None:
    """Put on file that a student was in a program for a while, years before they left."""
    with district_transaction(leavers.engine, leavers.district.id) as session:
        row = ProgrammeEnrollment(
            district_id=leavers.district.id, student_id=student.id, programme=programme, begins_on=date(2015, 9, 1),
            ends_on=date(2016, 6, 30),
        )  # fmt: skip
        session.add(row)
        session.commit()


def signed(leavers: Leavers, kind: Kind, keep: str) -> None:
    with district_transaction(leavers.engine, leavers.district.id) as session:
        sign_rule(session, leavers.district.id, kind, keep, "RSA 1:2", "board", DUE.date(), DUE)
        session.commit()


def test_who_ever_was_in_special_education_stays_two_years_longer_and_the_family_is_told(leavers: Leavers) -> None:
    in_special_education(leavers, leavers.mastered)
    in_special_education(leavers, leavers.bare, Programme.SECTION_504)
    first = leavers.retain(DUE)
    assert leavers.mastered.sourced_id not in first.hidden
    assert leavers.bare.sourced_id in first.hidden
    later = DUE.replace(year=2027)
    assert leavers.retain(later - timedelta(days=1)).notices == []
    notice = Notice(str(leavers.mastered.identifier), date(2027, 7, 29))
    for would in (True, False):
        done = leavers.retain(later, what_if=would)
        assert (done.hidden, done.notices) == ([leavers.mastered.sourced_id], [notice])
    assert leavers.retain(later + timedelta(days=29)).notices == [notice]  # until it is too late
    done = leavers.retain(later + timedelta(days=30))
    assert (done.deleted, done.notices) == ([leavers.mastered.sourced_id], [])
    with district_transaction(leavers.engine, leavers.district.id) as session:
        rules = session.scalars(select(Tombstone.rule).order_by(Tombstone.id)).all()
    assert (
        rules[-1]
        == "special_education: 7 years after the end of the last enrolment (default: special education, 7 years)"
    )


def test_of_the_two_times_the_later_counts_also_where_a_district_signs_its_own(leavers: Leavers) -> None:
    in_special_education(leavers, leavers.bare)
    signed(leavers, Kind.SPECIAL_EDUCATION, "6 years")
    signed(leavers, Kind.STUDENT_RECORD, "80 months")
    assert leavers.retain(datetime(2027, 2, 27, 12, tzinfo=UTC)).hidden == []
    assert leavers.bare.sourced_id in leavers.retain(datetime(2027, 2, 28, 12, tzinfo=UTC)).hidden
    with district_transaction(leavers.engine, leavers.district.id) as session:
        sign_rule(
            session, leavers.district.id, Kind.SPECIAL_EDUCATION, "permanent", "RSA 1:3", "board", DUE.date(), DUE
        )
        session.commit()
    done = leavers.retain(datetime(2027, 3, 1, 12, tzinfo=UTC))
    assert (done.spared, done.notices) == ([leavers.bare.sourced_id], [])


def test_a_hold_of_special_education_keeps_these_records_after_a_restore_too(leavers: Leavers) -> None:
    in_special_education(leavers, leavers.bare)
    later = DUE.replace(year=2027)
    with district_transaction(leavers.engine, leavers.district.id) as session:
        place_hold(session, leavers.district.id, None, Kind.SPECIAL_EDUCATION, "audit", "counsel", None, DUE)
        session.commit()
    for now in (later, later + timedelta(days=30)):
        assert leavers.bare.sourced_id not in leavers.retain(now).hidden
    assert leavers.rows(leavers.bare)["programme_enrollment"] == 1
    gone = {
        "district": leavers.district.slug, "kind": Kind.STUDENT_RECORD, "through": None, "rule": "test", "removed": {},
        "key_digest": key_digest(leavers.district.slug, leavers.bare.sourced_id), "at": later.isoformat(),
    }  # fmt: skip
    assert redo(leavers.owner, [gone], later).students == 0
    assert leavers.rows(leavers.bare)["programme_enrollment"] == 1
