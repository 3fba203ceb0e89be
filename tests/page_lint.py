"""What is wrong with a page, as far as its HTML can tell; and a watch that reads every page an application sends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

from flask import Flask, Response, request, request_finished

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_APART = {"td", "th", "li", "p", "div", "dt", "dd", "span", "strong", "a"}
_INLINE_OUTSIDE = ("src", "href", "action")
_LEAVES = "noopener noreferrer external"
_NAMED = {"a", "button", "summary", "label", "legend", "th", "h1", "h2", "h3", "h4", "h5", "h6"}
_CONTROLS = {"input", "textarea", "select"}
_PARENTS = {"li": ("ul", "ol"), "dt": ("dl", "div"), "dd": ("dl", "div"), "legend": ("fieldset",)}
_LANDMARKS = {"nav": "nav", "section": "region", "aside": "aside", "main": "main"}


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


@dataclass
class _Element:
    tag: str
    attributes: dict[str, str | None]
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.stack: list[_Element] = []
        self.labelled: set[str] = set()
        self.inputs: list[dict[str, str | None]] = []
        self.references: list[str] = []
        self.levels: list[int] = []
        self.landmarks: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._check_place(tag)
        if tag not in _VOID:
            self.stack.append(_Element(tag, found))
        if tag in _APART:
            self.page.text += " "
        self._note(tag, found)
        self._note_form(tag, found)
        self._check_strict(tag, found)
        self._check_meaning(tag, found)

    def _check_place(self, tag: str) -> None:
        parent = self.stack[-1].tag if self.stack else None
        if tag in _PARENTS and parent is not None and parent not in _PARENTS[tag]:
            self.page.problems.append(f"<{tag}> in <{parent}>")

    def _note(self, tag: str, found: dict[str, str | None]) -> None:
        if tag == "html":
            self.page.lang = found.get("lang")
        if identity := found.get("id"):
            self.page.ids.append(identity)
        if tag == "a" and (target := found.get("href")):
            self.page.links.append(target)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        role = found.get("role") if found.get("role") == "region" else _LANDMARKS.get(tag)
        if role and (role != "region" or found.get("aria-label") or found.get("aria-labelledby")):
            self.landmarks.append((role, found))
        for name in ("aria-labelledby", "aria-describedby", "aria-controls"):
            self.references.extend((found.get(name) or "").split())

    def _note_form(self, tag: str, found: dict[str, str | None]) -> None:
        page = self.page
        if tag == "label" and (of := found.get("for")):
            self.labelled.add(of)
        if tag in _CONTROLS and found.get("type") not in ("hidden", "submit"):
            self.inputs.append(found)
        if tag == "form":
            page.forms.append({"action": found.get("action") or "", "method": (found.get("method") or "get").lower()})
        if tag == "input" and page.forms and found.get("name"):
            page.forms[-1][str(found["name"])] = found.get("value") or ""

    def _check_strict(self, tag: str, found: dict[str, str | None]) -> None:
        """What the security policy would refuse."""
        problems = self.page.problems
        problems.extend(f"inline {name}" for name in found if name == "style" or name.startswith("on"))
        if tag == "style" or (tag == "script" and "src" not in found):
            problems.append(f"inline <{tag}>")
        for name in _INLINE_OUTSIDE:
            # somewhere else a reader is led by a link alone, which tells that place nothing of where they were
            leaves = tag == "a" and found.get("rel") == _LEAVES
            if re.match(r"(https?:)?//", found.get(name) or "") and not leaves:
                problems.append(f"<{tag}> leads outside: {found[name]}")

    def _check_meaning(self, tag: str, found: dict[str, str | None]) -> None:
        """What somebody who hears the page would miss."""
        problems = self.page.problems
        if tag == "th" and found.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
            problems.append("<th> without scope")
        if tag == "img" and "alt" not in found:
            problems.append(f"<img> without alt: {found.get('src')}")
        named = found.get("aria-label") or found.get("aria-labelledby")
        drawn = found.get("role")
        # the links of a drawing are its content: those of an image would be hidden
        told = drawn == "presentation" or (drawn == "img" and named)
        if tag == "svg" and found.get("aria-hidden") != "true" and not told:
            problems.append("<svg> neither hidden nor a named image")
        if tag == "nav" and not named:
            problems.append("<nav> without a name")
        if int(found.get("tabindex") or 0) > 0:
            problems.append(f"<{tag}> with a tabindex of its own")

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not self.stack or self.stack[-1].tag != tag:
            self.page.problems.append(f"</{tag}> closes {[one.tag for one in self.stack[-1:]]}")
            return
        element = self.stack.pop()
        text = " ".join(element.text.split())
        if identity := element.attributes.get("id"):
            self.texts[identity] = text
        if tag in _NAMED and not text and not element.attributes.get("aria-label"):
            self.page.problems.append(f"<{tag}> without words: {element.attributes}")
        if tag == "title":
            self.page.title = text
        if tag == "h1":
            self.page.headings.append(text)

    def handle_data(self, data: str) -> None:
        self.page.text += data
        if not any(one.attributes.get("aria-hidden") == "true" for one in self.stack):
            for one in self.stack:
                one.text += data

    def name(self, attributes: dict[str, str | None]) -> str:
        """The accessible name of a landmark."""
        if label := attributes.get("aria-label"):
            return label
        return " ".join(self.texts.get(one, "") for one in (attributes.get("aria-labelledby") or "").split())


def read_page(html: str, whole: bool = True) -> Page:
    """Parse a page or partial and list what is wrong with it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    page = reader.page
    page.text = re.sub(r"\s+", " ", page.text)
    page.problems.extend(f"unclosed <{one.tag}>" for one in reader.stack)
    page.problems.extend(f"id {one} {number} times" for one, number in Counter(page.ids).items() if number > 1)
    page.problems.extend(
        f"no label: {one}" for one in reader.inputs if one.get("id") not in reader.labelled and "aria-label" not in one
    )
    boxes = [one for one in reader.inputs if one.get("type") == "checkbox"]
    several = Counter(one.get("name") for one in boxes)
    page.problems.extend(
        f"every box of {one['name']} is required" for one in boxes if "required" in one and several[one["name"]] > 1
    )
    names = Counter((role, reader.name(attributes)) for role, attributes in reader.landmarks)
    page.problems.extend(f"{number} landmarks {one}" for one, number in names.items() if number > 1)
    page.problems.extend(
        f"h{after} follows h{before}" for before, after in pairwise(reader.levels) if after > before + 1
    )
    if whole:
        page.problems.extend(_of_a_whole(page, reader))
    return page


def _of_a_whole(page: Page, reader: _Reader) -> Iterator[str]:
    if reader.levels.count(1) != 1 or reader.levels[0] != 1:
        yield f"not one h1 at the top: {reader.levels}"
    if sum(role == "main" for role, _attributes in reader.landmarks) != 1:
        yield "not one main"
    if not page.lang:
        yield "no lang"
    if not page.title:
        yield "no title"
    ids = set(page.ids)
    yield from (f"no element {one}" for one in {*reader.references, *reader.labelled} - ids)
    yield from (f"no place {one}" for one in page.links if one.startswith("#") and one[1:] not in ids)


@contextmanager
def every_page_read() -> Iterator[list[str]]:
    """Reads each HTML page that any application of this process sends meanwhile, to whomever; gives what was wrong."""
    found: list[str] = []

    def read(_sender: Flask, response: Response, **_rest: object) -> None:
        if (
            response.mimetype != "text/html"
            or 300 <= response.status_code < 400
            or request.method in ("HEAD", "OPTIONS")
        ):
            return
        page = read_page(response.get_data(as_text=True), whole=request.args.get("partial") != "1")
        found.extend(f"{request.method} {request.full_path}: {problem}" for problem in page.problems)

    with request_finished.connected_to(read):
        yield found
