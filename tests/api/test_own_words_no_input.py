"""What a student says in their own words is no input to anything: not to a standing, a flag, a pace or a path."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from api_rows import derived
from conftest_api import NOW, Machine, School, result
from sqlalchemy import Engine, select

from api.actions.own_words import change, say, withdraw
from api.actions.replay import replay, verify
from api.actions.voice import answer, tell
from api.actions.voice import withdraw as stop
from mastery import voice
from mastery.pathways import Mode, Pathway, Setting, Words
from mastery.profile import Kind, Saying
from models.flag import Flag
from models.graph import Node
from models.queries_access import viewer_of
from models.queries_own_words import told_of
from models.queries_pathways import add_way
from models.queries_voice import voice_of
from models.unit_of_work import district_transaction

ROOT = Path(__file__).parents[2]
# who may read it: its own law, table, act and pages, the words of the record, and the lists of tables and pages
READERS = {
    "mastery/profile.py", "models/own_words.py", "models/queries_own_words.py", "models/tables.py",
    "api/actions/own_words.py", "api/pages/own_words.py", "api/pages/own_words_view.py", "api/pages/my_path.py",
    "api/pages/students.py", "api/pages/record_words.py", "api/pages/__init__.py",
    # what a student tells a teacher, and the counts of what students decide
    "mastery/voice.py", "models/voice.py", "models/queries_voice.py", "api/actions/voice.py", "api/pages/voice.py",
    "api/pages/voice_view.py", "api/pages/voice_words.py", "api/pages/record_sheet.py", "api/pages/audit_words.py",
    "api/pages/today.py", "models/queries_agency.py",
}  # fmt: skip
_WORDS = r"mastery\.profile|own_words|own_words_view|mastery\.voice|voice|queries_voice|voice_view|voice_words"
_READS = re.compile(rf"^(from|import) .*\b({_WORDS})\b|^    (own_words|voice),$", re.M)
_FLOORS = ("mastery", "models", "api")
_TRIES = 25


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    made = machine(school.district_id)
    made.put_assessment("quiz-17")
    return made


def posts(student: str) -> list[dict[str, object]]:
    """Tries at new questions on both targets, five a day, of which the first never works out."""
    made = []
    for number in range(_TRIES):
        at = (NOW - timedelta(days=6) + timedelta(days=number // 5, minutes=number)).isoformat()
        for target, score in (("4.NF.A.1", 0), ("4.NF.A.2", int(number % 3 == 0))):
            item = {"item": f"{target}-{number}", "score": score, "max": 1}
            told = {"target": target, "score": score, "max": 1, "items": [item]}
            name = f"{student}/{number}/{target}"
            made.append(result(student, target, source_id=name, targets=[told], performed_at=at, scored_at=at))
    return made


def speak(engine: Engine, school: School, day: int) -> None:
    """Ada says something of each kind, changes it, takes it back, and chooses."""
    ada, now = school.student_keys[0], NOW + timedelta(days=day)
    with district_transaction(engine, school.district_id) as session:
        viewer = viewer_of(session, school.district_id, ada, now)
        nodes = session.scalars(
            select(Node.id).where(Node.district_id == school.district_id, Node.code.in_(school.codes))
        )
        known = sorted(nodes)
        target = known[day % len(known)]
        for saying in (
            Saying(Kind.INTEREST, f"horses {day}"),
            Saying(Kind.PREFERENCE, f"it is quiet {day}"),
            Saying(Kind.GOAL, f"master it all {day}", target, now.date()),
            Saying(Kind.CHOICE, target=target),
        ):
            say(session, viewer, ada, saying, known, now, now.date())
        newest = {one.kind: one.key for one in told_of(session, school.district_id, ada) if one.saying}
        change(session, viewer, ada, newest[Kind.GOAL], Saying(Kind.GOAL, f"{day}"), known, now, now.date())
        withdraw(session, viewer, ada, newest[Kind.PREFERENCE], now)
        say(session, viewer, ada, Saying(Kind.PREFERENCE, f"it moves {day}", mode=Mode.PROJECT), known, now, now.date())
        for kind, word, words in (
            (voice.Kind.SURE, list(voice.Sure)[day % 4], ""),
            (voice.Kind.HARD, list(voice.Hard)[day % 3], ""),
            (voice.Kind.HELP, "", "please"),
            (voice.Kind.WAY, "", f"a bridge {day}"),
        ):
            tell(session, viewer, target, kind, word, words, known, now)
        for one in voice_of(session, school.district_id, ada):
            if one.waits:
                answer(session, viewer, ada, one.key, voice.Step.SEEN, "", now)
                stop(session, viewer, one.key, now)
        way = Pathway(Mode.PROJECT, Setting.AT_HOME, 10, None, {"en": Words(f"A bridge {day}", "Build it.")})
        add_way(session, school.district_id, target, None, way, None, now)
        session.commit()


def flags(engine: Engine, school: School, student: int) -> list[tuple[str, str, str]]:
    with district_transaction(engine, school.district_id) as session:
        rows = session.scalars(select(Flag).where(Flag.district_id == school.district_id, Flag.student_id == student))
        return sorted((one.rule, one.scope, one.state) for one in rows)


def test_whoever_speaks_stands_to_the_bit_where_they_would_in_silence(
    lms: Machine, school: School, engine: Engine
) -> None:
    (ada, emmy), (first, second) = school.students, school.student_keys
    speak(engine, school, 0)
    for number, (one, other) in enumerate(zip(posts(ada), posts(emmy), strict=True)):
        lms.post(one)
        lms.post(other)
        if number in (5, 17):
            speak(engine, school, number)
    speak(engine, school, 40)
    spoken, silent = (derived(engine, school.district_id, key) for key in (first, second))
    assert spoken["states"]
    assert spoken == silent
    assert flags(engine, school, first) == flags(engine, school, second) != []
    before = verify(engine, school.district_id)
    assert before.differing == 0
    speak(engine, school, 60)
    replay(engine, school.district_id, NOW)
    assert verify(engine, school.district_id).digest == before.digest
    assert derived(engine, school.district_id, first) == spoken


def test_nothing_reads_it_but_the_pages_that_show_it() -> None:
    sources = [path for floor in _FLOORS for path in (ROOT / floor).rglob("*.py") if "versions" not in path.parts]
    found = {path.relative_to(ROOT).as_posix() for path in sources if _READS.search(path.read_text(encoding="utf-8"))}
    assert found - READERS == set()
    assert {"models/tables.py", "api/pages/my_path.py", "api/actions/own_words.py"} <= found
