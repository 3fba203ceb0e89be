"""Reads the derived graph file: a flat list of standards with grade, domain and cluster, and pairs of codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from api.interop.case_values import (
    CasePackage,
    CaseReport,
    NotACasePackageError,
    OddityKind,
    code_of,
    guid_of,
    made_guid,
    subject_in,
    subject_name,
    text_of,
    uuid_within,
)
from mastery.graph import Edge, EdgeKind, Framework, Node, NodeKind, Strength

_GRADE_NAMES = {"K": "Kindergarten", "HS": "High school"}


def is_derived_graph(data: Mapping[str, Any]) -> bool:
    """Whether the object has the members of a derived graph."""
    return "CFDocument" not in data and "nodes" in data and "precedes" in data


def read_derived_graph(data: Mapping[str, Any], name: str, subject: str | None = None) -> CasePackage:
    """The values of a derived graph. Grade, domain and cluster become groupings; a standard whose code continues
    another's (6.RP.A.3.a, 6.RP.A.3) is its child. `case_uuid` is the GUID where it is present and not repeated."""
    for member in ("nodes", "precedes", "related"):
        if not isinstance(data.get(member, []), list):
            raise NotACasePackageError(member, f"expected a list; found {type(data[member]).__name__}")
    return _DerivedReader(data, name, subject).read()


