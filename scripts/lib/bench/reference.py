"""The reference: pgbench, on the same server in the same run, with a script that writes the rows of one post."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from bench.district import STUDENTS, BenchDistrict
from models.embedded.binaries import find_binaries
from models.installation import Installation

# what one post of one result on one known target writes, as the application's role and under its row security
_SCRIPT = """
\\set student random(1, {students})
\\set target random(1, {targets})
\\set source random(1, 9000000000000000)
BEGIN;
SET LOCAL app.district = '{district}';
INSERT INTO result ({result_columns})
  VALUES ({district}, :source, {client}, 'pgbench-' || :source, 1, '\\x{digest}', :student, {assessment}, {form},
  'formative', 'quiz', 'system', false, 'independent', 'immediate', 'none', 'scored', 'school', '{{}}', NULL,
  now(), now(), now(), false);
INSERT INTO evidence ({evidence_columns})
  VALUES ({district}, :source, {first_target} + :target - 1, 1, 1, NULL, '[["q1",1,1,1,1,0,null]]', NULL);
UPDATE subject_state SET state = decode(repeat('00', {state_bytes}), 'hex'), cursor_performed_at = now()
  WHERE district_id = {district} AND student_id = :student AND subject = 'Mathematics';
UPDATE standing SET records = records + 1, as_of = now(), mean = 0.1, variance = 0.2, expected = 0.5, low = 0.4,
  high = 0.6, probability = 0.5, carried = carried, missing = missing
  WHERE district_id = {district} AND student_id = :student AND target_id = {first_target} + :target - 1;
INSERT INTO outbox (district_id, topic, student_ids, at)
  VALUES ({district}, 'progress', ARRAY[:student]::bigint[], now());
COMMIT;
"""


def transactions_per_second(installation: Installation, district: BenchDistrict, clients: int, seconds: int) -> float:
    """What pgbench reaches with that script."""
    with tempfile.TemporaryDirectory() as scratch:
        script = Path(scratch) / "post.sql"
        script.write_text(_script(installation, district))
        url = make_url(installation.app_dsn)
        query = {name: str(value) for name, value in url.query.items()}
        environment = {
            **os.environ,
            "PGPASSWORD": str(url.password),
            "PGHOST": query["host"],
            "PGPORT": query.get("port", "5432"),
            "PGUSER": str(url.username),
            "PGDATABASE": str(url.database),
        }
        done = subprocess.run(
            [
                str(find_binaries().program("pgbench")), "--no-vacuum", "--client", str(clients), "--jobs", "2",
                "--time", str(seconds), "--protocol", "prepared", "--file", str(script),
            ],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if done.returncode or not found:
        raise RuntimeError(done.stdout + done.stderr)
    return float(found[1])


def _script(installation: Installation, district: BenchDistrict) -> str:
    from models.evidence_store import EVIDENCE_COLUMNS, RESULT_COLUMNS

    with psycopg.connect(installation.app_dsn.replace("+psycopg", "")) as connection:
        connection.execute(f"SET app.district = '{district.id}'")

        def one(query: str) -> tuple[int, ...]:
            row = connection.execute(query).fetchone()
            assert row is not None
            return row

        assessment, form, client = one(
            "SELECT a.id, f.id, a.client_pk FROM assessment a JOIN assessment_form f ON f.assessment_id = a.id"
        )
        first_target, targets = one("SELECT min(id), count(*) FROM node WHERE kind = 'learning_target'")
        (state_bytes,) = one("SELECT coalesce(avg(length(state)), 500)::int FROM subject_state")
    return _SCRIPT.format(
        students=STUDENTS, targets=targets, district=district.id, client=client, digest="00" * 32,
        assessment=assessment, form=form, first_target=first_target, state_bytes=state_bytes,
        result_columns=", ".join(RESULT_COLUMNS), evidence_columns=", ".join(EVIDENCE_COLUMNS),
    )  # fmt: skip
