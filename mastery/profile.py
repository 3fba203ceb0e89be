"""The student's own words: interests, goals, preferences, and the student's own choice of what to do next (S10, S12).

Who may say what, who may change it or take it back, and what replaces what. Nothing is overwritten: to change is to say
anew in the place of what was said, and what was said before stays with who said it and when. None of it is evidence,
and no rule about mastery, pace or flags may read it; a lint contract holds that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mastery.pathways import Likes, Mode, Setting

LONGEST = 300
"""The most characters of one saying."""
MOST_STANDING = 20
"""The most that may stand of a student at a time, the choice not counted: a page that nobody can read tells nothing."""


class Kind(StrEnum):
    """What is said: what the student likes, wants to be able to do, learns best by, or has chosen to do next."""

    INTEREST = "interest"
    GOAL = "goal"
    PREFERENCE = "preference"
    CHOICE = "choice"


class Speaker(StrEnum):
    """As whom somebody speaks: the student, or a parent whose rights hold today."""

    STUDENT = "student"
    PARENT = "parent"


SPOKEN = (Kind.INTEREST, Kind.GOAL, Kind.PREFERENCE)
"""The kinds that are said in words."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What is said. A goal may name a target and a day of one's own, a preference how and where one likes to learn; a
    choice is a target and nothing else.
    """

    kind: Kind
    words: str = ""
    target: int | None = None
    by_day: date | None = None
    mode: Mode | None = None
    setting: Setting | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Something on record: who said it when, in the place of which entry; without `saying` it takes that one back."""

    key: int
    kind: Kind
    saying: Saying | None
    by: int
    at: datetime
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class Addition:
    """What an act adds to the record."""

    kind: Kind
    saying: Saying | None
    replaces: int | None = None


class ProfileError(ValueError):
    """What can not be said; `code` says why: words, target, date, kind, full, changed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def speaker_of(person: int, student: int, *, signs: bool) -> Speaker | None:
    """As whom a person speaks for a student; None for whoever only reads, staff among them.

    `signs`: rights to the record are the person's today. From the 18th birthday on they are the student's alone, and a
    parent who still reads says nothing any more.
    """
    if person == student:
        return Speaker.STUDENT
    return Speaker.PARENT if signs else None


def may_say(speaker: Speaker | None, kind: Kind) -> bool:
    """Whether somebody may say something of a kind; what to do next is chosen by the student alone."""
    return speaker is Speaker.STUDENT or (speaker is Speaker.PARENT and kind is not Kind.CHOICE)


def may_change(speaker: Speaker | None, person: int, entry: Entry) -> bool:
    """Whether a person may say something else in the place of an entry: who said it, and nobody in another's name."""
    return speaker is not None and person == entry.by and entry.kind in SPOKEN


def may_withdraw(speaker: Speaker | None, person: int, entry: Entry) -> bool:
    """Whether a person may take an entry back: who said it, and the student, whose page it is."""
    return speaker is Speaker.STUDENT or (speaker is not None and person == entry.by)


def versions(told: Iterable[Entry]) -> list[tuple[Entry, ...]]:
    """What was said, each with all that came in its place, oldest first; in the order in which they began."""
    found: dict[int, list[Entry]] = {}
    place: dict[int, int] = {}
    for one in sorted(told, key=lambda entry: entry.key):
        first = one.key if one.replaces is None else place[one.replaces]
        place[one.key] = first
        found.setdefault(first, []).append(one)
    return [tuple(some) for some in found.values()]


def standing(told: Iterable[Entry]) -> list[Entry]:
    """What stands: of all that was said the newest, unless it was taken back."""
    return [some[-1] for some in versions(told) if some[-1].saying is not None]


def likes(told: Iterable[Entry], student: int) -> Likes:
    """How and where the student says they learn best, by what stands; a parent speaks for a child who says nothing."""
    said = [one for one in standing(told) if one.kind is Kind.PREFERENCE and one.saying]
    named = [one for one in said if one.saying and (one.saying.mode or one.saying.setting)]
    own = [one for one in named if one.by == student] or named
    return Likes(
        frozenset(one.saying.mode for one in own if one.saying and one.saying.mode),
        frozenset(one.saying.setting for one in own if one.saying and one.saying.setting),
    )


def say(
    told: Sequence[Entry], speaker: Speaker | None, person: int, saying: Saying, today: date, known: Collection[int]
) -> Addition | None:
    """Say something new; None where the same stands already, as after a form that was sent twice.

    `known`: the targets that may be named: those of the graph for a goal, those that are open to the student for a
    choice. A choice comes in the place of the one before. Raises ProfileError.
    """
    if not may_say(speaker, saying.kind):
        raise ProfileError("kind")
    said = _checked(saying, today, known)
    stands = standing(told)
    if any(one.saying == said and one.by == person for one in stands):
        return None
    if saying.kind is Kind.CHOICE:
        before = next((one.key for one in stands if one.kind is Kind.CHOICE), None)
        return Addition(said.kind, said, before)
    if sum(one.kind in SPOKEN for one in stands) >= MOST_STANDING:
        raise ProfileError("full")
    return Addition(said.kind, said)


def change(
    told: Sequence[Entry],
    speaker: Speaker | None,
    person: int,
    key: int,
    saying: Saying,
    today: date,
    known: Collection[int],
) -> Addition | None:
    """Say something else in the place of an entry; None where it is the same. The kind stays.

    Raises LookupError where there is no such entry that the person may change, ProfileError where it does not stand any
    more, or this can not be said.
    """
    entry = _entry(told, key)
    if not may_change(speaker, person, entry):
        raise LookupError(f"entry {key} is another's")
    if entry not in standing(told):
        raise ProfileError("changed")
    if saying.kind is not entry.kind:
        raise ProfileError("kind")
    before = entry.saying
    kept = before.by_day if before else None
    named = {before.target} if before and before.target is not None else set()
    said = _checked(saying, today, {*known, *named}, kept)
    return None if said == before else Addition(said.kind, said, key)


def withdraw(told: Sequence[Entry], speaker: Speaker | None, person: int, key: int) -> Addition:
    """Take an entry back. Raises LookupError where there is no such entry that the person may take back, ProfileError
    where it does not stand any more.
    """
    entry = _entry(told, key)
    if not may_withdraw(speaker, person, entry):
        raise LookupError(f"entry {key} is another's")
    if entry not in standing(told):
        raise ProfileError("changed")
    return Addition(entry.kind, None, key)


def _entry(told: Sequence[Entry], key: int) -> Entry:
    found = next((one for one in told if one.key == key), None)
    if found is None:
        raise LookupError(f"there is no entry {key}")
    return found


def _checked(saying: Saying, today: date, known: Collection[int], kept: date | None = None) -> Saying:
    """A saying as it is kept; `kept` is a day that it may have although it is over. Raises ProfileError."""
    words = " ".join(saying.words.split())
    if saying.kind is Kind.CHOICE:
        if saying.target is None or saying.target not in known:
            raise ProfileError("target")
        return Saying(saying.kind, target=saying.target)
    if not 0 < len(words) <= LONGEST:
        raise ProfileError("words")
    if saying.kind is Kind.PREFERENCE:
        return Saying(saying.kind, words, mode=saying.mode, setting=saying.setting)
    if saying.kind is not Kind.GOAL:
        return Saying(saying.kind, words)
    if saying.target is not None and saying.target not in known:
        raise ProfileError("target")
    if saying.by_day is not None and saying.by_day < today and saying.by_day != kept:
        raise ProfileError("date")
    return Saying(saying.kind, words, saying.target, saying.by_day)
