"""Pages are in the reader's language, wholly; the reader chooses it, and the choice stays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from catalogue_files import FILES, LANGUAGES, fixed_parts, forms, translated
from course_world import coursed
from every_page import CASES
from factories import NOW, WHEEL_SPIN, Factory
from flask import Flask
from furnished import crowd, furnish
from furnished_graph import drafted, drafting
from furnished_letters import lettered
from furnished_rating import handed_in, rated
from furnished_work import asking, calendared, corrected, on_paper, spoken, with_tests
from office_world import at_home, ruled, waiting_office
from page_client import PageClient
from page_world import PASSWORD, PageWorld
from sqlalchemy import select

from api.actions.graph import add_prerequisite
from api.actions.target_texts import give_texts
from api.catalogues import catalogues, read_catalogue
from api.pages import language
from api.pages.texts import Said, statement
from mastery.graph import Strength
from mastery.moves.words import MoveKind
from models.access import Account
from models.graph import Node
from models.graph_store import load_graph
from models.target_texts import Text, put_texts
from models.unit_of_work import district_transaction

SPANISH = {"Accept-Language": "es-MX, es;q=0.9, en;q=0.5"}


def _html(client: PageClient) -> str:
    assert client.response is not None
    return client.response.get_data(as_text=True)


# --- whole ------------------------------------------------------------------------------------------------------------


class _Texts(HTMLParser):
    """All that a page shows or has read aloud, in one piece each, but what says that it is in another language."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.other: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        other = bool(self.other or (said.get("lang") and tag != "html"))
        if other and tag not in ("input", "br"):
            self.other.append(tag)
        spoken = ("title", "alt", "placeholder", "aria-label", "data-label")
        if not other:
            self.found.extend(v for k, v in attrs if v and (k in spoken or k.startswith("data-text-")))

    def handle_endtag(self, tag: str) -> None:
        if self.other and self.other[-1] == tag:
            self.other.pop()

    def handle_data(self, data: str) -> None:
        if not self.other and data.strip():
            self.found.append(re.sub(r"\s+", " ", data.strip()))


def _left_in_english(html: str, catalogue: Path) -> set[str]:
    """Texts of the sources that the page says although they have a translation."""
    pieces = _Texts(html).found
    whole, everything = set(pieces), "\n".join(pieces)
    found: set[str] = set()
    for message in translated(catalogue):
        for text in forms(message.id):
            if text in forms(message.string):
                continue
            long_parts = [part for part in fixed_parts(text) if len(part.split()) > 2]
            if text in whole or any(part in everything for part in long_parts):
                found.add(text)
    return found


# of the states of a page those that can be there together
FURNISHING = (
    None, crowd, corrected, asking, calendared, on_paper, with_tests, coursed, waiting_office, at_home, ruled, drafting,
    rated, handed_in,
)  # fmt: skip
# as the page's registry has them, and what it has not
PLACES = [
    *(
        (one.who, one.path)
        for one in CASES
        if one.endpoint and one.status == 200 and not one.come and one.more in FURNISHING
    ),
    *(("teacher", path) for path in ("/classes", "/today?section={section}", "/students/{student}/path")),
    ("teacher", "/students/{student}/targets/{mastered}/revocation"),
    *(("teacher", f"/students/{{student}}/map{more}") for more in ("", "?around={mastered}")),
    *(("student", path) for path in ("/path", "/students/{student}/map", "/students/{student}/targets/{little}")),
    *(("guardian", path) for path in ("/students/{student}/path", "/students/{student}/targets/{mastered}")),
    ("principal", "/classes/{section}"), ("leader", "/students"), ("leader", "/classes"),
    ("principal", "/letters?group=staff"), ("steward", "/graph/draft/enter"),
    *((who, "/students/{student}/own-words") for who in ("student", "guardian", "teacher")),
    ("steward", "/pathways"), ("teacher", "/classes/{section}/plan"),
    *((None, path) for path in ("/activate/{mother}", "/activate/{again}", "/recover")),
]  # fmt: skip
# two only send elsewhere, one is for developers, one a picture, three are files; to one
# comes who is halfway, further below
WITHOUT = {
    "pages.home", "pages.begin_at_provider", "pages.gallery", "pages.second_factor_picture", "pages.second_factor",
    "pages.work_file", "pages.rating_file", "pages.example_file",
}  # fmt: skip
# read after all others, for it is an error to come there so
STOPPED = {"pages.back_from_provider"}
# the pages that tell of targets
PARTS = {"/targets/", "/map", "/map?around", "/path", "/classes/", "/today", "/today after", "guardian /students/"}


