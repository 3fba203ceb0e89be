"""The rules of domain 2.4 under their exact names, as a district can choose them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from mastery.methods.bkt import bkt
from mastery.methods.levels import decay, highest, n_of, recent, weighted
from mastery.methods.parameters import count, identified, level_from, model_of, number, percent_from, probabilities
from mastery.methods.power import power
from mastery.methods.runs import judge, n_consec, pct80, stopping_gate, trimmed
from mastery.methods.words import MASTERED_FROM, N_, Body, Given, Method, Rule, Scale, Scored
from mastery.policy import DEFAULT_POLICY


def said(value: float | bool | Fraction | None) -> Fraction | None:
    """A rule's value as an exact number; yes is 1 and no is 0."""
    return None if value is None else Fraction(value)


def alone(body: Body) -> list[Scored]:
    """The records of work that was done alone: only BKT can count half an answer, so the other rules pass over it."""
    return [record for record in body.records if record.weight == 1]


def levels(body: Body) -> list[Fraction]:
    """The levels of work that was done alone, oldest first."""
    return [record.level for record in alone(body) if record.level is not None]


def on_levels(rule: Callable[[Sequence[Fraction]], Fraction | float | None]) -> Rule:
    """A rule that looks at levels alone."""
    return lambda body, given: said(rule(levels(body)))


def _bkt(body: Body, given: Given) -> Fraction | None:
    return said(bkt(body.records, model_of(given), DEFAULT_POLICY.max_effective_items_per_attempt))


def _trimmed(body: Body, given: Given) -> Fraction | None:
    share = trimmed([record.share for record in alone(body)], int(given["lowest"]), int(given["highest"]))
    return None if share is None else share * 100


def _gate(body: Body, given: Given) -> Fraction | None:
    return said(
        stopping_gate(
            alone(body), int(given["opportunities"]), int(given["sittings"]), given["accuracy"], int(given["last"])
        )
    )


OWN = (
    Method(
        "BKT",
        N_("Bayesian knowledge tracing: sittings without feedback judged as one, at most five items each"),
        "Corbett and Anderson 1995",
        Scale.PROBABILITY,
        _bkt,
        probabilities("0.25", "0.15", "0.10", "0.20", "0.10", "0.30", "0.95"),
        identified,
    ),
    Method(
        "DECAY",
        N_("Decaying average: each new level against the running value"),
        "recursive exponential average",
        Scale.LEVEL,
        lambda body, given: decay(levels(body), given["weight"]),
        (number("weight", "0.65", "0.50", "0.99"), level_from()),
    ),
    Method(
        "WEIGHTED",
        N_("The latest level against the mean of all earlier ones"),
        "65/35 weighting of classroom grading",
        Scale.LEVEL,
        lambda body, given: weighted(levels(body), given["weight"]),
        (number("weight", "0.65", "0.01", "0.99"), level_from()),
    ),
    Method(
        "RECENT",
        N_("The latest level"),
        "most recent score",
        Scale.LEVEL,
        on_levels(recent),
        (level_from(),),
    ),
    Method(
        "HIGHEST",
        N_("The highest level"),
        "best score; optimistic with retakes",
        Scale.LEVEL,
        on_levels(highest),
        (level_from(),),
    ),
    Method(
        "N_OF",
        N_("The mean of the levels that reach mastery, where there are enough of them"),
        "n times mastery",
        Scale.LEVEL,
        lambda body, given: n_of(levels(body), int(given["count"]), given[MASTERED_FROM]),
        (count("count", 3, 1, 10), level_from()),
    ),
    Method(
        "N_CONSEC",
        N_("Several in a row, at any time: first tries right, or levels that reach mastery"),
        "ASSISTments skill builders",
        Scale.YES_NO,
        lambda body, given: said(n_consec(alone(body), int(given["count"]), given["level"])),
        (count("count", 3, 2, 10), number("level", "3.0", "0.5", "4.0")),
    ),
    Method(
        "POWER",
        N_("The power law of practice through all levels"),
        "Marzano",
        Scale.LEVEL,
        on_levels(power),
        (level_from(),),
    ),
    Method(
        "PCT80",
        N_("The percentage on the newest sitting with enough items"),
        "80% rule",
        Scale.PERCENT,
        lambda body, given: pct80(alone(body), int(given["items"])),
        (count("items", 10, 10, 100), percent_from("80")),
    ),
    Method(
        "TRIMMED",
        N_("The mean percentage without the lowest and highest sittings"),
        "drop rules of grade books, in a form where more is never worth less",
        Scale.PERCENT,
        _trimmed,
        (count("lowest", 1, 0, 5), count("highest", 0, 0, 5), percent_from("80")),
    ),
    Method(
        "GATE",
        N_("A stopping gate: enough tries in several sittings, most of the recent ones right, the last ones all"),
        "provisional policy of a public tutoring project",
        Scale.YES_NO,
        _gate,
        (
            count("opportunities", 8, 6, 20), count("sittings", 2, 1, 10), number("accuracy", "0.80", "0.50", "1"),
            count("last", 3, 1, 6),
        ),
    ),
    Method(
        "JUDGE",
        N_("The level that an educator gave from the body of evidence, with a reason"),
        "professional judgement",
        Scale.LEVEL,
        lambda body, given: judge(body.judgements),
        (level_from(),),
    ),
)  # fmt: skip
