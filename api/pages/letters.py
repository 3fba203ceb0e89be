"""Letters with a code: the school's office chooses for whom, makes them, and prints them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from api.actions.letters import Letter, make_letters
from api.catalogues import catalogues
from api.pages.blueprint import PAGE_SIZE, View, Visit, last_page, page_number, pages, signed_in
from api.pages.language import region
from api.pages.qr import Qr, qr
from api.pages.whole_numbers import number_of
from api.security.guards import declare
from api.services import services
from mastery.letters import Group, letters_of, may_make_letters, opens_group
from mastery.offices import Affair
from models.audit import by_person
from models.queries_letters import (
    Place,
    Recipient,
    Scope,
    list_recipients,
    one_recipient,
    schools_of,
    sections_of_school,
    without_account,
)
from models.queries_people import district_name

# at once: more take long to make, and to print
MOST = 200

GROUPS: dict[Group, LazyString] = {
    Group.GUARDIANS: _l("Parents and guardians"),
    Group.STUDENTS: _l("Students"),
    Group.STAFF: _l("Staff"),
}


def office_only(view: View) -> View:
    """A page for whoever may make letters; for others it does not exist."""

    @wraps(view)
    def guarded(visit: Visit, **arguments: object) -> ResponseReturnValue:
        if not may_make_letters(visit.viewer):
            abort(404)
        return view(visit, **arguments)

    return declare(signed_in(guarded), "person: may make letters")


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen on the page: one of the viewer's schools, a section of it or none, and a group."""

    schools: Sequence[Place]
    school: Place | None
    sections: Sequence[Place]
    section: Place | None
    groups: Sequence[Group]
    group: Group

    @property
    def scope(self) -> Scope | None:
        """The same for queries; None before a school is chosen."""
        return Scope(self.school.id, self.section.id if self.section else None, self.group) if self.school else None


def _choice(visit: Visit, told: Callable[[str], str | None]) -> Choice:
    """What the address or a form chooses; 404 for what is not the viewer's. Of one school there is no choice."""
    schools = schools_of(visit.session, visit.viewer)
    school = _named(schools, told("school")) or (schools[0] if len(schools) == 1 else None)
    sections = sections_of_school(visit.session, visit.district_id, school.id) if school else []
    groups = [one for one in Group if school is None or opens_group(visit.viewer, one, school.id)]
    group = told("group") or groups[0]
    if group not in groups:
        abort(404)
    return Choice(schools, school, sections, _named(sections, told("section")), groups, Group(group))


def _named(places: Iterable[Place], key: str | None) -> Place | None:
    if not key:
        return None
    found = next((one for one in places if str(one.id) == key), None)
    return found or abort(404)


@pages.get("/letters")
@office_only
def letters(visit: Visit) -> ResponseReturnValue:
    """Who of a school or a section has an account, a letter, or neither."""
    choice, page = _choice(visit, request.args.get), page_number()
    people: Sequence[Recipient] = ()
    total = missing = 0
    if choice.scope is not None:
        people, total, missing = list_recipients(
            visit.session, visit.viewer, choice.scope, visit.today, services().stopwatch(), PAGE_SIZE,
            (page - 1) * PAGE_SIZE,
        )  # fmt: skip
    return render_template(
        "letters.html",
        visit=visit,
        choice=choice,
        groups={one: GROUPS[one] for one in choice.groups},
        people=people,
        total=total,
        missing=missing,
        most=MOST,
        whole_district=letters_of(visit.viewer).district,
        page=page,
        last_page=last_page(page, total),
    )


@pages.post("/letters")
@office_only
def print_letters(visit: Visit) -> ResponseReturnValue:
    """Make letters for a person, or for all of the choice who have neither account nor letter; shown this once."""
    choice, now = _choice(visit, request.form.get), services().stopwatch()
    if choice.scope is None:
        abort(404)
    if asked := request.form.get("person"):
        person = number_of(asked)
        if person is None:
            abort(404)
        one = one_recipient(visit.session, visit.viewer, choice.scope, visit.today, now, person)
        recipients = [one] if one is not None else abort(404)
    else:
        recipients = list(without_account(visit.session, visit.viewer, choice.scope, visit.today, now, MOST))
    school, section = choice.scope.school_id, choice.scope.section_id
    back = url_for("pages.letters", school=school, section=section, group=choice.group)
    return _printed(visit, recipients, choice.group, choice.school.name if choice.school else "", back)


def one_letter(visit: Visit, person_id: int, group: Group, school: str) -> ResponseReturnValue | None:
    """A letter for somebody whose account the viewer keeps, to be printed; None where they may have none from here."""
    now = services().stopwatch()
    recipient = one_recipient(visit.session, visit.viewer, None, visit.today, now, person_id)
    if recipient is None:
        return None
    return _printed(visit, [recipient], group, school, url_for("pages.office_person", person_id=person_id))


def _printed(
    visit: Visit, recipients: Sequence[Recipient], group: Group, school: str, back: str
) -> ResponseReturnValue:  # fmt: skip
    """New letters, which are shown this once."""
    made = make_letters(
        visit.session, visit.district_id, recipients, by_person(visit.viewer.person),
        services().installation.secret_key, services().stopwatch(), visit.zone, families=visit.remit(Affair.ORDERS),
    )  # fmt: skip
    address = services().installation.public_url or request.host_url.rstrip("/")
    sheets = [sheet(one, group, address) for one in made]
    heading = Heading(district_name(visit.session, visit.district_id), school)
    visit.session.commit()
    return render_template("letters_print.html", visit=visit, sheets=sheets, heading=heading, back=back)


@dataclass(frozen=True, slots=True)
class Heading:
    """Whom letters are from."""

    district: str
    school: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A letter as it is printed: its text in each language that is needed."""

    name: str
    wards: tuple[str, ...]
    code: str
    picture: Qr
    texts: Sequence[tuple[str, Markup]]


def sheet(letter: Letter, group: Group, address: str) -> Sheet:
    """A letter for print; in the language of its person where that is known, else in all there are."""
    known = letter.recipient.language
    texts = []
    for language in [known] if known in catalogues() else list(catalogues()):
        with force_locale(region(str(language))):
            text = render_template("_letter.html", letter=letter, group=group.value, address=f"{address}/activate")
        texts.append((str(language), Markup(text)))
    return Sheet(
        letter.recipient.name, letter.wards, letter.code, qr(f"{address}/activate/{letter.code}"), texts
    )  # fmt: skip
