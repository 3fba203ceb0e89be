"""What kind of file some bytes are, by what is in them and never by their name, and by which name they are given out.

A file is looked at from outside alone: nothing in it is opened, unpacked or run.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from mastery.policy import Policy

LONGEST_NAME = 100
_MEGABYTE = 1_000_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
# how far into a text one looks for what a browser would take for a page
_LOOKED_AT = 4096


class Kind(StrEnum):
    """The kinds of file that are taken, each by the ending that it is given out with."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpg"
    GIF = "gif"
    WEBP = "webp"
    HEIC = "heic"
    MP4 = "mp4"
    MP3 = "mp3"
    WAV = "wav"
    DOCX = "docx"
    PPTX = "pptx"
    XLSX = "xlsx"
    ODT = "odt"
    ODP = "odp"
    ODS = "ods"
    TEXT = "txt"


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
MEDIA_TYPES: dict[Kind, str] = {
    Kind.PDF: "application/pdf", Kind.PNG: "image/png", Kind.JPEG: "image/jpeg", Kind.GIF: "image/gif",
    Kind.WEBP: "image/webp", Kind.HEIC: "image/heic", Kind.MP4: "video/mp4", Kind.MP3: "audio/mpeg",
    Kind.WAV: "audio/wav", Kind.DOCX: f"{_OFFICE}.wordprocessingml.document",
    Kind.PPTX: f"{_OFFICE}.presentationml.presentation", Kind.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
    Kind.ODT: f"{_OPEN}.text", Kind.ODP: f"{_OPEN}.presentation", Kind.ODS: f"{_OPEN}.spreadsheet",
    Kind.TEXT: "text/plain",
}  # fmt: skip
_BEGINNINGS = (
    (b"%PDF-", Kind.PDF), (b"\x89PNG\r\n\x1a\n", Kind.PNG), (b"\xff\xd8\xff", Kind.JPEG), (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF), (b"ID3", Kind.MP3), (b"\xff\xfb", Kind.MP3),
)  # fmt: skip
_RIFF = {b"WEBP": Kind.WEBP, b"WAVE": Kind.WAV}
_PICTURES = frozenset({b"heic", b"heix", b"mif1", b"msf1"})
_FILMS = frozenset({b"isom", b"iso2", b"mp41", b"mp42", b"M4A ", b"M4V ", b"qt  ", b"avc1", b"3gp4", b"3gp5"})
_ZIP = b"PK\x03\x04"
# entries by which documents that are archives are known, as their names stand in them, in the clear
_FOLDERS = ((b"word/document.xml", Kind.DOCX), (b"ppt/presentation.xml", Kind.PPTX), (b"xl/workbook.xml", Kind.XLSX))
_SAID = {MEDIA_TYPES[one].encode(): one for one in (Kind.ODT, Kind.ODP, Kind.ODS)}
_MIMETYPE_AT = 30
_MACROS = (b"vbaProject.bin", b"Basic/script-lc.xml")
_LIKE_A_PAGE = ("<!doctype", "<html", "<head", "<body", "<script", "<svg", "<?xml", "<iframe", "<object", "<embed")


class FileRefusal(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NO_ROOM = "no_room"
    KIND = "kind"


def refused(content: bytes, kept: int, policy: Policy) -> FileRefusal | None:
    """Why a file is not taken of a student of whom `kept` bytes are kept already; None where it is."""
    if not content:
        return FileRefusal.EMPTY
    if len(content) > most_bytes(policy):
        return FileRefusal.TOO_LARGE
    if kept + len(content) > policy.artefact_student_megabytes * _MEGABYTE:
        return FileRefusal.NO_ROOM
    return FileRefusal.KIND if kind_of(content) is None else None


def most_bytes(policy: Policy) -> int:
    """How large a file may be, in bytes."""
    return policy.artefact_megabytes * _MEGABYTE


def kind_of(content: bytes) -> Kind | None:
    """What kind of file it is; None for one that is not taken, such as a page, a drawing with script or a program."""
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    if content.startswith(b"RIFF"):
        return _RIFF.get(content[8:12])
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return Kind.HEIC if brand in _PICTURES else Kind.MP4 if brand in _FILMS else None
    if content.startswith(_ZIP):
        return _document(content)
    return Kind.TEXT if _is_text(content) else None


def given_name(name: str, kind: Kind) -> str:
    """A name to show and to give a file out by: the sender's without folders, control characters and ending."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    # a character that turns the direction of reading hides what a name ends with
    plain = "".join(one for one in unicodedata.normalize("NFC", last) if not unicodedata.category(one).startswith("C"))
    stem = plain.rsplit(".", 1)[0] if "." in plain else plain
    stem = " ".join(stem.split()).strip(". ")[: LONGEST_NAME - len(kind) - 1]
    return f"{stem or 'work'}.{kind}"


def _document(content: bytes) -> Kind | None:
    """A document by the names of the entries of its archive; one with macros is none."""
    if any(one in content for one in _MACROS):
        return None
    if content[_MIMETYPE_AT : _MIMETYPE_AT + 8] == b"mimetype":
        said = content[_MIMETYPE_AT + 8 :]
        return next((kind for words, kind in _SAID.items() if said.startswith(words + _ZIP[:2])), None)
    if b"[Content_Types].xml" not in content:
        return None
    return next((kind for name, kind in _FOLDERS if name in content), None)


def _is_text(content: bytes) -> bool:
    """UTF-8 without control characters that is not like a page, nor a script for a shell."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    if _CONTROL.search(text):
        return False
    begins = text[:_LOOKED_AT].lstrip("\ufeff \t\r\n\f").lower()
    return not begins.startswith("#!") and not any(one in begins for one in _LIKE_A_PAGE)
