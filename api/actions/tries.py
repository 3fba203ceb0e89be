"""A student's tries at tests, from the results that came in: what they are, and in which window they were sat."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from mastery import evidence as law
from mastery.body.words import Key
from mastery.reassess import BlueprintLine
from mastery.reassessment.forms import Form
from mastery.reassessment.whole import score_on, whole_level
from mastery.reassessment.words import ByScore, RetakePolicy, Try, Void
from models.queries_api import ApiEvidence
from models.queries_windows import WindowLine
from models.registry import cuts_of

_ITEM = 1  # where an answer of the evidence names its item


def level_on_target(record: ApiEvidence) -> float | None:
    """The level of a record of evidence, by the cut scores in force."""
    evidence, result = record.evidence, record.result
    score = law.TargetScore("", evidence.score, evidence.max, evidence.level)
    cuts = None if record.cuts is None else cuts_of(record.cuts)
    return law.level_of(score, law.EvidenceType(result.evidence_type), result.scorer, cuts)


def tries_of(
    records: Iterable[ApiEvidence],
    policy: RetakePolicy,
    share: float,
    blueprint: Sequence[BlueprintLine],
    forms: Sequence[Form],
    windows: Sequence[WindowLine],
    held: Collection[Key],
    void: Collection[Key],
    zone: ZoneInfo,
) -> tuple[Try, ...]:
    """The tries of one student at one assessment, oldest first.

    `share` of the blueprint has to reach a level for the whole test to be at it. `held` are the windows in which the
    student ever had a seat: of several that a result may be of, those come first. `void` results are no tries.
    """
    items = {form.key: len(form.items) for form in forms if form.items}
    found = []
    for _key, group in groupby(sorted(records, key=lambda one: one.result.id), key=lambda one: one.result.id):
        some = list(group)
        result = some[0].result
        scores, most = [one.evidence.score for one in some], [one.evidence.max for one in some]
        total = None if None in scores else sum(one for one in scores if one is not None)
        out_of = None if None in most else sum(one for one in most if one is not None)
        seen = {answer[_ITEM] for one in some for answer in one.evidence.items}
        window = window_at(result.performed_at, windows, held)
        by_score = policy.eligible_if if isinstance(policy.eligible_if, ByScore) else None
        found.append(
            Try(
                sitting=result.id,
                at=result.performed_at,
                day=_day(result.performed_at, zone, window),
                form=some[0].form,
                level=whole_level(blueprint, {one.evidence.target_id: level_on_target(one) for one in some}, share),
                score=None if by_score is None else score_on(by_score, total, out_of),
                share=total / out_of if total is not None and out_of else None,
                status=law.ScoreStatus(result.status),
                items=items.get(some[0].form),
                seen=len(seen) or None,
                void=Void.TECHNICAL if result.id in void else None,
                administration=None if window is None else window.window.administration,
                school=None if window is None else window.school,
            )
        )
    return tuple(sorted(found, key=lambda one: (one.at, str(one.sitting))))


def window_at(at: datetime, windows: Iterable[WindowLine], held: Collection[Key]) -> WindowLine | None:
    """The window in which a test was sat at an instant, also on its makeup days; None where it was in none."""
    inside = [
        one
        for one in windows
        if not one.cancelled
        and (one.window.opens_at <= at < one.window.closes_at or one.window.day(at) in one.window.makeup)
    ]
    return min(inside, key=lambda one: (one.key not in held, one.window.opens_at, one.key), default=None)


def _day(at: datetime, zone: ZoneInfo, window: WindowLine | None) -> date:
    return at.astimezone(zone).date() if window is None else window.window.day(at)


def by_assessment(records: Iterable[ApiEvidence]) -> Mapping[int, Sequence[ApiEvidence]]:
    """Records by the key of their assessment."""
    found: dict[int, list[ApiEvidence]] = {}
    for one in records:
        found.setdefault(one.result.assessment_id, []).append(one)
    return found
