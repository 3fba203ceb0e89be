"""BOE-1, the body-of-evidence rule: eight lines that must all hold (domain 2.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mastery.body.tally import Tally, spoken
from mastery.body.words import SATISFIES_SUCCESSOR, Decision, Lack, Missing, TargetRule
from mastery.policy import Policy


def missing(
    tally: Tally, rule: TargetRule, prerequisites: Mapping[int, Decision], policy: Policy
) -> tuple[Missing, ...]:
    """What the body of evidence still lacks, by line; empty when BOE-1 holds. An absent prerequisite is not started."""
    gaps = sorted(own_gaps(tally, rule, policy), key=lambda gap: gap.line)
    return (*gaps, *prerequisite_gaps(rule, prerequisites))


def own_gaps(tally: Tally, rule: TargetRule, policy: Policy) -> Iterator[Missing]:
    """The unmet lines among 1 to 7, the ones that most often fail first."""
    certified = tally.certified
    if certified is None or certified.best < policy.scale_mastery_level:
        best = None if certified is None else certified.best
        yield Missing(4, Lack.CERTIFYING, policy.scale_mastery_level, best)
    elif certified.reopened:
        yield Missing(6, Lack.NEW_CERTIFYING, policy.scale_mastery_level, None)
    elif certified.last < policy.scale_mastery_level and not certified.resolved:
        yield Missing(6, Lack.CONTRADICTION, policy.scale_mastery_level, certified.last)
    found = spoken(tally, rule.primary)
    needed = policy.mastery_probability if rule.primary is None else rule.primary.mastered_from
    if found is None or found < needed:
        method = None if rule.primary is None else rule.primary.name
        yield Missing(1, Lack.ESTIMATE, needed, found, method=method)
    body = True
    if tally.records < policy.boe_records:
        body = False
        yield Missing(2, Lack.RECORDS, policy.boe_records, tally.records)
    if len(tally.assessments) < policy.boe_assessments:
        body = False
        yield Missing(2, Lack.ASSESSMENTS, policy.boe_assessments, len(tally.assessments))
    if len(tally.dates) < policy.boe_dates:
        body = False
        yield Missing(3, Lack.DATES, policy.boe_dates, len(tally.dates))
    if rule.dok is not None and (tally.dok is None or tally.dok < rule.dok):
        body = False
        yield Missing(5, Lack.DOK, rule.dok, tally.dok)
    if tally.held and (not body or certified is None or certified.best < policy.scale_mastery_level):
        yield Missing(7, Lack.INTEGRITY_HOLD, 0, tally.held)


def prerequisite_gaps(rule: TargetRule, prerequisites: Mapping[int, Decision]) -> Iterator[Missing]:
    """Line 8: every hard prerequisite mastered, or waived by a person."""
    still_open = tuple(t for t in rule.prerequisites if not satisfied(prerequisites.get(t)))
    if still_open:
        needed = len(rule.prerequisites)
        yield Missing(8, Lack.PREREQUISITES, needed, needed - len(still_open), still_open)


def satisfied(prerequisite: Decision | None) -> bool:
    """Whether a prerequisite's decision lets its successor advance."""
    return prerequisite is not None and prerequisite.state in SATISFIES_SUCCESSOR
