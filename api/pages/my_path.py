"""My path: what a student works on, the one next thing, and who helps; for a guardian the same, per child."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup, escape

from api.actions.explain import Moment
from api.actions.path import Stage, StudentPath, TryAgain, student_path
from api.actions.rights import holds_rights
from api.pages import words
from api.pages.blueprint import Visit, about_student, pages
from api.pages.language import SOURCE, reader_language
from api.pages.methods import primary_words
from api.pages.own_words_view import own_words_of
from api.pages.partial import live_page
from api.pages.pathways_view import Way, WaysOf
from api.pages.reasons import family_missing, sayable
from api.pages.revocations import notices
from api.pages.texts import Said, fill, graph_of, statement
from api.pages.voice_view import kinds, latest, short
from mastery.access_questions import What
from mastery.decide import State
from mastery.path import Deed, Step, Why
from mastery.pathways import FIRST_SHOWN, Likes
from mastery.reassessment.again import Aim
from mastery.voice import Told
from models.graph_store import DistrictGraph
from models.queries_path import TeacherRow, teachers_of
from models.queries_pathways import ways_to
from models.queries_people import list_students
from models.queries_student import student_head
from models.queries_voice import voice_of
from models.target_texts import Text, stored_texts

_UNSETTLED = (State.NOT_STARTED, State.IN_PROGRESS)
_REASONS = {
    Why.RETRY: _l("Practice once more before the next try at the test."),
    Why.BEGUN: _l("This is under way, and closest to done."),
    Why.TEST_MISSING: _l("All that is missing here is a test."),
    Why.UNLOCKED: _l("All that this builds on is there. It is time for something new."),
    Why.TEACHER: _l("Only a teacher can go on with this one."),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One target of the path: what it says, where the student is, and the sentences of each answer.

    `ways` are those to learn it, best first; `told` is what the student said of it last. `primary`
    is what mastery goes by where that is not the model, whose estimate is told all the same.
    """

    stage: Stage
    statement: Said
    code: str | None
    look: words.Look
    missing: Sequence[Markup]
    again: Sequence[str]
    retry: bool
    improve: str | None
    helpers: Sequence[str]
    ways: Sequence[Way] = ()
    told: Sequence[str] = ()
    primary: str | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """The one next thing: its card, why, and the ten minutes; `title` says what kind of thing it is."""

    card: Card
    deed: Deed
    title: str
    reason: Markup
    task: Said
    example: Said | None


@dataclass(slots=True)
class PathPage:
    """What the page shows: the next thing, what else is worked on, and the short lists."""

    next: Next | None
    now: Sequence[Card]
    ready: Sequence[Card] = field(default_factory=list)
    waiting: Sequence[Card] = field(default_factory=list)
    coming: Sequence[Card] = field(default_factory=list)
    done: Sequence[Card] = field(default_factory=list)


def path_url(visit: Visit, student_id: int) -> str:
    """Where a student's path is, for the student or for others."""
    if visit.viewer.person == student_id:
        return url_for("pages.my_path")
    return url_for("pages.child_path", student_id=student_id)


def only_path(visit: Visit) -> str | None:
    """The path of the one student who is a family member's business; None for staff, and where it is not just one."""
    if visit.viewer.works:
        return None
    found, total = list_students(visit.session, visit.viewer, 1, 0)
    return path_url(visit, found[0].id) if total == 1 else None


@pages.get("/path")
@about_student(What.STANDING, own=True)
def my_path(visit: Visit) -> ResponseReturnValue:
    """A student's own path."""
    return _show(visit, visit.viewer.person)


@pages.get("/students/<int:student_id>/path")
@about_student(What.STANDING)
def child_path(visit: Visit, student_id: int) -> ResponseReturnValue:
    """A child's path, for a guardian; for those who teach the student, as the student sees it."""
    return _show(visit, student_id)


