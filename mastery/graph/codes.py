"""The alias rule, in one place: which spellings of a standard's code mean the same standard.

Systems write one standard as `CC.6.RP.3c`, `6.RP.A.3.c`, `6.rp.a.3.c` or `CCSS.MATH.CONTENT.6.RP.A.3.C`, and one of
high school as `A-SSE.A.1`, `HSA-SSE.A.1` or `HSA.SSE.A.1`. Numbers run through a whole domain of the Common Core, so
the cluster letter adds nothing and may be left out; a *different* cluster letter is another code.
"""

from __future__ import annotations

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s.:/_\-–—]+")
_PREFIX = re.compile(
    r"^(?:ccss\.?m?|cc|common\.core)?\.?(?:math(?:ematics)?|ela\.literacy|ela|m)?\.?(?:content|standards?)?\.(?=.)"
)
_TAIL = r"\.(?:(?P<cluster>[a-z])\.)?(?P<number>[0-9]{1,2})(?:\.?(?P<part>[a-z]))?"
_GRADES_K_TO_8 = re.compile(rf"(?P<grade>k|[1-8])\.(?P<domain>cc|oa|nbt|nf|md|g|rp|ns|ee|sp|f){_TAIL}")
_HIGH_SCHOOL = re.compile(
    r"(?:hs\.?)?(?P<grade>n|a|f|g|s)\."
    r"(?P<domain>rn|q|cn|vm|sse|apr|ced|rei|if|bf|le|tf|co|srt|c|gpe|gmd|mg|id|ic|cp|md)"
    rf"{_TAIL}"
)
_LITERACY = re.compile(
    r"(?P<domain>rl|ri|rf|w|sl|l|rh|rst|whst)\.(?P<grade>k|9\.10|11\.12|6\.8|[1-8])"
    r"\.(?P<number>[0-9]{1,2})(?:\.?(?P<part>[a-z]))?"
)


def spellings(code: str) -> tuple[str, ...]:
    """Normalised keys of a code, from the exact spelling to the loosest. Two codes meet where they share a key.

    The exact spelling is in the first key, the second ignores case and kind of separator, and the codes of the Common
    Core (mathematics K-12, literacy) have one or two more: without publisher's prefix, then without cluster.
    """
    exact = unicodedata.normalize("NFKC", code).strip()
    folded = _folded(exact)
    keys = [f"={exact}", f"~{folded}"]
    parsed = _parse(folded)
    if parsed:
        domain, cluster, standard = parsed
        if cluster:
            keys.append(f"ccss:{domain}.{cluster}.{standard}")
        keys.append(f"ccss:{domain}.{standard}")
    return tuple(keys)


def meet(one: str, other: str) -> bool:
    """Whether two codes are spellings of the same standard: a shared key, and no two different cluster letters."""
    if set(spellings(one)).isdisjoint(spellings(other)):
        return False
    clusters = {cluster_of(one), cluster_of(other)} - {None}
    return len(clusters) < 2


def cluster_of(code: str) -> str | None:
    """The cluster letter, lower case, that a code of the Common Core states; None for other codes and without one."""
    parsed = _parse(_folded(code))
    return parsed[1] if parsed else None


def is_common_core(code: str) -> bool:
    """Whether the code has the form of a Common Core standard in any spelling."""
    return _parse(_folded(code)) is not None


def natural_order(code: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key that puts 6.RP.9 before 6.RP.10 and kindergarten before grade 1."""
    parts = re.findall(r"\d+|[^\W\d_]+", code.casefold())
    if parts[:1] == ["k"]:
        parts[0] = "0"
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)


def _folded(code: str) -> str:
    return _SEPARATORS.sub(".", unicodedata.normalize("NFKC", code).strip().casefold()).strip(".")


def _parse(folded: str) -> tuple[str, str | None, str] | None:
    """(grade and domain, cluster, number and part) of a Common Core code, or None."""
    candidates = [folded]
    prefix = _PREFIX.match(folded)
    if prefix:
        candidates.append(folded[prefix.end() :])
    for candidate in candidates:
        for pattern in (_GRADES_K_TO_8, _HIGH_SCHOOL, _LITERACY):
            found = pattern.fullmatch(candidate)
            if found:
                part = f".{found['part']}" if found["part"] else ""
                return (
                    f"{found['grade']}.{found['domain']}",
                    found.groupdict().get("cluster"),
                    f"{found['number']}{part}",
                )
    return None
