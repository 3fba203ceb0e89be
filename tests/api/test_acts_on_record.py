"""Every act that may stand on record is put there, by who did it, about whom, in the transaction that does it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from acts_on_record import recorded
from api_rows import confirm
from conftest_api import NOW, Machine, School, result
from move_world import Group
from sqlalchemy import Engine
from statements import statements_said

from api.actions.graph import NewTarget, add_target
from api.actions.graph_change import change_graph
from api.actions.ingest import Intake
from api.actions.methods import choose_methods, methods_from
from mastery.audit import Act
from models.assessment import CutScores
from models.unit_of_work import district_transaction

ROOT = Path(__file__).parents[2]


def _written(source: str) -> Iterator[str]:
    """The acts that a module names but to compare or list them, or as the keys of a table of words."""
    tree = ast.parse(source)
    aside = [node for node in ast.walk(tree) if isinstance(node, ast.Compare | ast.Tuple | ast.List | ast.Set)]
    aside += [key for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys if key is not None]
    left = {id(inner) for node in aside for inner in ast.walk(node)}
    for node in ast.walk(tree):
        named = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Act"
        if named and id(node) not in left:
            yield node.attr


def test_every_act_is_put_on_record_somewhere() -> None:
    sources = [path.read_text(encoding="utf-8") for floor in ("api", "models") for path in (ROOT / floor).rglob("*.py")]
    written = {name for source in sources if "Act." in source for name in _written(source)}
    assert set(Act.__members__) - written == set()


def _acknowledge(group: Group) -> None:
    group.client.post(f"/flags/{group.flags[0]}/acknowledge", version=1)


def _dismiss(group: Group) -> None:
    group.client.post(f"/flags/{group.flags[0]}/dismiss", version=1, reason="other", note="private words")


def _move_and_back(group: Group) -> None:
    group.do()
    group.client.post(f"/moves/{group.move()}/undo")


@pytest.mark.parametrize(
    ("act", "events"),
    [
        (_acknowledge, [("acknowledge", 1, None)]),
        (_dismiss, [("dismiss", 1, "other")]),
        (_move_and_back, [("acknowledge", 4, None), ("take_back", 4, None)]),
    ],
)
def test_what_a_person_does_to_flags(
    group: Group, act: Callable[[Group], None], events: list[tuple[str, int, str | None]]
) -> None:
    act(group)
    world, found = group.world, []
    for actor, who, students, detail in recorded(world.engine, world.district_id, Act.FLAG_CHANGED):
        assert (actor, who) == ("person", world.people["teacher"].id)
        assert students == {one.id for one in group.students[: len(detail["flags"])]}
        assert "private words" not in str(detail)
        found.append((detail["event"], len(detail["flags"]), detail.get("reason")))
    assert found == events


def test_a_refused_act_on_a_flag_is_not_on_record(group: Group) -> None:
    group.client.post(f"/flags/{group.flags[0]}/dismiss", version=9, reason="known_excused")
    assert recorded(group.world.engine, group.world.district_id, Act.FLAG_CHANGED) == []


def test_what_changes_a_rule_is_on_record_with_its_version(
    engine: Engine, school: School, machine: Callable[..., Machine]
) -> None:
    here, intake = school.district_id, Intake.of(engine)
    machine(here).put_assessment("quiz-17")
    confirm(engine, here, "quiz-17", school.teacher, NOW)
    ((actor, who, students, detail),) = recorded(engine, here, Act.POLICY_CHANGED)
    with district_transaction(engine, here) as session:
        signed = session.get_one(CutScores, (here, detail["version"]))
        assert (actor, who, students) == ("person", school.teacher, set())
        assert detail == {
            "what": "cut_scores", "assessment": signed.assessment_id, "version": signed.id, "cuts": signed.cuts,
        }  # fmt: skip
    bkt = methods_from("BKT", [], [])
    for _again in range(2):
        change_graph(intake, here, NOW, lambda session: choose_methods(session, here, "Mathematics", bkt, NOW))
    wanted, asked = NewTarget("OWN-1", "I can draw.", subject="Art"), {"change": "target", "code": "OWN-1"}
    for _again in range(2):
        change_graph(intake, here, NOW, lambda session: add_target(session, here, wanted, NOW), asked)
    methods, graph = recorded(engine, here, Act.POLICY_CHANGED)[1:]
    assert (methods[0], methods[1], graph[0], graph[1]) == ("system", None, "system", None)
    assert methods[3]["what"] == "methods"
    assert (methods[3]["before"]["primary"]["name"], methods[3]["after"]["primary"]["name"]) == ("MODEL", "BKT")
    assert graph[3] == {"what": "graph", "version": graph[3]["version"], **asked}


def test_a_posted_result_says_nothing_to_the_record(school: School, machine: Callable[..., Machine]) -> None:
    sender = machine(school.district_id)
    sender.put_assessment("quiz-17")
    with statements_said() as said:
        sender.post(result(school.students[0], school.codes[0]))
    assert said
    assert not [one for one in said if "audit_" in one]
