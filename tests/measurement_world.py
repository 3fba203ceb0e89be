"""A subject that was measured: simulated students, one question with each fault, two terms of which one has few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from factories import NOW, ZONE, Factory
from furnished import LONG, Furnished
from scipy.special import expit

from mastery.estimate import UNCALIBRATED, ItemParameters, Model
from mastery.measure.evidence_set import EvidenceSet
from mastery.measure.item_check import Checked
from mastery.measure.replayed import Replayed
from mastery.measure.term_report import term_report
from mastery.measure.terms import ALL_TIME, Term
from mastery.sittings import Rows
from models.assessment import Item
from models.measurements import Measurement, put_measurements

SUBJECT = "Mathematics"
FALL = Term("Fall", date(2026, 8, 24), date(2026, 12, 18))
PILOT = Term(f"Pilot of {LONG}", date(2026, 7, 1), date(2026, 7, 10))
_ITEMS, _STUDENTS, _SITTINGS, _EACH = 30, 60, 12, 5


def simulated(items: Sequence[int], target: int, seed: int = 9) -> tuple[EvidenceSet, Model]:
    """Answers to questions of these keys, and the model that they are read with; some questions are not as it says."""
    random = np.random.default_rng(seed)
    slope, easiness = np.ones(len(items)), np.linspace(-2.0, 2.5, len(items))
    known = {key: ItemParameters(1.0, b, 0.04) for key, b in zip(items, easiness.tolist(), strict=True)}
    slope[3], slope[4] = -1.5, -0.3
    easiness[5] += 40.0
    easiness[6] -= 40.0
    easiness[7] += 1.5
    easiness[8] -= 1.5
    rows = Rows()
    for student in range(_STUDENTS):
        ability = 3.0 * (student / _STUDENTS - 0.5)
        for number in range(_SITTINGS):
            asked = np.sort(random.permutation(len(items))[:_EACH])
            rows.sitting += [number] * _EACH
            rows.target += [target] * _EACH
            rows.item += [items[one] for one in asked]
            chance = expit(slope[asked] * ability + easiness[asked])
            rows.y += (random.random(_EACH) < chance).astype(float).tolist()
            rows.weight += [1.0] * _EACH
            rows.guessing += [0.0] * _EACH
            rows.points += [1.0] * _EACH
            # the first students began in July, in the pilot
            rows.day += [20_640.0 if number == 0 and student < 8 else 20_700.0 + number] * _EACH
            rows.summed += [False] * _EACH
        rows.offsets.append(len(rows.target))
    return EvidenceSet.of([rows]), Model(UNCALIBRATED.hyper, known)


def well_measured(found: Furnished) -> None:
    """Store the measurement of a subject with something of everything in it."""
    found.world.add(lambda make: measure(make, found.world.target.id))


def measure(make: Factory, target: int) -> None:
    """The measurements of a subject in all time, in the fall, and in a pilot with too few students."""
    quiz = make.assessment(f"Fractions quiz of {LONG}")
    names = ["A/target-0", *(f"{LONG}-q{number}" if number == 5 else f"q{number}" for number in range(1, _ITEMS))]
    items = [Item(district_id=make.district_id, assessment_id=quiz.id, name=name, dok=None) for name in names]
    make.session.add_all(items)
    make.session.flush()
    answers, model = simulated([one.id for one in items], target)
    calibration = make.calibration(SUBJECT, model)
    replayed = Replayed.of(answers, model, {target: 0.75})
    drift = np.random.default_rng(1).normal(0.0, 1.2, _ITEMS)
    drift[[2, 9]] = 5.2, -4.1
    made: list[tuple[Measurement, list[tuple[int, Checked]]]] = []
    for place, term in enumerate((ALL_TIME, FALL, PILOT)):
        report, checked = term_report(replayed, term.rows(answers.day, ZoneInfo(ZONE)), model, drift)
        row = Measurement(
            district_id=make.district_id, subject=SUBJECT, term=term.key, place=place, title=term.title,
            begins_on=term.begins, ends_on=term.ends, version=model.version, calibration_id=calibration,
            measured_at=NOW, newest=NOW, answers=report.answers, students=report.students, items=len(checked),
            to_look_at=sum(1 for one in checked if one.reasons),
            figures={**asdict(report), "after_calibration": 120},
        )  # fmt: skip
        made.append((row, [(int(answers.item_ids[one.item]), one) for one in checked]))
    put_measurements(make.session, made)
