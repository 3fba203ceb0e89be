"""What is due goes out of sight, then for good; a hold keeps it; what is left is proved; what was deleted stays so."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from factories import Factory
from record_world import with_sign_in
from retention_world import DUE, LATER, Leavers, three_left
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from api.actions.deletions import DeletionsError, Redone, joined, keep_deletions, known_deletions, read_deletions, redo
from api.actions.replay import verify
from api.actions.retention import Retained, retain
from mastery.audit import Act
from mastery.retention_schedule import Kind
from models import retention_store
from models.access import AccessToken, ClientSecret
from models.audit import SYSTEM, AuditEvent, record
from models.evidence import Quarantine
from models.holds import RetentionError, lift_hold, place_hold, placed_holds, sign_rule
from models.installation import Installation
from models.queries_access import subject_of
from models.retention import MasteredCompetency, Tombstone
from models.roster import Enrollment, Person
from models.student_rows import STUDENT_ROWS, End, key_digest
from models.tables import METADATA
from models.unit_of_work import district_transaction

OF_ACCOUNT = ("account_session", "account_identity", "second_factor", "recovery_code", "mail")


@pytest.fixture
def leavers(engine: Engine, owner_engine: Engine) -> Leavers:
    return three_left(engine, owner_engine)


def test_the_end_of_a_record_comes_in_two_steps(leavers: Leavers) -> None:
    before = leavers.retain(DUE - timedelta(days=1))
    assert (before.hidden, before.deleted) == ([], [])
    # the waiting result is of 2026, and the record of the acts as well: nothing else is due
    everyone = [leavers.everything, leavers.mastered, leavers.bare]
    sourced_ids = [one.sourced_id for one in everyone]
    would = leavers.retain(DUE, what_if=True)
    assert (would.hidden, would.deleted) == (sourced_ids, [])
    assert leavers.retain(DUE).hidden == sourced_ids
    assert leavers.retain(DUE + timedelta(days=29)).deleted == []
    with district_transaction(leavers.engine, leavers.district.id) as session:
        seen = [subject_of(session, leavers.district.id, one.id, DUE) for one in (*everyone, leavers.stays)]
    assert [one is not None for one in seen] == [False, False, False, True]
    assert leavers.retain(LATER, what_if=True).deleted == sourced_ids
    assert leavers.rows(leavers.bare)["person"] == 1
    assert leavers.retain(LATER).deleted == sourced_ids
    again = leavers.retain(LATER)
    assert (again.hidden, again.deleted, again.spared) == ([], [], [])
    assert set(leavers.rows(leavers.bare)) == {"audit_event", "audit_subject"}
    own_rule = {table for table, rows in STUDENT_ROWS.items() if rows.end is End.OWN_RULE}
    identity = {"person", "person_role", "enrollment", "mastered_competency"}
    assert set(leavers.rows(leavers.mastered)) == identity | own_rule
    assert set(leavers.rows(leavers.everything)) == identity | own_rule | {
        "guardianship", "legal_hold", "account", *OF_ACCOUNT, "entry_code", "link", "consent", "beyond_age",
        "court_order", "disclosure",
    }  # fmt: skip
    assert leavers.rows(leavers.stays)["evidence"] == 1


def test_what_was_mastered_is_kept_and_the_rest_is_proved(leavers: Leavers) -> None:
    with district_transaction(leavers.engine, leavers.district.id) as session:
        session.execute(text("DELETE FROM standing WHERE student_id = :key"), {"key": leavers.everything.id})
        session.commit()
    for now in (DUE, LATER):
        leavers.retain(now)
    with district_transaction(leavers.engine, leavers.district.id) as session:
        kept = session.scalars(select(MasteredCompetency).where(MasteredCompetency.student_id == leavers.mastered.id))
        assert [(one.statement, one.level) for one in kept] == [("I can add fractions.", 3.0)]
        stones = session.scalars(select(Tombstone).order_by(Tombstone.id)).all()
        events = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.DELETED)).all()
    assert len(stones) == len(events) == 3
    told = json.dumps([stone.removed for stone in stones]) + json.dumps([event.detail for event in events])
    assert not any(name in told for name in ("Every", "Master", "Bare"))
    assert stones[2].removed == {"person": 1, "person_role": 1, "enrollment": 1, "pending_deletion": 1}
    # of those who left nothing is left to be proved
    assert verify(leavers.engine, leavers.district.id).students == 1


def test_the_schools_own_date_counts(leavers: Leavers) -> None:
    """It is the 30th in New York already, and still the 29th where the school is."""
    night = datetime(2025, 6, 30, 5, tzinfo=UTC)
    assert leavers.retain(night).hidden == []
    assert len(leavers.retain(night + timedelta(hours=3)).hidden) == 3


@pytest.mark.parametrize("kind", [None, Kind.STUDENT_RECORD])
def test_a_hold_keeps_a_student_until_it_is_lifted(leavers: Leavers, kind: Kind | None) -> None:
    leavers.retain(DUE)
    with district_transaction(leavers.engine, leavers.district.id) as session:
        name = str(leavers.bare.identifier)
        key = place_hold(session, leavers.district.id, name, kind, "Doe v. District", "counsel", None, DUE)
        session.commit()
    with district_transaction(leavers.engine, leavers.district.id) as session:
        assert [(one.id, one.student) for one in placed_holds(session, leavers.district.id)][-1] == (key, name)
    done = leavers.retain(LATER)
    assert (done.spared, done.held) == ([leavers.bare.sourced_id], 1)
    assert leavers.bare.sourced_id not in done.deleted
    with district_transaction(leavers.engine, leavers.district.id) as session:
        lift_hold(session, leavers.district.id, key, "counsel", LATER)
        with pytest.raises(RetentionError, match="There is no hold"):
            lift_hold(session, leavers.district.id, key, "counsel", LATER)
        with pytest.raises(RetentionError, match="There is no student"):
            place_hold(session, leavers.district.id, "nobody", None, "x", "y", None, LATER)
        session.commit()
    assert leavers.retain(LATER).hidden == [leavers.bare.sourced_id]


def test_who_comes_back_is_spared(leavers: Leavers) -> None:
    leavers.retain(DUE)
    with district_transaction(leavers.engine, leavers.district.id) as session:
        for row in session.scalars(select(Enrollment).where(Enrollment.person_id == leavers.bare.id)):
            row.ends_on = None
        session.commit()
    done = leavers.retain(LATER)
    assert done.spared == [leavers.bare.sourced_id]
    assert leavers.bare.sourced_id not in done.deleted
    assert leavers.rows(leavers.bare)["person"] == 1


def test_a_person_who_is_more_than_a_student_stays(leavers: Leavers) -> None:
    with district_transaction(leavers.engine, leavers.district.id) as session:
        make = Factory(session, leavers.district.id)
        make.role(session.get_one(Person, (leavers.district.id, leavers.bare.id)), "teacher")
        make.wheel_spin(leavers.bare, make.target())
        session.commit()
    for now in (DUE, LATER, LATER + timedelta(days=1)):
        done = leavers.retain(now)
    assert done.hidden == []
    assert {"person", "enrollment"} <= leavers.rows(leavers.bare).keys()
    assert "flag" not in leavers.rows(leavers.bare)


def test_a_district_signs_other_times(leavers: Leavers) -> None:
    with district_transaction(leavers.engine, leavers.district.id) as session:
        sign_rule(session, leavers.district.id, Kind.STUDENT_RECORD, "7 years", "RSA 1", "board", DUE.date(), DUE)
        sign_rule(session, leavers.district.id, Kind.MASTERED_COMPETENCY, "8 years", "RSA 2", "board", DUE.date(), DUE)
        session.commit()
        with pytest.raises(RetentionError, match="has no time of its own"):
            sign_rule(session, leavers.district.id, Kind.DISCLOSURE, "1 year", "x", "y", DUE.date(), DUE)
        with pytest.raises(RetentionError, match="is no time"):
            sign_rule(session, leavers.district.id, Kind.AUDIT, "soon", "x", "y", DUE.date(), DUE)
    assert leavers.retain(DUE).hidden == []
    seventh = DUE.replace(year=2027)
    assert len(leavers.retain(seventh).hidden) == 3
    leavers.retain(seventh + timedelta(days=30))
    assert "mastered_competency" in leavers.rows(leavers.mastered)
    eighth = DUE.replace(year=2028)
    assert leavers.mastered.sourced_id in leavers.retain(eighth).hidden
    leavers.retain(eighth + timedelta(days=30))
    assert leavers.rows(leavers.mastered).keys() <= {"audit_event", "audit_subject"}
    # whom somebody could see by a link and a consent is kept with these, five years from now on
    assert {"person", "link", "consent"} <= leavers.rows(leavers.everything).keys()
    assert "mastered_competency" not in leavers.rows(leavers.everything)


def test_old_posts_and_old_acts_go_but_disclosures_and_holds_stay(leavers: Leavers) -> None:
    long_ago, now = datetime(2017, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
    district_id = leavers.district.id
    with district_transaction(leavers.engine, district_id) as session:
        for act in (Act.VIEW, Act.DISCLOSURE):
            record(session, district_id, SYSTEM, act, long_ago, [leavers.stays.id, leavers.bare.id])
            record(session, district_id, SYSTEM, act, long_ago, [10**9])
        record(session, district_id, SYSTEM, Act.VIEW, long_ago, [leavers.mastered.id])
        record(session, district_id, SYSTEM, Act.VIEW, now - timedelta(days=30), [leavers.stays.id])
        for student in (leavers.stays, leavers.mastered):
            session.add(
                Quarantine(
                    district_id=district_id, client_pk=Factory(session, district_id).client().id, source_id="old",
                    revision=student.id, digest=b"", body={"student": student.identifier}, missing_kind="target",
                    missing_reference="T", candidates=[], state="waiting", received_at=now - timedelta(days=91),
                    settled_at=None,
                )
            )  # fmt: skip
        place_hold(session, district_id, leavers.mastered.sourced_id, None, "case", "counsel", None, now)
        session.commit()
    done = leavers.retain(now)
    assert done.rows == {Kind.WAITING_RESULT: 1, Kind.AUDIT: 3}
    with district_transaction(leavers.engine, district_id) as session:
        acts = session.scalars(select(AuditEvent.act).where(AuditEvent.at == long_ago)).all()
        through = {one.kind: one.through for one in session.scalars(select(Tombstone))}
    assert sorted(acts) == [Act.DISCLOSURE, Act.VIEW]
    assert through.keys() == {Kind.WAITING_RESULT, Kind.AUDIT}
    assert leavers.retain(now).rows == {}


def test_what_is_over_of_signing_in_goes_unless_it_is_held(leavers: Leavers) -> None:
    district_id, long_ago = leavers.district.id, DUE - timedelta(days=40)
    with district_transaction(leavers.engine, district_id) as session:
        make = Factory(session, district_id)
        client = make.client()
        for person in (leavers.stays, leavers.bare):
            with_sign_in(make, person, long_ago)
        with_sign_in(make, make.person("Just", "Now"), DUE - timedelta(days=20))
        secret = {"district_id": district_id, "client_pk": client.id, "made_at": long_ago, "last_used_at": None}
        session.add_all(
            [
                AccessToken(
                    district_id=district_id, digest=b"old", client_pk=client.id, scopes=[], issued_at=long_ago,
                    expires_at=long_ago,
                ),
                ClientSecret(**secret, digest=b"old", expires_at=long_ago, ended_at=None),
                ClientSecret(**secret, digest=b"new", expires_at=None, ended_at=None),
            ]
        )  # fmt: skip
        place_hold(session, district_id, leavers.bare.sourced_id, None, "case", "counsel", None, DUE)
        session.commit()
    assert leavers.retain(DUE, what_if=True).rows == {Kind.SIGN_IN: 5}
    assert leavers.retain(DUE).rows == {Kind.SIGN_IN: 5}
    with district_transaction(leavers.engine, district_id) as session:
        (stone,) = session.scalars(select(Tombstone)).all()
        left = session.scalars(select(ClientSecret.digest).where(ClientSecret.client_pk == client.id)).all()
    assert stone.removed == {"account_session": 1, "entry_code": 1, "mail": 1, "access_token": 1, "client_secret": 1}
    assert b"old" not in left
    assert {"account_session", "entry_code", "mail"} <= leavers.rows(leavers.bare).keys()
    assert leavers.rows(leavers.stays).keys() & {"account", "account_session"} == {"account"}


def with_waiting(leavers: Leavers, students: list[Person], at: datetime) -> None:
    """Results that came in at an instant and stand in quarantine; another revision took their place."""
    with district_transaction(leavers.engine, leavers.district.id) as session:
        client = Factory(session, leavers.district.id).client()
        for number, student in enumerate(students):
            session.add(
                Quarantine(
                    district_id=leavers.district.id, client_pk=client.id, source_id="old", revision=number, digest=b"",
                    body={"student": student.identifier}, missing_kind="target", missing_reference="T", candidates=[],
                    state="superseded", received_at=at, settled_at=None,
                )
            )  # fmt: skip
        session.commit()


@pytest.mark.parametrize("kind", [None, Kind.WAITING_RESULT, Kind.STUDENT_RECORD])
def test_a_hold_keeps_the_results_of_a_student_that_wait(leavers: Leavers, kind: Kind | None) -> None:
    with_waiting(leavers, [leavers.stays, leavers.stays, leavers.bare], DUE - timedelta(days=91))
    with district_transaction(leavers.engine, leavers.district.id) as session:
        name = str(leavers.stays.identifier)
        key = place_hold(session, leavers.district.id, name, kind, "case", "counsel", None, DUE)
        session.commit()
    assert leavers.retain(DUE, what_if=True).rows == leavers.retain(DUE).rows == {Kind.WAITING_RESULT: 1}
    with district_transaction(leavers.engine, leavers.district.id) as session:
        lift_hold(session, leavers.district.id, key, "counsel", DUE)
        session.commit()
    assert leavers.retain(DUE).rows == {Kind.WAITING_RESULT: 2}


@pytest.mark.parametrize("kind", [None, Kind.WAITING_RESULT, Kind.STUDENT_RECORD])
def test_a_hold_of_all_that_is_placed_while_it_runs_stops_it(
    leavers: Leavers, monkeypatch: pytest.MonkeyPatch, kind: Kind | None
) -> None:
    monkeypatch.setattr(retention_store, "_AT_ONCE", 2)
    with_waiting(leavers, [leavers.stays] * 5, DUE - timedelta(days=91))
    delete, placed = retention_store.delete_older, []

    def place(session: Session, district_id: int, *rest: Any) -> Counter[str]:
        removed = delete(session, district_id, *rest)
        if removed and not placed:
            placed.append(place_hold(session, district_id, None, kind, "case", "counsel", None, DUE))
        return removed

    monkeypatch.setattr("api.actions.delete_older.delete_older", place)
    assert leavers.retain(DUE).rows == {Kind.WAITING_RESULT: 2}
    again = leavers.retain(DUE, what_if=True).rows
    assert again == leavers.retain(DUE).rows == {}
    with district_transaction(leavers.engine, leavers.district.id) as session:
        lift_hold(session, leavers.district.id, placed[0], "counsel", DUE)
        session.commit()
    assert leavers.retain(DUE + timedelta(days=1)).rows == {Kind.WAITING_RESULT: 3}
    with district_transaction(leavers.engine, leavers.district.id) as session:
        stones = session.scalars(select(Tombstone).order_by(Tombstone.id)).all()
    assert [(one.removed["quarantine"], one.through is None) for one in stones] == [(2, True), (3, False)]


def test_two_runs_at_once_delete_each_record_once(leavers: Leavers) -> None:
    leavers.retain(DUE)
    done: list[Retained] = []
    runs = [threading.Thread(target=lambda: done.append(leavers.retain(LATER))) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert sorted(name for one in done for name in one.deleted) == sorted(
        one.sourced_id for one in (leavers.everything, leavers.mastered, leavers.bare)
    )
    with district_transaction(leavers.engine, leavers.district.id) as session:
        assert len(session.scalars(select(Tombstone)).all()) == 3


def test_an_interrupted_run_goes_on(leavers: Leavers) -> None:
    leavers.retain(DUE)

    def interrupt(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        retain(leavers.engine, leavers.owner, leavers.district, LATER, advance=interrupt)
    assert len(leavers.retain(LATER).deleted) == 2


def test_the_serving_role_can_not_delete_what_is_append_only(leavers: Leavers) -> None:
    leavers.retain(DUE)
    with pytest.raises(Exception, match="permission denied"):
        retain(leavers.engine, leavers.engine, leavers.district, LATER)
    assert leavers.rows(leavers.everything)["evidence"] == 1


# --- a restore -------------------------------------------------------------------------------------------------------


@pytest.fixture
def as_it_was(installation: Installation) -> Iterator[str]:
    """The name of a schema where a test keeps the rows of before: a backup that takes no time."""
    yield "as_it_was"
    assert installation.superuser_dsn is not None
    with psycopg.connect(installation.superuser_dsn.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS as_it_was CASCADE")


def _keep(installation: Installation, schema: str) -> None:
    assert installation.superuser_dsn is not None
    with psycopg.connect(installation.superuser_dsn.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}".encode())
        for table in METADATA.sorted_tables:
            connection.execute(f'CREATE TABLE {schema}."{table.name}" AS TABLE public."{table.name}"'.encode())


def _bring_back(installation: Installation, schema: str) -> None:
    assert installation.superuser_dsn is not None
    with psycopg.connect(installation.superuser_dsn.replace("+psycopg", ""), autocommit=True) as connection:
        names = ", ".join(f'public."{table.name}"' for table in METADATA.sorted_tables)
        connection.execute(f"TRUNCATE {names} CASCADE".encode())
        for table in METADATA.sorted_tables:
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            connection.execute(
                f'INSERT INTO public."{table.name}" ({columns}) OVERRIDING SYSTEM VALUE'
                f' SELECT {columns} FROM {schema}."{table.name}"'.encode()
            )


def test_deletions_are_done_again_after_an_older_backup_came_back(
    leavers: Leavers, installation: Installation, as_it_was: str, tmp_path: Path
) -> None:
    _keep(installation, as_it_was)
    for now in (DUE, LATER):
        leavers.retain(now)
    after = [leavers.rows(one) for one in (leavers.everything, leavers.mastered, leavers.bare)]
    file = tmp_path / "deletions.jsonl"
    assert keep_deletions(leavers.engine, file) == 3
    assert file.stat().st_mode & 0o077 == 0
    assert "Bare" not in file.read_text()
    _bring_back(installation, as_it_was)
    assert leavers.rows(leavers.bare)["person"] == 1
    assert known_deletions(leavers.engine) == []
    # what the database lost, the file still knows
    assert keep_deletions(leavers.engine, file) == 3
    done = redo(leavers.owner, read_deletions(file), LATER)
    assert (done.students, done.rows) == (3, 0)
    again = [leavers.rows(one) for one in (leavers.everything, leavers.mastered, leavers.bare)]
    for ours, theirs in zip(again, after, strict=True):
        assert ours.keys() - {"audit_event", "audit_subject"} == theirs.keys() - {"audit_event", "audit_subject"}
    assert redo(leavers.owner, read_deletions(file), LATER) == type(done)(0, 0)
    assert joined(known_deletions(leavers.engine), read_deletions(file)) == read_deletions(file)


@pytest.mark.parametrize("kind", [None, Kind.WAITING_RESULT, Kind.STUDENT_RECORD])
def test_what_a_hold_in_the_backup_keeps_is_not_deleted_again(leavers: Leavers, kind: Kind | None) -> None:
    with_waiting(leavers, [leavers.stays, leavers.bare], DUE - timedelta(days=91))
    with district_transaction(leavers.engine, leavers.district.id) as session:
        place_hold(session, leavers.district.id, leavers.bare.sourced_id, kind, "case", "counsel", None, DUE)
        session.commit()
    deletion = {
        "district": leavers.district.slug, "kind": Kind.WAITING_RESULT, "key_digest": None,
        "through": DUE.isoformat(), "rule": "test", "at": DUE.isoformat(), "removed": {"quarantine": 1},
    }  # fmt: skip
    assert redo(leavers.owner, [deletion], DUE).rows == 1
    assert "quarantine" in leavers.rows(leavers.bare)
    assert "quarantine" not in leavers.rows(leavers.stays)


@pytest.mark.parametrize("kind", [None, Kind.STUDENT_RECORD])
@pytest.mark.parametrize("whose", ["one", "all"])
def test_a_record_that_a_hold_in_the_backup_keeps_is_left_to_the_nightly_run(
    leavers: Leavers, whose: str, kind: Kind | None
) -> None:
    digest = key_digest(leavers.district.slug, leavers.bare.sourced_id)
    deletion = {
        "district": leavers.district.slug, "kind": Kind.STUDENT_RECORD, "key_digest": digest, "through": None,
        "rule": "test", "at": LATER.isoformat(), "removed": {"person": 1},
    }  # fmt: skip
    with_waiting(leavers, [leavers.bare], LATER)
    with district_transaction(leavers.engine, leavers.district.id) as session:
        name = leavers.bare.sourced_id if whose == "one" else None
        key = place_hold(session, leavers.district.id, name, kind, "case", "counsel", None, DUE)
        session.commit()
    assert redo(leavers.owner, [deletion], LATER) == redo(leavers.owner, [deletion], LATER) == Redone(0, 0)
    assert {"person", "quarantine"} <= leavers.rows(leavers.bare).keys()
    with district_transaction(leavers.engine, leavers.district.id) as session:
        lift_hold(session, leavers.district.id, key, "counsel", LATER)
        session.commit()
    leavers.retain(LATER)
    assert leavers.bare.sourced_id in leavers.retain(LATER + timedelta(days=30)).erased


@pytest.mark.parametrize("content", ["no json", "[]", '{"district": "x"}'])
def test_a_file_that_holds_no_deletions_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "wrong"
    with pytest.raises(DeletionsError, match="can not be read"):
        read_deletions(file)
    file.write_text(content)
    with pytest.raises(DeletionsError, match="is no file of deletions"):
        read_deletions(file)
