"""People whom no roster brings: adding them, whom they work for, who acts as a parent, and a letter for one person."""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from api.actions.desk import Desk
from api.actions.guardians import attest_guardian, end_attested
from api.actions.office_accounts import may_keep_account
from api.actions.partners import add_partner, end_partner, list_partners, renew_partner
from api.actions.people import Draft, add_person, change_person, may_correct
from api.pages import office_words
from api.pages.acts import done, form_page, kept, redirect_with
from api.pages.blueprint import PAGE_SIZE, Visit, last_page, office_only, page_number, pages
from api.pages.letters import one_letter
from api.pages.office_acting import added_person, back_to, end_it, person_of, show, student_of
from api.pages.office_forms import add_error, as_default, find_adults
from api.pages.office_people_forms import NO_PARTNER, AgreementForm, AttestForm, PartnerForm, PersonForm
from api.pages.whole_numbers import number_of
from api.services import services
from mastery.letters import Group
from mastery.offices import Affair
from models.links import Organization
from models.queries_office import Found, Kind

_MOST_NAMESAKES = 10
_MOST_PARTNERS = 500  # to choose from


@pages.route("/office/people/new", methods=["GET", "POST"])
@office_only(Affair.PEOPLE, Affair.LINKS)
def new_person(visit: Visit) -> ResponseReturnValue:
    """Add a mentor, a grandparent: somebody whom the student information system does not bring."""
    form, namesakes = PersonForm(), list[Found]()
    _offer_partners(visit, form)
    if form.validate_on_submit():
        namesakes = [] if form.another.data else _namesakes(visit, form)
        if namesakes:
            add_error(form.another, _("There is somebody of this name already."))
        else:
            draft = _draft(form)
            if done(visit, form, lambda: add_person(visit.session, Desk.of(visit.viewer), draft, visit.now)):
                return _added(visit, f"{draft.given_name.strip()} {draft.family_name.strip()}")
    return form_page("office_new_person.html", visit=visit, form=form, namesakes=namesakes, office=office_words)


@pages.route("/office/people/<int:person_id>/change", methods=["GET", "POST"])
@office_only(Affair.PEOPLE)
def correct_person(visit: Visit, person_id: int) -> ResponseReturnValue:
    """Correct what is on file of somebody who was added here."""
    found, person = added_person(visit, person_id)
    if not may_correct(visit.session, Desk.of(visit.viewer), person, visit.now):
        abort(404)
    form = PersonForm(obj=person)
    _offer_partners(visit, form, person.organization_id)
    if request.method == "GET":
        form.partner.data = str(person.organization_id or NO_PARTNER)
    if form.validate_on_submit():
        draft, desk = _draft(form), Desk.of(visit.viewer)
        if done(visit, form, lambda: change_person(visit.session, desk, person_id, draft, visit.now)):
            return back_to(person_id, "who", _("Saved."))
    return show("office_correct_person.html", visit, found, form)


def _offer_partners(visit: Visit, form: PersonForm, now: int | None = None) -> None:
    """Fill the choice of partners: those that run, and the one that it is."""
    choice, _total = list_partners(visit.session, visit.district_id, _MOST_PARTNERS)
    form.partner.choices = [
        SelectChoice(NO_PARTNER, _("nobody, or not a partner")),
        *(SelectChoice(str(one.id), one.name) for one in choice if one.active or one.id == now),
    ]


def _draft(form: PersonForm) -> Draft:
    partner = int(form.partner.data) if form.partner.data != NO_PARTNER else None
    return Draft(form.given_name.data, form.family_name.data, form.email.data, form.phone.data, partner)


def _namesakes(visit: Visit, form: PersonForm) -> list[Found]:
    words = f"{form.given_name.data} {form.family_name.data}"
    found, _total = find_adults(visit, words, _MOST_NAMESAKES)
    return list(found)


def _added(visit: Visit, name: str) -> ResponseReturnValue:
    """Back to the student about whom somebody was missing, or to the office."""
    text = _("%(name)s is added, and can be named wherever an adult is asked for.", name=name)
    student = number_of(request.args.get("student"))
    if student is None:
        return redirect_with(text, "pages.office")
    return redirect_with(text, "pages.office_person", person_id=student)


