"""The registry of assessments, for the assessment lead: what a test is about, forms, cut scores, rules and windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from api.actions.desk import Desk
from api.actions.policy_records import in_force_in
from api.actions.seats import place_waiting
from api.actions.situation import in_force_on
from api.actions.windows import (
    cancel_window,
    change_window,
    choose_rule,
    exclude,
    open_window,
)
from api.pages import test_words
from api.pages.acts import done, form_page, kept, redirect_with
from api.pages.blueprint import PAGE_SIZE, Visit, last_page, office_only, page_number, pages
from api.pages.office_forms import as_default
from api.pages.registry_forms import ExclusionForm, RuleForm, TermsForm, WindowForm
from api.pages.texts import Said, graph_of, statement
from mastery.evidence import Purpose
from mastery.links import LinkError
from mastery.offices import Affair
from mastery.policy import Policy
from mastery.policy_records import policy_of
from mastery.reassessment.fields import Chosen, policy_object
from mastery.reassessment.forms import Form
from mastery.reassessment.windows import quarters_without
from models.assessment import Assessment
from models.policy_records import records_of
from models.queries_registry import CutsLine, assessments_page, cuts_versions
from models.queries_windows import RuleLine, WindowLine, forms_of, rules_of, schools_to_open, seats_in, windows_of
from models.readiness import blueprint_lines
from models.registry import cuts_of, find_students

_MOST_VERSIONS = 10
_MOST_WINDOWS = 100


@dataclass(frozen=True, slots=True)
class FormLine:
    """A form: its questions, and the greatest share of them that stands in one other form; None where not known."""

    key: str
    items: int
    shared: float | None


@dataclass(frozen=True, slots=True)
class Window:
    """A window with how many have a seat."""

    line: WindowLine
    taken: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that is on file of an assessment."""

    row: Assessment
    purpose: Purpose
    blueprint: Sequence[tuple[Said, float]]
    forms: Sequence[FormLine]
    cuts: Sequence[CutsLine]
    rules: Sequence[RuleLine]
    rule: Sequence[str]
    chosen: Chosen
    windows: Sequence[Window]
    quarters: Sequence[int]


