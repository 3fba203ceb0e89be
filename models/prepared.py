"""Connections that keep their prepared statements when a transaction is rolled back."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.pq import ExecStatus, PipelineStatus, TransactionStatus
from sqlalchemy import Engine, event


class Keeping(psycopg.Connection[Any]):
    """A connection as the driver's, but for one thing: a rollback forgets nothing that was prepared.

    The driver drops it all, since tables may have been made meanwhile. Here whoever only reads ends with a rollback,
    and then had every statement planned anew for each page. After an error it does drop it: of what was sent together
    with a statement that failed the driver believes that it was prepared, and the server never saw it.
    """

    def rollback(self) -> None:
        """Roll the transaction back."""
        whole = self.info.transaction_status == TransactionStatus.INTRANS
        if whole and self.info.pipeline_status == PipelineStatus.OFF:
            done = self.pgconn.exec_(b"ROLLBACK")
            if done.status == ExecStatus.COMMAND_OK:
                return
        super().rollback()


def keep_prepared(engine: Engine) -> None:
    """Have an engine connect so."""

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, words: tuple[Any, ...], options: dict[str, Any]) -> Keeping:
        return Keeping.connect(*words, **options)
