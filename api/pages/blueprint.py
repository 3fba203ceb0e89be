"""The pages' blueprint: every view declares who may call it, and a view that does not is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter

from api.security.guards import GUARD, declare
from api.services import services
from mastery.access import Subject, Viewer, What, decide
from models.queries_people import district_zone, subject_of, viewer_of
from models.unit_of_work import district_transaction, one_snapshot


class IdConverter(IntegerConverter):
    """Whole numbers that the database can compare with a key; no page is at any other."""

    regex = "[0-9]{1,18}"


pages = Blueprint("pages", __name__)
csrf = CSRFProtect()
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a signed-in person: the district's transaction, who they are today, and the school's clock."""

    session: Session
    viewer: Viewer
    name: str
    now: datetime
    zone: ZoneInfo

    @property
    def district_id(self) -> int:
        """The person's district."""
        return self.viewer.district

    @property
    def today(self) -> date:
        """The date where the school is."""
        return self.now.astimezone(self.zone).date()

    def student(self, student_id: int, what: What) -> Subject:
        """The student as a subject; 404 for one who does not exist or is none of the viewer's business."""
        subject = subject_of(self.session, self.district_id, student_id, self.today)
        if subject is None or not decide(self.viewer, what, subject).allowed:
            abort(404)
        return subject


View = Callable[..., ResponseReturnValue]


def signed_in(view: View) -> View:
    """A page for people with an account; the view gets their `Visit` first. Others are asked to sign in."""

    @wraps(view)
    def guarded(**arguments: object) -> ResponseReturnValue:
        if not current_user.is_authenticated:
            back = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("pages.sign_in", next=back), 303)
        with district_transaction(services().engine, current_user.district_id) as session:
            if request.method == "GET":
                # one snapshot: the versions that a page says it shows are never newer than what it shows
                one_snapshot(session)
            g.visit = _visit(session)
            return view(g.visit, **arguments)

    return declare(guarded, "person: signed in")


def staff_only(view: View) -> View:
    """A page for people who work for a school; for others it does not exist."""

    @wraps(view)
    def guarded(visit: Visit, **arguments: object) -> ResponseReturnValue:
        if not visit.viewer.is_staff:
            abort(404)
        return view(visit, **arguments)

    return declare(signed_in(guarded), "person: staff")


def _visit(session: Session) -> Visit:
    user = current_user
    now = services().clock()
    zone = ZoneInfo(district_zone(session, user.district_id))
    today = now.astimezone(zone).date()
    if user.person_id is None:
        viewer = Viewer(user.district_id, 0)
    else:
        viewer = viewer_of(session, user.district_id, user.person_id, today)
    return Visit(session, viewer, user.name, now, zone)


@pages.before_request
def _refuse_unguarded_and_forged() -> None:
    view = current_app.view_functions[request.endpoint or ""]
    if not hasattr(view, GUARD):
        raise RuntimeError(f"{request.endpoint} declares no guard")
    csrf.protect()


def page_number(name: str = "page") -> int:
    """Which page of a list is asked for, from 1; 404 for anything else."""
    text = request.args.get(name, "1")
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= 100_000):
        abort(404)
    return int(text)
