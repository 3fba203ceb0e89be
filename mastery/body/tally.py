"""The running summary of one student's evidence on one target: bounded, and enough for every rule that reads it."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from mastery.body.words import Key, Record, TargetRule
from mastery.evidence import EvidenceType, Purpose
from mastery.methods import JUDGE, Choice
from mastery.policy import Policy

KEPT_DISTINCT = 8
KEPT_RESULTS = 10


class Certified(NamedTuple):
    """What certifying records say: the best level and the newest.

    Of the newest a person may have said that, though low, it does not count against mastery (`resolved`), or that
    whatever it says, a newer one is needed (`reopened`).
    """

    best: float
    best_result: int
    last: float
    last_result: int
    resolved: bool = False
    reopened: bool = False


class Practice(NamedTuple):
    """First tries at distinct items: how many count (a few a day), runs of correct ones, estimates at the newest.

    `estimates`, here and below, are what speaks for the estimate: the model's probability, or the value of the
    subject's primary method, on its own scale.
    """

    opportunities: int
    day: date
    day_count: int
    run: int
    longest_run: int
    estimates: tuple[float, ...]


class Summative(NamedTuple):
    """The newest summative level beside the estimate of that moment; `records` is how many the estimate rests on."""

    level: float
    result: int
    estimate: float | None
    records: int
    resolved: bool = False


class Checked(NamedTuple):
    """The newest retention check: when, at which level; `resolved`: a person said that it does not count."""

    at: datetime
    level: float
    resolved: bool = False


class Tally(NamedTuple):
    """What is known of one target after its evidence so far.

    `records` to `dok` leave out the records under an integrity hold, which `held` counts. `assessments` and `dates`
    keep the first 8 distinct ones, `recent` the newest 10 results, `levels` and `peaks` what the windows of F09 need.
    `said` is the value of the subject's primary method, where that is not the model; `estimate` is always the model's.
    `judged` are all levels that educators gave from the body of evidence and that stand, oldest first.
    """

    records: int = 0
    held: int = 0
    assessments: tuple[Key, ...] = ()
    dates: tuple[date, ...] = ()
    dok: int | None = None
    certified: Certified | None = None
    estimate: float | None = None
    rate: float | None = None
    last_at: datetime | None = None
    last_date: date | None = None
    recent: tuple[int, ...] = ()
    levels: tuple[tuple[int, float], ...] = ()
    peaks: tuple[tuple[date, float], ...] = ()
    failed: int = 0
    failed_results: tuple[int, ...] = ()
    practice: Practice | None = None
    summative: Summative | None = None
    said: float | None = None
    judged: tuple[float, ...] = ()
    checked: Checked | None = None


EMPTY = Tally()


def spoken(tally: Tally, primary: Choice | None) -> float | None:
    """What speaks for the estimate: the model's probability, or the value of the subject's primary method."""
    if primary is None:
        return tally.estimate
    if primary.name == JUDGE:
        return tally.judged[-1] if tally.judged else None
    return tally.said


def observe(tally: Tally, record: Record, rule: TargetRule, policy: Policy) -> Tally:
    """The tally after one more record, which must not be older than the newest one in it (else ValueError: replay)."""
    if tally.last_at is not None and record.performed_at < tally.last_at:
        raise ValueError(f"record of result {record.result} is older than the newest in the tally; replay the target")
    if record.purpose is Purpose.STATE_SUMMATIVE:
        return _beside(tally, record, rule)
    assessments, dates, dok, records, held = tally.assessments, tally.dates, tally.dok, tally.records, tally.held
    if record.held:
        held += 1
    else:
        records += 1
        if record.assessment not in assessments and len(assessments) < KEPT_DISTINCT:
            assessments += (record.assessment,)
        if record.local_date not in dates and len(dates) < KEPT_DISTINCT:
            dates += (record.local_date,)
        if record.dok is not None and (dok is None or record.dok > dok):
            dok = record.dok
    estimate, rate, peaks, practice = tally.estimate, tally.rate, tally.peaks, tally.practice
    if record.counts_for_estimate:
        if record.estimate_before is None or record.estimate_after is None:
            raise ValueError(f"record of result {record.result} counts for the estimate and carries none")
        estimate, rate = record.estimate_after, record.expected_rate
    before, after = record.estimate_before, record.estimate_after
    if rule.primary is not None:
        before = spoken(tally, rule.primary)
        # what a person says from the body of evidence stays until they say otherwise
        after = before if rule.primary.name == JUDGE else record.said
    # only an estimate that rests on enough evidence is a height to fall from
    if after is not None and records >= policy.enough_evidence_records:
        high = after if before is None or tally.records < policy.enough_evidence_records else max(before, after)
        peaks = _peaks(peaks, record.local_date, high, policy.drop_within_days)
    if record.counts_for_estimate and record.first_tries:
        practice = _practised(practice, record, before, after, rule.bar, policy)
    level, levels, certified = record.level, tally.levels, tally.certified
    if level is not None:
        levels = (*levels, (record.result, level))[-(policy.drop_recent_records + policy.drop_earlier_records) :]
        if record.certifying:
            certified = _certified(certified, record.result, level, record.held, policy)
    failed, failed_results = tally.failed, tally.failed_results
    if level < policy.scale_mastery_level if level is not None else record.share < rule.bar:
        failed += 1
        failed_results = (*failed_results, record.result)[-KEPT_RESULTS:]
    checked = tally.checked
    if record.evidence_type is EvidenceType.RETENTION_CHECK and level is not None:
        checked = Checked(record.performed_at, level)
    summative = tally.summative
    if record.purpose is Purpose.SUMMATIVE and level is not None:
        summative = Summative(level, record.result, estimate if rule.primary is None else after, records)
    return Tally(
        records, held, assessments, dates, dok, certified, estimate, rate, record.performed_at, record.local_date,
        (*tally.recent, record.result)[-KEPT_RESULTS:], levels, peaks, failed, failed_results, practice, summative,
        record.said, tally.judged, checked,
    )  # fmt: skip


def _beside(tally: Tally, record: Record, rule: TargetRule) -> Tally:
    """A state summative stands beside the local ledger: it can contradict it and nothing else (domain 2.3)."""
    if record.level is None:
        return tally
    estimate = spoken(tally, rule.primary)
    return tally._replace(summative=Summative(record.level, record.result, estimate, tally.records))


def _certified(now: Certified | None, result: int, level: float, held: bool, policy: Policy) -> Certified | None:
    """A held record can not help (line 7), so it only counts where it speaks against mastery (line 6)."""
    if held and level >= policy.scale_mastery_level:
        return now
    if now is None:
        return Certified(level, result, level, result)
    if level > now.best:
        return Certified(level, result, level, result)
    return Certified(now.best, now.best_result, level, result)


def _peaks(
    peaks: tuple[tuple[date, float], ...], day: date, peak: float, window: int
) -> tuple[tuple[date, float], ...]:
    """The highest estimate of each of the last `window` days and of `day` itself."""
    if not peaks:
        return ((day, peak),)
    last_day, last_peak = peaks[-1]
    if last_day == day:
        return (*peaks[:-1], (day, peak)) if peak > last_peak else peaks
    first = day.toordinal() - window
    return (*(p for p in peaks if p[0].toordinal() >= first), (day, peak))


def _practised(
    now: Practice | None, record: Record, before: float | None, after: float | None, bar: float, policy: Policy
) -> Practice:
    """Count the record's first tries. Within one record the estimate is taken to move evenly from try to try.

    A first value is one estimate; no value is none, and what was before does not compare with what comes after.
    """
    tries, day = record.first_tries, record.local_date
    if now is None:
        opportunities = day_count = run = longest = 0
        estimates: tuple[float, ...] = ()
    else:
        opportunities, run, longest, estimates = now.opportunities, now.run, now.longest_run, now.estimates
        day_count = now.day_count if now.day == day else 0
    counted = min(len(tries), max(policy.wheel_spin_opportunities_per_day - day_count, 0))
    for correct in tries:
        run = run + 1 if correct >= bar else 0
        longest = max(longest, run)
    n = len(tries)
    moved: tuple[float, ...]
    if after is None:
        estimates, moved = (), ()
    elif before is None or n == 1:
        moved = (after,)
    else:
        moved = (*(before + (after - before) * (i / n) for i in range(1, n)), after)
    window = policy.wheel_spin_slope_window
    return Practice(opportunities + counted, day, day_count + counted, run, longest, (estimates + moved)[-window:])


def reopened(tally: Tally) -> Tally:
    """The tally once a person has sent the student back to work: the newest certifying record no longer suffices."""
    certified = tally.certified
    return tally if certified is None else tally._replace(certified=certified._replace(reopened=True))


def resolved(tally: Tally) -> Tally:
    """The tally once a person has settled its contradictions: a low newest record or check, a summative at odds."""
    certified, summative, checked = tally.certified, tally.summative, tally.checked
    return tally._replace(
        certified=None if certified is None else certified._replace(resolved=True),
        summative=None if summative is None else summative._replace(resolved=True),
        checked=None if checked is None else checked._replace(resolved=True),
    )
