"""The pages that people open: server-rendered, working without JavaScript, with nothing from outside."""

from __future__ import annotations

from flask import Flask

from api.pages import (
    access_words,
    account,
    accounts,
    activation,
    agency,
    amendments,
    assessments,
    assets,
    checks,
    class_pace,
    competencies,
    course_plan,
    curriculum,
    decisions,
    disclosures,
    emergency,
    family_access,
    gallery,
    grades,
    graph_draft,
    grid,
    headers,
    inspections,
    judgements,
    language,
    letters,
    live_link,
    looked,
    measurement,
    moderation,
    moves,
    my_path,
    office,
    office_acts,
    office_clients,
    office_end,
    office_home,
    office_people,
    office_person,
    office_record,
    own_homes,
    own_words,
    paper,
    paper_grid,
    pathways,
    policy,
    policy_acts,
    programmes,
    provider_sign_in,
    rater_calibration,
    ratings,
    readiness,
    records,
    registry,
    revocations,
    rubrics,
    school_calendars,
    second_factor,
    student_map,
    student_pace,
    student_tests,
    student_work,
    students,
    tasks,
    texts,
    today,
    voice,
    words,
)
from api.pages.blueprint import IdConverter, csrf, pages
from api.pages.compiled import keep_compiled
from api.pages.errors import error_page

__all__ = [
    "account",
    "accounts",
    "activation",
    "agency",
    "amendments",
    "assessments",
    "assets",
    "checks",
    "class_pace",
    "competencies",
    "course_plan",
    "curriculum",
    "decisions",
    "disclosures",
    "emergency",
    "error_page",
    "family_access",
    "gallery",
    "grades",
    "graph_draft",
    "grid",
    "inspections",
    "install",
    "judgements",
    "letters",
    "looked",
    "measurement",
    "moderation",
    "moves",
    "my_path",
    "office",
    "office_acts",
    "office_clients",
    "office_end",
    "office_home",
    "office_people",
    "office_person",
    "office_record",
    "own_homes",
    "own_words",
    "paper",
    "paper_grid",
    "pathways",
    "policy",
    "policy_acts",
    "prepare_templates",
    "programmes",
    "provider_sign_in",
    "rater_calibration",
    "ratings",
    "readiness",
    "records",
    "registry",
    "revocations",
    "rubrics",
    "school_calendars",
    "second_factor",
    "student_map",
    "student_pace",
    "student_tests",
    "student_work",
    "students",
    "tasks",
    "today",
    "voice",
]


def install(app: Flask) -> None:
    """Register sign-in, the pages and what they need."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # the blueprint checks its own; machines bring tokens, not cookies
        WTF_CSRF_TIME_LIMIT=None,  # a page may stay open all day; the token ends with the session
        SESSION_COOKIE_NAME="mastery_session",
    )
    prepare_templates(app)
    csrf.init_app(app)
    accounts.install(app)
    activation.install(app)
    assets.install(app)
    live_link.install(app)
    headers.install(app)
    app.url_map.converters["int"] = IdConverter  # a whole number in a page's address always is a key
    app.register_blueprint(pages)


def prepare_templates(app: Flask) -> None:
    """What templates are compiled with, and what all of them may name."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    keep_compiled(app)
    language.install(app)
    app.jinja_env.globals.update(words=words, access_words=access_words, statement=texts.statement)
