"""Which password may be set: long enough, not common, not to be guessed from who and where its holder is.

After NIST SP 800-63B-4: no mixture of signs is asked for, and the whole password is compared, not words in it. Compared
are compatible forms in lower case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise

SHORTEST = 8
# of those for whom a password alone may open the records of many children
SHORTEST_OF_STAFF = 15
LONGEST = 1024

_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_SHORTEST_RUN = 3
# a run of repeated or neighbouring signs counts as one; a password needs so many that do not follow from one another
_FEWEST_FREE = 5
_LONGEST_COMPARED = 100


class Fault(StrEnum):
    """Why a password may not be set."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    PERSONAL = "personal"
    PATTERN = "pattern"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose password it is: what others know of them (names, sign-in name, district, school), and the least length."""

    known: frozenset[str] = frozenset()
    shortest: int = SHORTEST


def normalised(password: str) -> str:
    """A password as it is counted and hashed: the same signs in one form, whatever keyboard they came from."""
    return unicodedata.normalize("NFKC", password)


def fault(password: str, holder: Holder, common: Collection[str]) -> Fault | None:
    """The first reason why a password may not be set, or None. `common` holds common ones in lower case."""
    signs = normalised(password)
    if len(signs) < holder.shortest:
        return Fault.SHORT
    if len(signs) > LONGEST:
        return Fault.LONG
    folded = signs.casefold()
    # "Password1!" is tried as soon as "password"
    if folded in common or re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded) in common:
        return Fault.COMMON
    known = {one.casefold() for one in map(normalised, holder.known)}
    if len(folded) <= _LONGEST_COMPARED and _is_made_of(folded, known):
        return Fault.PERSONAL
    return Fault.PATTERN if _is_repeated(folded) or _free_signs(folded) < _FEWEST_FREE else None


def _is_repeated(signs: str) -> bool:
    """Whether it is one part said twice or more."""
    return signs in (signs + signs)[1:-1]


def _free_signs(signs: str) -> int:
    """How many signs do not follow from the one before: a run of 3 and more along a row, or of one sign, is one."""
    free = place = 0
    while place < len(signs):
        place += max(1, _run(signs, place))
        free += 1
    return free


def _run(signs: str, start: int) -> int:
    """The length of the run that begins at a place; 0 where it is too short to be one."""
    steps = _steps()
    longest = len(signs) - start - len(signs[start:].lstrip(signs[start]))
    for way in steps.get((signs[start], signs[start + 1 : start + 2]), ()):
        end = start + 1
        while end < len(signs) and way in steps.get((signs[end - 1], signs[end]), ()):
            end += 1
        longest = max(longest, end - start)
    return longest if longest >= _SHORTEST_RUN else 0


@cache
def _steps() -> dict[tuple[str, str], frozenset[tuple[str, int]]]:
    """For two signs that are neighbours, in which rows and which way."""
    found: dict[tuple[str, str], set[tuple[str, int]]] = {}
    for row in _ROWS:
        for one, two in pairwise(row):
            found.setdefault((one, two), set()).add((row, 1))
            found.setdefault((two, one), set()).add((row, -1))
    return {pair: frozenset(ways) for pair, ways in found.items()}


def _letters(text: str) -> str:
    return "".join(sign for sign in text if sign.isalpha())


def _is_made_of(signs: str, known: Iterable[str]) -> bool:
    """Whether it is a known text, or its letters are nothing but known words, forwards or backwards."""
    phrases = set(known)
    if signs in phrases or any(signs == re.sub(r"\W", "", one) for one in phrases):
        return True
    words = {_letters(part) for one in phrases for part in (one, one.partition("@")[0], *re.split(r"[\W\d_]+", one))}
    words = {word for word in words if len(word) > 1}
    letters = _letters(signs)
    return bool(letters) and (_is_sequence(letters, words) or _is_sequence(letters[::-1], words))


def _is_sequence(letters: str, words: Collection[str]) -> bool:
    """Whether the letters are some of the words one after another."""
    reached = {0}
    for end in range(1, len(letters) + 1):
        if any(end - len(word) in reached and letters.startswith(word, end - len(word)) for word in words):
            reached.add(end)
    return len(letters) in reached
