"""The demonstration tells its stories: each rule has its student, and the steady one is left in peace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from page_client import PageClient
from sqlalchemy import Connection, Engine, event, func, select
from sqlalchemy.orm import Session

from api.actions.replay import verify
from api.app import create_app
from api.demonstration import SLUG, DemoAccount, load
from api.demonstration.accounts import FIXED_PASSWORD
from api.demonstration.content import TARGETS, TASKS
from api.demonstration.learner import Habits, Learner
from api.demonstration.loader import DemonstrationError
from api.demonstration.people import STUDENTS
from api.demonstration.story import (
    CONTRADICTION,
    DROP,
    GAP,
    READY,
    STEADY,
    WHEEL_SPINNER,
    Character,
    school_days,
    sittings,
)
from api.services import Services
from models.district import District
from models.evidence import Quarantine, ResultRow
from models.flag import LIVE_STATES, Flag
from models.graph import Edge, Node
from models.installation import Installation
from models.roster import Enrollment, Guardianship, Person, Section
from models.unit_of_work import connect, district_transaction, shared_transaction

MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.fixture
def demo_services(installation: Installation, engine: Engine) -> Services:
    return Services.of(installation, engine)


def district_of(engine: Engine) -> int:
    with shared_transaction(engine) as session:
        return session.scalars(select(District.id).where(District.slug == SLUG)).one()


def live_rules(session: Session, district_id: int, one: Character) -> list[tuple[str, str | None]]:
    """(rule, code of the target) of a student's live flags."""
    rows = session.execute(
        select(Flag.rule, Node.code)
        .join(Person, (Person.district_id == Flag.district_id) & (Person.id == Flag.student_id))
        .outerjoin(Node, (Node.district_id == Flag.district_id) & (Node.id == Flag.target_id))
        .where(Flag.district_id == district_id, Person.sourced_id == one.student, Flag.state.in_(LIVE_STATES))
    )
    return sorted((row.rule, row.code) for row in rows)


def count(session: Session, model: type, district_id: int) -> int:
    found = session.scalar(
        select(func.count()).select_from(model).where(model.district_id == district_id)  # type: ignore[attr-defined]
    )
    return found or 0


@pytest.mark.parametrize("day", [MONDAY, MONDAY + timedelta(days=3)], ids=["Monday", "Thursday"])
def test_every_rule_has_its_student(demo_services: Services, engine: Engine, day: datetime) -> None:
    load(demo_services, day)
    district_id = district_of(engine)
    with district_transaction(engine, district_id) as session:
        found = {one.place: live_rules(session, district_id, one) for one in (
            WHEEL_SPINNER, GAP, DROP, CONTRADICTION, READY, STEADY
        )}  # fmt: skip
        rules = Counter(session.scalars(select(Flag.rule).where(Flag.state.in_(LIVE_STATES))))
        newest = session.scalar(select(func.max(ResultRow.performed_at)))
    assert ("F04", "ADD-2") in found[WHEEL_SPINNER.place]
    assert ("F10", "ADD-2") in found[GAP.place]
    assert ("F09", "ADD-2") in found[DROP.place]
    assert ("F13", "MIX-1") in found[CONTRADICTION.place]
    assert found[READY.place] == [("P1", None)]
    assert found[STEADY.place] == []
    assert sum(rules.values()) <= 20
    assert newest is not None
    assert timedelta(0) < day - newest < timedelta(days=4)


def test_it_is_whole_and_loading_again_changes_nothing(
    demo_services: Services, engine: Engine, installation: Installation
) -> None:
    accounts = load(demo_services, MONDAY)
    district_id = district_of(engine)
    with district_transaction(engine, district_id) as session:
        models = (Person, Section, Enrollment, Guardianship, Node, Edge, ResultRow, Quarantine, Flag)
        before = {model.__name__: count(session, model, district_id) for model in models}
        students = session.scalar(select(func.count(Enrollment.id)).where(Enrollment.role == "student"))
        periods = session.scalars(select(Section.periods).order_by(Section.sourced_id)).all()
    assert (students, list(periods)) == (24, [["1"], ["3"]])
    assert before["Guardianship"] == 24
    assert before["ResultRow"] == 24 * sum(task.day is not None for task in TASKS)
    assert before["Quarantine"] == 0
    assert verify(engine, district_id).differing == 0
    assert load(demo_services, MONDAY + timedelta(days=2)) == accounts
    with district_transaction(engine, district_id) as session:
        assert {model.__name__: count(session, model, district_id) for model in models} == before
    _look_around(installation, accounts)


