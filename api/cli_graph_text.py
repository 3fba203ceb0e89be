"""What the commands for the graph say, as text and as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from api.actions.graph import StrengthChange
from api.actions.graph_change import Consequences
from api.actions.graph_import import GraphImport, Tally
from api.interop.case_values import CaseReport
from mastery.graph import Graph, Unlocked

_EXAMPLES = 3


def import_json(done: GraphImport, report: CaseReport, after: Consequences, dry_run: bool) -> dict[str, Any]:
    """An import as plain values, with every oddity of the file."""
    return asdict(done) | {
        "changed": done.changed,
        "consequences": asdict(after),
        "dry_run": dry_run,
        "oddities": [asdict(oddity) for oddity in report.oddities],
        "oddity_counts": report.counts(),
    }


def import_text(done: GraphImport, report: CaseReport, after: Consequences, dry_run: bool) -> str:
    """An import as text: what changed or would change, then what is odd about the file with a few examples each."""
    lines = [f"{done.title} ({done.framework})"]
    if not done.changed:
        lines.append("The graph already is as the file says: nothing to change.")
    else:
        lines.append("Would change:" if dry_run else "Changed:")
        lines += [_tally("nodes", done.nodes), _tally("edges", done.edges)]
    if done.connected:
        lines.append(f"{done.connected} edges lead to other frameworks of the district.")
    if done.outside:
        lines.append(
            f"{done.outside} edges lead to nothing that the district has: import the other framework, then this again."
        )
    if done.elsewhere:
        lines.append(f"{done.elsewhere} nodes belong to another framework of the district and were left as they are.")
    if done.nodes.kept or done.edges.kept:
        lines.append(
            f"{done.nodes.kept} nodes and {done.edges.kept} hard prerequisites are no longer in the file and were kept."
        )
    return "\n".join([*lines, *consequence_lines(after), *_oddity_lines(report)])


def consequence_lines(after: Consequences) -> Iterator[str]:
    """What a change brought about, where it brought about anything."""
    if after.students:
        yield f"{after.targets} targets demand something else now; {after.students} students were brought up to it."
    if after.released.accepted or after.released.rejected:
        yield (
            f"Of the results that waited, {after.released.accepted} came in, {after.released.rejected} were refused, "
            f"and {after.released.waiting} wait still."
        )


def _tally(what: str, tally: Tally) -> str:
    return (
        f"  {what}: {tally.added:>7} added {tally.changed:>7} changed {tally.removed:>7} removed "
        f"{tally.unchanged:>7} unchanged"
    )


def _oddity_lines(report: CaseReport) -> Iterator[str]:
    if report.oddities:
        yield f"{len(report.oddities)} oddities of the file:"
    shown: Counter[str] = Counter()
    for kind, count in report.counts().items():
        yield f"  {kind.replace('_', ' ')}: {count}"
        for oddity in report.oddities:
            if oddity.kind == kind and shown[kind] < _EXAMPLES:
                shown[kind] += 1
                yield f"    {oddity.where}: {oddity.detail}"
        if count > _EXAMPLES:
            yield f"    and {count - _EXAMPLES} more; --json lists all"


def strength_text(change: StrengthChange, after: Consequences, strength: str) -> str:
    """A change of strength as text."""
    already = change.matched - change.changed
    lines = [f"{change.changed} prerequisites made {strength}, {already} were so already."]
    return "\n".join([*lines, *consequence_lines(after)])


def next_json(graph: Graph, found: Sequence[Unlocked]) -> list[dict[str, Any]]:
    """What is unlocked as plain values, every node by code and GUID."""

    def named(guids: Sequence[str]) -> list[dict[str, str | None]]:
        return [{"guid": guid, "code": graph.nodes[guid].code} for guid in guids]

    return [
        {
            "target": one.target,
            "code": graph.nodes[one.target].code,
            "statement": graph.nodes[one.target].statement,
            "depth": one.depth,
            "hard_mastered": named(one.hard_mastered),
            "hard_waived": named(one.hard_waived),
            "soft_met": named(one.soft_met),
            "soft_open": named(one.soft_open),
            "inherited_from": named(one.inherited_from),
        }
        for one in found
    ]


def next_text(graph: Graph, found: Sequence[Unlocked]) -> str:
    """What is unlocked as lines: code, statement, and the reason."""
    if not found:
        return "Nothing is open: everything is mastered or waits for a hard prerequisite."
    return "\n".join(
        f"{graph.label(one.target):<16} {_short(graph, one)}\n{'':<16} {_why(graph, one)}" for one in found
    )


def _short(graph: Graph, one: Unlocked) -> str:
    return " ".join(graph.nodes[one.target].statement.split())[:100]


def _why(graph: Graph, one: Unlocked) -> str:
    def listed(guids: Sequence[str]) -> str:
        return ", ".join(map(graph.label, guids))

    parts = [
        f"{said} {listed(guids)}"
        for said, guids in (
            ("mastered:", one.hard_mastered),
            ("waived:", one.hard_waived),
            ("helpful and met:", one.soft_met),
            ("helpful and open:", one.soft_open),
            ("as stated for", one.inherited_from),
        )
        if guids
    ]
    return "; ".join(parts) or "nothing is stated to come before it"
