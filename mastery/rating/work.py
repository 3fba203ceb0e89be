"""Where a piece of work is on its way from being handed in to its levels, and what its record may do (domain 2.7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mastery.body.words import Key
from mastery.evidence import EvidenceType, Independence, Purpose
from mastery.policy import Policy
from mastery.rating.artefacts import Artefact, Use, may_certify
from mastery.rating.blind import Sheet, first_sheets
from mastery.rating.resolution import Outcome, Resolution, Word, resolve
from mastery.rating.rubric import Rubric


class TaskKind(StrEnum):
    """What is handed in."""

    PERFORMANCE = "performance"
    PORTFOLIO = "portfolio"
    CAPSTONE = "capstone"


class Stage(StrEnum):
    """What a piece of work waits for."""

    FIRST = "first"
    SECOND = "second"
    DISCUSSION = "discussion"
    LEAD = "lead"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Rated:
    """A piece of work as it was scored: how many must score it, their sheets, and what they agreed on by criterion."""

    needed: int
    sheets: tuple[Sheet, ...] = ()
    discussed: Mapping[str, float] = field(default_factory=dict)


def resolutions(work: Rated, rubric: Rubric, policy: Policy) -> dict[str, Resolution]:
    """What becomes of each criterion, by key in the rubric's order; empty until enough have scored."""
    first = first_sheets(work.sheets)
    if len(first) < work.needed:
        return {}
    lead = next((one for one in work.sheets if one.lead and one.submitted_at is not None), None)
    return {
        key: resolve(
            [sheet.scores[key] for sheet in first],
            policy,
            discussed=work.discussed.get(key),
            lead=None if lead is None else Word(lead.scores[key]),
        )
        for key in rubric.keys
    }


def stage(work: Rated, rubric: Rubric, policy: Policy) -> Stage:
    """What a piece of work waits for: raters first, then a talk, then the lead."""
    outcomes = {one.outcome for one in resolutions(work, rubric, policy).values()}
    if not outcomes:
        return Stage.SECOND if first_sheets(work.sheets) else Stage.FIRST
    if Outcome.AWAITS_LEAD in outcomes:
        return Stage.LEAD
    return Stage.DISCUSSION if Outcome.AWAITS_DISCUSSION in outcomes else Stage.SETTLED


def may_score(work: Rated, rater: int, rubric: Rubric, policy: Policy, *, lead: bool) -> bool:
    """Whether a person may hand in scores now: once, while raters lack; the lead where the others' are not enough."""
    if any(one.rater == rater for one in work.sheets):
        return False
    now = stage(work, rubric, policy)
    return now in (Stage.LEAD, Stage.DISCUSSION) if lead else now in (Stage.FIRST, Stage.SECOND)


def waits_for_talk(work: Rated, rubric: Rubric, policy: Policy) -> tuple[str, ...]:
    """The criteria of which the raters are to talk, by key."""
    found = resolutions(work, rubric, policy)
    return tuple(key for key, one in found.items() if one.outcome is Outcome.AWAITS_DISCUSSION)


def evidence_type(kind: TaskKind) -> EvidenceType:
    """As which evidence work of a kind counts."""
    return EvidenceType.PORTFOLIO if kind is TaskKind.PORTFOLIO else EvidenceType.PERFORMANCE


def purpose(*, credit_bearing: bool) -> Purpose:
    """Why the work was asked for: credit rests on what sums up."""
    return Purpose.SUMMATIVE if credit_bearing else Purpose.FORMATIVE


def independence(artefacts: Sequence[Artefact], target: Key, uses: Collection[Use]) -> Independence:
    """How the record of a target counts: in full where one of the files laid before it may certify it.

    Else as work with help, which supports and never certifies: of files of which nobody said whose work they are, and
    of those that the target was decided by before. A performance without a file is what the raters saw themselves.
    """
    if not artefacts or any(not may_certify(one, target, uses) for one in artefacts):
        return Independence.INDEPENDENT
    return Independence.ASSISTED
