"""How the numeric kernels are compiled: once, kept on disk where a directory for it can be written."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

_log = logging.getLogger(__name__)
_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])


def compiled(function: _Kernel) -> _Kernel:
    """Compile `function` with numba, without fast-math, dividing as numpy does.

    The machine code is kept in `NUMBA_CACHE_DIR` if that is set, else beside the module, else in the user's cache
    directory. Where none of them can be written the function still works, and every process compiles it anew.
    """
    try:
        return cast(_Kernel, njit(cache=True, error_model="numpy")(function))
    except RuntimeError as problem:
        # numba looks for its directory when the decorator runs and raises when it finds none
        _log.warning("Compiled code is not kept, every start compiles it anew (set NUMBA_CACHE_DIR): %s", problem)
        return cast(_Kernel, njit(error_model="numpy")(function))


def compiled_within(function: _Kernel) -> _Kernel:
    """Compile a function that only `compiled` ones of the same file call; its machine code is kept with theirs.

    It becomes part of its callers. Left apart, it would count references to its arrays, atomically, at every call: a
    third of the time of an answer.
    """
    return cast(_Kernel, njit(error_model="numpy", forceinline=True)(function))