@pages.route("/office/people/<int:student_id>/guardian", methods=["GET", "POST"])
@office_only(Affair.ORDERS)
def attest(visit: Visit, student_id: int) -> ResponseReturnValue:
    """Attest that somebody acts as a parent."""
    student, form = student_of(visit, Affair.ORDERS), AttestForm()
    as_default((form.begins_on,), visit.today)
    if form.validate_on_submit() and (adult := form.person(visit)) is not None:
        begins, ends, reason = form.begins_on.data, form.ends_on.data, form.reason.data
        desk = Desk.of(visit.viewer)

        def act() -> None:
            attest_guardian(visit.session, desk, student_id, adult, reason, begins, ends, visit.now)

        if done(visit, form, act):
            return back_to(student_id, "guardians", _("On file. The person has the rights of a parent."))
    return show("office_guardian.html", visit, student, form)


@pages.post("/office/people/<int:student_id>/guardian/<int:guardian_id>/end")
@office_only(Affair.ORDERS)
def end_guardian(visit: Visit, student_id: int, guardian_id: int) -> ResponseReturnValue:
    """Say that somebody does not act as a parent any more."""
    desk = Desk.of(visit.viewer)
    return end_it(
        visit, "guardians", lambda: end_attested(visit.session, desk, student_id, guardian_id, visit.now),
        _("Ended. The person sees nothing of the student from now on."),
    )  # fmt: skip


@pages.post("/office/people/<int:person_id>/letter")
@office_only(Affair.ACCOUNTS)
def print_letter(visit: Visit, person_id: int) -> ResponseReturnValue:
    """A letter with which one person comes in, for the first time or again."""
    person = person_of(visit, person_id)
    if not may_keep_account(visit.session, visit.viewer, person_id, visit.now):
        abort(404)
    page = one_letter(visit, person_id, _group_of(person), person.schools[0] if person.schools else "")
    if page is None:
        return back_to(
            person_id, "account",
            _("No letter from here: the account is closed, or the person works elsewhere too. Ask the district."),
        )  # fmt: skip
    return page


def _group_of(person: Found) -> Group:
    if Kind.STUDENT in person.kinds:
        return Group.STUDENTS
    return Group.GUARDIANS if Kind.GUARDIAN in person.kinds else Group.STAFF


@pages.route("/office/partners", methods=["GET", "POST"])
@office_only(Affair.LINKS, Affair.APPOINTMENTS)
def partners(visit: Visit) -> ResponseReturnValue:
    """The partners, and a form to add one."""
    form, page = PartnerForm(), page_number()
    if form.validate_on_submit():
        name, agreement, last = form.name.data, form.agreement.data, form.agreement_ends_on.data
        desk = Desk.of(visit.viewer)
        if done(visit, form, lambda: add_partner(visit.session, desk, name, agreement, last, visit.now)):
            return redirect_with(_("%(name)s is a partner now.", name=name.strip()), "pages.partners")
    found, total = list_partners(visit.session, visit.district_id, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    return form_page(
        "office_partners.html",
        visit=visit,
        form=form,
        partners=found,
        may_end=visit.remit(Affair.APPOINTMENTS).district,
        page=page,
        last_page=last_page(page, total),
        office=office_words,
    )


@pages.route("/office/partners/<int:partner_id>", methods=["GET", "POST"])
@office_only(Affair.LINKS, Affair.APPOINTMENTS)
def renew_agreement(visit: Visit, partner_id: int) -> ResponseReturnValue:
    """Put a new agreement with a partner on file."""
    partner = visit.session.get(Organization, (visit.district_id, partner_id))
    if partner is None or not partner.active:
        abort(404)
    form = AgreementForm()
    if request.method == "GET":
        form.agreement.data, form.agreement_ends_on.data = partner.agreement_reference, partner.agreement_ends_on
    if form.validate_on_submit():
        where, last, desk = form.agreement.data, form.agreement_ends_on.data, Desk.of(visit.viewer)
        if done(visit, form, lambda: renew_partner(visit.session, desk, partner_id, where, last, visit.now)):
            text = _("The agreement is on file. Link its people again where their links have ended.")
            return redirect_with(text, "pages.partners")
    return form_page("office_agreement.html", visit=visit, form=form, partner=partner)


@pages.post("/office/partners/<int:partner_id>/end")
@office_only(Affair.APPOINTMENTS)
def finish_partner(visit: Visit, partner_id: int) -> ResponseReturnValue:
    """End a partner, with its people, their links and accounts."""
    real = services().stopwatch()
    with kept(visit):
        ended = end_partner(visit.session, Desk.of(visit.viewer), partner_id, visit.now, real)
    text = _(
        "Ended. People: %(people)d, links to students: %(links)d, accounts closed: %(accounts)d.",
        people=ended.people, links=ended.links, accounts=ended.accounts,
    )  # fmt: skip
    return redirect_with(text, "pages.partners")
