"""What the parameters of the policy are called, and their values, as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel.lists import format_list
from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from api.pages.words import percent

# group, then parameter by its name, with what it means
GROUPS: tuple[tuple[Any, dict[str, Any]], ...] = (
    (
        _l("When a target is mastered"),
        {
            "mastery_probability": _l("How sure the estimate must be that the target is mastered"),
            "mastery_bar": _l("The share of typical questions right that mastery means"),
            "scale_mastery_level": _l("The level (of 4) that means mastered"),
            "needs_review_below": _l("A new level below this asks a teacher to look again"),
            "boe_records": _l("Results that are needed"),
            "boe_assessments": _l("Different tests or tasks that are needed"),
            "boe_dates": _l("Different days that are needed"),
            "judgement_reason_characters": _l("Characters of a reason, at least, when somebody signs a decision"),
            "override_artefacts": _l("Pieces of work beside the reason, where credit hangs on a teacher’s judgement"),
            "revocation_appeal_days": _l("Days in which a family may appeal when mastery was taken away"),
            "revocation_answer_days": _l("Days until such an appeal is answered"),
            "independence_weight_assisted": _l("How much work done with help counts"),
            "independence_weight_group": _l("How much work done in a group counts"),
            "max_effective_items_per_attempt": _l("Questions of one test, at most, that count in full"),
            "enough_evidence_records": _l("Results without which nothing is called low or high"),
        },
    ),
    (
        _l("Competencies, and work at the same time"),
        {
            "rollup_supporting_share": _l("Of the supporting targets of a competency, the share to be mastered"),
            "pace_wip_limit": _l("Targets at work at once in a subject; more is only told"),
        },
    ),
    (
        _l("Ready for a test, trying again, remembering"),
        {
            "readiness_probability": _l("How sure the estimate of what comes before must be"),
            "readiness_level": _l("The same as a level (of 4)"),
            "readiness_records": _l("Results in practice that are needed"),
            "readiness_newest_within_days": _l("Days that the newest of them may be old"),
            "readiness_share": _l("The share right in practice that is needed"),
            "retention_check_days": _l("Days after which one looks whether it is still there"),
            "retake_cooldown_days": _l("Days between two tries at a test"),
            "retake_attempts": _l("Tries that are allowed"),
            "retake_window_days": _l("Days in which these tries count"),
            "half_day_weight": _l("What a half day counts of a school day"),
            "retake_improve_level": _l("Up to this level (of 4) one may try once more for a better one"),
        },
    ),
    (
        _l("Pace: where a student is beside the plan of a class"),
        {
            "pace_too_early_days": _l("School days before which nothing is said"),
            "pace_too_early_share": _l("The share of the plan before which nothing is said"),
            "pace_ahead_days": _l("School days ahead that are told as ahead"),
            "pace_watch_days": _l("School days behind that are told as a little behind"),
            "pace_behind_days": _l("School days behind that are told as behind"),
            "pace_behind_until_days": _l("Behind ends below so many school days"),
            "pace_behind_until_evaluations": _l("Days in a row on which it must be below"),
            "pace_priority_late_days": _l("School days after which one late priority target is behind"),
            "learning_plan_after_days": _l("School days behind after which a learning plan is needed"),
            "learning_plan_within_days": _l("School days in which it is to be made"),
            "projection_window_days": _l("School days back from which it is told when all is done"),
            "projection_prior_days": _l("School days that the teacher’s pace counts beside them"),
            "projection_least_days": _l("School days without which that is not told"),
            "projection_least_decisions": _l("Mastered targets without which that is not told"),
        },
    ),
    (
        _l("Hints: when they close and come back"),
        {
            "flag_refractory_days": _l("Days in which a closed hint does not come back"),
            "flag_close_apart_days": _l("Days between the two looks that close a hint"),
        },
    ),
    (
        _l("Hint: much practice without progress"),
        {
            "wheel_spin_opportunities": _l("Tries in practice after which it may open"),
            "wheel_spin_opportunities_per_day": _l("Tries of one day that count, at most"),
            "wheel_spin_run": _l("Right answers in a row that show progress"),
            "wheel_spin_probability": _l("How sure the estimate must be to show progress"),
            "wheel_spin_slope": _l("Rise for each try that shows progress, as a share of the scale"),
            "wheel_spin_slope_window": _l("Tries over which the rise is taken"),
            "wheel_spin_close_gain": _l("Gain of the estimate that closes it"),
            "wheel_spin_close_gain_level": _l("The same in levels"),
            "wheel_spin_close_idle_days": _l("Days without practice that close it"),
        },
    ),
    (
        _l("Hint: a sudden fall"),
        {
            "drop_recent_records": _l("Newest results that are compared"),
            "drop_earlier_records": _l("Earlier results they are compared with"),
            "drop_from_level": _l("The level (of 4) from which a fall counts"),
            "drop_levels": _l("Levels of a fall that open it"),
            "drop_close_levels": _l("Levels below the former that close it"),
            "drop_probability": _l("Fall of the estimate that opens it"),
            "drop_close_probability": _l("Rest of the fall that closes it"),
            "drop_within_days": _l("Days in which the fall must lie"),
        },
    ),
    (
        _l("Hint: something before is missing"),
        {
            "prereq_gap_probability": _l("An estimate of what comes before that is below this"),
            "prereq_gap_level": _l("The same as a level (of 4)"),
            "prereq_gap_failed_records": _l("Results below the bar that open it"),
        },
    ),
    (
        _l("Hint: test and estimate disagree"),
        {
            "contradiction_probability_high": _l("An estimate above this disagrees with a test not passed"),
            "contradiction_probability_low": _l("An estimate below this disagrees with a test passed"),
            "contradiction_tracing_low": _l("The same for other methods, as a share"),
            "contradiction_level_low": _l("The same as a level (of 4)"),
        },
    ),
    (
        _l("The list of the day"),
        {
            "class_gap_share": _l("Share of a class that makes a gap one of the whole class"),
            "class_gap_students": _l("Students, at least, for a gap of the whole class"),
            "class_gap_within_days": _l("Days in which they lie"),
            "moves_pull_at_most": _l("Students of a small group, at most"),
            "moves_confirm_at_once": _l("Decisions that are confirmed at once, at most"),
            "moves_shown": _l("Things to do for a class that are shown first"),
            "decision_confirm_within": _l("Days in which a decision is to be confirmed"),
            "moves_undo_days": _l("Days in which one can take something back"),
            "moves_followed_days": _l("Days for which one sees what came of it"),
            "moves_gain": _l("Gain of the estimate that counts as better"),
            "class_at_work_days": _l("Days back for what a class is at work on"),
        },
    ),
    (
        _l("Work that people score"),
        {
            "raters_required": _l("People who score work on which credit rests"),
            "raters_sample_rate": _l("Other work that is scored twice, as a share of 1"),
            "raters_adjacent_levels": _l("Levels between two scores that are near, at most"),
            "raters_exact_share": _l("The share of scores that are to be the same"),
            "raters_adjacent_share": _l("The share of scores that are to be near"),
            "raters_kappa": _l("Weighted kappa that is to be reached"),
            "raters_kappa_from": _l("Pieces of work from which on it is told"),
            "raters_anchors": _l("Examples of a rubric from which on raters score them first"),
            "raters_anchor_exact_share": _l("The share of their scores that must be as agreed"),
            "raters_calibration_days": _l("Days for which scoring the examples holds"),
            "raters_drift": _l("Levels above or below the other raters that the lead is told of"),
            "raters_drift_from": _l("Pieces of work from which on they are told"),
        },
    ),
    (
        _l("Work that is handed in"),
        {
            "artefact_megabytes": _l("Megabytes of one file, at most"),
            "artefact_student_megabytes": _l("Megabytes of all files of a student, at most"),
        },
    ),
    (
        _l("Signing in"),
        {
            "session_idle_minutes_staff": _l("Minutes without use until staff are signed out"),
            "session_idle_minutes_family": _l("Minutes without use until families and students are signed out"),
            "session_hours": _l("Hours after which everybody signs in again"),
            "session_warning_minutes": _l("Minutes before the end in which the page warns"),
            "sign_in_free_tries": _l("Wrong tries until an account rests"),
            "sign_in_longest_rest_minutes": _l("Minutes that it rests, at most"),
            "sign_in_address_failures": _l("Wrong tries from one network until it rests"),
            "sign_in_address_minutes": _l("Minutes in which they wear off"),
        },
    ),
    (
        _l("The roster"),
        {"roster_removal_share": _l("Share of people or classes that may end at once without a person’s word")},
    ),
)
# parameters that are shares of 0 to 1
_SHARES = ("probability", "share", "bar", "weight", "gain", "tracing")
PARAMETERS: Mapping[str, Any] = {name: words for _title, lines in GROUPS for name, words in lines.items()}
"""What each means, by name."""


def value_words(name: str, value: Any) -> str:
    """A value of a parameter: a share as a percentage, any other as a number."""
    if isinstance(value, tuple):
        return str(format_list([value_words(name, one) for one in value], locale=get_locale()))
    if isinstance(value, float) and not name.endswith("level") and any(one in name for one in _SHARES):
        return percent(value)
    return str(format_decimal(value, locale=get_locale()))
