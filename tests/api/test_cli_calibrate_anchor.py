"""`mastery calibrate --anchor`: a new run is brought to the scale of an earlier one, and what moved is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from api.actions.calibrate_earlier import read_earlier
from api.cli import main

ITEMS, STUDENTS = 24, 1500
MOVED = (3, 11)
HEADING = "user_id,item_id,timestamp,correct,skill_id"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["calibrate", *map(str, words), "--engine", "em"])


def answered(path: Path, seed: int, mean: float, sd: float, easier: float = 0.0, skill: str = "s1") -> Path:
    """The same items answered by other students; two of them may have become easier, and two more are new."""
    rng = np.random.default_rng(17)
    slope = np.exp(rng.normal(0, 0.3, ITEMS + 2))
    easiness = -slope * rng.normal(0, 1, ITEMS + 2)
    easiness[list(MOVED)] += easier
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=STUDENTS)
    ability = mean + sd * (drawn - drawn.mean()) / drawn.std()  # what is off then is not the draw, but the link
    shown = ITEMS if seed == 1 else ITEMS + 2
    student, item = np.nonzero(rng.random((STUDENTS, shown)) < 0.8)
    right = rng.random(len(student)) < 1 / (1 + np.exp(-(slope[item] * ability[student] + easiness[item])))
    lines = [f"u{s},q{i},0,{int(y)},{skill}" for s, i, y in zip(student, item, right, strict=True)]
    path.write_text("\n".join([HEADING, *lines, ""]))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three years of answers: abler and more alike students, then others; two items easier from the second on."""
    made = tmp_path_factory.mktemp("years")
    answered(made / "first.csv", 1, 0.0, 1.0)
    answered(made / "second.csv", 2, 0.7, 0.8, easier=1.5)
    answered(made / "third.csv", 3, -0.4, 1.2, easier=1.5)
    assert run(made / "first.csv", "--json", "--out", made / "first.json").exit_code == 0
    done = run(made / "second.csv", "--anchor", made / "first.json", "--json", "--out", made / "second.json")
    assert done.exit_code == 0, done.stderr
    return made


def calibrated(path: Path) -> dict[str, Any]:
    (one,) = json.loads(path.read_text())["calibrations"]
    return dict(one)


def numbers(one: dict[str, Any], name: str) -> dict[str, float]:
    return {item["item"]: item[name] for item in one["items"]}


def test_the_new_run_is_on_the_scale_of_the_earlier_one(folder: Path) -> None:
    first, second = calibrated(folder / "first.json"), calibrated(folder / "second.json")
    assert (first["link"], first["not_linked"]) == (None, None)
    assert second["link"]["mean"] == pytest.approx(0.7, abs=0.08)
    assert second["link"]["sd"] == pytest.approx(0.8, abs=0.08)
    assert second["link"]["items_of_both"] == ITEMS
    for name, error in (("slope", "slope_se"), ("easiness", "easiness_se"), ("difficulty", "difficulty_se")):
        here, there = numbers(second, name), numbers(first, name)
        errors = {item: np.hypot(numbers(first, error)[item], numbers(second, error)[item]) for item in there}
        apart = [(here[q] - there[q]) / errors[q] for q in there if q not in {f"q{j}" for j in MOVED}]
        assert np.sqrt(np.mean(np.square(apart))) < 1.35, name


def test_items_that_drifted_are_named_and_new_ones_have_no_drift(folder: Path) -> None:
    second = calibrated(folder / "second.json")
    assert second["link"]["drifted"] == [f"q{j}" for j in MOVED]
    drift = {item["item"]: item["drift"] for item in second["items"]}
    for j in MOVED:
        assert drift[f"q{j}"]["drifted"]
        assert drift[f"q{j}"]["easiness"] > 5
    assert (drift[f"q{ITEMS}"], drift[f"q{ITEMS + 1}"]) == (None, None)
    still = [one["easiness"] for one in drift.values() if one and not one["drifted"]]
    assert 0.6 < float(np.std(still)) < 1.4
    assert [item["item"] for item in second["items"] if "drifted" in item["remarks"]] == [f"q{j}" for j in MOVED]


def test_the_report_says_constants_items_and_drift(folder: Path) -> None:
    done = run(folder / "second.csv", "--anchor", folder / "first.json")
    assert done.exit_code == 0
    second = calibrated(folder / "second.json")
    lines = done.stdout.splitlines()
    assert f"linked to first.json by {ITEMS - 2} items of both; 2 more drifted and were left out" in lines
    (scale,) = [line for line in lines if line.startswith("on its scale")]
    assert f"mean {second['link']['mean']:.3f} and standard deviation {second['link']['sd']:.3f}" in scale
    heading = next(line for line in lines if line.startswith("item"))
    assert heading.split()[-5:] == ["drift", "a", "drift", "d", "remark"]
    rows = {line.split()[0]: line.split() for line in lines if line.startswith("q")}
    moved, new = rows[f"q{MOVED[0]}"], rows[f"q{ITEMS}"]
    assert "drifted" in moved
    assert float(moved[10]) == pytest.approx(
        next(one for one in second["items"] if one["item"] == f"q{MOVED[0]}")["drift"]["easiness"], abs=0.005
    )
    assert new[9:11] == ["-", "-"]
    assert float(moved[5]) == pytest.approx(numbers(second, "difficulty")[f"q{MOVED[0]}"], abs=0.005)
    assert "Abilities are on the scale of first.json." in done.stdout
    assert "mean 0 and standard deviation 1" not in done.stdout


