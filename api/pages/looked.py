"""Who has looked at a student and who received something: for the family, the student and the school."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from api.actions.consents import withdraw_consent
from api.actions.looking import FORMS_OF_OFFICE, NAMES_AND_HOMES
from api.actions.rights import holds_rights
from api.pages import access_words, disclosure_words, office_words, words
from api.pages.acts import kept, redirect_with
from api.pages.blueprint import PAGE_SIZE, Visit, about_student, last_page, page_number, pages, signed_in
from api.pages.family_access import family_of_age
from api.pages.my_path import path_url
from mastery.access import Basis
from mastery.access_matrix import Role
from mastery.access_questions import What, may
from mastery.audit import Act
from mastery.disclosures import reads_sealed
from mastery.households import reads_message
from mastery.roster import Role as Roster
from models.disclosures import Entered, entered_of
from models.links import Consent, Link
from models.queries_looked import RECEIVED, Look, capacities_of, looks_at
from models.queries_person import consents_of, links_to
from models.queries_student import student_head

_CORRECTIONS = _l("the requests for a correction")
_PLAN = _l("the page of plan and pace")
PAGES: dict[str, Any] = {
    **dict.fromkeys(("pages.voice", "pages.tell_voice"), _l("how the student says it goes")),
    **dict.fromkeys(FORMS_OF_OFFICE, _l("a form of the office")),
    **dict.fromkeys(NAMES_AND_HOMES, _l("the page of names and homes")),
    "pages.today": _l("the list of the day"),
    "pages.student": _l("the page of results"),
    "pages.explanation": _l("the results on one target"),
    "pages.student_map": _l("the map of targets"),
    "pages.my_path": _l("the path"),
    "pages.child_path": _l("the path"),
    "pages.checks": _l("the list of what to check again in a class"),
    "pages.class_page": _l("the page of the class"),
    "pages.office": _l("the list of what waits in the office"),
    "pages.office_search": _l("a search of the office"),
    "pages.office_person": _l("the page of the office"),
    "pages.link_person": _l("the form for linking an adult"),
    "pages.add_consent": _l("the form for a consent"),
    "pages.keep_programmes": _l("the page of special programs"),
    "pages.amendments": _CORRECTIONS,
    "pages.ask_amendment": _CORRECTIONS,
    **dict.fromkeys(
        ("pages.own_words", "pages.say_own_words", "pages.choose_next", "pages.change_own_words"),
        _l("the page of the student’s own words"),
    ),
    **dict.fromkeys(
        ("pages.revocation", "pages.waiting_revocations_page"), _l("what was said about taking a mastery away")
    ),
    **dict.fromkeys(("pages.paper", "pages.type_paper"), _l("results on paper, to type in")),
    "pages.competencies": _l("the page of competencies and courses"),
    "pages.grades": _l("the printed grades of the class"),
    "pages.class_pace": _l("the pace of the class"),
    "pages.student_pace": _PLAN,
    **dict.fromkeys(
        ("pages.set_own_dates", "pages.extend_time", "pages.say_pace", "pages.pause_plan", "pages.end_pause"), _PLAN
    ),
    **dict.fromkeys(
        ("pages.student_tests", "pages.act_on_test", "pages.tests_asked"), _l("the tests that one can ask for")
    ),
    **dict.fromkeys(
        (
            "pages.task",
            "pages.student_task",
            "pages.hand_in_task",
            "pages.rating",
            "pages.keep_rating",
            "pages.keep_talk",
            "pages.rating_file",
        ),
        _l("the scoring of work"),
    ),
    **dict.fromkeys(
        ("pages.student_work", "pages.add_work", "pages.state_work", "pages.keep_statement", "pages.work_file"),
        _l("the work that was handed in"),
    ),
    "pages.inspection": _l("the requests to see the whole record"),
    "pages.record_choice": _l("the page from which the complete record is given out"),
    "pages.record_print": _l("the complete record"),
    "pages.looked_at": _l("the page of who has looked"),
    "pages.office_record": _l("the list of who did what"),
    "pages.policy": _l("the rules in force"),
    "pages.graph_preview": _l("whom a change of the learning targets concerns"),
}
# what programs read, by route. A family is not told here that there is a flag.
READS: dict[str, Any] = {
    "students.get_students": _l("the list of students and their classes"),
    "students.get_targets": _l("where the student stands"),
    "students.get_explanation": _l("the results on one target"),
    "students.get_competencies": _l("competencies, courses and printed grades"),
    "students.get_next": _l("what may come next"),
    "students.get_policy": _l("which rules hold for the student"),
    "pace.get_student_pace": _l("the plan and the pace of the student"),
    "pace.get_section_pace": _l("the pace of the class"),
    "tests.get_test": _l("where the student is with a test"),
    "flags.get_flags": _l("information for teachers"),
    "results.get_result": _l("results that it had sent"),
}


@dataclass(frozen=True, slots=True)
class Day:
    """A day with the sentences of who did what."""

    title: str
    lines: Sequence[str]


@pages.get("/students/<int:student_id>/looked")
@about_student(What.WHO_LOOKED)
def looked_at(visit: Visit, student_id: int) -> ResponseReturnValue:
    """Who has looked, by day; and who may look beyond teachers and family, with the consents that it rests on."""
    page, family = page_number(), _is_family(visit)
    sealed = reads_sealed(visit.viewer, visit.subject, visit.now)
    rights = family and holds_rights(visit.session, visit.viewer, student_id, visit.now)
    found, total = looks_at(
        visit.session, visit.district_id, student_id, visit.zone, PAGE_SIZE, (page - 1) * PAGE_SIZE, family=family,
        sealed=sealed,
    )  # fmt: skip
    last = last_page(page, total)
    by_hand = _by_hand(visit, [one.entered for one in found if one.entered is not None], sealed=sealed)
    people = {one.person_id for one in found if one.person_id is not None}
    families = visit.asked is not None and may(visit.viewer, What.ORDERS, visit.asked, visit.now).allowed
    capacities = capacities_of(visit.session, visit.district_id, student_id, people, families=families)
    links = links_to(visit.session, visit.district_id, student_id)
    signed = consents_of(visit.session, visit.district_id, student_id, visit.viewer.person, families=families)
    consents = [one for one in signed if _stands(visit, one.consent)]
    return render_template(
        "looked.html",
        visit=visit,
        head=student_head(visit.session, visit.district_id, student_id, visit.name_use),
        days=[
            Day(
                _day(day),
                [by_hand.get(one.entered) or _line(visit, one, _who(one, capacities, families)) for one in some],
            )
            for day, some in _by_day(found)
        ],
        links=[line for line in links if _may_look(visit, line.link, {one.consent.id for one in consents})],
        consents=consents,
        signers={one.consent.id for one in consents if _tells_signer(visit, one.consent, rights, family)},
        rights=rights,
        guardians=family_of_age(visit),
        own=visit.viewer.person == student_id,
        family=family,
        back=path_url(visit, student_id) if family else url_for("pages.student", student_id=student_id),
        office=office_words,
        page=page,
        last_page=last,
    )


@pages.post("/consents/<int:consent_id>/withdraw")
@signed_in
def family_withdraws(visit: Visit, consent_id: int) -> ResponseReturnValue:
    """Withdraw a consent of one's own family."""
    with kept(visit):
        student = withdraw_consent(visit.session, visit.viewer, consent_id, visit.now)
    text = _("Withdrawn. What rests on it shows nothing from now on.")
    return redirect_with(text, "pages.looked_at", student_id=student)


