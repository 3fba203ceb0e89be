"""After a contract nobody comes in; all is destroyed once it is exported and nothing holds it, and stays so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from command_line import name_in_environment
from conftest_api import Machine, token_of
from every_row import fingerprint
from every_table import KEY, fill_every_table
from factories import ZONE, Factory, new_district
from sqlalchemy import Engine, select, text

from api.actions.accounts import name_digest
from api.actions.check_export import check_export
from api.actions.deletions import Redone, joined, keep_deletions, read_deletions, redo
from api.actions.destroy_district import destroy_district
from api.actions.destruction_certificate import JSON_FILE, TEXT_FILE
from api.actions.end_district import EndError, end_district, resume_district
from api.actions.examination.contracts import ended_contracts
from api.actions.examination.words import Status
from api.actions.export_district import MANIFEST, ExportError, export_district
from api.actions.sessions import begin, current
from api.cli import main
from api.security import guards
from mastery.session_limits import Began
from models.district import District
from models.district_end import DistrictEnd
from models.district_rows import KEPT, count_rows, delete_some, owned_tables
from models.entry_codes import open_code
from models.holds import lift_hold, place_hold
from models.installation import Installation
from models.letters import EntryCode
from models.queries_accounts import claim_name, holder
from models.retention import LegalHold
from models.tables import METADATA
from models.unit_of_work import district_transaction, shared_transaction

NOW = datetime.now(UTC)
TODAY = NOW.astimezone(ZoneInfo(ZONE)).date()
ENDED_AT = NOW - timedelta(minutes=5)


def clock() -> datetime:
    return NOW


def full_district(engine: Engine, name: str) -> District:
    """A district with a row in every table, nothing of it held."""
    district_id = new_district(engine, name)
    fill_every_table(engine, district_id)
    with district_transaction(engine, district_id) as session:
        session.execute(text("UPDATE legal_hold SET until = '2020-01-01'"))
        assert claim_name(session, name_digest(str(district_id)), district_id)
        session.execute(text("UPDATE person SET active = true, enabled = true"))
        session.commit()
    with shared_transaction(engine) as session:
        return session.get_one(District, district_id)


@pytest.fixture
def mine(engine: Engine) -> District:
    return full_district(engine, "Mine")


def ended(engine: Engine, owner_engine: Engine, district: District, tmp_path: Path) -> Path:
    """The district after the end of its contract, and its export."""
    end_district(owner_engine, district, TODAY - timedelta(days=3), "Counsel", ENDED_AT)
    export_district(engine, district, tmp_path / "export", NOW)
    return tmp_path / "export"


def destroy(owner: Engine, district: District, export: Path) -> DistrictEnd:
    return destroy_district(owner, district, export, "Operator", clock, lambda _: None, lambda _: None)


def test_each_table_is_destroyed_or_says_why_not(engine: Engine) -> None:
    decided = {*owned_tables(), "district", "sign_in_name", *KEPT}
    assert decided == set(METADATA.tables)
    with engine.connect() as connection:
        there = set(connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars())
    assert there - decided == {"alembic_version"}


def test_every_row_of_the_district_goes_and_none_of_another(
    engine: Engine, owner_engine: Engine, mine: District, tmp_path: Path
) -> None:
    theirs = full_district(engine, "Theirs")
    with district_transaction(owner_engine, mine.id) as session:
        assert set(count_rows(session, mine.id)) == set(owned_tables())
    before = fingerprint(owner_engine, theirs.id)
    export = ended(engine, owner_engine, mine, tmp_path)
    with district_transaction(owner_engine, mine.id) as session:
        there = count_rows(session, mine.id)
    left = destroy(owner_engine, mine, export)
    with district_transaction(owner_engine, mine.id) as session:
        assert count_rows(session, mine.id) == {}
    assert left.removed == there | {"district": 1, "sign_in_name": 1}
    assert (left.destroyed_at, left.destroyed_by, left.slug) == (NOW, "Operator", mine.slug)
    assert left.export_sha256 == check_export(export, mine.slug).sha256
    assert fingerprint(owner_engine, theirs.id) == before
    with shared_transaction(engine) as session:
        assert session.scalars(select(District.slug)).all() == [theirs.slug]
        assert len(session.execute(text("SELECT FROM sign_in_name")).all()) == 1


def test_a_table_goes_part_by_part_whatever_its_key_is(engine: Engine, owner_engine: Engine) -> None:
    district_id = new_district(engine)
    with district_transaction(engine, district_id) as session:
        for kind in ("b", "A", "ä"):
            session.execute(
                text(
                    "INSERT INTO import_job (district_id, kind, file_digest, position, total, began_at)"
                    " SELECT :district, :kind, n::text, 0, 0, now() FROM generate_series(1, 3) n"
                ),
                {"district": district_id, "kind": kind},
            )
        session.commit()
    after, counts = None, []
    with district_transaction(owner_engine, district_id) as session:
        while counts[-1:] != [0]:
            part = delete_some(session, district_id, "import_job", 2, after)
            after = part.last or after
            counts.append(part.rows)
        assert "import_job" not in count_rows(session, district_id)
    assert counts == [2, 2, 2, 2, 1, 0]


def test_nobody_comes_in_after_the_end_until_it_is_taken_back(
    machine: Callable[..., Machine], engine: Engine, owner_engine: Engine, mine: District
) -> None:
    lms = machine(mine.id)
    with district_transaction(engine, mine.id) as session:
        who = holder(session, mine.id, KEY)
    assert who is not None
    token = begin(engine, who, NOW, NOW, how=Began.PASSWORD, device="test")
    with district_transaction(engine, mine.id) as session:
        session.execute(
            text("UPDATE entry_code SET expires_at = now() + interval '9 days', used_at = NULL, ended_at = NULL")
        )
        session.execute(text("UPDATE account SET disabled_at = NULL"))
        code = session.scalars(select(EntryCode.digest)).one()
        session.commit()

    def comes_in() -> list[bool]:
        guards._remembered.clear()
        with district_transaction(engine, mine.id) as session:
            by_name = holder(session, mine.id, KEY) is not None
            by_letter = open_code(session, mine.id, [code], NOW) is not None
        by_token = lms.http.get("/api/v1/students", headers=lms.headers).status_code == 200
        return [by_name, current(engine, token, NOW, attended=True) is not None, by_token, by_letter]

    def given_a_token() -> bool:
        try:
            return bool(token_of(lms.http, lms.client))
        except AssertionError:
            return False

    assert comes_in() == [True] * 4
    assert given_a_token()
    end_district(owner_engine, mine, TODAY, "Counsel", NOW)
    assert comes_in() == [False] * 4
    assert not given_a_token()
    resume_district(owner_engine, mine, "Counsel", NOW)
    assert comes_in() == [True] * 4
    with district_transaction(engine, mine.id) as session:
        acts = session.execute(text("SELECT act, detail->>'by' FROM audit_event WHERE act LIKE 'contract%'")).all()
    assert [tuple(row) for row in acts] == [("contract_ended", "Counsel"), ("contract_resumed", "Counsel")]


def test_an_end_to_come_or_said_by_nobody_or_twice_is_refused(owner_engine: Engine, mine: District) -> None:
    tomorrow = TODAY + timedelta(days=2)
    with pytest.raises(EndError, match=f"--on {tomorrow} is still to come: give the last day"):
        end_district(owner_engine, mine, tomorrow, "Counsel", NOW)
    with pytest.raises(EndError, match="--by is empty"):
        end_district(owner_engine, mine, date(2026, 1, 1), " ", NOW)
    end_district(owner_engine, mine, date(2026, 1, 1), "Counsel", NOW)
    with pytest.raises(EndError, match="ended on 2026-01-01 already"):
        end_district(owner_engine, mine, date(2026, 1, 2), "Counsel", NOW)


def test_nothing_goes_before_the_end_a_whole_export_and_the_last_hold(
    engine: Engine, owner_engine: Engine, mine: District, tmp_path: Path
) -> None:
    early = tmp_path / "early"
    export_district(engine, mine, early, NOW)
    before = fingerprint(owner_engine, mine.id)

    def refused(export: Path, match: str) -> None:
        with pytest.raises((EndError, ExportError), match=match):
            destroy(owner_engine, mine, export)

    refused(early, "did not end: `mastery district end")
    # an export tells the moment of the database, however long this run has gone on
    end_district(owner_engine, mine, TODAY, "Counsel", NOW + timedelta(days=1))
    refused(early, f"export is of before .* The last day is {TODAY + timedelta(days=60)}")
    with shared_transaction(owner_engine) as session:
        session.execute(text("UPDATE district_end SET recorded_at = :at"), {"at": ENDED_AT})
        session.commit()
    refused(tmp_path / "nowhere", "can not be read")
    for name, spoil in (
        ("person.csv", lambda path: path.write_bytes(path.read_bytes() + b"1\r\n")),
        ("node.csv", Path.unlink),
        (MANIFEST, lambda path: path.write_text(path.read_text().replace('"result.csv"', '"other.csv"'))),
        (MANIFEST, lambda path: path.write_text(path.read_text().replace(mine.slug, "another"))),
        (MANIFEST, lambda path: path.write_text("{}")),
    ):
        copy = tmp_path / "copy"
        shutil.copytree(early, copy)
        spoil(copy / name)
        refused(copy, "not what the manifest says|can not be read|lacks result.csv|an export of|no whole export")
        shutil.rmtree(copy)
    with district_transaction(engine, mine.id) as session:
        key = place_hold(session, mine.id, None, None, "Doe v. District", "counsel", None, NOW)
        session.commit()
    refused(early, "legal hold stands")
    with district_transaction(engine, mine.id) as session:
        lift_hold(session, mine.id, key, "counsel", NOW)
        session.commit()
    after = fingerprint(owner_engine, mine.id)
    assert {name for name in after if after[name] != before[name]} <= {"audit_event", "audit_subject", "legal_hold"}
    assert destroy(owner_engine, mine, early).destroyed_at == NOW


def test_a_hold_that_is_placed_on_the_way_stops_it_and_it_goes_on_with_the_same_export(
    engine: Engine, owner_engine: Engine, mine: District, tmp_path: Path
) -> None:
    export = ended(engine, owner_engine, mine, tmp_path)
    holds: list[int] = []

    def advance(_: int) -> None:
        if not holds:
            with district_transaction(engine, mine.id) as session:
                holds.append(place_hold(session, mine.id, None, None, "case", "counsel", None, NOW))
                session.commit()

    with pytest.raises(EndError, match="is not destroyed any further: a legal hold"):
        destroy_district(owner_engine, mine, export, "Operator", clock, lambda _: None, advance)
    with district_transaction(engine, mine.id) as session:
        assert session.scalars(select(LegalHold.id).where(LegalHold.id == holds[0])).all() == holds
        lift_hold(session, mine.id, holds[0], "counsel", NOW)
        session.commit()
    with pytest.raises(EndError, match="is being destroyed since"):
        resume_district(owner_engine, mine, "Counsel", NOW)
    export_district(engine, mine, tmp_path / "poorer", NOW)
    with pytest.raises(EndError, match="destruction began with the export whose manifest"):
        destroy(owner_engine, mine, tmp_path / "poorer")
    left = destroy(owner_engine, mine, export)
    assert sum(left.removed.values()) > len(owned_tables())


def test_a_restored_backup_is_destroyed_again_but_no_later_district_of_the_name(
    engine: Engine, owner_engine: Engine, mine: District, tmp_path: Path
) -> None:
    file = tmp_path / "deletions.jsonl"
    student = {
        "district": mine.slug, "kind": "student_record", "key_digest": "d", "through": None, "rule": "r",
        "at": (NOW - timedelta(days=1)).isoformat(), "removed": {},
    }  # fmt: skip
    file.write_text(json.dumps(student) + "\n")
    left = destroy(owner_engine, mine, ended(engine, owner_engine, mine, tmp_path))
    assert keep_deletions(engine, file) == 1
    (line,) = read_deletions(file)
    assert (line["district"], line["kind"], line["removed"]) == (mine.slug, "district", left.removed)
    assert joined([student], [line]) == [line]
    # what an older backup has: the district, and nothing of its end
    with shared_transaction(owner_engine) as session:
        session.execute(text("DELETE FROM district_end"))
        session.add(District(id=mine.id, slug=mine.slug, name="Mine", time_zone="UTC", created_at=ENDED_AT))
        session.commit()
    fill_every_table(engine, mine.id)
    assert redo(owner_engine, [line, student], NOW) == Redone(0, 0, 1)
    with district_transaction(owner_engine, mine.id) as session:
        assert count_rows(session, mine.id) == {}
        again = session.get_one(DistrictEnd, mine.id)
        assert (again.destroyed_at, again.export_sha256) == (NOW, left.export_sha256)
    assert redo(owner_engine, [line, student], NOW) == Redone(0, 0, 0)
    later = new_district(engine, "Mine", at=NOW + timedelta(days=1))
    with shared_transaction(owner_engine) as session:
        session.get_one(District, later).slug = mine.slug
        session.commit()
    with district_transaction(engine, later) as session:
        Factory(session, later).person("Ada")
        session.commit()
    assert redo(owner_engine, [line, student], NOW) == Redone(0, 0, 0)
    with district_transaction(engine, later) as session:
        assert count_rows(session, later)["person"] == 1


def test_the_doctor_reminds_of_the_last_day(
    engine: Engine, owner_engine: Engine, mine: District, installation: Installation
) -> None:
    end_district(owner_engine, mine, TODAY, "Counsel", NOW)
    with shared_transaction(engine) as session:
        rows = session.scalars(select(DistrictEnd)).all()

    def told(days: int) -> tuple[Status, str, str | None]:
        (check,) = ended_contracts(installation, rows, NOW + timedelta(days=days))
        return check.status, check.sentence, check.mend

    last = TODAY + timedelta(days=60)
    assert told(1)[:2] == (
        Status.OK, f"The contract of {mine.slug} ended on {TODAY}; it is to be destroyed by {last}."
    )  # fmt: skip
    status, sentence, mend = told(50)
    assert (status, f"is {last}." in sentence) == (Status.WARN, True)
    assert f"district destroy {mine.slug} --export PATH" in str(mend)
    assert f"was {last}." in told(70)[1]
    assert [one.status for one in ended_contracts(installation, [], NOW)] == [Status.OK]


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["district", *words])


def test_the_commands_end_export_destroy_and_certify(
    engine: Engine, mine: District, installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name_in_environment(installation, monkeypatch)
    done = run("end", mine.slug, "--on", "2026-06-30", "--by", "Counsel", "--json")
    assert json.loads(done.stdout)["destroy_by"] == "2026-08-29"
    would = json.loads(run("destroy", mine.slug, "--what-if", "--json").stdout)
    assert "there is no export" in would["obstacles"][0]
    assert would["rows"]["person"] == 1
    assert "Give --export PATH" in run("destroy", mine.slug, "--out", str(tmp_path)).stderr
    with shared_transaction(engine) as session:
        assert session.scalars(select(DistrictEnd.begun_at)).all() == [None]
    export = tmp_path / "export.zip"
    taken = CliRunner().invoke(main, ["export", "--out", str(export), "--district", mine.slug])
    assert taken.exit_code == 0, taken.output
    refused = run("destroy", mine.slug, "--export", str(export), "--by", "Operator", "--out", str(tmp_path / "c"))
    assert "the export is of before" in refused.stderr
    assert "The last day is 2026-08-29" in refused.stderr


def test_the_certificate_says_what_was_destroyed_and_is_written_again(
    engine: Engine, owner_engine: Engine, mine: District, installation: Installation,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    name_in_environment(installation, monkeypatch)
    export = ended(engine, owner_engine, mine, tmp_path)
    words = ("destroy", mine.slug, "--by", "Operator", "--export", str(export), "--deletions", str(tmp_path / "gone"))
    done = run(*words, "--out", str(tmp_path / "c"), "--json")
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    content = (tmp_path / "c" / JSON_FILE).read_text()
    assert {**told, "files": None} == {**json.loads(content), "files": None}
    assert told["export"]["manifest_sha256"] == check_export(export, mine.slug).sha256
    assert told["total"] == sum(told["rows"].values())
    written = (tmp_path / "c" / TEXT_FILE).read_text()
    for said in ("Mine", "Counsel", "Operator", told["export"]["manifest_sha256"], told["backups_expire_on"]):
        assert said in written
    assert read_deletions(tmp_path / "gone")[0]["district"] == mine.slug
    again = run("destroy", mine.slug, "--out", str(tmp_path / "again"))
    assert again.exit_code == 0, again.output
    assert (tmp_path / "again" / JSON_FILE).read_text() == content
