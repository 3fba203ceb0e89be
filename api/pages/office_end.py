"""Ending one person whom an office added: first what ends with them, then the act."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions.end_person import cuts_of, end_person, may_end_person
from api.pages import office_words
from api.pages.acts import kept, redirect_with
from api.pages.blueprint import Visit, office_only, pages
from api.pages.office_acting import added_person, person_of
from api.services import services
from mastery.offices import Affair, reach
from models.queries_person import named_links, wards_of


@pages.get("/office/people/<int:person_id>/end")
@office_only(Affair.PEOPLE)
def before_ending(visit: Visit, person_id: int) -> ResponseReturnValue:
    """What ends with a person; of students only those of the office are named."""
    found, person = added_person(visit, person_id)
    cuts = cuts_of(visit.session, visit.district_id, person_id, visit.now)
    students = reach(visit.viewer, visit.now).students
    running = [one.id for one in cuts.links]
    links = named_links(visit.session, visit.district_id, running, students, visit.now)
    tied = {one.student_id for one in cuts.guardianships}
    wards = wards_of(visit.session, visit.district_id, person_id, visit.remit(Affair.ORDERS), visit.now)
    wards = [one for one in wards if one.id in tied]
    visit.seen.update(one.id for one in wards)
    visit.seen.update(line.link.student_id for line in links if line.link.student_id is not None)
    return render_template(
        "office_end_person.html",
        visit=visit,
        person=found,
        links=links,
        wards=wards,
        more=len(running) - len(links),  # of ties not even how many: that somebody is a guardian is told to few
        accounts=cuts.accounts,
        may=may_end_person(visit.session, visit.viewer, person, cuts, visit.now),
        own=person_id == visit.viewer.person,
        office=office_words,
    )


@pages.post("/office/people/<int:person_id>/end")
@office_only(Affair.PEOPLE)
def end_added_person(visit: Visit, person_id: int) -> ResponseReturnValue:
    """End a person who was added here, with all that ends with them."""
    person = person_of(visit, person_id)
    with kept(visit):
        end_person(visit.session, visit.viewer, person_id, visit.now, services().stopwatch())
    text = _("%(name)s is not here any more: links, offices and the account have ended.", name=person.name)
    return redirect_with(text, "pages.office")
