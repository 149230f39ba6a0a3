"""The graph part of a picture: entities as discs in the colours of the ontology, links as arrows with their words."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ontology.model import ontology
from ontology.statement import Modality
from store.drawing.canvas import INK, LINE, QUIET, element, lines_of, text, width_of
from store.drawing.places import Box, places
from store.lookup.values import Edge, EntitySummary, Related

NAME, WORD = 13.0, 10.5
LEADING = 1.15
SCALE = 0.36
"""Radius of a disc for each pixel of its class's diameter in the style sheet."""
MARGIN = 24.0
DASHES = {Modality.ASSERTED: None, Modality.DENIED: "2 4"}
_OTHERWISE = "7 5"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a picture and the room that it takes."""

    svg: list[str]
    width: float
    height: float


def graph(related: Related) -> Part:
    """All nodes and edges, with a legend below."""
    boxes = places(related, {node.id: _reach(node) for node in related.nodes})
    left = min(box.x - box.across for box in boxes.values()) - MARGIN
    top = min(box.y - box.up for box in boxes.values()) - MARGIN
    width = max(box.x + box.across for box in boxes.values()) + MARGIN - left
    height = max(box.y + box.down for box in boxes.values()) + MARGIN - top
    radii = {node.id: _radius(node) for node in related.nodes}
    drawn = [*_edges(related.edges, boxes, radii), *(_node(n, boxes[n.id], related.centre) for n in related.nodes)]
    legend = _legend(related, width)
    moved = element("g", *drawn, transform=f"translate({-left:.1f} {-top:.1f})")
    below = element("g", *legend.svg, transform=f"translate(0 {height:.1f})")
    return Part([moved, below], max(width, legend.width), height + legend.height)


def _radius(node: EntitySummary) -> float:
    return ontology().classes[node.type].size * SCALE


def _reach(node: EntitySummary) -> tuple[float, float, float]:
    lines = lines_of(node.name)
    radius = _radius(node)
    across = max(radius, *(width_of(line, NAME) / 2 for line in lines)) + 8
    return across, radius + 6, radius + len(lines) * NAME * LEADING + 12


def _node(node: EntitySummary, box: Box, centre: str) -> str:
    radius = _radius(node)
    stroke = {"stroke": INK, "stroke_width": 3} if node.id == centre else {}
    disc = element("circle", cx=box.x, cy=box.y, r=radius, fill=ontology().classes[node.type].colour, **stroke)
    weight = "600" if node.id == centre else None
    names = [
        text(line, box.x, box.y + radius + NAME * (1 + LEADING * n), NAME, anchor="middle", font_weight=weight)
        for n, line in enumerate(lines_of(node.name))
    ]
    return element("g", disc, *names)


def _edges(edges: Sequence[Edge], boxes: dict[str, Box], radii: dict[str, float]) -> list[str]:
    together: defaultdict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.source in boxes and edge.target in boxes and edge.source != edge.target:
            first, second = sorted((edge.source, edge.target))
            together[first, second].append(edge)
    lines, words = [], []
    for (first, _), group in sorted(together.items()):
        for n, edge in enumerate(sorted(group, key=lambda each: (each.predicate, each.source))):
            bend = (n - (len(group) - 1) / 2) * 46 * (1 if edge.source == first else -1)
            line, word = _edge(edge, boxes, radii, bend)
            lines.append(line)
            words.append(word)
    return [*lines, *words]


def _edge(edge: Edge, boxes: dict[str, Box], radii: dict[str, float], bend: float) -> tuple[str, str]:
    a, b = boxes[edge.source], boxes[edge.target]
    length = math.dist((a.x, a.y), (b.x, b.y)) or 1.0
    dx, dy = (b.x - a.x) / length, (b.y - a.y) / length
    cx, cy = (a.x + b.x) / 2 - dy * bend, (a.y + b.y) / 2 + dx * bend
    start = _towards((a.x, a.y), (cx, cy), radii[edge.source] + 1)
    tip = _towards((b.x, b.y), (cx, cy), radii[edge.target] + 2)
    back = _towards(tip, (cx, cy), 9)
    ax, ay = (tip[0] - back[0]) / 9, (tip[1] - back[1]) / 9
    colour = "#a52f28" if edge.modality is Modality.DENIED else LINE
    path = f"M {start[0]:.1f} {start[1]:.1f} Q {cx:.1f} {cy:.1f} {back[0]:.1f} {back[1]:.1f}"
    head = [(tip[0], tip[1]), (back[0] - ay * 4, back[1] + ax * 4), (back[0] + ay * 4, back[1] - ax * 4)]
    line = element(
        "g",
        element(
            "path",
            d=path,
            fill="none",
            stroke=colour,
            stroke_width=min(4.0, 1 + math.log2(1 + edge.sources) / 2),
            stroke_dasharray=DASHES.get(edge.modality, _OTHERWISE),
        ),
        element("polygon", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in head), fill=colour),
    )
    # The middle of a quadratic curve lies halfway between its control point and the middle of its ends.
    mx, my = (a.x + b.x + 2 * cx) / 4, (a.y + b.y + 2 * cy) / 4
    angle = math.degrees(math.atan2(dy, dx))
    angle = angle - 180 if angle > 90 else angle + 180 if angle < -90 else angle
    word = text(
        edge.label,
        mx,
        my + WORD / 3,
        WORD,
        anchor="middle",
        fill=QUIET,
        transform=f"rotate({angle:.1f} {mx:.1f} {my:.1f})",
    )
    return line, word


def _towards(a: tuple[float, float], b: tuple[float, float], by: float) -> tuple[float, float]:
    """The point that is `by` from `a` on the way to `b`."""
    length = math.dist(a, b) or 1.0
    return a[0] + (b[0] - a[0]) / length * by, a[1] + (b[1] - a[1]) / length * by


def _legend(related: Related, width: float) -> Part:
    classes = ontology().classes
    types = sorted({node.type for node in related.nodes}, key=list(classes).index)
    entries: list[tuple[str, str | None, Modality | None]] = [
        (classes[t].label, classes[t].colour, None) for t in types
    ]
    if any(edge.modality not in DASHES for edge in related.edges):
        entries.append(("only claimed, alleged or estimated", None, Modality.CLAIMED))
    if any(edge.modality is Modality.DENIED for edge in related.edges):
        entries.append(("denied", None, Modality.DENIED))
    x, y, parts = MARGIN, 14.0, []
    for label, colour, modality in entries:
        room = 34 + width_of(label, 12)
        if x + room > width and x > MARGIN:
            x, y = MARGIN, y + 20
        sign = (
            element("circle", cx=x + 6, cy=y - 4, r=6, fill=colour)
            if modality is None
            else element(
                "line", x1=x - 6, x2=x + 14, y1=y - 4, y2=y - 4, stroke=LINE, stroke_width=2,
                stroke_dasharray=DASHES.get(modality, _OTHERWISE),
            )
        )  # fmt: skip
        parts += [sign, text(label, x + 18, y, 12.0, fill=QUIET)]
        x += room + (8 if modality is None else 14)
    return Part(parts, 0, y + 18)
