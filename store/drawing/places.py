"""Where each entity stands: a spring layout from a fixed start, then pushed apart until no name covers another.

What stands on a link that is not its own is pushed off it as far as there is room.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from store.lookup.values import Related, RelatedNode

if TYPE_CHECKING:
    from networkx import Graph

ROUNDS = 400
CLEARINGS = 60
"""How often entities are pushed off links; in a picture with many it may not come to rest."""
CLEAR = 4.0
SPREAD = 105
"""The larger, the more room a picture takes at first."""
LENGTHS = (1.6, 2.4)
"""Lengths of springs that are tried, until one leaves nothing on a link."""
RING, ROOM = 190.0, 75.0
"""Least distance between two rings, and the part of the first that every leaf has."""


@dataclass(frozen=True, slots=True)
class Box:
    """The room that an entity takes with its name: its centre, and how far it reaches to each side."""

    x: float
    y: float
    across: float
    up: float
    down: float
    above: bool = False
    """Whether its name stands above it, away from its links."""


def places(related: Related, sizes: Mapping[str, tuple[float, float, float]]) -> dict[str, Box]:
    """A box for each node; `sizes` tells how far each reaches across, away from its name, and with its name."""
    import networkx  # noqa: PLC0415 - slow to import, and only pictures need it

    graph = networkx.Graph()
    order = sorted((node for node in related.nodes if node.id in sizes), key=lambda node: (node.distance, node.id))
    ids = [node.id for node in order]
    graph.add_nodes_from(ids)
    ends = sorted((edge.source, edge.target) for edge in related.edges if edge.source != edge.target)
    graph.add_edges_from((a, b) for a, b in ends if a in sizes and b in sizes)
    links = list(graph.edges)
    tried: list[tuple[int, dict[str, Box]]] = []
    for positions in _starts(graph, order):
        boxes = {}
        for id_, (x, y) in positions.items():
            across, bare, named = sizes[id_]
            above = sum(positions[other][1] - y for other in graph[id_]) > 0
            boxes[id_] = Box(round(x), round(y), across, *((named, bare) if above else (bare, named)), above)
        boxes = _cleared(boxes, ids, links)
        tried.append((len(_standing_on(boxes, ids, links)), boxes))
        if not tried[-1][0]:
            break
    return min(tried, key=lambda each: each[0])[1]


def _starts(graph: Graph[str], order: Sequence[RelatedNode]) -> Iterator[dict[str, tuple[float, float]]]:
    """First places, the likeliest to be readable first: by springs, then as a tree in rings around the centre."""
    import networkx  # noqa: PLC0415 - as above

    rings = [[node.id for node in order if node.distance == distance] for distance in range(order[-1].distance + 1)]
    shells = networkx.shell_layout(graph, [ring for ring in rings if ring])
    root = len(graph) ** 0.5
    for length in LENGTHS:
        found = networkx.spring_layout(graph, pos=shells, k=length / root, iterations=200, seed=1, method="force")
        yield {id_: (float(x) * SPREAD * root * 1.35, float(y) * SPREAD * root) for id_, (x, y) in found.items()}
    yield _in_rings(graph, order)


def _in_rings(graph: Graph[str], order: Sequence[RelatedNode]) -> dict[str, tuple[float, float]]:
    """A tree in rings, in which every branch has a part of the circle as large as its leaves are many."""
    children: dict[str, list[str]] = {order[0].id: []}
    for node in order[1:]:  # nearest first, so what it is reached by is there already
        parent = next((other for other in children if other in graph[node.id]), order[0].id)
        children[parent].append(node.id)
        children[node.id] = []
    leaves: dict[str, int] = {}
    for node in reversed(order):
        leaves[node.id] = sum(leaves[child] for child in children[node.id]) or 1
    found = {order[0].id: (0.0, 0.0)}
    reach = max(RING, leaves[order[0].id] * ROOM / math.tau)

    def spread(id_: str, start: float, ring: int) -> None:
        for child in children[id_]:
            wide = math.tau * leaves[child] / leaves[order[0].id]
            angle = start + wide / 2
            found[child] = (math.cos(angle) * reach * ring * 1.2, math.sin(angle) * reach * ring)
            spread(child, start, ring + 1)
            start += wide

    spread(order[0].id, -math.pi / 2, 1)
    return found


def _cleared(boxes: dict[str, Box], order: Sequence[str], links: Sequence[tuple[str, str]]) -> dict[str, Box]:
    """Push boxes off one another and off the links of others, until they are or there is no hope."""
    for _ in range(CLEARINGS):
        boxes = _apart(boxes, order)
        if not _standing_on(boxes, order, links):
            break
        boxes = _off_links(boxes, order, links)
    return _apart(boxes, order)


def _standing_on(
    boxes: dict[str, Box], order: Sequence[str], links: Sequence[tuple[str, str]]
) -> list[tuple[str, str, str]]:
    """Each box that stands on a link of others, with the ends of that link."""
    return [
        (id_, first, second)
        for id_ in order
        for first, second in links
        if id_ not in {first, second} and _push(boxes[id_], boxes[first], boxes[second])
    ]


def _off_links(boxes: dict[str, Box], order: Sequence[str], links: Sequence[tuple[str, str]]) -> dict[str, Box]:
    """Push each box off the links that it stands on, away from them."""
    moved = dict(boxes)
    for id_, first, second in _standing_on(boxes, order, links):
        push = _push(moved[id_], moved[first], moved[second])
        if push:
            moved[id_] = replace(moved[id_], x=moved[id_].x + push[0], y=moved[id_].y + push[1])
    return moved


def _push(box: Box, a: Box, b: Box) -> tuple[float, float] | None:
    """The shortest way off the straight line between two others, or None where the box does not stand on it."""
    length = math.dist((a.x, a.y), (b.x, b.y))
    if not length:
        return None
    along_x, along_y = (b.x - a.x) / length, (b.y - a.y) / length
    x, y = box.x - a.x, box.y + (box.down - box.up) / 2 - a.y
    wide, high = box.across, (box.up + box.down) / 2
    along, aside = x * along_x + y * along_y, y * along_x - x * along_y
    if not -wide < along < length + wide:
        return None
    over = abs(along_y) * wide + abs(along_x) * high + CLEAR - abs(aside)
    if over <= 0:
        return None
    way = math.copysign(over, aside or 1.0)
    return -along_y * way, along_x * way


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
