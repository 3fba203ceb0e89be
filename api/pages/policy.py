"""The policy in force: what the district has said of its own rules, and every parameter with its value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from api.actions.policy_records import in_force_in
from api.pages import office_words, policy_words
from api.pages.blueprint import Visit, pages, staff_only
from api.pages.parameter_words import GROUPS, value_words
from mastery.methods import METHODS
from mastery.offices import Affair, reach
from mastery.passwords import SHORTEST, SHORTEST_OF_STAFF
from mastery.policy_records import InForce, Level, Signed, coming_later, counting, policy_of
from mastery.retention_schedule import GRACE, SCHEDULE, Rule, in_force, to_come
from mastery.sign_in import PasswordSignIn
from models.identity import IdentityProvider
from models.policy_records import Told, records_of
from models.queries_identity import password_policy, providers
from models.queries_policy import (
    HoldLine,
    NamesRule,
    NoticeLine,
    ScoreRule,
    holds_seen,
    names_rule,
    notices_seen,
    score_rules,
)
from models.retention_store import signed_rules


@dataclass(frozen=True, slots=True)
class Line:
    """A parameter: its name, what it means, its value as people read it, and who set it where that is no default."""

    name: str
    words: str
    value: str
    level: Level | None


@dataclass(frozen=True, slots=True)
class Said:
    """What the district says of its own rules; `holds` and their number are None for who does not answer for them.

    So are `notices`, of families who are to be told before a record is deleted. `rules` are the parameters that were
    set and count at their own place, `rules_coming` those of days to come. `may_set_names`, `may_sign` and `may_set`
    say which of the acts about them are the person's.
    """

    kept: Sequence[Rule]
    coming: Sequence[Rule]
    holds: tuple[Sequence[HoldLine], int] | None
    notices: tuple[Sequence[NoticeLine], int] | None
    names: NamesRule | None
    passwords: PasswordSignIn
    providers: Sequence[IdentityProvider]
    scores: Sequence[ScoreRule]
    rules: Sequence[Told]
    rules_coming: Sequence[Told]
    may_set_names: bool
    may_sign: bool
    may_set: bool


@pages.get("/policy")
@staff_only
def policy(visit: Visit) -> ResponseReturnValue:
    """Every rule as it is now: the district's own, with why and since when, and those that can be tuned."""
    records = records_of(visit.session, visit.district_id)
    found = in_force_in(records, visit.today)
    groups = [(title, [_line(found[name], str(words)) for name, words in lines.items()]) for title, lines in GROUPS]
    return render_template(
        "policy.html",
        visit=visit,
        said=_said(visit, records),
        groups=groups,
        version=policy_of(found).version,
        titles=_titles(),
        grace=GRACE.days,
        shortest=(SHORTEST, SHORTEST_OF_STAFF),
        say=policy_words,
        office=office_words,
    )


def _line(one: InForce, words: str) -> Line:
    level = None if one.by is None else one.by.level
    return Line(one.parameter, words, value_words(one.parameter, one.value), level)


def _said(visit: Visit, records: Sequence[Told]) -> Said:
    session, district = visit.session, visit.district_id
    signed = signed_rules(session, district)
    rules = in_force(signed, visit.today)
    return Said(
        kept=[rules[one.kind] for one in SCHEDULE],
        coming=to_come(signed, visit.today),
        holds=_holds(visit),
        notices=_notices(visit),
        names=names_rule(session, district),
        passwords=password_policy(session, district),
        providers=providers(session, district, enabled_only=True),
        scores=score_rules(session, district),
        rules=_among(records, counting((one.signed for one in records), visit.today)),
        rules_coming=_among(records, coming_later((one.signed for one in records), visit.today)),
        may_set_names=visit.remit(Affair.PEOPLE).district,
        may_sign=visit.remit(Affair.RETENTION).district,
        may_set=visit.remit(Affair.POLICY).district,
    )


def _among(records: Sequence[Told], chosen: Iterable[Signed]) -> Sequence[Told]:
    by_number = {one.signed.number: one for one in records}
    return [by_number[one.number] for one in chosen]


def _holds(visit: Visit) -> tuple[Sequence[HoldLine], int] | None:
    where = visit.remit(Affair.RETENTION, Affair.ORDERS)
    if not where:
        return None
    named = reach(visit.viewer, visit.now).students
    lines, total = holds_seen(visit.session, visit.district_id, where, named, visit.now, visit.today)
    visit.seen.update(line.student_id for line in lines if line.student_id is not None)
    return lines, total


def _notices(visit: Visit) -> tuple[Sequence[NoticeLine], int] | None:
    """For who answers for the end of records, and, by name, for who sees every class of data of these students."""
    where, named = visit.remit(Affair.RETENTION, Affair.INSPECTIONS), visit.remit(Affair.INSPECTIONS)
    if not where:
        return None
    lines, total = notices_seen(visit.session, visit.district_id, where, named, visit.zone)
    visit.seen.update(line.student_id for line in lines if line.student_id is not None)
    return lines, total


def _titles() -> Mapping[str, str]:
    """What score rules are called, by exact name."""
    return {name: str(gettext(method.title)) for name, method in METHODS.items()}
