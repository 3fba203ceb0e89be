"""A browser of sorts for tests: signs in, follows redirects, and lints every page that it fetches."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_APART = {"td", "th", "li", "p", "div", "dt", "dd", "span", "strong", "a"}
_INLINE_OUTSIDE = ("src", "href", "action")


@dataclass
class Page:
    """What a page is made of."""

    text: str = ""
    title: str = ""
    lang: str | None = None
    headings: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.stack: list[str] = []
        self.labelled: set[str] = set()
        self.inputs: list[dict[str, str | None]] = []
        self.references: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        page = self.page
        if tag not in _VOID:
            self.stack.append(tag)
        if tag in _APART:
            page.text += " "
        if tag == "html":
            page.lang = found.get("lang")
        if identity := found.get("id"):
            page.ids.append(identity)
        if tag == "label" and (of := found.get("for")):
            self.labelled.add(of)
        if tag in ("input", "textarea", "select") and found.get("type") not in ("hidden", "submit"):
            self.inputs.append(found)
        if tag == "a" and (target := found.get("href")):
            page.links.append(target)
        if tag == "form":
            page.forms.append({"action": found.get("action") or "", "method": (found.get("method") or "get").lower()})
        if tag == "input" and page.forms and found.get("name"):
            page.forms[-1][str(found["name"])] = found.get("value") or ""
        for name in ("aria-labelledby", "aria-describedby"):
            self.references.extend((found.get(name) or "").split())
        page.problems.extend(f"inline {name}" for name in found if name == "style" or name.startswith("on"))
        if tag == "style" or (tag == "script" and "src" not in found):
            page.problems.append(f"inline <{tag}>")
        for name in _INLINE_OUTSIDE:
            if re.match(r"(https?:)?//", found.get(name) or ""):
                page.problems.append(f"<{tag}> leads outside: {found[name]}")

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not self.stack or self.stack[-1] != tag:
            self.page.problems.append(f"</{tag}> closes {self.stack[-1:]}")
        else:
            self.stack.pop()

    def handle_data(self, data: str) -> None:
        self.page.text += data
        if self.stack[-1:] == ["title"]:
            self.page.title += data
        if self.stack[-1:] == ["h1"] and not data.isspace():
            self.page.headings.append(data.strip())


def read_page(html: str, whole: bool = True) -> Page:
    """Parse a page or partial and list what is wrong with it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    page = reader.page
    page.text = re.sub(r"\s+", " ", page.text)
    problems = page.problems
    problems.extend(f"unclosed <{tag}>" for tag in reader.stack)
    problems.extend(f"id {one} twice" for one in set(page.ids) if page.ids.count(one) > 1)
    problems.extend(f"no label: {one}" for one in reader.inputs if one.get("id") not in reader.labelled)
    if whole:
        if len(re.findall(r"<h1[ >]", html)) != 1:
            problems.append("not one h1")
        if not page.lang:
            problems.append("no lang")
        if not page.title.strip():
            problems.append("no title")
        problems.extend(f"no element {one}" for one in reader.references if one not in page.ids)
    return page


class PageClient:
    """A test client that lints each page and checks its security headers."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.response: TestResponse | None = None

    def get(self, url: str, status: int = 200, **headers: str) -> Page:
        """Fetch a page without following a redirect."""
        response = self.client.get(url, headers=headers)
        return self._read(response, status)

    def post(self, url: str, status: int = 303, **values: object) -> Page:
        """Send a form with the session's token."""
        token = self.token()
        response = self.client.post(url, data={"csrf_token": token, **values})
        return self._read(response, status)

    def token(self) -> str:
        """A form token of this session, as the header's form or the sign-in form holds it."""
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
        return self._read(self.client.post("/sign-in", data=sent), status)

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
