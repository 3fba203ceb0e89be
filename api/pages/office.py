"""The first page of the office: find a person by name or SIS id, and see what waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from api.actions.emergency import review_break_glass
from api.pages import office_words
from api.pages.acts import kept, redirect_with
from api.pages.blueprint import PAGE_SIZE, Visit, last_page, office_only, page_number, pages
from api.pages.inspections import Due, due
from mastery.offices import Affair, Remit, reach
from models.inspections import waiting_inspections
from models.queries_office import find_people
from models.queries_waiting import Waiting, consents_lacking, emergencies, links_ending, orders_ending

_LONGEST = 100
LISTS = ("emergencies", "inspections", "consents", "links", "orders")


Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Paged(Generic[Line]):
    """A page of a list of what waits."""

    lines: Sequence[Line] = ()
    page: int = 1
    last_page: int = 1


@dataclass(slots=True)
class Queue:
    """What waits, by kind; empty where the person does not answer for it. `named`: students may be named."""

    named: bool
    emergencies: Paged[Waiting] = Paged()
    consents: Paged[tuple[Waiting, bool]] = Paged()
    links: Paged[Waiting] = Paged()
    orders: Paged[Waiting] = Paged()
    inspections: Paged[Due] = Paged()

    def pages(self) -> dict[str, int]:
        """At which page each list is, for an address; the first is left out."""
        lists = {name: getattr(self, name).page for name in LISTS}
        return {name: page for name, page in lists.items() if page > 1}

    def students(self) -> set[int]:
        """Whom it names."""
        if not self.named:
            return set()
        lines = (
            *self.emergencies.lines, *(line for line, _gone in self.consents.lines), *self.links.lines,
            *self.orders.lines,
        )  # fmt: skip
        return {line.student_id for line in lines} | {line.asked.student_id for line in self.inspections.lines}


def queue_of(visit: Visit) -> Queue:
    """What waits for a person's office, at the pages that the address asks for."""
    found = Queue(named=bool(reach(visit.viewer, visit.now).students))
    if where := visit.remit(Affair.REVIEWS):
        found.emergencies = _paged(visit, "emergencies", where, emergencies)
    if where := visit.remit(Affair.CONSENTS):
        found.consents = _paged(visit, "consents", where, consents_lacking)
    if where := visit.remit(Affair.LINKS):
        found.links = _paged(visit, "links", where, links_ending)
    if where := visit.remit(Affair.ORDERS):
        found.orders = _paged(visit, "orders", where, orders_ending)
    if where := visit.remit(Affair.INSPECTIONS):
        asked = _paged(visit, "inspections", where, waiting_inspections)
        found.inspections = Paged([due(visit, one) for one in asked.lines], asked.page, asked.last_page)
    return found


def _paged(
    visit: Visit,
    name: str,
    where: Remit,
    query: Callable[[Session, int, Remit, datetime, int, int], tuple[Sequence[Line], int]],
) -> Paged[Line]:
    """The page of a list that the address asks for; its first where there is no such: lists shorten as one works."""
    page = page_number(name)
    lines, total = query(visit.session, visit.district_id, where, visit.now, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    if page > 1 and not lines:
        page = 1
        lines, total = query(visit.session, visit.district_id, where, visit.now, PAGE_SIZE, 0)
    return Paged(lines, page, last_page(page, total))


@pages.get("/office")
@office_only(*Affair)
def office(visit: Visit) -> ResponseReturnValue:
    """The search and what waits."""
    queue = queue_of(visit)
    visit.seen.update(queue.students())
    return render_template("office.html", visit=visit, queue=queue, **_common(visit))


@pages.post("/office")
@office_only(Affair.PEOPLE, Affair.LINKS, Affair.CONSENTS, Affair.ORDERS, Affair.APPOINTMENTS)
def office_search(visit: Visit) -> ResponseReturnValue:
    """Who was found; the one person whom the words mean alone is opened at once.

    What was typed comes in the body: a name does not belong in an address.
    """
    asked, page = request.form.get("q", "").strip()[:_LONGEST], page_number()
    found, total = find_people(
        visit.session, visit.district_id, reach(visit.viewer, visit.now), asked, visit.now, visit.today, PAGE_SIZE,
        (page - 1) * PAGE_SIZE,
    )  # fmt: skip
    last = last_page(page, total)
    if total == 1:
        return redirect(url_for("pages.office_person", person_id=found[0].id), 303)
    visit.seen.update(one.id for one in found if one.is_student)
    return render_template(
        "office_found.html",
        visit=visit,
        asked=asked,
        found=found,
        total=total,
        page=page,
        last_page=last,
        **_common(visit),
    )


@pages.post("/office/emergencies/<int:link_id>")
@office_only(Affair.REVIEWS)
def review_emergency(visit: Visit, link_id: int) -> ResponseReturnValue:
    """Say that one has looked at an emergency, and end its access where asked to."""
    end = request.form.get("end") == "1"
    with kept(visit):
        review_break_glass(visit.session, visit.viewer, link_id, end=end, now=visit.now)
    return redirect_with(_("Reviewed. Access has ended.") if end else _("Reviewed."), "pages.office")


def _common(visit: Visit) -> dict[str, object]:
    return {
        "office": office_words,
        "acts": acts_of(visit),
        "affairs": Affair,
        "finds": bool(reach(visit.viewer, visit.now)),
    }


def acts_of(visit: Visit) -> dict[str, bool]:
    """Which of the everyday acts about a student the person does."""
    return {
        "link": bool(visit.remit(Affair.LINKS)),
        "consent": bool(visit.remit(Affair.CONSENTS)),
        "order": bool(visit.remit(Affair.ORDERS)),
    }
