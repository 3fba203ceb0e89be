"""N_CONSEC, PCT80, TRIMMED, GATE, JUDGE: rules on runs of answers, on whole sittings, and on a person's word."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from mastery.methods.bkt import right_or_wrong
from mastery.methods.words import Judgement, Scored


def n_consec(records: Sequence[Scored], count: int, level: Fraction) -> bool | None:
    """Whether `count` in a row were right, at any time; None before there are `count`.

    Of a sitting with items each first try that scored all points is right, of one without a level of at least `level`;
    a sitting with neither is passed over.
    """
    outcomes: list[bool] = []
    for record in records:
        if record.items:
            outcomes += [share == 1 for share in right_or_wrong([record])]
        elif record.level is not None:
            outcomes.append(record.level >= level)
    return longest_run(outcomes) >= count if len(outcomes) >= count else None


def longest_run(outcomes: Sequence[bool]) -> int:
    """The length of the longest run of True."""
    longest = run = 0
    for right in outcomes:
        run = run + 1 if right else 0
        longest = max(longest, run)
    return longest


def pct80(records: Sequence[Scored], items: int) -> Fraction | None:
    """The percentage on the newest sitting with at least `items` items on the target; None without one.

    With fewer items the rule passes many who are far from 80%, and the best of several sittings still more.
    """
    long_enough = [record.share * 100 for record in records if record.items >= items]
    return long_enough[-1] if long_enough else None


def trimmed(shares: Sequence[Fraction], lowest: int, highest: int) -> Fraction | None:
    """The mean of what is left of shares of points when the `lowest` and `highest` are dropped; None if none is left.

    Each is dropped by its own share and all that stay count alike, so that a higher score never lowers the result;
    rules that search for the best total, and weigh by points, do not hold that.
    """
    kept = sorted(shares)[lowest : max(len(shares) - highest, 0)]
    return sum(kept, Fraction()) / len(kept) if kept else None


def judge(judgements: Sequence[Judgement]) -> Fraction | None:
    """The level that an educator gave last; one without a reason in words is no judgement. None without any."""
    return next((one.level for one in reversed(judgements) if one.reason.strip()), None)


def stopping_gate(
    records: Sequence[Scored], opportunities: int, sittings: int, accuracy: Fraction, last: int
) -> bool | None:
    """Whether practice may stop: the newest `opportunities` first tries right by `accuracy`, the `last` of them all.

    None before there are so many of them, in at least `sittings` sittings. Open prerequisites and contradictions are
    lines 8 and 6 of the body-of-evidence rule and not asked for again.
    """
    tries = right_or_wrong(records)
    if len(tries) < opportunities or len(records) < sittings:
        return None
    recent = tries[-opportunities:]
    return sum(recent) >= accuracy * opportunities and all(tries[-last:])
