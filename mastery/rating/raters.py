"""Who may score a student's work, and whether those who do are enough (domain 2.7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Rater:
    """A person as a rater of one piece of work.

    `authorised`: a certified educator authorised for the subject; a mentor or partner is not. `oneself`, `relative` and
    `supervisor` are what the person is to the student, the last one at work. `has_seen`: another rater's scores of this
    work. `calibrated` is true as well where the task has no anchors.
    """

    person: int
    authorised: bool = False
    oneself: bool = False
    relative: bool = False
    supervisor: bool = False
    has_seen: bool = False
    calibrated: bool = True


class Bar(StrEnum):
    """Why a person may not rate the work."""

    ONESELF = "oneself"
    RELATIVE = "relative"
    HAS_SEEN = "has_seen"
    NOT_CALIBRATED = "not_calibrated"
    TWICE = "twice"


class Lack(StrEnum):
    """What those who may rate do not make up together."""

    RATERS = "raters"
    AUTHORISED = "authorised"
    BESIDE_SUPERVISOR = "beside_supervisor"


@dataclass(frozen=True, slots=True)
class Panel:
    """Who may rate of those named, who may not and why, and what is lacking among the first."""

    raters: tuple[int, ...]
    barred: tuple[tuple[int, Bar], ...]
    lacks: tuple[Lack, ...]

    @property
    def complete(self) -> bool:
        """Whether all named may rate and nothing is lacking."""
        return not (self.barred or self.lacks)


def bar(rater: Rater) -> Bar | None:
    """Why a person may not rate; None for whoever may, mentors and partners included."""
    if rater.oneself:
        return Bar.ONESELF
    if rater.relative:
        return Bar.RELATIVE
    if rater.has_seen:
        return Bar.HAS_SEEN
    return None if rater.calibrated else Bar.NOT_CALIBRATED


def panel(raters: Sequence[Rater], needed: int) -> Panel:
    """The raters of a piece of work that needs so many."""
    barred: list[tuple[int, Bar]] = []
    fit: dict[int, Rater] = {}
    for one in raters:
        why = bar(one)
        if why is None and one.person in fit:
            why = Bar.TWICE
        if why is None:
            fit[one.person] = one
        else:
            barred.append((one.person, why))
    return Panel(tuple(fit), tuple(barred), tuple(_lacks(tuple(fit.values()), needed)))


def _lacks(raters: Sequence[Rater], needed: int) -> Iterator[Lack]:
    if len(raters) < needed:
        yield Lack.RATERS
    if not any(one.authorised for one in raters):
        yield Lack.AUTHORISED
    if raters and all(one.supervisor for one in raters):
        yield Lack.BESIDE_SUPERVISOR
