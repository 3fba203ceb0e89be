"""A browser of sorts for tests: signs in, follows redirects, and lints every page that it fetches."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from page_lint import Page, read_page
from statements import statements_said
from werkzeug.test import TestResponse


class PageClient:
    """A test client that lints each page and checks its security headers."""

    def __init__(self, client: FlaskClient, token: str | None = None) -> None:
        self.client = client
        self.response: TestResponse | None = None
        self._token = token

    def get(self, url: str, status: int = 200, **headers: str) -> Page:
        """Fetch a page without following a redirect."""
        response = self.client.get(url, headers=headers)
        return self._read(response, status)

    def statements(self, url: str) -> int:
        """How many statements a page takes once what a process keeps, such as a changed graph, is loaded."""
        self.get(url)
        with statements_said() as said:
            self.get(url)
        return len(said)

    def post(self, url: str, status: int = 303, **values: object) -> Page:
        """Send a form with the session's token."""
        kept = self._token
        response = self.client.post(url, data={"csrf_token": self.token(), **values})
        if response.status_code == 400 and kept is not None:
            self._token = None  # of a session that is over
            response = self.client.post(url, data={"csrf_token": self.token(), **values})
        return self._read(response, status)

    def token(self) -> str:
        """A form token of this session, as the header's form or the sign-in form holds it; it lasts as long."""
        if self._token is None:
            self._token = self._fresh_token()
        return self._token

    def _fresh_token(self) -> str:
        html = self.client.get("/students", follow_redirects=True).get_data(as_text=True)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
        assert found, html
        return found.group(1)

    def sign_in(self, name: str, password: str, status: int = 303, **values: object) -> Page:
        """Sign in with the form."""
        self.get("/sign-in")
        assert self.response is not None
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.response.get_data(as_text=True))
        assert found
        sent = {"csrf_token": found.group(1), "name": name, "password": password, **values}
        self._token = None
        return self._read(self.client.post("/sign-in", data=sent), status)

    def show_code(self, code: str, status: int = 303, **values: object) -> Page:
        """Take the second step of signing in."""
        page = self.post("/second-factor", status, code=code, **values)
        self._token = None
        return page

    def _read(self, response: TestResponse, status: int) -> Page:
        self.response = response
        html = response.get_data(as_text=True)
        assert response.status_code == status, (response.status_code, response.headers.get("Location"), html[:2000])
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        if status in (303, 304):
            return Page()
        page = read_page(html, whole="partial=1" not in (response.request.query_string.decode() or ""))
        assert not page.problems, page.problems
        return page
