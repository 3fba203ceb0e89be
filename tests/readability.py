"""How hard texts are to read, by the two measures that schools use for them; estimates, sound over many sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")


def sentences(text: str) -> list[list[str]]:
    """The words of each sentence; a colon or a semicolon ends one too."""
    return [words for part in re.split(r"[.?!:;…]\s|$", text) if (words := _WORD.findall(part))]


def english_syllables(word: str) -> int:
    """Groups of vowels, without the silent endings."""
    vowels = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = re.search(r"[^l]e$|[^td]ed$", word.lower()) is not None
    return max(1, vowels - silent)


def spanish_syllables(word: str) -> int:
    """Groups of vowels; two strong ones, or a weak one with an accent, stand apart."""
    spelt = re.sub(r"qu|gu(?=[eiéí])", "k", word.lower())
    return max(1, len(re.findall(r"[iuü]?[aeoáéó][iuüy]?|[íú]|[iuü]+|y$", spelt)))


def _averages(texts: Iterable[str], syllables: Callable[[str], int]) -> tuple[float, float]:
    """Words per sentence, syllables per word."""
    said = [words for text in texts for words in sentences(text)]
    words = [word for sentence in said for word in sentence]
    return len(words) / len(said), sum(map(syllables, words)) / len(words)


def flesch_kincaid_grade(texts: Iterable[str]) -> float:
    """The school grade that English texts ask for."""
    length, weight = _averages(texts, english_syllables)
    return 0.39 * length + 11.8 * weight - 15.59


def szigriszt_ease(texts: Iterable[str]) -> float:
    """How easy Spanish texts are, 0 to 100; from 65 on "quite easy", what INFLESZ gives for grades up to 6."""
    length, weight = _averages(texts, spanish_syllables)
    return 206.835 - 62.3 * weight - length
