"""The links of a picture: arrows that end where a disc or a name begins, and words where they have room."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ontology.statement import Modality
from store.drawing.canvas import ACCENT, LINE, QUIET, element, text, width_of
from store.drawing.places import Box
from store.lookup.values import Edge

WORD = 10.5
HEAD = 9.0
BEND = 46.0
"""How far apart links between the same two entities are pulled."""
DASHES = {Modality.ASSERTED: None, Modality.DENIED: "2 4"}
OTHERWISE = "7 5"
STEPS = 100
ALONG = (0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.27, 0.73)
"""Where on a link its words may stand, the best first."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What an entity covers: a disc, and the name below or above it, of which half of the width is `across`."""

    box: Box
    radius: float
    across: float

    def covers(self, at: Point, margin: float = 0.0) -> bool:
        """Whether a point lies on the disc or the name, or nearer to them than the margin."""
        x, y = abs(at[0] - self.box.x), at[1] - self.box.y
        if math.hypot(x, y) < self.radius + margin:
            return True
        inward, outward = (-y, self.box.up) if self.box.above else (y, self.box.down)
        return x < self.across + margin and self.radius - margin < inward < outward - 6 + margin


@dataclass(frozen=True, slots=True)
class Curve:
    """A link as a quadratic curve."""

    start: Point
    pull: Point
    end: Point

    def at(self, t: float) -> Point:
        """The point at a share of the way."""
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
        return (
            a * self.start[0] + b * self.pull[0] + c * self.end[0],
            a * self.start[1] + b * self.pull[1] + c * self.end[1],
        )

    def direction(self, t: float) -> float:
        """Its angle in degrees there, such that words on it are not upside down."""
        (ax, ay), (bx, by) = self.at(max(0.0, t - 0.02)), self.at(min(1.0, t + 0.02))
        angle = math.degrees(math.atan2(by - ay, bx - ax))
        return angle - 180 if angle > 90 else angle + 180 if angle < -90 else angle


def links(edges: Sequence[Edge], obstacles: Mapping[str, Obstacle]) -> list[str]:
    """All lines, and after them all words."""
    curves = list(_curves(edges, obstacles))
    lines = [_line(edge, curve, obstacles) for edge, curve in curves]
    taken: list[Point] = []
    # Long links have most room to move their words, so the short ones choose first.
    by_length = sorted(curves, key=lambda each: (math.dist(each[1].start, each[1].end), each[0].source, each[0].label))
    return [*lines, *(_word(edge, curve, obstacles, taken) for edge, curve in by_length)]


def _curves(edges: Sequence[Edge], obstacles: Mapping[str, Obstacle]) -> Iterator[tuple[Edge, Curve]]:
    together: defaultdict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.source in obstacles and edge.target in obstacles and edge.source != edge.target:
            first, second = sorted((edge.source, edge.target))
            together[first, second].append(edge)
    for (first, _), group in sorted(together.items()):
        for n, edge in enumerate(sorted(group, key=lambda each: (each.predicate, each.source))):
            bend = (n - (len(group) - 1) / 2) * BEND * (1 if edge.source == first else -1)
            a, b = obstacles[edge.source].box, obstacles[edge.target].box
            length = math.dist((a.x, a.y), (b.x, b.y)) or 1.0
            dx, dy = (b.x - a.x) / length, (b.y - a.y) / length
            pull = (a.x + b.x) / 2 - dy * bend, (a.y + b.y) / 2 + dx * bend
            yield edge, Curve((a.x, a.y), pull, (b.x, b.y))


def _line(edge: Edge, curve: Curve, obstacles: Mapping[str, Obstacle]) -> str:
    shares = [n / STEPS for n in range(STEPS + 1)]
    free = [t for t in shares if not obstacles[edge.source].covers(curve.at(t), 1)]
    free = [t for t in free if not obstacles[edge.target].covers(curve.at(t), 2)] or [0.45, 0.55]
    start, tip = curve.at(free[0]), curve.at(free[-1])
    back = _towards(tip, curve.at(max(free[0], free[-1] - 0.03)), HEAD)
    ax, ay = (tip[0] - back[0]) / HEAD, (tip[1] - back[1]) / HEAD
    colour = ACCENT if edge.modality is Modality.DENIED else LINE
    # The part of a quadratic curve between two shares is one itself; this is where it is pulled to.
    (sx, sy), (px, py), (ex, ey) = curve.start, curve.pull, curve.end
    u, v = free[0], free[-1]
    pull_x = (1 - u) * (1 - v) * sx + (u + v - 2 * u * v) * px + u * v * ex
    pull_y = (1 - u) * (1 - v) * sy + (u + v - 2 * u * v) * py + u * v * ey
    path = f"M {start[0]:.1f} {start[1]:.1f} Q {pull_x:.1f} {pull_y:.1f} {back[0]:.1f} {back[1]:.1f}"
    head = [tip, (back[0] - ay * 4, back[1] + ax * 4), (back[0] + ay * 4, back[1] - ax * 4)]
    return element(
        "g",
        element(
            "path",
            d=path,
            fill="none",
            stroke=colour,
            stroke_width=thickness(edge.sources),
            stroke_dasharray=DASHES.get(edge.modality, OTHERWISE),
        ),
        element("polygon", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in head), fill=colour),
    )


def thickness(sources: int) -> float:
    """How thick a link of that many sources is."""
    return min(4.0, 1 + math.log2(1 + sources) / 2)


def _word(edge: Edge, curve: Curve, obstacles: Mapping[str, Obstacle], taken: list[Point]) -> str:
    """The words of a link where they meet least of what is there already."""

    def beads(share: float) -> list[Point]:
        (x, y), angle = curve.at(share), math.radians(curve.direction(share))
        half = width_of(edge.label, WORD) / 2
        steps = max(2, math.ceil(2 * half / WORD))
        return [
            (x + math.cos(angle) * reach, y + math.sin(angle) * reach)
            for reach in (half * (2 * n / steps - 1) for n in range(steps + 1))
        ]

    def met(points: list[Point]) -> int:
        on_names = sum(obstacle.covers(point, WORD / 2) for point in points for obstacle in obstacles.values())
        on_words = sum(math.dist(point, other) < WORD for point in points for other in taken)
        return on_names + on_words

    share = min(ALONG, key=lambda each: met(beads(each)))
    taken += beads(share)
    x, y = curve.at(share)
    turn = f"rotate({curve.direction(share):.1f} {x:.1f} {y:.1f})"
    return text(edge.label, x, y + WORD / 3, WORD, anchor="middle", fill=QUIET, transform=turn)


def _towards(a: Point, b: Point, by: float) -> Point:
    """The point that is `by` from `a` on the way to `b`."""
    length = math.dist(a, b) or 1.0
    return a[0] + (b[0] - a[0]) / length * by, a[1] + (b[1] - a[1]) / length * by
