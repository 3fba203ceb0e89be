"""The pages as their readers have them: pages.py [--write]

Server times are those of a whole answer over one kept connection on this machine: a little more than the server's own.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

_LIB = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_LIB), str(_LIB.parents[1]), str(_LIB.parents[1] / "tests")]

from api.demonstration.accounts import DemoAccount
from api.demonstration.loader import load
from api.services import Services
from bench import classroom
from bench.live_change import browser, seconds_to_today
from bench.report import Row, fresh_installation, quantile, served, table, write
from bench.visits import Answer, Reader, crawl
from models.unit_of_work import connect

_STUDENTS, _TARGETS = 35, 60
_IN_A_SITTING = 30
_GRID_READS = 40
_PAGES_OF_A_KIND = 40
_ROUNDS = 3


def main() -> int:
    """Measure and print; with --write also into docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="scripts/bench_pages", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    rows: list[Row] = []
    with fresh_installation() as installation:
        accounts = load(installation, fixed_passwords=True, tell=_tell).accounts
        with served(installation) as port:
            rows.extend(_demonstration(port, accounts))
    with fresh_installation() as installation:
        services = Services.of(installation, connect(installation.app_dsn))
        large = classroom.furnish(services, "Large class", _STUDENTS, _TARGETS)
        live = classroom.furnish(services, "Live class", 20, 3)
        services.dispose()
        with served(installation) as port:
            rows.append(_grid(port, large))
            rows.extend(_live(port, live))
    report = table(rows)
    print(report)
    if options.write:
        write("pages", report)
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _demonstration(port: int, accounts: list[DemoAccount]) -> Iterator[Row]:
    """Every page that the links of the demonstration's people lead to."""
    seen: dict[str, list[Answer]] = defaultdict(list)
    weights = {}
    for account in accounts:
        reader = Reader(port, account.sign_in_name, account.password)
        for page in ("/today", "/path"):
            try:
                weights[f"{page} of a {account.role}"] = reader.weight(page)
            except RuntimeError:
                continue
        for _ in range(_ROUNDS):
            found = crawl(reader, "/students", _PAGES_OF_A_KIND, lambda kind, answer: seen[kind].append(answer))
        for kind in {"/today", "/path", "/classes", "/students"}.intersection(found):
            seen[kind].extend(reader.read(kind) for _ in range(_PAGES_OF_A_KIND))
        reader.close()
    everything = sorted(answer.seconds for answers in seen.values() for answer in answers)
    reference = quantile(everything, 0.5)
    for kind, answers in sorted(seen.items()):
        times = sorted(answer.seconds for answer in answers)
        yield Row(
            f"`{kind}` on the demonstration district, {len(times)} answers",
            f"p50 {quantile(times, 0.5) * 1000:.0f} ms, p95 {quantile(times, 0.95) * 1000:.0f} ms,"
            f" at most {max(answer.size for answer in answers) / 1000:.0f} kB",
            f"the middle page of all, {reference * 1000:.0f} ms", f"{quantile(times, 0.95) / reference:.1f}",
            "p95 < 150 ms",
        )  # fmt: skip
    heaviest = max(weights, key=lambda name: weights[name])
    yield Row(
        f"a first page with style, script and icon, the heaviest: {heaviest}", f"{weights[heaviest] / 1000:.0f} kB",
        "", "", "< 100 kB",
    )  # fmt: skip


def _grid(port: int, large: classroom.Classroom) -> Row:
    sender, now = classroom.Sender(port, large), datetime.now(UTC)
    sender.post(
        [
            classroom.sitting(student, some, now - timedelta(days=day), [1, 0, 1], f"day-{day}-{some[0]}")
            for day in range(3, 0, -1)
            for student in large.students
            for some in (large.targets[:_IN_A_SITTING], large.targets[_IN_A_SITTING:])
        ]
    )
    reader = Reader(port, large.teacher, classroom.PASSWORD)
    answers = [reader.read(f"/classes/{large.section}") for _ in range(_GRID_READS)]
    today = sorted(reader.read("/today").seconds for _ in range(_GRID_READS))
    reader.close()
    times = sorted(answer.seconds for answer in answers)
    return Row(
        f"class page of {_STUDENTS} students by {_TARGETS} targets",
        f"p50 {quantile(times, 0.5) * 1000:.0f} ms, p95 {quantile(times, 0.95) * 1000:.0f} ms,"
        f" {answers[0].size / 1000:.0f} kB",
        f"Today of the same teacher, {quantile(today, 0.5) * 1000:.0f} ms",
        f"{quantile(times, 0.5) / quantile(today, 0.5):.1f}", "< 100 ms, < 300 kB",
    )  # fmt: skip


def _live(port: int, live: classroom.Classroom) -> Iterator[Row]:
    chromium = browser()
    if chromium is None:
        print("There is no Chromium: how soon Today changes was not measured.", file=sys.stderr)
        return
    changed, answered = seconds_to_today(port, live, classroom.Sender(port, live), chromium)
    yield Row(
        f"from the start of a post to the change of an open Today in Chromium, {len(changed)} posts",
        f"p50 {quantile(changed, 0.5) * 1000:.0f} ms, p95 {quantile(changed, 0.95) * 1000:.0f} ms",
        f"the post's own answer, p95 {quantile(answered, 0.95) * 1000:.0f} ms",
        f"{quantile(changed, 0.95) / quantile(answered, 0.95):.0f}", "p95 < 1 s",
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
