"""How long a posted result takes to change a teacher's open Today, in a real browser."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.classroom import PASSWORD, Classroom, Sender, sitting

# three tries on each of three days, all wrong: one more and it is practice that leads nowhere (F04)
_DAYS, _TRIES = 3, 3
_WATCH = """
() => {
  window.change = new Promise((tell) => {
    const seen = new MutationObserver(() => { seen.disconnect(); tell(performance.timeOrigin + performance.now()); });
    seen.observe(document.getElementById('live'), { childList: true, subtree: true, characterData: true });
  });
}
"""
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
_LATEST_MS = 30_000


def browser() -> str | None:
    """Where Chromium is, if it is there."""
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )


def seconds_to_today(port: int, classroom: Classroom, sender: Sender, chromium: str) -> tuple[list[float], list[float]]:
    """From the start of a post to the change in the browser, and to its answer; in seconds, each sorted."""
    now = datetime.now(UTC)
    sender.post(_almost(classroom, now))
    last = [
        sitting(student, [target], now - timedelta(minutes=1), [0], f"last-{target}")
        for target in classroom.targets
        for student in classroom.students
    ]
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS).new_page()
        page.set_default_timeout(_LATEST_MS)
        _open_today(page, port, classroom)
        seen = [_one(page, sender, result) for result in last]
    return sorted(changed for changed, _ in seen), sorted(answered for _, answered in seen)


def _almost(classroom: Classroom, now: datetime) -> Sequence[dict[str, Any]]:
    return [
        sitting(student, classroom.targets, now - timedelta(days=day), [0] * _TRIES, f"day-{day}")
        for day in range(_DAYS, 0, -1)
        for student in classroom.students
    ]


def _open_today(page: Page, port: int, classroom: Classroom) -> None:
    page.goto(f"http://127.0.0.1:{port}/sign-in")
    page.locator("input[name=name]").fill(classroom.teacher)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form button[type=submit]").last.click()
    page.wait_for_selector("#live")
    page.wait_for_timeout(3000)


def _one(page: Page, sender: Sender, result: dict[str, Any]) -> tuple[float, float]:
    page.evaluate(_WATCH)
    began = time.time()
    sender.post([result])
    answered = time.time()
    changed = float(page.evaluate("() => window.change")) / 1000
    page.wait_for_timeout(100 + 400 * random.random())
    return changed - began, answered - began
