"""Serves an installation: the database if it is ours, the web workers and the live process, until a signal ends them.

One process supervises them. Whatever dies is started again; when this process ends, however it ends, they end too.
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from sqlalchemy.exc import SQLAlchemyError

import mastery
from api.actions.safe_start import refuse_unsafe
from api.children import Child
from api.mail import mail_server
from models.clock import DemonstrationClock
from models.embedded import EmbeddedError, Server, locks, running
from models.installation import DESCRIBING, Embedded, External, Installation, InstallationError
from models.migrate import current, head
from models.statistics import Statistics
from models.unit_of_work import connect

THREADS = 8
_LOOK_EVERY = 0.25
# a look at the database costs it a connection
_DATABASE_EVERY = 1.0
# the web first, so that no request is left without its parts
_ENDS_WITHIN = {"web": 25.0, "live": 10.0}
_COMPANION_ENDS_WITHIN = 5.0
_READY_WITHIN = 120.0
_DEATHS_AT_START = 3
_MEMORY = "/dev/shm"
# who, what, with which outcome, how many bytes and microseconds: no query, no header, no body
_ACCESS = "%(t)s %(h)s %(m)s %(U)s %(s)s %(B)s %(D)s"


class ServeError(Exception):
    """The installation can not be served; the message says why and what helps."""


def on_ending_signals(handler: Callable[[int, FrameType | None], None]) -> None:
    """Have `handler` called by each signal that asks a service to end, but not by a hang-up that nohup ignores."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


