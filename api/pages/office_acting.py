"""What the office's forms share: the student or adult of the address, the form about them, and the way back."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from api.actions.people import is_local
from api.pages import office_words
from api.pages.acts import form_page, kept, redirect_with
from api.pages.blueprint import Visit
from api.pages.whole_numbers import number_of
from mastery.offices import Affair, reach
from models.queries_office import Found, find_person
from models.roster import Person


def student_of(visit: Visit, affair: Affair) -> Found:
    """The student of the address, for whom the person answers; to be put on record as seen."""
    subject = visit.asked
    if subject is None or not visit.remit(affair).covers(subject):
        abort(404)
    person = person_of(visit, subject.student)
    visit.seen.add(person.id)
    return person


def person_of(visit: Visit, person_id: int) -> Found:
    """Somebody within the person's reach; for others there is no such page."""
    within = reach(visit.viewer, visit.now)
    person = find_person(visit.session, visit.district_id, within, person_id, visit.now, visit.today)
    return abort(404) if person is None else person


def added_person(visit: Visit, person_id: int) -> tuple[Found, Person]:
    """The same of somebody whom an office added, with what is on file; for whom the roster brings there is no page."""
    found = person_of(visit, person_id)
    person = visit.session.get_one(Person, (visit.district_id, person_id))
    return (found, person) if is_local(person) else abort(404)


def show(template: str, visit: Visit, person: Found, form: FlaskForm, **more: object) -> ResponseReturnValue:
    """A form about somebody, new or as it was typed."""
    return form_page(template, visit=visit, person=person, form=form, office=office_words, **more)


def back_to(person: int, place: str, text: str) -> ResponseReturnValue:
    """To a place on the page of somebody, where a text says what was done."""
    return redirect_with(text, "pages.office_person", person_id=person, _anchor=place)


def end_it(visit: Visit, place: str, act: Callable[[], object], text: str) -> ResponseReturnValue:
    """End something, and go back to the person whose page has the button."""
    with kept(visit):
        act()
    back = number_of(request.form.get("back"))
    return redirect_with(text, "pages.office") if back is None else back_to(back, place, text)
