"""Every tunable rule: named, typed, with the default of the specification. A computed row stores its version."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Policy:
    """The parameters in force at an instant; names are those of the specification, `_` for `.`.

    Probabilities and shares are in 0..1, levels 0..4, days are whole days of the student's calendar. A "probability"
    is the one that the success rate on a typical item is at or above the target's mastery bar.
    """

    version: str = "default-1"
    # the estimate's probability of mastery that counts as "estimate says mastered"; its two error rates, and what every
    # other probability below does, are in docs/measurement.md
    mastery_probability: float = 0.90
    # the success rate on a typical item that mastery means (measurement 1)
    mastery_bar: float = 0.75
    scale_mastery_level: float = 3.0
    needs_review_below: float = 2.5
    boe_records: int = 3
    boe_assessments: int = 2
    boe_dates: int = 2
    # the least that a person says who judges by the body of evidence (domain 2.4)
    judgement_reason_characters: int = 20
    # a revocation: how long the family may appeal, and by when the appeal is answered (domain 5.3, T18)
    revocation_appeal_days: int = 10
    revocation_answer_days: int = 15
    # what lies beside the reason where credit hangs on an override (domain 2.4)
    override_artefacts: int = 1
    independence_weight_assisted: float = 0.5
    independence_weight_group: float = 0.5
    max_effective_items_per_attempt: int = 5
    # fewer scored records than this is "not enough evidence" to call an estimate low, high or disagreeing
    enough_evidence_records: int = 3

    # readiness (domain 2.6)
    readiness_probability: float = 0.85
    # the same where a subject's primary method gives a level (0..4)
    readiness_level: float = 2.75
    readiness_records: int = 2
    readiness_newest_within_days: int = 20
    readiness_share: float = 0.80

    # a check whether what was mastered is still there, days after the newest evidence (domain 2.4)
    retention_check_days: tuple[int, ...] = (20, 60)

    # of a competency's supporting targets, beside all of its priority targets (domain 2.4)
    rollup_supporting_share: float = 0.80

    # learning targets that a student is at work on at once in a subject; more is told, and stops nobody (S16)
    pace_wip_limit: int = 5

    # trying a test again (domain 2.5)
    retake_cooldown_days: int = 3
    retake_attempts: int = 3
    retake_window_days: int = 60
    # up to this level the student may try once more for a higher one
    retake_improve_level: float = 3.5
    # a try certifies on so many items a target, on a form unlike so many before it, with at most this share of items
    # that those had as well
    retake_items_min: int = 10
    retake_forms_apart: int = 2
    retake_shared_items: float = 0.20
    # a sitting that saw less of its items is no try
    retake_seen_share: float = 0.10

    # several raters (domain 2.7): how many a task needs that bears credit, and how many of the others are scored twice
    raters_required: int = 2
    raters_sample_rate: float = 0.15
    # scores no further apart are adjacent
    raters_adjacent_levels: float = 1.0
    raters_exact_share: float = 0.60
    raters_adjacent_share: float = 0.95
    raters_kappa: float = 0.70
    raters_kappa_from: int = 30  # pieces of work that were scored twice
    raters_anchors: int = 5
    raters_anchor_exact_share: float = 0.60
    raters_calibration_days: int = 365  # calendar days
    raters_drift: float = 0.30  # levels above or below the co-raters
    raters_drift_from: int = 20  # pieces of work
    # what students hand in: the largest file, and all of one student, in millions of bytes
    artefact_megabytes: int = 10
    artefact_student_megabytes: int = 200

    # the life of a flag (domain 4.1)
    flag_refractory_days: int = 5
    flag_close_apart_days: int = 1

    # F04 WHEEL_SPIN
    wheel_spin_opportunities: int = 10
    wheel_spin_opportunities_per_day: int = 5
    wheel_spin_run: int = 3
    wheel_spin_probability: float = 0.90
    wheel_spin_slope: float = 0.02  # of the whole scale per opportunity
    wheel_spin_slope_window: int = 5  # opportunities
    wheel_spin_close_gain: float = 0.15
    # the same where a subject's primary method gives a level (0..4)
    wheel_spin_close_gain_level: float = 0.5
    wheel_spin_close_idle_days: int = 10

    # F09 DROP
    drop_recent_records: int = 2
    drop_earlier_records: int = 5
    drop_from_level: float = 2.5
    drop_levels: float = 1.0
    drop_close_levels: float = 0.5
    drop_probability: float = 0.30
    drop_close_probability: float = 0.15  # half of the fall, as half a level is of a level
    drop_within_days: int = 5

    # F10 PREREQ_GAP
    prereq_gap_probability: float = 0.50
    # the same where a subject's primary method gives a level (0..4)
    prereq_gap_level: float = 2.0
    prereq_gap_failed_records: int = 3

    # F13 CONTRADICTION
    contradiction_probability_high: float = 0.90
    # re-fitted: at 0.60, for knowledge tracing, a quarter of all tests passed as usual would contradict the model
    contradiction_probability_low: float = 0.20
    # the same where a subject's primary method gives a probability or a percentage of its own, and a level (0..4)
    contradiction_tracing_low: float = 0.60
    contradiction_level_low: float = 2.5

    # Today's moves: a gap of the whole class (domain 4.1), groups, and the budget of a class period
    class_gap_share: float = 0.40
    class_gap_students: int = 6
    class_gap_within_days: int = 5
    moves_pull_at_most: int = 6
    moves_confirm_at_once: int = 20
    moves_shown: int = 5
    decision_confirm_within: int = 5  # days (domain 2.4)
    # a move that was done: how long it can be undone, how long one sees what came of it, and what counts as better
    moves_undo_days: int = 1
    moves_followed_days: int = 10
    moves_gain: float = 0.15

    # a class is at work on what anybody in it did in so many days
    class_at_work_days: int = 20

    # a roster import that would end a larger share of what is active needs a person's word (a truncated export)
    roster_removal_share: float = 0.20

    # pace (domain 3): what half a day weighs in a calendar, where no other weight is said
    half_day_weight: float = 0.5
    # status (domain 3.3): days from the teacher's line, positive behind; `until`: leaving BEHIND
    pace_too_early_days: int = 10
    pace_too_early_share: float = 0.10  # of the plan
    pace_ahead_days: int = 10
    pace_watch_days: int = 5
    pace_behind_days: int = 10
    pace_behind_until_days: int = 7
    pace_behind_until_evaluations: int = 2
    pace_priority_late_days: int = 15
    # after so long BEHIND without a change of plan a learning plan is due, within so long (domain 3.4)
    learning_plan_after_days: int = 20
    learning_plan_within_days: int = 10
    # when a student will arrive (domain 3.5): days of the past that count, and those that the
    # teacher's pace is worth beside them
    projection_window_days: int = 40
    projection_prior_days: int = 20
    projection_least_days: int = 15
    projection_least_decisions: int = 2
    # ... and how many finishes P10 to P90 is to hold, judged from so many on
    projection_held_share: float = 0.80
    projection_judged_least: int = 30
    # on track to graduation (domain 3.6)
    graduation_at_risk_credits: Decimal = Decimal("0.5")
    graduation_off_credits: Decimal = Decimal("1.5")
    graduation_at_risk_terms: int = 1
    grade_9_credits: Decimal = Decimal(5)
    grade_9_core_failures: int = 1
    grade_9_core_late: int = 1
    # acceleration (domain 3.7)
    test_out_share: float = 0.80
    test_out_items: int = 20
    test_out_raters: int = 2
    skip_reversible_days: int = 20
    # priority targets mastered in the last days of a year are asked about in the next (domain 3.8)
    welcome_back_days: int = 40

    # signing in: how long a session lasts unused and at most (students and families share phones and computers), and
    # how long before its end a page says so
    session_idle_minutes_staff: int = 60
    session_idle_minutes_family: int = 30
    session_hours: int = 12  # a school day and its evening
    session_warning_minutes: int = 5
    # what guessing costs: an account rests after tries that fail; an address, behind which may be a whole school
    # in the morning, waits after many more
    sign_in_free_tries: int = 5
    sign_in_longest_rest_minutes: int = 15
    sign_in_address_failures: int = 300
    sign_in_address_minutes: int = 15


DEFAULT_POLICY = Policy()
