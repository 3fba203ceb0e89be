"""How many people score a piece of work, and which of those that need one are scored by a second all the same."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction

from mastery.body.words import Key
from mastery.numbers import exact
from mastery.policy import Policy

_BITS = 64


def raters_needed(ids: Sequence[Key], key: bytes, policy: Policy, *, credit_bearing: bool) -> int:
    """How many must score the work that `ids` name, such as task and student."""
    if credit_bearing:
        return policy.raters_required
    return 2 if is_sampled(ids, key, policy) else 1


def is_sampled(ids: Sequence[Key], key: bytes, policy: Policy) -> bool:
    """Whether the work that `ids` name is among the share that is scored twice.

    It says the same whenever it is asked, and nobody foresees it without the secret key (at most 64 bytes). A higher
    share adds to the sample and takes nothing out.
    """
    digest = hashlib.blake2b(key=key, digest_size=_BITS // 8)
    for one in ids:
        # with its kind and length, so that (1, 23) is another name than (12, 3), and 1 another than "1"
        written = f"{type(one).__name__}:{one}".encode()
        digest.update(len(written).to_bytes(8, "big") + written)
    return Fraction(int.from_bytes(digest.digest(), "big"), 2**_BITS) < exact(policy.raters_sample_rate)
