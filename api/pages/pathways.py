"""Keeping the ways to learn a target: a page for each class, by who teaches it, and one for the whole district."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from api.actions import pathways as act
from api.pages import pathway_words, words
from api.pages.acts import form_page, kept
from api.pages.blueprint import PAGE_SIZE, Visit, last_page, office_only, page_number, pages, staff_only
from api.pages.language import SOURCE
from api.pages.office_forms import ActForm, add_error
from api.pages.pathways_view import Way, as_read
from api.pages.texts import Said, graph_of, statement
from mastery.graph import Resolved
from mastery.offices import Affair
from mastery.pathways import (
    LONGEST_ABOUT,
    LONGEST_LINK,
    LONGEST_TITLE,
    MOST_MINUTES,
    Mode,
    Pathway,
    PathwayError,
    Setting,
    Words,
)  # fmt: skip
from models.graph_store import DistrictGraph
from models.queries_grid import list_classes
from models.queries_pathways import Kept, ways_kept

_TRANSLATION = "es"
_LONGEST_CODE = 100


class WayForm(ActForm):
    """A way to learn a target, in English and, if somebody has the words, in Spanish."""

    code = StringField(_l("Code of the target"), [InputRequired(_l("Give the code.")), Length(max=_LONGEST_CODE)])
    mode = SelectField(_l("How?"), choices=[SelectChoice(str(one), pathway_words.MODES[one]) for one in Mode])
    setting = SelectField(
        _l("Where?"), choices=[SelectChoice(str(one), pathway_words.SETTINGS[one]) for one in Setting]
    )
    minutes = IntegerField(
        _l("How many minutes, if you know"),
        [Optional(), NumberRange(1, MOST_MINUTES, _l("Give from 1 to %(max)d minutes."))],
    )
    title = StringField(_l("What is it called?"), [InputRequired(_l("Give it a name.")), Length(max=LONGEST_TITLE)])
    about = TextAreaField(
        _l("What does the student do? One or two plain sentences"),
        [
            InputRequired(_l("Say what the student does.")),
            Length(max=LONGEST_ABOUT, message=_l("Say it in at most %(max)d characters.")),
        ],
    )
    title_es = StringField(_l("What is it called in Spanish? If you know"), [Optional(), Length(max=LONGEST_TITLE)])
    about_es = TextAreaField(
        _l("What does the student do, in Spanish?"),
        [Optional(), Length(max=LONGEST_ABOUT, message=_l("Say it in at most %(max)d characters."))],
    )
    link = StringField(_l("Link to it on the web, if there is one"), [Optional(), Length(max=LONGEST_LINK)])

    refused: ClassVar = {
        "title": ("title", _l("Give it a name.")),
        "about": ("about", _l("Say what the student does.")),
        "translation": ("about_es", _l("In Spanish give both the name and what the student does, or neither.")),
        "minutes": ("minutes", _l("Give a whole number of minutes.")),
        "link": ("link", _l("Give a link that begins with https:// or http://.")),
        "target": ("code", _l("This is the code of no learning target, or of several.")),
        "full": ("code", _l("This target has the most ways already that one keeps. Take one away first.")),
    }  # fmt: skip

    def way(self) -> Pathway:
        """The way as it was typed."""
        said = {
            SOURCE: Words(self.title.data or "", self.about.data or ""),
            _TRANSLATION: Words(self.title_es.data or "", self.about_es.data or ""),
        }
        return Pathway(Mode(self.mode.data), Setting(self.setting.data), self.minutes.data, self.link.data, said)


@dataclass(frozen=True, slots=True)
class Line:
    """A way that is kept, as the page lists it: which target it is for, who added it when, where it is taken away."""

    target: Said
    way: Way
    by: str | None
    day: str
    languages: Sequence[str]
    end: str


@dataclass(frozen=True, slots=True)
class _Place:
    """A class, or without one the whole district."""

    section: int | None
    title: str | None

    @property
    def url(self) -> str:
        if self.section is None:
            return url_for("pages.district_pathways")
        return url_for("pages.class_pathways", section_id=self.section)

    def end(self, key: int) -> str:
        if self.section is None:
            return url_for("pages.end_district_pathway", pathway_id=key)
        return url_for("pages.end_class_pathway", section_id=self.section, pathway_id=key)


@pages.get("/pathways")
@office_only(Affair.PATHWAYS)
def district_pathways(visit: Visit) -> ResponseReturnValue:
    """The ways of the whole district, and a form to add one."""
    return _show(visit, _district(visit), WayForm())


@pages.post("/pathways")
@office_only(Affair.PATHWAYS)
def add_district_pathway(visit: Visit) -> ResponseReturnValue:
    """Add a way for the whole district."""
    return _add(visit, _district(visit))


@pages.post("/pathways/<int:pathway_id>/end")
@office_only(Affair.PATHWAYS)
def end_district_pathway(visit: Visit, pathway_id: int) -> ResponseReturnValue:
    """Take a way of the district away."""
    return _end(visit, _district(visit), pathway_id)


@pages.get("/classes/<int:section_id>/pathways")
@staff_only
def class_pathways(visit: Visit, section_id: int) -> ResponseReturnValue:
    """The ways of a class, and a form to add one, for who teaches it."""
    return _show(visit, _class(visit, section_id), WayForm())


@pages.post("/classes/<int:section_id>/pathways")
@staff_only
def add_class_pathway(visit: Visit, section_id: int) -> ResponseReturnValue:
    """Add a way for the students of a class."""
    return _add(visit, _class(visit, section_id))


@pages.post("/classes/<int:section_id>/pathways/<int:pathway_id>/end")
@staff_only
def end_class_pathway(visit: Visit, section_id: int, pathway_id: int) -> ResponseReturnValue:
    """Take a way of a class away."""
    return _end(visit, _class(visit, section_id), pathway_id)


def _district(visit: Visit) -> _Place:
    if not act.keeps(visit.viewer, None, visit.now):
        abort(404)
    return _Place(None, None)


def _class(visit: Visit, section_id: int) -> _Place:
    found, _total = list_classes(visit.session, visit.viewer, 1, 0, section_id)
    if not found or not act.keeps(visit.viewer, section_id, visit.now):
        abort(404)
    return _Place(section_id, found[0].title)


def _add(visit: Visit, place: _Place) -> ResponseReturnValue:
    form = WayForm()
    if form.validate_on_submit():
        graph = graph_of(visit)
        meant = graph.resolve((form.code.data or "").strip())
        target = graph.ids[meant.target] if isinstance(meant, Resolved) else None
        try:
            with kept(visit):
                act.add(
                    visit.session, visit.viewer, place.section, target, form.way(), graph.subjects, SOURCE, visit.now
                )
        except PathwayError as refused:
            name, text = form.refused[refused.code]
            add_error(form[name], str(text))
        else:
            flash(_("Added. Students find it on their path from now on."))
            return redirect(place.url, 303)
    return _show(visit, place, form)


def _end(visit: Visit, place: _Place, key: int) -> ResponseReturnValue:
    with kept(visit):
        act.end(visit.session, visit.viewer, place.section, key, visit.now)
    flash(_("Taken away. Students do not find it any more."))
    return redirect(place.url, 303)


def _show(visit: Visit, place: _Place, form: WayForm) -> ResponseReturnValue:
    page, graph = page_number(), graph_of(visit)
    found, total = ways_kept(visit.session, visit.district_id, place.section, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    return form_page(
        "pathways.html",
        visit=visit,
        place=place,
        lines=[_line(visit, graph, place, one) for one in found],
        total=total,
        page=page,
        last_page=last_page(page, total),
        form=form,
    )


def _line(visit: Visit, graph: DistrictGraph, place: _Place, one: Kept) -> Line:
    known = one.target in graph.subjects
    target = statement(graph, one.target) if known else Said(_("a target that is no longer in use"))
    day = words.short_date(one.at, visit.zone)
    return Line(target, as_read(one.way), one.by, day, sorted(one.way.words), place.end(one.key))
