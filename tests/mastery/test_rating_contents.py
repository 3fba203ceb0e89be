"""What kind of file some bytes are, by what is in them, and by which name they are given out (domain 2.7)."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.policy import DEFAULT_POLICY
from mastery.rating.contents import (
    LONGEST_NAME,
    MEDIA_TYPES,
    FileRefusal,
    Kind,
    given_name,
    kind_of,
    most_bytes,
    refused,
)


def archive(*names: str, first: tuple[str, str] | None = None) -> bytes:
    """A zip archive with entries of these names; `first` is stored as it is."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as found:
        if first is not None:
            found.writestr(*first)
        for name in names:
            found.writestr(name, "x", zipfile.ZIP_DEFLATED)
    return written.getvalue()


PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
TAKEN = {
    Kind.PDF: b"%PDF-1.7\n",
    Kind.PNG: PNG,
    Kind.JPEG: b"\xff\xd8\xff\xe0" + bytes(9),
    Kind.GIF: b"GIF89a" + bytes(9),
    Kind.WEBP: b"RIFF\x10\0\0\0WEBPVP8 ",
    Kind.WAV: b"RIFF\x10\0\0\0WAVEfmt ",
    Kind.HEIC: b"\0\0\0\x18ftypheic" + bytes(9),
    Kind.MP4: b"\0\0\0\x18ftypisom" + bytes(9),
    Kind.MP3: b"ID3\x04" + bytes(9),
    Kind.DOCX: archive("[Content_Types].xml", "word/document.xml"),
    Kind.PPTX: archive("[Content_Types].xml", "ppt/presentation.xml"),
    Kind.XLSX: archive("[Content_Types].xml", "xl/workbook.xml"),
    Kind.ODT: archive("content.xml", first=("mimetype", MEDIA_TYPES[Kind.ODT])),
    Kind.ODP: archive("content.xml", first=("mimetype", MEDIA_TYPES[Kind.ODP])),
    Kind.ODS: archive("content.xml", first=("mimetype", MEDIA_TYPES[Kind.ODS])),
    Kind.TEXT: "Ein Drittel ist größer als ¼.\n".encode(),
}
REFUSED = {
    "a page": b"<!DOCTYPE html><p>Hello",
    "a page without its beginning": b"\n \t<script>alert(1)</script>",
    "a page after a byte order mark": b"\xef\xbb\xbf<HTML>",
    "a page after words": b"Read this first.\n<iframe src=x>",
    "a drawing with script": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a drawing in XML": b'<?xml version="1.0"?>\n<svg/>',
    "a program": b"MZ\x90\0",
    "a program of Linux": b"\x7fELF\x02",
    "a script": b"#!/bin/sh\nrm -rf /\n",
    "text with control characters": b"hello\x00world",
    "no text": b"\xff\xfe\xfd\xfc",
    "an archive": archive("work.exe"),
    "a document with macros": archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    "an archive that names a document's part alone": archive("word/document.xml"),
    "an archive of another kind": archive("content.xml", first=("mimetype", "application/epub+zip")),
    "something after the start of another": b"x" + PNG,
}


def test_every_kind_is_known_by_its_content_and_has_a_media_type() -> None:
    assert {kind: kind_of(content) for kind, content in TAKEN.items()} == {kind: kind for kind in Kind}
    assert MEDIA_TYPES.keys() == set(Kind)
    assert not {one for one in MEDIA_TYPES.values() if "html" in one or "svg" in one or "script" in one}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_what_could_run_is_not_taken(content: bytes) -> None:
    assert kind_of(content) is None
    assert refused(content, 0, DEFAULT_POLICY) is FileRefusal.KIND


def test_a_file_that_is_two_things_is_given_out_as_the_one_that_it_begins_as() -> None:
    assert kind_of(PNG + b"<script>alert(1)</script>") is Kind.PNG
    assert given_name("cat.html", Kind.PNG) == "cat.png"


@given(st.binary(max_size=64))
def test_a_kind_is_said_of_any_bytes_or_none_is(content: bytes) -> None:
    assert kind_of(content) in {None, *Kind}


def test_a_file_has_a_size_and_all_of_a_student_have_one() -> None:
    small = replace(DEFAULT_POLICY, artefact_megabytes=1, artefact_student_megabytes=2)
    assert most_bytes(small) == 1_000_000
    assert refused(b"", 0, small) is FileRefusal.EMPTY
    assert refused(b"a" * 1_000_000, 0, small) is None
    assert refused(b"a" * 1_000_001, 0, small) is FileRefusal.TOO_LARGE
    assert refused(b"a", 1_999_999, small) is None
    assert refused(b"ab", 1_999_999, small) is FileRefusal.NO_ROOM


@pytest.mark.parametrize(
    ("name", "given_out"),
    [
        ("bridge.PDF", "bridge.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\ada\\my bridge.final.docx", "my bridge.final.pdf"),
        ("bridge\u202efdp.exe", "bridgefdp.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("", "work.pdf"),
        ("...", "work.pdf"),
        (".htaccess", "work.pdf"),
        ("x" * 400 + ".pdf", "x" * (LONGEST_NAME - 4) + ".pdf"),
    ],
)
def test_a_name_has_no_folders_and_the_ending_of_what_it_is(name: str, given_out: str) -> None:
    assert given_name(name, Kind.PDF) == given_out


@given(st.text(), st.sampled_from(Kind))
def test_a_name_never_leaves_its_place(name: str, kind: Kind) -> None:
    found = given_name(name, kind)
    assert found.endswith(f".{kind}")
    assert not set(found) & set("/\\\0\r\n\u202e")
    assert 0 < len(found) <= LONGEST_NAME
    assert not found.startswith(".")