def test_a_linked_run_is_an_anchor_in_its_turn(folder: Path) -> None:
    """The third year comes to the first year's scale by the second, and the items that moved then stand still now."""
    out = folder / "third.json"
    assert run(folder / "third.csv", "--anchor", folder / "second.json", "--json", "--out", out).exit_code == 0
    third = calibrated(out)
    assert third["link"]["mean"] == pytest.approx(-0.4, abs=0.1)
    assert third["link"]["sd"] == pytest.approx(1.2, abs=0.1)
    assert third["link"]["items_of_both"] == ITEMS + 2
    assert not {f"q{j}" for j in MOVED} & set(third["link"]["drifted"])


def test_a_run_against_itself_stands_still(folder: Path) -> None:
    again = json.loads(run(folder / "first.csv", "--anchor", folder / "first.json", "--json").stdout)
    assert again["anchor"] == "first.json"
    (one,) = again["calibrations"]
    assert (one["link"]["mean"], one["link"]["sd"]) == (pytest.approx(0, abs=1e-6), pytest.approx(1, abs=1e-6))
    assert numbers(one, "easiness") == pytest.approx(numbers(calibrated(folder / "first.json"), "easiness"), abs=1e-6)


def test_what_can_not_be_linked_is_said_and_told_on_its_own_scale(folder: Path, tmp_path: Path) -> None:
    by_skill = tmp_path / "skills.json"
    assert run(folder / "first.csv", "--by-skill", "--json", "--out", by_skill).exit_code == 0
    rows = (folder / "first.csv").read_text().splitlines()[1:]
    both = tmp_path / "both.csv"
    both.write_text("\n".join([HEADING, *rows, *(one.replace(",s1", ",s2") for one in rows), ""]))
    done = run(both, "--by-skill", "--anchor", by_skill)
    assert done.exit_code == 0
    assert "Skill s2: not linked, skills.json does not have the skill 's2'; it is told on its own scale" in done.stdout
    assert done.stdout.count("linked to skills.json") == 1
    refused = run(folder / "first.csv", "--anchor", by_skill)
    assert refused.exit_code == 1
    assert "Nothing could be linked: skills.json does not have a calibration of a whole file." in refused.stderr


def test_too_few_items_of_both_are_refused(folder: Path, tmp_path: Path) -> None:
    document = json.loads((folder / "first.json").read_text())
    document["calibrations"][0]["items"] = document["calibrations"][0]["items"][:2]
    few = tmp_path / "few.json"
    few.write_text(json.dumps(document))
    refused = run(folder / "second.csv", "--anchor", few)
    assert refused.exit_code == 1
    assert "Nothing could be linked: 2 items are in both calibrations; 3 are needed to link them." in refused.stderr


ITEM = {
    "item": "q1", "slope": 1.0, "slope_se": 0.1, "easiness": 0.0, "easiness_se": 0.1, "slope_easiness_covariance": 0.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not json", "earlier.json is no JSON: give what `mastery calibrate --json` wrote"),
        ("[]", "earlier.json, "),
        ("{}", "earlier.json, calibrations: "),
        ({"slope": 0}, "calibrations[0].items[0].slope: is not above 0; give a positive number"),
        ({"easiness": "0"}, "calibrations[0].items[0].easiness: is a string; give a number"),
        ({"slope_se": None}, "calibrations[0].items[0].slope_se: "),
        ({"slope_easiness_covariance": 0.02}, "must be less than slope_se times easiness_se"),
        ({"item": ""}, "calibrations[0].items[0].item: is empty"),
        ("twice", "calibrations[0].items[1].item: 'q1' is there twice; give each item once"),
        ('{"calibrations": [{"skill": null, "not_calibrated": "few"}]}', "earlier.json has no items"),
    ],
)
def test_what_is_wrong_with_an_earlier_run_names_its_field(
    folder: Path, tmp_path: Path, text: str | dict[str, Any], says: str
) -> None:
    items = [ITEM, ITEM] if text == "twice" else [ITEM | text] if isinstance(text, dict) else []
    earlier = tmp_path / "earlier.json"
    earlier.write_text(json.dumps({"calibrations": [{"skill": None, "items": items}]}) if items else str(text))
    refused = run(folder / "first.csv", "--anchor", earlier)
    assert refused.exit_code == 1
    assert says in refused.stderr


def test_curves_are_read_as_they_were_written(folder: Path) -> None:
    found = read_earlier(folder / "second.json").of(None)
    second = calibrated(folder / "second.json")
    assert list(found.items) == [item["item"] for item in second["items"]]
    for name in ("slope", "slope_se", "easiness", "easiness_se", "difficulty", "difficulty_se"):
        assert getattr(found, name) == pytest.approx(list(numbers(second, name).values()), rel=1e-12)
