"""What the teachers of the demonstration do with their lists: what is old is settled, what is fresh is looked at."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sqlalchemy import Engine, Select, select

from api.actions.flag_acts import acknowledge, dismiss
from api.demonstration.people import students
from api.demonstration.story import with_a_part
from api.demonstration.world import SECTIONS, SEED, ZONE
from mastery.access import Viewer
from mastery.flags.life import DismissReason, FlagState
from mastery.flags.view import Severity
from mastery.roster import Role
from models.flag import LIVE_STATES, Flag
from models.queries_access import viewer_of
from models.queries_people import enrolled
from models.roster import Enrollment, Person
from models.unit_of_work import district_transaction

_SETTLED_AFTER = timedelta(days=2)
_LOOKED_AT_SHARE = 0.4


def after_a_week(engine: Engine, district_id: int, now: datetime) -> None:
    """Each teacher goes through the live flags of their students: what opened before the last days has been dealt with
    in class, of the rest some are acknowledged. Students with a story are left as they are; good news is nothing to
    settle."""
    today = now.astimezone(ZONE).date()
    left = with_a_part() - {one.sourced_id for one in students() if one.character and one.character.settled}
    for teacher in sorted({one.teacher for one in SECTIONS}):
        with district_transaction(engine, district_id) as session:
            people = session.execute(select(Person.id, Person.sourced_id).where(Person.district_id == district_id))
            ids = {row.id: row.sourced_id for row in people}
            me = next(key for key, sourced_id in ids.items() if sourced_id == teacher)
            viewer = viewer_of(session, district_id, me, now)
            for flag in session.execute(_live_flags(viewer)).all():
                if ids[flag.student_id] in left:
                    continue
                if now - flag.opened_at >= _SETTLED_AFTER:
                    dismiss(session, viewer, flag.id, flag.version, DismissReason.ALREADY_SUPPORTED, "", now, today)
                elif flag.state == FlagState.OPEN and _looks(ids[flag.student_id], now):
                    acknowledge(session, viewer, flag.id, flag.version, now, today)
            session.commit()


def _live_flags(viewer: Viewer) -> Select[int, int, str, datetime, int]:
    """The live flags of a teacher's students that are no good news."""
    taught = enrolled(viewer.district, Role.STUDENT, viewer.at).where(Enrollment.section_id.in_(viewer.sections))
    return (
        select(Flag.id, Flag.version, Flag.state, Flag.opened_at, Flag.student_id)
        .where(
            Flag.district_id == viewer.district,
            Flag.state.in_(LIVE_STATES),
            Flag.severity != Severity.INFO.name,
            Flag.student_id.in_(taught.with_only_columns(Enrollment.person_id)),
        )
        .order_by(Flag.id)
    )


def _looks(student: str, now: datetime) -> bool:
    return random.Random(f"{SEED}/looks/{student}/{now:%Y%m%d}").random() < _LOOKED_AT_SHARE
