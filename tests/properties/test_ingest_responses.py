"""Real students' answers through the ingest path: every estimate is that of the pure engine on the same file."""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from shared_data import needs_shared, shared
from sqlalchemy import Engine, select, text

from api.actions.ingest import Intake
from api.actions.replay import verify
from api.actions.responses import import_responses
from mastery.estimate import DEFAULTS, Observations, SubjectState, advance, readout
from mastery.policy import DEFAULT_POLICY
from models.clock import system_clock
from models.district import District
from models.installation import Installation
from models.statistics import Statistics
from models.unit_of_work import district_transaction, shared_transaction

pytestmark = [needs_shared, pytest.mark.shared]
ROWS = 15_000
# row i of a file without times was performed this many days after the epoch, and i seconds
_BASE_DAY = 18262
_SECONDS_A_DAY = 86400.0
Numbers = tuple[float, float, float, float, float, float]


@pytest.fixture
def beginning(tmp_path: Path) -> Path:
    """The first rows of assist2009 as a file."""
    path = tmp_path / "responses.csv"
    with shared("data", "responses", "assist2009", "responses.csv").open() as source, path.open("w") as file:
        file.writelines(islice(source, ROWS + 1))
    return path


def pure_engine(path: Path) -> dict[tuple[str, str], Numbers]:
    """By (user, skill): mean, variance, probability, rate, low, high after the last answer, without any database."""
    users: dict[str, list[tuple[int, int, int, float]]] = {}
    with path.open(newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            answer = (number, int(row["skill_id"]), int(row["item_id"]), float(row["correct"]))
            users.setdefault(row["user_id"], []).append(answer)
    rows = [answer for of_user in users.values() for answer in of_user]
    batch = Observations.build(
        DEFAULTS,
        offsets=np.cumsum([0, *(len(of_user) for of_user in users.values())]),
        sitting=[number for number, *_ in rows],
        target=[skill for _, skill, *_ in rows],
        item=[item for _, _, item, _ in rows],
        y=[correct for *_, correct in rows],
        day=[(_BASE_DAY * _SECONDS_A_DAY + number) / _SECONDS_A_DAY for number, *_ in rows],
    )
    done = advance([SubjectState.initial(DEFAULTS)] * len(users), batch, DEFAULTS)
    said = readout(done.after.mean, done.after.variance, DEFAULTS, DEFAULT_POLICY.mastery_bar)
    columns = (done.after.mean, done.after.variance, said.probability, said.rate, said.low, said.high)
    names = [user for user, of_user in users.items() for _ in of_user]
    last: dict[tuple[str, str], Numbers] = {}
    for run, row in enumerate(done.first_row.tolist()):
        last[names[row], str(rows[row][1])] = tuple(float(column[run]) for column in columns)  # type: ignore[assignment]
    return last


def stored(engine: Engine, district_id: int) -> dict[tuple[str, str], Numbers]:
    """The same of what the database holds."""
    with district_transaction(engine, district_id) as session:
        rows = session.execute(
            text(
                "SELECT p.sourced_id, n.code, s.mean, s.variance, s.probability, s.expected, s.low, s.high"
                " FROM standing s JOIN person p ON p.district_id = s.district_id AND p.id = s.student_id"
                " JOIN node n ON n.district_id = s.district_id AND n.id = s.target_id"
            )
        ).all()
    return {(row[0], row[1].removeprefix("skill-")): tuple(row[2:]) for row in rows}  # type: ignore[misc]


def test_every_estimate_of_real_answers_is_that_of_the_pure_engine(
    engine: Engine, installation: Installation, beginning: Path
) -> None:
    done = import_responses(Intake.of(engine), beginning, "assist2009", system_clock())
    assert (done.rows, done.accepted) == (ROWS, ROWS)
    with shared_transaction(engine) as session:
        district_id = session.scalars(select(District.id).where(District.slug == done.district)).one()
    wanted, found = pure_engine(beginning), stored(engine, district_id)
    assert len(wanted) > 500
    assert found.keys() == wanted.keys()
    assert [key for key, numbers in wanted.items() if found[key] != numbers] == []
    with Statistics(installation.owner_dsn) as statistics:
        statistics.refresh()  # as the command does
    proved = verify(engine, district_id)
    assert proved.differing == 0
    assert proved.rows == len(wanted)
