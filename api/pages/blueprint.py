"""The pages' blueprint: every view declares who may call it, and a view that does not is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import wraps
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter

from api.actions.looking import disclose, looked
from api.pages.whole_numbers import MOST_DIGITS, number_of
from api.security.guards import GUARD, declare
from api.services import services
from mastery.access import Access, Basis, Reason, Subject, Tie, Viewer, roles_about, works_here
from mastery.access_matrix import DataClass, Role
from mastery.access_questions import EXPLAINED, NEEDS, What, may
from mastery.names import NameUse
from mastery.offices import Affair, Remit, joint, remit
from mastery.second_factor import Step, needs_second_factor, step
from models.queries_access import relations_of
from models.queries_support import SupportLine, support_here
from models.unit_of_work import district_transaction, one_snapshot


class IdConverter(IntegerConverter):
    """Whole numbers that the database can compare with a key; no page is at any other."""

    regex = f"[0-9]{{1,{MOST_DIGITS}}}"


pages = Blueprint("pages", __name__)
csrf = CSRFProtect()
PAGE_SIZE = 50
REFUSED = 422  # a form that is shown again, as it was typed
_SHOWN = frozenset({200, 304, REFUSED})  # 304: a page that is open still shows what it has
UNDECIDED = Access(Reason.NO_TIE)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a signed-in person: the district's transaction, who they are today, and the school's clock.

    `asked`: the student whom the address names, if there is such a one; `access`: by what they may be seen here, and
    `data` what of them; `seen`: whom the answer shows, to be put on record before it leaves. `support`: the access of
    our support by which the person is here, to be said on every page.
    `step` is what signing in still lacks; only few pages are open before it is done. `needs_factor`: the person's roles
    ask for a second factor.
    """

    session: Session
    viewer: Viewer
    name: str
    now: datetime
    zone: ZoneInfo
    asked: Subject | None = None
    access: Access = UNDECIDED
    shown: set[DataClass] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    step: Step = Step.IN
    needs_factor: bool = False
    support: Sequence[SupportLine] = ()

    @property
    def district_id(self) -> int:
        """The person's district."""
        return self.viewer.district

    @property
    def today(self) -> date:
        """The date where the school is."""
        return self.now.astimezone(self.zone).date()

    @property
    def subject(self) -> Subject:
        """The student whom the page is about; only pages whose guard says so have one."""
        if self.asked is None or not self.access.allowed:
            raise RuntimeError("this page is not about a student")
        return self.asked

    @property
    def restriction_on_file(self) -> bool:
        """Whether the page is to say that a court has restricted something: to who works here, and never what."""
        about = self.asked is not None and self.access.allowed and self.asked.restricted
        return about and works_here(self.access.roles)

    @property
    def name_use(self) -> NameUse:
        """By which name the student whom the page is about is called."""
        near = roles_about(self.viewer, self.asked, self.now) if self.asked else self.access.roles
        if works_here(near) or Role.STUDENT in near:
            return NameUse.SCREEN
        return NameUse.FAMILY_SCREEN if Role.PARENT in near else NameUse.OUTSIDE_SCREEN

    @property
    def emergency(self) -> Tie | None:
        """By which emergency alone the student is seen here; None where the person sees them anyway."""
        ties = self.access.ties
        return ties[-1] if ties and all(tie.basis is Basis.EMERGENCY for tie in ties) else None

    @property
    def office(self) -> bool:
        """Whether the person answers for any affair of an office."""
        return bool(self.remit(*Affair))

    def remit(self, *affairs: Affair) -> Remit:
        """Where the person answers for at least one of some affairs."""
        return joint(self.viewer, affairs, self.now)

    def access_to(self, what: What) -> Access:
        """Whether the person may see or do something more about the student whom the page is about, and on what."""
        return may(self.viewer, what, self.subject, self.now)

    def showing(self, *whats: What) -> None:
        """The page shows these of the student whom it is about, too."""
        self.shown.update(NEEDS[what].data for what in whats)

    def explains(self, target: int) -> bool:
        """Whether the person may read why the student whom the page is about stands where they do on a target."""
        return all(self.access_to(what).covers({target}) for what in EXPLAINED)


View = Callable[..., ResponseReturnValue]


# where a session that lacks something is led
_LED_TO = {Step.SHOW: "pages.second_factor", Step.SET_UP: "pages.set_up_second_factor"}


def admitting(guard: str, *steps: Step) -> Callable[[View], View]:
    """A page for people with an account, also where signing in lacks one of these; the view gets their `Visit`."""
    return lambda view: declare(_entered(view, *steps), f"person: {guard}")


# others than who is signed in are asked to sign in
signed_in = admitting("signed in")
setting_up = admitting("signed in, or setting up a second factor", Step.SET_UP)
arriving = admitting("signed in, or on the way", Step.SET_UP, Step.SHOW)


def staff_only(view: View) -> View:
    """A page for people who work for a school; for others it does not exist."""

    @wraps(view)
    def guarded(visit: Visit, **arguments: object) -> ResponseReturnValue:
        if not visit.viewer.is_staff:
            abort(404)
        return view(visit, **arguments)

    return declare(_entered(guarded), "person: staff")


