"""What a flag rule may see, and what it says. No attribute of the person is here, so none can reach a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from mastery.body.tally import Tally, spoken
from mastery.body.words import Key, State
from mastery.methods import Choice
from mastery.reassess import AssessmentReadiness

Fact = int | float | str


# the facts of a finding that are targets
TARGET, PREREQUISITE = "target", "prerequisite"


class Severity(IntEnum):
    """How soon an adult should look; not a tier of support (domain 4.1)."""

    INFO = 1
    WATCH = 2
    ACT = 3
    URGENT = 4


class Scope(StrEnum):
    """What a flag is about."""

    TARGET = "target"
    ASSESSMENT = "assessment"


@dataclass(frozen=True, slots=True)
class PrerequisiteView:
    """A hard prerequisite of the target in view; `primary` as there."""

    target: int
    tally: Tally
    state: State
    primary: Choice | None = None

    @property
    def spoken(self) -> float | None:
        """What speaks for the estimate on the prerequisite."""
        return spoken(self.tally, self.primary)


@dataclass(frozen=True, slots=True)
class TargetView:
    """One student's standing on one target, nameless. `level` is the reported level 0..4, None until one certifies.

    `primary` is the score rule that speaks for the estimate, None the model.
    """

    target: int
    tally: Tally
    state: State
    level: float | None
    prerequisites: tuple[PrerequisiteView, ...] = ()
    primary: Choice | None = None

    @property
    def spoken(self) -> float | None:
        """What speaks for the estimate on the target: a probability, or a value on the scale of `primary`."""
        return spoken(self.tally, self.primary)


@dataclass(frozen=True, slots=True)
class AssessmentView:
    """One student's readiness for one assessment. `tested` says whether it was taken since the flag opened."""

    assessment: Key
    readiness: AssessmentReadiness
    tested: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a flag is open: a claim that a named adult should look, with its evidence. It is not a diagnosis.

    `evidence` are the result ids behind it (never empty, at most 10), `cause` the one that brought it
    about. `sentence`, `closes_when` and `next_step` are keys of `sentences.SENTENCES`, filled with `facts`;
    `parameters` are the policy's values used.
    """

    rule: str
    family: str
    severity: Severity
    scope: Scope
    scope_id: Key
    evidence: tuple[int, ...]
    cause: int
    sentence: str
    closes_when: str
    next_step: str
    facts: Mapping[str, Fact]
    parameters: Mapping[str, Fact]

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError(f"a finding of {self.rule} needs the evidence behind it")
