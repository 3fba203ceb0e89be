"""Loading the demonstration: every part goes in by the action that real data come in by, and again changes nothing."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.actions.assessments import (
    AssessmentSpec,
    BlueprintSpec,
    FormSpec,
    ItemSpec,
    confirm_cut_scores,
    register,
)
from api.actions.districts import create_district
from api.actions.graph import NewTarget, add_prerequisite, add_target
from api.actions.graph_change import change_graph
from api.actions.graph_import import import_case
from api.actions.ingest import Sender, ingest
from api.actions.outcome import Status
from api.actions.roster import take_roster
from api.demonstration import content, people, story
from api.demonstration.accounts import DemoAccount, make_accounts
from api.interop.case_values import CasePackage, CaseReport
from api.security.clients import SCOPES, create_client
from api.services import Services
from mastery.graph import Edge, EdgeKind, Framework, Node, NodeKind, Strength
from models.access import Client
from models.assessment import Assessment, CutScores
from models.clients import Caller
from models.district import District
from models.evidence import ResultRow
from models.roster import Person
from models.unit_of_work import district_transaction, shared_transaction

SLUG = "demonstration"
NAME = "Maple Hollow (demonstration)"
CLIENT = "Demonstration LMS"


class DemonstrationError(Exception):
    """The demonstration can not be loaded here; the message says why."""


def load(services: Services, now: datetime, fixed_passwords: bool = False) -> list[DemoAccount]:
    """Make the demonstration district, or complete the one that is there; the accounts to sign in with.

    The evidence ends on the school day before the district was made. Raises DemonstrationError where a real district
    has the demonstration's short name.
    """
    district = _district(services, now)
    _load_roster(services, district)
    _load_graph(services, district)
    caller = _client(services, district)
    _register_assessments(services, caller, district.created_at)
    _send_results(services, caller, district.created_at)
    with district_transaction(services.engine, district.id) as session:
        accounts = make_accounts(session, district.id, services.installation.secret_key, fixed_passwords, now)
        session.commit()
    return accounts


def _district(services: Services, now: datetime) -> District:
    with shared_transaction(services.engine) as session:
        found = session.scalar(select(District).where(District.slug == SLUG))
    if found is None:
        return create_district(services.engine, NAME, SLUG, story.TIME_ZONE, now, sandbox=True)
    if not found.sandbox:
        raise DemonstrationError(f"There is a real district {SLUG!r} here: load the demonstration elsewhere.")
    return found


def _load_roster(services: Services, district: District) -> None:
    last = district.created_at.astimezone(ZoneInfo(story.TIME_ZONE)).date() - timedelta(days=1)
    with tempfile.TemporaryDirectory() as folder:
        people.write_roster(Path(folder), story.school_days(last)[0])
        take_roster(services.intake, district.id, Path(folder), district.created_at)


def _load_graph(services: Services, district: District) -> None:
    def change(session: Session) -> None:
        import_case(session, district.id, _standards(), district.created_at)
        for target in content.TARGETS:
            wanted = NewTarget(target.code, target.statement, (target.standard,))
            add_target(session, district.id, wanted, district.created_at)
        for target in content.TARGETS:
            for before in target.hard:
                add_prerequisite(session, district.id, before, target.code, Strength.HARD)
            for before in target.soft:
                add_prerequisite(session, district.id, before, target.code, Strength.SOFT)

    change_graph(services.intake, district.id, district.created_at, change)


def _standards() -> CasePackage:
    guid = str(uuid5(NAMESPACE_URL, f"mastery demonstration {content.FRAMEWORK}"))
    framework = Framework(guid, content.FRAMEWORK, content.SUBJECT, publisher=NAME)
    keys = {one.code: str(uuid5(NAMESPACE_URL, f"{guid} {one.code}")) for one in content.STANDARDS}
    nodes = tuple(
        Node(
            keys[one.code], guid, NodeKind.STANDARD if one.parent else NodeKind.GROUPING, one.code, one.statement,
            content.SUBJECT, (one.grade,), sequence=place,
        )
        for place, one in enumerate(content.STANDARDS)
    )  # fmt: skip
    edges = tuple(
        Edge(keys[one.code], EdgeKind.IS_CHILD_OF, keys[one.parent], sequence=place)
        for place, one in enumerate(content.STANDARDS)
        if one.parent
    )
    return CasePackage(framework, nodes, edges, (), True, CaseReport())


def _client(services: Services, district: District) -> Caller:
    with district_transaction(services.engine, district.id) as session:
        wanted = select(Client).where(Client.district_id == district.id, Client.name == CLIENT)
        found = session.scalar(wanted)
        if found is None:
            create_client(session, district.id, CLIENT, SCOPES, district.created_at)
            found = session.scalars(wanted).one()
        session.commit()
        return Caller(district.id, found.id, found.client_id, frozenset(found.scopes))


def _register_assessments(services: Services, caller: Caller, at: datetime) -> None:
    with district_transaction(services.engine, caller.district_id) as session:
        teacher = session.scalars(
            select(Person.id).where(Person.district_id == caller.district_id, Person.sourced_id == people.TEACHER)
        ).one()
        for task in content.TASKS:
            register(session, services.intake, caller, _spec(task), at)
        for waiting in session.scalars(
            select(CutScores.id)
            .join(
                Assessment,
                (Assessment.district_id == CutScores.district_id) & (Assessment.id == CutScores.assessment_id),
            )
            .where(
                CutScores.district_id == caller.district_id,
                CutScores.confirmed_at.is_(None),
                CutScores.withdrawn_at.is_(None),
                Assessment.name.in_([task.name for task in content.TASKS if task.confirmed]),
            )
        ).all():
            confirm_cut_scores(session, caller.district_id, waiting, teacher, at)
        session.commit()


def _spec(task: content.Task) -> AssessmentSpec:
    items = tuple(
        ItemSpec(story.item_name(target, number), target)
        for target in task.targets
        for number in range(1, content.ITEMS_PER_TARGET + 1)
    )
    # a blueprint announces a test for which students can be ready
    lines = tuple(BlueprintSpec(target) for target in task.targets) if task.day is None else ()
    return AssessmentSpec(task.name, task.title, task.purpose, (FormSpec(story.FORM, items),), blueprint=lines)


def _send_results(services: Services, caller: Caller, began: datetime) -> None:
    """Post each class's sitting at the time it was scored, as an LMS would."""
    posts = list(story.sittings(began))
    with district_transaction(services.engine, caller.district_id) as session:
        stored = session.scalar(
            select(func.count())
            .select_from(ResultRow)
            .where(ResultRow.district_id == caller.district_id, ResultRow.client_pk == caller.client_pk)
        )
    if stored == sum(len(results) for _, results in posts):
        return
    for at, results in posts:
        for outcome in ingest(services.intake, Sender.of(caller), results, at):
            if outcome.status not in (Status.ACCEPTED, Status.DUPLICATE):
                raise DemonstrationError(f"The result {outcome.source_id} was {outcome.status}.")
