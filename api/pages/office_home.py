"""A student's names, safety and homes, as the office keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from api.actions.desk import Desk
from api.actions.households import Joining, change_household, join_household, leave_household, make_household
from api.actions.safety import end_protection, opt_out, protect, share_name
from api.pages import office_words
from api.pages.acts import done, kept, redirect_with
from api.pages.blueprint import REFUSED, Visit, office_only, pages
from api.pages.office_acting import student_of
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
from models.queries_person import guardians_of
from models.roster import Person

# what is said of whether a family may get the name that a student goes by
_AGREED: dict[str, bool | None] = {"yes": True, "no": False, "not_asked": None}


@dataclass(frozen=True, slots=True)
class Homes:
    """Where a family lives. `family`: the student and the guardians of the roster, by key; `attested`: who acts as a
    parent besides; `keeps_address`: the person may read and change the address, which of a protected student is the
    registrar's alone.
    """

    lines: Sequence[HomeLine]
    family: Mapping[int, str]
    attested: Mapping[int, str]
    keeps_address: bool

    def may_change(self, line: HomeLine, student: int, day: date) -> bool:
        """Whether the address is this office's: the student lives there, or nobody whom it may not know."""
        return self.keeps_address and (student in line.living(day) or not line.others)


@dataclass(frozen=True, slots=True)
class Naming:
    """A student's names: the one that screens have, the legal one where it may be seen, and what families get."""

    goes_by: str
    legal: str | None
    pronouns: str | None
    own_name: bool
    view: str | None


def _to_page(student: int, place: str, text: str) -> ResponseReturnValue:
    return redirect_with(text, "pages.student_home", student_id=student, _anchor=place)


def _sees_family(visit: Visit) -> bool:
    """Whether who is a guardian of whom is this person's to know."""
    return visit.asked is not None and may(visit.viewer, What.ORDERS, visit.asked, visit.now).allowed


@pages.get("/office/people/<int:student_id>/home")
@office_only(Affair.PEOPLE)
def student_home(visit: Visit, student_id: int) -> ResponseReturnValue:
    """What is on file of a student's names and safety, and where the family lives."""
    return _page(visit, student_of(visit, Affair.PEOPLE), ProtectForm(formdata=None))


def _page(visit: Visit, student: Found, form: ProtectForm) -> ResponseReturnValue:
    safety = _safety(visit, student)
    if safety is not None and request.method == "GET":
        form.substitute_address.data = safety.substitute_address
    return render_template(
        "office_home.html",
        visit=visit,
        person=student,
        form=form,
        naming=_naming(visit, student),
        safety=safety,
        homes=_homes(visit, student, safety) if _sees_family(visit) else None,
        notices=NOTICES,
        language_name=language_name,
        office=office_words,
    ), REFUSED if form.errors else 200


def _safety(visit: Visit, student: Found) -> StudentSafety | None:
    return visit.session.get(StudentSafety, (visit.district_id, student.id))


def _naming(visit: Visit, student: Found) -> Naming:
    person = visit.session.get_one(Person, (visit.district_id, student.id))
    policy = visit.session.get(NamePolicy, (visit.district_id,))
    legal = name_for(person.names, NameUse.REGISTRAR)
    return Naming(
        person.display_name,
        legal if _is_registrar(visit) else None,
        person.pronouns,
        bool(person.preferred_given_name or person.preferred_family_name),
        None if policy is None else policy.parent_view,
    )


def _homes(visit: Visit, student: Found, safety: StudentSafety | None) -> Homes:
    """The homes of the student, and of the guardians whom the roster brings: an attested one's stays their own."""
    guardians = guardians_of(visit.session, visit.district_id, student.id)
    today = [one for one in guardians if one.holds(visit.today)]
    family = {one.id: one.name for one in today if not one.attested}
    attested = {one.id: one.name for one in today if one.attested}
    lines = homes_near(visit.session, visit.district_id, student.id, family.keys(), attested.keys(), visit.today)
    keeps = safety is None or not safety.protected or _is_registrar(visit)
    return Homes(lines, {student.id: student.name, **family}, attested, keeps)


