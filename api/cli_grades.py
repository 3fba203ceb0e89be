"""`mastery grades`: the rules by which mastery is printed as a grade, and the grades of a term as OneRoster files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from api.actions.desk import Desk
from api.actions.grades import class_grades, sign_rule
from api.actions.grades_export import term_grades
from api.actions.schools import find_school
from api.context import print_json, with_district
from api.interop.oneroster_grades import write_grades
from api.services import Services
from mastery.calendar import today_in
from mastery.grading import AskedRule, GradeLevel, GradeStatus, Measure, Rule, check_rule, read_bands, rule_to_json
from mastery.links import LinkError
from models.district import District
from models.grade_rules import ToldRule, grade_rules_of
from models.graph_store import load_graph
from models.queries_rollup import class_members
from models.unit_of_work import district_transaction

_as_json = click.option("--json", "as_json", is_flag=True, help="For programs.")
_RULE = (
    click.option("--by", "measure", type=click.Choice([one.value for one in Measure]), required=True,
                 help="What the grade goes by."),
    click.option("--bands", required=True, help="Grades, the best first: '0.9 A 95; 0.8 B 85; 0 NP 60'."),
    click.option("--open", "open_mark", help="What is printed until all is mastered, for a rule by level."),
)  # fmt: skip


@click.group()
def grades() -> None:
    """Grades that are printed beside mastery. Nothing goes by them."""


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except LinkError as error:
        raise click.ClickException(f"{error.field}: {error}.") from error


def _asks_rule(command: Any) -> Any:
    for option in reversed(_RULE):
        command = option(command)
    return command


@grades.command("set-rule")
@_asks_rule
@click.option("--basis", required=True, help="Why: the law or the policy of the board.")
@click.option("--signed-by", "by", required=True, help="Who signed it.")
@click.option("--from", "begins", type=click.DateTime(["%Y-%m-%d"]), help="First day; today if not given.")
@click.option("--school", metavar="SCHOOL", help="For this school alone, by sourcedId or name.")
@click.option("--course", metavar="SOURCED_ID", help="For this course alone.")
@with_district
def set_rule(
    services: Services,
    district: District,
    measure: str,
    bands: str,
    open_mark: str | None,
    basis: str,
    by: str,
    begins: datetime | None,
    school: str | None,
    course: str | None,
) -> None:
    """Print mastery by this rule from a day on. Grades of days before stay as they were."""
    if school is not None and course is not None:
        raise click.UsageError("Give --school or --course, not both.")
    now, today = services.clock(), today_in(district.time_zone, services.clock())
    level = GradeLevel.SCHOOL if school else GradeLevel.COURSE if course else GradeLevel.DISTRICT
    with _plainly(), district_transaction(services.engine, district.id) as session:
        key = find_school(session, district.id, school).id if school else None
        rule = Rule(Measure(measure), read_bands(bands), open_mark)
        asked = AskedRule(level, key, course, rule, basis, begins.date() if begins else today)
        number = sign_rule(session, Desk(district.id), asked, now, today, by)
        session.commit()
    click.echo(f"Rule {number} counts from {asked.since}.")


@grades.command("rules")
@_as_json
@with_district
def rules(services: Services, district: District, as_json: bool) -> None:
    """All rules that were signed, in the order of signing."""
    with district_transaction(services.engine, district.id) as session:
        found = grade_rules_of(session, district.id)
    if as_json:
        print_json([_document(one) for one in found])
        return
    for one in found:
        said = one.signed
        place = one.school or said.course or "the district"
        bands = "nothing of its own" if said.rule is None else "; ".join(f"{b.floor} {b.mark}" for b in said.rule.bands)
        click.echo(f"{said.number:>6}  {place} from {said.since}, signed by {one.by}: {bands} ({said.basis})")
    if not found:
        click.echo("Nobody has signed a rule, so no grade is printed.")


def _document(one: ToldRule) -> dict[str, Any]:
    said = one.signed
    return {
        "number": said.number, "level": said.level, "school": one.school, "course": said.course,
        "rule": None if said.rule is None else rule_to_json(said.rule), "legal_basis": said.basis,
        "since": said.since.isoformat(), "signed_by": one.by,
    }  # fmt: skip


@grades.command("preview")
@click.argument("section", metavar="CLASS")
@_asks_rule
@_as_json
@with_district
def preview(
    services: Services,
    district: District,
    section: str,
    measure: str,
    bands: str,
    open_mark: str | None,
    as_json: bool,
) -> None:
    """How many grades of each kind a rule would make of the present levels of CLASS (its sourcedId). Keeps nothing."""
    zone, day = ZoneInfo(district.time_zone), today_in(district.time_zone, services.clock())
    with _plainly(), district_transaction(services.engine, district.id) as session:
        rule = Rule(Measure(measure), read_bands(bands), open_mark)
        check_rule(rule)
        found = class_members(session, district.id, section, day)
        if found is None:
            raise click.ClickException(f"There is no class {section!r} of which the roster names the course.")
        students = [key for key, _ in found.students]
        given = class_grades(
            session, district.id, load_graph(session, district.id), found.of, students, day, zone, rule
        )
    now, then = (
        Counter("(no grade)" if one.status is GradeStatus.LIFTED else one.mark for one in some.values())
        for some in (given.in_force, given.tried)
    )
    if as_json:
        print_json({"class": section, "students": len(students), "in_force": now, "tried": then})
        return
    for mark in dict.fromkeys([*(band.mark for band in rule.bands), *sorted(then), *sorted(now)]):
        click.echo(f"{mark:<14}{now[mark]:>5} now{then[mark]:>5} by this rule")


@grades.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--term", required=True, help="Its sourcedId, or its title.")
@_as_json
@with_district
def export(services: Services, district: District, folder: Path, term: str, as_json: bool) -> None:
    """Write the grades of a term into a new folder as OneRoster 1.2 files: categories, lineItems, results, manifest.

    As of the term's last day, or of today while it runs. These are children's records: keep them safe.
    """
    with _plainly(), district_transaction(services.engine, district.id) as session:
        found = term_grades(
            session, district.id, load_graph(session, district.id), term, services.clock(), ZoneInfo(district.time_zone)
        )
        try:
            write_grades(found, folder)
        except OSError as error:
            raise click.ClickException(str(error)) from error
        session.commit()
    results = sum(len(one.grades) for one in found.classes)
    if as_json:
        print_json({"term": found.sourced_id, "day": found.day, "classes": len(found.classes), "results": results})
    else:
        click.echo(f"{results} grades of {len(found.classes)} classes as of {found.day}, in {folder}.")


def register(cli: click.Group) -> None:
    """Add the commands."""
    cli.add_command(grades)