@pages.get("/assessments")
@office_only(Affair.TESTS)
def assessments(visit: Visit) -> ResponseReturnValue:
    """The assessments of the district."""
    page = page_number()
    lines, total = assessments_page(visit.session, visit.district_id, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    return render_template(
        "assessments.html",
        visit=visit,
        lines=lines,
        page=page,
        last_page=last_page(page, total),
        affairs=Affair,
        say=test_words,
    )


@pages.get("/assessments/<int:assessment_id>")
@office_only(Affair.TESTS)
def assessment(visit: Visit, assessment_id: int) -> ResponseReturnValue:
    """What a test is about, its forms, cut scores, rules and windows."""
    return _show(visit, assessment_id)


@pages.post("/assessments/<int:assessment_id>/rule")
@office_only(Affair.TESTS)
def choose_retake_rule(visit: Visit, assessment_id: int) -> ResponseReturnValue:
    """Choose by which rule the test may be tried again; for the whole district's office."""
    if not visit.remit(Affair.TESTS).district:
        abort(404)
    desk, form = Desk.of(visit.viewer), RuleForm()
    if form.validate_on_submit() and done(
        visit,
        form,
        lambda: choose_rule(
            visit.session, desk, assessment_id, form.chosen(), form.effective_from.data, visit.now, visit.today
        ),
    ):
        return redirect_with(_("Chosen, in your name."), "pages.assessment", assessment_id=assessment_id)
    return _show(visit, assessment_id, rule=form)


@pages.post("/assessments/<int:assessment_id>/windows")
@office_only(Affair.TESTS)
def new_window(visit: Visit, assessment_id: int) -> ResponseReturnValue:
    """Open a window at a school; who waits gets a seat in it."""
    form = _window_form(visit)
    terms = form.terms() if form.validate_on_submit() else None

    def act() -> None:
        assert terms is not None
        open_window(
            visit.session, Desk.of(visit.viewer), assessment_id, form.school.data, form.administration.data, terms,
            visit.now,
        )  # fmt: skip
        place_waiting(visit.session, visit.district_id, graph_of(visit), visit.now, [assessment_id])

    if terms is not None and done(visit, form, act):
        return redirect_with(
            _("The window is open to who asks. Who waited has a seat."), "pages.assessment", assessment_id=assessment_id
        )
    return _show(visit, assessment_id, window=form)


@pages.route("/windows/<int:window_id>", methods=["GET", "POST"])
@office_only(Affair.TESTS)
def test_window(visit: Visit, window_id: int) -> ResponseReturnValue:
    """A window: other terms, and who is left out."""
    line = _line(visit, window_id)
    form = TermsForm(data=_as_typed(line))
    terms = form.terms() if form.validate_on_submit() else None

    def act() -> None:
        assert terms is not None
        change_window(visit.session, Desk.of(visit.viewer), window_id, terms, visit.now)
        place_waiting(visit.session, visit.district_id, graph_of(visit), visit.now, [line.assessment])

    if terms is not None and done(visit, form, act):
        return redirect_with(_("Saved. Who has a seat keeps it."), "pages.test_window", window_id=window_id)
    return _window_page(visit, line, form, ExclusionForm(formdata=None))


@pages.post("/windows/<int:window_id>/excluded")
@office_only(Affair.TESTS)
def exclude_student(visit: Visit, window_id: int) -> ResponseReturnValue:
    """Leave a student out of a window, or let them in again."""
    line, form = _line(visit, window_id), ExclusionForm()

    def act() -> None:
        student = student_numbered(visit, form.student.data)
        exclude(
            visit.session, Desk.of(visit.viewer), window_id, student, form.reason.data, visit.now,
            excluded=not form.let_in.data,
        )  # fmt: skip

    if form.validate_on_submit() and done(visit, form, act):
        return redirect_with(_("Kept, with your name and the date."), "pages.test_window", window_id=window_id)
    return _window_page(visit, line, TermsForm(formdata=None, data=_as_typed(line)), form)


@pages.post("/windows/<int:window_id>/cancel")
@office_only(Affair.TESTS)
def cancel_test_window(visit: Visit, window_id: int) -> ResponseReturnValue:
    """Call a window off, before it opens."""
    line = _line(visit, window_id)
    try:
        with kept(visit):
            cancel_window(visit.session, Desk.of(visit.viewer), window_id, visit.now)
    except LinkError:
        return _window_page(
            visit, line, TermsForm(formdata=None, data=_as_typed(line)), ExclusionForm(formdata=None),
            _("Nothing was changed: the window has opened. Who sat it has sat it."),
        )  # fmt: skip
    return redirect_with(_("Called off."), "pages.assessment", assessment_id=line.assessment)


def student_numbered(visit: Visit, number: str) -> int:
    """The student of a number. Raises LinkError."""
    found = find_students(visit.session, visit.district_id, [number.strip()]).get(number.strip(), [])
    if len(found) != 1:
        raise LinkError("student", "means no student, or several")
    return found[0].id


def _line(visit: Visit, window_id: int) -> WindowLine:
    found = windows_of(visit.session, visit.district_id, keys=[window_id])
    if not found or not visit.remit(Affair.TESTS).covers_school(found[0].school):
        abort(404)
    return found[0]


def _as_typed(line: WindowLine) -> Mapping[str, Any]:
    window = line.window

    def there(at: datetime | None) -> datetime | None:
        return None if at is None else at.astimezone(window.zone).replace(tzinfo=None)

    def listed(days: frozenset[date]) -> str:
        return ", ".join(day.isoformat() for day in sorted(days))

    return {
        "opens_at": there(window.opens_at), "closes_at": there(window.closes_at),
        "register_by": there(window.register_by), "capacity": window.capacity, "makeup": listed(window.makeup),
        "blackout": listed(window.blackout),
    }  # fmt: skip


def _window_page(
    visit: Visit, line: WindowLine, form: TermsForm, exclusion: ExclusionForm, problem: str | None = None
) -> ResponseReturnValue:
    row = visit.session.get_one(Assessment, (visit.district_id, line.assessment))
    taken = seats_in(visit.session, visit.district_id, [line.assessment]).get(line.key, frozenset())
    return form_page(
        "test_window.html", visit=visit, line=line, title=row.title, taken=len(taken), form=form, exclusion=exclusion,
        problem=problem, say=test_words,
    )  # fmt: skip


def _window_form(visit: Visit, *, typed: bool = True) -> WindowForm:
    form = WindowForm() if typed else WindowForm(formdata=None)
    where = visit.remit(Affair.TESTS)
    schools = schools_to_open(visit.session, visit.district_id, None if where.district else where.schools)
    form.school.choices = [SelectChoice(key, name) for key, name in schools]
    return form


def _show(
    visit: Visit, assessment_id: int, *, rule: RuleForm | None = None, window: WindowForm | None = None
) -> ResponseReturnValue:
    sheet = _sheet(visit, assessment_id)
    rule_form = rule or RuleForm(formdata=None)
    as_default((rule_form.effective_from,), visit.today)
    return form_page(
        "assessment.html",
        visit=visit,
        sheet=sheet,
        rule=rule_form if visit.remit(Affair.TESTS).district else None,
        window=window or _window_form(visit, typed=False),
        say=test_words,
        cuts_of=cuts_of,
    )


def _sheet(visit: Visit, key: int) -> Sheet:
    session, district = visit.session, visit.district_id
    row = session.get(Assessment, (district, key))
    if row is None:
        abort(404)
    graph, purpose = graph_of(visit), Purpose(row.purpose)
    lines = [one for one in blueprint_lines(session, district, [key]).get(key, []) if one.target in graph.subjects]
    whole = sum(one.weight for one in lines)
    rules = rules_of(session, district, [key]).get(key, ())
    chosen = in_force_on(rules, purpose, visit.today)
    where = visit.remit(Affair.TESTS)
    windows = windows_of(session, district, assessments=[key], schools=None if where.district else where.schools)
    taken = seats_in(session, district, [key])
    rule = policy_object(chosen, _policy(visit))
    missing = quarters_without((one.window for one in windows if not one.cancelled), visit.today.year)
    return Sheet(
        row,
        purpose,
        [(statement(graph, one.target), one.weight / whole) for one in lines],
        form_lines(forms_of(session, district, [key]).get(key, ())),
        cuts_versions(session, district, key, _MOST_VERSIONS),
        rules[:_MOST_VERSIONS],
        test_words.rule_lines(rule, chosen.kind),
        chosen,
        [Window(one, len(taken.get(one.key, ()))) for one in reversed(windows)][:_MOST_WINDOWS],
        missing if rule.each_quarter else (),
    )


def _policy(visit: Visit) -> Policy:
    """The parameters in force in the district in general."""
    return policy_of(in_force_in(records_of(visit.session, visit.district_id), visit.today))


def form_lines(forms: Sequence[Form]) -> Sequence[FormLine]:
    """The forms with the greatest share of items that each has in common with one other."""
    return [
        FormLine(
            str(one.key),
            len(one.items),
            max((len(one.items & other.items) / len(one.items) for other in forms if other is not one), default=0.0)
            if one.items
            else None,
        )
        for one in forms
    ]
