"""Which of several tries is reported, and which of them certifies (domain 2.5; rule 9 of 9.1).

The estimate sees all of them, and a decision is made from all of the evidence: nothing here tells them anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mastery.body.words import Key
from mastery.evidence import ScoreStatus
from mastery.numbers import exact
from mastery.reassessment.again import passing_score
from mastery.reassessment.forms import Form, repeats
from mastery.reassessment.tries import consuming, in_time
from mastery.reassessment.words import ByScore, Counts, Kind, RetakePolicy, Try


class Bar(StrEnum):
    """Why a try certifies nothing."""

    NO_LEVEL = "no_level"
    VOID = "void"
    PURPOSE = "purpose"
    FEW_ITEMS = "few_items"
    SAME_FORM = "same_form"


@dataclass(frozen=True, slots=True)
class Reported:
    """The try that counts with its own level and score; `printed` is the share after cap and penalty, if it has any."""

    sitting: Key
    level: float | None
    score: float | None
    share: float | None
    printed: float | None


def bars(
    policy: RetakePolicy, kind: Kind, one: Try, tries: Iterable[Try], forms: Iterable[Form] = ()
) -> tuple[Bar, ...]:
    """What keeps a try, one of `tries`, from certifying; it may still be evidence.

    Only a retake needs so many items, since the best of several short tests flatters; a number that is not known is
    not enough.
    """
    return tuple(_bars(policy, kind, one, tuple(tries), forms))


def _bars(policy: RetakePolicy, kind: Kind, one: Try, tries: Sequence[Try], forms: Iterable[Form]) -> Iterator[Bar]:
    if one.level is None or one.status is not ScoreStatus.SCORED:
        yield Bar.NO_LEVEL
    if one.void is not None:
        yield Bar.VOID
    if kind is not Kind.SUMMATIVE:
        yield Bar.PURPOSE
    if not _is_retake(policy, one, tries):
        return
    if not one.rubric and (one.items_on_target is None or one.items_on_target < policy.items_min):
        yield Bar.FEW_ITEMS
    if repeats(policy.form_rule, one, tries, forms):
        yield Bar.SAME_FORM


def _is_retake(policy: RetakePolicy, one: Try, tries: Sequence[Try]) -> bool:
    first = next(iter(consuming(policy, tries)), None)
    return first is not None and in_time(first) < in_time(one)


def reported(
    policy: RetakePolicy, kind: Kind, tries: Iterable[Try], forms: Iterable[Form] = (), *, taught: bool = False
) -> Reported | None:
    """The result that is reported; None while there is none. Two results are never averaged."""
    told = tuple(tries)
    found = [one for one in consuming(policy, told) if one.status is ScoreStatus.SCORED]
    if kind is not Kind.STATE:
        found = [one for one in found if not bars(policy, kind, one, told, forms)]
    if not found:
        return None
    chosen = _chosen(policy, found, taught)
    printed = _printed(policy, chosen, told)
    if policy.counts is Counts.BEST and printed is not None and printed != chosen.share:
        # where the best counts, what is taken off a retake never prints less than was there before it
        others = (_printed(policy, one, told) for one in found)
        printed = max(share for share in others if share is not None)
    return Reported(chosen.sitting, chosen.level, chosen.score, chosen.share, printed)


def _chosen(policy: RetakePolicy, tries: Sequence[Try], taught: bool) -> Try:
    if policy.counts is Counts.MOST_RECENT:
        return tries[-1]
    if policy.counts is Counts.BEST:
        # of equals the first
        return max(tries, key=lambda one: (_or_lowest(one.level), _or_lowest(one.score)))
    return next((one for one in tries if _passes(policy, one, taught)), tries[0])


def _passes(policy: RetakePolicy, one: Try, taught: bool) -> bool:
    rule = policy.eligible_if
    if isinstance(rule, ByScore):
        return one.score is not None and one.score >= passing_score(rule, taught=taught)
    return one.level is not None and one.level >= rule.below


def _or_lowest(value: float | None) -> float:
    return float("-inf") if value is None else value


def _printed(policy: RetakePolicy, one: Try, tries: Sequence[Try]) -> float | None:
    if one.share is None or not _is_retake(policy, one, tries):
        return one.share
    share = max(exact(one.share) - exact(policy.penalty), exact(0.0))
    return float(share if policy.score_cap is None else min(share, exact(policy.score_cap)))
