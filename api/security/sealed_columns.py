"""Which columns hold values that are sealed with the installation's key, and sealing them anew when it changes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.security.sealing import Purpose, Sealer, SealError
from models.account_session import SecondFactor
from models.identity import IdentityProvider

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of a district's table. `reseal` opens a value with any of the keys and seals it with the first.

    It raises SealError for a value that none of them opens.
    """

    column: InstrumentedAttribute[Any]
    reseal: Callable[[Sequence[str], Any], Any]


def _of(purpose: Purpose) -> Callable[[Sequence[str], str], str]:
    def anew(keys: Sequence[str], sealed: str) -> str:
        sealer = Sealer(keys, purpose)
        return sealer.seal(sealer.open(sealed))

    return anew


SEALED = (
    SealedColumn(SecondFactor.secret, _of(Purpose.SECOND_FACTOR)),
    SealedColumn(SecondFactor.pending, _of(Purpose.SECOND_FACTOR)),
    SealedColumn(IdentityProvider.sealed_secret, _of(Purpose.IDENTITY_PROVIDER)),
)


def reseal(session: Session, district_id: int, keys: Sequence[str], sealed: Sequence[SealedColumn]) -> int:
    """Seal every value of a district with the first of the keys; how many there are. Done again it does no harm.

    What none of the keys opens was lost before; it stays as it is, and the log tells where.
    """
    count = 0
    for one in sealed:
        table = one.column.class_.__table__
        key = tuple_(*table.primary_key.columns)
        value = table.c[one.column.key]
        rows = session.execute(
            select(*table.primary_key.columns, value)
            .where(table.c.district_id == district_id, value.is_not(None))
            .with_for_update()
        ).all()
        for *of_row, old in rows:
            try:
                anew = one.reseal(keys, old)
            except SealError as error:
                log.warning("%s %s: %s", value, of_row, error)
                continue
            session.execute(update(table).where(key == tuple_(*of_row)).values({value: anew}))
            count += 1
    return count
