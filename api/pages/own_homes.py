"""A person's own homes, on the page of their account: where letters go, and how they want to be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions.households import Home, choose_notice, own_homes
from api.pages.acts import kept, redirect_with
from api.pages.blueprint import Visit, pages, signed_in
from api.pages.office_people_forms import NOTICES, language_name
from mastery.households import Notice
from mastery.names import NameUse
from models.queries_names import names_for


@dataclass(frozen=True, slots=True)
class Shown:
    """A home of the viewer's, with the language of its letters and the names of their children there."""

    home: Home
    language: str
    children: Sequence[str]


def homes_of(visit: Visit) -> Sequence[Shown]:
    """The viewer's homes of today, and nobody in them but themselves and their children."""
    homes = own_homes(visit.session, visit.viewer, visit.today)
    children = {key for home in homes for key in home.children}
    names = names_for(visit.session, visit.district_id, children, NameUse.FAMILY_SCREEN) if children else {}
    return [Shown(one, language_name(one.language), [names[key] for key in one.children]) for one in homes]


@pages.post("/account/homes/<int:membership_id>")
@signed_in
def change_notice(visit: Visit, membership_id: int) -> ResponseReturnValue:
    """Say how one wants to be told."""
    notice = request.form.get("notice", "")
    if notice not in NOTICES:
        abort(404)
    with kept(visit):
        choose_notice(visit.session, visit.viewer, membership_id, Notice(notice), visit.today, visit.now)
    return redirect_with(_("Saved. The school sees how you want to be told."), "pages.account", _anchor="homes")
