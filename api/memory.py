"""Garbage collection in a long-lived process."""

from __future__ import annotations

import gc

# new objects, young and middle collections between collections of the next older generation
_YOUNG, _MIDDLE, _OLD = 200_000, 20, 100


def keep_what_is_loaded() -> None:
    """Leave what a process loaded at its start out of every later garbage collection.

    The numeric libraries alone are some hundred thousand objects that never become garbage; looking through them again
    and again took a third of the time of a batch of results.
    """
    gc.collect()
    gc.freeze()
    # a batch of results makes some hundred thousand objects that its end frees by itself
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
