"""What mail says: the same subject for everybody, and HTML that holds only text."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.mail_texts import Facts, say
from mastery.mail import MailKind

names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@given(st.sampled_from(MailKind), st.sampled_from([None, "en", "es", "xx"]), names, names)
def test_no_name_reaches_a_subject_or_becomes_markup(
    kind: MailKind, language: str | None, name: str, district: str
) -> None:
    link = "https://mastery.example/activate/1.x"
    said = say(kind, language, Facts(district, name, link))
    assert said.subject == say(kind, language, Facts("", "", link)).subject
    tags: list[str] = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, _attrs: tags.append(tag)  # type: ignore[method-assign]
    reader.feed(said.html)
    assert set(tags) <= {"html", "head", "meta", "body", "div", "p", "a"}
    assert name in said.text


@pytest.mark.parametrize(("language", "parts"), [("en", 1), ("es", 1), (None, 2), ("xx", 2)])
def test_a_language_that_nobody_knows_is_every_language(language: str | None, parts: int) -> None:
    said = say(MailKind.PASSWORD_SET, language, Facts("District", "owl", None))
    assert len(said.subject.split(" / ")) == parts
    assert said.html.count("<div lang=") == parts
