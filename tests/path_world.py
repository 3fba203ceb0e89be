"""A student's work for tests of the path: targets that build on each other, standings, tests, words in Spanish."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from factories import NOW, Factory
from page_world import PageWorld

from api.actions.graph import add_prerequisite
from api.actions.target_texts import give_texts
from mastery.body.tally import Certified, Tally
from mastery.graph import Strength
from models.carried import pack, unpack
from models.graph import Node
from models.roster import Person
from models.standing import Standing
from models.target_texts import Text

UNITS, LIKE, UNLIKE, MIXED = "4.NF.1", "4.NF.2", "5.NF.1", "5.NF.2"
STATEMENTS = {
    UNITS: ("I can find equal fractions.", "Puedo encontrar fracciones equivalentes."),
    LIKE: ("I can add fractions with like parts.", "Puedo sumar fracciones con partes iguales."),
    UNLIKE: ("I can add fractions with unlike parts.", "Puedo sumar fracciones con partes distintas."),
    MIXED: ("I can add mixed numbers.", None),
}


def line(code: str, needed: float = 1.0, found: float | None = None, *targets: Node) -> dict[str, Any]:
    """An unmet line as stored."""
    return {"line": 1, "code": code, "needed": needed, "found": found, "targets": [one.id for one in targets]}


LITTLE = [line("records", 3, 1), line("dates", 2, 1), line("certifying", 3.0), line("estimate", 0.9, 0.4)]
TEST_ONLY = [line("certifying", 3.0)]


def fractions(world: PageWorld, make: Factory) -> dict[str, Node]:
    """Four targets, each a hard prerequisite of the next, three of them with Spanish words, one with a task."""
    made = {code: make.target(code, english) for code, (english, _) in STATEMENTS.items()}
    for before, after in ((UNITS, LIKE), (LIKE, UNLIKE), (UNLIKE, MIXED)):
        add_prerequisite(make.session, make.district_id, before, after, Strength.HARD)
    texts = [(code, "es", Text(statement=spanish)) for code, (_, spanish) in STATEMENTS.items() if spanish]
    texts.append((UNLIKE, "en", Text(None, "1/2 + 1/3 = 3/6 + 2/6 = 5/6", "Add 1/2 and 1/4 with folded paper.")))
    give_texts(make.session, make.district_id, texts)
    return made


def mastered(make: Factory, student: Person, target: Node, days_ago: int = 10, level: float = 4.0) -> Standing:
    return make.standing(
        student, target, state="mastered", level=level, mastered_at=NOW - timedelta(days=days_ago), records=5
    )


def sat_test(
    make: Factory, student: Person, target: Node, at: datetime, level: float, practised: bool = False, **columns: Any
) -> Standing:
    """A standing after a test of this level, and the test; `practised`: with a result after it."""
    test = make.assessment("Fractions test", purpose="summative", targets=[target])
    make.cut_scores(test, confirmed_by=make.person("Cut", "Score"))
    score = {2.0: 2.0, 3.0: 3.2, 4.0: 4.0}[level]
    result = make.result(student, test, target, score=score, at=at, evidence_type="test")
    row = make.standing(student, target, level=level, **{"records": 4} | columns)
    fold = unpack(json.dumps(row.carried), (), ())
    recent = (result.id, result.id + 1) if practised else (result.id,)
    tally = Tally(records=4, certified=Certified(level, result.id, level, result.id), recent=recent)
    row.carried = json.loads(pack(replace(fold, tally=tally)))
    make.session.flush()
    return row
