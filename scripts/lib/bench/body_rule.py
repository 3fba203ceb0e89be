"""What the whole body-of-evidence rule lets pass, beside its threshold alone: simulated students and the rule itself.

Records are those of `simulated_tests`: sittings of practice without a level, then a test that certifies level 3.0 from
the bar on. Targets have no prerequisites and ask for no depth of knowledge, so lines 1 to 4 and 6 are what is tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from bench.simulated_tests import BAR, Tested, tested
from mastery.body.rule import own_gaps
from mastery.body.tally import EMPTY, observe
from mastery.body.words import Record, TargetRule
from mastery.estimate.observations import Flags
from mastery.estimate.state import Floats
from mastery.evidence import EvidenceType, OrderKey, Purpose
from mastery.measure.operating import Share, share_of
from mastery.policy import DEFAULT_POLICY as POLICY

_PRACTICE = (1, 2, 4, 8)
_SEED = 41
_RULE = TargetRule(1, bar=BAR)
_BEGAN = datetime(2026, 9, 1, 14, tzinfo=UTC)


RATES = (0.5, 0.65, 0.75, 0.85, 0.9, 0.95)


def rule_beside_threshold(students: int) -> Iterator[tuple[str, ...]]:
    """After so many answers in practice and the test: of 100 that pass by the true rate, then both error rates.

    A row for the threshold alone and one for the whole rule.
    """
    for practice in _PRACTICE:
        one = tested(students, practice, _SEED + practice)
        bare, whole = one.told[:, -1] >= POLICY.mastery_probability, passing(one)
        asked = f"{5 * practice} and a test of 10"
        yield asked, "threshold", *_said(bare, one.rate)
        yield asked, "whole rule", *_said(whole, one.rate)


def passing(one: Tested) -> Flags:
    """Whether nothing of lines 1 to 7 is missing after the test, [N, K]."""
    students, targets = one.rate.shape
    found = np.empty((students, targets), bool)
    for student in range(students):
        for target in range(targets):
            tally = EMPTY
            for number, estimate in enumerate(one.told[student, :, target].tolist()):
                share = float(one.share[student, target]) if number == one.told.shape[1] - 1 else None
                tally = observe(tally, _record(number, estimate, share), _RULE, POLICY)
            found[student, target] = next(own_gaps(tally, _RULE, POLICY), None) is None
    return found


def _record(number: int, estimate: float, share: float | None) -> Record:
    """A sitting of practice, or with a share right the test; each is a day of its own and a task of its own."""
    at = _BEGAN + timedelta(days=4 * number)
    level = None if share is None else 3.0 if share >= BAR else 2.0
    return Record(
        OrderKey(at, at, "lms", str(number)), number, number, 1,
        Purpose.FORMATIVE if share is None else Purpose.SUMMATIVE, EvidenceType.QUIZ, at, at.date(), level,
        share is not None, None, True, (), 1.0 if share is None else share, estimate, estimate, None,
    )  # fmt: skip


def _said(passes: Flags, rate: Floats) -> Iterator[str]:
    for one in RATES:
        yield percent(share_of(passes, np.abs(rate - one) <= 0.01))
    yield percent(share_of(passes, rate < BAR))
    yield percent(share_of(~passes, rate >= BAR))


def percent(share: Share | None) -> str:
    """Of 100, with the standard error behind it."""
    return "-" if share is None else f"{100 * share.share:.1f} ±{100 * share.standard_error:.1f}"
