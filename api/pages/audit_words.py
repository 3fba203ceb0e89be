"""What an act on record was about, in words: whom, as what, which place, program or rule. The students stand beside it.

Nothing is said that the reader may not know: no adult of other places, no student of others, and of guardians and
court orders only to who answers for these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from api.pages import (
    access_words,
    calendar_words,
    grade_words,
    office_words,
    policy_words,
    record_words,
    test_words,
    voice_words,
)
from api.pages.blueprint import Visit
from api.pages.disclosure_words import GROUNDS
from api.pages.flag_cards import DISMISS_REASONS
from api.pages.methods import primary_words
from api.pages.parameter_words import value_words
from api.pages.revocation_words import STEPS
from mastery.access import Scope
from mastery.audit import Act, Actor
from mastery.flags.life import DismissReason, FlagEvent
from mastery.offices import Affair, Remit
from mastery.policy_parameters import stored_value
from models.queries_audit_names import Mentioned, mentioned
from models.queries_record import Entry
from models.subject_choices import ChoiceKind

_MOST_NAMED = 3

FLAG_ACTS: dict[str, Any] = {
    FlagEvent.ACKNOWLEDGE: _l("somebody is on it"),
    FlagEvent.DISMISS: _l("dismissed"),
    FlagEvent.TAKE_BACK: _l("taken back"),
}
FILES: dict[str, Any] = {
    "complete_record": _l("the complete record"),
    "audit": _l("the list of who did what"),
    "district": _l("all that the district has"),
    "access_report": _l("what one account or program was shown"),
    "grades": _l("the printed grades of a term"),
}


class AuditWords:
    """The words for some events, of which all names are loaded at once."""

    def __init__(self, visit: Visit, found: Sequence[Entry]) -> None:
        self._where = visit.remit(Affair.RECORD)
        self._knows_orders = _within(self._where, visit.remit(Affair.ORDERS))
        details = [one.detail for one in found]
        self._named = mentioned(visit.session, visit.district_id, self._where, details, visit.now, visit.today)

    def about(self, entry: Entry) -> str:
        """What an event was about beyond its students; empty where there is nothing to say."""
        say = _SAID.get(entry.act)
        return "" if say is None else say(_Told(entry, self._named, self._where, self._knows_orders))


def _within(asked: Remit, known: Remit) -> bool:
    return known.district or (not asked.district and asked.schools <= known.schools)


class _Told:
    """One event with what its reader may know."""

    def __init__(self, entry: Entry, named: Mentioned, where: Remit, knows_orders: bool) -> None:
        self.entry, self.detail, self.named = entry, entry.detail, named
        self.knows_orders = knows_orders
        self.school = named.schools_of_links.get(self.detail.get("link", 0))
        self._near = bool(entry.students) or where.covers_school(self.school)

    def person(self, key: int | None) -> str:
        """Somebody by name, where the reader may know whom."""
        known = self.named.people.get(key or 0) if self._near or key in self.named.own else None
        return known or _("somebody not known")

    def other(self, kind: str, key: object) -> str:
        """A place, program, service, assessment or target by name."""
        return str(self.named.others[kind].get(key, _("one that is gone")))

    def listed(self, names: Sequence[str]) -> str:
        """A list of at most a few, and how many more."""
        more = len(names) - _MOST_NAMED
        shown = list(names[:_MOST_NAMED])
        return access_words.listed([*shown, _("%(number)s more", number=more)] if more > 0 else shown)


def _tie(told: _Told) -> str:
    detail = told.detail
    if "guardian" in detail:
        return _guardian(told)
    if "person" not in detail:
        return ""
    role = record_words.said(access_words.CAPACITIES, detail.get("role", ""))
    name = told.person(detail["person"])
    match detail.get("scope"):
        case Scope.SCHOOL:
            return _("%(name)s as %(role)s at %(place)s", name=name, role=role, place=told.other("school", told.school))
        case Scope.DISTRICT:
            return _("%(name)s as %(role)s of the whole district", name=name, role=role)
    return _("%(name)s as %(role)s", name=name, role=role)


def _guardian(told: _Told) -> str:
    """Who is a guardian, or was restricted, is for who answers for court orders alone."""
    detail = told.detail
    if not told.knows_orders or "guardian" not in detail:
        return ""
    name = told.person(detail["guardian"])
    if "restricts" in detail:
        return f"{name}: {office_words.restrictions_said(detail['restricts'])}"
    if "order" in detail:
        return name
    if "beyond_age" in detail:
        return _("%(name)s, after the 18th birthday", name=name)
    return _("%(name)s as guardian", name=name)


def _consent(told: _Told) -> str:
    if "recipient" not in told.detail:
        return ""
    name, classes = told.person(told.detail["recipient"]), told.detail.get("classes")
    return _("for %(name)s: %(what)s", name=name, what=access_words.classes_said(classes)) if classes else name


def _whom(told: _Told) -> str:
    """Whom an act was done to, unless it was the actor or stands among the students."""
    whom = told.named.whom(told.detail)
    if whom is None or whom in {key for key, _named in told.entry.students}:
        return ""
    name = told.person(whom)
    return "" if told.entry.actor == Actor.PERSON and name == told.entry.by else name


def _letters(told: _Told) -> str:
    beside = {key for key, _named in told.entry.students}
    return told.listed([told.person(key) for key in told.detail.get("people", ()) if key not in beside])


def _change_of_person(told: _Told) -> str:
    detail, whom = told.detail, _whom(told)
    if "household" in detail:
        change = _("left a home") if "left" in detail else _("a home")
    elif "protected" in detail:
        change = _("protected address") if detail["protected"] else _("address protected no longer")
    elif "directory_opt_out" in detail:
        change = _("no directory information") if detail["directory_opt_out"] else _("directory information again")
    elif "display_name_to_family" in detail:
        change = _("which name the family gets")
    elif "ended" in detail:
        change = _("not here any more")
    else:
        change = _("new here")
    return f"{whom}: {change}" if whom else change


def _program(told: _Told) -> str:
    return _("“%(name)s”", name=told.other("client", told.detail.get("client")))


def _provider(told: _Told) -> str:
    if "password_sign_in" in told.detail:
        return _("whose password counts")
    return _("“%(name)s”", name=told.other("provider", told.detail.get("provider")))


def _export(told: _Told) -> str:
    return record_words.said(FILES, told.detail.get("what", ""))


def _disclosed(told: _Told) -> str:
    return access_words.classes_said(told.detail.get("classes", ()))


def _disclosure_entered(told: _Told) -> str:
    """Of what an order seals nothing is said."""
    if "ground" not in told.detail:
        return ""
    ground = record_words.said(GROUNDS, told.detail["ground"])
    return f"{ground}: {_disclosed(told)}"


def _signed(told: _Told) -> str:
    targets = [told.other("target", key) for key in told.detail.get("targets", ())]
    return f"{record_words.said(record_words.KINDS, told.detail.get('kind', ''))}: {told.listed(targets)}"


def _flags(told: _Told) -> str:
    done = record_words.said(FLAG_ACTS, told.detail.get("event", ""))
    reason = told.detail.get("reason")
    if reason is None:
        return done
    why = _("another reason") if reason == DismissReason.OTHER else record_words.said(DISMISS_REASONS, reason)
    return f"{done}: {why}"


def _amendment(told: _Told) -> str:
    if "step" in told.detail:
        return record_words.said(record_words.STEPS, told.detail["step"])
    return record_words.said(record_words.CONTESTED, told.detail.get("contested", ""))


def _revocation(told: _Told) -> str:
    step = told.detail.get("step", "")
    done = _("Proposed") if step == "propose" else record_words.said(STEPS, step)
    targets = [told.other("target", key) for key in told.detail.get("targets", ())]
    return _("taking mastery away, %(step)s: %(targets)s", step=done, targets=told.listed(targets))


def _own_words(told: _Told) -> str:
    return record_words.said(record_words.OWN_WORDS, told.detail.get("kind", ""))


def _voice(told: _Told) -> str:
    if "step" in told.detail:
        return record_words.said(voice_words.STEPS, told.detail["step"])
    return record_words.said(voice_words.KINDS, told.detail.get("kind", ""))


def _artefact(told: _Told) -> str:
    kind, digest = told.detail.get("kind"), str(told.detail.get("sha256", ""))
    return f"{kind} {digest[:12]}" if kind else ""


def _kept(told: _Told) -> str:
    kind = told.detail.get("what", told.detail.get("kind"))
    return _("records of every kind") if kind is None else record_words.said(policy_words.KINDS, kind)


def _hold(told: _Told) -> str:
    return _kept(told) if "kind" in told.detail else ""


def _rule(told: _Told) -> str:
    detail = told.detail
    if "organization" in detail:
        name = told.other("organization", detail["organization"])
        return (
            _("the partner %(name)s, no longer", name=name)
            if "ended" in detail
            else _("the partner %(name)s", name=name)
        )
    if "school" in detail:
        return _(
            "%(place)s: time zone %(zone)s", place=told.other("school", detail["school"]), zone=detail["time_zone"]
        )
    if "names.parent_view" in detail:
        view = record_words.said(policy_words.VIEWS, detail["names.parent_view"])
        return _("the name that families get: %(what)s", what=view)
    say = _RULES.get(detail.get("what", ""))
    return "" if say is None else say(told)


def _calendar(told: _Told) -> str:
    detail, place = told.detail, told.other("school", told.detail.get("school"))
    if "day" in detail:
        kind = record_words.said(calendar_words.KINDS, detail["kind"])
        return f"{place}, {_day(detail['day'])}: {kind}"
    first, last = _day(detail["first"]), _day(detail["last"])
    return _("%(place)s: a file of %(first)s to %(last)s", place=place, first=first, last=last)


def _day(text: str) -> str:
    return office_words.calendar_day(date.fromisoformat(text))


def _retention(told: _Told) -> str:
    kind = record_words.said(policy_words.KINDS, told.detail["kind"])
    return _("how long is kept: %(what)s, %(span)s", what=kind, span=told.detail["keep"])


def _parameter(told: _Told) -> str:
    name, value = told.detail["parameter"], told.detail["value"]
    said = _("nothing of its own any more") if value is None else value_words(name, stored_value(name, value))
    return _("the rule “%(what)s”: %(value)s", what=policy_words.parameter_words(name), value=said)


def _cut_scores(told: _Told) -> str:
    title = told.other("assessment", told.detail["assessment"])
    return _("cut scores of “%(name)s”, number %(version)s", name=title, version=told.detail["version"])


def _retake_rule(told: _Told) -> str:
    title, preset = told.other("assessment", told.detail["assessment"]), told.detail["preset"]
    rule = record_words.said(test_words.PRESETS, preset)
    return _("trying “%(name)s” again: %(rule)s", name=title, rule=rule)


def _window(told: _Told) -> str:
    title = told.other("assessment", told.detail.get("assessment"))
    return f"“{title}”: {record_words.said(test_words.WINDOW_STEPS, told.detail.get('step', ''))}"


def _test_step(told: _Told) -> str:
    title = told.other("assessment", told.detail.get("assessment"))
    step = f"“{title}”: {record_words.said(test_words.STEPS, told.detail.get('step', ''))}"
    return _("%(step)s, although not ready", step=step) if told.detail.get("overrode") else step


def _methods(told: _Told) -> str:
    before, after = (primary_words(told.detail[when]["primary"]["name"]) for when in ("before", "after"))
    return _("what %(subject)s goes by: %(before)s, now %(after)s", **_subject(told), before=before, after=after)


def _calibration(told: _Told) -> str:
    before, after = (told.detail[when]["version"] for when in ("before", "after"))
    return _("the calibration of %(subject)s: %(before)s, now %(after)s", **_subject(told), before=before, after=after)


def _subject(told: _Told) -> Mapping[str, str]:
    return {"subject": told.detail["subject"]}


def _graph(told: _Told) -> str:
    return _("the learning targets and what comes before what, version %(version)s", version=told.detail["version"])


def _grade_rule(told: _Told) -> str:
    place = record_words.said(grade_words.LEVELS, told.detail["level"])
    return _("the rule for grades of %(place)s, from %(day)s", place=place, day=_day(told.detail["from"]))


def _priority(told: _Told) -> str:
    number = len(told.detail["marked"])
    return ngettext(
        "which targets are priority, from %(day)s: %(num)d target",
        "which targets are priority, from %(day)s: %(num)d targets",
        number,
        day=_day(told.detail["from"]),
    )


def _course(told: _Told) -> str:
    return _("what the course %(name)s needs, from %(day)s", name=told.detail["course"], day=_day(told.detail["from"]))


_RULES: dict[str, Callable[[_Told], str]] = {
    "grade_rule": _grade_rule,
    "priority": _priority,
    "course": _course,
    "retention": _retention,
    "cut_scores": _cut_scores,
    "retake_rule": _retake_rule,
    "parameter": _parameter,
    "graph": _graph,
    ChoiceKind.METHODS: _methods,
    ChoiceKind.CALIBRATION: _calibration,
}
_SAID: dict[str, Callable[[_Told], str]] = {
    **dict.fromkeys((Act.GRANT, Act.REVOKE, Act.SUPPORT_BEGUN), _tie),
    **dict.fromkeys((Act.ORDER_FILED, Act.ORDER_LIFTED), _guardian),
    **dict.fromkeys((Act.CONSENT_GIVEN, Act.CONSENT_WITHDRAWN), _consent),
    **dict.fromkeys((Act.CLIENT_MADE, Act.CLIENT_ROTATED, Act.CLIENT_REVOKED), _program),
    **dict.fromkeys((Act.DECISION, Act.OVERRIDE), _signed),
    Act.REVOCATION: _revocation,
    **dict.fromkeys((Act.AMENDMENT_ASKED, Act.AMENDMENT_DECIDED, Act.STATEMENT_ATTACHED), _amendment),
    **dict.fromkeys((Act.OWN_WORDS_SAID, Act.OWN_WORDS_WITHDRAWN), _own_words),
    **dict.fromkeys((Act.STUDENT_TOLD, Act.STUDENT_ANSWERED), _voice),
    Act.ARTEFACT_ADDED: _artefact,
    **dict.fromkeys((Act.HOLD_PLACED, Act.HOLD_LIFTED), _hold),
    **dict.fromkeys(
        (
            Act.ACCOUNT_MADE, Act.ACCOUNT_DISABLED, Act.ACCOUNT_ENABLED, Act.PASSWORD_SET, Act.SECOND_FACTOR_REMOVED,
            Act.RECOVERY_ASKED, Act.IDENTITY_LINKED, Act.SIGN_IN_REFUSED, Act.SESSION_ENDED, Act.SUPPORT_ENDED,
        ),
        _whom,
    ),
    Act.LETTER_MADE: _letters,
    Act.PERSON_CHANGED: _change_of_person,
    Act.PROVIDER_CHANGED: _provider,
    Act.EXPORT: _export,
    Act.DISCLOSURE: _disclosed,
    Act.DISCLOSURE_ENTERED: _disclosure_entered,
    Act.FLAG_CHANGED: _flags,
    Act.DELETED: _kept,
    Act.POLICY_CHANGED: _rule,
    Act.CALENDAR_CHANGED: _calendar,
    Act.WINDOW_CHANGED: _window,
    Act.TEST_STEP: _test_step,
}  # fmt: skip
