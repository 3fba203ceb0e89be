"""Whether an export of a district is whole: tables and files of work, each what the manifest says of it."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from api.actions.export_district import ARTEFACTS, FORMAT, MANIFEST, ExportError, file_name
from mastery.contract_end import Export
from models.district_export import Advance, exported_tables

_BLOCK = 1 << 20
_Open = Callable[[str], IO[bytes]]


def check_export(path: Path, slug: str, advance: Advance = lambda _: None) -> Export:
    """Read a folder or a .zip against its manifest; `advance` hears of bytes. Raises ExportError."""
    try:
        with _opened(path) as open_file:
            with open_file(MANIFEST) as file:
                content = file.read()
            manifest = _manifest(path, content, slug)
            for one in (*manifest["files"], *manifest[ARTEFACTS]):
                _check(path, one, open_file, advance)
            return Export(datetime.fromisoformat(manifest["at"]), hashlib.sha256(content).hexdigest())
    except (KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ExportError(f"{path} is no whole export of this program ({error}): export again.") from error
    except OSError as error:
        raise ExportError(
            f"{path} can not be read ({error.strerror}): name the folder or .zip of an export."
        ) from error


@contextmanager
def _opened(path: Path) -> Iterator[_Open]:
    if path.is_dir():
        yield lambda name: (path / name).open("rb")
        return
    with zipfile.ZipFile(path) as archive:
        yield archive.open


def _manifest(path: Path, content: bytes, slug: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(content)
    if found["format"] != FORMAT:
        raise ExportError(f"{path} is of format {found['format']}, this version reads {FORMAT}: export again.")
    if found["district"]["slug"] != slug:
        raise ExportError(f"{path} is an export of {found['district']['slug']!r}, not of {slug!r}.")
    absent = {file_name(one) for one in exported_tables()} - {one["file"] for one in found["files"]}
    if absent:
        raise ExportError(f"{path} lacks {', '.join(sorted(absent))}: export again with this version of the program.")
    return found


def _check(path: Path, told: dict[str, Any], open_file: _Open, advance: Advance) -> None:
    digest, size = hashlib.sha256(), 0
    with open_file(told["file"]) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
            advance(len(block))
    if (digest.hexdigest(), size) != (told["sha256"], told["size"]):
        raise ExportError(f"{path}: {told['file']} is not what the manifest says: take another copy, or export again.")
