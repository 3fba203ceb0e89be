"""What is put on record: the acts that an audit event may name, and who may have acted (domain 7.8)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

TOLD_ONCE = timedelta(hours=1)
"""A page that stays open asks for its changes every few seconds, and so may a program: each is told once in so long."""


class Actor(StrEnum):
    """Who acted: a person with an account, a machine client, a command on the server or a job of the night."""

    PERSON = "person"
    MACHINE = "machine"
    SYSTEM = "system"


class Act(StrEnum):
    """What was done. One word for each kind of event that somebody may ask for later."""

    # coming in
    SIGN_IN = "sign_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_OUT = "sign_out"
    SESSION_ENDED = "session_ended"
    ACCOUNT_MADE = "account_made"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    PASSWORD_SET = "password_set"
    SECOND_FACTOR_SET = "second_factor_set"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    SECOND_FACTOR_SHOWN = "second_factor_shown"
    LETTER_MADE = "letter_made"
    RECOVERY_ASKED = "recovery_asked"
    IDENTITY_LINKED = "identity_linked"
    PROVIDER_CHANGED = "provider_changed"
    # machines
    CLIENT_MADE = "client_made"
    CLIENT_ROTATED = "client_rotated"
    CLIENT_REVOKED = "client_revoked"
    KEY_ROTATED = "key_rotated"
    # what was seen and what left
    VIEW = "view"
    EXPORT = "export"
    DISCLOSURE = "disclosure"
    DISCLOSURE_ENTERED = "disclosure_entered"
    # who may see what
    GRANT = "grant"
    REVOKE = "revoke"
    CONSENT_GIVEN = "consent_given"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    ORDER_FILED = "order_filed"
    ORDER_LIFTED = "order_lifted"
    BREAK_GLASS = "break_glass"
    BREAK_GLASS_REVIEWED = "break_glass_reviewed"
    SUPPORT_BEGUN = "support_begun"
    SUPPORT_ENDED = "support_ended"
    # what a person signed or changed
    DECISION = "decision"
    OVERRIDE = "override"
    REVOCATION = "revocation"
    FLAG_CHANGED = "flag_changed"
    POLICY_CHANGED = "policy_changed"
    CALENDAR_CHANGED = "calendar_changed"
    PERSON_CHANGED = "person_changed"
    WINDOW_CHANGED = "window_changed"
    TEST_STEP = "test_step"
    STATE_RESULTS_TAKEN_IN = "state_results_taken_in"
    OWN_WORDS_SAID = "own_words_said"
    OWN_WORDS_WITHDRAWN = "own_words_withdrawn"
    STUDENT_TOLD = "student_told"
    STUDENT_ANSWERED = "student_answered"
    COURSE_PLANNED = "course_planned"
    PLAN_CHANGED = "plan_changed"
    PACE_PAUSED = "pace_paused"
    PACE_SAID = "pace_said"
    ARTEFACT_ADDED = "artefact_added"
    ARTEFACT_STATED = "artefact_stated"
    RUBRIC_MADE = "rubric_made"
    TASK_GIVEN = "task_given"
    WORK_HANDED_IN = "work_handed_in"
    EXAMPLE_ADDED = "example_added"
    RATER_TRIED = "rater_tried"
    RATER_CALLED = "rater_called"
    WORK_SCORED = "work_scored"
    WORK_TALKED = "work_talked"
    WORK_SETTLED = "work_settled"
    AMENDMENT_ASKED = "amendment_asked"
    AMENDMENT_DECIDED = "amendment_decided"
    STATEMENT_ATTACHED = "statement_attached"
    INSPECTION_ASKED = "inspection_asked"
    INSPECTION_GIVEN = "inspection_given"
    INSPECTION_CLOSED = "inspection_closed"
    # the end of a record
    HOLD_PLACED = "hold_placed"
    HOLD_LIFTED = "hold_lifted"
    DELETED = "deleted"
    RETENTION_RUN = "retention_run"
    CONTRACT_ENDED = "contract_ended"
    CONTRACT_RESUMED = "contract_resumed"
