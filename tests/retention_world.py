"""Students who left years ago, for whose records the time is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from factories import Factory, new_district
from record_world import with_everything
from sqlalchemy import Engine, text

from api.actions.retention import Retained, retain
from models.district import District
from models.roster import Person
from models.student_rows import STUDENT_ROWS
from models.unit_of_work import district_transaction, shared_transaction

LEFT = date(2020, 6, 30)
DUE = datetime(2025, 6, 30, 12, tzinfo=UTC)
LATER = DUE + timedelta(days=30)


@dataclass
class Leavers:
    """Three who left in 2020, one with rows everywhere, one who mastered, one bare; and one who stays."""

    engine: Engine
    owner: Engine
    district: District
    everything: Person
    mastered: Person
    bare: Person
    stays: Person

    def retain(self, now: datetime, what_if: bool = False) -> Retained:
        return retain(self.engine, self.owner, self.district, now, what_if=what_if)

    def rows(self, student: Person) -> dict[str, int]:
        """Rows about a student by table, as the owner sees them."""
        found = {}
        with district_transaction(self.owner, self.district.id) as session:
            for table, rows in STUDENT_ROWS.items():
                question = text(f'SELECT count(*) FROM "{table}" WHERE district_id = :district AND ({rows.where})')
                count = session.execute(question, {"district": self.district.id, "student": student.id}).scalar_one()
                if count:
                    found[table] = count
        return found


def three_left(engine: Engine, owner_engine: Engine) -> Leavers:
    """Those of `Leavers`, in a district of their own."""
    district_id = new_district(engine)
    with district_transaction(engine, district_id) as session:
        make = Factory(session, district_id)
        section = make.section(make.school(zone="America/Los_Angeles"))
        teacher, target = make.teacher(section), make.target()
        make.role(teacher, "teacher", section.school_id)
        people = [make.student(section, name, ends=LEFT) for name in ("Every", "Master", "Bare")]
        stays = make.student(section, "Stays")
        session.execute(text("UPDATE person_role SET ends_on = :day WHERE person_id = ANY(:keys)"),
                        {"day": LEFT, "keys": [one.id for one in people]})  # fmt: skip
        with_everything(make, people[0], section, teacher, make.guardian_of(people[0]))
        session.execute(text("UPDATE legal_hold SET until = '2021-01-01'"))
        session.execute(text("DELETE FROM quarantine WHERE body->>'student' IS DISTINCT FROM :name"),
                        {"name": people[0].identifier})  # fmt: skip
        make.standing(people[1], target, state="mastered", level=3.0, mastered_at=DUE - timedelta(days=2000))
        make.result(people[1], make.assessment(targets=[target]), target)
        make.result(stays, make.assessment(targets=[target]), target)
        session.commit()
    with shared_transaction(engine) as session:
        district = session.get_one(District, district_id)
    return Leavers(engine, owner_engine, district, *people, stays)
