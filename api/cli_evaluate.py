"""`mastery evaluate`: how well the estimator predicts students that it never saw, on a file of answers."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

import click

from api.actions.evaluation import Evaluation, Figures, evaluate_fold, mean_of, read_answers
from api.actions.responses import ResponsesError
from api.context import print_json
from mastery.estimate import DEFAULTS, warm_up
from mastery.measure import FOLDS, AnswerSet, Timestamps, twins

_STEPS = 1000
_COLUMNS = (
    ("AUC", "auc", ".4f"),
    ("accuracy", "accuracy", ".4f"),
    ("log-loss", "log_loss", ".4f"),
    ("RMSE", "rmse", ".4f"),
    ("ECE", "ece", ".4f"),
    ("mastery ECE", "mastery_ece", ".4f"),
    ("80% covers", "coverage_80", ".3f"),
    ("updates/s", "updates_per_second", ",.0f"),
    ("seconds", "seconds", ".1f"),
    ("peak MB", "peak_mb", ",.0f"),
)
_File = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("evaluate")
@click.argument("file", type=_File, metavar="FILE.csv")
@click.option("--q-matrix", type=_File, help="A file item_id,base_skill: the base skills of each item.")
@click.option("--fold", type=click.IntRange(0, FOLDS - 1), help="The fold whose students are predicted; 0 if not said.")
@click.option("--folds", type=click.Choice([str(FOLDS)]), metavar=str(FOLDS), help="All folds, and their mean.")
@click.option(
    "--timestamps",
    type=click.Choice([one.value for one in Timestamps]),
    help="What the column timestamp counts; looked at if not said.",
)
@click.option(
    "--without-twins",
    is_flag=True,
    help="Train on nobody whose answers are those of a judged student: the same person twice.",
)
@click.option("--json", "as_json", is_flag=True)
def evaluate(
    file: Path,
    q_matrix: Path | None,
    fold: int | None,
    folds: str | None,
    timestamps: str | None,
    without_twins: bool,
    as_json: bool,
) -> None:
    """Fit to four fifths of the students of a file of answers, and predict the others' answers one by one.

    The columns are user_id,item_id,timestamp,correct,skill_id, in order within a user. Nothing is stored.
    """
    if fold is not None and folds is not None:
        raise click.UsageError("--fold names one fold and --folds asks for all: give one of them.")
    try:
        answers = read_answers(file, q_matrix, Timestamps(timestamps) if timestamps else None)
    except ResponsesError as error:
        raise click.ClickException(str(error)) from error
    done = _evaluate(answers, range(FOLDS) if folds else [fold or 0], without_twins)
    if as_json:
        print_json(_document(file, answers, done, without_twins))
    else:
        click.echo(_table(file, answers, done, without_twins))


def _evaluate(answers: AnswerSet, folds: Sequence[int], without_twins: bool) -> list[Evaluation]:
    """Each fold, with progress on stderr."""
    warm_up(DEFAULTS)
    done: list[Evaluation] = []
    pairs = twins(answers)
    with click.progressbar(length=_STEPS * len(folds), label="Evaluating", file=sys.stderr) as bar:

        def advance(step: int, steps: int) -> None:
            bar.update(_STEPS * len(done) + _STEPS * step // steps - bar.pos)

        for fold in folds:
            done.append(
                evaluate_fold(answers, fold, perf_counter, advance=advance, pairs=pairs, without_twins=without_twins)
            )
    return done


def _document(file: Path, answers: AnswerSet, done: Sequence[Evaluation], without_twins: bool) -> dict[str, Any]:
    """One fold's figures, or the mean with each fold's below `folds`; what can not be said is null."""
    run = {
        "file": file.name,
        "file_answers": answers.rows,
        "file_students": answers.students,
        "items": answers.items,
        "targets": answers.targets,
        "timestamps": answers.timestamps.value,
        "timestamps_because": answers.timing,
        "without_twins": without_twins,
    }
    if len(done) == 1:
        return {**_fold_document(done[0]), **run}
    return {**_plain(mean_of(done)), "fold": "mean", **run, "folds": [_fold_document(one) for one in done]}


def _fold_document(one: Evaluation) -> dict[str, Any]:
    return {
        **_plain(one.figures),
        "fold": one.fold,
        "students": one.students,
        "answers": one.answers,
        "mastery_points": one.points,
        "twins": one.twins,
        "model": one.model,
    }


def _plain(figures: Figures) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in asdict(figures).items()}


def _table(file: Path, answers: AnswerSet, done: Sequence[Evaluation], without_twins: bool) -> str:
    titles = ["fold", "students", "answers", *(title for title, _, _ in _COLUMNS)]
    rows = [[str(one.fold), f"{one.students:,}", f"{one.answers:,}", *_cells(one.figures)] for one in done]
    if len(done) > 1:
        rows.append(["mean", "", "", *_cells(mean_of(done))])
    widths = [max(len(row[place]) for row in [titles, *rows]) for place in range(len(titles))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in [titles, *rows]]
    return "\n".join(
        [
            f"{file.name}: {answers.rows:,} answers of {answers.students:,} students to {answers.items:,} items on "
            f"{answers.targets:,} targets.",
            f"Timestamps are taken for {_SAID[answers.timestamps]}: {answers.timing}.",
            *_said_of_twins(done, without_twins),
            "",
            *lines,
        ]
    )


def _said_of_twins(done: Sequence[Evaluation], left_out: bool) -> list[str]:
    count = sum(one.twins for one in done)
    if not count:
        return []
    fate = "They were left out." if left_out else "They were trained on all the same: --without-twins leaves them out."
    return [f"Training students whose answers are those of a judged student, too: {count:,}. {fate}"]


_SAID = {Timestamps.SECONDS: "seconds", Timestamps.ORDER: "an order"}


def _cells(figures: Figures) -> list[str]:
    values = [(getattr(figures, name), form) for _, name, form in _COLUMNS]
    return [format(value, form) if math.isfinite(value) else "-" for value, form in values]


def register(cli: click.Group) -> None:
    """Add the command to the program."""
    cli.add_command(evaluate)
