"""A file is handed in, kept once, told apart by its content, and given out so that nothing of it can run."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from acts_on_record import recorded
from factories import NOW
from page_client import PageClient
from page_world import PageWorld
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from api.actions.artefacts import add_artefact
from api.actions.check_export import check_export
from api.actions.complete_record import complete_record
from api.actions.export_district import ExportError, export_district
from mastery.audit import Act
from models.artefacts import ArtefactContent, ArtefactRow, ArtefactStatement
from models.audit import SYSTEM
from models.district import District
from models.student_rows import End, delete_rows
from models.unit_of_work import district_transaction

PNG = b"\x89PNG\r\n\x1a\n" + b"<script>alert(document.cookie)</script>"
OWN = {"own_work": "y", "help": ["none"]}


@pytest.fixture
def url(page_world: PageWorld) -> str:
    return f"/students/{page_world.student.id}/work"


def send(client: PageClient, url: str, content: bytes, name: str = "bridge.png", status: int = 303, **said: Any) -> Any:
    """Send a file with the form."""
    page = client.post(url, status, file=(io.BytesIO(content), name, "text/html"), **said)
    assert client.response is not None
    client.response.request.environ["wsgi.input"].close()
    return page


def test_a_student_hands_in_a_file_and_says_whose_work_it_is(page_world: PageWorld, url: str) -> None:
    student = page_world.client("student")
    assert "Nothing is handed in yet." in student.get(url).text
    said = {"own_work": "y", "help": ["ai", "person"], "help_words": "It found a word.", "with_others": "y"}
    send(student, url, PNG, **said, own_part="The drawing.")
    page = student.get(url).text
    assert "bridge.png" in page
    assert "It found a word." in page
    assert "The drawing." in page
    (row,), (stated,) = page_world.rows(ArtefactRow), page_world.rows(ArtefactStatement)
    assert (row.student_id, row.added_by, row.kind, row.size) == (
        row.student_id,
        page_world.student.id,
        "png",
        len(PNG),
    )
    assert (stated.help, stated.with_others, stated.own_part) == (["ai", "person"], True, "The drawing.")
    assert "bridge.png" in page_world.client("teacher").get(url).text
    assert "Work that was handed in" in student.get("/path").text
    assert len(recorded(page_world.engine, page_world.district_id, Act.ARTEFACT_ADDED)) == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"help": ["none"]}, "Say that it is your own work."),
        ({"own_work": "y"}, "Say what helped you"),
        ({"own_work": "y", "help": ["ai"]}, "Say in words how it helped."),
        ({"own_work": "y", "help": ["none"], "with_others": "y"}, "Say which part of it you did."),
        ({"own_work": "y", "help": ["ai"], "help_words": "x" * 501}, "at most 500 characters"),
    ],
)
def test_a_student_says_it_with_the_file_and_what_was_typed_stays(
    page_world: PageWorld, url: str, said: dict[str, Any], words: str
) -> None:
    page = send(page_world.client("student"), url, PNG, status=422, **said)
    assert words in page.text
    assert page_world.rows(ArtefactRow) == page_world.rows(ArtefactContent) == []


def test_a_teacher_adds_what_is_on_paper_and_the_student_says_whose_work_it_is(page_world: PageWorld, url: str) -> None:
    send(page_world.client("teacher"), url, b"%PDF-1.4", "scan.pdf")
    student, (row,) = page_world.client("student"), page_world.rows(ArtefactRow)
    assert "The student has not said yet whose work it is." in student.get(url).text
    student.post(f"{url}/{row.id}", 422, own_work="y")
    student.post(f"{url}/{row.id}", **OWN)
    assert "Own work, the student says." in student.get(url).text
    page_world.client("teacher").post(f"{url}/{row.id}", 404, **OWN)
    student.post(f"{url}/{row.id + 1}", 404, **OWN)


def test_it_is_given_out_to_keep_and_never_to_show(page_world: PageWorld, url: str) -> None:
    student = page_world.client("student")
    send(student, url, PNG, "brücke.html", **OWN)
    (row,) = page_world.rows(ArtefactRow)
    answer = student.client.get(f"{url}/{row.id}/file")
    assert answer.data == PNG
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename")
    assert ".png" in answer.headers["Content-Disposition"]
    assert "html" not in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"


def bomb() -> bytes:
    """A document of a few kilobytes that unpacks to 64 MB."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as found:
        found.writestr("[Content_Types].xml", "x")
        found.writestr("word/document.xml", bytes(64_000_000))
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<!doctype html><script>alert(1)</script>", "essay.png"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "drawing.svg"),
        (b"MZ\x90\x00\x03", "essay.pdf"),
        (b"#!/bin/sh\necho", "essay.txt"),
        (b"", "empty.pdf"),
        (b"%PDF-" + bytes(10_000_000), "large.pdf"),
    ],
)
def test_what_is_not_taken_is_refused_in_the_form_whatever_its_name(
    page_world: PageWorld, url: str, content: bytes, name: str
) -> None:
    page = send(page_world.client("student"), url, content, name, 422, **OWN)
    assert "Nothing is saved yet." in page.text
    assert page_world.rows(ArtefactContent) == []


