"""A calibration for people: one line for each item, what to look at, what was left out, and how to read it."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from mastery.calibrate.calibration import Calibration
from mastery.calibrate.link import Anchor, Drift
from mastery.calibrate.model import LEAST_SLOPE
from mastery.numbers import half_up

LITTLE_KNOWN = 0.8
"""A slope whose standard error is at least this share of the prior's spread is mostly what the prior says."""

_WIDTH = 120
_HEADING = ("item", "answers", "right", "a", "se", "b", "se", "misfit", "bend", "remark")
_DRIFT = ("drift a", "drift d")
_HOW_TO_READ = """\
How to read it
  {students} A student of ability b has an even chance.
  a      how sharply the item tells abler students from others; around 1 is usual
  se     standard error: the true value is within 1.96 of them in about 95 of 100 cases
  misfit distance between the observed share right and the curve's; from 0.10 on, on enough answers, it is wrong
  bend   beyond 2.58 either way the curve bends otherwise than chance would have it; above 0 as with guessing
  -      the answers can not tell"""
_OWN_SCALE = "Abilities of these students have mean 0 and standard deviation 1."
_HOW_TO_READ_DRIFT = """
  drift  change of the slope (a) and of the easiness (d) since then, over its standard error; a drifted item has no part
         in the scale, and - is an item that was not there"""


def remarks(found: Calibration, link: Anchor | None = None) -> list[list[str]]:
    """What somebody should look at, item by item."""
    told: list[list[str]] = []
    misfits, bends, drifts = found.misfits(), found.bends(), {} if link is None else link.drifts
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
        drift = drifts.get(found.items[j])
        if drift is not None and drift.drifted:
            own.append("drifted")
        told.append(own)
    return told


def report(found: Calibration, title: str, link: Anchor | None = None, to: str = "") -> str:
    """The whole report as plain text, items in the order of difficulty.

    With a `link` to an earlier calibration, whose name is `to`, curves are told on its scale, each with its drift.
    """
    heading = _HEADING if link is None else (*_HEADING[:-1], *_DRIFT, _HEADING[-1])
    parts = [_summary(found, title)]
    if link is not None:
        parts[0] += "\n" + _linked(link, to)
    parts.append(_table([heading, *_lines(found, link)]))
    if found.dropped:
        parts.append(_dropped(found))
    how = _HOW_TO_READ.format(students=_OWN_SCALE if link is None else f"Abilities are on the scale of {to}.")
    return "\n\n".join([*parts, how if link is None else how + _HOW_TO_READ_DRIFT])


def _linked(link: Anchor, to: str) -> str:
    left_out = int(link.drifted.sum())
    return (
        f"linked to {to} by {len(link.items) - left_out:,} items of both; {left_out:,} more drifted and were left out\n"
        f"on its scale abilities of these students have mean {half_up(link.students.mean, 3)} and standard deviation"
        f" {half_up(link.students.sd, 3)}"
    )


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


def _lines(found: Calibration, link: Anchor | None) -> list[Sequence[str]]:
    told, drifts = remarks(found, link), {} if link is None else link.drifts
    shown = found.curves if link is None else link.linked(found.curves)
    errors, difficulty, difficulty_errors = shown.slope_se, shown.difficulty, shown.difficulty_se
    return [
        (
            str(found.items[j]),
            f"{found.answers[j]:,}",
            f"{half_up(100 * found.right[j])}%",
            _two(shown.slope[j]),
            _two(errors[j]),
            _two(difficulty[j]),
            _two(difficulty_errors[j]),
            _two(found.misfit[j]),
            _two(found.bend[j]),
            *(() if link is None else _drifts(drifts.get(found.items[j]))),
            "; ".join(told[j]),
        )
        for j in difficulty.argsort(kind="stable")
    ]


def _drifts(of: Drift | None) -> tuple[str, str]:
    return ("-", "-") if of is None else (_two(of.slope), _two(of.easiness))


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
