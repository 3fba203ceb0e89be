"""On which form a test may be tried again (domain 2.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from mastery.body.words import Key
from mastery.numbers import exact
from mastery.reassessment.tries import in_time, sittings
from mastery.reassessment.words import FormRule, Try


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a test and its items, none where they are not known."""

    key: Key
    items: frozenset[Key] = frozenset()


def allowed(rule: FormRule, tries: Iterable[Try], forms: Iterable[Form]) -> tuple[Key, ...]:
    """The forms that are new enough, in their order. Where there is none, a teacher may approve another task."""
    known = {form.key: form for form in forms}
    last = _last_forms(rule, tries)
    return tuple(key for key in known if is_new(rule, known[key], last, known))


def is_new(rule: FormRule, form: Form, last: frozenset[Key], known: Mapping[Key, Form]) -> bool:
    """Whether a form is none of the last ones, and little of it stood in them."""
    if form.key in last or not form.items:
        return form.key not in last
    before = frozenset[Key]().union(*(known[key].items for key in last if key in known))
    return Fraction(len(form.items & before), len(form.items)) <= exact(rule.shared_at_most)


def repeats(rule: FormRule, one: Try, tries: Iterable[Try], forms: Iterable[Form] = ()) -> bool:
    """Whether a try was on a form that was not new enough after the tries before it: then it is practice."""
    before = [other for other in sittings(tries) if in_time(other) < in_time(one)]
    known = {form.key: form for form in forms}
    return not is_new(rule, known.get(one.form, Form(one.form)), _last_forms(rule, before), known)


def _last_forms(rule: FormRule, tries: Iterable[Try]) -> frozenset[Key]:
    """The forms of the last sittings, void ones too: what was seen was seen."""
    seen = [one.form for one in sittings(tries) if one.seen != 0]
    return frozenset(seen[-rule.apart :] if rule.apart else ())
