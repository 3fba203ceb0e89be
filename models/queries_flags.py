"""Which flags are a viewer's to see, or to act on: one condition for pages, lists and acts."""

from __future__ import annotations

from sqlalchemy import BigInteger, ColumnElement, and_, cast, or_

from mastery.access import Viewer
from mastery.access_questions import What
from mastery.flags.view import PREREQUISITE, Severity
from models.flag import Flag
from models.queries_people import seen_on

prerequisite = cast(Flag.finding[("facts", PREREQUISITE)].astext, BigInteger)


def flag_open(viewer: Viewer, what: What) -> ColumnElement[bool]:
    """Whether `what` is open to the viewer on all that the flag of the row names."""
    return seen_on(viewer, what, Flag.student_id, Flag.target_id, prerequisite)


def flag_seen(viewer: Viewer) -> ColumnElement[bool]:
    """Whether the viewer may see the flag of the row: as triage, or as good news."""
    good_news = and_(Flag.severity == Severity.INFO.name, flag_open(viewer, What.GOOD_NEWS))
    return or_(flag_open(viewer, What.FLAGS), good_news)
