"""Recovery by mail: nobody learns who has an account, a link works once and not for long, no mail is lost."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from factories import NOW
from mail_server import Kept, mail_server
from page_world import PASSWORD, PageWorld
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.actions.letters import code_digest
from api.mail import MailServer, message, send
from api.mail import mail_server as server_of
from api.mailer import Mailer
from api.pages import activation
from api.pages.activation import MAIL
from api.serve import ServeError, _sends_mail, free_port
from mastery.audit import Act
from mastery.mail import LINKS_IN_AN_HOUR, is_of_use, pause_after
from mastery.tries import Allowance
from models.access import Account
from models.audit import AuditEvent
from models.installation import Installation
from models.letters import EntryCode
from models.mail import Mail, RecoveryRequest
from models.queries_accounts import set_language
from models.roster import Person
from models.unit_of_work import district_transaction, shared_transaction

NEW = "maple river 41 lamps"
ADDRESS = "anne.byron@example.org"
LINK = re.compile(r"https://mastery\.example/activate/(\S+)")


@dataclass
class Post:
    """A district whose guardian has an e-mail address, a mailer, and a mail server that runs when told to."""

    world: PageWorld
    mailer: Mailer
    server: MailServer
    kept: Kept = field(default_factory=Kept)

    def ask(self, name: str, **sender: str) -> tuple[int, str]:
        """What the page of recovery answers to a name, without its form token."""
        http = self.world.client().client
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', http.get("/recover").get_data(as_text=True))
        assert found
        answer = http.post("/recover", data={"csrf_token": found.group(1), "name": name}, environ_base=sender)
        return answer.status_code, re.sub(r'value="[^"]*"', "", answer.get_data(as_text=True))

    def work(self) -> list[EmailMessage]:
        """Answer and send, with the mail server at work; what came of it."""
        before = len(self.kept.messages)
        with mail_server(self.kept, self.server.port):
            self.work_alone()
        return self.kept.messages[before:]

    def work_alone(self) -> None:
        """Answer and send, whether or not there is a mail server."""
        self.mailer.answer()
        self.mailer.send_due(self.world.district_id)

    def rows(self) -> list[Mail]:
        with district_transaction(self.world.engine, self.world.district_id) as session:
            return list(session.scalars(select(Mail).order_by(Mail.id)))


@pytest.fixture
def post(page_world: PageWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    monkeypatch.setitem(page_world.app.config, MAIL, True)
    server = MailServer(
        "127.0.0.1", free_port("127.0.0.1"), False, None, None, "School <no-reply@mastery.example>",
        "https://mastery.example",
    )  # fmt: skip
    with district_transaction(page_world.engine, page_world.district_id) as session:
        for who in ("guardian", "student"):
            person = session.get_one(Person, (page_world.district_id, page_world.people[who].id))
            person.email = {"guardian": ADDRESS, "student": "one\ntwo@example.org"}[who]
        session.commit()
    keys = page_world.app.extensions["mastery"].installation.secret_keys
    return Post(page_world, Mailer(page_world.engine, keys, server, page_world.clock), server)


def link_of(sent: EmailMessage) -> str:
    body = sent.get_body(("plain",))
    assert body is not None
    found = LINK.search(body.get_content())
    assert found
    return found.group(1)


def redeem(world: PageWorld, code: str, status: int = 303) -> None:
    client = world.client()
    html = client.client.get("/activate").get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
    assert found
    sent = {"csrf_token": found.group(1), "password": NEW, "again": NEW}
    client._read(client.client.post(f"/activate/{code}", data=sent), status)


def test_a_link_sets_a_new_password_once_and_ends_sessions(post: Post) -> None:
    world = post.world
    before = world.client("guardian")
    post.ask("Guardian")
    (sent,) = post.work()
    assert sent["To"] == ADDRESS
    assert re.fullmatch(r"<\d+\.\d+\.\d+@mastery\.example>", sent["Message-ID"])
    code = link_of(sent)
    for _ in range(2):
        world.client().get(f"/activate/{code}")
    redeem(world, code)
    redeem(world, code, 404)
    before.get("/students", 303)
    world.client().sign_in("guardian", PASSWORD, 422)
    world.client().sign_in("guardian", NEW)
    (news,) = post.work()
    assert news["Subject"] == "Your password was changed / Se cambió la contraseña"


def test_a_name_an_address_and_nobody_get_the_same_answer(post: Post) -> None:
    answers = {post.ask(name) for name in ("guardian", ADDRESS, "nobody", "teacher", "x@example.org", "\x00")}
    assert len(answers) == 1
    assert {status for status, _ in answers} == {200}
    assert len(post.work()) == 2
    with shared_transaction(post.world.engine) as session:
        assert session.scalars(select(RecoveryRequest)).all() == []


def test_the_address_finds_the_account_whatever_its_case(post: Post) -> None:
    post.ask(f" {ADDRESS.upper()} ")
    assert [one["To"] for one in post.work()] == [ADDRESS]


def test_a_link_works_for_half_an_hour(post: Post) -> None:
    post.ask("guardian")
    code = link_of(post.work()[0])
    post.world.clock.jump(timedelta(minutes=29, seconds=59))
    post.world.client().get(f"/activate/{code}")
    post.world.clock.jump(timedelta(seconds=2))
    post.world.client().get(f"/activate/{code}", 404)
    redeem(post.world, code, 404)


def test_a_second_link_ends_the_first(post: Post) -> None:
    post.ask("guardian")
    first = link_of(post.work()[0])
    post.ask("guardian")
    second = link_of(post.work()[0])
    post.world.client().get(f"/activate/{first}", 404)
    post.world.client().get(f"/activate/{second}")


def test_an_account_is_sent_few_links(post: Post) -> None:
    for _ in range(LINKS_IN_AN_HOUR + 2):
        assert post.ask("guardian")[0] == 200
    assert len(post.work()) == LINKS_IN_AN_HOUR
    post.world.clock.jump(timedelta(hours=1))
    post.ask("guardian")
    assert len(post.work()) == 1


def test_an_address_asks_only_so_often(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activation, "LINKS", Allowance(2, timedelta(hours=1)))
    outside = {"REMOTE_ADDR": "203.0.113.9"}
    assert [post.ask("nobody", **outside)[0] for _ in range(3)] == [200, 200, 429]
    assert post.ask("guardian", **outside)[0] == 429


def test_no_name_is_in_a_subject_or_a_link_and_the_language_is_the_holders(post: Post) -> None:
    world = post.world
    with district_transaction(world.engine, world.district_id) as session:
        set_language(session, world.district_id, _account(session, world), "es")
        session.commit()
    post.ask("guardian")
    (sent,) = post.work()
    assert sent["Subject"] == "La contraseña nueva"
    html, text = sent.get_body(("html",)), sent.get_body(("plain",))
    assert html is not None
    assert text is not None
    assert '<html lang="es">' in html.get_content()
    for name in ("Anne", "Byron", "Ada", "guardian"):
        assert name.lower() not in link_of(sent).lower()
        assert name not in sent["Subject"]
    assert "Byron" not in text.get_content()


def _account(session: Session, world: PageWorld) -> int:
    return session.scalars(select(Account.id).where(Account.person_id == world.people["guardian"].id)).one()


def test_no_secret_stands_in_a_table(post: Post) -> None:
    post.ask("guardian")
    code = link_of(post.work()[0])
    key = post.world.app.extensions["mastery"].installation.secret_key
    with district_transaction(post.world.engine, post.world.district_id) as session:
        kept = session.scalars(select(EntryCode)).one()
        acts = session.scalars(select(AuditEvent)).all()
        assert kept.digest == code_digest(key, code)
        assert kept.digest != code_digest("another key", code)
        assert [(one.act, set(one.detail)) for one in acts] == [(Act.RECOVERY_ASKED, {"person"})]
    columns = " ".join(str(vars(one)) for one in post.rows())
    assert code.split(".")[1] not in columns
    assert ADDRESS not in columns


def test_a_mail_server_that_is_down_delays_mail_and_loses_none(post: Post) -> None:
    post.ask("guardian")
    post.work_alone()
    (waiting,) = post.rows()
    assert (waiting.sent_at, waiting.given_up_at, waiting.tries) == (None, None, 1)
    assert post.work() == []  # it is not due yet
    post.world.clock.jump(pause_after(1))
    (sent,) = post.work()
    post.world.client().get(f"/activate/{link_of(sent)}")
    assert post.rows()[0].sent_at is not None
    assert post.work() == []


def test_a_sender_killed_after_sending_sends_the_same_again(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    post.ask("guardian")

    class KilledError(BaseException):
        pass

    def killed(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr("models.queries_mail.mark_sent", killed)
        with pytest.raises(KilledError):
            post.work()
    assert post.work() == []  # another sender leaves it alone for a while
    post.world.clock.jump(timedelta(minutes=3))
    post.work()
    first, second = post.kept.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert link_of(first) == link_of(second)
    redeem(post.world, link_of(first))


@pytest.mark.parametrize(("answer", "given_up"), [("550 no such box", True), ("450 later", False)])
def test_a_refusal_is_for_ever_or_for_now(
    post: Post, caplog: pytest.LogCaptureFixture, answer: str, given_up: bool
) -> None:
    post.kept.answer = answer
    post.ask("guardian")
    assert post.work() == []
    assert (post.rows()[0].given_up_at is not None) == given_up
    assert ADDRESS not in caplog.text
    assert caplog.records


def test_an_address_that_is_none_and_mail_that_is_too_old_are_given_up(post: Post) -> None:
    post.ask("student")
    post.ask("guardian")
    post.mailer.answer()
    post.world.clock.jump(timedelta(hours=2))
    assert post.work() == []
    assert all(one.given_up_at for one in post.rows())
    post.ask("student")
    post.work()
    assert all(one.given_up_at for one in post.rows())
    post.world.clock.jump(timedelta(days=30))
    post.mailer.forget(post.mailer.districts())
    assert post.rows() == []


def test_without_a_mail_server_the_page_says_who_helps(page_world: PageWorld) -> None:
    page = page_world.client().get("/recover")
    assert "Your school’s office makes you a letter" in page.text
    assert [form["action"] for form in page.forms] == ["/language"]
    client = page_world.client()
    client.post("/recover", 422, name="guardian")
    with shared_transaction(page_world.engine) as session:
        assert session.scalars(select(RecoveryRequest)).all() == []


def test_mail_is_tried_again_ever_more_rarely() -> None:
    pauses = [pause_after(tries).total_seconds() / 60 for tries in range(1, 8)]
    assert pauses == [1, 2, 4, 8, 15, 15, 15]
    assert is_of_use(NOW, NOW + timedelta(minutes=119))
    assert not is_of_use(NOW, NOW + timedelta(hours=2))


GOOD = {
    "MASTERY_SMTP_URL": "smtp://me%40x:p%3Aw@mail.example.org",
    "MASTERY_MAIL_FROM": "School <no-reply@example.org>",
}
PUBLIC_URL = "https://mastery.example.org"


def test_the_environment_names_the_mail_server() -> None:
    found = server_of(PUBLIC_URL, GOOD)
    assert found is not None
    assert (found.host, found.port, found.tls, found.user, found.password) == (
        "mail.example.org", 587, False, "me@x", "p:w",
    )  # fmt: skip
    assert found.public_url == PUBLIC_URL
    assert not found.is_here
    secure = server_of(PUBLIC_URL, GOOD | {"MASTERY_SMTP_URL": "smtps://localhost"})
    assert secure is not None
    assert (secure.port, secure.tls, secure.is_here) == (465, True, True)
    assert server_of(PUBLIC_URL, {}) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"MASTERY_SMTP_URL": "http://secret@mail"}, {"MASTERY_SMTP_URL": "smtp://u:secret@mail:x"},
        {"MASTERY_MAIL_FROM": ""}, {"MASTERY_MAIL_FROM": "School"}, {"MASTERY_SMTP_URL": "smtp://"},
        {"MASTERY_PUBLIC_URL": ""},
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_the_start_and_never_the_password(
    wrong: dict[str, str], installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (GOOD | wrong).items():
        monkeypatch.setenv(name, value)
    told_address = wrong.get("MASTERY_PUBLIC_URL", PUBLIC_URL) or None
    with pytest.raises(ServeError, match="MASTERY_") as told:
        _sends_mail(replace(installation, public_url=told_address))
    assert "secret" not in str(told.value)


def test_a_server_elsewhere_that_offers_no_secrecy_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, port = Kept(), free_port("127.0.0.1")
    server = MailServer("127.0.0.1", port, False, None, None, "a@x.example", "https://x.example")
    monkeypatch.setattr(MailServer, "is_here", False)
    with mail_server(kept, port), pytest.raises(OSError):
        send(server, message(server, "b@x.example", "s", "t", "<p>t</p>", "1", NOW))
    assert kept.messages == []


@pytest.mark.faults
def test_a_process_killed_while_it_sends_loses_nothing(post: Post) -> None:
    world = post.world
    world.clock.at = datetime.now(UTC)
    post.ask("guardian")
    post.kept.holding = True
    with mail_server(post.kept, post.server.port):
        first = _process(post)
        _until(lambda: len(post.kept.messages) == 1, first)
        first.kill()
        assert first.wait(20) == -signal.SIGKILL
        post.kept.holding = False
        with district_transaction(world.engine, world.district_id) as session:
            session.execute(update(Mail).where(Mail.district_id == world.district_id).values(due_at=Mail.asked_at))
            session.commit()
        second = _process(post)
        _until(lambda: post.rows()[0].sent_at is not None, second)
        second.terminate()
        assert second.wait(20) == 0
    one, two = post.kept.messages
    assert one["Message-ID"] == two["Message-ID"]
    assert link_of(one) == link_of(two)


def _process(post: Post) -> subprocess.Popen[bytes]:
    own = post.world.app.extensions["mastery"].installation
    environment = {
        "DATABASE_URL": own.app_dsn, "MASTERY_OWNER_DATABASE_URL": own.owner_dsn, "MASTERY_SECRET_KEY": own.secret_key,
        "MASTERY_SMTP_URL": f"smtp://127.0.0.1:{post.server.port}", "MASTERY_MAIL_FROM": "no-reply@mastery.example",
        "MASTERY_PUBLIC_URL": "https://mastery.example",
    }  # fmt: skip
    return subprocess.Popen([sys.executable, "-P", "-m", "api.mailer"], env=environment)


def _until(reached: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while not reached():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
