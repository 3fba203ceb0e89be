"""How far estimates can be believed: the page of a district's assessment lead, by subject and term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from api.actions.measured import NotMeasuredError, item_document, measured, overview
from api.pages import measurement_words
from api.pages.blueprint import Visit, last_page, page_number, pages, signed_in
from api.pages.measurement_pictures import bars_picture, diagram_picture, drift_picture, map_picture
from api.pages.measurement_words import Why, item_figures, question_name, whys
from api.pages.texts import graph_of
from api.v1.paging import is_text
from mastery.access_questions import sees_measurement
from models.graph_store import DistrictGraph

QUESTIONS = 25
"""So many stand on a page."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the page lists it; `drift` is signed, empty where there is none."""

    title: str
    name: str
    whys: list[Why]
    figures: str
    drift: float | None


# commands are said in every language alike
_MEASURE = " ".join(("mastery", "measurement", "run", "--all"))
_CALIBRATE = " ".join(("mastery", "calibration", "run"))


@pages.get("/measurement")
@signed_in
def measurements(visit: Visit) -> ResponseReturnValue:
    """The subjects of the district, and how well each was measured."""
    _only_the_lead(visit)
    there = overview(visit.session, visit.district_id)
    subjects = sorted({one for one in graph_of(visit).subjects.values() if one} | there.keys())
    return render_template("measurements.html", visit=visit, subjects=subjects, measured=there, say=measurement_words)


@pages.get("/measurement/<path:subject>")
@signed_in
def measurement(visit: Visit, subject: str) -> ResponseReturnValue:
    """What was said beside what came in a subject and term, and the questions that mislead."""
    _only_the_lead(visit)
    term, page, every = request.args.get("term"), page_number(), request.args.get("which") == "all"
    graph = graph_of(visit)
    if not is_text(subject) or not is_text(term or ""):
        abort(404)
    try:
        document, found = measured(
            visit.session, visit.district_id, subject, term, QUESTIONS, (page - 1) * QUESTIONS - 1
        )
    except NotMeasuredError as error:
        if error.field == "term" or subject not in graph.subjects.values():
            abort(404)
        return render_template("measurement_empty.html", visit=visit, subject=subject, command=_MEASURE)
    total = document["item_count"] if every else document["to_look_at"]
    shown = found[: max(0, min(QUESTIONS, total - (page - 1) * QUESTIONS))]
    return render_template(
        "measurement.html",
        visit=visit,
        document=document,
        pictures=_pictures(document),
        drifted=[_question(one, graph) for one in document["drift"]["farthest"]],
        questions=[_question(item_document(one), graph) for one in shown],
        every=every,
        page=page,
        last_page=last_page(page, total, QUESTIONS),
        say=measurement_words,
        command=_CALIBRATE,
    )


def _only_the_lead(visit: Visit) -> None:
    if not sees_measurement(visit.viewer, visit.district_id):
        abort(403)


def _question(item: Mapping[str, Any], graph: DistrictGraph) -> Question:
    return Question(item["title"], question_name(item, graph), whys(item), item_figures(item), item["drift"])


def _pictures(document: Mapping[str, Any]) -> dict[str, Any]:
    coverage, drift = document["coverage"], document["drift"]
    return {
        "success": diagram_picture(_tenths(document["tenths"])),
        "mastery": diagram_picture(_tenths(document["mastery_tenths"])),
        "coverage": bars_picture(
            [one for one in (coverage["share"], *(part["share"] for part in coverage["by_earlier_answers"])) if one],
            coverage["nominal"],
        ),
        "map": map_picture(document["item_map"]) if document["item_map"] else None,
        "drift": drift_picture([one["drift"] for one in drift["farthest"]], drift["beyond_chance"]),
    }


def _tenths(found: Sequence[Mapping[str, Any]]) -> list[tuple[float, Mapping[str, float]]]:
    return [(one["tenths"] / 10, one["came"]) for one in found]
