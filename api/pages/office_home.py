"""A student's names, safety and homes, as the office keeps them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from api.actions.desk import Desk
from api.actions.households import Joining, change_household, join_household, leave_household, make_household
from api.actions.links import NotYoursError
from api.actions.safety import end_protection, opt_out, protect, share_name
from api.pages import office_words
from api.pages.blueprint import Visit, office_only, pages
from api.pages.office_acting import done, student_of
from api.pages.office_forms import as_default
from api.pages.office_people_forms import NOTICES, HomeForm, MemberForm, ProtectForm, language_name
from mastery.access import roles_about
from mastery.access_matrix import Role
from mastery.access_questions import What, may
from mastery.households import Notice
from mastery.names import NameUse, name_for
from mastery.offices import Affair
from models.households import NamePolicy, StudentSafety
from models.queries_homes import HomeLine, homes_near
from models.queries_office import Found
from models.queries_person import Near, guardians_of
from models.roster import Person

# what is said of whether a family may get the name that a student goes by
_AGREED: dict[str, bool | None] = {"yes": True, "no": False, "not_asked": None}


@dataclass(frozen=True, slots=True)
class Naming:
    """A student's names: the one that screens have, the legal one where it may be seen, and what families get."""

    goes_by: str
    legal: str | None
    pronouns: str | None
    own_name: bool
    view: str | None


def _to_page(student: int, place: str, text: str) -> ResponseReturnValue:
    flash(text)
    return redirect(url_for("pages.student_home", student_id=student, _anchor=place), 303)


def _act(visit: Visit, act: Callable[[], object]) -> None:
    """Do and keep what a button alone says; for who may not, it does not exist."""
    try:
        act()
    except NotYoursError:
        abort(404)
    visit.session.commit()


def _sees_family(visit: Visit) -> bool:
    """Whether who is a guardian of whom is this person's to know."""
    return visit.asked is not None and may(visit.viewer, What.ORDERS, visit.asked, visit.now).allowed


@pages.get("/office/people/<int:student_id>/home")
@office_only(Affair.PEOPLE)
def student_home(visit: Visit, student_id: int) -> ResponseReturnValue:
    """What is on file of a student's names and safety, and where the family lives."""
    return _page(visit, student_of(visit, Affair.PEOPLE), ProtectForm(formdata=None))


def _page(visit: Visit, student: Found, form: ProtectForm) -> ResponseReturnValue:
    safety = visit.session.get(StudentSafety, (visit.district_id, student.id))
    if safety is not None and request.method == "GET":
        form.substitute_address.data = safety.substitute_address
    family = guardians_of(visit.session, visit.district_id, student.id) if _sees_family(visit) else None
    return render_template(
        "office_home.html",
        visit=visit,
        person=student,
        form=form,
        naming=_naming(visit, student),
        safety=safety,
        homes=None if family is None else _homes(visit, student, family),
        notices=NOTICES,
        language_name=language_name,
        office=office_words,
    ), 422 if form.errors else 200


def _naming(visit: Visit, student: Found) -> Naming:
    person = visit.session.get_one(Person, (visit.district_id, student.id))
    policy = visit.session.get(NamePolicy, (visit.district_id,))
    legal = name_for(person.names, NameUse.REGISTRAR)
    keeps = visit.asked is not None and Role.REGISTRAR in roles_about(visit.viewer, visit.asked, visit.now)
    return Naming(
        person.display_name,
        legal if keeps else None,
        person.pronouns,
        bool(person.preferred_given_name or person.preferred_family_name),
        None if policy is None else policy.parent_view,
    )


def _homes(visit: Visit, student: Found, family: Sequence[Near]) -> Sequence[HomeLine]:
    people = {student.id, *(one.id for one in family)}
    return homes_near(visit.session, visit.district_id, people, visit.today)


@pages.post("/office/people/<int:student_id>/protection")
@office_only(Affair.PEOPLE)
def protect_student(visit: Visit, student_id: int) -> ResponseReturnValue:
    """Protect a student, or change the substitute address."""
    student, form = student_of(visit, Affair.PEOPLE), ProtectForm()

    def act() -> None:
        protect(
            visit.session, Desk.of(visit.viewer), student_id, form.substitute_address.data, visit.now,
            forget=form.forget.data,
        )  # fmt: skip

    if form.validate_on_submit() and done(visit, form, act):
        return _to_page(student_id, "safety", _("Protected. The student is on no list that leaves the school."))
    return _page(visit, student, form)


@pages.post("/office/people/<int:student_id>/protection/end")
@office_only(Affair.PEOPLE)
def unprotect_student(visit: Visit, student_id: int) -> ResponseReturnValue:
    """End a student's protection."""
    _act(visit, lambda: end_protection(visit.session, Desk.of(visit.viewer), student_id, visit.now))
    return _to_page(student_id, "safety", _("The protection has ended."))


@pages.post("/office/people/<int:student_id>/directory")
@office_only(Affair.PEOPLE)
def directory_opt_out(visit: Visit, student_id: int) -> ResponseReturnValue:
    """Put the family's no to directory information on file, or take it back."""
    out = request.form.get("out") == "1"
    _act(visit, lambda: opt_out(visit.session, Desk.of(visit.viewer), student_id, out, visit.now))
    return _to_page(student_id, "directory", _("The family’s no is on file.") if out else _("The no is taken back."))


