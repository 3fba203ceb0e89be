"""Garbage collection in a long-lived process."""

from __future__ import annotations

import gc


def keep_what_is_loaded() -> None:
    """Leave what a process loaded at its start out of every later garbage collection.

    The numeric libraries alone are some hundred thousand objects that never become garbage; looking through them again
    and again took a third of the time of a batch of results.
    """
    gc.collect()
    gc.freeze()
