"""Districts whose contract ended, and by when they are to be destroyed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from api.actions.examination.words import Check, Status, command
from mastery.calendar import today_in
from mastery.contract_end import Haste, haste
from models.district_end import DistrictEnd
from models.installation import Installation


def ended_contracts(installation: Installation, ended: Sequence[DistrictEnd], now: datetime) -> Iterator[Check]:
    """One check for each district that is still there after its contract ended."""
    if not ended:
        yield Check("ended contracts", Status.OK, "No district waits to be destroyed.")
    for one in ended:
        name = f"contract of {one.slug}"
        last = one.contract.last_day
        told = f"The contract of {one.slug} ended on {one.ended_on}"
        begun = f", and destroying it was begun on {one.begun_at.date()} and not completed" if one.begun_at else ""
        how_near = haste(one.contract, today_in(one.time_zone, now))
        if how_near is Haste.FAR and not begun:
            yield Check(name, Status.OK, f"{told}; it is to be destroyed by {last}.")
            continue
        over = "was" if how_near is Haste.OVER else "is"
        yield Check(
            name, Status.WARN, f"{told}{begun}; the last day for the certificate of destruction {over} {last}.",
            command(installation, f"district destroy {one.slug} --export PATH --by WHO --out DIR"),
        )  # fmt: skip
