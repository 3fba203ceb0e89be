"""What is asked of a page in a real browser: axe-core, reflow, targets that can be hit, where the keyboard leads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, TimeoutError

# every rule of WCAG 2.0 to 2.2, A and AA; target-size among them is off in axe unless it is named
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
_OPTIONS: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": list(TAGS)}, "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"], "preload": False,
}  # fmt: skip

_RUN_AXE = """async (options) => (await axe.run(document, options)).violations.flatMap((rule) => rule.nodes.map(
    (node) => `${rule.id}: ${node.target.join(' ')}: ${(node.failureSummary || '').replace(/\\s+/g, ' ')}`))"""

_TOO_SMALL = """() => [...document.querySelectorAll(
    'button, summary, input:not([type=hidden]), nav a, .plain a, .names a, .chips a, .pager a, .grid td a')]
    .filter((one) => one.checkVisibility())
    .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
    .filter(([, box]) => box.width < 24 || box.height < 24).map(([html]) => `too small to hit: ${html}`)"""

# a table of many targets is wide by its nature (WCAG 1.4.10), and scrolls in itself
_TOO_WIDE = """() => [
    ...(document.documentElement.scrollWidth > window.innerWidth ? ['the page scrolls sideways'] : []),
    ...[...document.querySelectorAll('.table-scroll:not(:has(.grid))')]
        .filter((one) => one.scrollWidth > one.clientWidth).map((one) => `too wide: ${one.outerHTML.slice(0, 80)}`)]"""

_PATIENCE_MS = 5000  # the browser follows a link when it gets to it

_OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"


def open_all(page: Page) -> None:
    """Open everything that is folded."""
    page.evaluate(_OPEN_ALL)


def load_axe(page: Page) -> None:
    """Bring axe-core in through the browser's own door, which the page's security policy neither sees nor forbids."""
    page.evaluate(AXE_SCRIPT)


def axe_problems(page: Page) -> list[str]:
    """What axe finds against `TAGS`, one line per element."""
    found: list[str] = page.evaluate(_RUN_AXE, _OPTIONS)
    return found


def layout_problems(page: Page) -> list[str]:
    """What does not fit the screen, and what a finger would miss."""
    found: list[str] = page.evaluate(_TOO_WIDE)
    found += page.evaluate(_TOO_SMALL)
    return found


# --- the keyboard ---------------------------------------------------------------------------------------------------
_KEYBOARD = (Path(__file__).parent / "browser" / "keyboard.js").read_text()


# month, day, year, perhaps hour, minute and half of the day, and the calendar: one control, with a stop for each
_PARTS_OF_A_DAY = 7


def keyboard_problems(page: Page) -> list[str]:
    """What somebody without a mouse meets on the way from the top to the end, and where the way does not lead."""
    page.evaluate(_KEYBOARD)
    count, problems = page.evaluate("keyboard.start()"), []
    for number in range(count):
        page.keyboard.press("Tab")
        where = page.evaluate("keyboard.where()")
        for _ in range(_PARTS_OF_A_DAY - 1):
            if where is not None and where["day"] and where["stop"] == number - 1:
                page.keyboard.press("Tab")
                where = page.evaluate("keyboard.where()")
        if where is None:
            return [*problems, f"the way ends after {number} of {count}"]
        if where["stop"] != number:
            return [*problems, f"stop {number} of {count} is out of order: {where['html']} is {where['stop']}"]
        if not where["told"]:
            problems.append(f"nothing tells that focus is on {where['html']}")
        if not where["seen"]:
            problems.append(f"something lies over {where['html']}")
    page.keyboard.press("Tab")
    after = page.evaluate("keyboard.where()")
    if after is not None and after["stop"] != 0:
        problems.append(f"the way does not end, but goes on at {after['html']}")
    return problems


def skip_link_problems(page: Page) -> list[str]:
    """The first stop leads past the head of the page, right before what is in it."""
    page.evaluate(_KEYBOARD)
    page.evaluate("keyboard.start()")
    page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.getAttribute('href')") != "#main":
        return ["the first stop is no skip link"]
    page.keyboard.press("Enter")
    try:
        page.locator("#main:focus").wait_for(state="attached", timeout=_PATIENCE_MS)
    except TimeoutError:
        return ["the skip link does not lead to the content"]
    page.keyboard.press("Tab")
    return [] if page.evaluate("keyboard.inside()") else ["after the skip link the way goes on outside the content"]


def folding_problems(page: Page) -> list[str]:
    """Each fold opens with Enter and closes with Space; one that is open already does so the other way round."""
    problems = []
    for summary in page.locator("summary:visible").all():
        summary.focus()
        was, states = summary.evaluate("(one) => one.parentElement.open"), []
        for key in ("Enter", "Space"):
            page.keyboard.press(key)
            states.append(summary.evaluate("(one) => one.parentElement.open"))
        if states != [not was, was]:
            problems.append(f"{summary.inner_text()} does not fold with the keyboard: {states}")
    return problems
