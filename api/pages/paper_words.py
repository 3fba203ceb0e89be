"""Words of papers that are typed in: how they are scored, what a cell says, why it was not taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from mastery.evidence import ScoreStatus
from mastery.paper import PaperError, Saved, Scoring, shown

SCORING = {
    Scoring.POINTS: _l("points"),
    Scoring.LEVEL: _l("levels from 0 to 4, by halves"),
}
LEVELS = {
    "none": _l("No: it counts as formative only"),
    "some": _l("Yes, by these cut scores"),
}
_STATES = {
    ScoreStatus.SCORED: _l("saved"),
    ScoreStatus.NOT_SUBMITTED: _l("saved: not handed in"),
    ScoreStatus.EXEMPT: _l("saved: exempt"),
}


def state(saved: Sequence[Saved], names: Mapping[str, str]) -> str:
    """What is told under a cell: what of it is saved, and what was there before by whom."""
    if not saved:
        return ""
    told = str(_STATES[saved[-1].typed.status])
    if len(saved) == 1:
        return told
    before = saved[-2]
    return _("%(state)s (before: %(value)s by %(who)s)", state=told, value=shown(before.typed), who=who(before, names))


def who(one: Saved, names: Mapping[str, str]) -> str:
    """Who typed a revision: by name, or as results name a person who is not on file any more."""
    return names.get(one.scorer, one.scorer)


def refusal(error: PaperError, most: float) -> str:
    """Why a cell was not taken, and what would be right."""
    if error.code == "most":
        return _("Not saved: that is more than the %(most)s points possible.", most=f"{most:g}")
    if error.code == "halves":
        return _("Not saved: give a level by halves, such as 2.5.")
    if error.code == "refused":
        return _("Not saved: the day is before the student was born, or the record is closed.")
    return _("Not saved: type a number, - for not handed in, or x for exempt.")
