"""The words of drafts and versions of the graph: what changed, what was entered, and why something can not be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.actions.graph_draft import Draft, HeirInUseError
from api.actions.graph_preview import Moves
from api.pages.words import STATES
from mastery.body.words import State
from mastery.graph import CycleError, Graph, Strength
from mastery.graph.draft import Add, DraftError, Edit, Move, Order, Refusal, Replace, Reword
from mastery.graph.versions import Change, ChangeKind

ORIGINS: dict[str, Any] = {
    "beginning": _l("what was there before"),
    "import": _l("a file that was brought in"),
    "command": _l("a command on the server"),
    "draft": _l("a draft"),
}
KINDS: dict[ChangeKind, Any] = {
    ChangeKind.ADDED: _l("%(targets)s is new"),
    ChangeKind.REPLACED: _l("%(others)s takes the place of %(targets)s, with all the work on it"),
    ChangeKind.SPLIT: _l("%(targets)s is split: %(others)s"),
    ChangeKind.MERGED: _l("%(targets)s become one: %(others)s"),
    ChangeKind.ENDED: _l("%(targets)s ends, and nothing takes its place"),
    ChangeKind.REWORDED: _l("%(targets)s has other words"),
    ChangeKind.DEMAND: _l("%(targets)s asks for something else"),
    ChangeKind.MOVED: _l("%(targets)s belongs to %(others)s"),
    ChangeKind.PREREQUISITE_ADDED: _l("%(others)s comes before %(targets)s"),
    ChangeKind.PREREQUISITE_REMOVED: _l("%(others)s does not come before %(targets)s any more"),
    ChangeKind.HARDENED: _l("%(others)s has to be mastered before %(targets)s"),
    ChangeKind.SOFTENED: _l("%(others)s helps with %(targets)s, and is not needed for it any more"),
    ChangeKind.RELATED: _l("How %(targets)s and %(others)s relate is told differently"),
}
STRENGTHS: dict[str, Any] = {
    Strength.HARD: _l("needed: it has to be mastered first"),
    Strength.SOFT: _l("helpful: it is better done first"),
    "": _l("not any more"),
}
_REFUSED: dict[Refusal, Any] = {
    Refusal.GONE: _l("%(about)s is not there any more."),
    Refusal.ENDED: _l("%(about)s has ended."),
    Refusal.KNOWN: _l("%(about)s: another target has this code, or nearly this one."),
    Refusal.EMPTY: _l("%(about)s: say what the student can do."),
    Refusal.PUBLISHERS: _l("%(about)s is not the district’s own: its words and its place come with a file."),
    Refusal.NO_TARGET: _l("%(about)s only groups others: it can neither end nor take a place."),
    Refusal.BELOW_ITSELF: _l("%(about)s would belong to itself."),
    Refusal.SAME: _l("%(about)s is so already."),
    Refusal.ACROSS: _l("%(about)s is of another subject."),
    Refusal.MANY_TO_MANY: _l("%(about)s: name one that ends, or one that takes the place."),
    Refusal.HEIR_TAKEN: _l("%(about)s has taken the place of another target already."),
    Refusal.TWICE: _l("%(about)s: the draft already says what becomes of it."),
    Refusal.HAS_BELOW: _l("%(about)s has something below it. Move that first."),
}


def change(one: Change, graph: Graph) -> str:
    """A change as a sentence."""
    return str(KINDS[one.kind]) % {"targets": labels(graph, one.targets), "others": labels(graph, one.others)}


def before(one: Change) -> str:
    """What there was before a change, as a cell of a table."""
    return str(STRENGTHS[one.was]) if one.kind in _ORDER and one.was else one.was


def after(one: Change, graph: Graph) -> str:
    """What there is after it."""
    if one.kind in _ORDER:
        return str(STRENGTHS[one.now])
    return one.now or labels(graph, one.others)


_ORDER = frozenset(
    {
        ChangeKind.PREREQUISITE_ADDED, ChangeKind.PREREQUISITE_REMOVED, ChangeKind.HARDENED, ChangeKind.SOFTENED,
    }
)  # fmt: skip


def entered(edit: Edit, graph: Graph) -> str:
    """What was entered, as a sentence."""
    match edit:
        case Add(node, parent):
            return _("New: %(target)s below %(parent)s", target=node.label, parent=labels(graph, [parent]))
        case Reword(target, _statement):
            return _("Other words for %(target)s", target=labels(graph, [target]))
        case Move(target, parent):
            return _("%(target)s belongs to %(parent)s", target=labels(graph, [target]), parent=labels(graph, [parent]))
        case Order(first, second, strength):
            return _(
                "%(before)s before %(after)s: %(how)s",
                before=labels(graph, [first]), after=labels(graph, [second]), how=STRENGTHS[strength or ""],
            )  # fmt: skip
        case Replace(old, new):
            return _("%(new)s in the place of %(old)s", new=labels(graph, new), old=labels(graph, old))
    return _("%(target)s ends", target=labels(graph, [edit.target]))


def statement(edit: Edit) -> str:
    """The words that were entered for families to read, if any; they are the district's own, in English."""
    match edit:
        case Add(node, _parent):
            return node.statement
        case Reword(_target, said):
            return said
    return ""


def tells_words(one: Change) -> bool:
    """Whether what there is before and after a change are the district's own words."""
    return one.kind in (ChangeKind.ADDED, ChangeKind.REWORDED)


def labels(graph: Graph, guids: Sequence[str]) -> str:
    """What people call some nodes."""
    return ", ".join(graph.label(one) if one in graph.nodes else one for one in guids)


def refused(error: DraftError | CycleError | HeirInUseError) -> str:
    """Why something can not be in the draft."""
    if isinstance(error, CycleError):
        steps = ", ".join(f"{first} → {second}" for first, second in error.steps)
        return _("That would go round in a circle: %(steps)s.", steps=steps)
    if isinstance(error, HeirInUseError):
        return _("%(target)s is in use already. Name a new target, or let both become one new one.", target=error.about)
    return str(_REFUSED[error.why]) % {"about": error.about}


def not_published(why: str, draft: Draft) -> str:
    """Why the draft was not published."""
    if why == "changed":
        return _("Somebody changed the draft or the targets meanwhile. Please look at it again.")
    if why == "term" and draft.term is not None:
        return _("A term runs. What is marked waits until it is over.")
    if why == "title":
        return _("Say in a sentence what changes.")
    return _("There is nothing that can be published.")


def state(one: State | None) -> str:
    """A state as the preview says it."""
    return _("nothing") if one is None else str(STATES[one].word)


def then(move: Moves, graph: Graph) -> str:
    """What there is after publishing."""
    if move.now is not None and move.instead:
        return _("%(state)s, on %(targets)s", state=state(move.now), targets=labels(graph, move.instead))
    if move.now is not None:
        return state(move.now)
    if move.instead:
        return _("stays as it is; the work goes on with %(targets)s", targets=labels(graph, move.instead))
    return _("stays as it is; the work on it ends")
