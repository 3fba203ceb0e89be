"""Tasks, rubrics and scores in the words that people read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.actions.tasks import LONGEST_TITLE, MOST_CRITERIA
from mastery.body.judgement import levels_to_give
from mastery.rating.raters import Bar
from mastery.rating.resolution import Outcome
from mastery.rating.rubric import RubricError
from mastery.rating.work import Stage, TaskKind

KINDS: Mapping[TaskKind, Any] = {
    TaskKind.PERFORMANCE: _l("Performance task"),
    TaskKind.PORTFOLIO: _l("Portfolio"),
    TaskKind.CAPSTONE: _l("Capstone"),
}
STAGES: Mapping[Stage, Any] = {
    Stage.FIRST: _l("Waits to be scored"),
    Stage.SECOND: _l("Waits for another rater"),
    Stage.DISCUSSION: _l("The raters are to talk"),
    Stage.LEAD: _l("Waits for a third rater"),
    Stage.SETTLED: _l("Scored"),
}
OUTCOMES: Mapping[Outcome, Any] = {
    Outcome.SINGLE: _l("one rater"),
    Outcome.EQUAL: _l("all raters gave the same"),
    Outcome.MEAN: _l("the mean of the raters, to the nearest half"),
    Outcome.DISCUSSED: _l("agreed in a talk"),
    Outcome.LEAD: _l("the third rater’s"),
    Outcome.NOT_SHOWN: _l("nothing to see of it"),
    Outcome.AWAITS_DISCUSSION: _l("the raters are to talk"),
    Outcome.AWAITS_LEAD: _l("waits for a third rater"),
}
BARS: Mapping[Bar, Any] = {
    Bar.ONESELF: _l("This is your own work, so somebody else scores it."),
    Bar.RELATIVE: _l("You are family of the student, so somebody else scores it."),
    Bar.HAS_SEEN: _l("You have seen another rater’s scores, so somebody else scores it."),
    Bar.NOT_CALIBRATED: _l("Before you score this, score the examples of its rubric."),
    Bar.TWICE: _l("You have scored this already."),
}
DEMANDS: Mapping[int, Any] = {
    1: _l("1: to recall"),
    2: _l("2: to use a skill or an idea"),
    3: _l("3: to think strategically"),
    4: _l("4: to think at length"),
}
NOT_SEEN = "none"
LEVELS = tuple(levels_to_give())


def said_of_rubric(error: RubricError) -> str:
    """Why a rubric or a task is not kept, in the reader's language."""
    match error.field:
        case "title":
            return _("Not kept: give it a title of at most %(num)s characters.", num=LONGEST_TITLE)
        case "words":
            return _("Not kept: what you wrote is too long.")
        case "rubric":
            return _("Not kept: choose one of the rubrics.")
        case "criteria":
            return _(
                "Not kept: give one to %(num)s criteria, each with a name, a target of its own, and words for every"
                " level.",
                num=MOST_CRITERIA,
            )
    return _("Not kept: give a level for each criterion, or say that there was nothing to see.")
