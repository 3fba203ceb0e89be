"""An export holds all that a district has and nothing of another, says what it means, and is whole or not there."""

from __future__ import annotations

import csv
import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from factories import NOW, Factory, new_district
from sqlalchemy import Engine, select, text

from api.actions.export_district import MANIFEST, README, Exported, ExportError, export_district
from mastery.audit import Act
from models.audit import AuditEvent
from models.district import District
from models.district_export import exported_tables, left_out, undecided
from models.tables import METADATA
from models.unit_of_work import district_transaction, shared_transaction

NOTE = 'He said "no",\nthen\r\nñandú; \\N'


@pytest.fixture
def two(engine: Engine) -> tuple[District, District]:
    """Two districts with a student, results and a flag with a note that tries what CSV can hold."""
    made = []
    for name in ("Mine", "Theirs"):
        district_id = new_district(engine, name)
        with district_transaction(engine, district_id) as session:
            make = Factory(session, district_id)
            student = make.student(make.section(make.school()), name)
            target = make.target()
            make.result(student, make.assessment(targets=[target]), target, score=0.1)
            make.flag(student, target, note=NOTE)
            session.commit()
        with shared_transaction(engine) as session:
            made.append(session.get_one(District, district_id))
    return made[0], made[1]


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def manifest(folder: Path) -> Any:
    return json.loads((folder / MANIFEST).read_text())


def test_somebody_decided_about_every_column() -> None:
    assert undecided() == []
    known = {
        name
        for table in METADATA.sorted_tables
        for name in (table.name, *(f"{table.name}.{c.name}" for c in table.columns))
    }
    assert left_out().keys() <= known


def test_no_secret_is_among_the_columns() -> None:
    """Words that secrets go by: who adds such a column and wants it exported says so here."""
    public = {
        "anchor.digest",
        "artefact.digest",
        "artefact_content.digest",
        "import_job.file_digest",
        "assessment.digest",
        "result.digest",
        "quarantine.digest",
        "state_result_held.digest",
        "tombstone.key_digest",
        "graph_version.digest",
        "sign_in_policy.password_sign_in",
    }
    told = {f"{one.table.name}.{column.name}" for one in exported_tables() for column in one.columns}
    words = ("hash", "secret", "token", "password", "digest", "totp", "seal", "nonce", "code_of")
    assert {name for name in told if any(word in name for word in words)} <= public


def test_an_export_reads_back_to_what_is_there(two: tuple[District, District], engine: Engine, tmp_path: Path) -> None:
    mine, _ = two
    heard: list[int] = []
    done = export_district(engine, mine, tmp_path / "out", NOW, heard.append)
    folder = tmp_path / "out"
    said = manifest(folder)
    assert done == Exported(str(folder), len(said["files"]), sum(one["rows"] for one in said["files"]), done.size)
    assert sum(heard) == done.rows > 0
    for one in said["files"]:
        content = (folder / one["file"]).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (one["sha256"], one["size"])
        assert content.count(b"\r\n") >= one["rows"] + 1
        found = rows(folder, one["file"].removesuffix(".csv"))
        assert len(found) == one["rows"]
        names = [column["name"] for column in one["columns"]]
        assert all(list(row) == names for row in found)
        assert all(column["meaning"] for column in one["columns"])
    assert [row["given_name"] for row in rows(folder, "person")] == ["Mine"]
    assert [row["name"] for row in rows(folder, "district")] == ["Mine"]
    (flag,) = rows(folder, "flag")
    assert flag["note"] == NOTE
    assert flag["opened_at"] == "2026-10-05T14:00:00.000000Z"
    (evidence,) = rows(folder, "evidence")
    assert float(evidence["score"]) == 0.1
    assert json.loads(rows(folder, "person")[0]["grades"]) == []
    assert "secret_hash" not in rows(folder, "client")[0]
    assert not (folder / "access_token.csv").exists()
    assert "Mine" in (folder / README).read_text()


def test_an_export_is_on_record(two: tuple[District, District], engine: Engine, tmp_path: Path) -> None:
    mine, theirs = two
    done = export_district(engine, mine, tmp_path / "out.zip", NOW)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == done.files + 2
    assert (tmp_path / "out.zip").stat().st_mode & 0o077 == 0
    for district, count in ((mine, 1), (theirs, 0)):
        with district_transaction(engine, district.id) as session:
            events = session.scalars(select(AuditEvent)).all()
            assert [(one.act, one.detail) for one in events] == [
                (Act.EXPORT, {"what": "district", "files": done.files, "rows": done.rows})
            ] * count


def test_an_interrupted_export_leaves_nothing_and_the_same_again_is_whole(
    two: tuple[District, District], engine: Engine, tmp_path: Path
) -> None:
    def interrupt(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_district(engine, two[0], tmp_path / "out", NOW, interrupt)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / ".out.part").mkdir()
    (tmp_path / ".out.part" / "person.csv").write_text("what a killed one left")
    export_district(engine, two[0], tmp_path / "out", NOW)
    assert [one.name for one in tmp_path.iterdir()] == ["out"]
    with pytest.raises(ExportError, match="is there already"):
        export_district(engine, two[0], tmp_path / "out", NOW)
    with pytest.raises(ExportError, match="There is no directory"):
        export_district(engine, two[0], tmp_path / "none" / "out", NOW)


def test_an_export_is_one_moment(two: tuple[District, District], engine: Engine, tmp_path: Path) -> None:
    """What is committed while it is written is in none of its files."""
    mine, _ = two

    def add(count: int) -> None:
        with district_transaction(engine, mine.id) as session:
            make = Factory(session, mine.id)
            make.student(make.section(make.school()), "Later")
            session.commit()

    export_district(engine, mine, tmp_path / "out", NOW, add)
    assert {row["given_name"] for row in rows(tmp_path / "out", "person")} == {"Mine"}
    assert len(rows(tmp_path / "out", "enrollment")) == 1
    with district_transaction(engine, mine.id) as session:
        assert session.execute(text("SELECT count(*) FROM person")).scalar_one() > 1
