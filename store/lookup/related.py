"""The surroundings of an entity, one to three steps wide."""

from __future__ import annotations

from collections.abc import Sequence

from store.base import Store
from store.lookup.edge_filter import ALL, EdgeFilter
from store.lookup.edges import edges_of, link_counts
from store.lookup.entities import summaries, unknown
from store.lookup.values import Edge, EntitySummary, Related, RelatedNode
from store.lookup.view import View

FAN_OUT = 25
"""How many edges of each entity are followed beyond the first step: hubs would bring in the whole graph."""


def related(
    store: Store,
    view: View,
    entity_id: str,
    *,
    depth: int = 1,
    wanted: EdgeFilter = ALL,
    limit: int = 100,
    counts: bool = False,
) -> Related:
    """The entities within `depth` steps and the edges that link them: at most `limit` edges, the best supported first.

    Further steps follow the same filter, and at most `FAN_OUT` edges of each entity. `counts` asks how many links of
    each kind the entity has, beyond the limit too.
    """
    first, totals = edges_of(store, view, [entity_id], wanted, limit=limit)
    total = totals.get(entity_id, 0)
    found = {_key(edge): edge for edge in first}
    distances = {entity_id: 0}
    frontier = _arrive(first, distances, 1)
    cut = total > len(first)
    for step in range(2, depth + 1):
        if not frontier or len(found) >= limit:
            cut = cut or bool(frontier)
            break
        edges, more = edges_of(store, view, frontier, wanted, limit=FAN_OUT)
        cut = cut or any(count > FAN_OUT for count in more.values())
        new = [edge for edge in edges if _key(edge) not in found]
        cut = cut or len(found) + len(new) > limit
        new = sorted(new, key=lambda edge: -edge.sources)[: limit - len(found)]
        found |= {_key(edge): edge for edge in new}
        frontier = _arrive(new, distances, step)
    known = summaries(store, view, distances)
    if entity_id not in known:
        raise unknown(view, entity_id)
    return Related(
        centre=entity_id,
        nodes=[_node(known[id_], distance) for id_, distance in distances.items() if id_ in known],
        edges=list(found.values()),
        total=total,
        counts=link_counts(store, view, entity_id, wanted) if counts else None,
        note=f"cut: at most {limit} edges are shown, and {FAN_OUT} of each entity beyond the first step" if cut else "",
    )


def _arrive(edges: Sequence[Edge], distances: dict[str, int], step: int) -> list[str]:
    """The entities that these edges reach for the first time, now `step` steps away."""
    new = [id_ for edge in edges for id_ in (edge.source, edge.target) if id_ not in distances]
    distances.update(dict.fromkeys(new, step))
    return list(dict.fromkeys(new))


def _key(edge: Edge) -> tuple[str, str, str]:
    return edge.source, edge.predicate, edge.target


def _node(entity: EntitySummary, distance: int) -> RelatedNode:
    return RelatedNode(entity.id, entity.name, entity.type, entity.labels, entity.aliases, distance)
