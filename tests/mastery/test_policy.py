"""The defaults are those of the specification, and each number has its range."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from decimal import Decimal

import pytest
from evidence_records import moment

from mastery.calendar import days_between
from mastery.policy import DEFAULT_POLICY, Policy

SPECIFIED = {
    "mastery_probability": 0.90, "mastery_bar": 0.75, "scale_mastery_level": 3.0, "needs_review_below": 2.5,
    "boe_records": 3, "boe_assessments": 2, "boe_dates": 2,
    "independence_weight_assisted": 0.5, "max_effective_items_per_attempt": 5,
    "readiness_probability": 0.85, "readiness_records": 2, "readiness_newest_within_days": 20, "readiness_share": 0.80,
    "retention_check_days": (20, 60),
    "retake_cooldown_days": 3, "retake_attempts": 3, "retake_window_days": 60, "retake_improve_level": 3.5,
    "flag_refractory_days": 5, "flag_close_apart_days": 1,
    "wheel_spin_opportunities": 10, "wheel_spin_opportunities_per_day": 5, "wheel_spin_run": 3,
    "wheel_spin_probability": 0.90, "wheel_spin_slope": 0.02, "wheel_spin_slope_window": 5,
    "wheel_spin_close_gain": 0.15, "wheel_spin_close_idle_days": 10,
    "drop_recent_records": 2, "drop_earlier_records": 5, "drop_from_level": 2.5, "drop_levels": 1.0,
    "drop_close_levels": 0.5, "drop_probability": 0.30, "drop_within_days": 5,
    "prereq_gap_probability": 0.50, "prereq_gap_failed_records": 3,
    "contradiction_probability_high": 0.90,
    "override_artefacts": 1, "rollup_supporting_share": 0.80, "pace_wip_limit": 5,
    "retake_items_min": 10, "retake_forms_apart": 2, "retake_shared_items": 0.20, "retake_seen_share": 0.10,
    "raters_required": 2, "raters_sample_rate": 0.15, "raters_adjacent_levels": 1.0,
    "raters_exact_share": 0.60, "raters_adjacent_share": 0.95, "raters_kappa": 0.70, "raters_kappa_from": 30,
    "raters_anchors": 5, "raters_anchor_exact_share": 0.60, "raters_calibration_days": 365,
    "raters_drift": 0.30, "raters_drift_from": 20, "artefact_megabytes": 10, "artefact_student_megabytes": 200,
    "half_day_weight": 0.5,
    "pace_too_early_days": 10, "pace_too_early_share": 0.10, "pace_ahead_days": 10, "pace_watch_days": 5,
    "pace_behind_days": 10, "pace_behind_until_days": 7, "pace_behind_until_evaluations": 2,
    "pace_priority_late_days": 15, "learning_plan_after_days": 20, "learning_plan_within_days": 10,
    "projection_window_days": 40, "projection_prior_days": 20, "projection_least_days": 15,
    "projection_least_decisions": 2, "projection_held_share": 0.80,
    "graduation_at_risk_credits": Decimal("0.5"), "graduation_off_credits": Decimal("1.5"),
    "graduation_at_risk_terms": 1, "grade_9_credits": Decimal(5), "grade_9_core_failures": 1, "grade_9_core_late": 1,
    "test_out_share": 0.80, "test_out_items": 20, "test_out_raters": 2, "skip_reversible_days": 20,
    "welcome_back_days": 40,
}  # fmt: skip


# the specification has .60 for knowledge tracing and lets the model's constants be fitted anew (measurement 1)
REFITTED = {"contradiction_probability_low": 0.20}


@pytest.mark.parametrize(("name", "value"), [*SPECIFIED.items(), *REFITTED.items()])
def test_a_default_is_the_specified_one(name, value):
    assert getattr(DEFAULT_POLICY, name) == value


def test_probabilities_are_fractions_levels_on_the_scale_and_counts_positive():
    for field in fields(Policy):
        value = getattr(DEFAULT_POLICY, field.name)
        if field.name == "version":
            assert value
        elif "level" in field.name or field.name == "needs_review_below":
            assert 0 < value <= 4
            # levels come in halves, what is made of several in quarters
            steps = 4 if field.name == "readiness_level" else 2
            assert value * steps == int(value * steps)
        elif isinstance(value, float):
            assert 0 < value < 1
        elif isinstance(value, Decimal):
            # credits come in halves here
            assert value > 0
            assert value * 2 == int(value * 2)
        elif isinstance(value, tuple):
            assert list(value) == sorted(set(value))
            assert value[0] >= 1
        else:
            assert value >= 1


def test_opening_and_closing_thresholds_differ():
    assert DEFAULT_POLICY.drop_close_levels < DEFAULT_POLICY.drop_levels
    assert DEFAULT_POLICY.drop_close_probability < DEFAULT_POLICY.drop_probability
    assert DEFAULT_POLICY.pace_behind_until_days < DEFAULT_POLICY.pace_behind_days


def test_a_policy_can_not_be_changed_in_place():
    with pytest.raises(FrozenInstanceError):
        DEFAULT_POLICY.boe_records = 2


def test_days_are_counted_from_date_to_date():
    assert days_between(moment(0).date(), moment(20).date()) == 20
    assert days_between(moment(3).date(), moment(1).date()) == -2
    assert days_between(moment(0).date(), moment(0.6).date()) == 0