def _show(visit: Visit, student_id: int) -> ResponseReturnValue:
    graph = graph_of(visit)
    head = student_head(visit.session, visit.district_id, student_id, visit.name_use)
    moment = Moment(visit.now, visit.zone)
    view = own_words_of(visit, graph, head)
    said = view.chosen.saying if view and view.chosen else None
    also = [said.target] if said and said.target is not None else []
    found = student_path(visit.session, visit.district_id, student_id, graph, moment, head.grades, also)
    chosen = view.chosen_in(found, graph) if view else None
    if view is not None and view.speaks:
        view.offer_targets(found, graph)
    own = visit.viewer.person == student_id
    guardian = not own and student_id in visit.viewer.wards
    teachers = teachers_of(visit.session, visit.district_id, student_id, visit.now)
    shown = [one.target for one in found.stages.values()]
    texts = stored_texts(visit.session, visit.district_id, shown)
    ways = ways_to(visit.session, visit.district_id, student_id, shown, visit.now)
    likes = view.likes if view else Likes()
    # what the student says of how it goes is read with their other words
    told = voice_of(visit.session, visit.district_id, student_id, shown) if view else None
    writer = _Writer(
        visit, graph, teachers, found, guardian, WaysOf(ways, texts, likes, guardian), told or (), student_id
    )
    return live_page(
        visit,
        "path.html",
        "_path.html",
        visit.subject.sections,
        visit=visit,
        head=head,
        own=own,
        guardian=guardian,
        may_see_work=visit.access_to(What.WORK).whole,
        may_know=(own or guardian) and visit.access_to(What.WHO_LOOKED).whole,
        notices=notices(visit, student_id) if own or guardian else (),
        corrections=(own or guardian) and visit.access_to(What.AMENDMENTS).whole,
        may_inspect=(own or guardian) and holds_rights(visit.session, visit.viewer, student_id, visit.now),
        found=found,
        first_ways=FIRST_SHOWN,
        speaks=told is not None,
        explains=visit.explains,
        page=writer.page(found),
        view=view,
        choice=None if chosen is None else writer.chosen(found, chosen),
    )


def helpers(teachers: Sequence[TeacherRow], subject: str) -> list[TeacherRow]:
    """Who teaches a student a subject; everybody who teaches them where the roster does not say who."""
    named = [one for one in teachers if subject.casefold() in (each.casefold() for each in one.subjects)]
    return named or [one for one in teachers if not one.subjects] or list(teachers)


