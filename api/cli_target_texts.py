"""`mastery graph texts`: what a district's targets say in other languages, from a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from api.actions.target_texts import TextsTaken, take_texts
from api.catalogues import catalogues
from api.context import print_json, with_district
from api.interop.csv_table import UnreadableError
from api.interop.target_texts import read_texts
from api.services import Services
from models.district import District
from models.unit_of_work import district_transaction, try_again

_SHOWN = 20


@click.command("texts")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="For programs; lists every row that is wrong.")
@with_district
def texts(services: Services, district: District, file: Path, as_json: bool) -> None:
    """Bring in what targets say in other languages: a CSV with the columns target,language,statement,example,task.

    `target` is a code or GUID, `language` such as es or pt-BR. A column that is absent leaves what there is, an empty
    cell takes it away. All rows come in or, where one is wrong, none. Again is harmless.
    """
    try:
        rows, problems = read_texts(file.read_bytes())
    except UnreadableError as error:
        raise click.ClickException(str(error)) from error

    now = services.clock()

    def transaction() -> TextsTaken:
        with district_transaction(services.engine, district.id) as session:
            taken = take_texts(session, district.id, rows, problems, now)
            session.commit()
            return taken

    taken = try_again(transaction)
    if as_json:
        print_json(asdict(taken))
    else:
        click.echo("\n".join(_lines(taken)), err=bool(taken.problems))
    if taken.problems:
        raise SystemExit(1)


def _lines(taken: TextsTaken) -> Iterator[str]:
    if taken.problems:
        yield "Nothing was changed. To mend in the file:"
        for one in taken.problems[:_SHOWN]:
            yield f"  line {one.line}, {one.field}: {one.message}"
        if len(taken.problems) > _SHOWN:
            yield f"  and {len(taken.problems) - _SHOWN} more; --json lists all"
        return
    said = ", ".join(taken.languages) or "no language"
    yield f"Texts in {said}: {taken.added} added, {taken.changed} changed, {taken.unchanged} as they were."
    unread = [language for language in taken.languages if language not in catalogues()]
    if unread:
        yield f"Pages are in {', '.join(catalogues())}: what is in {', '.join(unread)} is kept, and shown on none."
