"""Loading the demonstration: once, again, after being killed; and the simulator behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import emptying
import pytest
from demo_world import Shown, counted_rows, own_database
from sqlalchemy import Engine, func, select

from api.actions.replay import verify
from api.demonstration import characters, loader, plan, story
from api.demonstration.curriculum import TARGETS
from api.demonstration.learner import Habits, Learner, habits_of
from api.demonstration.loader import DemonstrationError, load
from api.demonstration.people import students
from api.demonstration.plan import UNITS, Kind, Lesson, Sitting, occasions
from api.demonstration.story import Posting, postings
from api.demonstration.world import FIRST_DAY, LAST_DAY, OPENS_AT, SECTIONS, school_days
from api.v1.result_schema import ResultSchema
from mastery.evidence_check import check
from models.clock import DemonstrationClock
from models.district import District
from models.evidence import ResultRow
from models.installation import Installation
from models.unit_of_work import connect, district_transaction, shared_transaction


@pytest.fixture
def own(installation: Installation, tmp_path: Path) -> Iterator[Installation]:
    """An empty installation of its own."""
    made = own_database(installation, f"{installation.database.database}_loading", tmp_path)  # type: ignore[union-attr]
    engine = connect(made.app_dsn, pool_size=1)
    with shared_transaction(engine) as session:
        assert session.scalar(select(func.count()).select_from(District)) == 0
    engine.dispose()
    yield made
    emptying.empty(made)


def count(engine: Engine, model: type, district_id: int = 1) -> int:
    with district_transaction(engine, district_id) as session:
        found = session.scalar(select(func.count()).select_from(model).where(model.district_id == district_id))  # type: ignore[attr-defined]
    return found or 0


class Stop(Exception):
    """The machine was switched off."""


def test_an_interrupted_loading_is_completed(own: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after some posts, and in the middle of registering: what follows does what was left, and nothing twice."""
    days, registry = school_days()[:9], plan.registrations()
    few = tuple(Posting(one.at, one.results[:12]) for one in postings() if one.at.date() <= days[-1])
    named = {entry["assessment"] for one in few for entry in one.results}
    monkeypatch.setattr(loader, "postings", lambda: few)
    monkeypatch.setattr(loader, "school_days", lambda: days)
    some = [(at, tuple(one for one in planned if one.name in named)) for at, planned in registry]
    monkeypatch.setattr(loader, "registrations", lambda: some)
    through = loader.Plugin.post
    done: list[int] = []

    def post(plugin: loader.Plugin, results: object) -> None:
        through(plugin, results)  # type: ignore[arg-type]
        done.append(1)
        if len(done) == 2:
            raise Stop

    registered = loader.Plugin.register
    puts: list[int] = []

    def register(plugin: loader.Plugin, one: plan.Assessment) -> None:
        puts.append(1)
        if len(puts) == 8:
            raise Stop
        registered(plugin, one)

    monkeypatch.setattr(loader.Plugin, "post", post)
    monkeypatch.setattr(loader.Plugin, "register", register)
    for _ in range(2):
        with pytest.raises(Stop):
            load(own)
    accounts = load(own).accounts
    engine = connect(own.app_dsn)
    with shared_transaction(engine) as session:
        district_id = session.scalars(select(District.id)).one()
    expected = sum(len(one.results) for one in few)
    assert count(engine, ResultRow, district_id) == expected
    assert verify(engine, district_id).differing == 0
    rows, posts = counted_rows(engine, district_id), len(done)
    assert min(rows[name] for name in ("consent", "link", "court_order", "household", "amendment", "entry_code")) > 0
    assert load(own).accounts == accounts
    assert len(done) == posts + 1  # the last instant is sent again, and does no harm
    assert counted_rows(engine, district_id) == rows
    engine.dispose()
    clock = DemonstrationClock(own.data_dir)  # type: ignore[arg-type]
    assert (clock(), clock.stands) == (OPENS_AT, True)


def test_it_does_not_go_where_a_real_district_is(own: Installation) -> None:
    engine = connect(own.app_dsn)
    with shared_transaction(engine) as session:
        session.add(District(slug="south", name="South", time_zone="America/New_York", created_at=OPENS_AT))
        session.commit()
    engine.dispose()
    with pytest.raises(DemonstrationError, match="There is a real district 'south' here"):
        load(own)
    assert not DemonstrationClock(own.data_dir).is_there  # type: ignore[arg-type]


def test_passwords_are_the_installations_own_unless_fixed(shown: Shown) -> None:
    from api.demonstration.credentials import password

    own = {password(shown.installation.secret_key, one.sign_in_name) for one in shown.loaded.accounts}
    assert len(own) == len(shown.loaded.accounts)
    assert not own & {password("another", one.sign_in_name) for one in shown.loaded.accounts}
    assert len({one.password for one in shown.loaded.accounts}) == 1


def test_the_same_seed_tells_the_same_term_whoever_is_told_first() -> None:
    some = students()[::37]

    def tell(order: list[story.Student]) -> dict[str, list[tuple[datetime, story.Document]]]:
        return {one.sourced_id: list(story._Telling(one).tell()) for one in order}

    assert tell(list(some)) == tell(list(reversed(some)))
    posted = [entry for one in postings() for entry in one.results]
    keys = Counter((one["source_id"], one["revision"]) for one in posted)
    assert max(keys.values()) == 1
    assert [one.at for one in postings()] == sorted({one.at for one in postings()})


