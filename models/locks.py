"""Who waits for whom: posts of the same source for each other, posts for a change of the rules they are judged by, and
measurements of the same subject for each other.

Taking in results, or a signature, holds the district's rules shared; a change of graph, registry or cut scores holds
them alone until it has brought everyone up to them. Advisory locks, because they must be held before the first row is
read.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from models.hot import fetch

_RULES, _SOURCES, _MEASUREMENTS, _AMENDMENTS, _NAMES, _OWN_WORDS, _WAYS = 7203, 7204, 7205, 7296, 7297, 7298, 7299
_PACE, _COURSE_PLAN, _PACE_OF_STUDENT = 7311, 7312, 7313
_TEST, _SEATS = 7324, 7325
_WORK, _RATED = 7314, 7315
_SHARE = (
    "WITH rules AS MATERIALIZED"
    " (SELECT pg_advisory_xact_lock_shared(hashtextextended(%(district)s::text, %(rules)s)) AS held)"
    " SELECT pg_advisory_xact_lock(k) FROM (SELECT DISTINCT hashtextextended(%(client)s::text || s, %(sources)s) AS k"
    " FROM rules, unnest(%(names)s::text[]) AS s ORDER BY k) AS sorted"
)
_SHARE_ONLY = "SELECT pg_advisory_xact_lock_shared(hashtextextended(%(district)s::text, %(rules)s))"
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended(%(district)s::text, %(rules)s))"


def sharing_rules(district_id: int, client_pk: int, source_ids: Collection[str]) -> tuple[str, dict[str, object]]:
    """The statement that holds the district's rules with others, and these sources of a client alone, until the end.

    First statement of taking in results, so that all that is read after it stays as it is. Sources are locked in
    order, so that no two transactions wait for each other.
    """
    return _SHARE, {
        "district": str(district_id),
        "rules": _RULES,
        "sources": _SOURCES,
        "client": f"{district_id}/{client_pk}/",
        "names": list(source_ids),
    }


def share_rules(session: Session, district_id: int) -> None:
    """Hold the district's rules with others until the transaction ends: they do not change meanwhile."""
    fetch(session, _SHARE_ONLY, {"district": str(district_id), "rules": _RULES})


def change_rules(session: Session, district_id: int) -> None:
    """Hold the district's rules alone until the transaction ends: no result is taken in meanwhile."""
    fetch(session, _ALONE, {"district": str(district_id), "rules": _RULES})


def change_measurements(session: Session, district_id: int, subject: str) -> None:
    """Hold the measurements of a subject alone until the transaction ends: two that measured it store one by one."""
    fetch(session, _ALONE, {"district": f"{district_id}/{subject}", "rules": _MEASUREMENTS})


def change_amendment(session: Session, district_id: int, key: int) -> None:
    """Hold a request for a correction alone until the transaction ends: two steps about it are taken one by one."""
    fetch(session, _ALONE, {"district": f"{district_id}/{key}", "rules": _AMENDMENTS})


def change_own_words(session: Session, district_id: int, student: int) -> None:
    """Hold what is said of a student in their own words alone until the transaction ends: one thing is said at a time,
    and one choice stands.
    """
    fetch(session, _ALONE, {"district": f"{district_id}/{student}", "rules": _OWN_WORDS})


def keep_ways(session: Session, district_id: int, target: int) -> None:
    """Hold the ways to learn a target alone until the transaction ends: no more are kept than may be."""
    fetch(session, _ALONE, {"district": f"{district_id}/{target}", "rules": _WAYS})


def work_out_pace(session: Session, district_id: int, section: int) -> None:
    """Hold the pace of a class alone until the transaction ends: two runs of a night work it out one by one."""
    fetch(session, _ALONE, {"district": f"{district_id}/{section}", "rules": _PACE})


def change_course_plan(session: Session, district_id: int, section: int) -> None:
    """Hold the plan of a class alone until the transaction ends: each version follows the one it was made from."""
    fetch(session, _ALONE, {"district": f"{district_id}/{section}", "rules": _COURSE_PLAN})


def change_own_pace(session: Session, district_id: int, student: int) -> None:
    """Hold a student's own plans and pauses alone until the transaction ends: two changes are made one by one."""
    fetch(session, _ALONE, {"district": f"{district_id}/{student}", "rules": _PACE_OF_STUDENT})


def change_test(session: Session, district_id: int, student: int, assessment: int) -> None:
    """Hold the steps about a student's test alone until the transaction ends, in whichever school: one at a time."""
    fetch(session, _ALONE, {"district": f"{district_id}/{student}/{assessment}", "rules": _TEST})


def give_seats(session: Session, district_id: int, assessment: int) -> None:
    """Hold the seats of an assessment alone until the transaction ends: the last one is given once.

    Taken after `change_test`, never before.
    """
    fetch(session, _ALONE, {"district": f"{district_id}/{assessment}", "rules": _SEATS})


def change_work(session: Session, district_id: int, student: int) -> None:
    """Hold what a student handed in alone until the transaction ends: of two files at once, one counts the other."""
    fetch(session, _ALONE, {"district": f"{district_id}/{student}", "rules": _WORK})


def rate_work(session: Session, district_id: int, submission: int) -> None:
    """Hold what is said of a piece of work alone until the transaction ends: of two raters at once, one is first."""
    fetch(session, _ALONE, {"district": f"{district_id}/{submission}", "rules": _RATED})


def give_names(session: Session, district_id: int, kind: str) -> None:
    """Hold the names of a kind (partners, programs, guardians) alone until the transaction ends: two are not given at
    once.
    """
    fetch(session, _ALONE, {"district": f"{district_id}/{kind}", "rules": _NAMES})
