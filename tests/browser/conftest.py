"""A real Chromium on real servers: the pages, the live process, the database."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import browser_needs
import pytest
from argon2 import PasswordHasher
from factories import Factory, new_district
from live_client import LiveProcess, live_process
from page_world import CHEAP_HASHER, PageWorld, SteppedClock, populate
from playwright.sync_api import Browser, ConsoleMessage, sync_playwright
from sqlalchemy import Engine
from visitors import Site, Visitor
from werkzeug.serving import make_server

from api.actions import accounts
from api.app import create_app
from models.installation import Installation
from models.migrate import upgrade
from models.roles import ensure_database
from models.unit_of_work import connect, district_transaction

_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-default-apps", "--no-first-run",
]  # fmt: skip
# a breach of the security policy is an event of the document; of a rule that only reports the console says nothing
_TELL_BREACHES = """document.addEventListener('securitypolicyviolation', (event) =>
    console.error(`security policy: ${event.effectiveDirective} ${event.blockedURI}`))"""
# a refused stream is told to the console by the browser itself; pages cannot prevent it
_EXPECTED_ERRORS = ("net::ERR_CONNECTION_REFUSED", "net::ERR_INCOMPLETE_CHUNKED_ENCODING", "net::ERR_EMPTY_RESPONSE")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this directory drive a browser."""
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Before any of them makes ready for a browser that is not there."""
    browser_needs.demand(browser_needs.lacking(), os.environ)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser."""
    os.environ.setdefault("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_needs.CHROMIUM, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def browsed(installation: Installation, worker_id: str) -> Installation:
    """An installation on a database of its own: the relay of its live process takes what other tests look at."""
    own = installation.for_database(f"browsed_{worker_id}")
    ensure_database(own)
    migrator = connect(own.owner_dsn)
    upgrade(migrator)
    migrator.dispose()
    return own


@pytest.fixture(scope="session")
def browser_live(browsed: Installation) -> Iterator[LiveProcess]:
    """The live process."""
    with live_process(browsed) as live:
        yield live


@pytest.fixture(scope="session")
def site(browsed: Installation, browser_live: LiveProcess) -> Iterator[Site]:
    """The pages, served by threads of this process."""
    accounts.HASHER = CHEAP_HASHER
    app = create_app(browsed)
    app.config["LIVE_PORT"] = str(browser_live.port)
    answering: list[str] = []

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        answering.append(path)
        try:
            return app(environ, start_response)
        finally:
            answering.remove(path)

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    server.daemon_threads = False  # closing waits for requests that still hold a connection
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(app, f"http://127.0.0.1:{server.server_port}", answering)
    server.shutdown()
    thread.join()
    server.server_close()
    accounts.HASHER = PasswordHasher()
    app.extensions["mastery"].dispose()


@pytest.fixture
def browser_world(site: Site, browser_live: LiveProcess) -> PageWorld:
    """A district for one test, with a live process that runs."""
    if browser_live.process is None:
        browser_live.start()
    engine: Engine = site.app.extensions["mastery"].engine
    district_id = new_district(engine)
    with district_transaction(engine, district_id) as session:
        world = populate(Factory(session, district_id), session, engine, site.app, SteppedClock())
        session.commit()
    return world


@pytest.fixture
def visitor(
    request: pytest.FixtureRequest, chromium: Browser, site: Site, browser_live: LiveProcess, browser_world: PageWorld
) -> Iterator[Visitor]:
    """A fresh browser context; afterwards nothing went wrong in it and nothing left this machine."""
    options: dict[str, Any] = getattr(request, "param", {})
    context = chromium.new_context(**({"viewport": {"width": 1280, "height": 800}, "locale": "en-US"} | options))
    context.set_default_timeout(20_000)
    context.add_init_script(_TELL_BREACHES)
    page = context.new_page()
    found = Visitor(site, browser_world, browser_live, context, page)

    def note(message: ConsoleMessage) -> None:
        if not any(one in message.text for one in _EXPECTED_ERRORS):
            found.errors.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.errors.append(str(error)))
    context.on("request", lambda one: urlsplit(one.url).hostname != "127.0.0.1" and found.outside.append(one.url))
    yield found
    context.close()
    site.settle()
    assert found.errors == []
    assert found.outside == []