class _Writer:
    """Puts one student's path into the words of this request's language."""

    def __init__(
        self,
        visit: Visit,
        graph: DistrictGraph,
        teachers: Sequence[TeacherRow],
        found: StudentPath,
        guardian: bool,
        ways: WaysOf,
        told: Sequence[Told],
        student: int,
    ) -> None:
        self.visit, self.graph, self.teachers, self.guardian, self.ways = visit, graph, teachers, guardian, ways
        self.told, self.kinds = told, kinds(visit, student)
        self.days, self.days_between_tries = found.days, found.days_between_tries
        self.language = reader_language()

    def page(self, found: StudentPath) -> PathPage:
        path = found.path
        lists = (path.now, path.ready, path.waiting, path.coming, path.done)
        now, ready, waiting, coming, done = ([self._card(one) for one in found.listed(some)] for some in lists)
        return PathPage(None if path.step is None else self._next(path.step, found), now, ready, waiting, coming, done)

    def chosen(self, found: StudentPath, target: int) -> Card:
        """What the student chose to do next: shown first, and without a part in what the path says."""
        return self._card(found.stages[self.graph.guids[target]])

    # --- one target -------------------------------------------------------------------------------------------------

    def _card(self, stage: Stage, *, with_task: bool = True) -> Card:
        too_little = stage.state in _UNSETTLED and stage.standing is not None and not stage.enough
        before = {one: statement(self.graph, one).inside for line in stage.missing for one in line["targets"]}
        rule = self.graph.methods_of(stage.subject).rule
        return Card(
            stage=stage,
            statement=statement(self.graph, stage.target),
            code=self.graph.node(stage.target).code,
            look=words.TOO_LITTLE if too_little else words.STATES[stage.state],
            missing=[family_missing(sayable(line, stage.enough), before) for line in stage.missing],
            again=self._again(stage),
            retry=stage.again is not None and stage.again.aim is Aim.REACH,
            improve=self._improve(stage.again),
            helpers=[_helper(one) for one in helpers(self.teachers, stage.subject)],
            ways=self.ways.of(stage.target, with_task=with_task),
            told=[short(one, self.kinds) for one in latest(self.told, stage.target)],
            primary=primary_words(rule.name) if rule else None,
        )

    def _again(self, stage: Stage) -> list[str]:
        """How and when the test may be taken, again."""
        again = stage.again
        if again is None or again.aim is not Aim.REACH:
            first = (
                _("The test is “%(test)s”. Ask the teacher for a day.", test=stage.test)
                if stage.test
                else _("A teacher gives the test. Ask for a day.")
            )
            return [first, self._later()]
        before = [_("First put right what went wrong."), *([_("Then practice it.")] if stage.practise_first else [])]
        return [self._when(again), " ".join(before), _("The new test has other questions. The best level is kept.")]

    def _later(self) -> str:
        """From when on there is another try after one that does not work out."""
        days = self.days_between_tries
        if self.days.opens(self.visit.today, days) is None:
            return _(
                "If it does not work out, the next try has other questions. Its day is not known yet: the school’s "
                "calendar ends on %(day)s.",
                day=self._end(),
            )
        if self.days.says(self.visit.today):
            return ngettext(
                "If it does not work out, another try opens %(num)d school day later, with other questions.",
                "If it does not work out, another try opens %(num)d school days later, with other questions.",
                days,
            )
        return ngettext(
            "If it does not work out, another try opens %(num)d day later, with other questions.",
            "If it does not work out, another try opens %(num)d days later, with other questions.",
            days,
        )

    def _end(self) -> str:
        """The last day of which the school's calendar says anything; only asked where it ends too early."""
        return words.long_date(self.days.end) if self.days.end else ""

    def _when(self, again: TryAgain) -> str:
        if again.opens_on is None:
            end = self._end()
            unknown = _("The day of another try is not known yet: the school’s calendar ends on %(day)s.", day=end)
            ask = _("A teacher may allow one earlier.") if again.needs_leave else _("Ask the teacher.")
            return f"{unknown} {ask}"
        if again.opens_on <= self.visit.today:
            return _("Another try is open now. Ask the teacher for a day.")
        day = words.long_date(again.opens_on)
        if again.needs_leave:
            return _("Another try is open from %(day)s on, or earlier if the teacher allows it.", day=day)
        return _("Another try is open from %(day)s on. Ask the teacher.", day=day)

    def _improve(self, again: TryAgain | None) -> str | None:
        if again is None or again.aim is not Aim.IMPROVE:
            return None
        if again.opens_on is None:
            return _(
                "The day of one more try for a higher level is not known yet: the school’s calendar ends on "
                "%(day)s. The best level is kept.",
                day=self._end(),
            )
        if again.opens_on <= self.visit.today:
            return _("One more try for a higher level is open. The best level is kept.")
        day = words.long_date(again.opens_on)
        return _("One more try for a higher level is open from %(day)s on. The best level is kept.", day=day)

    # --- the next thing ---------------------------------------------------------------------------------------------

    def _next(self, step: Step, found: StudentPath) -> Next:
        card = self._card(found.stages[step.target], with_task=False)  # it is on the card already
        task, example = self._texts(card.stage.target)
        return Next(card, step.deed, self._title(step.deed), self._reason(step), task, example)

    def _texts(self, target: int) -> tuple[Said, Said | None]:
        """The ten minutes and the worked example; without words of the district's own, what always helps."""
        own, source = (self.ways.texts.get((target, language), Text()) for language in (self.language, SOURCE))
        always = _("Take the last work on this. Do one question again that did not work, without help.")
        return _best(own, source, "task") or Said(always), _best(own, source, "example")

    def _title(self, deed: Deed) -> str:
        match deed:
            case Deed.PRACTISE:
                return _("Tonight at home: ten minutes") if self.guardian else _("Next: ten minutes")
            case Deed.SHOW:
                return _("Next: the test")
            case Deed.ASK:
                return _("Next: ask a teacher")

    def _reason(self, step: Step) -> Markup:
        if step.why is Why.PREREQUISITE and step.deed is not Deed.ASK:
            above = statement(self.graph, self.graph.ids[step.opens[0]]).inside
            return fill(_("This comes first. “%(target)s” builds on it."), target=above)
        return escape(_REASONS[Why.TEACHER if step.deed is Deed.ASK else step.why])


def _best(own: Text, source: Text, kind: str) -> Said | None:
    text = getattr(own, kind)
    if text:
        return Said(text)
    other = getattr(source, kind)
    return Said(other, SOURCE) if other else None


def _helper(teacher: TeacherRow) -> str:
    if not teacher.periods:
        return f"{teacher.name}, {teacher.section}"
    return f"{teacher.name}, {teacher.section}, {words.periods_text(teacher.periods)}"
