"""Rows taken in by several processes side by side, each with students of its own.

A student's rows go to one process and stay in order there; students do not depend on each other. A process waits for
rows on a pipe and ends when the pipe breaks, however the command ended.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Self
from zlib import crc32

from api.actions.ingest import Intake, Sender, ingest
from api.actions.outcome import Status
from api.actions.responses.answer import result_of
from api.actions.responses.file import ResponsesError, Row
from api.memory import keep_what_is_loaded
from models.unit_of_work import connect_for_posting

AT_ONCE = 2000
# a process costs two seconds to start, which some twenty thousand rows take otherwise
_WORTH_PROCESSES = 400_000
_MOST_LANES = 4
# parts read ahead of the slowest process
_AHEAD = 3
_ENDS_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Order:
    """What all rows of an import have in common."""

    sender: Sender
    has_times: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of some rows, up to row `end` of the file."""

    end: int
    accepted: int
    duplicate: int


def lanes_for(size: int) -> int:
    """How many processes a file of so many bytes is worth; 1 is this one."""
    return min(os.cpu_count() or 1, _MOST_LANES) if size >= _WORTH_PROCESSES else 1


def take(intake: Intake, order: Order, rows: Sequence[Row]) -> tuple[int, int]:
    """Take in some rows and commit; how many were accepted, and how many known. Raises ResponsesError."""
    accepted = duplicate = 0
    for outcome in ingest(intake, order.sender, [result_of(row, order.has_times) for row in rows], order.now):
        if outcome.status is Status.ACCEPTED:
            accepted += 1
        elif outcome.status is Status.DUPLICATE:
            duplicate += 1
        else:
            raise ResponsesError(f"{outcome.source_id}: {outcome.status}, {outcome.problem or outcome.quarantine}")
    return accepted, duplicate


def _here(intake: Intake, order: Order, rows: Iterator[Row]) -> Iterator[Taken]:
    """Take in all rows in this process, part by part."""
    while some := list(islice(rows, AT_ONCE)):
        yield Taken(some[-1].number + 1, *take(intake, order, some))


class Lanes:
    """Processes that take in rows; leave it and they end."""

    def __init__(self, intake: Intake, count: int) -> None:
        """Start `count` processes; with one the work is done in this one."""
        url = intake.engine.url.render_as_string(hide_password=False)
        self._intake = intake
        self._lanes = [_Lane(url) for _ in range(count)] if count > 1 else []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for lane in self._lanes:
            lane.close()

    def run(self, order: Order, rows: Iterator[Row]) -> Iterator[Taken]:
        """Take in all rows; tells of each part once all before it are in too. Raises ResponsesError."""
        if not self._lanes:
            yield from _here(self._intake, order, rows)
            return
        for lane in self._lanes:
            lane.begin(order)
        unfinished: deque[_Part] = deque()
        more = True
        while more or unfinished:
            while more and len(unfinished) < _AHEAD:
                some = list(islice(rows, AT_ONCE * len(self._lanes)))
                more = bool(some)
                if some:
                    unfinished.append(self._distribute(some))
            if unfinished and not unfinished[0].waiting:
                done = unfinished.popleft()
                yield Taken(done.end, done.accepted, done.duplicate)
            elif unfinished:
                self._hear()

    def _distribute(self, rows: Sequence[Row]) -> _Part:
        by_lane: list[list[Row]] = [[] for _ in self._lanes]
        for row in rows:
            by_lane[crc32(row.user.encode()) % len(self._lanes)].append(row)
        part = _Part(rows[-1].number + 1)
        for lane, some in zip(self._lanes, by_lane, strict=True):
            if some:
                part.waiting += 1
                lane.add(part, some)
        return part

    def _hear(self) -> None:
        busy = {lane.pipe: lane for lane in self._lanes if lane.under_way}
        for pipe in wait(list(busy)):
            busy[pipe].hear()  # type: ignore[index]


@dataclass(slots=True)
class _Part:
    """Rows of the file up to `end`: how many lanes still have some of them, and what became of the others."""

    end: int
    waiting: int = 0
    accepted: int = 0
    duplicate: int = 0


class _Lane:
    """One process, and what it has to do: a batch under way, others waiting here."""

    def __init__(self, url: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(target=_work, args=(theirs, url), daemon=True)
        self._process.start()
        theirs.close()
        self._batches: deque[tuple[_Part, list[Row]]] = deque()

    @property
    def under_way(self) -> bool:
        """Whether an answer is to come."""
        return bool(self._batches)

    def begin(self, order: Order) -> None:
        """Tell the process what its rows will have in common."""
        self._say(order)

    def add(self, part: _Part, rows: list[Row]) -> None:
        """Have the process take in rows after those that it has."""
        self._batches.append((part, rows))
        if len(self._batches) == 1:
            self._send(rows)

    def hear(self) -> None:
        """Note an answer and send the next batch."""
        try:
            answer = self.pipe.recv()
        except EOFError:
            raise ResponsesError("a process of this import was ended; the same command goes on from there") from None
        if isinstance(answer, str):
            raise ResponsesError(answer)
        part, _ = self._batches.popleft()
        accepted, duplicate = answer
        part.accepted += accepted
        part.duplicate += duplicate
        part.waiting -= 1
        if self._batches:
            self._send(self._batches[0][1])

    def close(self) -> None:
        """End the process once it has finished what it does."""
        self.pipe.close()
        self._process.join(_ENDS_WITHIN)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _send(self, rows: list[Row]) -> None:
        self._say([tuple(row) for row in rows])

    def _say(self, message: object) -> None:
        try:
            self.pipe.send(message)
        except BrokenPipeError:
            raise ResponsesError("a process of this import was ended; the same command goes on from there") from None


def _work(pipe: Connection, url: str) -> None:
    """What a lane's process does until its pipe breaks."""
    # Ctrl-C reaches all processes of the terminal; the command itself ends us
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_what_is_loaded()
    engine = connect_for_posting(url, pool_size=1)
    intake = Intake.of(engine)
    try:
        order: Order = pipe.recv()
        while True:
            rows = [Row(*one) for one in pipe.recv()]
            try:
                answer: tuple[int, int] | str = take(intake, order, rows)
            except ResponsesError as error:
                answer = str(error)
            pipe.send(answer)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    finally:
        engine.dispose()
