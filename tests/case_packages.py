"""Small CASE packages for tests."""

import json
from typing import Any

FRACTIONS = "a0000000-0000-4000-8000-000000000000"


def guid(number: int, framework: str = "a") -> str:
    return f"{framework}0000000-0000-4000-8000-{number:012d}"


def item(number: int, code: str, kind: str = "Standard", framework: str = "a", **more: Any) -> dict[str, Any]:
    return {
        "identifier": guid(number, framework), "humanCodingScheme": code, "fullStatement": f"Do {code}.",
        "CFItemType": kind, "educationLevel": ["04"],
    } | more  # fmt: skip


def association(origin: str, kind: str, destination: str, **more: Any) -> dict[str, Any]:
    return {
        "identifier": f"{origin}/{kind}/{destination}", "associationType": kind,
        "originNodeURI": _link(origin), "destinationNodeURI": _link(destination),
    } | more  # fmt: skip


def _link(end: str) -> dict[str, str]:
    return {"identifier": end, "uri": f"https://case.example/ims/case/v1p1/CFItems/{end}", "title": end[-3:]}


def package(
    items: list[dict[str, Any]],
    associations: list[dict[str, Any]],
    framework: str = FRACTIONS,
    title: str = "Fractions in Mathematics",
) -> bytes:
    document = {"identifier": framework, "title": title, "creator": "A state", "subject": ["Math"]}
    return json.dumps({"CFDocument": document, "CFItems": items, "CFAssociations": associations}).encode()


def fractions(extra: list[dict[str, Any]] | None = None) -> bytes:
    """A cluster with three standards, 4.NF.A.1 before 4.NF.A.2 before 4.NF.B.3."""
    items = [item(1, "4.NF.A", "Cluster"), item(2, "4.NF.A.1"), item(3, "4.NF.A.2"), item(4, "4.NF.B.3")]
    associations = [
        association(guid(1), "isChildOf", FRACTIONS),
        *(association(guid(n), "isChildOf", guid(1), sequenceNumber=n) for n in (2, 3, 4)),
        association(guid(2), "precedes", guid(3)),
        association(guid(3), "precedes", guid(4)),
    ]
    return package(items, associations + (extra or []))