class _Ending:
    """Notes the first signal that asks us to end."""

    def __init__(self) -> None:
        self.asked = False

    def listen(self) -> None:
        """Hear the signals from now on."""
        on_ending_signals(self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


def default_workers() -> int:
    """One web worker for each processor, two to four: each holds about as many of the database's 60 as threads.

    Not more, because posts that reach the same worker share transactions (`api.actions.convoy`).
    """
    return max(2, min(os.cpu_count() or 2, 4))


def free_port(host: str) -> int:
    """A port of `host` that nobody listens on now."""
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def check_port(host: str, port: int) -> None:
    """Raise ServeError, naming --port, where `port` can not be listened on."""
    with socket.socket(_family(host), socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServeError(
                f"Port {port} of {host} can not be used ({error.strerror}): name another with --port."
            ) from error


def serve(
    installation: Installation,
    host: str = "127.0.0.1",
    port: int = 8000,
    live_port: int | None = None,
    workers: int | None = None,
    on_ready: Callable[[], None] | None = None,
    companions: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; leaves no process behind. `on_ready` is called once pages are answered.

    `companions` are further modules of ours by name, with their arguments, that run as long as pages are served.
    Raises ServeError, InstallationError or EmbeddedError with what helps.
    """
    ending = _Ending()
    ending.listen()
    check_port(host, port)
    with ExitStack() as stack:
        server = installation.server()
        if isinstance(installation.database, Embedded):
            _take_place(stack, installation.database)
        if server is not None:
            stack.enter_context(server)
        _check_schema(installation)
        refuse_unsafe(installation, host)
        statistics = stack.enter_context(Statistics(installation.owner_dsn))
        live_port = live_port or free_port(host)
        children = _children(installation, host, port, live_port, workers or default_workers(), companions or {})
        try:
            for child in children:
                child.start()
            ready = _Readiness(host, port, _in_time(stack, installation, on_ready))
            _run(children, server, installation, statistics, ending, ready)
        finally:
            _end(children)


def _in_time(
    stack: ExitStack, installation: Installation, on_ready: Callable[[], None] | None
) -> Callable[[], None] | None:
    """Have a demonstration's clock run from when pages are answered until we end."""
    if installation.data_dir is None:
        return on_ready
    clock = DemonstrationClock(installation.data_dir)
    stack.callback(clock.stop)

    def ready() -> None:
        clock.run()
        if on_ready is not None:
            on_ready()

    return ready


def _take_place(stack: ExitStack, database: Embedded) -> None:
    """One serving process per data directory: the kernel frees the place of a killed one."""
    place = locks.take_exclusive(database.data_dir / "serving")
    if place is None:
        raise ServeError(f"{database.data_dir} is being served already: end that first, or name another --data-dir.")
    stack.callback(locks.release, place)


def _check_schema(installation: Installation) -> None:
    engine = connect(installation.owner_dsn, pool_size=1)
    try:
        found = current(engine)
    finally:
        engine.dispose()
    if found != head():
        raise InstallationError(
            f"The database is at schema {found or 'none'} and this version needs {head()}: run `mastery db upgrade`."
        )


def _children(
    installation: Installation,
    host: str,
    port: int,
    live_port: int,
    workers: int,
    companions: Mapping[str, Sequence[str]],
) -> list[Child]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(DESCRIBING)}
    environment = {**inherited, **_description(installation), "MASTERY_LIVE_PORT": str(live_port)}
    if installation.data_dir is not None and not os.access(Path(mastery.__path__[0]) / "estimate", os.W_OK):
        # where the program belongs to somebody else its compiled code is kept with the data
        environment.setdefault("NUMBA_CACHE_DIR", str(installation.data_dir / "compiled"))
    python = [sys.executable, "-P", "-m"]
    web = [*python, "gunicorn", "--bind", f"{_bracketed(host)}:{port}", "--workers", str(workers)]
    web += ["--worker-class", "gthread", "--threads", str(THREADS), "--graceful-timeout", "20", "--timeout", "120"]
    # what a proxy says of the caller is believed in one place, by our own setting (api.security.proxies)
    web += ["--forwarded-allow-ips", "", "--limit-request-line", "4094", "--limit-request-fields", "50"]
    # a listening socket each: one shared by all leaves the connections of a burst with whichever wakes first
    web += [
        "--config",
        "python:api.preloaded",
        "--reuse-port",
        "--no-control-socket",
        "--log-level",
        "warning",
        "api:create_app()",
    ]
    if os.access(_MEMORY, os.W_OK):
        # each worker marks a file at every turn; on a disk that costs more than the turn
        web += ["--worker-tmp-dir", _MEMORY]
    if os.environ.get("MASTERY_ACCESS_LOG"):
        web += ["--access-logfile", "-", "--access-logformat", _ACCESS]
    live = [*python, "api.live", "--host", host, "--port", str(live_port)]
    commands = {"web": web, "live": live}
    if _sends_mail(installation):
        commands["mail"] = [*python, "api.mailer"]
    commands |= {name: [*python, *words] for name, words in companions.items()}
    return [Child(name, words, environment, log) for name, words in commands.items()]


def _sends_mail(installation: Installation) -> bool:
    """Whether the environment names a mail server; ServeError where what it says can not be used."""
    try:
        return mail_server(installation.public_url) is not None
    except InstallationError as error:
        raise ServeError(str(error)) from error


def _description(installation: Installation) -> dict[str, str]:
    """The installation as the environment tells it to a child (`models.installation.load`)."""
    public = {"MASTERY_PUBLIC_URL": installation.public_url} if installation.public_url else {}
    if isinstance(installation.database, Embedded):
        return {"MASTERY_DATA_DIR": str(installation.database.data_dir), **public}
    external: External = installation.database
    return public | {
        "DATABASE_URL": external.app_url,
        "MASTERY_OWNER_DATABASE_URL": external.owner_url,
        "MASTERY_SECRET_KEY": installation.secret_key,
        "MASTERY_FORMER_SECRET_KEYS": " ".join(installation.former_keys),
    }


class _Readiness:
    """Asks for /healthz until it answers, then says so once."""

    def __init__(self, host: str, port: int, on_ready: Callable[[], None] | None) -> None:
        # an address that means "all of ours" is asked at this machine's own
        asked = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        self._url = f"http://{_bracketed(asked)}:{port}/healthz"
        self._on_ready = on_ready
        self._is_ready = False
        self._deadline = time.monotonic() + _READY_WITHIN
        self._open = build_opener(ProxyHandler({})).open

    def look(self, children: list[Child]) -> None:
        """Call back the first time the web answers. Raises ServeError where it does not in time, or can not start."""
        if self._is_ready:
            return
        if self._answers():
            self._is_ready = True
            if self._on_ready is not None:
                self._on_ready()
            return
        for child in children:
            if child.deaths >= _DEATHS_AT_START:
                raise ServeError(f"The {child.name} process does not start: see the messages above.")
        if time.monotonic() > self._deadline:
            raise ServeError(f"{self._url} did not answer within {_READY_WITHIN:g} s: see the messages above.")

    def _answers(self) -> bool:
        try:
            with self._open(self._url, timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


def _run(
    children: list[Child],
    server: Server | None,
    installation: Installation,
    statistics: Statistics,
    ending: _Ending,
    ready: _Readiness,
) -> None:
    database_at = time.monotonic()
    follows = True
    while not ending.asked:
        for child in children:
            child.look()
        if time.monotonic() >= database_at:
            if server is not None:
                _look_after(server, installation)
            follows = _follow_growth(statistics, follows)
            database_at = time.monotonic() + _DATABASE_EVERY
        ready.look(children)
        time.sleep(_LOOK_EVERY)


def _look_after(server: Server, installation: Installation) -> None:
    """Have a killed database back: its keeper does it, and where that was killed too, we do."""
    if installation.data_dir is None or running(installation.data_dir):
        return
    log("the database is down; starting it again")
    try:
        server.start()
    except EmbeddedError as error:
        log(str(error))
        return
    log("the database is back")


def _follow_growth(statistics: Statistics, did: bool) -> bool:
    """Whether the tables could be looked at; without the database they cannot, which is said once."""
    try:
        statistics.follow_growth()
    except SQLAlchemyError as error:
        if did:
            log(f"the tables' growth is not looked at for now: {str(error).splitlines()[0]}")
        return False
    return True


def _end(children: list[Child]) -> None:
    for child in children:
        child.stop(_ENDS_WITHIN.get(child.name, _COMPANION_ENDS_WITHIN))


def log(message: str) -> None:
    """A line for whoever runs the service."""
    print(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {message}", file=sys.stderr, flush=True)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
