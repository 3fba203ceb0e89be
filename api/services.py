"""What a request or a command needs from outside: the database, the clock, the installation."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request
from sqlalchemy import Engine

from api.actions.ingest import Intake
from models.clock import Clock, clock_of, system_clock
from models.installation import Installation


@dataclass(frozen=True, slots=True)
class Services:
    """The composition root's parts, one set per process.

    `clock` tells what day it is in the schools; `stopwatch` is for what people and programs have to wait for, and is
    never moved.
    """

    installation: Installation
    engine: Engine
    clock: Clock
    stopwatch: Clock
    intake: Intake

    @classmethod
    def of(
        cls,
        installation: Installation,
        engine: Engine,
        clock: Clock | None = None,
        posting: Engine | None = None,
    ) -> Services:
        """The parts of an installation, by its own clock unless told another.

        `posting` is the engine by which results come in, if not the same.
        """
        return cls(
            installation,
            engine,
            clock or clock_of(installation),
            clock or system_clock,
            Intake.of(posting or engine),
        )

    def dispose(self) -> None:
        """Close every connection to the database."""
        self.engine.dispose()
        self.intake.engine.dispose()


def attach(app: Flask, services: Services) -> None:
    """Make the parts known to an application."""
    app.extensions["mastery"] = services


def services() -> Services:
    """The parts of the running application."""
    parts: Services = current_app.extensions["mastery"]
    return parts


def comes_by_tls() -> bool:
    """Whether this request came by TLS, as a trusted proxy or the public address says."""
    return request.is_secure or services().installation.is_over_tls
