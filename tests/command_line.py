"""The program's commands on the database of the tests."""

from __future__ import annotations

import pytest

from models.installation import Installation


def name_in_environment(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that are not told where their data are find this installation."""
    monkeypatch.setenv("DATABASE_URL", installation.app_dsn)
    monkeypatch.setenv("MASTERY_OWNER_DATABASE_URL", installation.owner_dsn)
    monkeypatch.setenv("MASTERY_SECRET_KEY", "of the tests")
    monkeypatch.delenv("MASTERY_DATA_DIR", raising=False)
