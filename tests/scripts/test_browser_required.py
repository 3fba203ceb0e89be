"""Without a browser its tests are skipped on a person's machine, and fail where a change is judged."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from browser_needs import demand

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("environment", [{}, {"CI": ""}, {"CI": "false"}])
def test_on_a_persons_machine_a_browser_test_is_skipped_with_the_reason(environment: dict[str, str]) -> None:
    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        demand("no Chromium", environment)


@pytest.mark.parametrize("environment", [{}, {"CI": "true"}])
def test_nothing_is_skipped_where_there_is_a_browser(environment: dict[str, str]) -> None:
    demand(None, environment)


def test_in_ci_it_fails_with_the_reason(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no",
         "tests/browser/test_pages_in_browser.py::test_updates_can_be_paused"],
        cwd=CHECKOUT, env={**os.environ, "PATH": str(tmp_path), "CI": "true"}, capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    assert "no Chromium: apt install chromium provides it; in CI the browser tests are required" in done.stdout


def test_the_gate_of_a_change_says_that_it_is_ci() -> None:
    assert "\nexport CI=true" in (CHECKOUT / ".ci" / "run").read_text()
