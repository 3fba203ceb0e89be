"""A path of answers with the states it leads to, stored as numbers that any implementation can be checked against.

`PYTHONPATH=tests python tests/mastery/test_estimate_golden.py` writes the file anew, once the equations have changed.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
from estimate_oracle import Answer, Student
from estimate_paths import PREREQUISITES, random_path, run

from mastery.estimate import DEFAULTS, Hyperparameters, levels, readout
from mastery.estimate.hyperparameters import FORMULA

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "estimate_golden.json"
BAR = 0.75


def parameters() -> Hyperparameters:
    """Fixed ones with everything switched on, so that new defaults do not touch the vectors."""
    return dataclasses.replace(
        DEFAULTS,
        general_variance=1.3,
        general_drift=0.003,
        form_variance=0.5,
        form_persistence=0.86,
        target_variance=0.35,
        target_drift=0.03,
        learning_right=0.02,
        learning_wrong=-0.01,
        practice_slope=0.15,
        item_variance=0.5,
        item_learning_right=0.1,
        item_learning_wrong=-0.3,
        attempt_offsets=(0.0, 0.1, -0.2),
        forgetting=0.2,
        forgetting_variance=0.05,
        prerequisite_share=0.4,
        item_easiness=0.7,
        item_easiness_variance=0.2,
    )


def path() -> list[Answer]:
    """Immediate and summed sittings, gaps, assisted work, repeated items, partial credit, item parameters."""
    plain = [Answer(900 + n, target=1, item=900 + n, y=y, day=19990.0) for n, y in enumerate([1.0, 1.0, 0.0, 1.0])]
    return plain + random_path(2026, sittings=12, days=20.0)


def sittings(answers: list[Answer]) -> list[list[Answer]]:
    """The path cut at every sitting."""
    cut: list[list[Answer]] = []
    for answer in answers:
        if not cut or cut[-1][0].sitting != answer.sitting:
            cut.append([])
        cut[-1].append(answer)
    return cut


def compute() -> dict[str, Any]:
    """The vectors from the compiled filter."""
    hyper = parameters()
    state, steps = None, []
    for rows in sittings(path()):
        done = run(rows, hyper, state)
        state = done.states[0]
        now = levels(state, hyper)
        said = readout(now.mean, now.variance, hyper, BAR)
        steps.append(
            {
                "answers": [dataclasses.asdict(row) for row in rows],
                "predictions": done.prediction.tolist(),
                "general": [state.general_mean, state.general_variance],
                "form": [state.form_mean, state.form_variance],
                "general_form_covariance": float(state.level[4]),
                "targets": [
                    {
                        "target": int(state.target_ids[k]),
                        "mean": float(now.mean[k]),
                        "variance": float(now.variance[k]),
                        "practice": float(state.target_practice[k]),
                        "rate": float(said.rate[k]),
                        "low": float(said.low[k]),
                        "high": float(said.high[k]),
                        "probability": float(said.probability[k]),
                    }
                    for k in range(len(state.target_ids))
                ],
                "items": {
                    str(item): row for item, row in zip(state.item_ids.tolist(), state.items.tolist(), strict=True)
                },
            }
        )
    graph = {str(target): list(before) for target, before in PREREQUISITES.items()}
    return {
        "formula": FORMULA,
        "bar": BAR,
        "hyperparameters": dataclasses.asdict(hyper),
        "prerequisites": graph,
        "sittings": steps,
    }


def stored() -> dict[str, Any]:
    """The file, with tuples where the parameters have tuples."""
    vectors: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))
    numbers = vectors["hyperparameters"]
    numbers["attempt_offsets"] = tuple(numbers["attempt_offsets"])
    return vectors


def assert_close(one: Any, other: Any) -> None:
    """The same shape, text and whole numbers; floats to 1e-11."""
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_close(one[key], other[key])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_close(left, right)
    elif isinstance(one, float):
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-13)
    else:
        assert one == other


def test_the_filter_walks_the_stored_path() -> None:
    computed = compute()
    computed["hyperparameters"]["attempt_offsets"] = tuple(computed["hyperparameters"]["attempt_offsets"])
    assert_close(computed, stored())


def test_the_dense_transcription_walks_it_too() -> None:
    vectors = stored()
    hyper = Hyperparameters(**vectors["hyperparameters"])
    oracle = Student(hyper, PREREQUISITES)
    close = {"rtol": 1e-10, "atol": 1e-12}
    for step in vectors["sittings"]:
        oracle.predictions.clear()
        oracle.feed([Answer(**row) for row in step["answers"]])
        np.testing.assert_allclose(oracle.predictions, step["predictions"], **close)
        np.testing.assert_allclose([oracle.g, oracle.shared[0, 0]], step["general"], **close)
        np.testing.assert_allclose([oracle.f, oracle.shared[1, 1]], step["form"], **close)
        np.testing.assert_allclose(oracle.shared[0, 1], step["general_form_covariance"], **close)
        for target in step["targets"]:
            np.testing.assert_allclose(oracle.reading(target["target"]), [target["mean"], target["variance"]], **close)
        for item, numbers in step["items"].items():
            memory = oracle.items[int(item)]
            np.testing.assert_allclose([memory.mean, memory.variance, memory.attempts], numbers, **close)


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(compute(), indent=1) + "\n", encoding="utf-8")