def _everything(world: PageWorld) -> dict[str, int]:
    """Something of each kind that pages show, every kind of move among it; the ids that places name."""
    found = furnish(world)
    crowd(found)
    lettered(found)
    waiting_office(found)
    at_home(found)
    ruled(found)
    corrected(found)
    calendared(found)
    on_paper(found)
    with_tests(found)
    spoken(found)
    asking(found)
    coursed(found)
    rated(found)
    handed_in(found)

    def rows(make: Factory) -> None:
        below, above = make.target("B.1", "I can halve."), make.target("C.1", "I can share fairly.")
        for before, after in (("B.1", world.target.guid), (world.target.guid, "C.1")):
            add_prerequisite(make.session, make.district_id, before, after, Strength.HARD)
        unit = make.assessment("Unidad 3", "summative", [world.target])
        make.cut_scores(unit)
        gap = {"closes_when": "prereq_gap.closes", "next_step": "prereq_gap.next", "sentence": "prereq_gap.low"}
        facts = {"target": above.id, "prerequisite": below.id, "prerequisite_estimate": 0.4, "failed": 2}
        ready = {"closes_when": "ready_test.closes", "next_step": "ready_test.next", "sentence": "ready_test"}
        signed = make.target("D.1", "I can sign.")
        signed.credit_bearing = True
        for number in range(12):
            one = make.student(world.section, f"Niña {number}", "Ruiz")
            make.standing(one, below, probability=0.2)
            if number < 8:
                make.flag(one, above, rule="F10", severity="WATCH", finding={**WHEEL_SPIN, **gap, "facts": facts})
            elif number < 10:
                make.standing(one, signed, state="mastered_provisional", mastered_at=NOW, level=3.0)
                make.standing(one, above, state="needs_review", level=3.0)
            else:
                about = {"assessment": unit.id, "share": 0.9, "ready_targets": 1, "targets": 1}
                make.flag(
                    one, rule="P1", severity="INFO", scope=f"assessment:{unit.id}", assessment_id=unit.id,
                    finding={**WHEEL_SPIN, **ready, "facts": about},
                )  # fmt: skip

    world.add(rows)
    drafted(world)
    return found.places


def _translate_targets(world: PageWorld) -> None:
    with district_transaction(world.engine, world.district_id) as session:
        guids = session.scalars(select(Node.guid).where(Node.district_id == world.district_id)).all()
        texts = [(guid, "es", Text(statement=f"Puedo con {number}.")) for number, guid in enumerate(guids)]
        give_texts(session, world.district_id, texts)
        session.commit()


def _pages(world: PageWorld, places: dict[str, int], code: str) -> Iterator[tuple[str, str]]:
    """Every page that there is, and Today again after each kind of move: what it is, and its HTML."""
    clients: dict[str | None, PageClient] = {}
    for who, place in dict.fromkeys(PLACES):
        url = place.format(**places)
        if world.app.url_map.bind("").match(url.partition("?")[0])[0] in WITHOUT:
            continue
        client = clients.setdefault(who, world.client(who))
        assert client.get(url, **{"Accept-Language": code}).lang == code
        yield f"{who} {url}", _html(client)
    teacher = clients["teacher"]
    teacher.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = code
    for form in teacher.get("/today").forms:
        if form["action"] == "/moves" and form.get("flags", form.get("decisions")):
            sent = {name: value for name, value in form.items() if name not in ("action", "csrf_token")}
            teacher.post("/moves", **sent)
            teacher.get("/today")
            yield f"/today after {form['kind']}", _html(teacher)
    nobody = world.client()
    nobody.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = code
    assert nobody.sign_in("nobody", "", status=422).lang == code
    yield "a refused sign-in", _html(nobody)
    halfway = world.client()
    halfway.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = code
    halfway.sign_in("leader", PASSWORD)
    assert halfway.get("/second-factor").lang == code
    yield "the second step", _html(halfway)
    teacher.post("/account/second-factor/start")
    teacher.get("/account/second-factor")
    yield "a second step that is set up", _html(teacher)
    assert nobody.get("/sign-in/oidc/callback", 400).lang == code
    yield "a sign-in that was stopped", _html(nobody)
    assert nobody.get("/nowhere", 404).lang == code
    yield "no such page", _html(nobody)


def test_every_page_is_read(page_app: Flask) -> None:
    routes = page_app.url_map.bind("")
    read = {routes.match(re.sub(r"{.*?}", "1", path).partition("?")[0])[0] for _who, path in PLACES}
    rules = [rule for rule in page_app.url_map.iter_rules() if rule.endpoint.startswith("pages.")]
    assert {rule.endpoint for rule in rules if "GET" in (rule.methods or ())} <= read | WITHOUT | STOPPED


