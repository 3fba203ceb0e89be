"""Where a revocation stands, what may be done about it, and what was done, in words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from mastery.revocation import Stage, Step

STAGES: dict[str, Any] = {
    Stage.PROPOSED: _l("Proposed, and waits for a second signature"),
    Stage.DECLINED: _l("Declined: the mastery stands"),
    Stage.TAKEN_BACK: _l("Taken back: the mastery stands"),
    Stage.SIGNED: _l("The mastery was taken away"),
    Stage.APPEALED: _l("The family has appealed, and waits for an answer"),
    Stage.STANDS: _l("The appeal was answered: it stays taken away"),
    Stage.OVERTURNED: _l("The appeal was answered: the mastery stands again"),
}
OFFERS: dict[str, Any] = {
    Step.SIGN: _l("Sign it as well"),
    Step.DECLINE: _l("Decline"),
    Step.TAKE_BACK: _l("Take the proposal back"),
    Step.APPEAL: _l("Appeal"),
    Step.LET_STAND: _l("It stays taken away"),
    Step.OVERTURN: _l("The mastery stands again"),
}
STEPS: dict[str, Any] = {
    Step.SIGN: _l("Signed as well"),
    Step.DECLINE: _l("Declined"),
    Step.TAKE_BACK: _l("Taken back"),
    Step.APPEAL: _l("Appealed"),
    Step.LET_STAND: _l("Answered: it stays taken away"),
    Step.OVERTURN: _l("Answered: the mastery stands again"),
}