class _DerivedReader:
    def __init__(self, data: Mapping[str, Any], name: str, subject: str | None) -> None:
        self.data = data
        self.report = CaseReport()
        self.framework = self._framework(name, subject)
        self.nodes: dict[str, Node] = {}
        self.guids: dict[str, str] = {}
        self.priorities: dict[str, bool] = {}
        self.edges: dict[tuple[str, str, str], Edge] = {}
        self.outside: dict[tuple[str, str, str], Edge] = {}

    def read(self) -> CasePackage:
        entries = [entry for place, entry in enumerate(self.data["nodes"]) if self._readable(entry, f"nodes[{place}]")]
        self._name(entries)
        for place, entry in enumerate(entries):
            self._read_standard(entry, place)
        for entry in entries:
            self._hang(entry)
        for member, kind in (("precedes", EdgeKind.PRECEDES), ("related", EdgeKind.IS_RELATED_TO)):
            for place, pair in enumerate(self.data.get(member, [])):
                self._read_pair(pair, kind, f"{member}[{place}]")
        return CasePackage(
            framework=self.framework,
            nodes=tuple(self.nodes.values()),
            edges=tuple(self.edges.values()),
            outside=tuple(self.outside.values()),
            title_stated=text_of(self.data.get("title")) is not None,
            report=self.report,
            priorities=self.priorities,
        )

    def _framework(self, name: str, subject: str | None) -> Framework:
        title = text_of(self.data.get("title")) or name
        source = text_of(self.data.get("source"))
        guid = uuid_within(text_of(self.data.get("case_uuid_source")) or "")
        stated = subject or text_of(self.data.get("subject"))
        if stated is None:
            stated = subject_in(title) or "unnamed"
            self.report.note(OddityKind.SUBJECT_ASSUMED, "subject", stated)
        return Framework(
            guid=guid or str(uuid5(NAMESPACE_URL, source or title)),
            title=title,
            subject=subject_name(stated),
            publisher=text_of(self.data.get("publisher")),
            source_uri=source,
        )

    def _readable(self, entry: object, where: str) -> bool:
        if isinstance(entry, dict) and code_of(entry.get("code")):
            return True
        self.report.note(OddityKind.UNREADABLE_ITEM, where, "expected an object with a code of up to 255 signs")
        return False

    def _name(self, entries: Iterable[Mapping[str, Any]]) -> None:
        stated = {str(code_of(entry["code"])): text_of(entry.get("case_uuid")) for entry in entries}
        times = Counter(guid_of(guid) for guid in stated.values() if guid)
        for code, guid in stated.items():
            if guid and times[guid_of(guid)] == 1:
                self.guids[code] = guid_of(guid)
                continue
            self.guids[code] = made_guid(self.framework.guid, code)
            odd = OddityKind.REPEATED_IDENTIFIER if guid else OddityKind.NO_IDENTIFIER
            self.report.note(odd, code, f"identifier made from the code: {self.guids[code]}")

    def _read_standard(self, entry: Mapping[str, Any], place: int) -> None:
        code = str(code_of(entry["code"]))
        guid = self.guids[code]
        if guid in self.nodes:
            self.report.note(OddityKind.DUPLICATE_ITEM, code, "the first one counts")
            return
        statement = text_of(entry.get("text"))
        if statement is None:
            self.report.note(OddityKind.NO_STATEMENT, code, f"shown as {code!r}")
        grade = text_of(entry.get("grade"))
        if isinstance(entry.get("priority"), bool):
            self.priorities[guid] = entry["priority"]
        self.nodes[guid] = self._node(guid, NodeKind.STANDARD, code, statement or code, grade, place)

    def _node(
        self, guid: str, kind: NodeKind, code: str, statement: str, grade: str | None, sequence: int | None
    ) -> Node:
        return Node(
            guid=guid,
            framework=self.framework.guid,
            kind=kind,
            code=code,
            statement=statement,
            subject=self.framework.subject,
            grades=(grade,) if grade else (),
            sequence=sequence,
        )

    def _hang(self, entry: Mapping[str, Any]) -> None:
        """Put a standard below the one whose code it continues, else below its cluster, domain and grade."""
        code = str(code_of(entry["code"]))
        longer = code.rpartition(".")[0]
        if longer in self.guids:
            self._child(self.guids[code], self.guids[longer])
            return
        below = self.guids[code]
        for grouping, statement, grade in reversed(self._path(entry)):
            guid = made_guid(self.framework.guid, f"grouping {grouping}")
            if guid not in self.nodes:
                self.nodes[guid] = self._node(guid, NodeKind.GROUPING, grouping, statement, grade, None)
            self._child(below, guid)
            below = guid

    def _path(self, entry: Mapping[str, Any]) -> list[tuple[str, str, str | None]]:
        """(code, statement, grade) of the groupings above a standard, widest first; a part not stated is left out."""
        grade, domain, cluster = (text_of(entry.get(member)) for member in ("grade", "domain", "cluster"))
        path: list[tuple[str, str, str | None]] = []
        if grade:
            path.append((grade, _GRADE_NAMES.get(grade, f"Grade {grade}"), grade))
        if domain:
            # high-school domains (A-SSE) are unique without their grade, and people cite them without it
            code = domain if grade in (None, "HS") else f"{grade}.{domain}"
            path.append((code, text_of(entry.get("domain_name")) or code, grade))
            if cluster:
                path.append((f"{code}.{cluster}", text_of(entry.get("cluster_name")) or f"{code}.{cluster}", grade))
        return path

    def _child(self, child: str, above: str) -> None:
        edge = Edge(child, EdgeKind.IS_CHILD_OF, above)
        self.edges.setdefault(edge.key, edge)

    def _read_pair(self, pair: object, kind: EdgeKind, where: str) -> None:
        ends = [text_of(end) for end in pair] if isinstance(pair, list) else []
        if len(ends) != 2 or ends[0] is None or ends[1] is None:
            self.report.note(OddityKind.UNREADABLE_ASSOCIATION, where, "expected a pair of codes")
            return
        said = f"{ends[0]} {kind} {ends[1]}"
        origin, destination = (self.guids.get(str(end), str(end)) for end in ends)
        edge = Edge(origin, kind, destination, Strength.SOFT if kind is EdgeKind.PRECEDES else None)
        if edge.key in self.edges or edge.key in self.outside:
            self.report.note(OddityKind.DUPLICATE_ASSOCIATION, where, said)
        elif ends[0] not in self.guids or ends[1] not in self.guids:
            self.report.note(OddityKind.DANGLING_END, where, said)
            self.outside[edge.key] = edge
        elif origin == destination and kind is not EdgeKind.PRECEDES:
            self.report.note(OddityKind.ASSOCIATION_WITH_ITSELF, where, said)
        else:
            self.edges[edge.key] = edge
