"""Makes the checkout's environment `.venv` from a lock file, once. Standard library only: nothing else is there yet."""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import checkout_wheel

CHECKOUT = Path(__file__).resolve().parents[2]
ENVIRONMENT = CHECKOUT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
# a lock contains those behind it
_CONTAINED = {"run": ("run", "dev"), "dev": ("dev",)}
_NEEDED_BYTES = 1 << 30


class CanNot(Exception):
    """Something the machine has to provide is missing; the message names it and the command that helps."""


def ensure(lock: str) -> Path:
    """The interpreter of an environment with exactly what `requirements/<lock>.lock` pins, made where it must be.

    Raises CanNot.
    """
    with _alone():
        if not any(_is_made(name) for name in _CONTAINED[lock]):
            _make(lock)
    return PYTHON


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Two commands started at once must not fill one environment."""
    try:
        (CHECKOUT / ".data").mkdir(exist_ok=True)
        held = open(CHECKOUT / ".data" / "environment.lock", "w")  # noqa: SIM115
    except OSError as error:
        raise CanNot(
            f"{CHECKOUT} can not be written to ({error.strerror}): copy it to a directory of your own with "
            f"`cp -r '{CHECKOUT}' ~/` and run it there."
        ) from error
    with held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _stamp(lock: str) -> Path:
    return ENVIRONMENT / f"made-from-{lock}.lock"


def _wanted(lock: str) -> str:
    parts = [
        (CHECKOUT / "requirements" / f"{lock}.lock").read_bytes(),
        (CHECKOUT / "pyproject.toml").read_bytes(),
        os.fsencode(CHECKOUT),
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _is_made(lock: str) -> bool:
    stamp = _stamp(lock)
    return stamp.exists() and stamp.read_text() == _wanted(lock) and _works()


def _works() -> bool:
    """Whether the environment's interpreter runs and has pip: a system's upgrade can take either away."""
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([str(PYTHON), "-c", check], capture_output=True, cwd="/").returncode == 0
    except OSError:
        return False


def _make(lock: str) -> None:
    free = shutil.disk_usage(CHECKOUT).free
    if free < _NEEDED_BYTES:
        raise CanNot(
            f"The disk of {CHECKOUT} has {free >> 20} MB left and {_NEEDED_BYTES >> 20} MB are needed: "
            "make room (`df -h` shows where) and run this again."
        )
    if not _works():
        _make_empty()
    print(f"Installing what requirements/{lock}.lock pins into .venv (the first time this downloads some 200 MB) ...")
    sys.stdout.flush()
    for old in _CONTAINED["run"]:
        _stamp(old).unlink(missing_ok=True)
    _pip("--require-hashes", "--only-binary", ":all:", "--requirement", str(CHECKOUT / "requirements" / f"{lock}.lock"))
    with tempfile.TemporaryDirectory() as folder:
        _pip("--no-index", "--no-deps", "--force-reinstall", str(checkout_wheel.build(CHECKOUT, Path(folder))))
    _stamp(lock).write_text(_wanted(lock))


def _make_empty() -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise CanNot(
            f"Python {version} lacks its venv module here: install it with `apt install python{version}-venv` "
            "(as root, on Debian and Ubuntu) and run this again."
        )
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], capture_output=True, text=True, cwd="/"
    )
    if made.returncode != 0:
        raise CanNot(
            f"Python could not make an environment in {ENVIRONMENT}; on Debian and Ubuntu "
            f"`apt install python{version}-venv` (as root) provides what it needs. It said:\n"
            + (made.stdout + made.stderr).strip()
        )


def _pip(*arguments: str) -> None:
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet", *arguments]
    installed = subprocess.run(command, stderr=subprocess.PIPE, text=True, cwd="/")
    if installed.returncode != 0:
        raise CanNot(_advice(installed.stderr))


def _advice(said: str) -> str:
    tail = "\n".join(said.strip().splitlines()[-8:])
    if "No space left on device" in said:
        return f"The disk is full: make room (`df -h` shows where) and run this again.\n{tail}"
    if any(sign in said for sign in ("NewConnectionError", "NameResolutionError", "ReadTimeout", "ConnectTimeout")):
        return (
            "The packages can not be fetched: this machine does not reach the package index. Check the connection with "
            f"`curl -I https://pypi.org/simple/`; behind a proxy set HTTPS_PROXY; then run this again.\n{tail}"
        )
    if "Could not find a version" in said or "No matching distribution" in said:
        return (
            f"A pinned package has no build for this machine ({sys.platform}, Python {sys.version.split()[0]}): "
            f"use Linux or macOS on x86-64 or arm64 with Python 3.11 to 3.13.\n{tail}"
        )
    return f"pip could not install the pinned packages:\n{tail}"
