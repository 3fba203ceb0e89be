"""P1 READY_TEST: the student is ready for an assessment (domain 2.6). Good news, advisory, never a gate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from mastery.flags.view import AssessmentView, Fact, Finding, Scope, Severity
from mastery.policy import Policy

ID = "P1"
FAMILY = "ready_test"


def opens(view: AssessmentView, policy: Policy) -> bool:
    """Enough of the assessment's blueprint is ready, and it was not taken yet."""
    return view.readiness.ready and not view.tested


def closes(view: AssessmentView, opened: Mapping[str, Fact], today: date, policy: Policy) -> bool:
    """Tested, or not ready any more (a flag's life asks for that twice)."""
    return view.tested or not view.readiness.ready


def finding(view: AssessmentView, policy: Policy) -> Finding:
    """The finding for a view on which `opens` holds."""
    readiness = view.readiness
    return Finding(
        ID,
        FAMILY,
        Severity.INFO,
        Scope.ASSESSMENT,
        view.assessment,
        readiness.evidence,
        readiness.evidence[-1],
        "ready_test",
        "ready_test.closes",
        "ready_test.next",
        {
            "assessment": view.assessment,
            "share": readiness.share,
            "ready_targets": sum(t.ready for t in readiness.targets),
            "targets": len(readiness.targets),
        },
        {
            "readiness_probability": policy.readiness_probability,
            "readiness_records": policy.readiness_records,
            "readiness_newest_within_days": policy.readiness_newest_within_days,
            "readiness_share": policy.readiness_share,
        },
    )
