"""What the fold carries on of a standing, as JSON text and back to the last bit."""

from __future__ import annotations

import json

from mastery.body.codec import decision_from_json, decision_to_json, tally_from_json, tally_to_json
from mastery.decide import Standing
from models.wire import exact_json

FORM = 1


def pack(standing: Standing) -> str:
    """Tally and decision of a standing; its conditions are columns of their own."""
    return exact_json([FORM, tally_to_json(standing.tally), decision_to_json(standing.decision)])


def unpack(text: str, conditions: tuple[str, ...], ever: tuple[str, ...]) -> Standing:
    """Inverse of `pack`. ValueError for another form: such a district is rebuilt first."""
    form, tally, decision = json.loads(text)
    if form != FORM:
        raise ValueError(f"carried fold of form {form}, expected {FORM}: run mastery replay")
    return Standing(tally_from_json(tally), decision_from_json(decision), conditions, ever)
