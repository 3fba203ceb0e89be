"""`mastery curriculum`: which targets are priority, and which competencies a course needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from sqlalchemy.orm import Session

from api.actions.curriculum import mark_targets, require
from api.actions.desk import Desk
from api.actions.graph import GraphError, one_node
from api.actions.rolled_up import targets_of
from api.context import print_json, with_district
from api.services import Services
from mastery.calendar import today_in
from mastery.curriculum import priorities, required_on
from mastery.links import LinkError
from models.curriculum import course_requirements, marked_targets
from models.district import District
from models.graph_store import DistrictGraph, load_graph
from models.unit_of_work import district_transaction

_FROM = click.option("--from", "begins", type=click.DateTime(["%Y-%m-%d"]), help="First day; today if not given.")
_BY = click.option("--by", required=True, help="Who signed it.")


@click.group()
def curriculum() -> None:
    """What makes a competency and a course: each from a day on, and what was mastered before stays mastered."""


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except (LinkError, GraphError) as error:
        raise click.ClickException(f"{error.field}: {error}.") from error


def _nodes(session: Session, district: District, names: tuple[str, ...]) -> tuple[DistrictGraph, list[int]]:
    graph = load_graph(session, district.id)
    return graph, [graph.ids[one_node(name, "node", graph)] for name in names]


@curriculum.command("set-priority")
@click.argument("nodes", nargs=-1, required=True)
@click.option("--supporting", is_flag=True, help="Make them supporting targets; without it, priority targets.")
@_FROM
@_BY
@with_district
def set_priority(
    services: Services, district: District, nodes: tuple[str, ...], supporting: bool, begins: datetime | None, by: str
) -> None:
    """Make NODES priority targets from a day on: targets by code or GUID, or standards for all of theirs."""
    now, today = services.clock(), today_in(district.time_zone, services.clock())
    since = begins.date() if begins else today
    with _plainly(), district_transaction(services.engine, district.id) as session:
        graph, keys = _nodes(session, district, nodes)
        targets = list(dict.fromkeys(target for key in keys for target in targets_of(graph, key)))
        priority = () if supporting else targets
        changed = mark_targets(session, Desk(district.id), graph, targets, priority, since, now, today, by)
        session.commit()
    click.echo(f"{changed} of {len(targets)} targets are {'supporting' if supporting else 'priority'} from {since}.")


@curriculum.command("require")
@click.argument("course")
@click.argument("nodes", nargs=-1, required=True)
@click.option("--no-more", is_flag=True, help="The course needs them no more.")
@_FROM
@_BY
@with_district
def require_command(
    services: Services,
    district: District,
    course: str,
    nodes: tuple[str, ...],
    no_more: bool,
    begins: datetime | None,
    by: str,
) -> None:
    """Let COURSE (the roster's sourcedId) need the competencies NODES, by code or GUID, from a day on."""
    now, today = services.clock(), today_in(district.time_zone, services.clock())
    since = begins.date() if begins else today
    with _plainly(), district_transaction(services.engine, district.id) as session:
        graph, keys = _nodes(session, district, nodes)
        changed = require(session, Desk(district.id), graph, course, keys, not no_more, since, now, today, by)
        session.commit()
    click.echo(f"{changed} of {len(keys)} competencies changed for {course} from {since}.")


@curriculum.command("show")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day; today if not given.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@with_district
def show(services: Services, district: District, day: datetime | None, as_json: bool) -> None:
    """What courses need on a day, and of which targets somebody said that they are supporting or priority ones."""
    when = day.date() if day else today_in(district.time_zone, services.clock())
    with district_transaction(services.engine, district.id) as session:
        graph = load_graph(session, district.id)
        marked = priorities(marked_targets(session, district.id), when)
        needed = required_on(course_requirements(session, district.id), when)
    courses = {course: [graph.node(int(one)).label for one in some] for course, some in needed.items()}
    targets = {graph.node(int(one)).label: priority for one, priority in marked.items()}
    if as_json:
        print_json({"on": when, "courses": courses, "targets": targets})
        return
    for course, some in courses.items():
        click.echo(f"{course}: {', '.join(some)}")
    for target, priority in targets.items():
        click.echo(f"{target}: {'priority' if priority else 'supporting'}")
    if not courses and not targets:
        click.echo("Nothing was said: every target is a priority, and no course needs anything.")


def register(cli: click.Group) -> None:
    """Add the commands."""
    cli.add_command(curriculum)