def _by_hand(visit: Visit, keys: Collection[int], *, sealed: bool) -> dict[int | None, str]:
    """What the office entered, in sentences by key."""
    if not keys:
        return {}
    found = entered_of(visit.session, visit.district_id, visit.subject.student, sealed=sealed, keys=keys)
    return {one.row.id: _entered(one) for one in found}


def _entered(one: Entered) -> str:
    said = disclosure_words.said(one)
    return f"{said} {_('The family is not told of this.')}" if one.sealed else said


def _is_family(visit: Visit) -> bool:
    """Whether the viewer reads as the student or for the student, and does not work with them."""
    return visit.access.roles <= {Role.STUDENT, Role.PARENT}


def _tells_signer(visit: Visit, consent: Consent, rights: bool, family: bool) -> bool:
    """Whether the viewer is told who signed: one guardian is not told what another did."""
    # rights to the record are a student's own from the 18th birthday on
    return reads_message(visit.viewer.person, consent.signed_by, visit.subject.student, of_age=rights, works=not family)


def _may_look(visit: Visit, link: Link, consents: Collection[int]) -> bool:
    """Whether a link opens anything: it runs, and who is from outside has the family's consent."""
    running = link.revoked_at is None and (link.ends_at is None or link.ends_at > visit.now)
    agreed = link.role != Role.EXTERNAL_PROFESSIONAL or link.consent_id in consents
    return running and agreed and link.basis != Basis.EMERGENCY


def _stands(visit: Visit, consent: Consent) -> bool:
    return consent.withdrawn_at is None and consent.ends_at > visit.now


def _by_day(found: Sequence[Look]) -> list[tuple[date, list[Look]]]:
    return [(day, list(some)) for day, some in groupby(found, key=lambda one: one.day)]


def _day(day: date) -> str:
    return words.long_date(day)


def _line(visit: Visit, one: Look, who: str) -> str:
    at = words.clock_time(one.first, visit.zone)
    if one.program is not None:
        return _read(one, at)
    if one.act == RECEIVED:
        said = _(
            "%(time)s: %(who)s received: %(classes)s.",
            time=at,
            who=who,
            classes=access_words.classes_said(one.classes),
        )
        return f"{said} {_('What for: %(purpose)s', purpose=one.purpose)}" if one.purpose else said
    if one.act == Act.BREAK_GLASS:
        return _("%(time)s: %(who)s opened the record in an emergency. The school reviews this.", who=who, time=at)
    if one.act == Act.EXPORT:
        return _("%(time)s: %(who)s saved records as a file.", who=who, time=at)
    page = PAGES.get(one.page or "", _("another page"))
    return ngettext(
        "%(time)s: %(who)s opened %(page)s.",
        "%(time)s: %(who)s opened %(page)s, %(num)d times.",
        one.times,
        who=who,
        page=page,
        time=at,
    )


def _read(one: Look, at: str) -> str:
    """What a program read; how often is not known, since it is on record once an hour."""
    named = {"time": at, "name": one.program, "what": READS.get(one.page or "", _("other data"))}
    if one.times == 1:
        return _("%(time)s: the program “%(name)s” read %(what)s.", **named)
    return _("%(time)s: the program “%(name)s” read %(what)s, and again later that day.", **named)


def _who(one: Look, capacities: dict[int, str], families: bool) -> str:
    """Who looked and as what; a guardian is named to who may know the family alone."""
    name = one.person or _("Somebody")
    word = capacities.get(one.person_id or 0)
    if word == Roster.GUARDIAN and not families:
        return _("a guardian")
    role = office_words.ROSTER_ROLES.get(word or "") or access_words.CAPACITIES.get(word or "")
    more = [str(one_word) for one_word in (role, one.organization) if one_word]
    return f"{name} ({', '.join(more)})" if more else name
