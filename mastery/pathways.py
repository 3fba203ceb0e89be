"""Ways to learn a target: what one may be, and in which order a student finds several (S10, S13).

What a student prefers, where they are and which language they read put the ways in an order and never leave one out.
Nothing here is evidence, and no rule about mastery, pace or flags may read it; a lint contract holds that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

FIRST_SHOWN = 3
"""How many ways are shown at once; the others are behind a word."""
HOME_MINUTES = 10
"""The most minutes of a task for home."""
MOST_KEPT = 12
"""The most ways that somebody keeps for one target: more than that nobody reads through."""
LONGEST_TITLE, LONGEST_ABOUT, LONGEST_LINK = 80, 300, 500
MOST_MINUTES = 600


class Mode(StrEnum):
    """How one learns: the experience modes of S13."""

    DIRECT = "direct"
    MASTERY = "mastery"
    BLENDED = "blended"
    PROJECT = "project"
    FLIPPED = "flipped"
    ONLINE = "online"
    WORK_BASED = "work_based"
    INDEPENDENT = "independent"
    OTHER = "other"


class Setting(StrEnum):
    """Where one learns."""

    IN_CLASS = "in_class"
    AT_HOME = "at_home"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Words:
    """What a way is called, and what one does, in one language."""

    title: str
    about: str


@dataclass(frozen=True, slots=True)
class Pathway:
    """A way to learn a target: `minutes` it takes, None where it says nothing; a link to it, if any; by language what
    it says.
    """

    mode: Mode
    setting: Setting
    minutes: int | None
    link: str | None
    words: Mapping[str, Words]

    @property
    def is_home_task(self) -> bool:
        """Whether it is a short task for home."""
        return self.setting is Setting.AT_HOME and self.minutes is not None and self.minutes <= HOME_MINUTES


@dataclass(frozen=True, slots=True)
class Likes:
    """What a student says they learn best by."""

    modes: frozenset[Mode] = frozenset()
    settings: frozenset[Setting] = frozenset()

    def of(self, way: Pathway) -> int:
        """In how many respects a way is as the student likes it, 0..2."""
        return (way.mode in self.modes) + (way.setting in self.settings)


class PathwayError(ValueError):
    """What can not be kept; `code` says why: title, about, translation, minutes, link, target, full."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def in_order(
    ways: Sequence[Pathway], likes: Likes, language: str, available: Collection[Setting] = tuple(Setting)
) -> list[Pathway]:
    """All the ways, best first: what can be done where the reader is, in a language that the reader has, as the
    student likes it, then the shorter; otherwise in the order given.

    Where there is a short task for home, one is among the FIRST_SHOWN.
    """
    found = sorted(ways, key=lambda way: _order(way, likes, language, available))
    home = next((place for place, way in enumerate(found) if way.is_home_task), None)
    if home is not None and home >= FIRST_SHOWN:
        found.insert(FIRST_SHOWN - 1, found.pop(home))
    return found


def _order(way: Pathway, likes: Likes, language: str, available: Collection[Setting]) -> tuple[object, ...]:
    return (
        way.setting not in available,
        language not in way.words,
        -likes.of(way),
        way.minutes is None,
        way.minutes or 0,
    )


def checked(way: Pathway, source: str) -> Pathway:
    """A way as it is kept; `source` is the language that it says something in whatever else it does.

    Raises PathwayError.
    """
    words = {language: Words(_line(said.title), _line(said.about)) for language, said in way.words.items()}
    if not words.get(source, Words("", "")).title:
        raise PathwayError("title")
    if not words[source].about:
        raise PathwayError("about")
    words = {language: said for language, said in words.items() if said.title or said.about}
    for said in words.values():
        if not said.title or not said.about:
            raise PathwayError("translation")
        if len(said.title) > LONGEST_TITLE:
            raise PathwayError("title")
        if len(said.about) > LONGEST_ABOUT:
            raise PathwayError("about")
    if way.minutes is not None and not 1 <= way.minutes <= MOST_MINUTES:
        raise PathwayError("minutes")
    return Pathway(way.mode, way.setting, way.minutes, _link(way.link), words)


def _line(text: str) -> str:
    return " ".join(text.split())


def _link(link: str | None) -> str | None:
    """A link that a browser may follow from a page of ours: http or https, to a host, without a name or password."""
    text = (link or "").strip()
    if not text:
        return None
    try:
        parts = urlsplit(text)
        host, port_read = parts.hostname, parts.port is None or parts.port > 0
    except ValueError:
        raise PathwayError("link") from None
    plain = len(text) <= LONGEST_LINK and text.isprintable() and not any(one.isspace() for one in text)
    if not plain or parts.scheme not in ("http", "https") or not host or not port_read or "@" in parts.netloc:
        raise PathwayError("link")
    return text
