"""Ways to learn a target: none is ever left out, what the student likes comes first, and what may be kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.pathways import (
    FIRST_SHOWN,
    LONGEST_ABOUT,
    LONGEST_LINK,
    LONGEST_TITLE,
    MOST_MINUTES,
    Likes,
    Mode,
    Pathway,
    PathwayError,
    Setting,
    Words,
    checked,
    in_order,
)

SAID = {"en": Words("Half a recipe", "Write a recipe for half as many people.")}
WAY = Pathway(Mode.PROJECT, Setting.AT_HOME, 30, None, SAID)
BOTH = {**SAID, "es": Words("Media receta", "Escribe una receta para la mitad de personas.")}

ways = st.builds(
    Pathway,
    st.sampled_from(Mode),
    st.sampled_from(Setting),
    st.none() | st.integers(1, MOST_MINUTES),
    st.none() | st.just("https://example.org/x"),
    st.sampled_from([SAID, BOTH, {"es": BOTH["es"]}]),
)
likes = st.builds(Likes, st.frozensets(st.sampled_from(Mode)), st.frozensets(st.sampled_from(Setting)))
available = st.sets(st.sampled_from(Setting))


@given(st.lists(ways, max_size=9), likes, st.sampled_from(["en", "es"]), available)
def test_no_preference_language_or_place_leaves_a_way_out(
    some: list[Pathway], liked: Likes, language: str, here: set[Setting]
) -> None:
    found = in_order(some, liked, language, here)
    assert sorted(map(id, found)) == sorted(map(id, some))


@given(st.lists(ways, max_size=9), likes, st.sampled_from(["en", "es"]), available)
def test_the_order_is_the_same_again_and_of_equals_as_given(
    some: list[Pathway], liked: Likes, language: str, here: set[Setting]
) -> None:
    once = in_order(some, liked, language, here)
    assert in_order(once, liked, language, here) == once
    twice = in_order([WAY, replace(WAY, link="https://example.org/b")], liked, language, here)
    assert [one.link for one in twice] == [None, "https://example.org/b"]


@given(st.lists(ways, max_size=9), likes, st.sampled_from(["en", "es"]), available)
def test_a_short_task_for_home_is_among_the_first(
    some: list[Pathway], liked: Likes, language: str, here: set[Setting]
) -> None:
    found = in_order(some, liked, language, here)
    first = found[:FIRST_SHOWN]
    assert any(one.is_home_task for one in some) == any(one.is_home_task for one in first)


@given(st.lists(ways.filter(lambda one: not one.is_home_task), max_size=9), likes, st.sampled_from(["en", "es"]))
def test_what_is_liked_comes_before_what_is_not_in_the_same_language(
    some: list[Pathway], liked: Likes, language: str
) -> None:
    found = in_order(some, liked, language)
    for readable in (True, False):
        counts = [liked.of(one) for one in found if (language in one.words) is readable]
        assert counts == sorted(counts, reverse=True)
    reads = [language in one.words for one in found]
    assert reads == sorted(reads, reverse=True)


def test_for_a_family_what_can_be_done_at_home_comes_first_and_the_rest_stays() -> None:
    in_class = replace(WAY, setting=Setting.IN_CLASS, mode=Mode.DIRECT, minutes=5)
    like_class = Likes(frozenset({Mode.DIRECT}), frozenset({Setting.IN_CLASS}))
    assert in_order([WAY, in_class], like_class, "en") == [in_class, WAY]
    assert in_order([WAY, in_class], like_class, "en", (Setting.AT_HOME, Setting.OUTSIDE)) == [WAY, in_class]


def test_what_is_kept_is_in_one_line_and_without_an_empty_translation() -> None:
    typed = replace(
        WAY, link=" https://example.org/a?b=1#c ", words={"en": Words(" Half\n a recipe", "x  y"), "es": Words(" ", "")}
    )
    kept = checked(typed, "en")
    assert kept == replace(WAY, link="https://example.org/a?b=1#c", words={"en": Words("Half a recipe", "x y")})
    assert checked(replace(WAY, link=" "), "en").link is None


@pytest.mark.parametrize(
    ("way", "code"),
    [
        (replace(WAY, words={}), "title"),
        (replace(WAY, words={"en": Words(" ", "x")}), "title"),
        (replace(WAY, words={"en": Words("x" * (LONGEST_TITLE + 1), "x")}), "title"),
        (replace(WAY, words={"en": Words("x", " ")}), "about"),
        (replace(WAY, words={"en": Words("x", "x" * (LONGEST_ABOUT + 1))}), "about"),
        (replace(WAY, words={"es": BOTH["es"]}), "title"),
        (replace(WAY, words={**SAID, "es": Words("x", "")}), "translation"),
        (replace(WAY, words={**SAID, "es": Words("", "x")}), "translation"),
        (replace(WAY, minutes=0), "minutes"),
        (replace(WAY, minutes=MOST_MINUTES + 1), "minutes"),
        *(
            (replace(WAY, link=link), "link")
            for link in (
                "javascript:alert(1)", "data:text/html,x", "ftp://example.org", "//example.org", "example.org",
                "https://", "https:///x", "https://a b.org", "https://example.org/\u202etxt", "https://u:p@example.org",
                "https://example.org:x", "https://[", "http://" + "x" * LONGEST_LINK,
            )
        ),
    ],
)  # fmt: skip
def test_what_may_not_be_kept_says_why(way: Pathway, code: str) -> None:
    with pytest.raises(PathwayError) as refused:
        checked(way, "en")
    assert refused.value.code == code
