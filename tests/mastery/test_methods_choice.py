"""Methods under their exact names, and what may be chosen."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from mastery.methods import METHODS, MODEL, MethodError, choose


def test_the_methods_are_those_of_the_specification_and_of_the_systems_districts_come_from() -> None:
    own = ["BKT", "DECAY", "WEIGHTED", "RECENT", "HIGHEST", "N_OF", "N_CONSEC", "POWER", "PCT80", "JUDGE"]
    canvas = ["HIGHEST", "LATEST", "AVERAGE", "N_MASTERY", "WEIGHTED", "DECAY"]
    peers = [f"CANVAS_{name}" for name in canvas]
    peers += ["OATUTOR_BKT", "MASTERYTRACE_BKT", "ALOSI_BKT", "KOLIBRI_M_OF_N", "KOLIBRI_IN_A_ROW"]
    assert set(METHODS) == {*own, *peers, "TRIMMED", "GATE"}


def test_no_two_rules_are_called_decaying_average() -> None:
    called = [name for name, method in METHODS.items() if "decaying average" in method.title.lower()]
    assert called == ["DECAY"]
    titles = [method.title for method in METHODS.values()]
    assert len(set(titles)) == len(titles)


def test_the_documentation_tells_of_every_method_and_of_no_other() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "measurement.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall("`([A-Z0-9_]+)`", row)} == {MODEL, *METHODS}


@pytest.mark.parametrize("name", METHODS)
def test_the_defaults_of_a_method_are_within_its_bounds(name: str) -> None:
    method = METHODS[name]
    assert choose(name, {one.name: str(one.default) for one in method.parameters}) == choose(name)
    assert method.check(choose(name).given) == ""


@pytest.mark.parametrize("name", METHODS)
def test_a_parameter_outside_its_bounds_is_refused_by_name(name: str) -> None:
    for one in METHODS[name].parameters:
        for value in (one.least - 1, one.most + 1):
            with pytest.raises(MethodError, match=f"is not from {one.least} to {one.most}") as refused:
                choose(name, {one.name: str(value)})
            assert refused.value.field == one.name


def test_bounds_of_the_specification() -> None:
    bounds = {(name, one.name): (one.least, one.most) for name, m in METHODS.items() for one in m.parameters}
    assert bounds["DECAY", "weight"] == bounds["CANVAS_DECAY", "weight"] == (Decimal("0.50"), Decimal("0.99"))
    assert bounds["CANVAS_WEIGHTED", "weight"] == (Decimal("0.01"), Decimal("0.99"))
    assert bounds["CANVAS_N_MASTERY", "count"] == (1, 10)
    assert bounds["BKT", "slip"][1] == Decimal("0.10")
    assert bounds["BKT", "guess"][1] == Decimal("0.30")


@pytest.mark.parametrize(
    ("name", "parameters", "field"),
    [
        ("decaying average", {}, "method"),
        ("DECAY", {"wieght": "0.7"}, "wieght"),
        ("DECAY", {"weight": "much"}, "weight"),
        ("DECAY", {"weight": "NaN"}, "weight"),
        ("N_OF", {"count": "2.5"}, "count"),
        (MODEL, {"weight": "0.7"}, "weight"),
        ("KOLIBRI_M_OF_N", {"correct": "8", "of": "7"}, "parameters"),
    ],
)
def test_a_wrong_choice_names_its_field(name: str, parameters: dict[str, str], field: str) -> None:
    with pytest.raises(MethodError) as refused:
        choose(name, parameters)
    assert refused.value.field == field


def test_a_choice_keeps_what_differs_from_the_defaults() -> None:
    assert choose("DECAY", {"weight": "0.65"}) == choose("DECAY")
    changed = choose("DECAY", {"weight": "0.70", "mastered_from": "3.5"})
    assert dict(changed.set) == {"weight": Decimal("0.70"), "mastered_from": Decimal("3.5")}
    assert changed.mastered_from == 3.5
    assert choose("BKT").mastered_from == 0.95
    assert choose("N_CONSEC").mastered_from == 1
