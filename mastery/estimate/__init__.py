"""The online filter: what is known of a student's targets, from the answers in their order.

state = SubjectState.initial(hyper)                   what is remembered of one student in one subject
done = advance([state], Observations.build(...), hyper)      one function for one student or a million
estimate = readout(done.after.mean, done.after.variance, hyper, bar)      what people are told

Model (measurement 2), on the logit scale, everything Gaussian:

    success = sigma(a (g + f + s_k + lam_k ln(1 + n_k)) + r_i + b_i + delta),   b_i known up to SE_b

g general level, f present form, s_k the target's own, r_i the memory of one item, n_k right answers so far, delta the
offset of a repeated attempt. Predicted success is p = sigma(kappa mu), kappa = 1 / sqrt(1 + pi/8 Vt), with mu and Vt
the mean and variance of the argument.

Update by moment matching (assumed density filtering: MacKay 1992, Minka 2001). The first two derivatives of ln p by mu
are kappa e and -kappa^2 h, e = y - p, h = p (1 - p): a state with covariance v to the argument moves by v kappa e, its
variance by -v^2 kappa^2 h. The sequential form of measurement 2 divides by 1 + h Vt instead; it moves the means alike
and narrows the variances too much (simulated 90% intervals of a target's sum cover .82 to .89).

g and f keep their covariance. A target is kept as what is left of it given g and f,

    g + f + s_k = rest + u g + v f,   rest ~ N(mean, variance),   u = v = 1 at first,

so that what its answers said together with g is not counted twice: every answer on k shrinks u and v. v is carried
while the target is being answered and folded into u when another one is; as g drifts, u returns to 1 and what is known
of a target leans on the level of today. Given g and f, targets are independent. Measured against independent states:
log-loss on training students .5336 for .5342 (the best of one random search each), and simulated 90% intervals of a
target's sum cover 87 to 93% from 3 to 40 answers each, in blocks or in turns.

A sitting without feedback is one joint update. With several effective answers it is linearised again after each
answer's worth of it (recursive update, Zanetti 2012), all its rows at once: order can not matter, and a surprising test
does not overshoot as one linearisation at its start would. It teaches once per target; form fades and the level drifts
by its effective answers. A weight w < 1 tempers likelihood, learning, practice and drift alike.

A target never seen begins, where a calibration found that it helps, at what its direct prerequisites j that were seen
say: s_k = pi mean(s_j) + e, Var e = V_s (1 - pi^2 / n), as of the beginning of the sitting; a Gaussian network on the
graph (Shachter and Kenley 1989) read forwards only. With nothing known of them that is the plain prior.

Nothing moves by time alone: forgetting is applied when the next evidence on the target comes. A right answer never
lowers and a wrong one never raises the target's mean g + s + practice, whatever the gap before it.
"""

from mastery.estimate.advance import Advanced, Levels, advance, levels, levels_after, warm_up
from mastery.estimate.head import Head
from mastery.estimate.hyperparameters import DEFAULTS, MODEL_VERSION, Hyperparameters
from mastery.estimate.model import UNCALIBRATED, ItemParameters, Model, TargetParameters
from mastery.estimate.observations import Observations
from mastery.estimate.readout import Estimate, readout
from mastery.estimate.state import SubjectState

__all__ = [
    "DEFAULTS",
    "MODEL_VERSION",
    "UNCALIBRATED",
    "Advanced",
    "Estimate",
    "Head",
    "Hyperparameters",
    "ItemParameters",
    "Levels",
    "Model",
    "Observations",
    "SubjectState",
    "TargetParameters",
    "advance",
    "levels",
    "levels_after",
    "readout",
    "warm_up",
]
