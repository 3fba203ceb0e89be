"""A calibration for people: one line for each item, what to look at, what was left out, and how to read it."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from mastery.calibrate.calibration import Calibration
from mastery.calibrate.model import LEAST_SLOPE
from mastery.numbers import half_up

LITTLE_KNOWN = 0.8
"""A slope whose standard error is at least this share of the prior's spread is mostly what the prior says."""

_WIDTH = 120
_HEADING = ("item", "answers", "right", "a", "se", "b", "se", "misfit", "bend", "remark")
_HOW_TO_READ = """\
How to read it
  Abilities of these students have mean 0 and standard deviation 1. A student of ability b has an even chance.
  a      how sharply the item tells abler students from others; around 1 is usual
  se     standard error: the true value is within 1.96 of them in about 95 of 100 cases
  misfit distance between the observed share right and the curve's; from 0.10 on, on enough answers, it is wrong
  bend   beyond 2.58 either way the curve bends otherwise than chance would have it; above 0 as with guessing
  -      the answers can not tell"""


def remarks(found: Calibration) -> list[list[str]]:
    """What somebody should look at, item by item."""
    told: list[list[str]] = []
    misfits, bends = found.misfits(), found.bends()
    for j in range(len(found.items)):
        own = []
        if found.clipped[j]:
            flat = found.slope[j] <= LEAST_SLOPE
            own.append(f"slope held at {half_up(found.slope[j], 1)}: {'check the key' if flat else 'too few answers?'}")
        elif found.slope_se[j] >= LITTLE_KNOWN * found.prior.slope_sd:
            own.append("too few answers to know the slope")
        if misfits[j]:
            own.append("does not follow its curve")
        if bends[j]:
            own.append("bends up: guessing?" if found.bend[j] > 0 else "bends down: abler students lose it?")
        told.append(own)
    return told


def report(found: Calibration, title: str) -> str:
    """The whole report as plain text, items in the order of difficulty."""
    parts = [_summary(found, title), _table([_HEADING, *_lines(found)])]
    if found.dropped:
        parts.append(_dropped(found))
    return "\n\n".join([*parts, _HOW_TO_READ])


def _summary(found: Calibration, title: str) -> str:
    held = int(found.clipped.sum())
    return "\n".join(
        [
            title,
            f"{len(found.students):,} students, {len(found.items):,} items, {int(found.answers.sum()):,} answers",
            f"engine {found.engine}, {found.iterations} passes, {'converged' if found.converged else 'NOT converged'},"
            f" log-likelihood {half_up(found.log_likelihood, 1)}",
            f"reliability of ability {half_up(found.reliability, 2)}; slopes drawn to {half_up(found.prior.slope, 2)},"
            f" standard deviation {half_up(found.prior.slope_sd, 2)}",
            f"{len(found.dropped):,} items dropped, {held:,} slopes held at a bound",
        ]
    )


def _lines(found: Calibration) -> list[Sequence[str]]:
    told = remarks(found)
    errors, difficulty_errors = found.slope_se, found.difficulty_se
    return [
        (
            str(found.items[j]),
            f"{found.answers[j]:,}",
            f"{half_up(100 * found.right[j])}%",
            _two(found.slope[j]),
            _two(errors[j]),
            _two(found.difficulty[j]),
            _two(difficulty_errors[j]),
            _two(found.misfit[j]),
            _two(found.bend[j]),
            "; ".join(told[j]),
        )
        for j in found.difficulty.argsort(kind="stable")
    ]


def _two(value: float) -> str:
    return "-" if value != value else str(half_up(float(value), 2))


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Columns side by side: names and remarks from the left, numbers from the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    left = {0, len(widths) - 1}
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _dropped(found: Calibration) -> str:
    """The items without a curve, by reason."""
    by_reason: dict[str, list[str]] = {}
    for one in found.dropped:
        by_reason.setdefault(one.reason, []).append(str(one.item))
    lines = [f"Dropped, {reason} ({len(items):,}): {', '.join(items)}" for reason, items in by_reason.items()]
    return "\n".join(fill(line, _WIDTH, subsequent_indent="  ", break_long_words=False) for line in lines)
