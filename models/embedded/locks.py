"""File locks that the kernel drops with their holder, so that a killed process leaves nothing behind.

Locks live inside the data directory. A shared temporary folder would let one user's file stop the next user.
"""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.embedded.errors import EmbeddedError

_PAUSE = 0.02


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError:
        raise EmbeddedError(f"{path.parent} belongs to another user: run this as that user.") from None
    except FileNotFoundError:
        raise EmbeddedError(f"There is no directory {path.parent}.") from None


def _attempt(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise
    return True


def _take(path: Path, kind: int, patience: float) -> int | None:
    descriptor = _open(path)
    deadline = time.monotonic() + patience
    while not _attempt(descriptor, kind):
        if time.monotonic() >= deadline:
            os.close(descriptor)
            return None
        time.sleep(_PAUSE)
    return descriptor


def take_exclusive(path: Path, patience: float = 0.0) -> int | None:
    """Lock `path` for one holder; the descriptor to `release`, or None when others held it for `patience` seconds."""
    return _take(path, fcntl.LOCK_EX, patience)


def take_shared(path: Path, patience: float = 0.0) -> int | None:
    """Lock `path` beside other sharers; None when an exclusive holder kept it for `patience` seconds."""
    return _take(path, fcntl.LOCK_SH, patience)


def release(descriptor: int) -> None:
    """Give a lock back, also where a forked child has inherited the descriptor."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether some process holds `path` exclusively; False where the file does not exist."""
    if not path.exists():
        return False
    descriptor = take_shared(path)
    if descriptor is None:
        return True
    release(descriptor)
    return False


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold `path` alone for the length of a block, waiting for as long as it takes."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        release(descriptor)
