"""A person at a real browser."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask
from live_client import LiveProcess
from page_world import PASSWORD, PageWorld
from playwright.sync_api import BrowserContext, Page


@dataclass
class Site:
    """The served pages; `address` is where."""

    app: Flask
    address: str


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