@pages.post("/office/people/<int:student_id>/family-name")
@office_only(Affair.PEOPLE)
def name_to_family(visit: Visit, student_id: int) -> ResponseReturnValue:
    """Put on file whether the family may get the name that the student goes by."""
    said = request.form.get("agreed", "not_asked")
    if said not in _AGREED:
        abort(400)
    _act(visit, lambda: share_name(visit.session, Desk.of(visit.viewer), student_id, _AGREED[said], visit.now))
    return _to_page(student_id, "names", _("Saved."))


@pages.route("/office/people/<int:student_id>/homes/new", methods=["GET", "POST"])
@office_only(Affair.PEOPLE)
def new_home(visit: Visit, student_id: int) -> ResponseReturnValue:
    """A home of the student that is not on file yet."""
    student, form = student_of(visit, Affair.PEOPLE), HomeForm()
    form.offer()
    if not _sees_family(visit):
        abort(404)
    if form.validate_on_submit():
        address, language = form.address.data, form.language.data
        desk = Desk.of(visit.viewer)
        if done(visit, form, lambda: make_household(visit.session, desk, address, language, student_id, visit.now)):
            return _to_page(student_id, "homes", _("The home is on file. Say who lives there too."))
    return _form_page("office_new_home.html", visit, student, form)


@pages.route("/office/people/<int:student_id>/homes/<int:household_id>", methods=["GET", "POST"])
@office_only(Affair.PEOPLE)
def change_home(visit: Visit, student_id: int, household_id: int) -> ResponseReturnValue:
    """Change where a home is, and say who lives there too."""
    student, line, others = _home(visit, household_id)
    form = HomeForm(obj=line.home)
    form.offer(line.home.language)
    if form.validate_on_submit():
        address, language, desk = form.address.data, form.language.data, Desk.of(visit.viewer)
        if done(visit, form, lambda: change_household(visit.session, desk, household_id, address, language, visit.now)):
            return _to_page(student_id, "homes", _("Saved."))
    return _form_page("office_change_home.html", visit, student, form, line=line, member=_member_form(visit, others))


@pages.post("/office/people/<int:student_id>/homes/<int:household_id>/members")
@office_only(Affair.PEOPLE)
def join_home(visit: Visit, student_id: int, household_id: int) -> ResponseReturnValue:
    """Let somebody of the family live in a home."""
    student, line, others = _home(visit, household_id)
    member = _member_form(visit, others)
    if member.validate_on_submit():
        joining = Joining(household_id, int(member.person.data), Notice(member.notice.data), member.begins_on.data)
        if done(visit, member, lambda: join_household(visit.session, Desk.of(visit.viewer), joining, visit.now)):
            return _to_page(student_id, "homes", _("Saved."))
    form = HomeForm(formdata=None, obj=line.home)
    form.offer(line.home.language)
    return _form_page("office_change_home.html", visit, student, form, line=line, member=member)


@pages.post("/office/people/<int:student_id>/homes/members/<int:membership_id>/end")
@office_only(Affair.PEOPLE)
def leave_home(visit: Visit, student_id: int, membership_id: int) -> ResponseReturnValue:
    """Say that somebody lives in a home until today."""
    student_of(visit, Affair.PEOPLE)
    if not _sees_family(visit):
        abort(404)
    desk = Desk.of(visit.viewer)
    _act(visit, lambda: leave_household(visit.session, desk, membership_id, visit.today, visit.now))
    return _to_page(student_id, "homes", _("Saved. Today is the last day."))


def _home(visit: Visit, household_id: int) -> tuple[Found, HomeLine, list[tuple[int, str]]]:
    """A home of the family, with who of the family does not live there yet."""
    student = student_of(visit, Affair.PEOPLE)
    if not _sees_family(visit):
        abort(404)
    near = guardians_of(visit.session, visit.district_id, student.id)
    family = {student.id: student.name} | {one.id: one.name for one in near}
    found = homes_near(visit.session, visit.district_id, family.keys(), visit.today, household_id)
    if not found:
        abort(404)
    living = found[0].living(visit.today)
    return student, found[0], [(key, name) for key, name in family.items() if key not in living]


def _member_form(visit: Visit, others: Sequence[tuple[int, str]]) -> MemberForm:
    form = MemberForm(formdata=request.form if "person" in request.form or "notice" in request.form else None)
    form.person.choices = [SelectChoice(str(key), name) for key, name in others]
    as_default((form.begins_on,), visit.today)
    return form


def _form_page(
    template: str, visit: Visit, student: Found, form: HomeForm, line: HomeLine | None = None,
    member: MemberForm | None = None,
) -> ResponseReturnValue:  # fmt: skip
    wrong = bool(form.errors or (member is not None and member.errors))
    page = render_template(
        template, visit=visit, person=student, form=form, line=line, member=member, notices=NOTICES, office=office_words
    )
    return page, 422 if wrong else 200
