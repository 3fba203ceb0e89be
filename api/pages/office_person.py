"""One person, as the office sees them: who they are, who is near them, and what lets others see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from api.actions.desk import Desk
from api.actions.office_accounts import may_keep_account
from api.actions.people import is_local, may_correct
from api.actions.programmes import keeps_programmes
from api.pages import office_words
from api.pages.blueprint import Visit, last_page, office_only, page_number, pages
from mastery.access import Subject
from mastery.access_matrix import Role
from mastery.access_questions import What, may
from mastery.offices import Affair, affair_of, reach
from models.access import Account
from models.links import ProgrammeEnrollment
from models.queries_access import subject_of
from models.queries_office import Found, find_person
from models.queries_person import (
    MOST,
    ConsentLine,
    KeptLine,
    LinkLine,
    Near,
    OrderLine,
    accounts_of,
    beyond_age_of,
    classes_of,
    consents_of,
    guardians_of,
    links_of,
    links_to,
    orders_of,
    places_of,
    programmes_on_file,
    wards_of,
)
from models.queries_second_factor import with_factor
from models.roster import Person

# who answers for one of these opens the page of a person
ABOUT_PEOPLE = (Affair.PEOPLE, Affair.LINKS, Affair.CONSENTS, Affair.ORDERS, Affair.APPOINTMENTS)


@dataclass(frozen=True, slots=True)
class StudentFile:
    """What the office keeps of a student; None: not this office's to see."""

    guardians: Sequence[Near] | None
    links: Sequence[LinkLine]
    consents: Sequence[ConsentLine]
    orders: Sequence[OrderLine] | None
    kept: Sequence[KeptLine] | None
    programmes: Sequence[ProgrammeEnrollment] | None
    may_end_links: bool
    may_consent: bool
    may_see: bool
    may_keep: bool
    may_disclose: bool
    may_keep_programmes: bool


@dataclass(frozen=True, slots=True)
class AdultFile:
    """What the office keeps of an adult: the students of a guardian, links and offices, which of them they may end."""

    wards: Sequence[Near]
    links: Sequence[LinkLine]
    ends: frozenset[int]
    may_appoint: bool
    page: int
    last_page: int
    local: bool
    may_correct: bool


@pages.get("/office/people/<int:person_id>")
@office_only(*ABOUT_PEOPLE)
def office_person(visit: Visit, person_id: int) -> ResponseReturnValue:
    """A student, or an adult, within the person's reach."""
    person = find_person(
        visit.session, visit.district_id, reach(visit.viewer, visit.now), person_id, visit.now, visit.today
    )
    if person is None:
        abort(404)
    subject = subject_of(visit.session, visit.district_id, person_id, visit.now) if person.is_student else None
    accounts = accounts_here(visit, person_id)
    return render_template(
        "office_student.html" if subject else "office_adult.html",
        visit=visit,
        person=person,
        places=places_of(visit.session, visit.district_id, person_id),
        classes=classes_of(visit.session, visit.district_id, person_id),
        file=_student(visit, subject) if subject else _adult(visit, person),
        accounts=accounts,
        second_steps=with_factor(visit.session, visit.district_id, [one.id for one in accounts or ()]),
        keeps_others=bool(visit.remit(Affair.ACCOUNTS)) and person_id != visit.viewer.person,
        may_know=subject is not None and may(visit.viewer, What.WHO_LOOKED, subject, visit.now).allowed,
        office=office_words,
        is_running=lambda begins, ends, over: is_running(visit, begins, ends, over),
    )


def accounts_here(visit: Visit, person_id: int) -> Sequence[Account] | None:
    """The accounts of a person; None where they are not this office's to keep."""
    if not may_keep_account(visit.session, visit.viewer, person_id, visit.now):
        return None
    return accounts_of(visit.session, visit.district_id, person_id)


def is_running(visit: Visit, begins: datetime, ends: datetime | None, over: datetime | None) -> bool:
    """Whether a span holds now or will, and nobody ended it."""
    return over is None and (ends is None or ends > visit.now)


def _student(visit: Visit, subject: Subject) -> StudentFile:
    session, district, key = visit.session, visit.district_id, subject.student
    visit.seen.add(key)
    orders = visit.remit(Affair.ORDERS).covers(subject)
    family = may(visit.viewer, What.ORDERS, subject, visit.now).allowed
    programmes = may(visit.viewer, What.PROGRAMMES, subject, visit.now).allowed
    return StudentFile(
        guardians=guardians_of(session, district, key) if family else None,
        links=links_to(session, district, key),
        consents=consents_of(session, district, key, visit.viewer.person, families=family),
        orders=orders_of(session, district, key) if orders else None,
        kept=beyond_age_of(session, district, key) if orders else None,
        programmes=programmes_on_file(session, district, key) if programmes else None,
        may_end_links=visit.remit(Affair.LINKS).covers(subject),
        may_consent=visit.remit(Affair.CONSENTS).covers(subject),
        may_keep=visit.remit(Affair.PEOPLE).covers(subject),
        may_disclose=visit.remit(Affair.DISCLOSURES).covers(subject),
        may_see=may(visit.viewer, What.STANDING, subject, visit.now).allowed,
        may_keep_programmes=keeps_programmes(visit.viewer, subject, visit.now),
    )


def _adult(visit: Visit, person: Found) -> AdultFile:
    session, district = visit.session, visit.district_id
    students = reach(visit.viewer, visit.now).students
    wards = wards_of(session, district, person.id, visit.remit(Affair.ORDERS), visit.now)
    page = page_number()
    links, total = links_of(session, district, person.id, students, visit.now, page)
    last, row = last_page(page, total, MOST), session.get_one(Person, (district, person.id))
    visit.seen.update(one.id for one in wards)
    visit.seen.update(line.link.student_id for line in links if line.link.student_id is not None)
    return AdultFile(
        wards,
        links,
        frozenset(line.link.id for line in links if _may_end(visit, line)),
        bool(visit.remit(Affair.APPOINTMENTS, Affair.COLLEAGUES)),
        page,
        last,
        bool(visit.remit(Affair.PEOPLE)) and is_local(row),
        may_correct(session, Desk.of(visit.viewer), row, visit.now),
    )


def _may_end(visit: Visit, line: LinkLine) -> bool:
    """Whether the button that ends a link is offered; whether it may be is asked again when it is pressed."""
    link = line.link
    where = visit.remit(affair_of(Role(link.role)))
    if link.student_id is not None:
        return bool(where)
    return where.district or link.school_id in where.schools
