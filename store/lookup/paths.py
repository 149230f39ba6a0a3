"""The shortest ways between two entities, with the sentences that support each step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise

from ontology.statement import Modality
from store.base import Store
from store.lookup.edge_filter import EdgeFilter
from store.lookup.edges import edges_between, neighbours
from store.lookup.entities import summaries, unknown
from store.lookup.terms import reading
from store.lookup.values import Edge, EntitySummary, Path, Paths, Step
from store.lookup.view import View

FAN_OUT = 200
"""How many edges of one entity the search follows."""
EXPANDED = 2_000
"""How many entities the search opens before it gives up."""
WALKED = 50_000
"""How many steps the search tries within what it has read."""
CANDIDATES = 5
"""How many ways are weighed for each one that is asked for."""
CUT = f"cut: the search opens {EXPANDED} entities, and follows {FAN_OUT} edges of each; there may be other ways"

BELIEVED = EdgeFilter(modalities=tuple(modality for modality in Modality if modality is not Modality.DENIED))
"""What paths are made of unless asked otherwise: a link that the texts only deny is not a link."""

Triple = tuple[str, str, str]


def paths(
    store: Store,
    view: View,
    source: str,
    target: str,
    *,
    max_hops: int = 4,
    limit: int = 3,
    wanted: EdgeFilter = BELIEVED,
) -> Paths:
    """At most `limit` simple paths of at most `max_hops` steps, the shortest and best supported first."""
    ends = summaries(store, view, [source, target])
    for end in (source, target):
        if end not in ends:
            raise unknown(view, end)
    search = _Search(store, view, wanted, source, target)
    ways = list(islice(search.ways(max_hops), limit * CANDIDATES))
    edges = edges_between(
        store, view, {triple for way in ways for hop in pairwise(way) for triple in search.edges(*hop)}
    )
    known = summaries(store, view, [node for way in ways for node in way]) | ends
    found = [(_steps(way, search, edges), way) for way in ways]
    ranked = sorted(((steps, way) for steps, way in found if steps), key=lambda pair: (_rank(pair[0]), pair[1]))
    return Paths(
        source=ends[source],
        target=ends[target],
        paths=[_path([known[node] for node in way], steps) for steps, way in ranked[:limit]],
        note=search.note,
    )


@dataclass
class _Search:
    """A breadth-first search from both ends at once, a query a layer."""

    store: Store
    view: View
    wanted: EdgeFilter
    source: str
    target: str
    note: str = ""
    _links: dict[str, dict[str, set[Triple]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    _opened: set[str] = field(default_factory=set)
    _walked: int = 0

    def ways(self, max_hops: int) -> Iterator[list[str]]:
        """Simple paths as their entities, shorter ones first: a greater length is read only when more are asked for."""
        if self.source == self.target:
            return
        reached = {end: {end} for end in (self.source, self.target)}
        layers = {end: {end} for end in reached}
        for hops in range(1, max_hops + 1):
            near = min(layers, key=lambda end: len(layers[end]))
            self._open(layers[near])
            layers[near] = {other for id_ in layers[near] for other in self._links[id_]} - reached[near]
            reached[near] |= layers[near]
            yield from self._walk([self.source], hops, self._distances(hops))

    def edges(self, one: str, other: str) -> set[Triple]:
        """The edges that were found between two entities, either way round."""
        return self._links[one][other]

    def _open(self, layer: set[str]) -> None:
        """Read the edges of the entities of a layer that have not been opened."""
        asked = sorted(layer - self._opened)
        room = EXPANDED - len(self._opened)
        if len(asked) > room:
            asked = asked[:room]
            self.note = CUT
        self._opened.update(asked)
        if not asked:
            return
        for id_, triples in neighbours(self.store, self.view, asked, self.wanted, limit=FAN_OUT).items():
            if len(triples) == FAN_OUT:
                self.note = CUT
            for triple in triples:
                other = triple[2] if triple[0] == id_ else triple[0]
                self._links[id_][other].add(triple)
                self._links[other][id_].add(triple)

    def _distances(self, hops: int) -> Mapping[str, int]:
        """Steps to the target within what has been read, so that no walk strays where it cannot arrive."""
        distances, layer = {self.target: 0}, {self.target}
        for step in range(1, hops):
            layer = {other for id_ in layer for other in self._links[id_] if other not in distances}
            distances.update(dict.fromkeys(layer, step))
        return distances

    def _walk(self, so_far: list[str], left: int, distances: Mapping[str, int]) -> Iterator[list[str]]:
        """The ways that reach the target in exactly `left` more steps."""
        if so_far[-1] == self.target:
            if left == 0:
                yield so_far
            return
        for other in sorted(self._links[so_far[-1]]):
            if self._walked >= WALKED:
                self.note = CUT
                return
            if other not in so_far and distances.get(other, left) < left:
                self._walked += 1
                yield from self._walk([*so_far, other], left - 1, distances)


def _steps(way: Sequence[str], search: _Search, edges: Mapping[Triple, Edge]) -> list[Edge]:
    """The best edge of each hop; none at all when a document was taken back meanwhile and a hop has lost its edges."""
    hops = [[edges[triple] for triple in search.edges(*hop) if triple in edges] for hop in pairwise(way)]
    if not all(hops):
        return []
    return [min(hop, key=lambda edge: (edge.modality.rank, -edge.sources, edge.predicate)) for hop in hops]


def _rank(edges: Sequence[Edge]) -> tuple[int, int, int]:
    """Shortest first, then the one whose weakest step is put most strongly, then by documents."""
    return len(edges), max(edge.modality.rank for edge in edges), -sum(edge.sources for edge in edges)


def _path(nodes: list[EntitySummary], edges: Sequence[Edge]) -> Path:
    steps = [_step(at, to, edge) for (at, to), edge in zip(pairwise(nodes), edges, strict=True)]
    return Path(nodes=nodes, steps=steps, prose=" ".join(step.prose for step in steps))


def _step(at: EntitySummary, to: EntitySummary, edge: Edge) -> Step:
    forward = edge.source == at.id
    said = "" if edge.modality is Modality.ASSERTED else f" ({edge.modality})"
    source = edge.evidence.title or edge.evidence.publisher or edge.evidence.document
    words = " ".join(edge.evidence.quote.split())
    prose = f"{at.name} {reading(edge.predicate, forward=forward)} {to.name}{said}: “{words}” [{source}]."
    return Step(edge=edge, forward=forward, prose=prose)
