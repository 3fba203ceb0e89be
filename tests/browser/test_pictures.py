"""The pictures of the README and the tour are what the demonstration shows: made here, and looked at for their words.

`scripts/test -q tests/browser/test_pictures.py --pictures docs/pictures` makes them anew.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from demo_world import Shown
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from api.demonstration.accounts import FIXED_PASSWORD

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDER = CHECKOUT / "docs" / "pictures"
# what each picture says, so that one that no longer says what its page says is found without comparing pixels
SAID = FOLDER / "said.json"
_DESK, _PHONE = {"width": 1200, "height": 860}, {"width": 390, "height": 844}


@dataclass(frozen=True)
class Picture:
    """Who looks at what, on how large a screen; `go` leads from their first page to it."""

    who: str
    screen: dict[str, int]
    go: Callable[[Page], None] = lambda page: None
    locale: str = "en-US"


def follow(*names: str) -> Callable[[Page], None]:
    """Follow links by their names, one after the other; a name ends where the link's begins to differ."""

    def go(page: Page) -> None:
        for name in names:
            page.locator("main").get_by_role("link", name=re.compile(f"^{re.escape(name)}")).first.click()

    return go


def _to_the_picture(page: Page) -> None:
    follow("Talk with Dylan Whitehorse", "I can solve an equation that takes two steps")(page)
    heading = page.get_by_role("heading", name="How it came to be")
    heading.evaluate("(one) => window.scrollTo(0, one.getBoundingClientRect().top - 12)")


PICTURES = {
    "today": Picture("teacher", _DESK),
    "class": Picture("teacher", _DESK, follow("26 students")),
    "why": Picture("teacher", _DESK, _to_the_picture),
    "map": Picture("teacher", _DESK, follow("Talk with Hana Sato", "Map of what builds on what")),
    "path": Picture("student2", _PHONE),
    "path-es": Picture("familia", _PHONE, locale="es-US"),
}


@pytest.fixture(scope="module")
def address(shown: Shown) -> Iterator[str]:
    """Where the demonstration is served, at the moment at which its clock begins."""
    server = make_server("127.0.0.1", 0, shown.app, threaded=True)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_its_page_says(
    request: pytest.FixtureRequest, chromium: Browser, address: str, tmp_path: Path, name: str
) -> None:
    picture = PICTURES[name]
    context = chromium.new_context(viewport=picture.screen, locale=picture.locale, color_scheme="light")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    page.locator("#name").fill(f"{picture.who}@demo.example")
    page.locator("#password").fill(FIXED_PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    picture.go(page)
    said = _said(page)
    folder: str | None = request.config.getoption("--pictures")
    made = (Path(folder) if folder else tmp_path) / f"{name}.png"
    page.screenshot(path=made)
    context.close()
    assert _size(made) == (picture.screen["width"], picture.screen["height"])
    if folder:
        _remember(name, said)
    kept = FOLDER / f"{name}.png"
    assert _size(kept) == _size(made)
    assert json.loads(SAID.read_text()).get(name) == said, "its page says something else now: make the pictures anew"


def _said(page: Page) -> str:
    """A digest of the words in sight, without how fresh they are."""
    words = page.locator("main").evaluate(
        "(main) => { const copy = main.cloneNode(true); copy.querySelector('.live-bar')?.remove();"
        " return copy.textContent; }"
    )
    return hashlib.sha256(" ".join(words.split()).encode()).hexdigest()[:16]


def _size(picture: Path) -> tuple[int, int]:
    """Width and height of a PNG, as its header has them."""
    head = picture.read_bytes()[:24]
    assert head.startswith(b"\x89PNG\r\n\x1a\n"), picture
    width, height = struct.unpack(">II", head[16:])
    return width, height


def _remember(name: str, said: str) -> None:
    known = json.loads(SAID.read_text()) if SAID.exists() else {}
    SAID.write_text(json.dumps(known | {name: said}, indent=1, sort_keys=True) + "\n")


def test_every_picture_is_shown_and_every_shown_one_is_made() -> None:
    documents = {CHECKOUT / "README.md": "docs/pictures/", CHECKOUT / "docs" / "tour.md": "pictures/"}
    named: set[str] = set()
    for document, place in documents.items():
        shown_here = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", document.read_text())
        assert all(text.strip() for text, _ in shown_here), f"{document.name}: a picture without words"
        assert all(target.startswith(place) for _, target in shown_here)
        named |= {Path(target).stem for _, target in shown_here}
    assert named == set(PICTURES)
    assert {one.stem for one in FOLDER.glob("*.png")} == set(PICTURES)
