"""Grades that are printed: of a class, for who teaches it; the rules they go by, for who signs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from api.actions.desk import Desk
from api.actions.grades import class_grades, sign_rule
from api.pages import grade_words
from api.pages.acts import done, form_page, redirect_with
from api.pages.blueprint import PAGE_SIZE, Visit, last_page, office_only, page_number, pages, staff_only
from api.pages.office_forms import ActForm, DayField, add_error, as_default
from api.pages.texts import Said, graph_of, statement
from api.pages.whole_numbers import number_of
from mastery.grading import (
    LONGEST_BASIS,
    LONGEST_MARK,
    AskedRule,
    Grade,
    GradeLevel,
    Measure,
    Rule,
    check_rule,
    read_bands,
    rule_on,
)
from mastery.links import LinkError
from mastery.offices import Affair
from models.grade_rules import ToldRule, grade_rules_of
from models.queries_grid import list_classes, students_of_class
from models.queries_office import schools_in
from models.queries_rollup import course_of_class, known_courses

_LONGEST_BANDS = 1000
_EXAMPLE = "0.9 A 95\n0.8 B 85\n0.7 C 75\n0 NP 60"
_WRITE = _l("Write a line for each grade, the best first: from where on, the grade, and its number if it has one.")


@dataclass(frozen=True, slots=True)
class Row:
    """A student of a class: the grade with why, and what another rule would make of it."""

    student: int
    name: str
    grade: str | None
    because: str | None
    other: str | None
    differs: bool


class RuleForm(ActForm):
    """A rule to be signed."""

    refusals: ClassVar = {
        "bands": ("bands", _WRITE),
        "open_mark": (
            "open_mark",
            _l("Say what is printed until all is mastered: with a summary level, and only then."),
        ),
        "place": ("place", _l("Choose one of these places.")),
        "basis": ("basis", _l("Name the law or the board policy.")),
        "since": ("begins_on", _l("This day is over. Give a day from today on.")),
    }

    place = SelectField(_l("For which classes?"), choices=[])
    measure = RadioField(
        _l("What does the grade go by?"),
        [InputRequired(_l("Choose one."))],
        choices=[SelectChoice(str(one), text) for one, text in grade_words.MEASURES.items()],
    )
    bands = TextAreaField(
        _l("Grades"),
        [DataRequired(_WRITE), Length(max=_LONGEST_BANDS, message=_l("Say it in at most %(max)d characters."))],
    )
    open_mark = StringField(
        _l("Until all is mastered, print"),
        [Optional(), Length(max=LONGEST_MARK, message=_l("Say it in at most %(max)d characters."))],
    )
    basis = StringField(
        _l("Which law or policy of the board does it rest on?"),
        [
            DataRequired(_l("Name the law or the board policy.")),
            Length(max=LONGEST_BASIS, message=_l("Say it in at most %(max)d characters.")),
        ],
    )
    begins_on = DayField(_l("First day"), [InputRequired(_l("Give the first day."))])

    def asked(self) -> AskedRule | None:
        """What would be signed; None where the grades can not be read, and the field says why."""
        try:
            rule = _rule(self.measure.data, self.bands.data, self.open_mark.data)
        except LinkError:
            add_error(self.bands, str(_WRITE))
            return None
        level, _colon, key = self.place.data.partition(":")
        school = number_of(key) if level == GradeLevel.SCHOOL else None
        course = key if level == GradeLevel.COURSE else None
        return AskedRule(GradeLevel(level), school, course, rule, self.basis.data, self.begins_on.data)


@pages.get("/classes/<int:section_id>/grades")
@staff_only
def grades(visit: Visit, section_id: int) -> ResponseReturnValue:
    """The printed grades of a class today, each with why; and, where a rule is typed, what it would make of them."""
    found, _total = list_classes(visit.session, visit.viewer, 1, 0, section_id)
    if not found:
        abort(404)
    students = students_of_class(visit.session, visit.viewer, section_id)
    visit.seen.update(one.id for one in students)
    tried, problem = _tried()
    of, graph = course_of_class(visit.session, visit.district_id, section_id), graph_of(visit)
    rows: list[Row] = []
    required: Sequence[Said] = ()
    signed = None
    if of is not None:
        keys = [one.id for one in students]
        given = class_grades(visit.session, visit.district_id, graph, of, keys, visit.today, visit.zone, tried)
        signed, required = given.rule, [statement(graph, key) for key in given.required]
        rule = signed.rule if signed else None
        rows = [
            _row(one.id, one.sort_name, rule, given.in_force.get(one.id), tried, given.tried.get(one.id))
            for one in students
        ]
    return render_template(
        "grades.html",
        visit=visit,
        section=found[0],
        rows=rows,
        required=required,
        signed=signed,
        has_course=of is not None,
        tried=tried,
        problem=problem,
        typed=request.args,
        example=_EXAMPLE,
        said=grade_words,
        signs=bool(visit.remit(Affair.GRADES)),
    )


def _row(student: int, name: str, rule: Rule | None, now: Grade | None, tried: Rule | None, then: Grade | None) -> Row:
    mark = None if rule is None or now is None else grade_words.mark(now)
    because = None if rule is None or now is None else grade_words.because(rule, now)
    other = None if tried is None or then is None else grade_words.mark(then)
    return Row(student, name, mark, because, other, other is not None and mark != other)


def _tried() -> tuple[Rule | None, str | None]:
    """A rule that somebody tries, as the address has it; or what is wrong with it."""
    args = request.args
    if not args.get("bands", "").strip():
        return None, None
    try:
        rule = _rule(args.get("measure", ""), args["bands"][:_LONGEST_BANDS], args.get("open_mark"))
        check_rule(rule)
    except LinkError:
        return None, str(_WRITE)
    return rule, None


def _rule(measure: str, bands: str, open_mark: str | None) -> Rule:
    if measure not in {str(one) for one in Measure}:
        raise LinkError("bands", "say what the grade goes by")
    return Rule(Measure(measure), read_bands(bands), (open_mark or "").strip() or None)


@pages.route("/office/grades", methods=["GET", "POST"])
@office_only(Affair.GRADES)
def grade_rules(visit: Visit) -> ResponseReturnValue:
    """The rules by which mastery is printed as a grade: of a school, or of the district and its courses."""
    desk, form = Desk.of(visit.viewer), RuleForm()
    form.place.choices = _places(visit)
    as_default((form.begins_on,), visit.today)
    asked = form.asked() if form.validate_on_submit() else None
    if asked is not None and done(visit, form, lambda: sign_rule(visit.session, desk, asked, visit.now, visit.today)):
        return redirect_with(_("Signed in your name."), "pages.grade_rules", _anchor="signed")
    page = page_number()
    told = _newest_first(grade_rules_of(visit.session, visit.district_id))
    last = last_page(page, len(told))
    return form_page(
        "grade_rules.html",
        visit=visit,
        form=form,
        rules=[(one, _holds(told, one, visit)) for one in told[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]],
        said=grade_words,
        example=_EXAMPLE,
        page=page,
        last_page=last,
    )


def _newest_first(rules: Sequence[ToldRule]) -> list[ToldRule]:
    return sorted(rules, key=lambda one: (one.signed.since, one.signed.number), reverse=True)


def _holds(rules: Sequence[ToldRule], one: ToldRule, visit: Visit) -> str:
    """Whether a rule counts at its place today, counts later, or did before."""
    if one.signed.since > visit.today:
        return _("from %(day)s", day=grade_words.words.long_date(one.signed.since))
    here = [other.signed for other in rules if (other.signed.level, other.signed.school, other.signed.course)
            == (one.signed.level, one.signed.school, one.signed.course)]  # fmt: skip
    found = rule_on(here, one.signed.school, one.signed.course, visit.today)
    return _("in force") if found == one.signed else _("replaced")


def _places(visit: Visit) -> list[SelectChoice]:
    where = visit.remit(Affair.GRADES)
    found = []
    if where.district:
        found.append(SelectChoice(str(GradeLevel.DISTRICT), _("all of the district")))
    for key, name in schools_in(visit.session, visit.district_id, where):
        found.append(SelectChoice(f"{GradeLevel.SCHOOL}:{key}", name))
    if where.district:
        courses = known_courses(visit.session, visit.district_id)
        found += [SelectChoice(f"{GradeLevel.COURSE}:{key}", f"{title} ({key})") for key, title in courses.items()]
    return found
