"""Every stored word has words for people, and every text goes through gettext."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes
from page_world import PageWorld

from api.actions import explain
from api.pages import parts, preview, reasons, words
from api.pages.flag_cards import DISMISS_REASONS
from api.pages.texts import Said
from mastery.decide import Lack, State
from mastery.evidence import EvidenceType, Independence, Purpose
from mastery.flags.life import DismissReason
from mastery.flags.view import Severity

TEMPLATES = Path(reasons.__file__).parents[1] / "templates"


def test_no_stored_word_is_without_words() -> None:
    assert set(words.STATES) == set(State)
    assert set(words.SEVERITIES) == {severity.name for severity in Severity}
    assert set(words.PURPOSES) == set(Purpose)
    assert set(words.EVIDENCE_TYPES) == set(EvidenceType)
    assert set(words.INDEPENDENCE) == set(Independence)
    assert set(DISMISS_REASONS) == set(DismissReason)
    assert set(preview.LACKS) == set(Lack)
    assert set(reasons.POWERS) == set(explain._WHY)
    assert set(reasons.CHANGES) == set(explain._CHANGES)


def test_no_two_states_look_alike(page_world: PageWorld) -> None:
    with page_world.app.test_request_context():
        assert len({str(look.word) for look in words.STATES.values()}) == len(State)
        assert "fail" not in " ".join(str(look.word) for look in words.STATES.values()).lower()


@pytest.mark.parametrize("code", list(Lack))
@pytest.mark.parametrize("found", [None, 0.0, 1.5])
def test_each_unmet_line_is_a_sentence(page_world: PageWorld, code: Lack, found: float | None) -> None:
    line = {"line": 1, "code": code.value, "needed": 2.0, "found": found, "targets": ["guid"]}
    with page_world.app.test_request_context():
        sentence = reasons.missing_sentence(line, {"guid": Said("I can count.")})
    assert re.fullmatch(r"[A-Z].*[^.]\.", sentence), sentence


@pytest.mark.parametrize(
    ("probability", "said"),
    [(0.9, "Very likely there"), (0.899, "Probably there"), (0.4, "Could be there"), (0.0, "Not there yet")],
)
def test_chances_in_words(page_world: PageWorld, probability: float, said: str) -> None:
    with page_world.app.test_request_context():
        assert words.chance_words(probability) == said


def test_shares_are_rounded_half_up(page_world: PageWorld) -> None:
    with page_world.app.test_request_context():
        assert words.percent(0.645) == "65%"
        assert words.percent(0.125) == "13%"
        assert words.out_of_ten(0.45) == 5


def test_effects_grow_with_the_part(page_world: PageWorld) -> None:
    with page_world.app.test_request_context():
        effects = [parts._effect(size) for size in (-2.0, -0.7, -0.2, 0.0, 0.2, 0.7, 2.0)]
    assert effects == [
        "lowers it a lot", "lowers it", "lowers it a little", "makes hardly any difference",
        "raises it a little", "raises it", "raises it a lot",
    ]  # fmt: skip


# the reference of the JSON API and the gallery are for programmers and in English, like the API itself
IN_ENGLISH = {"reference.html", "gallery.html"}
PAGES = sorted(path for path in TEMPLATES.glob("*.html") if path.name not in IN_ENGLISH)
MODULES = sorted(path for path in Path(reasons.__file__).parent.glob("*.py") if not path.name.startswith("gallery"))
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_SPOKEN_ATTRIBUTE = re.compile(
    r"""\b(?:title|alt|placeholder|label|aria-[a-z]+|data-label|data-text-[a-z-]+)="([^"]*)\""""
)
# what aria attributes say to the machine
_TOKENS = {"page", "true", "false", "polite", "assertive"}
_TRANSLATES = {"_", "_l", "N_", "gettext", "ngettext", "lazy_gettext", "lazy_ngettext", "pgettext"}
# what these are told is for whoever reads the source
_FOR_DEVELOPERS = {"public", "declare", "admitting", "TypeVar"}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_templates_hold_no_text_of_their_own(path: Path) -> None:
    """What remains of a template without its tags, expressions and attributes is punctuation and signs."""
    text = re.sub(r"<[^>]*>", " ", _JINJA.sub(" ", path.read_text()))
    assert re.findall(r"[^\W\d_]{2,}", text) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_spoken_attributes_hold_no_text_of_their_own(path: Path) -> None:
    """Nor do attributes that are shown, or read aloud; identifiers have a hyphen or come after `-labelledby`."""
    text = re.sub(r'aria-(?:labelledby|describedby|controls)="[^"]*"', "", _JINJA.sub("", path.read_text()))
    said = [value for value in _SPOKEN_ATTRIBUTE.findall(text) if re.search(r"[^\W\d_]{2,}", value)]
    assert [value for value in said if value not in _TOKENS] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_expressions_of_templates_hold_no_text_of_their_own(path: Path, page_app: Flask) -> None:
    """A sentence or a word with a capital inside an expression is an argument of gettext."""
    found: list[str] = []
    waiting: list[nodes.Node] = [page_app.jinja_env.parse(path.read_text())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in _TRANSLATES:
            waiting.extend(one.value for one in node.kwargs)
        elif isinstance(node, nodes.Const) and isinstance(node.value, str):
            found.extend(re.findall(r"^[A-Z][a-z]+.*|.*[a-z]{2,} [a-z]{2,}.*", node.value))
        else:
            waiting.extend(node.iter_child_nodes())
    assert found == []


def _texts(source: str) -> Iterator[str]:
    """The strings of a module that read like texts, without docstrings, errors and arguments of gettext."""
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            continue
        called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if called in _TRANSLATES | _FOR_DEVELOPERS:
            assert isinstance(node, ast.Call)
            waiting.extend(one.value for one in node.keywords)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if re.search(r"^[^<]*[a-z]{2,} [a-z]{2,}|^[A-Z][a-z]+$", node.value):
                yield node.value
        else:
            waiting.extend(ast.iter_child_nodes(node))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_modules_of_pages_hold_no_text_outside_gettext(path: Path) -> None:
    assert list(_texts(path.read_text())) == []


def test_a_text_outside_gettext_is_found() -> None:
    lines = ('"""A."""', 'flash("It is done.")', 'Look("!", "Urgent")', '_("Is %(x)s", x="by me")', 'raise E("so no")')
    assert sorted(_texts("\n".join(lines))) == ["It is done.", "Urgent", "by me"]
