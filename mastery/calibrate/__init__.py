"""Calibration of an item bank: from who answered what right to each item's curve, and how well it is known.

answers = Answers.build(student=[...], item=[...], y=[...])      first answers, 0 or 1
found = calibrate_em(answers)      or calibrate_pyirt(answers): the same in, the same out

Model: success = sigma(a t + d) with the slope a, the easiness d = -a b, the difficulty b, and the ability t standard
normal over students (two-parameter logistic, Birnbaum 1968). Whatever engine found the curves, standard errors, fit and
abilities are worked out by the same code (`describe.py`).
"""

from mastery.calibrate.answers import Answers, CalibrationError, Dropped
from mastery.calibrate.calibration import Advance, Calibration, Curves, Engine
from mastery.calibrate.em import calibrate_em
from mastery.calibrate.link import Anchor, Drift, Scale, anchor
from mastery.calibrate.model import Prior
from mastery.calibrate.pyirt_engine import calibrate_pyirt, too_large
from mastery.calibrate.report import remarks, report

__all__ = [
    "Advance",
    "Anchor",
    "Answers",
    "Calibration",
    "CalibrationError",
    "Curves",
    "Drift",
    "Dropped",
    "Engine",
    "Prior",
    "Scale",
    "anchor",
    "calibrate_em",
    "calibrate_pyirt",
    "remarks",
    "report",
    "too_large",
]