@pytest.mark.parametrize(("code", "path"), list(zip(LANGUAGES, FILES, strict=True)), ids=LANGUAGES)
def test_no_page_says_anything_in_english_that_is_translated(page_world: PageWorld, code: str, path: Path) -> None:
    places = _everything(page_world)
    kinds: set[str] = set()
    told: set[str] = set()
    _translate_targets(page_world)
    for where, html in _pages(page_world, places, code):
        # some of the names to sign in with are words as well
        assert _left_in_english(html, path) - set(page_world.people) == set(), where
        assert "I can" not in "\n".join(_Texts(html).found), where
        kinds.update(re.findall(r'name="kind" value="(\w+)"', html))
        told.update(part for part in PARTS if part in where and "Puedo con" in html)
    assert (kinds, told) == (set(MoveKind), PARTS)


def test_what_targets_say_in_english_only_says_so_on_every_page(page_world: PageWorld) -> None:
    """But in a page's title and in the name of a link of a drawing, which are text alone."""
    marked = 0
    for where, html in _pages(page_world, _everything(page_world), "es"):
        shown = re.sub(r'<title>.*?</title>|aria-label="[^"]*"', "", html, flags=re.DOTALL)
        assert "I can" not in "\n".join(_Texts(shown).found), where
        marked += "I can" in shown
    assert marked > 15


def test_what_is_left_in_english_is_found(page_world: PageWorld) -> None:
    """The test above can fail: an English page is full of it."""
    client = page_world.client("teacher")
    client.get("/today")
    assert {"Today", "Sign out", "Nothing new needs you."} <= _left_in_english(_html(client), FILES[0])


def test_what_tells_that_a_page_has_changed_depends_on_its_language(page_world: PageWorld) -> None:
    """Else a page in another tab would keep cards, or a whole list, in the language that it was opened in."""
    page_world.add(lambda make: make.wheel_spin(page_world.student, page_world.target))
    client, etags, digests = page_world.client("teacher"), set[str | None](), set[str]()
    for language_code in ("en", "es"):
        client.get("/today?partial=1", **{"Accept-Language": language_code})
        assert client.response is not None
        etags.add(client.response.headers["ETag"])
        digests.update(re.findall(r'data-digest="(.+?)"', _html(client)))
    assert (len(etags), len(digests)) == (2, 2)


# --- chosen -----------------------------------------------------------------------------------------------------------


def test_the_browser_chooses_among_the_languages_that_there_are(page_world: PageWorld) -> None:
    client = page_world.client()
    assert client.get("/sign-in").lang == "en"
    assert client.get("/sign-in", **{"Accept-Language": "tlh, en;q=0.5"}).lang == "en"
    page = client.get("/sign-in", **SPANISH)
    assert (page.lang, page.headings) == ("es", ["Iniciar sesión"])


@pytest.mark.parametrize(
    ("who", "url"), [(None, "/sign-in?next=/students%3Fpage%3D1"), ("teacher", "/students?page=1")]
)
def test_a_button_shows_the_page_in_the_other_language(page_world: PageWorld, who: str | None, url: str) -> None:
    client = page_world.client(who)
    page = client.get(url)
    form = next(one for one in page.forms if one["action"] == "/language")
    assert '<button type="submit" name="language" value="es" lang="es" class="secondary">Español</button>' in _html(
        client
    )
    assert 'value="en"' not in _html(client)
    client.post("/language", language="es", next=form["next"])
    assert client.response is not None
    assert client.response.headers["Location"] == url
    assert client.get(url).lang == "es"
    assert 'value="en" lang="en" class="secondary">English</button>' in _html(client)
    assert client.get(url, **{"Accept-Language": "en"}).lang == "es"


def test_error_pages_offer_it_too(page_world: PageWorld) -> None:
    client = page_world.client()
    page = client.get("/no-such-page?x=1", 404)
    assert [form["next"] for form in page.forms] == ["/no-such-page?x=1"]
    page = page_world.client("teacher").post("/flags/1/acknowledge", status=404, version=1)
    assert [form["next"] for form in page.forms] == ["/"], "there is no page at that address"


def test_the_choice_goes_with_the_person_to_another_browser(page_world: PageWorld) -> None:
    first = page_world.client("guardian")
    first.post("/language", language="es", next="/students")
    second = page_world.client("guardian")
    assert second.get(f"/students/{page_world.student.id}", **{"Accept-Language": "en"}).lang == "es"
    assert page_world.client("teacher").get("/today").lang == "en"
    second.post("/language", language="en", next="/students")
    assert first.get(f"/students/{page_world.student.id}").lang == "en", "also where one is signed in already"
    first.post("/language", language="es", next="/students")
    second.post("/sign-out")
    page = second.get("/sign-in")
    assert page.lang == "en", "what is left on a shared computer is nobody's"
    assert "You are signed out." in page.text