def _look_around(installation: Installation, accounts: Sequence[DemoAccount]) -> None:
    """Each account signs in and sees what is its business."""
    app = create_app(installation, lambda: MONDAY + timedelta(days=2))
    try:
        _visit(app, accounts)
    finally:
        app.extensions["mastery"].dispose()


def _visit(app: Flask, accounts: Sequence[DemoAccount]) -> None:
    seen = {}
    for account in accounts:
        client = PageClient(app.test_client())
        client.sign_in(account.sign_in_name, account.password)
        seen[account.role] = client
    today = seen["teacher"].get("/today").text
    for name in ("Dylan Whitehorse", "Hana Sato", "Priya Raman", "Samir Aziz", "Mateo Rivera", "Decimals check"):
        assert name in today, name
    assert "Elif Yildiz" not in today
    for role in ("student", "guardian"):
        page = seen[role].client.get("/students", follow_redirects=True).get_data(as_text=True)
        assert "Mateo Rivera" in page
        assert "Whitehorse" not in page
    assert "Whitehorse, Dylan" in seen["administrator"].get("/students").text


class Stop(Exception):
    """The machine was switched off."""


@pytest.mark.parametrize("commits", [1, 12])
def test_an_interrupted_loading_is_completed(installation: Installation, engine: Engine, commits: int) -> None:
    breaking = connect(installation.app_dsn)
    done = [0]

    def stop(connection: Connection) -> None:
        done[0] += 1
        if done[0] > commits:
            raise Stop

    try:
        event.listen(breaking, "commit", stop)
        with pytest.raises(Stop):
            load(Services.of(installation, breaking), MONDAY)
    finally:
        breaking.dispose()
    load(Services.of(installation, engine), MONDAY + timedelta(days=9))
    district_id = district_of(engine)
    with district_transaction(engine, district_id) as session:
        assert count(session, ResultRow, district_id) == 24 * sum(task.day is not None for task in TASKS)
    assert verify(engine, district_id).differing == 0


def test_passwords_are_the_installations_own_unless_fixed(demo_services: Services) -> None:
    own = load(demo_services, MONDAY)
    fixed = load(demo_services, MONDAY, fixed_passwords=True)
    assert len({account.password for account in own}) == 4
    assert {account.password for account in fixed} == {FIXED_PASSWORD}
    assert [account.role for account in own] == ["teacher", "student", "guardian", "administrator"]


def test_a_real_district_of_that_name_is_left_alone(demo_services: Services, engine: Engine) -> None:
    with shared_transaction(engine) as session:
        session.add(District(slug=SLUG, name="Real", time_zone="America/New_York", created_at=MONDAY))
        session.commit()
    with pytest.raises(DemonstrationError, match="There is a real district 'demonstration'"):
        load(demo_services, MONDAY)


def test_school_days_are_thirty_weekdays() -> None:
    days = school_days(date(2026, 11, 22))
    assert (len(days), days[0], days[-1]) == (30, date(2026, 10, 12), date(2026, 11, 20))
    assert all(day.weekday() < 5 for day in days)


def test_the_same_beginning_tells_the_same_story() -> None:
    assert list(sittings(MONDAY)) == list(sittings(MONDAY + timedelta(hours=2)))
    posted = [result for _, results in sittings(MONDAY) for result in results]
    assert len({result.source_id for result in posted}) == len(posted)


def test_a_learner_answers_by_what_it_knows() -> None:
    knows = Learner("a", Habits(known=1.0, learns=0.0, guess=0.0, slip=0.0))
    never = Learner("a", Habits(known=0.0, learns=0.0, guess=0.0, slip=0.0))
    jumps = Learner("a", Habits(known=0.0, learns=1.0, guess=0.0, slip=0.0))
    assert all(knows.answer("x") for _ in range(20))
    assert not any(never.answer("x") for _ in range(20))
    assert [jumps.answer("x") for _ in range(3)] == [False, True, True]
    usual = Learner("b", Habits(known=1.0, learns=0.0, slip=0.2))
    assert 0.75 < sum(usual.answer("x") for _ in range(2000)) / 2000 < 0.85


def test_the_content_is_about_itself() -> None:
    codes = {target.code for target in TARGETS}
    assert len(TARGETS) == len(codes) == 12
    assert len(set(STUDENTS)) == 24
    assert all(before in codes for target in TARGETS for before in (*target.hard, *target.soft))
    assert all(target in codes for task in TASKS for target in task.targets)
    assert all(target.statement.startswith("I can ") for target in TARGETS)
