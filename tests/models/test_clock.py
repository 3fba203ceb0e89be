"""A demonstration's clock: one for all processes, standing or running, forward only; a real installation has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.clock import ClockError, DemonstrationClock, clock_of, system_clock
from models.installation import Embedded, Installation

BEGINS = datetime(2026, 11, 17, 12, 40, tzinfo=UTC)
NIGHT = datetime(2031, 2, 3, 22, 0, tzinfo=UTC)


class Machine:
    """The machine's own clock."""

    def __init__(self) -> None:
        self.now = NIGHT

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **some: int) -> None:
        self.now += timedelta(**some)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def clock(tmp_path: Path, machine: Machine) -> DemonstrationClock:
    return DemonstrationClock(tmp_path, machine)


def test_without_a_demonstration_it_is_the_machines(clock: DemonstrationClock, machine: Machine) -> None:
    assert clock() == NIGHT
    assert not clock.is_there
    clock.run()
    clock.stop()
    with pytest.raises(ClockError, match="no demonstration"):
        clock.advance(timedelta(hours=1))
    assert not clock.is_there
    machine.passes(minutes=3)
    assert clock() == NIGHT + timedelta(minutes=3)


def test_an_installation_told_by_the_environment_has_the_machines(tmp_path: Path) -> None:
    installation = Installation(tmp_path, "secret", Embedded(tmp_path, "", "", ""))
    assert clock_of(replace(installation, data_dir=None)) is system_clock
    assert abs(clock_of(installation)() - system_clock()) < timedelta(minutes=1)


def test_it_stands_runs_and_stands_again(clock: DemonstrationClock, machine: Machine) -> None:
    clock.begin(BEGINS)
    machine.passes(hours=5)
    assert clock() == BEGINS
    clock.run()
    machine.passes(minutes=10)
    assert clock() == BEGINS + timedelta(minutes=10)
    clock.run()
    assert clock() == BEGINS + timedelta(minutes=10)
    clock.stop()
    machine.passes(days=2)
    assert clock() == BEGINS + timedelta(minutes=10)
    clock.run()
    machine.passes(minutes=1)
    assert clock() == BEGINS + timedelta(minutes=11)


def test_beginning_again_leaves_it_where_it_is(clock: DemonstrationClock) -> None:
    clock.begin(BEGINS)
    clock.advance(timedelta(days=1))
    clock.begin(BEGINS)
    assert clock() == BEGINS + timedelta(days=1)


@pytest.mark.parametrize("runs", [True, False])
def test_it_goes_forward_only_and_every_process_sees_it(
    clock: DemonstrationClock, machine: Machine, tmp_path: Path, runs: bool
) -> None:
    clock.begin(BEGINS)
    if runs:
        clock.run()
    other = DemonstrationClock(tmp_path, machine)
    assert other() == BEGINS
    assert clock.advance(timedelta(minutes=45)) == BEGINS + timedelta(minutes=45)
    assert other() == BEGINS + timedelta(minutes=45)
    for back in (timedelta(0), timedelta(days=-1)):
        with pytest.raises(ClockError, match="forward only"):
            other.advance(back)
    machine.passes(seconds=2)
    assert clock() == other() == BEGINS + timedelta(minutes=45, seconds=2 if runs else 0)
    assert other.stands is not runs


def test_ended_it_is_the_machines_again(clock: DemonstrationClock, machine: Machine, tmp_path: Path) -> None:
    clock.begin(BEGINS)
    clock.posted_until.write_text(BEGINS.isoformat())
    assert clock() == BEGINS
    for _ in range(2):
        clock.end()
        assert clock() == machine()
        assert [path.name for path in tmp_path.iterdir()] == ["demonstration-clock.lock"]


def test_it_is_written_whole(clock: DemonstrationClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.begin(BEGINS)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", fail)
        with pytest.raises(OSError, match="disk full"):
            clock.advance(timedelta(days=1))
    assert clock() == BEGINS
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "demonstration-clock.json", "demonstration-clock.lock",
    ]  # fmt: skip
