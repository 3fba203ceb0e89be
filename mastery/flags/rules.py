"""The rules there are, and which of them hold on a target."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from mastery.flags import contradiction, drop, prereq_gap, ready_test, wheel_spin
from mastery.flags.view import Fact, Finding, TargetView
from mastery.policy import Policy


class TargetRuleModule(Protocol):
    """The shape of a rule about one target; each rule is a module of this shape."""

    ID: str
    FAMILY: str

    def opens(self, view: TargetView, policy: Policy) -> bool:
        """Whether the opening condition holds as of the last evidence."""

    def closes(self, view: TargetView, opened: Mapping[str, Fact], today: date, policy: Policy) -> bool:
        """Whether the closing condition holds today; `opened` are the facts of the finding that opened the flag."""

    def finding(self, view: TargetView, policy: Policy) -> Finding:
        """What the open flag says."""


TARGET_RULES: tuple[TargetRuleModule, ...] = (wheel_spin, drop, prereq_gap, contradiction)
TARGET_RULE: Mapping[str, TargetRuleModule] = {rule.ID: rule for rule in TARGET_RULES}
FAMILY_OF: Mapping[str, str] = {**{rule.ID: rule.FAMILY for rule in TARGET_RULES}, ready_test.ID: ready_test.FAMILY}


# rules that look at a target's prerequisites, and may turn true by what happens there
LOOK_BELOW: tuple[TargetRuleModule, ...] = (prereq_gap,)


def true_conditions(view: TargetView, policy: Policy) -> tuple[str, ...]:
    """The ids of the rules whose opening condition holds, in the order of `TARGET_RULES`."""
    return tuple([rule.ID for rule in TARGET_RULES if rule.opens(view, policy)])


def conditions_after_below(before: tuple[str, ...], view: TargetView, policy: Policy) -> tuple[str, ...]:
    """`true_conditions` when, since `before`, something moved on the prerequisites only."""
    return tuple(
        [rule.ID for rule in TARGET_RULES if (rule.opens(view, policy) if rule in LOOK_BELOW else rule.ID in before)]
    )
