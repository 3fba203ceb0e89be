"""A person at a real browser."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from flask import Flask
from live_client import LiveProcess
from page_world import PASSWORD, PageWorld
from playwright.sync_api import BrowserContext, Page


@dataclass
class Site:
    """The served pages; `address` is where, `answering` has the path of each request that is being answered."""

    app: Flask
    address: str
    answering: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Wait for the answers to requests of browsers that have gone: they still hold locks on tables."""
        until = time.monotonic() + 10
        while self.answering:
            assert time.monotonic() < until, f"never answered: {self.answering}"
            time.sleep(0.01)


@dataclass
class Visitor:
    """A person at a browser; notes what a page must not do."""

    site: Site
    world: PageWorld
    live: LiveProcess
    context: BrowserContext
    page: Page
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to a page of the site."""
        self.page.goto(self.site.address + path)
        return self.page

    def sign_in(self, who: str) -> Page:
        """Sign in with the form."""
        page = self.open("/sign-in")
        page.get_by_label("Sign-in name").fill(who)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page
