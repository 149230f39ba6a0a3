"""Edges as the visible statements support them: what every graph-shaped look-up is made of.

The store's own sums tell them to a reader who may see all (`summed`); for others, and for what relationships do not
keep, the statements are summed up here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ontology.model import ontology
from store.base import Store
from store.lookup import summed
from store.lookup.edge_filter import ALL, EdgeFilter
from store.lookup.edge_rows import EVIDENCE, Triple, edge, triple
from store.lookup.terms import reading
from store.lookup.values import Edge, LinkCount
from store.lookup.view import View, modality_rank
from store.projection import fact


def edges_of(
    store: Store, view: View, ids: Sequence[str], wanted: EdgeFilter, *, limit: int
) -> tuple[list[Edge], dict[str, int]]:
    """The best supported edges of each entity, at most `limit` an entity, and how many each has in all."""
    if not ids:
        return [], {}
    if not summed.tells(view, wanted):
        found, totals = _summed_up_now(store, view, ids, wanted, limit=limit)
    elif wanted.modalities:
        best, totals = summed.triples_of(store, view, ids, wanted, limit=limit)
        found = edges_between(store, view, [each for triples in best.values() for each in triples], wanted)
    else:
        found, totals = summed.edges_of(store, view, ids, wanted, limit=limit)
    ranked = sorted(found.items(), key=lambda item: (-item[1].sources, -item[1].statements, item[0]))
    return [edge for _, edge in ranked], totals


def _summed_up_now(
    store: Store, view: View, ids: Sequence[str], wanted: EdgeFilter, *, limit: int
) -> tuple[dict[Triple, Edge], dict[str, int]]:
    """The same from the statements."""
    rows = store.read(
        f"""
        UNWIND $ids AS id
        MATCH (e:Entity {{id: id}})
        CALL (e) {{
          MATCH (e)<-[way:{wanted.ways}]-(s:Statement)-[:{wanted.other_ways}]->(o:Entity)
          MATCH (s)-[at:STATED_IN]->(d:Document)
          WHERE {wanted.conditions(view)}
          {_SUM_UP}
          ORDER BY sources DESC, statements DESC, predicate, other
          WITH collect({_EDGE}) AS edges
          RETURN size(edges) AS total, edges[..$limit] AS best
        }}
        RETURN id, total, best
        """,
        wanted.parameters(view, ids=list(ids), limit=limit),
    )
    found = [(_ends(row["id"], data), data) for row in rows for data in row["best"]]
    return {ends: edge(ends, data) for ends, data in found}, {row["id"]: row["total"] for row in rows}


def edges_between(store: Store, view: View, triples: Iterable[Triple], wanted: EdgeFilter = ALL) -> dict[Triple, Edge]:
    """The edges with these subjects, predicates and objects, as far as statements support them that are wanted."""
    if summed.tells(view, wanted) and not wanted.modalities:
        return summed.edges_between(store, triples)
    wanted = replace(wanted, types=(), predicates=(), direction=None)  # these three have been asked of the triples
    asked = [{"fact": fact(s, p, o), "subject": s} for s, p, o in triples]
    rows = store.read(
        f"""
        UNWIND $asked AS asked
        CALL (asked) {{
          MATCH (s:Statement {{fact: asked.fact}})-[:OBJECT]->(o:Entity)
          MATCH (s)-[way:SUBJECT]->(:Entity), (s)-[at:STATED_IN]->(d:Document)
          WHERE {wanted.conditions(view)}
          {_SUM_UP}
          RETURN {_EDGE} AS edge
        }}
        RETURN asked.subject AS id, edge
        """,
        wanted.parameters(view, asked=asked),
    )
    found = [(_ends(row["id"], row["edge"]), row["edge"]) for row in rows]
    return {ends: edge(ends, data) for ends, data in found}


def link_counts(store: Store, view: View, entity_id: str, wanted: EdgeFilter = ALL) -> list[LinkCount]:
    """How many entities one entity is linked with, a predicate and direction, in the order of the ontology."""
    tell = summed.counted if summed.tells(view, wanted) else _counted_now
    order = list(ontology().predicates)
    counts = [_link_count(row) for row in tell(store, view, entity_id, wanted)]
    return sorted(counts, key=lambda c: (order.index(c.predicate), c.direction != "out"))


def _counted_now(store: Store, view: View, entity_id: str, wanted: EdgeFilter) -> list[dict[str, Any]]:
    return store.read(
        f"""
        MATCH (e:Entity {{id: $id}})<-[way:{wanted.ways}]-(s:Statement)-[:{wanted.other_ways}]->(o:Entity)
        MATCH (s)-[at:STATED_IN]->(d:Document)
        WHERE {wanted.conditions(view)}
        RETURN s.predicate AS predicate, type(way) = 'SUBJECT' AS forward, count(DISTINCT o) AS count
        """,
        wanted.parameters(view, id=entity_id),
    )


def neighbours(
    store: Store, view: View, ids: Sequence[str], wanted: EdgeFilter, *, limit: int
) -> dict[str, list[Triple]]:
    """The edges of each entity as bare triples, at most `limit` an entity: all that a search for paths needs."""
    if not ids:
        return {}
    if summed.tells(view, wanted):
        return summed.triples_of(store, view, ids, wanted, limit=limit)[0]
    rows = store.read(
        f"""
        UNWIND $ids AS id
        MATCH (e:Entity {{id: id}})
        CALL (e) {{
          MATCH (e)<-[way:{wanted.ways}]-(s:Statement)-[:{wanted.other_ways}]->(o:Entity)
          MATCH (s)-[at:STATED_IN]->(d:Document)
          WHERE {wanted.conditions(view)}
          WITH o.id AS other, s.predicate AS predicate, type(way) = 'SUBJECT' AS forward, count(*) AS statements
          ORDER BY statements DESC, predicate, other
          LIMIT $limit
          RETURN collect({{other: other, predicate: predicate, forward: forward}}) AS links
        }}
        RETURN id, links
        """,
        wanted.parameters(view, ids=list(ids), limit=limit),
    )
    return {row["id"]: [_ends(row["id"], link) for link in row["links"]] for row in rows}


_SUM_UP = f"""
          WITH o.id AS other, type(way) = 'SUBJECT' AS forward, s, at, d
          ORDER BY {modality_rank("s.modality")}, s.confidence DESC, d.published_on, s.id
          WITH other, forward, s.predicate AS predicate, count(s) AS statements, count(DISTINCT d) AS sources,
               min(d.published_on) AS first, max(d.published_on) AS last, collect(DISTINCT s.modality) AS modalities,
               collect({{s: s, at: at, d: d}})[0] AS top
          WITH other, forward, predicate, statements, sources, first, last, modalities,
               top.s AS s, top.at AS at, top.d AS d
"""

_EDGE = f"""{{other: other, forward: forward, predicate: predicate, statements: statements, sources: sources,
              first: first, last: last, modalities: modalities, {EVIDENCE}}}"""


def _ends(entity_id: str, row: Mapping[str, Any]) -> Triple:
    return triple(entity_id, row["other"], row["predicate"], forward=row["forward"])


def _link_count(row: Mapping[str, Any]) -> LinkCount:
    outward = row["forward"]
    predicate = ontology().predicates[row["predicate"]]
    return LinkCount(
        predicate=predicate.name,
        direction="out" if outward else "in",
        label=reading(predicate.name, forward=outward),
        family=predicate.family,
        count=row["count"],
    )
