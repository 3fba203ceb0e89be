"""The districts' own score rules, each under an exact name, selectable per subject as primary or shown beside.

    choice = choose("DECAY", {"weight": "0.70"})      a rule with its parameters, checked
    said = say(choice, records)                       its value on a target, and whether that is "mastered"

Rules are pure functions, one idea a file; `own` names those of domain 2.4, `peers` those of other systems. Values are
exact fractions, or floats where a rule needs logarithms or Bayes, or decimals where its source rounds; only
`mastery.numbers.half_up` rounds for display. A rule with nothing to say has no value: None, which is not zero.
"""

from mastery.methods.choice import (
    JUDGE,
    METHODS,
    MODEL,
    MODEL_TITLE,
    Choice,
    MethodError,
    Said,
    choose,
    said_after,
    say,
)
from mastery.methods.records import record_of
from mastery.methods.words import Body, FirstTry, Judgement, Method, Parameter, Scale, Scored

__all__ = [
    "JUDGE",
    "METHODS",
    "MODEL",
    "MODEL_TITLE",
    "Body",
    "Choice",
    "FirstTry",
    "Judgement",
    "Method",
    "MethodError",
    "Parameter",
    "Said",
    "Scale",
    "Scored",
    "choose",
    "record_of",
    "said_after",
    "say",
]
