"""What an office puts on file of a student's safety and name: protection, directory opt-out, what families are told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.actions.desk import Desk
from mastery.audit import Act
from mastery.links import LinkError
from mastery.names import ParentView
from mastery.offices import Affair
from models.audit import record
from models.households import Household, NamePolicy, StudentSafety
from models.queries_access import zone_of_student
from models.queries_persons import members_of

LONGEST_ADDRESS = 500


def protect(
    session: Session, desk: Desk, student: int, substitute_address: str | None, now: datetime, *, forget: bool
) -> None:
    """Protect a student: off every list and export but the registrar's, and reached at the substitute address.

    `forget`: take the real address out of the homes where the student lives today, as states ask whose programme lets
    a school keep the substitute alone. Raises NotYoursError, or LinkError naming the field.
    """
    desk.student(session, Affair.PEOPLE, student, now)
    address = (substitute_address or "").strip() or None
    if address is not None and len(address) > LONGEST_ADDRESS:
        raise LinkError("substitute_address", f"has more than {LONGEST_ADDRESS} characters")
    if forget and address is None:
        raise LinkError("substitute_address", "is needed where the real address is not kept")
    _put(session, desk, student, now, {"protected": True, "substitute_address": address})
    if forget:
        today = now.astimezone(zone_of_student(session, desk.district, student, now)).date()
        members = [member for _, _, member in members_of(session, desk.district, student)]
        homes = {one.household for one in members if one.person == student and one.holds(today)}
        session.execute(
            update(Household)
            .where(Household.district_id == desk.district, Household.id.in_(homes))
            .values(address=None)
        )
    _record(session, desk, student, now, {"protected": True, "address_forgotten": forget})


def end_protection(session: Session, desk: Desk, student: int, now: datetime) -> None:
    """End a student's protection. Raises NotYoursError."""
    desk.student(session, Affair.PEOPLE, student, now)
    _put(session, desk, student, now, {"protected": False, "substitute_address": None})
    _record(session, desk, student, now, {"protected": False})


def opt_out(session: Session, desk: Desk, student: int, out: bool, now: datetime) -> None:
    """Put on file that a family wants no directory information given out, or wants it again. Raises NotYoursError."""
    desk.student(session, Affair.PEOPLE, student, now)
    _put(session, desk, student, now, {"directory_opt_out": out})
    _record(session, desk, student, now, {"directory_opt_out": out})


def share_name(session: Session, desk: Desk, student: int, agreed: bool | None, now: datetime) -> None:
    """Put on file whether a family may get the name that the student goes by; None: not asked. Raises NotYoursError.

    It counts where the district decides that student by student.
    """
    desk.student(session, Affair.PEOPLE, student, now)
    _put(session, desk, student, now, {"display_name_to_family": agreed})
    _record(session, desk, student, now, {"display_name_to_family": agreed})


def set_parent_view(session: Session, desk: Desk, view: ParentView, now: datetime) -> None:
    """Set which name families get in the district. Raises NotYoursError."""
    desk.whole_district(Affair.PEOPLE, now)
    values = {"parent_view": view, "set_by": desk.person, "set_at": now}
    session.execute(
        insert(NamePolicy)
        .values(district_id=desk.district, **values)
        .on_conflict_do_update(index_elements=["district_id"], set_=values)
    )
    record(session, desk.district, desk.by, Act.POLICY_CHANGED, now, detail={"names.parent_view": view})


def _put(session: Session, desk: Desk, student: int, now: datetime, values: dict[str, object]) -> None:
    said = values | {"set_by": desk.person, "set_at": now}
    fresh: dict[str, object] = {"protected": False, "directory_opt_out": False}
    session.execute(
        insert(StudentSafety)
        .values(district_id=desk.district, student_id=student, **(fresh | said))
        .on_conflict_do_update(index_elements=["district_id", "student_id"], set_=said)
    )


def _record(session: Session, desk: Desk, student: int, now: datetime, detail: dict[str, object]) -> None:
    record(session, desk.district, desk.by, Act.PERSON_CHANGED, now, [student], detail=detail)
