"""What a signed-in person does to a flag: acknowledge it, or dismiss it with a reason."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.actions.announce import announce
from mastery.access import Viewer
from mastery.access_questions import What
from mastery.audit import Act
from mastery.flags.life import NEXT, DismissReason, FlagEvent, FlagState
from models.audit import by_person, record
from models.flag import Flag, FlagTransition
from models.queries_flags import flag_open

LONGEST_NOTE = 2000


class UnknownFlagError(LookupError):
    """There is no such flag, or it is none of this person's business: both look the same."""


class FlagActError(ValueError):
    """The act is not possible; the text is for people."""


class FlagChangedError(FlagActError):
    """Somebody or something changed the flag after the person's page was made."""


def acknowledge(session: Session, viewer: Viewer, flag_id: int, version: int, now: datetime, today: date) -> None:
    """Say that one looks at it. `version` is the flag's as the person saw it. Raises the errors above."""
    _act(session, viewer, flag_id, version, FlagEvent.ACKNOWLEDGE, now, today)


def dismiss(
    session: Session, viewer: Viewer, flag_id: int, version: int, reason: str, note: str, now: datetime, today: date
) -> None:
    """Set it aside with a reason of the closed list; `other` needs a note. Raises the errors above."""
    if reason not in set(DismissReason):
        raise FlagActError("reason")
    note = note.strip()[:LONGEST_NOTE]
    if reason == DismissReason.OTHER and not note:
        raise FlagActError("note")
    _act(session, viewer, flag_id, version, FlagEvent.DISMISS, now, today, reason, note or None)


def _act(
    session: Session,
    viewer: Viewer,
    flag_id: int,
    version: int,
    event: FlagEvent,
    now: datetime,
    today: date,
    reason: str | None = None,
    note: str | None = None,
) -> None:
    mine = flag_open(viewer, What.ACT_ON_FLAG)
    flag = session.scalar(select(Flag).where(Flag.district_id == viewer.district, Flag.id == flag_id, mine))
    if flag is None:
        raise UnknownFlagError
    before = flag.state
    after = NEXT[FlagState(before), event]
    if after is None:
        raise FlagActError("state")
    ended: dict[str, object] = {}
    if after is FlagState.DISMISSED:
        ended = {
            "closed_at": now, "closed_on": today, "close_met_on": None, "dismiss_reason": reason, "note": note or "",
        }  # fmt: skip
    changed = session.execute(
        update(Flag)
        .where(Flag.district_id == viewer.district, Flag.id == flag_id, Flag.version == version, Flag.state == before)
        .values(state=after.value, version=Flag.version + 1, **ended)
        .returning(Flag.id)
        .execution_options(synchronize_session=False)
    )
    if changed.first() is None:
        raise FlagChangedError("version")
    session.add(
        FlagTransition(
            district_id=viewer.district,
            flag_id=flag_id,
            event=event.value,
            from_state=before,
            to_state=after.value,
            by_person=viewer.person,
            reason=reason,
            note=note,
            at=now,
        )
    )
    session.flush()
    detail = {"event": event, "flags": [flag_id], "reason": reason}
    record(session, viewer.district, by_person(viewer.person), Act.FLAG_CHANGED, now, [flag.student_id], detail=detail)
    announce(session, viewer.district, "flag", [flag.student_id], now)
