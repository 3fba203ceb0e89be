"""The programs that are connected to the district: connecting one, a new secret, and the end; what each may do."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from api.actions.clients import (
    ClientError,
    NameTakenError,
    OverlapError,
    add_client,
    revoke_client,
    rotate_client,
    show_clients,
)
from api.actions.desk import Desk
from api.pages import office_words
from api.pages.acts import form_page, kept, redirect_with
from api.pages.blueprint import PAGE_SIZE, Visit, last_page, office_only, page_number, pages
from api.pages.office_forms import ActForm, BoxesField, SomeChosen, add_error
from api.services import services
from mastery.credentials import OVERLAP
from mastery.offices import Affair

SCOPES: dict[str, Any] = {
    "results.write": _l("sends results"),
    "results.read": _l("reads back its own results"),
    "assessments.write": _l("tells what tests are made of"),
    "tests.write": _l("registers students for its tests"),
    "students.read": _l("reads where students stand"),
    "flags.read": _l("reads hints"),
    "measurement.read": _l("reads how well the measuring works"),
}


class ClientForm(ActForm):
    """A program to connect."""

    name = StringField(_l("Name of the program"), [DataRequired(_l("Give the name.")), Length(max=200)])
    scopes = BoxesField(
        _l("What may it do?"),
        [SomeChosen(_l("Choose at least one."))],
        choices=[SelectChoice(scope, words) for scope, words in SCOPES.items()],
    )


@pages.route("/office/clients", methods=["GET", "POST"])
@office_only(Affair.CLIENTS)
def office_clients(visit: Visit) -> ResponseReturnValue:
    """The programs by name, those that still work first, and a form to connect one; for the whole district's office."""
    if not visit.remit(Affair.CLIENTS).district:
        abort(404)
    form, page, now = ClientForm(), page_number(), services().stopwatch()
    if form.validate_on_submit():
        try:
            made = add_client(visit.session, Desk.of(visit.viewer), form.name.data.strip(), form.scopes.data, now)
        except NameTakenError:
            add_error(form.name, _("There is a program of this name already."))
        else:
            visit.session.commit()
            return _secret_page(visit, made.name, made.client_id, made.client_secret)
    found, total = show_clients(visit.session, visit.district_id, now, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    return form_page(
        "office_clients.html",
        visit=visit,
        form=form,
        clients=found,
        scopes=SCOPES,
        office=office_words,
        overlap=OVERLAP.days,
        page=page,
        last_page=last_page(page, total),
    )


@pages.post("/office/clients/<client_id>/secret")
@office_only(Affair.CLIENTS)
def new_client_secret(visit: Visit, client_id: str) -> ResponseReturnValue:
    """A new secret for a program, shown this once; the former one goes on for a while."""
    desk = Desk.of(visit.viewer)
    with kept(visit, ClientError):
        try:
            done = rotate_client(visit.session, desk, client_id, OVERLAP, services().stopwatch(), keep_former=True)
        except OverlapError as overlap:
            day = office_words.day(overlap.until, visit.zone)
            text = _("The former secret still works, until %(day)s. Until then there is no third one.", day=day)
            return redirect_with(text, "pages.office_clients")
    return _secret_page(visit, done.name, done.client_id, done.client_secret, rotated=True)


@pages.post("/office/clients/<client_id>/end")
@office_only(Affair.CLIENTS)
def end_client(visit: Visit, client_id: str) -> ResponseReturnValue:
    """Disconnect a program."""
    with kept(visit, ClientError):
        revoke_client(visit.session, Desk.of(visit.viewer), client_id, services().stopwatch())
    return redirect_with(_("Disconnected. What it sent stays."), "pages.office_clients")


def _secret_page(visit: Visit, name: str, client_id: str, secret: str, *, rotated: bool = False) -> ResponseReturnValue:
    return render_template(
        "office_secret.html",
        visit=visit,
        name=name,
        client_id=client_id,
        secret=secret,
        rotated=rotated,
        overlap=OVERLAP.days,
    )