def test_what_is_far_too_large_is_not_read(page_world: PageWorld, url: str) -> None:
    send(page_world.client("student"), url, bytes(20_100_000), status=413, **OWN)
    # other forms stay small
    page_world.client("student").post(f"{url}/1", 413, help_words="x" * 70_000)


def test_a_document_is_not_unpacked(page_world: PageWorld, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bomb()
    assert len(content) < 100_000

    def unpacked(*_: object, **__: object) -> None:
        raise AssertionError("something was unpacked")

    student = page_world.client("student")
    monkeypatch.setattr(zipfile.ZipFile, "__init__", unpacked)
    monkeypatch.setattr(zlib, "decompressobj", unpacked)
    send(student, url, content, "../../essay.docx", **OWN)
    (row,) = page_world.rows(ArtefactRow)
    assert (row.name, row.kind) == ("essay.docx", "docx")


def test_all_files_of_a_student_have_a_bound(page_world: PageWorld, url: str) -> None:
    def full(make: Any) -> None:
        make.session.add(ArtefactContent(district_id=make.district_id, digest=b"1", content=b"1"))
        make.session.flush()
        make.session.add(
            ArtefactRow(
                district_id=make.district_id, student_id=page_world.student.id, digest=b"1", name="1.pdf", kind="pdf",
                size=200_000_000, added_by=page_world.student.id, added_at=NOW,
            )
        )  # fmt: skip

    page_world.add(full)
    page = send(page_world.client("student"), url, PNG, status=422, **OWN)
    assert "There is no more room" in page.text


# --- once, and as long as somebody's ----------------------------------------------------------------------------------


def _hand_in(world: PageWorld, who: str, content: bytes = PNG) -> None:
    person = world.people[who]
    with district_transaction(world.engine, world.district_id) as session:
        add_artefact(session, world.district_id, person.id, person.id, "same.png", content, NOW)
        session.commit()


def test_the_same_bytes_are_kept_once_and_the_same_students_are_the_same_work(page_world: PageWorld, url: str) -> None:
    for who in ("student", "student", "classmate"):
        _hand_in(page_world, who)
    (content,) = page_world.rows(ArtefactContent)
    assert (content.digest, content.content) == (hashlib.sha256(PNG).digest(), PNG)
    assert len(page_world.rows(ArtefactRow)) == 2
    student = page_world.client("student")
    send(student, url, PNG, "again.png", **OWN)
    assert "This file was here already: same.png." in student.get(url).text
    assert len(page_world.rows(ArtefactRow)) == 2


def test_two_at_once_make_one(page_world: PageWorld) -> None:
    both = [Thread(target=_hand_in, args=(page_world, "student")) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(page_world.rows(ArtefactRow)) == len(page_world.rows(ArtefactContent)) == 1


def test_they_go_with_the_record_but_for_what_another_student_handed_in(
    page_world: PageWorld, owner_engine: Engine
) -> None:
    for who, content in (("student", PNG), ("student", b"%PDF-alone"), ("classmate", PNG)):
        _hand_in(page_world, who, content)
    with district_transaction(owner_engine, page_world.district_id) as session:
        removed = delete_rows(session, page_world.district_id, page_world.student.id, [End.WITH_RECORD])
        session.commit()
    assert (removed["artefact"], removed["artefact_content"]) == (2, 1)
    assert [one.content for one in page_world.rows(ArtefactContent)] == [PNG]
    assert [one.student_id for one in page_world.rows(ArtefactRow)] == [page_world.people["classmate"].id]


def test_nobody_changes_what_was_handed_in(page_world: PageWorld) -> None:
    _hand_in(page_world, "student")
    for table in ("artefact", "artefact_content", "artefact_statement"):
        opened = district_transaction(page_world.engine, page_world.district_id)
        with opened as session, pytest.raises(ProgrammingError, match="permission denied"):
            session.execute(text(f"DELETE FROM {table} WHERE district_id = :key"), {"key": page_world.district_id})


def test_it_is_in_the_complete_record_and_the_export(page_world: PageWorld, tmp_path: Path) -> None:
    _hand_in(page_world, "student")
    name = hashlib.sha256(PNG).hexdigest()
    with district_transaction(page_world.engine, page_world.district_id) as session:
        told = complete_record(session, page_world.district_id, page_world.student.id, SYSTEM, NOW)["sections"]
        district = session.get_one(District, page_world.district_id)
        session.expunge(district)
    assert [(one["name"], one["digest"]) for one in told["artefact"]] == [("same.png", name)]
    for target in (tmp_path / "folder", tmp_path / "file.zip"):
        export_district(page_world.engine, district, target, NOW)
    assert (tmp_path / "folder" / "artefacts" / name).read_bytes() == PNG
    with zipfile.ZipFile(tmp_path / "file.zip") as found:
        assert found.read(f"artefacts/{name}") == PNG
    manifest = json.loads((tmp_path / "folder" / "manifest.json").read_text())
    assert manifest["artefacts"] == [{"file": f"artefacts/{name}", "sha256": name, "size": len(PNG)}]
    check_export(tmp_path / "folder", district.slug)
    (tmp_path / "folder" / "artefacts" / name).write_bytes(b"other")
    with pytest.raises(ExportError, match="is not what the manifest says"):
        check_export(tmp_path / "folder", district.slug)


# --- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["stranger", "colleague"])
def test_others_see_nothing(page_world: PageWorld, url: str, who: str) -> None:
    _hand_in(page_world, "student")
    (row,) = page_world.rows(ArtefactRow)
    client = page_world.client(who)
    client.get(url, 404)
    client.get(f"{url}/{row.id}/file", 404)


def test_a_guardian_reads_and_hands_in_nothing(page_world: PageWorld, url: str) -> None:
    _hand_in(page_world, "student")
    guardian = page_world.client("guardian")
    assert "same.png" in guardian.get(url).text
    send(guardian, url, PNG, status=404)


def test_a_file_of_another_student_is_not_behind_ones_own_address(page_world: PageWorld, url: str) -> None:
    _hand_in(page_world, "classmate")
    (row,) = page_world.rows(ArtefactRow)
    page_world.client("student").get(f"{url}/{row.id}/file", 404)
    page_world.client("student").get(f"{url}/{row.id}", 404)


def test_pages_take_the_same_number_of_statements_however_many_files_there_are(page_world: PageWorld, url: str) -> None:
    _hand_in(page_world, "student")
    student = page_world.client("student")
    one = student.statements(url)
    for number in range(55):
        _hand_in(page_world, "student", b"%PDF-" + bytes([number]))
    assert student.statements(url) == one
    assert "same.png" in student.get(f"{url}?page=2").text
