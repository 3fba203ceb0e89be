"""An earlier calibration as `mastery calibrate --json` wrote it, for a new one to be anchored to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from api.problems import flatten
from api.v1.fields import Name, Number
from mastery.calibrate import CalibrationError, Curves

_ABOVE_NOTHING = validate.Range(min=0, min_inclusive=False, error="is not above 0; give a positive number")
_LONGEST_ITEM = 2000
_MOST_TOLD = 3


class EarlierError(ValueError):
    """A file that is no such calibration; the text is for people and names the field."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """The curves of an earlier run by skill, None for a whole file, and what its file is called."""

    name: str
    by_skill: Mapping[str | None, Curves]

    def of(self, skill: str | None) -> Curves:
        """Those of a skill. CalibrationError where the earlier run has none."""
        if skill not in self.by_skill:
            what = "a calibration of a whole file" if skill is None else f"the skill {skill!r}"
            raise CalibrationError(f"{self.name} does not have {what}")
        return self.by_skill[skill]


class _ItemSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    item = Name(_LONGEST_ITEM, required=True)
    slope = Number(required=True, validate=_ABOVE_NOTHING)
    slope_se = Number(required=True, validate=_ABOVE_NOTHING)
    easiness = Number(required=True)
    easiness_se = Number(required=True, validate=_ABOVE_NOTHING)
    slope_easiness_covariance = Number(required=True)


class _RunSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    skill = fields.String(required=True, allow_none=True)
    items = fields.List(fields.Nested(_ItemSchema), load_default=list)


class _DocumentSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    calibrations = fields.List(fields.Nested(_RunSchema), required=True)


def read_earlier(path: Path) -> Earlier:
    """The curves in a file that `mastery calibrate --json` wrote. Raises EarlierError for anything else."""
    try:
        found = _DocumentSchema().load(json.loads(path.read_text(encoding="utf-8")))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise EarlierError(f"{path.name} is no JSON: give what `mastery calibrate --json` wrote") from error
    except ValidationError as error:
        wrong = [f"{one['field']}: {one['message']}" for one in flatten(error.normalized_messages())]
        raise EarlierError("; ".join([f"{path.name}, {wrong[0]}", *wrong[1:_MOST_TOLD]])) from error
    by_skill = {run["skill"]: _curves(path, place, run["items"]) for place, run in enumerate(found["calibrations"])
                if run["items"]}  # fmt: skip
    if not by_skill:
        raise EarlierError(f"{path.name} has no items: give a run in which something was calibrated")
    return Earlier(path.name, by_skill)


def _curves(path: Path, run: int, items: list[dict[str, Any]]) -> Curves:
    seen: set[str] = set()
    for place, one in enumerate(items):
        field = f"{path.name}, calibrations[{run}].items[{place}]"
        if one["item"] in seen:
            raise EarlierError(f"{field}.item: {one['item']!r} is there twice; give each item once")
        seen.add(one["item"])
        if abs(one["slope_easiness_covariance"]) >= one["slope_se"] * one["easiness_se"]:
            raise EarlierError(f"{field}.slope_easiness_covariance: must be less than slope_se times easiness_se")
    column = {name: np.array([one[name] for one in items]) for name in ("slope", "slope_se", "easiness", "easiness_se")}
    mixed = np.array([one["slope_easiness_covariance"] for one in items])
    covariance = np.array([[column["slope_se"] ** 2, mixed], [mixed, column["easiness_se"] ** 2]]).transpose(2, 0, 1)
    return Curves([one["item"] for one in items], column["slope"], column["easiness"], covariance)
