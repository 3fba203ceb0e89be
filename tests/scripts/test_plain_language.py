"""What pages say stays plain: a child of twelve or a tired parent can read it, in either language."""

from __future__ import annotations

import pytest
from catalogue_files import FILES, LANGUAGES, fixed_parts, forms, sources, translated
from readability import english_syllables, flesch_kincaid_grade, sentences, spanish_syllables, szigriszt_ease

LONGEST_SENTENCE = 30
FEWEST_WORDS = 6  # shorter texts are labels, which the measures say nothing about

SPANISH = FILES[LANGUAGES.index("es")]


def _plain(text: str) -> str:
    """A text with something short in each place that is filled in."""
    return " x ".join(fixed_parts(text))


def _said(texts: list[str]) -> list[str]:
    return [text for text in texts if sum(map(len, sentences(text))) >= FEWEST_WORDS]


ENGLISH_TEXTS = _said([_plain(form) for message in sources() if message.id for form in forms(message.id)])
SPANISH_TEXTS = _said([_plain(form) for message in translated(SPANISH) for form in forms(message.string)])


@pytest.mark.parametrize(
    ("word", "number"), [("mastered", 2), ("table", 2), ("score", 1), ("needed", 2), ("evidence", 3), ("I", 1)]
)
def test_syllables_of_english(word: str, number: int) -> None:
    assert english_syllables(word) == number


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("estimación", 4),
        ("día", 2),
        ("siguiente", 3),
        ("evaluación", 4),
        ("período", 4),
        ("todavía", 4),
        ("que", 1),
        ("y", 1),
    ],
)
def test_syllables_of_spanish(word: str, number: int) -> None:
    assert spanish_syllables(word) == number


def test_the_measures_tell_easy_from_hard() -> None:
    assert flesch_kincaid_grade(["The cat sat on the mat. It was hot."]) < 1
    hard = (
        "Notwithstanding considerable methodological limitations, the evaluation demonstrates significant improvement."
    )
    assert flesch_kincaid_grade([hard]) > 16
    assert szigriszt_ease(["El gato come pan. Hace sol."]) > 90
    duro = "Independientemente de las consideraciones metodológicas, la administración responsabilizará."
    assert szigriszt_ease([duro]) < 20


def test_english_asks_for_no_more_than_grade_six() -> None:
    assert flesch_kincaid_grade(ENGLISH_TEXTS) <= 6


def test_spanish_is_quite_easy() -> None:
    assert szigriszt_ease(SPANISH_TEXTS) >= 65


@pytest.mark.parametrize("texts", [ENGLISH_TEXTS, SPANISH_TEXTS], ids=["en", "es"])
def test_no_sentence_runs_on(texts: list[str]) -> None:
    long = [" ".join(words) for text in texts for words in sentences(text) if len(words) > LONGEST_SENTENCE]
    assert not long, f"say these in sentences of at most {LONGEST_SENTENCE} words:\n" + "\n".join(long)
