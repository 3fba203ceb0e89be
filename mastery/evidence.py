"""One scored observation: its words, its order, its identity, and what of it becomes an observation for the estimate."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

MAX_EFFECTIVE_ITEMS = 5
MAX_CLOCK_AHEAD = timedelta(minutes=5)


class Purpose(StrEnum):
    """Why the evidence was gathered; domain 2.3 says what each may do."""

    DIAGNOSTIC = "diagnostic"
    FORMATIVE = "formative"
    INTERIM = "interim"
    SUMMATIVE = "summative"
    STATE_SUMMATIVE = "state_summative"


class Independence(StrEnum):
    """Whether the student worked alone."""

    INDEPENDENT = "independent"
    ASSISTED = "assisted"
    GROUP = "group"


class Feedback(StrEnum):
    """Whether the student learned the outcome of an item before the next one."""

    IMMEDIATE = "immediate"
    NONE = "none"


class Proctoring(StrEnum):
    """Who watched the sitting."""

    NONE = "none"
    TEACHER = "teacher"
    SECURE = "secure"


class EvidenceType(StrEnum):
    """What the student did."""

    QUIZ = "quiz"
    TEST = "test"
    EXIT_TICKET = "exit_ticket"
    PRACTICE = "practice"
    PERFORMANCE = "performance"
    PORTFOLIO = "portfolio"
    OBSERVATION = "observation"
    EXTERNAL_CREDENTIAL = "external_credential"


class ScoreStatus(StrEnum):
    """Only `scored` carries a score; missing is not zero and not exempt (domain 2.2)."""

    SCORED = "scored"
    PENDING_MANUAL = "pending_manual"
    EXEMPT = "exempt"
    NOT_SUBMITTED = "not_submitted"


JUDGED_TYPES = frozenset({EvidenceType.PERFORMANCE, EvidenceType.PORTFOLIO, EvidenceType.OBSERVATION})
SYSTEM_SCORER = "system"


@dataclass(frozen=True, slots=True)
class ItemResponse:
    """One try at one item. `attempt` counts from 1 and is `try` on the wire."""

    item: str
    score: float
    max: float
    attempt: int = 1
    hints: int = 0
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class TargetScore:
    """What a sitting says about one target; `target` is whatever spelling the sender used."""

    target: str
    score: float | None
    max: float | None
    level: float | None = None
    items: tuple[ItemResponse, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """One posted result: one sitting of one student, before any name in it is resolved."""

    source_id: str
    revision: int
    student: str
    assessment: str
    form: str
    purpose: Purpose
    evidence_type: EvidenceType
    scorer: str
    performed_at: datetime
    scored_at: datetime
    independence: Independence = Independence.INDEPENDENT
    feedback: Feedback = Feedback.IMMEDIATE
    proctoring: Proctoring = Proctoring.NONE
    status: ScoreStatus = ScoreStatus.SCORED
    setting: str = "school"
    accommodations: tuple[str, ...] = ()
    duration_seconds: float | None = None
    targets: tuple[TargetScore, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class OrderKey:
    """The total order of evidence (design 3): pedagogy orders by `performed_at`; the rest only breaks ties."""

    performed_at: datetime
    scored_at: datetime
    client: str
    source_id: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What the filter sees: item name, score in 0..1, weight in (0, 1]."""

    item: str
    y: float
    weight: float


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a result: the field's path, what was found, what would be right."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class CutScore:
    """From this share of the maximum (0..1) on, the level (0..4 in halves) is reached."""

    level: float
    share: float


PROPOSED_CUT_SCORES: tuple[CutScore, ...] = (
    CutScore(1.0, 0.25),
    CutScore(2.0, 0.50),
    CutScore(2.5, 0.65),
    CutScore(3.0, 0.80),
    CutScore(3.5, 0.90),
    CutScore(4.0, 0.97),
)
