"""The sandbox district that a file of answers becomes: students, targets and the registry that its rows name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from api.actions.districts import create_district
from api.actions.ingest import Sender
from api.actions.responses.answer import ASSESSMENT, FORM, skill_guid
from api.actions.responses.file import ResponsesError, Survey
from api.security.clients import create_client
from mastery.evidence import Purpose
from models.access import Client
from models.assessment import Assessment, AssessmentForm, Item
from models.bulk import insert_new_rows
from models.district import District
from models.graph import Framework, Node
from models.registry import bump
from models.roster import Person, PersonRole
from models.unit_of_work import shared_transaction

CLIENT, SUBJECT = "responses", "Responses"


def sandbox(engine: Engine, name: str, now: datetime) -> District:
    """The sandbox district of this name, made where it is not there. ResponsesError for a real district."""
    with shared_transaction(engine) as session:
        found = session.scalar(select(District).where((District.name == name) | (District.slug == name)))
    if found is None:
        return create_district(engine, name, None, "UTC", now, sandbox=True)
    if not found.sandbox:
        raise ResponsesError(f"{name} is a real district; a file of answers goes into a sandbox: choose another name")
    return found


def furnish(session: Session, district_id: int, seen: Survey, q_matrix: dict[str, list[str]], now: datetime) -> Sender:
    """Students, targets and the registry that the rows name; adding only what is not there."""
    people = seen.users
    insert_new_rows(
        session,
        Person,
        ("district_id", "sourced_id", "identifier", "given_name", "family_name", "grades", "active"),
        [(district_id, user, user, "Student", user, [], True) for user in people],
    )
    keys = {
        row.sourced_id: row.id
        for row in session.execute(select(Person.sourced_id, Person.id).where(Person.district_id == district_id))
    }
    roles = set(
        session.scalars(
            select(PersonRole.person_id).where(PersonRole.district_id == district_id, PersonRole.role == "student")
        )
    )
    insert_new_rows(
        session,
        PersonRole,
        ("district_id", "person_id", "role", "source_role", "primary"),
        [(district_id, keys[user], "student", "student", True) for user in people if keys[user] not in roles],
    )
    _furnish_graph(session, district_id, seen, q_matrix, now)
    return _furnish_registry(session, district_id, seen, now)


def _furnish_graph(
    session: Session, district_id: int, seen: Survey, q_matrix: dict[str, list[str]], now: datetime
) -> None:
    guid = str(uuid5(NAMESPACE_URL, "responses:framework"))
    insert_new_rows(
        session,
        Framework,
        ("district_id", "guid", "title", "subject", "origin", "imported_at"),
        [(district_id, guid, "Skills of the file", SUBJECT, "district", now)],
    )
    framework = session.execute(
        select(Framework.id).where(Framework.district_id == district_id, Framework.guid == guid)
    ).scalar_one()
    base = {skill: {one for item in items for one in q_matrix.get(item, ())} for skill, items in seen.items.items()}
    insert_new_rows(
        session,
        Node,
        ("district_id", "guid", "framework_id", "kind", "code", "statement", "grades", "subject", "credit_bearing",
         "ended", "changed_at"),
        [
            (district_id, skill_guid(skill), framework, "learning_target", f"skill-{skill}",
             _statement(skill, sorted(skills)), [], SUBJECT, False, False, now)
            for skill, skills in base.items()
        ],
    )  # fmt: skip
    bump(session, district_id, "graph")


def _statement(skill: str, base_skills: Sequence[str]) -> str:
    parts = f" (base skills {', '.join(base_skills)})" if base_skills else ""
    return f"Skill {skill} of the file{parts}"


def _furnish_registry(session: Session, district_id: int, seen: Survey, now: datetime) -> Sender:
    client = session.scalar(select(Client).where(Client.district_id == district_id, Client.name == CLIENT))
    if client is None:
        create_client(session, district_id, CLIENT, ["results.write"], now)
        client = session.scalars(select(Client).where(Client.district_id == district_id, Client.name == CLIENT)).one()
    insert_new_rows(
        session,
        Assessment,
        ("district_id", "client_pk", "name", "title", "purpose", "digest", "changed_at"),
        [(district_id, client.id, ASSESSMENT, "Answers of the file", Purpose.FORMATIVE.value, b"", now)],
    )
    assessment = session.execute(
        select(Assessment.id).where(Assessment.district_id == district_id, Assessment.name == ASSESSMENT)
    ).scalar_one()
    insert_new_rows(
        session, AssessmentForm, ("district_id", "assessment_id", "name"), [(district_id, assessment, FORM)]
    )
    # all beforehand, so that processes that take in rows side by side do not wait for each other's items
    items = sorted({item for some in seen.items.values() for item in some})
    insert_new_rows(
        session, Item, ("district_id", "assessment_id", "name"), [(district_id, assessment, item) for item in items]
    )
    return Sender(district_id, client.id, client.client_id)
