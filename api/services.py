"""What a request or a command needs from outside: the database, the clock, the installation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask, current_app
from sqlalchemy import Engine

from api.actions.ingest import Intake
from models.installation import Installation

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present instant, zone-aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """The composition root's parts, one set per process."""

    installation: Installation
    engine: Engine
    clock: Clock
    intake: Intake

    @classmethod
    def of(
        cls, installation: Installation, engine: Engine, clock: Clock = system_clock, posting: Engine | None = None
    ) -> Services:
        """The parts of an installation; `posting` is the engine by which results come in, if not the same."""
        return cls(installation, engine, clock, Intake.of(posting or engine))

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
