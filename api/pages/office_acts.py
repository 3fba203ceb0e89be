"""What the office does about a person: linking, consents, orders, offices, accounts; each a form and an act."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from api.actions.consents import Signed, give_consent, withdraw_consent
from api.actions.custody import Filed, end_beyond_age, file_order, keep_beyond_age, lift_order
from api.actions.links import Asked, NotYoursError, grant_link, revoke_link
from api.actions.office_accounts import close_account, open_account, remove_second_step
from api.pages import access_words, office_words
from api.pages.acts import done
from api.pages.blueprint import Visit, office_only, pages
from api.pages.office_acting import back_to, end_it, person_of, show, student_of
from api.pages.office_forms import (
    BeyondAgeForm,
    ConsentForm,
    LinkForm,
    OfficeForm,
    OrderForm,
    add_error,
    as_default,
    refuse,
)
from api.services import services
from mastery.access import Basis, Scope
from mastery.access_matrix import DataClass, Role
from mastery.access_questions import What, may
from mastery.links import CAPACITIES, OUTSIDERS, AgeBasis, LinkError, Restriction, year_end_after
from mastery.offices import Affair, may_appoint
from models.queries_office import schools_in
from models.queries_person import Near, consent_for, guardians_of

_DISTRICT = "district"
_ON_PAPER = "guardian"  # a guardian whose name is typed, by who may not know the family
# who counts figures only, or leads, is appointed where the service is installed
_GIVEN_HERE = tuple(role for role in CAPACITIES if role not in (Role.MONITOR, Role.RESEARCHER, Role.DISTRICT_LEADER))
_AT_SCHOOLS = frozenset(
    {Role.SCHOOL_ADMINISTRATOR, Role.REGISTRAR, Role.DATA_STEWARD, Role.COUNSELOR, Role.EXPERIENCE_COORDINATOR}
)


@pages.route("/office/people/<int:student_id>/link", methods=["GET", "POST"])
@office_only(Affair.LINKS)
def link_person(visit: Visit, student_id: int) -> ResponseReturnValue:
    """Link an adult to a student."""
    student, form = student_of(visit, Affair.LINKS), LinkForm()
    form.role.choices = [one for one in form.role.choices if may_appoint(visit.viewer, Role(one.value), visit.now)]
    as_default((form.begins_on,), visit.today)
    if form.validate_on_submit() and (adult := form.person(visit)) is not None:
        outside = Role(form.role.data) in OUTSIDERS
        consent = consent_for(visit.session, visit.district_id, student.id, adult, visit.now) if outside else None
        asked = Asked(
            adult, Role(form.role.data), Scope.STUDENT, student.id, Basis(form.basis.data), form.purpose.data,
            form.begins_on.data or visit.today, form.ends_on.data, consent, targets=form.target_keys(visit),
            share=frozenset(map(DataClass, form.share.data)) if form.share.data else None,
        )  # fmt: skip
        if not form.errors and done(visit, form, lambda: grant_link(visit.session, visit.viewer, asked, visit.now)):
            return back_to(student.id, "links", _("Linked. The access holds from now on."))
    opens = {str(role): office_words.opens_words(role) for role in CAPACITIES}
    return show("office_link.html", visit, student, form, opens=opens)


@pages.route("/office/people/<int:student_id>/consent", methods=["GET", "POST"])
@office_only(Affair.CONSENTS)
def add_consent(visit: Visit, student_id: int) -> ResponseReturnValue:
    """Record a consent that a family signed."""
    student, form = student_of(visit, Affair.CONSENTS), ConsentForm()
    guardians = [one for one in guardians_of(visit.session, visit.district_id, student.id) if one.holds(visit.today)]
    knows_family = visit.asked is not None and may(visit.viewer, What.ORDERS, visit.asked, visit.now).allowed
    form.signed_by.choices = [
        *(
            [SelectChoice(str(one.id), one.name) for one in guardians]
            if knows_family
            else [SelectChoice(_ON_PAPER, _("a guardian"))]
        ),
        SelectChoice(str(student.id), _("%(name)s, who is 18 or older", name=student.name)),
    ]
    as_default((form.signed_on, form.begins_on), visit.today)
    as_default((form.ends_on,), year_end_after(visit.today))
    if request.method == "GET":
        form.classes.data = [str(DataClass.LEVELS)]
    if (
        form.validate_on_submit()
        and (adult := form.person(visit)) is not None
        and (signer := _signer(form, guardians)) is not None
    ):
        signed = Signed(
            student.id, adult, frozenset(map(DataClass, form.classes.data)), form.purpose.data,
            signer, form.signed_on.data, form.begins_on.data, form.ends_on.data,
        )  # fmt: skip
        if done(visit, form, lambda: give_consent(visit.session, visit.viewer, signed, visit.now)):
            return back_to(student.id, "consents", _("The consent is on file. Now the person can be linked."))
    return show("office_consent.html", visit, student, form, knows_family=knows_family)


def _signer(form: ConsentForm, guardians: Sequence[Near]) -> int | None:
    """Who signed: as chosen, or the guardian of the name on the paper; None, and the field says so, for nobody."""
    if form.signed_by.data != _ON_PAPER:
        return int(form.signed_by.data)
    said = " ".join((form.signer.data or "").split()).casefold()
    named = [one.id for one in guardians if one.name.casefold() == said]
    if len(named) == 1:
        return named[0]
    add_error(form.signer, _("No guardian of this student has this name. Ask the school’s office."))
    return None


@pages.route("/office/people/<int:student_id>/order", methods=["GET", "POST"])
@office_only(Affair.ORDERS)
def add_order(visit: Visit, student_id: int) -> ResponseReturnValue:
    """File a court order about a guardian."""
    student, form = student_of(visit, Affair.ORDERS), OrderForm()
    guardians = guardians_of(visit.session, visit.district_id, student.id)
    form.guardian.choices = [SelectChoice(str(one.id), one.name) for one in guardians]
    as_default((form.begins_on,), visit.today)
    if form.validate_on_submit():
        filed = Filed(
            student.id, int(form.guardian.data), form.kind.data, frozenset(map(Restriction, form.restricts.data)),
            form.document_reference.data, form.begins_on.data, form.ends_on.data,
            frozenset(map(DataClass, form.leaves.data or ())),
        )  # fmt: skip
        if done(visit, form, lambda: file_order(visit.session, visit.viewer, filed, visit.now)):
            return back_to(student.id, "orders", _("The order is on file."))
    return show("office_order.html", visit, student, form)


@pages.route("/office/people/<int:student_id>/of-age", methods=["GET", "POST"])
@office_only(Affair.ORDERS)
def add_beyond_age(visit: Visit, student_id: int) -> ResponseReturnValue:
    """Let a guardian see on after the 18th birthday."""
    student, form = student_of(visit, Affair.ORDERS), BeyondAgeForm()
    guardians = guardians_of(visit.session, visit.district_id, student.id)
    form.guardian.choices = [SelectChoice(str(one.id), one.name) for one in guardians]
    if form.validate_on_submit():
        guardian, basis, last = int(form.guardian.data), AgeBasis(form.basis.data), form.ends_on.data

        def keep() -> int:
            return keep_beyond_age(
                visit.session, visit.viewer, student.id, guardian, basis, visit.today, last, visit.now
            )

        if done(visit, form, keep):
            return back_to(student.id, "of-age", _("Kept. The guardian sees on after the 18th birthday."))
    return show("office_of_age.html", visit, student, form)


@pages.route("/office/people/<int:person_id>/office", methods=["GET", "POST"])
@office_only(Affair.APPOINTMENTS, Affair.COLLEAGUES)
def give_office(visit: Visit, person_id: int) -> ResponseReturnValue:
    """Give an adult an office at a school or of the district."""
    adult, form = person_of(visit, person_id), OfficeForm()
    if adult.is_student:
        abort(404)
    roles = [role for role in _GIVEN_HERE if role in _AT_SCHOOLS and may_appoint(visit.viewer, role, visit.now)]
    where = visit.remit(Affair.APPOINTMENTS, Affair.COLLEAGUES)
    form.role.choices = [SelectChoice(str(role), access_words.CAPACITIES[role]) for role in roles]
    form.place.choices = [
        *([SelectChoice(_DISTRICT, _("the whole district"))] if where.district else []),
        *(SelectChoice(str(key), name) for key, name in schools_in(visit.session, visit.district_id, where)),
    ]
    if form.validate_on_submit():
        whole = form.place.data == _DISTRICT
        asked = Asked(
            adult.id, Role(form.role.data), Scope.DISTRICT if whole else Scope.SCHOOL,
            None if whole else int(form.place.data), Basis.EMPLOYEE, form.purpose.data, visit.today, form.ends_on.data,
        )  # fmt: skip
        if _appointed(visit, form, asked):
            return back_to(adult.id, "links", _("Done. The office holds from now on."))
    opens = {str(role): office_words.opens_words(role) for role in roles}
    return show("office_office.html", visit, adult, form, opens=opens)


def _appointed(visit: Visit, form: OfficeForm, asked: Asked) -> bool:
    try:
        grant_link(visit.session, visit.viewer, asked, visit.now)
        visit.session.commit()
    except NotYoursError:
        add_error(form.place, _("You do not give this office there. Choose another place."))
    except LinkError as refused:
        refuse(form, refused)
    else:
        return True
    return False


@pages.post("/office/links/<int:link_id>/end")
@office_only(Affair.LINKS, Affair.APPOINTMENTS)
def end_link(visit: Visit, link_id: int) -> ResponseReturnValue:
    """End a link or an office now."""
    return end_it(
        visit, "links", lambda: revoke_link(visit.session, visit.viewer, link_id, visit.now), _("Ended, from now on.")
    )


@pages.post("/office/consents/<int:consent_id>/withdraw")
@office_only(Affair.CONSENTS)
def end_consent(visit: Visit, consent_id: int) -> ResponseReturnValue:
    """Withdraw a consent, as the family asked."""
    act = withdraw_consent
    return end_it(
        visit, "consents", lambda: act(visit.session, visit.viewer, consent_id, visit.now),
        _("Withdrawn. What rests on it shows nothing from now on."),
    )  # fmt: skip


@pages.post("/office/orders/<int:order_id>/lift")
@office_only(Affair.ORDERS)
def end_order(visit: Visit, order_id: int) -> ResponseReturnValue:
    """Lift a court order."""
    return end_it(
        visit, "orders", lambda: lift_order(visit.session, visit.viewer, order_id, visit.now),
        _("Lifted. The guardian’s rights hold again."),
    )  # fmt: skip


@pages.post("/office/of-age/<int:kept_id>/end")
@office_only(Affair.ORDERS)
def end_kept(visit: Visit, kept_id: int) -> ResponseReturnValue:
    """End a guardian's access after the 18th birthday."""
    return end_it(
        visit, "of-age", lambda: end_beyond_age(visit.session, visit.viewer, kept_id, visit.now),
        _("Ended, from now on."),
    )  # fmt: skip


