"""Work on paper that a teacher types in: what a cell says, which revision it becomes, on which day it was done."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from mastery.evidence import TOP_LEVEL, CutScore, EvidenceType, Purpose, ScoreStatus

PURPOSES = (Purpose.FORMATIVE, Purpose.INTERIM, Purpose.SUMMATIVE, Purpose.DIAGNOSTIC)
TYPES = (
    EvidenceType.EXIT_TICKET,
    EvidenceType.QUIZ,
    EvidenceType.TEST,
    EvidenceType.PRACTICE,
    EvidenceType.RETENTION_CHECK,
)
MOST_POINTS = 1000.0
MOST_TARGETS = 6
LONGEST_TITLE = 120
_STEP = 0.5
# what a keyboard gives: 7, 7.5, 7,5 or .5; a score on paper has at most two places
_NUMBER = re.compile(r"\d{0,6}(?:[.,]\d{0,2})?", re.ASCII)
_MISSING, _EXEMPT = frozenset({"-", "–"}), frozenset({"x"})


class Scoring(StrEnum):
    """How a paper is scored: by points, or by a level of a rubric, 0 to 4 in halves."""

    POINTS = "points"
    LEVEL = "level"


LEVEL_CUTS: tuple[CutScore, ...] = tuple(
    CutScore(step * _STEP, step * _STEP / TOP_LEVEL) for step in range(1, int(TOP_LEVEL / _STEP) + 1)
)
"""Of work scored by level, points are levels: each share of 4 is the level itself."""


class PaperError(ValueError):
    """What was typed can not be taken; `field` says where, `code` why."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(f"{field} {code}".strip())
        self.code = code
        self.field = field


@dataclass(frozen=True, slots=True)
class Typed:
    """What a cell says: a score with its status; only `scored` has one."""

    status: ScoreStatus
    score: float | None = None


NOT_HANDED_IN = Typed(ScoreStatus.NOT_SUBMITTED)
EXEMPT = Typed(ScoreStatus.EXEMPT)


@dataclass(frozen=True, slots=True)
class Saved:
    """A revision of a cell: what it says, who typed it (as results name a scorer), when it came in."""

    revision: int
    typed: Typed
    scorer: str
    at: datetime


def read_cell(text: str, scoring: Scoring, most: float) -> Typed | None:
    """What was typed into a cell that is worth `most` points; None for an empty one.

    A dash is not handed in, and never a score; x is exempt. Raises PaperError: `number` for what is none, `most` for
    more than there is to reach, `halves` for a level between two.
    """
    told = text.strip().lower()
    if not told:
        return None
    if told in _MISSING:
        return NOT_HANDED_IN
    if told in _EXEMPT:
        return EXEMPT
    if not _NUMBER.fullmatch(told) or not any(map(str.isdigit, told)):
        raise PaperError("number")
    score = float(told.replace(",", "."))
    if score > most:
        raise PaperError("most")
    if scoring is Scoring.LEVEL and score % _STEP:
        raise PaperError("halves")
    return Typed(ScoreStatus.SCORED, score)


def shown(typed: Typed) -> str:
    """A cell as it is typed: read_cell(shown(t)) says the same as t."""
    if typed.status is ScoreStatus.EXEMPT:
        return "x"
    return "-" if typed.score is None else f"{typed.score:.2f}".rstrip("0").rstrip(".")


def next_revision(saved: Sequence[Saved], seen: int, typed: Typed, scorer: str) -> int | None:
    """Under which revision to save what a person typed who had `seen` one (0: none); None where nothing is to be done.

    `saved` is all there is of the cell, oldest first. The last one who types wins, and nobody's revision is lost. What
    the same person sent after the one they saw is there already: a network that lost the answer sends it again.
    """
    if not saved:
        return 1
    if saved[-1].typed == typed:
        return None
    if any(one.revision > seen and one.scorer == scorer and one.typed == typed for one in saved):
        return None
    return saved[-1].revision + 1


def done_at(day: date | None, opened_at: datetime, zone: ZoneInfo) -> tuple[datetime, bool]:
    """When paper work of a day was done, and whether that is only estimated (domain 2.2).

    Noon at the school, or when it was typed in where that was before noon of the same day. Without a day it is when it
    was typed in, and estimated. Raises PaperError for a day that is not over or has not begun: `ahead`.
    """
    if day is None:
        return opened_at, True
    if day > opened_at.astimezone(zone).date():
        raise PaperError("ahead", "day")
    return min(datetime.combine(day, time(12), zone), opened_at), False


def cut_scores(percents: Mapping[float, float]) -> tuple[CutScore, ...]:
    """Cut scores of from which percent (0..100) which level is reached; PaperError unless they rise with the levels."""
    cuts = tuple(CutScore(level, percent / 100) for level, percent in sorted(percents.items()))
    shares = [cut.share for cut in cuts]
    if not cuts or not all(0 < share <= 1 for share in shares) or sorted(set(shares)) != shares:
        raise PaperError("rising", "cuts")
    return cuts


def source_id(ticket: str, student: str, target: str) -> str:
    """Under which id the cell of a student (sourcedId) and a target (GUID) is a result.

    That of its ticket, a slash, and 128 bits of a digest of the two names, which may be too long to stand there.
    """
    return f"{ticket}/{hashlib.sha256(f'{student}/{target}'.encode()).hexdigest()[:32]}"
