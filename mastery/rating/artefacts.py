"""What a student hands in, as whose work, and for which targets it may speak (domain 2.7)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from mastery.body.words import Key


class Help(StrEnum):
    """What helped to make an artefact; `NONE` is said, not assumed."""

    NONE = "none"
    PERSON = "person"
    TOOL = "tool"
    AI = "ai"


@dataclass(frozen=True, slots=True)
class Artefact:
    """A piece of work, known by its content, so that the same file handed in anew is the same artefact.

    `own_work`: the student said that it is; `help` what they disclose, empty where they have not said, and `help_words`
    how it helped. Of work by several, `own_part` says what this student did.
    """

    content: str
    own_work: bool = False
    help: frozenset[Help] = frozenset()
    help_words: str = ""
    with_others: bool = False
    own_part: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """An artefact laid before a target, in a submission; `decided`: a decision on the target rests on it."""

    content: str
    target: Key
    submission: Key
    decided: bool = False


class Refusal(StrEnum):
    """Why an artefact may not stand for a target, or may not certify there."""

    ALREADY_HERE = "already_here"
    ALREADY_DECIDED = "already_decided"
    NO_STATEMENT = "no_statement"
    NO_DISCLOSURE = "no_disclosure"
    DISCLOSURE_UNCLEAR = "disclosure_unclear"
    NO_OWN_PART = "no_own_part"


def may_serve(artefact: Artefact, target: Key, submission: Key, uses: Collection[Use]) -> Refusal | None:
    """Whether an artefact may be laid before one more target of a submission: before several, and each of them once."""
    here = Use(artefact.content, target, submission)
    return Refusal.ALREADY_HERE if any(_same_place(one, here) for one in uses) else None


def may_certify(artefact: Artefact, target: Key, uses: Collection[Use]) -> tuple[Refusal, ...]:
    """What keeps an artefact from being the new certifying record of a target; as other evidence it may stand."""
    return tuple(_against_certifying(artefact, target, uses))


def _against_certifying(artefact: Artefact, target: Key, uses: Collection[Use]) -> Iterator[Refusal]:
    if any(one.decided and one.content == artefact.content and one.target == target for one in uses):
        yield Refusal.ALREADY_DECIDED
    if not artefact.own_work:
        yield Refusal.NO_STATEMENT
    if not artefact.help:
        yield Refusal.NO_DISCLOSURE
    elif artefact.help != {Help.NONE} and (Help.NONE in artefact.help or not artefact.help_words.strip()):
        yield Refusal.DISCLOSURE_UNCLEAR
    if artefact.with_others and not artefact.own_part.strip():
        yield Refusal.NO_OWN_PART


def _same_place(one: Use, other: Use) -> bool:
    return (one.content, one.target, one.submission) == (other.content, other.target, other.submission)
