"""pyirt 0.3.4 in a process of its own; the one module that imports it. Run by `pyirt_engine`, as a file.

Reads from standard input a line of JSON, the settings, and then int64[R, 3] of student, item, 0/1; writes to standard
output one line of JSON for each iteration and at last one with the result.

What pyirt does at import and in its loops is kept off this machine by stand-ins, put in place before its import:
pyximport (would compile with a C compiler into a fixed folder that all users of the machine share), its compiled part
(two small functions, below), pymongo and decouple (would look for a database's settings in files), and its processes
(a fork, a socket and a temporary folder for each of four steps of each iteration; what they run is run here).
pyirt also gives the root logger a handler at each call, which here it is kept from, and makes numpy raise where
something overflows, which ends with this process.
"""

from __future__ import annotations

import json
import logging
import math
import sys
from collections.abc import Callable, Sequence
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np


def log_likelihood(y1: float, y0: float, theta: float, alpha: float, beta: float, c: float = 0.0) -> float:
    """y1 ln p + y0 ln(1 - p), p = (c + e^z) / (1 + e^z), z = alpha theta + beta: as pyirt's `log_likelihood_2PL`."""
    odds = math.exp(alpha * theta + beta)
    return y1 * math.log((c + odds) / (1.0 + odds)) + y0 * math.log((1.0 - c) / (1.0 + odds))


def log_likelihood_gradient(
    y1: float, y0: float, theta: float, alpha: float, beta: float, c: float = 0.0
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The gradient of that by (beta, alpha): as pyirt's `log_likelihood_2PL_gradient`."""
    odds = math.exp(alpha * theta + beta)
    by_beta = odds / (1.0 + odds) * (y1 * (1.0 - c) / (c + odds) - y0)
    return np.array([by_beta, theta * by_beta])


class _Here:
    """What pyirt uses of multiprocessing, in this process: a process runs when it starts, shared things are plain."""

    class Process:
        """Runs in `start`."""

        def __init__(self, target: Callable[..., None], args: Sequence[Any]) -> None:
            self._target, self._args = target, args

        def start(self) -> None:
            self._target(*self._args)

        def is_alive(self) -> bool:
            return False

        def join(self) -> None:
            """It has ended when `start` returns."""

    class Value:
        """A number that nobody else can change."""

        def __init__(self, kind: str, value: float) -> None:
            self.value = value

        def get_lock(self) -> Any:
            return _NOTHING_TO_LOCK

    @staticmethod
    def Manager() -> SimpleNamespace:
        return SimpleNamespace(dict=dict)

    @staticmethod
    def cpu_count() -> int:
        return 1


class _Unlocked:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


_NOTHING_TO_LOCK = _Unlocked()


def _stand_in(name: str, **attributes: Any) -> None:
    module = ModuleType(name)
    vars(module).update(attributes)
    sys.modules[name] = module


def import_pyirt(progress: logging.Handler) -> Any:
    """pyirt's `irt`, without a compiler, a folder, a database or processes of its own; `progress` hears its log."""
    _stand_in("pyximport", install=lambda **_: None)
    _stand_in("pymongo")
    _stand_in("decouple", config=lambda name, default: default)
    _stand_in(
        "pyirt.util.clib",
        log_likelihood_2PL=log_likelihood,
        log_likelihood_2PL_gradient=log_likelihood_gradient,
    )
    from pyirt import _pyirt
    from pyirt.solver import model

    log = logging.Logger("pyirt")
    log.addHandler(progress)
    _pyirt.Logger = SimpleNamespace(logger=lambda path: log)
    model.mp = _Here
    model.tqdm = lambda steps: steps
    return _pyirt.irt


class _Progress(logging.Handler):
    """Counts pyirt's iterations by what it logs at the end of each."""

    def __init__(self, say: Callable[[dict[str, Any]], None]) -> None:
        super().__init__()
        self._say = say
        self.iterations = 0
        self.converged = False

    def emit(self, record: logging.LogRecord) -> None:
        # not the formatted message: where pyirt fails it logs with arguments that fit no format
        message = str(record.msg)
        if message == "score calculated.":
            self.iterations += 1
            self._say({"iteration": self.iterations})
        elif message.startswith("EM converged"):
            self.converged = True


def main() -> None:
    """Calibrate what comes in, say what comes out."""

    def say(value: dict[str, Any]) -> None:
        print(json.dumps(value), flush=True)

    settings = json.loads(sys.stdin.buffer.readline())
    answers = np.frombuffer(sys.stdin.buffer.read(), np.int64).reshape(-1, 3).tolist()
    progress = _Progress(say)
    items, _ = import_pyirt(progress)(answers, **settings)
    say(
        {
            "items": {str(item): [float(found["alpha"]), float(found["beta"])] for item, found in items.items()},
            "iterations": progress.iterations,
            "converged": progress.converged,
        }
    )


if __name__ == "__main__":
    main()
