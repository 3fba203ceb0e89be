"""The competency graph: hierarchy, acyclic prerequisites, equivalents, the alias rule, what is unlocked next."""

from mastery.graph.codes import cluster_of, is_common_core, meet, natural_order, spellings
from mastery.graph.order import depths, find_cycle
from mastery.graph.resolve import Ambiguous, Resolution, Resolved, TargetIndex, Unknown, resolve_target
from mastery.graph.structure import Graph, Prerequisites, equivalence_classes
from mastery.graph.unlocked import Unlocked, unlocked_next
from mastery.graph.values import CycleError, Edge, EdgeKind, Framework, Node, NodeKind, Strength

__all__ = [
    "Ambiguous",
    "CycleError",
    "Edge",
    "EdgeKind",
    "Framework",
    "Graph",
    "Node",
    "NodeKind",
    "Prerequisites",
    "Resolution",
    "Resolved",
    "Strength",
    "TargetIndex",
    "Unknown",
    "Unlocked",
    "cluster_of",
    "depths",
    "equivalence_classes",
    "find_cycle",
    "is_common_core",
    "meet",
    "natural_order",
    "resolve_target",
    "spellings",
    "unlocked_next",
]
