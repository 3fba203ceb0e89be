"""The certificate that a district was destroyed: for programs and to print, both from the one row that is left."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from api.actions.end_district import EndError
from api.version import version
from mastery.backups import KEPT
from mastery.calendar import today_in
from models.district_end import DistrictEnd

JSON_FILE = "destruction-certificate.json"
TEXT_FILE = "destruction-certificate.txt"
_TEXT = """\
CERTIFICATE OF DESTRUCTION

District                    {name} ({slug})
Contract ended on           {ended_on}, as put on record by {ended_by}
To be destroyed by          {destroy_by}
Destroyed                   {begun_at} to {destroyed_at} (UTC)
By                          {destroyed_by}

Before that all records of the district were exported, as they stood at {export_at} (UTC).
SHA-256 of the export's manifest.json, which names every file with its own SHA-256:
    {export_sha256}

Every row of the district in the database of the service was deleted, {total} rows:

{rows}

Backups that were taken while the district was served still hold its records. They are kept for {days} days, so
that the last of them expires on {backups_expire_on}; where one is restored before, the district is destroyed again.

Left is that this happened, as it stands here, and nothing of the content.

This certificate is not signed electronically. Program version {version}.

Date, name, signature:  ______________________________________________
"""


def certificate(end: DistrictEnd) -> dict[str, Any]:
    """What is certified of a district that was destroyed. Raises EndError for one that was not."""
    if end.destroyed_at is None or end.begun_at is None or end.export_at is None:
        raise EndError(f"{end.name} is not destroyed: there is nothing to certify.")
    destroyed_on = today_in(end.time_zone, end.destroyed_at)
    return {
        "certificate": "destruction of all records of a district",
        "district": {"slug": end.slug, "name": end.name},
        "ended_on": end.ended_on.isoformat(),
        "ended_by": end.ended_by,
        "destroy_by": end.contract.last_day.isoformat(),
        "begun_at": end.begun_at.isoformat(timespec="seconds"),
        "destroyed_at": end.destroyed_at.isoformat(timespec="seconds"),
        "destroyed_by": end.destroyed_by,
        "export": {
            "at": end.export_at.isoformat(timespec="seconds"),
            "manifest_sha256": end.export_sha256,
        },
        "rows": dict(sorted(end.removed.items())),
        "total": sum(end.removed.values()),
        "backups_expire_on": (destroyed_on + KEPT).isoformat(),
        "version": version(),
    }


def write_certificate(end: DistrictEnd, folder: Path) -> list[Path]:
    """Write the certificate as JSON and as a text to print; each is there whole or not at all. Raises EndError."""
    told = certificate(end)
    files = {JSON_FILE: json.dumps(told, indent=2, ensure_ascii=False) + "\n", TEXT_FILE: _text(told)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            scratch = folder / f".{name}.part"
            with scratch.open("w", encoding="utf-8") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(scratch, folder / name)
    except OSError as error:
        raise EndError(
            f"The certificate can not be written to {folder} ({error.strerror}); say --out again."
        ) from error
    return [folder / name for name in files]


def _text(told: dict[str, Any]) -> str:
    rows = "\n".join(f"    {table:<32}{count:>12}" for table, count in told["rows"].items()) or "    none"
    export = told["export"]
    return _TEXT.format(
        **(told | told["district"] | {"rows": rows}), export_at=export["at"], export_sha256=export["manifest_sha256"],
        days=KEPT.days,
    )  # fmt: skip
