"""The mail process: `python -m api.mailer`. Answers requests for a new password, and sends mail that is due.

It keeps no state: killed at any moment it loses nothing, and at worst the mail server gets a message twice, with the
same Message-ID and the same link. A link's secret is nowhere kept: it follows from the installation's key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import signal
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from types import FrameType

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from api.actions.letters import code_digest
from api.mail import MailServer, RefusedError, mail_server, message, send
from api.mail_texts import Facts, say
from api.security import redaction
from mastery.audit import Act
from mastery.letters import LINK_GOOD_FOR
from mastery.mail import MailKind, is_of_use, pause_after
from models import queries_mail as rows
from models.audit import SYSTEM, record
from models.clock import Clock, system_clock
from models.district import District
from models.installation import InstallationError, load
from models.queries_people import students_among
from models.throttle import forget_tries
from models.unit_of_work import connect, district_transaction, set_district, shared_transaction

_LOOK_EVERY = 1.0
_SWEEP_EVERY = 30.0
_BATCH = 50
_MOST_ACCOUNTS = 5  # that one e-mail address has
# while one sender has a message, no other takes it; longer than any mail server is waited for
_LEASE = timedelta(minutes=3)
_KEPT = timedelta(days=30)

log = logging.getLogger("mastery.mail")


class Mailer:
    """Sends the mail of an installation: `answer` what was asked, `send_due` of districts that have some."""

    def __init__(self, engine: Engine, keys: Sequence[str], server: MailServer, clock: Clock) -> None:
        self._engine = engine
        self._keys = keys
        self._server = server
        self._clock = clock

    def districts(self) -> list[int]:
        """All districts of the installation."""
        with shared_transaction(self._engine) as session:
            return list(session.scalars(select(District.id).order_by(District.id)))

    def answer(self) -> set[int]:
        """Turn requests into mail, in one transaction; the districts that now have some to send."""
        touched: set[int] = set()
        with shared_transaction(self._engine) as session:
            asked = rows.take_requests(session, _BATCH)
            if not asked:
                return touched
            now = self._clock()
            wanted = [one for one in asked if is_of_use(one.asked_at, now)]
            for district_id in self.districts() if wanted else ():
                set_district(session.connection(), district_id)
                for request in wanted:
                    for box in rows.letterboxes(session, district_id, request.name_digest)[:_MOST_ACCOUNTS]:
                        if rows.queue_link(session, district_id, box.account_id, request.id, now):
                            about = students_among(session, district_id, [box.person_id])
                            detail = {"person": box.person_id}
                            record(session, district_id, SYSTEM, Act.RECOVERY_ASKED, now, about, detail=detail)
                            touched.add(district_id)
            rows.forget_requests(session, [one.id for one in asked])
            session.commit()
        return touched

    def send_due(self, district_id: int) -> int:
        """Send what is due in a district, each outside of any transaction; how many the mail server took."""
        with district_transaction(self._engine, district_id) as session:
            due = rows.take_mail(session, district_id, self._clock(), _BATCH, _LEASE)
            session.commit()
        return sum(self._send(district_id, one) for one in due)

    def forget(self, district_ids: list[int]) -> None:
        """Delete what nobody needs any more."""
        now = self._clock()
        with shared_transaction(self._engine) as session:
            forget_tries(session, now)
            session.commit()
        for district_id in district_ids:
            with district_transaction(self._engine, district_id) as session:
                rows.forget_mail(session, district_id, now - _KEPT)
                session.commit()

    def _send(self, district_id: int, mail: rows.ToSend) -> bool:
        now = self._clock()
        if not is_of_use(mail.asked_at, now):
            return self._give_up(district_id, mail, "it is too old")
        link = self._link(district_id, mail, now) if mail.kind is MailKind.RECOVERY else None
        if mail.kind is MailKind.RECOVERY and link is None:
            return self._give_up(district_id, mail, "its link was used")
        said = say(mail.kind, mail.to.language, Facts(mail.district, mail.sign_in_name, link))
        identity = f"{district_id}.{mail.id}.{int(mail.asked_at.timestamp())}"
        try:
            send(
                self._server,
                message(self._server, mail.to.address, said.subject, said.text, said.html, identity, mail.asked_at),
            )
        except (RefusedError, ValueError) as error:
            return self._give_up(district_id, mail, f"it was refused ({type(error.__cause__ or error).__name__})")
        except OSError as error:
            # never the address or the server's words, which may repeat it
            log.warning("mail %s of district %s: %s; it is tried again", mail.id, district_id, type(error).__name__)
            with district_transaction(self._engine, district_id) as session:
                rows.put_off(session, district_id, mail.id, now + pause_after(mail.tries))
                session.commit()
            return False
        with district_transaction(self._engine, district_id) as session:
            rows.mark_sent(session, district_id, mail.id, self._clock())
            session.commit()
        return True

    def _link(self, district_id: int, mail: rows.ToSend, now: datetime) -> str | None:
        """The link, which works from now on for a while, each time it is sent; None where it was used already.

        Sent again after the key was changed it is the same one.
        """
        codes = {code_digest(key, code): code for key in self._keys for code in [_code(key, district_id, mail)]}
        with district_transaction(self._engine, district_id) as session:
            digest = rows.kept_link(session, district_id, list(codes)) or next(iter(codes))
            works = rows.keep_link(session, district_id, digest, mail.to.person_id, now, now + LINK_GOOD_FOR)
            session.commit()
        return f"{self._server.public_url}/activate/{codes[digest]}" if works else None

    def _give_up(self, district_id: int, mail: rows.ToSend, why: str) -> bool:
        log.warning("mail %s of district %s is not sent: %s", mail.id, district_id, why)
        with district_transaction(self._engine, district_id) as session:
            rows.give_up(session, district_id, mail.id, self._clock())
            session.commit()
        return False


def _code(key: str, district_id: int, mail: rows.ToSend) -> str:
    what = f"recovery link {district_id} {mail.id} {mail.asked_at.isoformat()}"
    secret = hmac.new(key.encode(), what.encode(), hashlib.sha256).digest()
    return f"{district_id}.{base64.urlsafe_b64encode(secret).decode().rstrip('=')}"


def run(mailer: Mailer) -> None:
    """Answer and send until the process is ended; what the database refuses now is done later."""
    swept = -_SWEEP_EVERY
    while True:
        try:
            districts = mailer.answer()
            if time.monotonic() - swept >= _SWEEP_EVERY:
                swept = time.monotonic()
                every = mailer.districts()
                districts.update(every)
                mailer.forget(every)
            for district_id in sorted(districts):
                mailer.send_due(district_id)
        except SQLAlchemyError as error:
            log.warning("the database does not answer: %s", type(error).__name__)
        time.sleep(_LOOK_EVERY)


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


def main() -> int:
    """Run the process until SIGTERM or SIGINT; 1 where mail is not set up."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s mail %(levelname)s %(message)s", stream=sys.stderr)
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, _end)
    try:
        installation = load()
        redaction.install(installation)
        server = mail_server(installation.public_url)
    except InstallationError as error:
        log.error("%s", error)
        return 1
    if server is None:
        log.error("MASTERY_SMTP_URL is not set, so there is no mail to send.")
        return 1
    run(Mailer(connect(installation.app_dsn, pool_size=1), installation.secret_keys, server, system_clock))
    return 0


if __name__ == "__main__":
    sys.exit(main())
