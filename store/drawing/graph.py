"""The graph part of a picture: entities as discs in the colours of the ontology, links as arrows with their words."""

from __future__ import annotations

from dataclasses import dataclass

from ontology.model import ontology
from ontology.statement import Modality
from store.drawing.canvas import INK, LINE, QUIET, element, lines_of, text, width_of
from store.drawing.links import DASHES, OTHERWISE, Obstacle, links, thickness
from store.drawing.places import Box, places
from store.lookup.values import EntitySummary, Related

NAME = 13.0
LEADING = 1.15
SCALE = 0.36
"""Radius of a disc for each pixel of its class's diameter in the style sheet."""
MARGIN = 24.0


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
    obstacles = {n.id: Obstacle(boxes[n.id], _radius(n), _half(n)) for n in related.nodes}
    drawn = [*links(related.edges, obstacles), *(_node(n, boxes[n.id], related.centre) for n in related.nodes)]
    legend = _legend(related, width)
    moved = element("g", *drawn, transform=f"translate({-left:.1f} {-top:.1f})")
    below = element("g", *legend.svg, transform=f"translate(0 {height:.1f})")
    return Part([moved, below], max(width, legend.width), height + legend.height)


def _radius(node: EntitySummary) -> float:
    return ontology().classes[node.type].size * SCALE


def _half(node: EntitySummary) -> float:
    return max(width_of(line, NAME) for line in lines_of(node.name)) / 2


def _reach(node: EntitySummary) -> tuple[float, float, float]:
    radius = _radius(node)
    return max(radius, _half(node)) + 8, radius + 6, radius + len(lines_of(node.name)) * NAME * LEADING + 12


def _node(node: EntitySummary, box: Box, centre: str) -> str:
    radius = _radius(node)
    stroke = {"stroke": INK, "stroke_width": 3} if node.id == centre else {}
    disc = element("circle", cx=box.x, cy=box.y, r=radius, fill=ontology().classes[node.type].colour, **stroke)
    lines = lines_of(node.name)
    first = -radius - NAME * (0.45 + LEADING * (len(lines) - 1)) if box.above else radius + NAME
    names = [
        text(
            line,
            box.x,
            box.y + first + NAME * LEADING * n,
            NAME,
            anchor="middle",
            font_weight="600" if node.id == centre else None,
        )
        for n, line in enumerate(lines)
    ]
    return element("g", disc, *names)


def _legend(related: Related, width: float) -> Part:
    """What the colours and the lines say, as far as they occur."""
    classes = ontology().classes
    types = sorted({node.type for node in related.nodes}, key=list(classes).index)
    signs = [
        (classes[each].label, 12.0, element("circle", cx=6, cy=-4, r=6, fill=classes[each].colour)) for each in types
    ]
    if any(edge.modality not in DASHES for edge in related.edges):
        signs.append(("only claimed, alleged or estimated", 24.0, _stroke(2, OTHERWISE)))
    if any(edge.modality is Modality.DENIED for edge in related.edges):
        signs.append(("denied", 24.0, _stroke(2, DASHES[Modality.DENIED])))
    if any(edge.sources > 1 for edge in related.edges):
        signs.append(("the thicker, the more sources", 24.0, _stroke(thickness(9), None)))
    x, y, parts = MARGIN, 14.0, []
    for label, wide, sign in signs:
        room = wide + 6 + width_of(label, 12)
        if x + room > width and x > MARGIN:
            x, y = MARGIN, y + 20
        shown = text(label, wide + 6, 0, 12.0, fill=QUIET)
        parts.append(element("g", sign, shown, transform=f"translate({x:.1f} {y:.1f})"))
        x += room + 20
    return Part(parts, 0, y + 18)


def _stroke(width: float, dashes: str | None) -> str:
    return element("line", x1=0, x2=24, y1=-4, y2=-4, stroke=LINE, stroke_width=width, stroke_dasharray=dashes)