def test_every_result_is_one_that_the_api_would_take() -> None:
    schema = ResultSchema()
    assessments = {one.name: one for _, some in plan.registrations() for one in some}
    for posting in postings()[::5]:
        for entry in posting.results:
            assert check(schema.load(entry), posting.at, None) == (), entry
            forms = dict(assessments[entry["assessment"]].forms)
            assert {one["target"] for one in entry["targets"]} <= set(forms[entry["form"]])


def test_each_grade_is_taught_its_own_targets_after_what_they_rest_on() -> None:
    place = {one.code: one for one in TARGETS}
    for grade, units in UNITS.items():
        codes = [code for unit in units for code in unit.targets]
        assert len(codes) == len(set(codes)) >= 11
        for number, code in enumerate(codes):
            assert place[code].grade == grade
            own = {before for before in place[code].hard if place[before].grade == grade}
            assert own <= set(codes[:number]), code


def test_a_section_has_lessons_before_its_sittings_and_no_school_on_days_off() -> None:
    assert (school_days()[0], school_days()[-1]) == (FIRST_DAY, LAST_DAY)
    assert 60 <= len(school_days()) <= 75
    for section in SECTIONS:
        met: set[str] = set()
        for one in occasions(section):
            if isinstance(one, Lesson):
                met |= set(one.targets)
            elif one.assessment.kind in (Kind.PRACTICE, Kind.EXIT, Kind.QUIZ, Kind.TEST):
                assert set(one.targets) <= met, one
            if one.day >= FIRST_DAY:
                assert one.day in school_days()
        tests = [one for one in occasions(section) if isinstance(one, Sitting) and one.assessment.kind is Kind.TEST]
        assert {one.form for one in tests} == {"A", "B"}


def test_the_shares_are_plausible() -> None:
    """Most begin a target with two of three right or better and end near the top; a few go round in circles."""
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for posting in postings():
        for entry in posting.results if posting.at <= OPENS_AT else ():
            for one in entry["targets"]:
                kind = entry["assessment"].rpartition("-")[2]
                right[kind] += one.get("score", 0)
                asked[kind] += one.get("max", 0)
    share = {kind: right[kind] / asked[kind] for kind in ("practice", "exit", "quiz", "test")}
    assert 0.65 <= share["practice"] <= 0.9
    assert share["practice"] < share["quiz"] <= share["test"] + 0.02 <= 1.0
    missing = sum(one.get("status") == "not_submitted" for posting in postings() for one in posting.results)
    assert missing > 20


def test_a_learner_answers_by_what_it_knows() -> None:
    def learner(habits: Habits, **more: frozenset[str]) -> Learner:
        grade = {"low": "04", "below": "05", "above": "05"}
        rests = {"above": ("below",), "below": (), "low": ()}
        return Learner("a", habits, "05", grade.__getitem__, rests.__getitem__, **more)

    sure = Habits(background=1.0, learns=1.0, guess=0.0, slip=0.0, forgets=0.0)
    draws = Random("draws")
    one = learner(sure)
    assert one.answer("low", draws)
    assert not one.answer("above", draws)
    for _ in range(3):
        one.meet("below", draws)
    assert one.answer("below", draws)
    one.meet("above", draws)
    assert one.answer("above", draws)
    behind = [learner(sure) for _ in range(400)]
    for each in behind:
        each.meet("above", draws)
    # the gate: without what comes before, a lesson seldom helps
    assert 20 <= sum(each.answer("above", draws) for each in behind) <= 100
    assert not learner(sure, unknown=frozenset({"low"})).knows("low")
    assert learner(sure, known=frozenset({"above"})).knows("above")
    slips = learner(Habits(background=1.0, learns=0.0, slip=0.2))
    assert 0.75 < sum(slips.answer("low", draws) for _ in range(2000)) / 2000 < 0.85
    forgetful = learner(Habits(background=1.0, learns=1.0, forgets=1.0, slip=0.0, guess=0.0))
    forgetful.meet("below", draws)
    forgetful.rest(draws)
    assert not forgetful.answer("below", draws)
    assert {habits_of(draw).learns for draw in (0.1, 0.5, 0.95, 1.0)} == {0.8, 0.6, 0.4}


def test_characters_sit_where_the_story_says() -> None:
    seats = Counter((one.section, one.seat) for one in characters.CHARACTERS)
    for section, _, _, numbers in (characters.SMALL_GROUP, characters.CLASS_GAP):
        seats.update((section, number) for number in numbers)
    assert max(seats.values()) == 1
    posted = {
        (entry["assessment"], one["target"], entry["student"]): one
        for posting in postings()
        for entry in posting.results
        for one in entry["targets"]
        if entry["form"] != "B"
    }
    for student in students():
        told = student.character.told if student.character else {}
        for (assessment, target), answers in told.items():
            if assessment.endswith("-retake") or student.character is characters.LATE_TYPED:
                continue
            assert posted[assessment, target, student.sourced_id]["score"] == answers.count("1"), assessment
    assert isinstance(postings()[0], Posting)
    assert postings()[-1].at - OPENS_AT > timedelta(days=25)