def _is_registrar(visit: Visit) -> bool:
    return visit.asked is not None and Role.REGISTRAR in roles_about(visit.viewer, visit.asked, visit.now)


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
    with kept(visit):
        end_protection(visit.session, Desk.of(visit.viewer), student_id, visit.now)
    return _to_page(student_id, "safety", _("The protection has ended."))


@pages.post("/office/people/<int:student_id>/directory")
@office_only(Affair.PEOPLE)
def directory_opt_out(visit: Visit, student_id: int) -> ResponseReturnValue:
    """Put the family's no to directory information on file, or take it back."""
    student_of(visit, Affair.PEOPLE)
    if (said := request.form.get("out")) not in ("0", "1"):
        abort(400)
    out = said == "1"
    with kept(visit):
        opt_out(visit.session, Desk.of(visit.viewer), student_id, out, visit.now)
    return _to_page(student_id, "directory", _("The family’s no is on file.") if out else _("The no is taken back."))


@pages.post("/office/people/<int:student_id>/family-name")
@office_only(Affair.PEOPLE)
def name_to_family(visit: Visit, student_id: int) -> ResponseReturnValue:
    """Put on file whether the family may get the name that the student goes by."""
    student_of(visit, Affair.PEOPLE)
    said = request.form.get("agreed", "not_asked")
    if said not in _AGREED:
        abort(400)
    with kept(visit):
        share_name(visit.session, Desk.of(visit.viewer), student_id, _AGREED[said], visit.now)
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
    student, homes, line = _home(visit, household_id)
    form = HomeForm(obj=line.home)
    form.offer(line.home.language)
    if not homes.may_change(line, student_id, visit.today):
        abort(404)
    if form.validate_on_submit():
        address, language, desk = form.address.data, form.language.data, Desk.of(visit.viewer)
        if done(visit, form, lambda: change_household(visit.session, desk, household_id, address, language, visit.now)):
            return _to_page(student_id, "homes", _("Saved."))
    member = _member_form(visit, student, homes, line)
    return _form_page("office_change_home.html", visit, student, form, line=line, member=member)


@pages.post("/office/people/<int:student_id>/homes/<int:household_id>/members")
@office_only(Affair.PEOPLE)
def join_home(visit: Visit, student_id: int, household_id: int) -> ResponseReturnValue:
    """Let somebody of the family live in a home."""
    student, homes, line = _home(visit, household_id)
    member = _member_form(visit, student, homes, line)
    if not homes.may_change(line, student_id, visit.today) and member.person.data != str(student_id):
        abort(404)
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
    """Say that somebody of the family, who lives in a home of the student, lives there until today."""
    student = student_of(visit, Affair.PEOPLE)
    if not _sees_family(visit):
        abort(404)
    lines = _homes(visit, student, _safety(visit, student)).lines
    living = (one for line in lines for one in line.members if one.person in line.living(visit.today))
    if membership_id not in {one.id for one in living if one.ends_on is None}:
        abort(404)
    with kept(visit):
        leave_household(visit.session, Desk.of(visit.viewer), membership_id, visit.today, visit.now)
    return _to_page(student_id, "homes", _("Saved. Today is the last day."))


def _home(visit: Visit, household_id: int) -> tuple[Found, Homes, HomeLine]:
    """A home of the family."""
    student = student_of(visit, Affair.PEOPLE)
    if not _sees_family(visit):
        abort(404)
    homes = _homes(visit, student, _safety(visit, student))
    line = next((one for one in homes.lines if one.home.id == household_id), None)
    return student, homes, line or abort(404)


def _member_form(visit: Visit, student: Found, homes: Homes, line: HomeLine) -> MemberForm:
    """Who of the family does not live there yet; who acts as a parent may live where the student does."""
    living = line.living(visit.today)
    people = {**homes.family, **homes.attested} if student.id in living else homes.family
    others = [(key, name) for key, name in people.items() if key not in living]
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
    return page, REFUSED if wrong else 200
