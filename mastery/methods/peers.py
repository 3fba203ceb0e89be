"""The rules of other systems under names that say whose they are, for districts that come from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from mastery.methods import canvas
from mastery.methods.alosi import alosi
from mastery.methods.bkt import Bkt, right_or_wrong
from mastery.methods.kolibri import m_of_n
from mastery.methods.oatutor import masterytrace, oatutor
from mastery.methods.own import said
from mastery.methods.parameters import count, identified, level_from, model_of, number, percent_from, probabilities
from mastery.methods.words import MASTERED_FROM, N_, Body, Given, Method, Parameter, Rule, Scale, Scored

# levels here end at 4, and Canvas's points are scaled to them
_TOP = Fraction(4)
_CANVAS = "Canvas LMS, outcome calculation"


def _rollup(rule: Callable[[Sequence[Fraction], Given], Decimal | None], *, per_question: bool = False) -> Rule:
    scale = canvas.by_question if per_question else canvas.by_quiz
    return lambda body, given: said_decimal(canvas.rollup(body.records, scale, _TOP, lambda one: rule(one, given)))


def said_decimal(value: Decimal | None) -> Fraction | None:
    """A value that its source has rounded, as an exact number."""
    return None if value is None else Fraction(value)


def _traced(rule: Callable[[Sequence[Scored], Bkt], float | None]) -> Rule:
    return lambda body, given: said(rule(body.records, model_of(given)))


def _kolibri(body: Body, correct: Fraction, of: Fraction) -> Fraction | None:
    right = [bool(one) for one in right_or_wrong(body.records)]
    return m_of_n(right, int(correct), int(of)) * 100 if right else None


def _no_more_than_there_are(given: Given) -> str:
    correct, of = int(given["correct"]), int(given["of"])
    return "" if correct <= of else f"correct must not be more than of; they are {correct} and {of}"


def _canvas(name: str, title: str, rule: Rule, *parameters: Parameter) -> Method:
    return Method(f"CANVAS_{name}", title, _CANVAS, Scale.LEVEL, rule, (*parameters, level_from()))


PEERS = (
    _canvas(
        "HIGHEST",
        N_("Canvas: the highest score, each quiz question by itself"),
        _rollup(lambda scores, given: canvas.canvas_highest(scores), per_question=True),
    ),
    _canvas("LATEST", N_("Canvas: the latest score"), _rollup(lambda scores, given: canvas.canvas_latest(scores))),
    _canvas("AVERAGE", N_("Canvas: the mean score"), _rollup(lambda scores, given: canvas.canvas_average(scores))),
    _canvas(
        "N_MASTERY",
        N_("Canvas: the mean of the scores that reach mastery, each quiz question by itself"),
        _rollup(
            lambda scores, given: canvas.canvas_n_mastery(scores, int(given["count"]), given[MASTERED_FROM]),
            per_question=True,
        ),
        count("count", 3, 1, 10),
    ),
    _canvas(
        "WEIGHTED",
        N_("Canvas: the latest score against the mean of the earlier ones"),
        _rollup(lambda scores, given: canvas.canvas_weighted(scores, given["weight"])),
        number("weight", "0.65", "0.01", "0.99"),
    ),
    _canvas(
        "DECAY",
        N_("Canvas: each new score against the running value"),
        _rollup(lambda scores, given: canvas.canvas_decay(scores, given["weight"])),
        number("weight", "0.65", "0.50", "0.99"),
    ),
    Method(
        "OATUTOR_BKT",
        N_("OATutor: Bayesian knowledge tracing, answer by answer"),
        "OATutor",
        Scale.PROBABILITY,
        _traced(oatutor),
        probabilities("0.1", "0.1", "0.1", "0.1", "0.49", "0.49", "0.95"),
        identified,
    ),
    Method(
        "MASTERYTRACE_BKT",
        N_("MasteryTrace: Bayesian knowledge tracing, told before the learning step"),
        "MasteryTrace",
        Scale.PROBABILITY,
        _traced(masterytrace),
        probabilities("0.4", "0.3", "0.1", "0.2", "0.49", "0.49", "0.95"),
        identified,
    ),
    Method(
        "ALOSI_BKT",
        N_("ALOSI: Bayesian knowledge tracing with partial credit"),
        "ALOSI adaptive engine",
        Scale.PROBABILITY,
        _traced(alosi),
        probabilities("0.2", "0.1", "0.15", "0.1", "0.49", "0.49", "0.90"),
        identified,
    ),
    Method(
        "KOLIBRI_M_OF_N",
        N_("Kolibri: right among the last first attempts"),
        "Kolibri mastery model",
        Scale.PERCENT,
        lambda body, given: _kolibri(body, given["correct"], given["of"]),
        (count("correct", 5, 1, 50), count("of", 7, 1, 50), percent_from("100")),
        _no_more_than_there_are,
    ),
    Method(
        "KOLIBRI_IN_A_ROW",
        N_("Kolibri: first attempts right in a row"),
        "Kolibri mastery model",
        Scale.PERCENT,
        lambda body, given: _kolibri(body, given["count"], given["count"]),
        (count("count", 5, 2, 10), percent_from("100")),
    ),
)
