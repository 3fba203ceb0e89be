"""All tables, and which of them belong to a district or are append-only: what the migrations secure."""

from __future__ import annotations

from models import (
    access,
    account_session,
    amendment,
    assessment,
    audit,
    calendars,
    calibrations,
    district,
    district_end,
    evidence,
    flag,
    graph,
    households,
    identity,
    inspection,
    letters,
    links,
    mail,
    measurements,
    methods,
    move,
    outbox,
    own_words,
    paper,
    pathways,
    policy_records,
    retention,
    revocation,
    roster,
    rule_stops,
    standing,
    subject_choices,
    throttle,
    voice,
)
from models.base import Base

METADATA = Base.metadata
AGGREGATES = (
    access,
    account_session,
    amendment,
    assessment,
    audit,
    calendars,
    calibrations,
    district,
    district_end,
    evidence,
    flag,
    graph,
    households,
    links,
    letters,
    mail,
    identity,
    inspection,
    measurements,
    methods,
    move,
    outbox,
    policy_records,
    own_words,
    paper,
    pathways,
    retention,
    revocation,
    roster,
    rule_stops,
    standing,
    subject_choices,
    throttle,
    voice,
)
# tables that every district shares; they hold nothing about a child
SHARED_TABLES = frozenset({"district", "district_end", "sign_in_name", "recovery_request", "tried"})
# written by the owner's role alone: a restore goes by it
READ_ONLY_TABLES = frozenset({"district_end"})
APPEND_ONLY_TABLES = frozenset(
    {
        "amendment",
        "amendment_step",
        "audit_event",
        "audit_subject",
        "calendar_change",
        "disclosure",
        "result",
        "evidence",
        "confirmation",
        "flag_transition",
        "inspection",
        "inspection_answer",
        "move",
        "move_part",
        "move_undo",
        "own_words",
        "paper_target",
        "paper_ticket",
        "student_voice",
        "voice_step",
        "pathway_text",
        "mastered_competency",
        "policy_record",
        "retention_rule",
        "revocation",
        "revocation_step",
        "tombstone",
        "calibration",
        "item_calibration",
        "target_calibration",
        "prerequisite_calibration",
        "subject_choice",
    }
)


def district_tables() -> list[str]:
    """Names of the tables whose rows belong to one district, in order of creation."""
    return [table.name for table in METADATA.sorted_tables if table.name not in SHARED_TABLES]
