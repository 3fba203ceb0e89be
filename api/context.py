"""What a command works with: an installation whose database runs while the command does, and one of its districts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click
from sqlalchemy import or_, select

from api.services import Services
from models.district import District
from models.embedded import EmbeddedError
from models.installation import Installation, InstallationError, load
from models.unit_of_work import connect, connect_for_posting, shared_transaction

P = ParamSpec("P")
R = TypeVar("R")


def installation_of(context: click.Context) -> Installation:
    """The installation that --data-dir, else the environment, else the default place names."""
    data_dir: Path | None = context.find_root().params.get("data_dir")
    try:
        return load(data_dir)
    except InstallationError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def open_installation(context: click.Context) -> Iterator[Services]:
    """The parts of the installation; an embedded database is started where it does not run."""
    installation = installation_of(context)
    server = installation.server()
    try:
        if server is not None:
            server.start()
        services = Services.of(
            installation, connect(installation.app_dsn), posting=connect_for_posting(installation.app_dsn)
        )
        try:
            yield services
        finally:
            services.dispose()
    except EmbeddedError as error:
        raise click.ClickException(str(error)) from error
    finally:
        if server is not None:
            server.close()


def with_services(command: Callable[Concatenate[Services, P], R]) -> Callable[P, R]:
    """Give a command the parts of its installation as first argument."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with open_installation(click.get_current_context()) as services:
            return command(services, *args, **kwargs)

    return run


def with_district(command: Callable[Concatenate[Services, District, P], R]) -> Callable[..., R]:
    """Give a command its installation and the district that --district names; the only one needs no naming."""

    @click.option("--district", "district_name", metavar="NAME", help="Name or slug; needed where there are several.")
    @wraps(command)
    def run(*args: Any, district_name: str | None, **kwargs: Any) -> R:
        with open_installation(click.get_current_context()) as services:
            return command(services, find_district(services, district_name), *args, **kwargs)

    return run


def find_district(services: Services, name: str | None) -> District:
    """The district of this name or slug; without a name the only one. Raises a usage error that lists what there is."""
    with shared_transaction(services.engine) as session:
        query = select(District).order_by(District.slug)
        if name is not None:
            query = query.where(or_(District.slug == name, District.name == name))
        found = list(session.scalars(query))
        if len(found) == 1:
            return found[0]
        known = ", ".join(session.scalars(select(District.slug).order_by(District.slug)))
    if not known:
        raise click.UsageError("There is no district yet: make one with `mastery district create NAME`.")
    wrong = f"There is no district {name!r}" if name else "There are several districts"
    raise click.UsageError(f"{wrong}: name one with --district: {known}.")


def print_json(value: Any) -> None:
    """A command's result for programs."""
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    click.echo(json.dumps(plain, indent=2, default=str))