def test_the_account_keeps_what_was_chosen_before_signing_in_only_if_it_has_none(page_world: PageWorld) -> None:
    def chosen() -> str | None:
        with district_transaction(page_world.engine, page_world.district_id) as session:
            return session.scalar(select(Account.language).where(Account.sign_in_name == "guardian"))

    for before, kept in (("es", "es"), ("en", "es")):
        client = page_world.client()
        client.get("/sign-in")
        client.post("/language", language=before, next="/sign-in")
        client.sign_in("guardian", PASSWORD)
        assert chosen() == kept
        assert client.get(f"/students/{page_world.student.id}").lang == kept


def test_only_a_language_of_ours_and_only_with_the_token(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    client.post("/language", status=400, language="tlh", next="/today")
    client.post("/language", status=400, next="/today")
    response = client.client.post("/language", data={"language": "es"})
    assert response.status_code == 400
    assert client.get("/today").lang == "en"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", ""])
def test_choosing_never_leads_elsewhere(page_world: PageWorld, target: str) -> None:
    client = page_world.client("teacher")
    client.post("/language", language="es", next=target)
    assert client.response is not None
    assert client.response.headers["Location"] == "/"


def test_the_reference_of_the_api_is_in_english(page_world: PageWorld) -> None:
    rule = next(one.rule for one in page_world.app.url_map.iter_rules() if one.endpoint == "reference.get_reference")
    html = page_world.app.test_client().get(rule, headers=SPANISH).get_data(as_text=True)
    assert '<html lang="en">' in html
    assert "Saltar" not in html


# --- checked ----------------------------------------------------------------------------------------------------------


def test_a_translation_that_nobody_has_checked_says_so(page_world: PageWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "Ninguna persona ha revisado todavía esta traducción."
    unchecked = {**catalogues(), "es": replace(catalogues()["es"], checked=False)}
    checked = {**catalogues(), "es": replace(catalogues()["es"], checked=True)}
    client = page_world.client()
    monkeypatch.setattr(language, "catalogues", lambda: unchecked)
    assert said in client.get("/sign-in", **SPANISH).text
    assert "checked this translation" not in client.get("/sign-in").text
    monkeypatch.setattr(language, "catalogues", lambda: checked)
    assert said not in client.get("/sign-in", **SPANISH).text


@pytest.mark.parametrize(
    ("line", "checked"), [('"X-Checked-By: Inés Ruiz\\n"', True), ('"X-Checked-By: \\n"', False), ("", False)]
)
def test_the_catalogue_names_who_has_checked_it(tmp_path: Path, line: str, checked: bool) -> None:
    path = tmp_path / "messages.po"
    head = 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
    path.write_text(f'{head}{line}\n\nmsgid "Dog"\nmsgstr "Perro"\n\n#, fuzzy\nmsgid "Cat"\nmsgstr "Gato"\n', "utf-8")
    read = read_catalogue(path)
    assert read.checked is checked
    assert read.translations.gettext("Dog") == "Perro"
    assert read.translations.gettext("Cat") == "Cat", "a fuzzy translation is none"


# --- what targets say -------------------------------------------------------------------------------------------------


def test_a_target_speaks_the_readers_language_or_says_which_it_speaks(page_world: PageWorld) -> None:
    with district_transaction(page_world.engine, page_world.district_id) as session:
        make = Factory(session, page_world.district_id)
        one, other = make.target("A-1", "I can add."), make.target("A-2", "I can take <2> away.")
        put_texts(session, page_world.district_id, [(one.id, "es", Text(statement="Puedo sumar."))])
        graph = load_graph(session, page_world.district_id)
        with page_world.app.test_request_context(headers=SPANISH):
            assert statement(graph, one.id) == Said("Puedo sumar.")
            assert statement(graph, other.id) == Said("I can take <2> away.", "en")
            shown = page_world.app.jinja_env.from_string(
                "{{ a }} {{ b }} {{ b|string }} {{ _('Cut scores: %(title)s', title=b) }}"
            )
            english = '<span lang="en">I can take &lt;2&gt; away.</span>'
            assert shown.render(a=statement(graph, one.id), b=statement(graph, other.id)) == (
                f"Puedo sumar. {english} I can take &lt;2&gt; away. Puntajes de corte: {english}"
            )
        with page_world.app.test_request_context():
            assert statement(graph, one.id) == Said("I can add.")
            assert f"{statement(graph, other.id)}" == "I can take <2> away."
