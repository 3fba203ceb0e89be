"""What deciding on access costs, on one core: access.py [--write]

The law is asked for each class of data of students near and far, by people with the ties of a working day: a teacher
of six sections, a counsellor with a caseload of 300 links, a mentor, a parent. The reference is one look-up in the
table of rights, the least that any answer costs. The statement is the one query that tells a person's ties, on a
district of its own, beside the same connection's shortest question.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

_LIB = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_LIB), str(_LIB.parents[1]), str(_LIB.parents[1] / "tests")]

from factories import NOW, Factory, new_district
from sqlalchemy import text

from bench.report import Row, fresh_installation, quantile, table, write
from mastery.access import Basis, Consent, Right, Scope, Span, Subject, Tie, Viewer, decide
from mastery.access_matrix import MATRIX, DataClass, Role
from models.queries_access import relations_of
from models.unit_of_work import connect, district_transaction

_CALLS, _ASKED = 20_000, 400
_AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
_DAY = timedelta(days=1)
_NEAR = Subject(1, 7, frozenset({11}), frozenset({21}))
_FAR = Subject(1, 8, frozenset({99}), frozenset({98}))


def main() -> int:
    """Measure and print; with --write also into docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="scripts/bench_access", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    report = table([*_pure(), *_statement()], "one after the other")
    print(report)
    if options.write:
        write("access", report)
    return 0


def _people() -> dict[str, Viewer]:
    teacher = [Tie(Role.TEACHER_OF_RECORD, Scope.SECTION, key, Span(_AT - _DAY, _AT + _DAY)) for key in range(6, 12)]
    consent = Consent(Span(_AT - _DAY, _AT + _DAY), frozenset(DataClass))
    mentor = Tie(
        Role.EXTERNAL_PROFESSIONAL, Scope.STUDENT, 7, Span(_AT - _DAY, _AT + _DAY), basis=Basis.CONSENT,
        purpose="robotics", consent=consent,
    )  # fmt: skip
    caseload = [Tie(Role.COUNSELOR, Scope.STUDENT, key, Span(_AT - _DAY, None)) for key in range(1000, 1299)]
    parent = Tie(Role.PARENT, Scope.STUDENT, 7, basis=Basis.OWN_RIGHT, of_age=_AT + 900 * _DAY)
    return {
        "a teacher of 6 sections": Viewer(1, 2, _AT, tuple(teacher)),
        "a counsellor of 300 students": Viewer(1, 3, _AT, (*caseload, replace(caseload[0], key=7))),
        "a mentor with a consent": Viewer(1, 4, _AT, (mentor,)),
        "a parent": Viewer(1, 5, _AT, (parent,)),
    }


def _pure() -> list[Row]:
    roles, classes = list(Role), list(DataClass)
    least = _each(lambda number: MATRIX[roles[number % len(roles)]][classes[number % len(classes)]])
    rows = []
    for who, viewer in _people().items():
        for whom, subject in (("one of theirs", _NEAR), ("a stranger", _FAR)):
            taken = _each(
                lambda number, v=viewer, s=subject: decide(v, Right.READ, classes[number % len(classes)], s, _AT)
            )
            rows.append(
                Row(
                    f"access decided, {who} about {whom}",
                    f"{taken * 1e6:.1f} us",
                    f"one look-up in the table, {least * 1e6:.2f} us",
                    f"{taken / least:.0f}",
                    "< 50 us",
                )
            )
    return rows


def _each(act: Callable[[int], object]) -> float:
    """Seconds of one call, of the best of five rounds."""
    best = float("inf")
    for _ in range(5):
        began = time.process_time()
        for number in range(_CALLS):
            act(number)
        best = min(best, (time.process_time() - began) / _CALLS)
    return best


def _statement() -> list[Row]:
    with fresh_installation() as installation:
        engine = connect(installation.app_dsn)
        district = new_district(engine)
        with district_transaction(engine, district) as session:
            make = Factory(session, district)
            school = make.school()
            sections = [make.section(school, f"Period {number}") for number in range(6)]
            teacher = make.teacher(*sections)
            students = [make.student(section) for section in sections for _ in range(30)]
            session.commit()
        with district_transaction(engine, district) as session:
            session.execute(text("ANALYZE"))
            asked = [
                _timed(lambda: relations_of(session, district, teacher.id, NOW, students[0].id)) for _ in range(_ASKED)
            ]
            least = [_timed(lambda: session.execute(text("SELECT 1"))) for _ in range(_ASKED)]
        engine.dispose()
    asked.sort()
    least.sort()
    p50, p99, shortest = quantile(asked, 0.5), quantile(asked, 0.99), quantile(least, 0.5)
    return [
        Row(
            "the one statement that tells a teacher's ties, and the student's sections and schools",
            f"p50 {p50 * 1e3:.2f} ms, p99 {p99 * 1e3:.2f} ms",
            f"the shortest statement, p50 {shortest * 1e3:.2f} ms",
            f"{p50 / shortest:.1f}",
            "one a request",
        )
    ]


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
