"""All that a district has, in open formats: one moment of it, whole or not there, and readable without this program."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from api.version import version
from mastery.audit import Act
from models.audit import SYSTEM, record
from models.district import District
from models.district_export import (
    Advance,
    ExportedFile,
    ExportedTable,
    contents,
    exported_tables,
    left_out,
    write_table,
)
from models.embedded import EmbeddedError, locks
from models.migrate import head
from models.unit_of_work import district_transaction, one_snapshot

FORMAT = 1
MANIFEST = "manifest.json"
README = "README.txt"
ZIP = ".zip"
ARTEFACTS = "artefacts"
_README = """\
All records of {name} ({slug}), as they stood at {at} (UTC).

manifest.json lists the files: for each the number of rows, a SHA-256, and what every column means, with its unit.
Each file is a table: CSV (RFC 4180) in UTF-8 with a header, which every spreadsheet and database reads.

  An empty field is null; "" is an empty text.
  Points in time are ISO 8601 in UTC, days are YYYY-MM-DD, lists and documents are JSON.
  Keys (id, ..._id) join the files of this export and mean nothing outside it. People are known elsewhere by
  sourced_id and identifier, targets by guid, results by client, source_id and revision.

artefacts/ holds the files that students handed in, each under its SHA-256: artefact.csv says whose they are.

Passwords, tokens and other secrets are not in it; manifest.json says what was left out and why.
These are children's records: keep them as safely as the service.
"""


class ExportError(Exception):
    """The export can not be written; the message says why."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and where."""

    path: str
    files: int
    rows: int
    size: int


_Sink = Callable[[str], AbstractContextManager[IO[bytes]]]


def export_district(
    engine: Engine, district: District, target: Path, now: datetime, advance: Advance = lambda _: None
) -> Exported:
    """Write the district's tables into a new folder, or into one file where `target` ends in .zip; on record.

    It is one moment of the database, so an interrupted one begins anew: the same command again clears what it left.
    `advance` hears of rows. Raises ExportError.
    """
    if target.exists():
        raise ExportError(f"{target} is there already: name a new one.")
    scratch = target.with_name(f".{target.name}.part")
    try:
        held = locks.take_exclusive(target.with_name(f".{target.name}.lock"))
    except EmbeddedError as error:
        raise ExportError(str(error)) from error
    if held is None:
        raise ExportError(f"Another export is writing {target}: wait for it, or name another.")
    try:
        _clear(scratch)
        with _sink(scratch, target.suffix == ZIP, now) as sink:
            files = _write(engine, district, sink, now, advance)
        done = Exported(
            str(target), len(files), sum(one.rows for one in files.values()), sum(one.size for one in files.values())
        )
        _put_on_record(engine, district.id, done, now)
        os.replace(scratch, target)
    except OSError as error:
        raise ExportError(f"{target} can not be written ({error.strerror}).") from error
    finally:
        _clear(scratch)
        target.with_name(f".{target.name}.lock").unlink(missing_ok=True)
        locks.release(held)
    return done


def _write(
    engine: Engine, district: District, sink: _Sink, now: datetime, advance: Advance
) -> dict[str, ExportedFile]:  # fmt: skip
    tables = exported_tables()
    with district_transaction(engine, district.id) as session:
        one_snapshot(session)
        # a table of millions of rows takes longer than a question of a page may
        session.execute(text("SET LOCAL statement_timeout = 0"))
        files = {}
        for one in tables:
            with sink(file_name(one)) as file:
                files[one.table.name] = write_table(session, district.id, one, file, advance)
        works: list[dict[str, Any]] = []
        for name, content in contents(session, district.id):
            with sink(f"{ARTEFACTS}/{name}") as file:
                file.write(content)
            works.append({"file": f"{ARTEFACTS}/{name}", "sha256": name, "size": len(content)})
        at = _moment(session)
    with sink(MANIFEST) as file:
        manifest = _manifest(district, tables, files, works, at)
        file.write(json.dumps(manifest, indent=2, ensure_ascii=False).encode() + b"\n")
    with sink(README) as file:
        file.write(_README.format(name=district.name, slug=district.slug, at=at).encode())
    return files


def file_name(one: ExportedTable) -> str:
    """The name of a table's file."""
    return f"{one.table.name}.csv"


def _moment(session: Session) -> str:
    began: datetime = session.execute(text("SELECT transaction_timestamp()")).scalar_one()
    return began.isoformat(timespec="seconds")


def _manifest(
    district: District,
    tables: list[ExportedTable],
    files: dict[str, ExportedFile],
    works: list[dict[str, Any]],
    at: str,
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "district": {"slug": district.slug, "name": district.name, "time_zone": district.time_zone},
        "at": at,
        "migration": head(),
        "version": version(),
        "files": [
            {
                "file": file_name(one), "about": one.about, **asdict(files[one.table.name]),
                "columns": [asdict(column) for column in one.columns],
            }
            for one in tables
        ],
        "artefacts": works,
        "left_out": left_out(),
    }  # fmt: skip


def _put_on_record(engine: Engine, district_id: int, done: Exported, now: datetime) -> None:
    """Before the files are in place: there is none that is not on record."""
    with district_transaction(engine, district_id) as session:
        detail = {"what": "district", "files": done.files, "rows": done.rows}
        record(session, district_id, SYSTEM, Act.EXPORT, now, detail=detail)
        session.commit()


@contextmanager
def _sink(scratch: Path, is_zip: bool, now: datetime) -> Iterator[_Sink]:
    """Opens the files of an export by name, in a private folder or in one private file."""
    if not is_zip:
        scratch.mkdir(mode=0o700)
        yield lambda name: _new_file(scratch / name)
        return
    descriptor = os.open(scratch, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    with os.fdopen(descriptor, "w+b") as whole:
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
            yield _opener(archive, now)
        whole.flush()
        os.fsync(whole.fileno())


def _new_file(path: Path) -> IO[bytes]:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    return path.open("xb")


def _opener(archive: zipfile.ZipFile, now: datetime) -> _Sink:
    def opened(name: str) -> AbstractContextManager[IO[bytes]]:
        entry = zipfile.ZipInfo(name, now.timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        return cast("AbstractContextManager[IO[bytes]]", archive.open(entry, "w", force_zip64=True))

    return opened


def _clear(scratch: Path) -> None:
    if scratch.is_dir():
        shutil.rmtree(scratch)
    else:
        scratch.unlink(missing_ok=True)
