"""Reads CASE 1.0 and 1.1 packages as they really are. Lenient: what can be understood is kept, the rest is reported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from api.interop.case_derived import is_derived_graph, read_derived_graph
from api.interop.case_values import (
    CasePackage,
    CaseReport,
    NotACasePackageError,
    OddityKind,
    code_of,
    guid_of,
    made_guid,
    parse_json,
    subject_in,
    subject_name,
    text_of,
    texts_of,
)
from mastery.graph import Edge, EdgeKind, Framework, Node, NodeKind, Strength, is_common_core

UNNAMED_SUBJECT: Final = "unnamed"
_EXPECTED = (
    "expected a CASE 1.0 or 1.1 package, an object with CFDocument, CFItems and CFAssociations, "
    "or a derived graph, an object with nodes and precedes"
)
# a "Target" of an assessment consortium groups standards; what a district calls target is a "Learning Target"
_KIND_WORDS: Final = {
    NodeKind.GROUPING: "grade, level, course, domain, strand, substrand, cluster, claim, category, subject, topic, "
    "unit, section, area, concept, theme, discipline, module, heading, band",
    NodeKind.STANDARD: "standard, substandard, skill, expectation, indicator, benchmark, component, element",
    NodeKind.COMPETENCY: "competency, competence, target, outcome",
    NodeKind.LEARNING_TARGET: "learning target, objective, i can statement",
}
_KINDS_BY_WORD: Final = {word: kind for kind, words in _KIND_WORDS.items() for word in words.split(", ")}
_EDGE_KINDS: Final[Mapping[str, EdgeKind]] = {
    **{kind.casefold(): kind for kind in EdgeKind},
    "exactmatch": EdgeKind.EXACT_MATCH_OF,
    "relatedto": EdgeKind.IS_RELATED_TO,
    "childof": EdgeKind.IS_CHILD_OF,
    "partof": EdgeKind.IS_PART_OF,
    "peerof": EdgeKind.IS_PEER_OF,
}


def read_case(content: bytes, name: str, subject: str | None = None) -> CasePackage:
    """The values of a file: a CFPackage 1.0 or 1.1, or the derived graph.

    `name` is the title where the file states none (its stem, say); `subject` overrides what the file says of it.
    Raises NotACasePackageError, which names what was expected, for anything else.
    """
    data = parse_json(content)
    if isinstance(data, dict) and isinstance(data.get("CFPackage"), dict):
        data = data["CFPackage"]
    if not isinstance(data, dict):
        raise NotACasePackageError("", f"{_EXPECTED}; found {type(data).__name__}")
    if is_derived_graph(data):
        return read_derived_graph(data, name, subject)
    if not isinstance(data.get("CFDocument"), dict):
        found = ", ".join(sorted(map(str, data))[:8]) or "nothing"
        raise NotACasePackageError("CFDocument", f"{_EXPECTED}; found an object with {found}")
    for member in ("CFItems", "CFAssociations"):
        if not isinstance(data.get(member, []), list):
            raise NotACasePackageError(member, f"expected a list; found {type(data[member]).__name__}")
    return _PackageReader(data, name, subject).read()


class _PackageReader:
    """One pass over the items, one over the associations, then kinds and parents, which need both."""

    def __init__(self, data: Mapping[str, Any], name: str, subject: str | None) -> None:
        self.data = data
        self.report = CaseReport()
        self.type_titles = self._type_titles()
        self.framework = self._framework(data["CFDocument"], name, subject)
        self.subject_given = subject is not None
        self.priorities: dict[str, bool] = {}
        self.nodes: dict[str, Node] = {}
        self.by_uri: dict[str, str] = {}
        self.edges: dict[tuple[str, str, str], Edge] = {}
        self.outside: dict[tuple[str, str, str], Edge] = {}

    def read(self) -> CasePackage:
        for place, item in enumerate(self.data.get("CFItems", [])):
            self._read_item(item, f"CFItems[{place}]")
        for place, association in enumerate(self.data.get("CFAssociations", [])):
            self._read_association(association, f"CFAssociations[{place}]")
        self._report_codes()
        parents = self._report_parents()
        return CasePackage(
            framework=self.framework,
            nodes=tuple(self._finished(node, parents) for node in self.nodes.values()),
            edges=tuple(edge for edge in self.edges.values() if edge.destination != self.framework.guid),
            outside=tuple(self.outside.values()),
            title_stated=text_of(self.data["CFDocument"].get("title")) is not None,
            report=self.report,
            priorities=self.priorities,
        )

    # --- the document -----------------------------------------------------------------------------------------------

    def _framework(self, document: Mapping[str, Any], name: str, subject: str | None) -> Framework:
        title = text_of(document.get("title")) or name
        uri = text_of(document.get("uri"))
        identifier = text_of(document.get("identifier")) or uri
        if identifier is None:
            identifier = str(uuid5(NAMESPACE_URL, f"CFDocument {title}"))
            self.report.note(OddityKind.NO_IDENTIFIER, "CFDocument", f"identifier made from the title: {identifier}")
        stated = subject or next(iter(texts_of(document.get("subject"))), None)
        if stated is None:
            stated = subject_in(title) or UNNAMED_SUBJECT
            self.report.note(OddityKind.SUBJECT_ASSUMED, "CFDocument.subject", stated)
        return Framework(
            guid=guid_of(identifier),
            title=title,
            subject=subject_name(stated),
            publisher=text_of(document.get("publisher")) or text_of(document.get("creator")),
            source_uri=uri,
            case_version=text_of(document.get("caseVersion")) or "1.0",
        )

    def _type_titles(self) -> dict[str, str]:
        definitions = self.data.get("CFDefinitions")
        types = definitions.get("CFItemTypes") if isinstance(definitions, dict) else None
        titles = {}
        for entry in types if isinstance(types, list) else []:
            identifier = text_of(entry.get("identifier")) if isinstance(entry, dict) else None
            title = text_of(entry.get("title")) if isinstance(entry, dict) else None
            if identifier and title:
                titles[guid_of(identifier)] = title
        return titles

    # --- items ------------------------------------------------------------------------------------------------------

    def _read_item(self, item: object, where: str) -> None:
        if not isinstance(item, dict):
            self.report.note(OddityKind.UNREADABLE_ITEM, where, f"expected an object, found {type(item).__name__}")
            return
        code = code_of(item.get("humanCodingScheme"))
        guid = self._item_guid(item, code, where)
        if guid is None:
            return
        if guid in self.nodes:
            self.report.note(OddityKind.DUPLICATE_ITEM, guid, f"again at {where}; the first one counts")
            return
        uri = text_of(item.get("uri"))
        if uri:
            self.by_uri[uri] = guid
            if uri.startswith("urn:"):
                self.report.note(OddityKind.URN_ADDRESS, guid, uri)
        abbreviated = text_of(item.get("abbreviatedStatement"))
        statement = text_of(item.get("fullStatement"))
        if statement is None:
            statement = abbreviated or code or ""
            self.report.note(OddityKind.NO_STATEMENT, guid, f"shown as {statement!r}")
        if code is None:
            self.report.note(OddityKind.NO_CODE, guid, statement[:80])
        # no field of CASE: an extension, which 1.1 allows on every item
        extensions = item.get("extensions")
        if isinstance(extensions, dict) and isinstance(extensions.get("priority"), bool):
            self.priorities[guid] = extensions["priority"]
        own_subject = None if self.subject_given else next(iter(texts_of(item.get("subject"))), None)
        self.nodes[guid] = Node(
            guid=guid,
            framework=self.framework.guid,
            kind=NodeKind.STANDARD,
            code=code,
            statement=statement,
            subject=subject_name(own_subject) if own_subject else self.framework.subject,
            grades=tuple(dict.fromkeys(map(_grade, texts_of(item.get("educationLevel"))))),
            abbreviated=abbreviated,
            item_type=self._item_type(item),
            sequence=self._number(item.get("sequenceNumber"), f"{where}.sequenceNumber"),
        )

    def _item_guid(self, item: Mapping[str, Any], code: str | None, where: str) -> str | None:
        stated = text_of(item.get("identifier"))
        if stated:
            return guid_of(stated)
        stated = text_of(item.get("uri"))
        if stated:
            self.report.note(OddityKind.NO_IDENTIFIER, where, f"taken from its uri: {stated}")
            return guid_of(stated)
        if code:
            made = made_guid(self.framework.guid, code)
            self.report.note(OddityKind.NO_IDENTIFIER, where, f"made from the code {code}: {made}")
            return made
        self.report.note(OddityKind.UNREADABLE_ITEM, where, "neither identifier nor uri nor code")
        return None

    def _item_type(self, item: Mapping[str, Any]) -> str | None:
        stated = text_of(item.get("CFItemType"))
        link = item.get("CFItemTypeURI")
        if stated is None and isinstance(link, dict):
            stated = text_of(link.get("title")) or self.type_titles.get(guid_of(text_of(link.get("identifier")) or ""))
        elif stated is None and isinstance(link, str):
            stated = self.type_titles.get(guid_of(link))
        return stated

    # --- associations -----------------------------------------------------------------------------------------------

    def _read_association(self, association: object, where: str) -> None:
        if not isinstance(association, dict):
            found = type(association).__name__
            self.report.note(OddityKind.UNREADABLE_ASSOCIATION, where, f"expected an object, found {found}")
            return
        stated = text_of(association.get("identifier"))
        name = stated or where
        word = text_of(association.get("associationType"))
        kind = _EDGE_KINDS.get(re.sub(r"[^a-z]", "", (word or "").casefold()))
        if kind is None:
            self.report.note(OddityKind.UNKNOWN_ASSOCIATION_TYPE, name, word or "none stated")
            return
        origin = self._end(association.get("originNodeURI"), name)
        destination = self._end(association.get("destinationNodeURI"), name)
        if origin is None or destination is None:
            missing = "originNodeURI" if origin is None else "destinationNodeURI"
            self.report.note(OddityKind.UNREADABLE_ASSOCIATION, name, f"{missing} names nothing")
            return
        edge = Edge(
            origin=origin,
            kind=kind,
            destination=destination,
            strength=Strength.SOFT if kind is EdgeKind.PRECEDES else None,
            sequence=self._number(association.get("sequenceNumber"), f"{name}.sequenceNumber"),
            guid=guid_of(stated) if stated else None,
        )
        self._keep(edge, name)

    def _keep(self, edge: Edge, name: str) -> None:
        said = f"{self._label(edge.origin)} {edge.kind} {self._label(edge.destination)}"
        ends_here = [end in self.nodes or end == self.framework.guid for end in (edge.origin, edge.destination)]
        if edge.key in self.edges or edge.key in self.outside:
            self.report.note(OddityKind.DUPLICATE_ASSOCIATION, name, said)
        elif not all(ends_here):
            self.report.note(OddityKind.DANGLING_END, name, said)
            self.outside[edge.key] = edge
        elif edge.origin == edge.destination and edge.kind is not EdgeKind.PRECEDES:
            self.report.note(OddityKind.ASSOCIATION_WITH_ITSELF, name, said)
        elif edge.origin == self.framework.guid or (
            edge.destination == self.framework.guid and edge.kind is not EdgeKind.IS_CHILD_OF
        ):
            self.report.note(OddityKind.ASSOCIATION_WITH_DOCUMENT, name, said)
        else:
            self.edges[edge.key] = edge

    def _end(self, link: object, name: str) -> str | None:
        if isinstance(link, str):
            self.report.note(OddityKind.LINK_AS_TEXT, name, link)
            link = {"uri": link}
        if not isinstance(link, dict):
            return None
        identifier, uri = text_of(link.get("identifier")), text_of(link.get("uri"))
        if uri and uri.startswith("urn:"):
            self.report.note(OddityKind.URN_ADDRESS, name, uri)
        known = self.by_uri.get(uri) if uri else None
        if identifier and (guid_of(identifier) in self.nodes or known is None):
            return guid_of(identifier)
        return known or (guid_of(uri) if uri else None)

    def _number(self, value: object, where: str) -> int | None:
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            number: int | None = value
        else:
            self.report.note(OddityKind.NUMBER_AS_TEXT, where, repr(value)[:40])
            whole = re.fullmatch(r"\s*([+-]?\d{1,10})(?:\.0*)?\s*", str(value))
            number = int(whole[1]) if whole else None
        return number if number is not None and abs(number) < 2**31 else None

    # --- what needs items and associations --------------------------------------------------------------------------

    def _report_codes(self) -> None:
        first: dict[str, str] = {}
        for guid, node in self.nodes.items():
            if node.code and first.setdefault(node.code, guid) != guid:
                self.report.note(OddityKind.REPEATED_CODE, guid, f"{node.code} is also the code of {first[node.code]}")

    def _report_parents(self) -> dict[str, list[Edge]]:
        parents: dict[str, list[Edge]] = {}
        for edge in self.edges.values():
            if edge.kind is EdgeKind.IS_CHILD_OF:
                parents.setdefault(edge.origin, []).append(edge)
        for guid, above in parents.items():
            if len(above) > 1:
                named = ", ".join(self._label(edge.destination) for edge in above)
                self.report.note(OddityKind.SEVERAL_PARENTS, guid, f"{self._label(guid)} is a child of {named}")
        self.holders = {edge.destination for above in parents.values() for edge in above}
        return parents

    def _finished(self, node: Node, parents: Mapping[str, list[Edge]]) -> Node:
        sequence = next((edge.sequence for edge in parents.get(node.guid, ()) if edge.sequence is not None), None)
        return replace(node, kind=self._kind(node), sequence=node.sequence if sequence is None else sequence)

    def _kind(self, node: Node) -> NodeKind:
        words = (node.item_type or "").casefold().replace("-", " ").split()
        by_word = _KINDS_BY_WORD.get(" ".join(words)) or _KINDS_BY_WORD.get(words[-1] if words else "")
        if by_word:
            return by_word
        common_core = node.code is not None and is_common_core(node.code)
        kind = NodeKind.GROUPING if node.guid in self.holders and not common_core else NodeKind.STANDARD
        odd = OddityKind.UNKNOWN_ITEM_TYPE if words else OddityKind.KIND_FROM_POSITION
        self.report.note(odd, node.guid, f"{node.label}: {node.item_type or 'no type'} taken for a {kind}")
        return kind

    def _label(self, guid: str) -> str:
        if guid == self.framework.guid:
            return self.framework.title
        return self.nodes[guid].label if guid in self.nodes else guid


def _grade(level: str) -> str:
    """CASE writes 01..12, KG, PK; people write 1..12, K, PK."""
    return "K" if level.upper() == "KG" else level.lstrip("0") or level