@pages.post("/office/accounts/<int:account_id>/close")
@office_only(Affair.ACCOUNTS)
def close_person_account(visit: Visit, account_id: int) -> ResponseReturnValue:
    """Let nobody come in by an account any more."""
    real = services().stopwatch()
    return end_it(
        visit, "account", lambda: close_account(visit.session, visit.viewer, account_id, visit.now, real),
        _("Closed. Nobody signs in with this account, and whoever was signed in is out."),
    )  # fmt: skip


@pages.post("/office/accounts/<int:account_id>/open")
@office_only(Affair.ACCOUNTS)
def open_person_account(visit: Visit, account_id: int) -> ResponseReturnValue:
    """Let the holder of a closed account come in again."""
    return end_it(
        visit, "account", lambda: open_account(visit.session, visit.viewer, account_id, visit.now),
        _("Open again, with the password as it was."),
    )  # fmt: skip


@pages.post("/office/accounts/<int:account_id>/second-factor")
@office_only(Affair.ACCOUNTS)
def remove_person_second_step(visit: Visit, account_id: int) -> ResponseReturnValue:
    """Take away the second step of somebody who lost the phone and the recovery codes."""
    real = services().stopwatch()
    return end_it(
        visit, "account", lambda: remove_second_step(visit.session, visit.viewer, account_id, visit.now, real),
        _("Removed. The password alone signs in now; where the office asks for a second step, a new one is set up."),
    )  # fmt: skip
