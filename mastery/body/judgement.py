"""The level that an educator gives from the body of evidence: what may be signed, and what a signature does.

It is the value of `JUDGE` (domain 2.4), no record and no decision: where `JUDGE` is the primary method it meets or
misses line 1, and the other lines stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from mastery.body.tally import Tally
from mastery.body.words import Act, ActKind, Decision
from mastery.methods import JUDGE, Choice
from mastery.policy import Policy

JUDGEMENTS = frozenset({ActKind.JUDGE, ActKind.WITHDRAW_JUDGEMENT})
LONGEST_REASON = 2000
_TOP_LEVEL = 4.0

Said = TypeVar("Said")


class JudgementError(ValueError):
    """A judgement that can not be signed: `field` is what it is about, the text what would be right."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def levels_to_give() -> list[float]:
    """The levels that may be given: 0 to 4 in halves."""
    return [half / 2 for half in range(int(_TOP_LEVEL * 2) + 1)]


def checked(level: float, reason: str, policy: Policy) -> str:
    """The reason as it is kept. Raises JudgementError for a level that there is not, or a reason that says too little.

    White space does not make a reason longer.
    """
    if level not in levels_to_give():
        raise JudgementError("level", f"{level:g} is no level that can be given: give 0 to {_TOP_LEVEL:g} in halves")
    words = " ".join(reason.split())
    if len(words) < policy.judgement_reason_characters:
        raise JudgementError(
            "reason", f"a judgement needs a reason of at least {policy.judgement_reason_characters} characters"
        )
    if len(reason.strip()) > LONGEST_REASON:
        raise JudgementError("reason", f"a reason has at most {LONGEST_REASON} characters")
    return reason.strip()


def after(standing: Sequence[Said], said: Said | None) -> tuple[Said, ...]:
    """The judgements that stand, oldest first, after one more; after None without the newest one."""
    return tuple(standing[:-1]) if said is None else (*standing, said)


def judge(tally: Tally, decision: Decision, act: Act, primary: Choice | None) -> tuple[Tally, Decision]:
    """What an act of `JUDGEMENTS` does to a target; `settle` follows.

    Where another method is primary it is kept and changes nothing. A mastery that the system confirmed rests on the
    judgement: when that is taken back, and no earlier one is enough, a teacher has to look.
    """
    tally = tally._replace(judged=after(tally.judged, act.level))
    if primary is None or primary.name != JUDGE:
        return tally, decision
    if act.kind is ActKind.WITHDRAW_JUDGEMENT and decision.confirmed is ActKind.AUTO_CONFIRM:
        decision = replace(
            decision,
            confirmed=None,
            confirmed_at=None,
            vouched=True,
            kept_level=decision.level,
            kept_mastered_at=decision.mastered_at,
        )
    # a person who says otherwise than before is no fall of the estimate (F09)
    return tally._replace(peaks=()), decision
