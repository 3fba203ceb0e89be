"""A rubric: criteria, each about one target and each scored by itself. There is no total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mastery.body.judgement import levels_to_give
from mastery.body.words import Key

# what a rater says of each criterion; None: there was nothing to see of it, which is not zero
Scores = Mapping[str, float | None]


class RubricError(ValueError):
    """A rubric or a score that can not be; `field` is what is wrong, the text what would be right."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is looked at, under a key, and the one target that it is about."""

    key: str
    target: Key


@dataclass(frozen=True, slots=True)
class Rubric:
    """The criteria of a task, in the order in which they are shown. Raises RubricError for what can not be scored.

    A piece of work says one thing of a target, so that no two criteria are about the same one.
    """

    criteria: tuple[Criterion, ...]

    def __post_init__(self) -> None:
        if not self.criteria:
            raise RubricError("criteria", "a rubric has at least one criterion")
        if any(not one.key.strip() for one in self.criteria):
            raise RubricError("criteria", "each criterion has a key")
        keys: list[Key] = [one.key for one in self.criteria]
        for name, found in (("key", keys), ("target", [one.target for one in self.criteria])):
            twice = {str(one) for one in found if found.count(one) > 1}
            if twice:
                raise RubricError("criteria", f"each {name} stands once: {', '.join(sorted(twice))} does not")

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the criteria, in their order."""
        return tuple(one.key for one in self.criteria)


def checked_scores(rubric: Rubric, scores: Scores) -> dict[str, float | None]:
    """What a rater says of each criterion, in the rubric's order. Raises RubricError unless all are spoken of.

    Levels are 0 to 4 in halves.
    """
    unknown = sorted(scores.keys() - set(rubric.keys))
    if unknown:
        raise RubricError(unknown[0], "is no criterion of the rubric")
    for key in rubric.keys:
        if key not in scores:
            raise RubricError(key, "is not scored yet: give a level, or say that there was nothing to see")
        if not _is_level(scores[key]):
            raise RubricError(key, f"{scores[key]} is no level that can be given: give 0 to 4 in halves")
    return {key: scores[key] for key in rubric.keys}


def levels_of_targets(rubric: Rubric, levels: Scores) -> dict[Key, float]:
    """The level of each target that was seen, from the resolved level of each criterion."""
    known = ((one.target, levels.get(one.key)) for one in rubric.criteria)
    return {target: level for target, level in known if level is not None}


def _is_level(score: float | None) -> bool:
    return score is None or score in levels_to_give()
