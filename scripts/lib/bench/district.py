"""The district that is measured: students, targets, one assessment with many items, one client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.districts import create_district
from api.actions.graph import NewTarget, add_target
from api.security.clients import NewClient, create_client
from api.services import Services
from models.access import Client
from models.assessment import Assessment, AssessmentForm
from models.bulk import insert_rows
from models.roster import Person, PersonRole
from models.unit_of_work import district_transaction

STUDENTS, TARGETS, ITEMS = 2000, 40, 400


@dataclass(frozen=True)
class BenchDistrict:
    """What a load generator has to know."""

    id: int
    client: NewClient
    students: list[str]
    targets: list[str]


def furnish(services: Services, name: str) -> BenchDistrict:
    """Make the district in an installation that is migrated."""
    now = services.clock()
    district = create_district(services.engine, name, None, "America/New_York", now)
    students = [f"S-{number:05d}" for number in range(STUDENTS)]
    codes = [f"T.{number}" for number in range(TARGETS)]
    with district_transaction(services.engine, district.id) as session:
        insert_rows(
            session,
            Person,
            ("district_id", "id", "sourced_id", "identifier", "given_name", "family_name", "grades", "active"),
            [(district.id, n + 1, s, s, "Student", s, [], True) for n, s in enumerate(students)],
        )
        insert_rows(
            session,
            PersonRole,
            ("district_id", "person_id", "role", "source_role", "primary"),
            [(district.id, n + 1, "student", "student", True) for n in range(STUDENTS)],
        )
        client = create_client(session, district.id, "bench", ["results.write", "results.read"], now)
        for code in codes:
            add_target(session, district.id, NewTarget(code, f"I can do {code}.", subject="Mathematics"), now)
        _register(session, district.id, now)
        session.commit()
    return BenchDistrict(district.id, client, students, codes)


def _register(session: Session, district_id: int, now: datetime) -> None:
    client_pk = session.scalars(select(Client.id).where(Client.district_id == district_id)).one()
    assessment = Assessment(
        district_id=district_id, client_pk=client_pk, name="bench", title="Bench", purpose="formative", digest=b"",
        changed_at=now,
    )  # fmt: skip
    session.add(assessment)
    session.flush()
    session.add(AssessmentForm(district_id=district_id, assessment_id=assessment.id, name="A"))
