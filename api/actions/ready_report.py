"""Of those who were called ready for a test and then sat it, how many passed (domain 2.6); it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from api.actions.tries import level_on_target
from mastery.policy import DEFAULT_POLICY
from mastery.ready_calibration import WANTED, PassRate, Sat, pass_rates
from mastery.reassess import BlueprintLine
from mastery.reassessment.whole import whole_level
from models.queries_api import ApiEvidence, sittings_of_tests
from models.queries_ready import called_ready, titles_of, void_results
from models.readiness import blueprint_lines


@dataclass(frozen=True, slots=True)
class Line:
    """A test with its pass rate."""

    title: str
    rate: PassRate


def ready_report(session: Session, district_id: int) -> Sequence[Line]:
    """Every test for which anybody was called ready, by title; as many statements for many as for one.

    A sitting is passed where the level of the whole test is that of mastery; a void one is none.
    """
    called = called_ready(session, district_id)
    tests = {one.assessment for one in called}
    if not tests:
        return []
    blueprints, titles = blueprint_lines(session, district_id, tests), titles_of(session, district_id, tests)
    void = void_results(session, district_id, tests)
    records = sittings_of_tests(session, district_id, {one.student for one in called}, tests)
    sat = [one for one in _sittings(records, blueprints) if one[0] not in void]
    rates = pass_rates(called, [one for _key, one in sat])
    return sorted(
        (Line(titles[one.assessment], one) for one in rates), key=lambda line: (line.title, line.rate.assessment)
    )


def _sittings(records: Sequence[ApiEvidence], blueprints: dict[int, list[BlueprintLine]]) -> Iterator[tuple[int, Sat]]:
    ordered = sorted(records, key=lambda one: one.result.id)
    for key, group in groupby(ordered, key=lambda one: one.result.id):
        some = list(group)
        result = some[0].result
        levels = {one.evidence.target_id: level_on_target(one) for one in some}
        level = whole_level(blueprints.get(result.assessment_id, []), levels, DEFAULT_POLICY.readiness_share)
        scored = any(one is not None for one in levels.values())
        passed = (level is not None and level >= DEFAULT_POLICY.scale_mastery_level) if scored else None
        yield key, Sat(result.student_id, result.assessment_id, result.performed_at, passed)


def report_document(lines: Sequence[Line]) -> dict[str, Any]:
    """The report for programs; shares are 0..1."""
    return {
        "wanted": {"least": WANTED[0], "most": WANTED[1]},
        "assessments": [{"title": line.title, **asdict(line.rate)} for line in lines],
    }