def office_only(*affairs: Affair) -> Callable[[View], View]:
    """A page of an office, for who answers for one of some affairs; for others it does not exist."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(visit: Visit, **arguments: object) -> ResponseReturnValue:
            if not visit.remit(*affairs):
                abort(404)
            return view(visit, **arguments)

        return declare(_entered(guarded), f"person: office: {', '.join(affairs)}")

    return decorate


def about_student(what: What, *, own: bool = False, whole: bool = True) -> Callable[[View], View]:
    """A page about the student `student_id` of its address, for whom `mastery.access` opens `what` of that student.

    For others it does not exist, whether or not there is such a student. `own`: about the person themselves. `whole`:
    not for who is linked on some targets only.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(visit: Visit, **arguments: object) -> ResponseReturnValue:
            subject = visit.asked
            if subject is None:
                abort(404)
            access = may(visit.viewer, what, subject, visit.now)
            if not (access.whole if whole else access.allowed):
                abort(404)
            visit = g.visit = replace(visit, access=access)
            visit.showing(what)
            visit.seen.add(subject.student)
            return view(visit, **arguments)

        return declare(_entered(guarded, own=own), f"person: about a student: {what}")

    return decorate


def office_for(affair: Affair) -> Callable[[View], View]:
    """A page about the student `student_id` of its address, for whose office it is; for others it does not exist."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(visit: Visit, **arguments: object) -> ResponseReturnValue:
            subject = visit.asked
            if subject is None or not remit(visit.viewer, affair, visit.now).covers(subject):
                abort(404)
            visit = g.visit = replace(visit, access=Access(Reason.ALLOWED))
            if request.method == "GET":
                visit.seen.add(subject.student)
            return view(visit, **arguments)

        return declare(_entered(guarded), f"person: office for a student: {affair}")

    return decorate


def _entered(view: View, *steps: Step, own: bool = False) -> View:
    @wraps(view)
    def entered(**arguments: object) -> ResponseReturnValue:
        back = request.full_path.rstrip("?") if request.method == "GET" else None
        if not current_user.is_authenticated:
            return redirect(url_for("pages.sign_in", next=back), 303)
        if any("\0" in text for _name, text in request.form.items(multi=True)):
            abort(400)  # no keyboard types it, and no text of the database holds it
        with district_transaction(services().engine, current_user.district_id) as session:
            if request.method == "GET":
                # one snapshot: the versions that a page says it shows are never newer than what it shows
                one_snapshot(session)
            visit = g.visit = _visit(session, current_user.person_id if own else arguments.get("student_id"))
            if visit.step is not Step.IN and visit.step not in steps:
                return redirect(url_for(_LED_TO[visit.step], next=back), 303)
            answer = make_response(view(visit, **arguments))
            visit = g.visit  # as its guard has it
            if not visit.seen or answer.status_code not in _SHOWN or request.method == "HEAD":
                return answer
            if request.method == "GET":
                _put_on_record(session, visit)
                return answer
        # what an act had begun, before its form was shown again, is gone with its transaction
        with district_transaction(services().engine, visit.district_id) as session:
            _put_on_record(session, visit)
        return answer

    return entered


def _put_on_record(session: Session, visit: Visit) -> None:
    """Whom the answer shows, and what of them to somebody from outside."""
    # an open page asks for what changed
    looks_on = request.method == "GET" and request.args.get("partial") == "1"
    if visit.shown:
        disclose(
            session, visit.viewer, visit.access, visit.subject.student, visit.shown, visit.now, looks_on=looks_on
        )  # fmt: skip
    looked(session, visit.viewer, request.endpoint or "", visit.seen, visit.now, looks_on=looks_on)
    session.commit()


def _visit(session: Session, student_id: object) -> Visit:
    user = current_user
    now = services().clock()
    asked = student_id if isinstance(student_id, int) else None
    found = relations_of(session, user.district_id, user.person_id, now, asked)
    # no real child is in a sandbox: there a second factor is offered and not asked for
    # nobody sets up a phone while a child is in danger
    needed = needs_second_factor(found.viewer.lasting_roles) and not found.sandbox
    ties = [tie for tie in found.viewer.ties if tie.basis is Basis.SUPPORT and tie.span.holds(now)]
    support = support_here(session, user.district_id, now, user.person_id) if ties else ()
    return Visit(
        session,
        found.viewer,
        user.name,
        now,
        found.zone,
        found.subject,
        step=step(needed, user.has_factor, user.factor_shown),
        needs_factor=needed,
        support=support,
    )


@pages.before_request
def _refuse_unguarded_and_forged() -> None:
    view = current_app.view_functions[request.endpoint or ""]
    if not hasattr(view, GUARD):
        raise RuntimeError(f"{request.endpoint} declares no guard")
    csrf.protect()


def page_number(name: str = "page") -> int:
    """Which page of a list an address or a form asks for, from 1; 404 for anything else."""
    number = number_of(request.values.get(name, "1"), 6)
    return number if number is not None and 1 <= number <= 100_000 else abort(404)


def last_page(page: int, total: int, size: int = PAGE_SIZE) -> int:
    """The last page of a list of which a page is asked for, 1 of an empty one; 404 for a page after it."""
    last = max(1, -(-total // size))
    return abort(404) if page > last else last
