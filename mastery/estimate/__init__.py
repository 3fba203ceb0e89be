"""The online filter: what is known of a student's targets, from the answers in their order.

state = SubjectState.initial(hyper)                   what is remembered of one student in one subject
done = advance([state], Observations.build(...), hyper)      one function for one student or a million
estimate = readout(done.after.mean, done.after.variance, hyper, bar)      what people are told
"""

from mastery.estimate.advance import Advanced, Levels, advance
from mastery.estimate.hyperparameters import DEFAULTS, MODEL_VERSION, Hyperparameters
from mastery.estimate.observations import Observations
from mastery.estimate.readout import Estimate, readout
from mastery.estimate.state import SubjectState

__all__ = [
    "DEFAULTS",
    "MODEL_VERSION",
    "Advanced",
    "Estimate",
    "Hyperparameters",
    "Levels",
    "Observations",
    "SubjectState",
    "advance",
    "readout",
]
