"""Every text that people read is translated, wholly and rightly, in every catalogue.

Where one of these fails: run scripts/translations, then fill in what it lists. A catalogue's head says how we write.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from catalogue_files import COMMAND, FILES, LANGUAGES, catalogue, forms, placeholders, sources, translated

# texts that are rightly the same: names, and signs around what is filled in
SAME = {
    "es": {
        "Mastery", "“%(name)s”", "%(sentence)s.", "%(student)s: %(target)s", "no", "Logits", "%(number)s kB",
        "%(number)s MB", "%(day)s, %(time)s", "%(where)s, %(how)s", "%(where)s, %(span)s, %(how)s", "Plan: %(name)s",
    },
}  # fmt: skip

each_catalogue = pytest.mark.parametrize("path", FILES, ids=LANGUAGES)


def test_there_is_spanish() -> None:
    assert "es" in LANGUAGES
    assert len(sources()) > 200


@each_catalogue
def test_every_text_has_its_translation(path: Path) -> None:
    said = {message.id for message in translated(path)}
    new = sorted(COMMAND.source_text(message) for message in sources() if message.id and message.id not in said)
    lacking = new + COMMAND.unfinished(catalogue(path))
    assert not lacking, (
        f"{len(lacking)} texts lack a translation. Run scripts/translations, then fill in {path}:\n"
        + "\n".join(lacking)
    )


@each_catalogue
def test_no_translation_is_of_a_text_that_is_gone(path: Path) -> None:
    said = {message.id for message in sources()}
    gone = sorted(COMMAND.source_text(message) for message in translated(path) if message.id not in said)
    assert not gone, "no page says these any more; run scripts/translations, which drops them:\n" + "\n".join(gone)


@each_catalogue
def test_the_file_is_as_the_command_leaves_it(path: Path) -> None:
    """So that whoever runs the command changes nothing but their own texts."""
    assert path.read_text(encoding="utf-8") == COMMAND.merged(path, sources()), "run scripts/translations and commit"


@each_catalogue
def test_every_form_fills_in_the_same(path: Path) -> None:
    """A form for one may speak of "a test" without its number where the source does."""
    for message in translated(path):
        allowed = [placeholders(form) for form in forms(message.id)]
        for form in forms(message.string):
            assert placeholders(form) in allowed, (message.id, form)
        assert placeholders(forms(message.string)[-1]) == allowed[-1], message.id


@each_catalogue
def test_every_form_can_be_filled_in(path: Path) -> None:
    for message in translated(path):
        for form in forms(message.string):
            names = re.findall(r"%\((\w+)\)", form)
            if names:
                assert form % dict.fromkeys(names, 7)
            else:
                assert "%" not in form, (message.id, form)


@each_catalogue
def test_texts_begin_and_end_alike(path: Path) -> None:
    """A heading stays a heading and a sentence a sentence: stops, colons and question marks are where they were."""
    for message in translated(path):
        for form in forms(message.string):
            source = forms(message.id)[-1]
            assert form == form.strip(), form
            assert form[-1:] in ".:?" or source[-1:] not in ".:?", (source, form)
            assert form[-1:] not in ".:" or form[-1:] == source[-1:], (source, form)


@each_catalogue
def test_nothing_is_left_in_english(path: Path) -> None:
    same = {message.id for message in translated(path) if set(forms(message.id)) & set(forms(message.string))}
    assert same == SAME[COMMAND.language_of(path)], "translate it, or list it in SAME if it is the same word"


def test_the_command_adds_keeps_marks_and_drops(tmp_path: Path) -> None:
    path = tmp_path / "es" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    header = (
        '# About us.\nmsgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n"X-Checked-By: Inés\\n"'
    )
    kept, near, gone = 'msgid "Dog"\nmsgstr "Perro"', 'msgid "One big cat"\nmsgstr "Un gato"', 'msgid "X"\nmsgstr "Y"'
    path.write_text("\n\n".join([header, gone, kept, near]) + "\n", encoding="utf-8")
    template = Catalog()
    for text in ("Dog", "One big cat.", "Zebra", ("%(num)d egg", "%(num)d eggs")):
        template.add(text)
    first = COMMAND.merged(path, template)
    path.write_text(first, encoding="utf-8")
    assert first.startswith(header + "\n\n")
    assert kept in first
    assert '"X"' not in first
    assert 'fuzzy\nmsgid "One big cat."' in first
    assert COMMAND.unfinished(COMMAND.read(path)) == ["%(num)d egg", "One big cat.", "Zebra"]
    assert COMMAND.merged(path, template) == first, "a second time changes nothing"
