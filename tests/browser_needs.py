"""What the browser tests need of a machine, and what follows where it is not there."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import playwright
import pytest

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
_DRIVER = Path(playwright.__file__).parent / "driver" / "node"


@cache
def lacking() -> str | None:
    """What is missing and what provides it; None where a browser can be driven."""
    if CHROMIUM is None:
        return "no Chromium: apt install chromium provides it"
    if subprocess.run([str(_DRIVER), "--version"], capture_output=True).returncode:
        return "Playwright's driver does not start: apt install libatomic1 provides what it needs"
    return None


def demand(missing: str | None, environment: Mapping[str, str]) -> None:
    """Skip a test for want of a browser, with the reason; in CI, where a change is judged, fail it."""
    if missing is None:
        return
    if environment.get("CI", "").lower() in ("", "0", "false"):
        pytest.skip(missing)
    pytest.fail(f"{missing}; in CI the browser tests are required", pytrace=False)
