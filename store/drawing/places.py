"""Where each entity stands: a spring layout from a fixed start, then pushed apart until no name covers another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from store.lookup.values import Related

ROUNDS = 400


@dataclass(frozen=True, slots=True)
class Box:
    """The room that an entity takes with its name: its centre, and how far it reaches to each side."""

    x: float
    y: float
    across: float
    up: float
    down: float


def places(related: Related, sizes: Mapping[str, tuple[float, float, float]]) -> dict[str, Box]:
    """A box for each node; `sizes` tells how far each reaches across, up and down."""
    import networkx  # noqa: PLC0415 - slow to import, and only pictures need it

    graph = networkx.Graph()
    order = sorted(related.nodes, key=lambda node: (node.distance, node.id))
    graph.add_nodes_from(node.id for node in order)
    graph.add_edges_from(sorted((edge.source, edge.target) for edge in related.edges if edge.source in graph))
    graph.remove_nodes_from([id_ for id_ in graph if id_ not in sizes])
    rings = [[node.id for node in order if node.distance == distance] for distance in range(order[-1].distance + 1)]
    start = networkx.shell_layout(graph, [ring for ring in rings if ring])
    found = networkx.spring_layout(graph, pos=start, k=1.6 / len(graph) ** 0.5, iterations=200, seed=1, method="force")
    spread = 105 * len(graph) ** 0.5
    boxes = {
        id_: Box(round(float(at[0]) * spread * 1.35), round(float(at[1]) * spread), *sizes[id_])
        for id_, at in found.items()
    }
    return _apart(boxes, [node.id for node in order])


def _apart(boxes: dict[str, Box], order: Sequence[str]) -> dict[str, Box]:
    """Push boxes that overlap along the shorter way, the later one further, until none do."""
    for _ in range(ROUNDS):
        moved = False
        for n, first in enumerate(order):
            for second in order[n + 1 :]:
                a, b = boxes[first], boxes[second]
                across = a.across + b.across - abs(a.x - b.x)
                along = min(a.y + a.down, b.y + b.down) - max(a.y - a.up, b.y - b.up)
                if across <= 0 or along <= 0:
                    continue
                moved = True
                if across < along:
                    way = across / 2 + 1 if b.x >= a.x else -across / 2 - 1
                    boxes[first], boxes[second] = replace(a, x=a.x - way), replace(b, x=b.x + way)
                else:
                    way = along / 2 + 1 if b.y >= a.y else -along / 2 - 1
                    boxes[first], boxes[second] = replace(a, y=a.y - way), replace(b, y=b.y + way)
        if not moved:
            break
    return boxes
