"""The lint of pages finds what it says it looks for, in whatever an application sends to whomever."""

from __future__ import annotations

import pytest
from flask import Flask
from page_lint import read_page

SOUND = (
    '<!doctype html><html lang="en"><head><title>T</title></head><body><a href="#main">Skip</a>'
    '<nav aria-label="Main"><a href="/x">X</a></nav><main id="main"><h1>T</h1>{}</main></body></html>'
)


def test_a_sound_page_has_no_problems() -> None:
    page = read_page(SOUND.format("<h2>A</h2><h3>B</h3><h2>C</h2>"))
    assert page.problems == []
    assert (page.title, page.lang, page.headings, page.links) == ("T", "en", ["T"], ["#main", "/x"])


@pytest.mark.parametrize(
    ("inside", "problem"),
    [
        ("<h3>B</h3>", "h3 follows h1"),
        ("<h1>B</h1>", "not one h1 at the top: [1, 1]"),
        ('<p id="a"></p><p id="a"></p>', "id a 2 times"),
        ('<input id="a">', "no label: {'id': 'a'}"),
        ('<label for="b">B</label>', "no element b"),
        ('<p aria-describedby="b"></p>', "no element b"),
        ('<a href="#b">B</a>', "no place #b"),
        ('<a href="/b"><span aria-hidden="true">→</span></a>', "<a> without words: {'href': '/b'}"),
        ("<button> </button>", "<button> without words: {}"),
        ("<table><tr><th>A</th></tr></table>", "<th> without scope"),
        ('<img src="/a.png">', "<img> without alt: /a.png"),
        ("<svg></svg>", "<svg> neither hidden nor a named image"),
        ("<nav></nav>", "<nav> without a name"),
        ('<nav aria-label="Main"></nav>', "2 landmarks ('nav', 'Main')"),
        ('<section aria-labelledby="h"><h2 id="h">A</h2></section><section aria-label="A"></section>',
         "2 landmarks ('region', 'A')"),
        ('<label for="a">A</label><input id="a" type="checkbox" name="c" required>'
         '<label for="b">B</label><input id="b" type="checkbox" name="c">', "every box of c is required"),
        ("<main></main>", "not one main"),
        ("<p><li>A</li></p>", "<li> in <p>"),
        ('<p tabindex="2"></p>', "<p> with a tabindex of its own"),
        ('<p style="color: red"></p>', "inline style"),
        ('<p onclick="x()"></p>', "inline onclick"),
        ("<script>x()</script>", "inline <script>"),
        ('<script src="//cdn.example/x.js"></script>', "<script> leads outside: //cdn.example/x.js"),
        ('<a href="https://x.example">X</a>', "<a> leads outside: https://x.example"),
        ("<p><b></p>", "</p> closes ['b']"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(inside: str, problem: str) -> None:
    assert problem in read_page(SOUND.format(inside)).problems


def test_a_link_that_tells_nothing_of_where_it_was_may_lead_outside() -> None:
    link = '<a href="https://x.example" rel="noopener noreferrer external">X</a>'
    assert read_page(SOUND.format(link)).problems == []


def test_a_partial_is_read_as_one() -> None:
    assert read_page("<h2>A</h2>", whole=False).problems == []
    assert read_page("<h2>A</h2>").problems == ["not one h1 at the top: [2]", "not one main", "no lang", "no title"]


def test_no_test_fetches_around_it(every_page_is_sound: list[str]) -> None:
    """The list is the one that every test is held to when it ends."""
    app, found = Flask("probe"), every_page_is_sound
    app.add_url_rule("/page", view_func=lambda: "<h1>A</h1><h3>B</h3>", endpoint="page")
    app.add_url_rule("/data", view_func=lambda: {"not": "<h1>"}, endpoint="data")
    app.test_client().get("/data")
    assert found == []
    app.test_client().get("/page?partial=1")
    assert found == ["GET /page?partial=1: h3 follows h1"]
    app.test_client().post("/page")  # the framework's own page for an error
    assert any(one.startswith("POST /page?: ") for one in found)
    found.clear()
