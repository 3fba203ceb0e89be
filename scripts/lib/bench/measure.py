"""All measurements of one run as a table: measure.py [--responses FILE.csv] [--seconds N] [--write]"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[3])]

from api.actions.replay import verify
from api.actions.responses import import_responses
from api.context import find_district
from api.memory import keep_what_is_loaded
from api.services import Services
from bench import load
from bench.district import furnish
from bench.reference import transactions_per_second
from bench.report import Row, fresh_installation, served, table, token_of, write
from models.installation import Installation
from models.statistics import Statistics
from models.unit_of_work import connect

_CLIENTS = 8


def main() -> int:
    """Measure and print; with --write also into docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--responses", type=Path, help="a file of answers to import and to rebuild")
    parser.add_argument("--seconds", type=int, default=20, help="how long each load lasts")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    # as every command does
    keep_what_is_loaded()
    with fresh_installation() as installation:
        rows = measure(installation, options.seconds, options.responses)
    report = table(rows)
    print(report)
    if options.write:
        write("service", report)
    return 0


def measure(installation: Installation, seconds: int, responses: Path | None) -> list[Row]:
    """Every measurement, each beside its reference."""
    engine = connect(installation.app_dsn)
    services = Services.of(installation, engine)
    district = furnish(services, "Bench")
    rows = []
    with served(installation) as port:
        token = token_of(port, district.client)
        load.run(district, port, token, "warm", _CLIENTS, 5)
        singles = load.run(district, port, token, "single", _CLIENTS, seconds)
        steady = load.run(district, port, token, "steady", _CLIENTS, seconds, rate=50)
        classes = load.run(district, port, token, "class", _CLIENTS, seconds, per_request=100, apart=True)
        mixed = load.run(district, port, token, "mixed", _CLIENTS, seconds, per_request=100)
        late = load.run(district, port, token, "late", _CLIENTS, seconds, late=timedelta(days=1))
    reference = transactions_per_second(installation, district, _CLIENTS, seconds)
    rows.append(_singles(singles, reference))
    rows.append(_late(late, reference))
    rows.append(_steady(steady))
    rows.append(_batches(classes, reference, "each client its own students"))
    rows.append(_batches(mixed, reference, "every client all students, so that batches wait for each other"))
    if responses is not None:
        rows.extend(_responses(services, responses, reference))
    engine.dispose()
    return rows


def _singles(done: load.Load, reference: float) -> Row:
    return Row(
        f"single-result posts, {_CLIENTS} clients", f"{done.per_second:,.0f} a second",
        f"pgbench, same rows, {reference:,.0f} a second", f"{done.per_second / reference:.3f}",
        ">= 0.10, stretch 0.15",
    )  # fmt: skip


def _late(done: load.Load, reference: float) -> Row:
    return Row(
        f"the same, every one a day late, so that its student is replayed, {_CLIENTS} clients",
        f"{done.per_second:,.0f} a second", f"pgbench, same rows, {reference:,.0f} a second",
        f"{done.per_second / reference:.3f}", "",
    )  # fmt: skip


def _steady(done: load.Load) -> Row:
    return Row(
        "latency at 50 single posts a second",
        f"p50 {done.quantile(0.5) * 1000:.0f} ms, p95 {done.quantile(0.95) * 1000:.0f} ms,"
        f" p99 {done.quantile(0.99) * 1000:.0f} ms", "", "", "p95 < 100 ms",
    )  # fmt: skip


def _batches(done: load.Load, reference: float, whose: str) -> Row:
    return Row(
        f"batches of 100 results, {_CLIENTS} clients, {whose}", f"{done.per_second:,.0f} evidence records a second",
        f"pgbench single rows, {reference:,.0f} a second", f"{done.per_second / reference:.2f}",
        ">= 2,000 a second, stretch 10,000",
    )  # fmt: skip


def _responses(services: Services, path: Path, reference: float) -> Iterator[Row]:
    began = time.perf_counter()
    with Statistics(services.installation.owner_dsn) as statistics:
        done = import_responses(
            services.intake, path, "Responses", services.clock(), advance=lambda *_: statistics.follow_growth()
        )
    seconds = time.perf_counter() - began
    yield Row(
        f"`import responses`, {done.rows:,} rows of {path.parent.name}",
        f"{done.rows / seconds:,.0f} a second ({seconds:.1f} s)", f"pgbench single rows, {reference:,.0f} a second",
        f"{done.rows / seconds / reference:.2f}", ">= 10,000 a second, stretch 50,000",
    )  # fmt: skip
    began = time.perf_counter()
    proved = verify(services.engine, find_district(services, "Responses").id)
    taken = time.perf_counter() - began
    yield Row(
        "`replay --verify` of it from the database",
        f"{taken:.1f} s, {proved.differing} of {proved.rows:,} standings differ",
        f"its import, {seconds:.1f} s", f"{taken / seconds:.2f}", "< 30 s, 0 differ",
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
