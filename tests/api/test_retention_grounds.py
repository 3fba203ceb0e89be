"""Links and consents are kept five years after the record that they opened, and the person with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from factories import Factory
from record_world import with_grounds
from retention_world import DUE, LATER, Leavers, three_left
from sqlalchemy import Engine, select, text

from api.actions.deletions import keep_deletions, read_deletions, redo
from mastery.retention_schedule import Kind
from models.holds import lift_hold, place_hold, sign_rule
from models.links import BeyondAge
from models.retention import Tombstone
from models.roster import Guardianship, Person
from models.student_rows import key_digest
from models.unit_of_work import district_transaction

GROUNDS = {"link", "consent", "beyond_age"}
ACTS = {"audit_event", "audit_subject"}
# the record is deleted on 30 July 2025
GROUNDS_DUE = datetime(2030, 7, 30, 12, tzinfo=UTC)
ERASED = GROUNDS_DUE + timedelta(days=30)
DAY = timedelta(days=1)


@pytest.fixture
def leavers(engine: Engine, owner_engine: Engine) -> Leavers:
    """One of those who left had a link, a consent and who is kept beyond age."""
    made = three_left(engine, owner_engine)
    with district_transaction(engine, made.district.id) as session:
        make = Factory(session, made.district.id)
        student = session.get_one(Person, (made.district.id, made.bare.id))
        with_grounds(make, student, make.person("Grace", "Hopper"), make.guardian_of(student))
        session.commit()
    return made


def test_the_person_stays_as_long_as_links_and_consents(leavers: Leavers) -> None:
    name = leavers.bare.sourced_id
    leavers.retain(DUE)
    ended = leavers.retain(LATER)
    assert name in ended.deleted
    assert ended.erased == []
    kept = leavers.rows(leavers.bare)
    assert {"person", "enrollment", "guardianship", "disclosure", "account"} | GROUNDS <= kept.keys()
    assert "programme_enrollment" not in kept
    for day in (LATER + DAY, GROUNDS_DUE - DAY):
        assert name not in leavers.retain(day).hidden
    assert leavers.retain(GROUNDS_DUE, what_if=True).hidden == [name]
    assert leavers.retain(GROUNDS_DUE).hidden == [name]
    assert leavers.retain(ERASED - DAY).deleted == []
    would = leavers.retain(ERASED, what_if=True)
    assert (would.deleted, would.erased) == ([name], [name])
    assert leavers.rows(leavers.bare).keys() >= GROUNDS
    done = leavers.retain(ERASED)
    assert (done.deleted, done.erased) == ([name], [name])
    assert leavers.rows(leavers.bare).keys() == ACTS
    with district_transaction(leavers.engine, leavers.district.id) as session:
        (stone,) = session.scalars(select(Tombstone).where(Tombstone.at == ERASED, Tombstone.key_digest.is_not(None)))
    assert stone.rule.startswith("access_ground: 5 years after the end of the student's record")
    assert {table: stone.removed[table] for table in GROUNDS} == dict.fromkeys(GROUNDS, 1)


def test_a_district_signs_another_time_for_them(leavers: Leavers) -> None:
    with district_transaction(leavers.engine, leavers.district.id) as session:
        sign_rule(session, leavers.district.id, Kind.ACCESS_GROUND, "1 year", "RSA 3", "board", DUE.date(), DUE)
        session.commit()
    for now in (DUE, LATER):
        leavers.retain(now)
    next_year = LATER.replace(year=2026)
    assert leavers.retain(next_year - DAY).hidden == []
    assert leavers.retain(next_year).hidden == [leavers.bare.sourced_id]


def test_a_hold_of_them_holds_the_person_and_not_the_record(leavers: Leavers) -> None:
    with district_transaction(leavers.engine, leavers.district.id) as session:
        name = str(leavers.bare.identifier)
        key = place_hold(session, leavers.district.id, name, Kind.ACCESS_GROUND, "case", "counsel", None, DUE)
        session.commit()
    leavers.retain(DUE)
    assert leavers.bare.sourced_id in leavers.retain(LATER).deleted
    assert "programme_enrollment" not in leavers.rows(leavers.bare)
    for now in (GROUNDS_DUE, ERASED):
        done = leavers.retain(now)
        assert (done.hidden, done.deleted, done.held) == ([], [], 1)
    with district_transaction(leavers.engine, leavers.district.id) as session:
        lift_hold(session, leavers.district.id, key, "counsel", ERASED)
        session.commit()
    assert leavers.retain(ERASED).hidden == [leavers.bare.sourced_id]


@pytest.mark.parametrize("kind", [Kind.DISCLOSURE, Kind.AUDIT])
def test_a_hold_of_something_else_of_a_student_keeps_the_person(leavers: Leavers, kind: Kind) -> None:
    """Else the hold would go with whom it names."""
    with district_transaction(leavers.engine, leavers.district.id) as session:
        name = leavers.bare.sourced_id
        place_hold(session, leavers.district.id, name, kind, "case", "counsel", None, DUE)
        session.commit()
    for now in (DUE, LATER, GROUNDS_DUE, ERASED):
        assert leavers.bare.sourced_id not in leavers.retain(now).erased
    assert {"person", "legal_hold", "disclosure"} | GROUNDS <= leavers.rows(leavers.bare).keys()


def test_who_came_back_has_the_time_again(leavers: Leavers) -> None:
    for now in (DUE, LATER):
        leavers.retain(now)
    key = {"key": leavers.bare.id}
    with district_transaction(leavers.engine, leavers.district.id) as session:
        for table in ("enrollment", "person_role"):
            session.execute(text(f"UPDATE {table} SET ends_on = NULL WHERE person_id = :key"), key)
        session.commit()
    assert leavers.retain(GROUNDS_DUE).hidden == []
    with district_transaction(leavers.engine, leavers.district.id) as session:
        for table in ("enrollment", "person_role"):
            session.execute(text(f"UPDATE {table} SET ends_on = '2027-06-30' WHERE person_id = :key"), key)
        session.commit()
    # nothing of a record came of it, so it ended when it could: five years after 2027, and the grounds five later
    assert leavers.retain(datetime(2037, 6, 29, 12, tzinfo=UTC)).hidden == []
    assert leavers.retain(datetime(2037, 6, 30, 12, tzinfo=UTC)).hidden == [leavers.bare.sourced_id]


def test_of_who_works_in_the_district_now_they_end_and_the_person_stays(leavers: Leavers, tmp_path: Path) -> None:
    file, student = tmp_path / "deletions.jsonl", leavers.bare
    with district_transaction(leavers.engine, leavers.district.id) as session:
        make = Factory(session, leavers.district.id)
        make.role(session.get_one(Person, (leavers.district.id, student.id)), "teacher")
        session.commit()
    for now in (DUE, LATER, GROUNDS_DUE - DAY):
        leavers.retain(now)
    assert leavers.rows(student).keys() >= GROUNDS
    assert leavers.retain(GROUNDS_DUE).hidden == [student.sourced_id]
    assert leavers.retain(ERASED - DAY).deleted == []
    done = leavers.retain(ERASED)
    assert (done.deleted, done.erased) == ([student.sourced_id], [])
    left = leavers.rows(student)
    assert not GROUNDS & left.keys()
    assert {"person", "person_role", "account", "disclosure", "guardianship"} <= left.keys()
    for now in (ERASED + DAY, ERASED + 400 * DAY):
        again = leavers.retain(now)
        assert (again.hidden, again.deleted) == ([], [])
    keep_deletions(leavers.engine, file)
    with district_transaction(leavers.owner, leavers.district.id) as session:
        session.execute(text("DELETE FROM tombstone"))
        guardian = session.scalars(select(Guardianship.guardian_id).where(Guardianship.student_id == student.id)).one()
        session.add(
            BeyondAge(
                district_id=leavers.district.id, student_id=student.id, guardian_id=guardian, basis="dependent",
                begins_at=DUE, ends_at=None, recorded_by=guardian, recorded_at=DUE, withdrawn_at=None,
            )
        )  # fmt: skip
        session.commit()
    digest = key_digest(leavers.district.slug, student.sourced_id)
    mine = [one for one in read_deletions(file) if one["key_digest"] == digest]
    assert redo(leavers.owner, mine[:1], ERASED).students == 1
    assert "beyond_age" in leavers.rows(student)
    assert redo(leavers.owner, mine, ERASED).students == 1
    assert "beyond_age" not in leavers.rows(student)
    assert "person" in leavers.rows(student)


def test_each_deletion_is_done_again_after_a_restore(leavers: Leavers, tmp_path: Path) -> None:
    """The first leaves the person with the grounds, the second erases it; an older backup knows of neither."""
    file = tmp_path / "deletions.jsonl"
    for now in (DUE, LATER, GROUNDS_DUE, ERASED):
        leavers.retain(now)
    keep_deletions(leavers.engine, file)
    digest = key_digest(leavers.district.slug, leavers.bare.sourced_id)
    mine = [one for one in read_deletions(file) if one["key_digest"] == digest]
    assert len(mine) == 2
    with district_transaction(leavers.owner, leavers.district.id) as session:
        session.execute(text("DELETE FROM tombstone"))
        make = Factory(session, leavers.district.id)
        again = make.person("Bare", "Again")
        again.sourced_id = leavers.bare.sourced_id
        make.role(again, "student")
        with_grounds(make, again, make.person("Grace", "Again"), make.guardian_of(again))
        session.commit()
    assert redo(leavers.owner, mine[:1], ERASED).students == 1
    left = leavers.rows(again)
    assert left.keys() >= GROUNDS
    assert "programme_enrollment" not in left
    assert redo(leavers.owner, mine, ERASED).students == 1
    assert leavers.rows(again).keys() == ACTS
