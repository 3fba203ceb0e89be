"""The forms of a draft of the graph: each reads what a person types, by codes, as something to enter."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import BooleanField, Field, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from api.actions.graph import GraphError, NewTarget
from api.actions.graph_draft import Draft, drafted_node, new_target
from api.actions.graph_publish import LONGEST_TITLE
from api.pages.graph_words import STRENGTHS
from api.pages.office_forms import ActForm, add_error
from mastery.graph import Strength
from mastery.graph.draft import Edit, End, Move, Order, Replace, Reword

_LONGEST_CODE, _LONGEST_CODES, _LONGEST_STATEMENT = 255, 1000, 2000
_TOO_LONG = _l("Say it in at most %(max)d characters.")
_DEPTHS = ("", "1", "2", "3", "4")


def _code(label: object, longest: int = _LONGEST_CODE) -> StringField:
    return StringField(label, [DataRequired(_l("Give a code.")), Length(max=longest, message=_TOO_LONG)])


def _words() -> TextAreaField:
    return TextAreaField(
        _l("What can the student do? Families read this."),
        [DataRequired(_l("Say what the student can do.")), Length(max=_LONGEST_STATEMENT, message=_TOO_LONG)],
    )


class DraftForm(ActForm):
    """Something to enter in the draft."""

    @abstractmethod
    def edit(self, session: Session, draft: Draft, now: datetime) -> Edit | None:
        """What was typed; None, and a field says why, where it means nothing."""

    def node(self, field: Field, draft: Draft) -> str:
        """The GUID of the node that a field names; an empty one, and the field says why, where it names none."""
        return next(iter(self.nodes(field, draft, alone=True)), "")

    def nodes(self, field: Field, draft: Draft, *, alone: bool = False) -> tuple[str, ...]:
        """Those that a field names, parted by commas or spaces."""
        found = []
        for code in [field.data.strip()] if alone else [one for one in re.split(r"[,;\s]+", field.data) if one]:
            try:
                found.append(drafted_node(code, field.name, draft))
            except GraphError:
                add_error(field, _("%(code)s is the code of no target, or of several.", code=code))
        return tuple(found)


class AddForm(DraftForm):
    """A new target."""

    code = _code(_l("Code of the new target"))
    statement = _words()
    parent = _code(_l("Code of the standard that it belongs to"))
    dok = SelectField(
        _l("How deep must the work go? (depth of knowledge)"),
        choices=[SelectChoice(one, one or _l("any depth")) for one in _DEPTHS],
    )
    credit_bearing = BooleanField(_l("It counts toward credit, so that a teacher confirms it"))

    def edit(self, session: Session, draft: Draft, now: datetime) -> Edit | None:
        """The target with what it belongs to."""
        parent = self.node(self.parent, draft)
        if self.errors:
            return None
        dok = int(self.dok.data) if self.dok.data else None
        wanted = NewTarget(self.code.data.strip(), self.statement.data, (parent,), None, dok, self.credit_bearing.data)
        return new_target(session, draft.district, wanted, draft, now)


class RewordForm(DraftForm):
    """Other words."""

    target = _code(_l("Code of the target"))
    statement = _words()

    def edit(self, session: Session, draft: Draft, now: datetime) -> Edit | None:
        """The target with its words."""
        target = self.node(self.target, draft)
        return None if self.errors else Reword(target, self.statement.data)


class MoveForm(DraftForm):
    """Another parent."""

    target = _code(_l("Code of the target"))
    parent = _code(_l("Code of the standard that it belongs to"))

    def edit(self, session: Session, draft: Draft, now: datetime) -> Edit | None:
        """The target with what it belongs to."""
        target, parent = self.node(self.target, draft), self.node(self.parent, draft)
        return None if self.errors else Move(target, parent)


class OrderForm(DraftForm):
    """What comes before what."""

    before = _code(_l("Code of the target that comes first"))
    after = _code(_l("Code of the target that comes after it"))
    strength = RadioField(
        _l("How strongly?"),
        [InputRequired(_l("Choose one."))],
        choices=[SelectChoice(str(one) or "none", words) for one, words in STRENGTHS.items()],
    )

    def edit(self, session: Session, draft: Draft, now: datetime) -> Edit | None:
        """Both with how strongly."""
        before, after = self.node(self.before, draft), self.node(self.after, draft)
        strength = None if self.strength.data == "none" else Strength(self.strength.data)
        return None if self.errors else Order(before, after, strength)


class ReplaceForm(DraftForm):
    """What takes the place of what."""

    old = _code(_l("Code of the target that ends, or of several"), _LONGEST_CODES)
    new = _code(_l("Code of the target that takes the place, or of several"), _LONGEST_CODES)

    def edit(self, session: Session, draft: Draft, now: datetime) -> Edit | None:
        """Both sides."""
        old, new = self.nodes(self.old, draft), self.nodes(self.new, draft)
        return None if self.errors else Replace(old, new)


class EndForm(DraftForm):
    """What ends."""

    target = _code(_l("Code of the target that ends"))

    def edit(self, session: Session, draft: Draft, now: datetime) -> Edit | None:
        """The target."""
        target = self.node(self.target, draft)
        return None if self.errors else End(target)


class PublishForm(ActForm):
    """The title of a version."""

    title = StringField(
        _l("What changes, in a sentence? The staff reads this."),
        [DataRequired(_l("Say in a sentence what changes.")), Length(max=LONGEST_TITLE, message=_TOO_LONG)],
    )


FORMS: dict[str, tuple[Callable[[], DraftForm], object]] = {
    "add": (AddForm, _l("Add a target")),
    "reword": (RewordForm, _l("Give a target other words")),
    "move": (MoveForm, _l("Move a target")),
    "order": (OrderForm, _l("Say what comes before what")),
    "replace": (ReplaceForm, _l("Let a target take the place of another")),
    "end": (EndForm, _l("End a target")),
}
