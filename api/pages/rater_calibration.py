"""Examples of a rubric: adding one, scoring them all before one scores live, and who is calibrated until when."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions.artefacts import FileError
from api.actions.calibrate_raters import add_example, calibrated, try_examples, until
from api.pages import rating_words, words
from api.pages.acts import kept, redirect_with
from api.pages.blueprint import REFUSED, Visit, office_only, pages, staff_only
from api.pages.rating_words import LEVELS, said_of_rubric
from api.pages.student_work import FILE_REFUSALS, file_answer
from api.pages.texts import graph_of, statement
from mastery.offices import Affair
from mastery.policy import DEFAULT_POLICY
from mastery.rating.contents import Kind
from mastery.rating.rubric import RubricError
from models.queries_artefacts import content_of
from models.queries_calibration import examples_of
from models.queries_rated import RubricText, rubric_of

_GIVEN = {f"{level:g}": level for level in LEVELS}


@pages.get("/rubrics/<int:rubric_id>/examples")
@staff_only
def examples(visit: Visit, rubric_id: int) -> ResponseReturnValue:
    """The examples of a rubric, without the levels that were agreed on, to be scored."""
    return _page(visit, _rubric(visit, rubric_id))


@pages.post("/rubrics/<int:rubric_id>/examples")
@staff_only
def score_examples(visit: Visit, rubric_id: int) -> ResponseReturnValue:
    """Score all examples; whoever is near enough to what was agreed on may score live."""
    rubric = _rubric(visit, rubric_id)
    given = {
        (one.id, criterion.key): _GIVEN[text]
        for one in examples_of(visit.session, visit.district_id, rubric_id)
        for criterion in rubric.criteria
        if (text := request.form.get(f"level-{one.id}-{criterion.key}", "")) in _GIVEN
    }
    try:
        with kept(visit):
            last = try_examples(visit.session, visit.viewer, rubric, given, visit.now, visit.today)
    except RubricError as refused:
        return _page(visit, rubric, said_of_rubric(refused)), REFUSED
    if last is None:
        flash(_("Kept. Your scores are not near enough yet: read the rubric again, and try once more."), "problem")
        return redirect(url_for("pages.examples", rubric_id=rubric_id), 303)
    text = _("Kept. You may score by this rubric until %(day)s.", day=words.long_date(last))
    return redirect_with(text, "pages.examples", rubric_id=rubric_id)


@pages.get("/rubrics/<int:rubric_id>/examples/<int:anchor_id>/file")
@staff_only
def example_file(visit: Visit, rubric_id: int, anchor_id: int) -> ResponseReturnValue:
    """The file of an example, to keep and never to show."""
    found = [one for one in examples_of(visit.session, visit.district_id, rubric_id) if one.id == anchor_id]
    if not found:
        abort(404)
    content = content_of(visit.session, visit.district_id, found[0].digest)
    return file_answer(content, f"example-{anchor_id}.{found[0].kind}", Kind(found[0].kind))


@pages.get("/moderation/rubrics/<int:rubric_id>")
@office_only(Affair.MODERATION)
def moderate_rubric(visit: Visit, rubric_id: int) -> ResponseReturnValue:
    """Who is calibrated for a rubric until when, and the form for another example; for the lead."""
    return _lead_page(visit, _rubric(visit, rubric_id))


@pages.post("/moderation/rubrics/<int:rubric_id>")
@office_only(Affair.MODERATION)
def add_rubric_example(visit: Visit, rubric_id: int) -> ResponseReturnValue:
    """Add an example with the levels that were agreed on."""
    rubric, sent = _rubric(visit, rubric_id), request.files.get("file")
    content = sent.stream.read() if sent else b""
    typed = {one.key: request.form.get(f"level-{one.key}", "") for one in rubric.criteria}
    agreed = {key: _GIVEN[text] for key, text in typed.items() if text in _GIVEN}
    try:
        with kept(visit, LookupError):
            add_example(visit.session, visit.viewer, rubric, content, agreed, visit.now)
    except FileError as refused:
        return _lead_page(visit, rubric, FILE_REFUSALS[refused.reason]()), REFUSED
    except RubricError as refused:
        return _lead_page(visit, rubric, said_of_rubric(refused)), REFUSED
    return redirect_with(_("The example is added."), "pages.moderate_rubric", rubric_id=rubric_id)


def _rubric(visit: Visit, rubric_id: int) -> RubricText:
    found = rubric_of(visit.session, visit.district_id, rubric_id)
    return abort(404) if found is None else found


def _page(visit: Visit, rubric: RubricText, problem: str | None = None) -> str:
    graph = graph_of(visit)
    return render_template(
        "rubric_examples.html",
        visit=visit,
        rubric=rubric,
        examples=examples_of(visit.session, visit.district_id, rubric.id),
        statements={one.target: statement(graph, one.target) for one in rubric.criteria},
        until=until(visit.session, visit.district_id, rubric.id, visit.viewer.person),
        needed=DEFAULT_POLICY.raters_anchors,
        levels=LEVELS,
        said=rating_words,
        typed=request.form,
        problem=problem,
    )


def _lead_page(visit: Visit, rubric: RubricText, problem: str | None = None) -> str:
    return render_template(
        "moderate_rubric.html",
        visit=visit,
        rubric=rubric,
        examples=examples_of(visit.session, visit.district_id, rubric.id),
        raters=calibrated(visit.session, visit.district_id, rubric.id),
        needed=DEFAULT_POLICY.raters_anchors,
        most=DEFAULT_POLICY.artefact_megabytes,
        levels=LEVELS,
        typed=request.form,
        problem=problem,
    )
