"""Edges as the visible statements support them: the one query that every graph-shaped look-up is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ontology.model import ontology
from ontology.statement import Modality
from store.base import Store
from store.lookup.terms import reading
from store.lookup.values import Direction, Edge, Evidence, LinkCount
from store.lookup.view import View, modality_rank
from store.projection import fact

HUB = 2_000
"""From so many statements on, the edges of an entity are chosen by what the store has summed up of them: to sum up all
statements of an entity that a third of a million statements name takes twenty seconds."""
_WAYS: Mapping[Direction, str] = {"out": "SUBJECT", "in": "OBJECT"}


@dataclass(frozen=True, slots=True)
class EdgeFilter:
    """Which edges of an entity are asked for; an empty tuple asks for all of a kind.

    `types` are classes of the entity at the other end, with their subclasses already named; `modalities` keeps the
    statements that are put so, `confidence` those that the reader is at least so sure of, and what an edge sums up is
    these alone. `within` keeps to the documents that mention that entity.
    """

    predicates: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    modalities: tuple[Modality, ...] = ()
    direction: Direction | None = None
    within: str | None = None
    confidence: float = 0.0

    def conditions(self, view: View) -> str:
        """Cypher conditions on the statement `s`, the way to it `way`, its document `d` and the other end `o`."""
        conditions = [view.visible("d")]
        if self.predicates:
            conditions.append("s.predicate IN $predicates")
        if self.modalities:
            conditions.append("s.modality IN $modalities")
        if self.confidence > 0:
            conditions.append("s.confidence >= $confidence")
        if self.types and view.is_full:
            conditions.append("any(label IN labels(o) WHERE label IN $types)")
        elif self.types:
            seen = f"MATCH (v:Document)-[m:MENTIONS]->(o) WHERE m.type IN $types AND {view.visible('v')}"
            conditions.append(f"EXISTS {{ {seen} }}")
        return " AND ".join(conditions) + mentioning(self.within)

    @property
    def ways(self) -> str:
        """The relationship types from a statement to the entity that is asked about."""
        return _WAYS[self.direction] if self.direction else "SUBJECT|OBJECT"

    @property
    def other_ways(self) -> str:
        """The relationship types from a statement to the entity at the other end."""
        return {"out": "OBJECT", "in": "SUBJECT", None: "SUBJECT|OBJECT"}[self.direction]

    @property
    def is_summed_up(self) -> bool:
        """Whether a relationship tells what is asked: it keeps the strongest modality of its statements alone."""
        strongest = {modality for modality in Modality if modality.rank < len(self.modalities)}
        return self.confidence <= 0 and self.within is None and set(self.modalities) in (set(), strongest)

    @property
    def pattern(self) -> str:
        """Cypher pattern of the relationships `r` between an entity `e` and the other end `o`."""
        predicates = [ontology().predicates[name] for name in self.predicates or ontology().predicates]
        types = "|".join(predicate.relationship_type for predicate in predicates if predicate.range) or "NONE"
        left, right = {"out": ("-", "->"), "in": ("<-", "-"), None: ("-", "-")}[self.direction]
        return f"(e){left}[r:{types}]{right}(o:Entity)"

    @property
    def summed_up_conditions(self) -> str:
        """Cypher conditions on `r` and `o`, for a reader who may see all."""
        conditions = ["any(label IN labels(o) WHERE label IN $types)"] if self.types else []
        conditions += ["r.modality IN $modalities"] if self.modalities else []
        return " AND ".join(conditions) or "true"

    def parameters(self, view: View, **others: Any) -> Mapping[str, Any]:
        """The parameters that the conditions need, with those of the query."""
        return view.parameters(
            predicates=list(self.predicates),
            types=list(self.types),
            modalities=[modality.value for modality in self.modalities],
            within=self.within,
            confidence=self.confidence,
            **others,
        )


ALL = EdgeFilter()


def mentioning(within: str | None) -> str:
    """Cypher condition to add: that the document `d` mentions the entity `$within`, if one is given."""
    return " AND EXISTS { MATCH (d)-[:MENTIONS]->(:Entity {id: $within}) }" if within else ""


def edges_of(
    store: Store, view: View, ids: Sequence[str], wanted: EdgeFilter, *, limit: int
) -> tuple[list[Edge], dict[str, int]]:
    """The best supported edges of each entity, at most `limit` an entity, and how many each has in all."""
    hubs = _hubs(store, view, ids, wanted)
    edges, totals = _summed_up_now(store, view, [id_ for id_ in ids if id_ not in hubs], wanted, limit=limit)
    if hubs:
        best, more = _best_of_hubs(store, view, hubs, wanted, limit=limit)
        edges |= edges_between(store, view, [triple for triples in best.values() for triple in triples], wanted)
        edges = dict(sorted(edges.items(), key=lambda item: (-item[1].sources, -item[1].statements, item[0])))
        totals |= more
    return list(edges.values()), totals


def _hubs(store: Store, view: View, ids: Sequence[str], wanted: EdgeFilter) -> list[str]:
    """Those of the entities with very many statements, if the store's own sums may be shown and tell what is asked."""
    if not (view.is_full and wanted.is_summed_up):
        return []
    rows = store.read(
        """
        UNWIND $ids AS id
        MATCH (e:Entity {id: id})
        WITH id, COUNT { (e)<-[:SUBJECT|OBJECT]-() } AS statements
        WHERE statements >= $hub
        RETURN id
        """,
        {"ids": list(ids), "hub": HUB},
    )
    return [row["id"] for row in rows]


def _best_of_hubs(
    store: Store, view: View, ids: Sequence[str], wanted: EdgeFilter, *, limit: int
) -> tuple[dict[str, list[tuple[str, str, str]]], dict[str, int]]:
    """The edges of each entity that most documents support, as bare triples, and how many each has in all."""
    rows = store.read(
        f"""
        UNWIND $ids AS id
        MATCH (e:Entity {{id: id}})
        CALL (e) {{
          MATCH {wanted.pattern}
          WHERE {wanted.summed_up_conditions}
          WITH o.id AS other, type(r) AS relationship, startNode(r).id = e.id AS forward, size(r.sources) AS sources
          ORDER BY sources DESC, relationship, other
          WITH collect([other, relationship, forward]) AS links
          RETURN size(links) AS total, links[..$limit] AS best
        }}
        RETURN id, total, best
        """,
        wanted.parameters(view, ids=list(ids), limit=limit),
    )
    best = {row["id"]: [_named(row["id"], *link) for link in row["best"]] for row in rows}
    return best, {row["id"]: row["total"] for row in rows}


def _summed_up_now(
    store: Store, view: View, ids: Sequence[str], wanted: EdgeFilter, *, limit: int
) -> tuple[dict[tuple[str, str, str], Edge], dict[str, int]]:
    """The edges of entities with few statements, or for a reader who may not see all of them."""
    if not ids:
        return {}, {}
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
    edges: dict[tuple[str, str, str], Edge] = {}
    for row in rows:
        for data in row["best"]:
            edge = _edge(row["id"], data)
            edges.setdefault((edge.source, edge.predicate, edge.target), edge)
    return edges, {row["id"]: row["total"] for row in rows}


def edges_between(
    store: Store, view: View, triples: Iterable[tuple[str, str, str]], wanted: EdgeFilter = ALL
) -> dict[tuple[str, str, str], Edge]:
    """The edges with these subjects, predicates and objects, as far as statements support them that are wanted."""
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
    edges = [_edge(row["id"], row["edge"]) for row in rows]
    return {(edge.source, edge.predicate, edge.target): edge for edge in edges}


def link_counts(store: Store, view: View, entity_id: str, wanted: EdgeFilter = ALL) -> list[LinkCount]:
    """How many entities one entity is linked with, a predicate and direction, in the order of the ontology."""
    if _hubs(store, view, [entity_id], wanted):
        rows = _counted_of_hub(store, view, entity_id, wanted)
    else:
        rows = _counted_now(store, view, entity_id, wanted)
    order = list(ontology().predicates)
    counts = [_link_count(row) for row in rows]
    return sorted(counts, key=lambda c: (order.index(c.predicate), c.direction != "out"))


def _counted_of_hub(store: Store, view: View, entity_id: str, wanted: EdgeFilter) -> list[dict[str, Any]]:
    rows = store.read(
        f"""
        MATCH {wanted.pattern.replace("(e)", "(e:Entity {id: $id})", 1)}
        WHERE {wanted.summed_up_conditions}
        RETURN type(r) AS relationship, startNode(r).id = $id AS forward, count(DISTINCT o) AS count
        """,
        wanted.parameters(view, id=entity_id),
    )
    names = _by_relationship()
    return [
        {
            "predicate": names[row["relationship"]],
            "way": "SUBJECT" if row["forward"] else "OBJECT",
            "count": row["count"],
        }
        for row in rows
    ]


def _counted_now(store: Store, view: View, entity_id: str, wanted: EdgeFilter) -> list[dict[str, Any]]:
    return store.read(
        f"""
        MATCH (e:Entity {{id: $id}})<-[way:{wanted.ways}]-(s:Statement)-[:{wanted.other_ways}]->(o:Entity)
        MATCH (s)-[at:STATED_IN]->(d:Document)
        WHERE {wanted.conditions(view)}
        RETURN s.predicate AS predicate, type(way) AS way, count(DISTINCT o) AS count
        """,
        wanted.parameters(view, id=entity_id),
    )


def neighbours(
    store: Store, view: View, ids: Sequence[str], wanted: EdgeFilter, *, limit: int
) -> dict[str, list[tuple[str, str, str]]]:
    """The edges of each entity as bare triples, at most `limit` an entity: all that a search for paths needs."""
    hubs = _hubs(store, view, ids, wanted)
    found = _best_of_hubs(store, view, hubs, wanted, limit=limit)[0] if hubs else {}
    ids = [id_ for id_ in ids if id_ not in found]
    if not ids:
        return found
    rows = store.read(
        f"""
        UNWIND $ids AS id
        MATCH (e:Entity {{id: id}})
        CALL (e) {{
          MATCH (e)<-[way:{wanted.ways}]-(s:Statement)-[:{wanted.other_ways}]->(o:Entity)
          MATCH (s)-[at:STATED_IN]->(d:Document)
          WHERE {wanted.conditions(view)}
          WITH o.id AS other, s.predicate AS predicate, type(way) AS way, count(*) AS statements
          ORDER BY statements DESC, predicate, other
          LIMIT $limit
          RETURN collect([other, predicate, way]) AS links
        }}
        RETURN id, links
        """,
        wanted.parameters(view, ids=list(ids), limit=limit),
    )
    return found | {row["id"]: [_triple(row["id"], *link) for link in row["links"]] for row in rows}


_SUM_UP = f"""
          WITH o.id AS other, type(way) AS way, s, at, d
          ORDER BY {modality_rank("s.modality")}, s.confidence DESC, d.published_on, s.id
          WITH other, way, s.predicate AS predicate, count(s) AS statements, count(DISTINCT d) AS sources,
               min(d.published_on) AS first, max(d.published_on) AS last, collect(DISTINCT s.modality) AS modalities,
               collect({{s: s, at: at, d: d}})[0] AS top
          WITH other, way, predicate, statements, sources, first, last, modalities, top.s AS s, top.at AS at, top.d AS d
"""

_EDGE = """{other: other, way: way, predicate: predicate, statements: statements, sources: sources, first: first,
              last: last, modalities: modalities, confidence: s.confidence, statement: s.id, quote: s.quote,
              modality: s.modality, role: s.role, start: at.start, end: at.end, document: d.id, title: d.title,
              publisher: d.publisher, published_on: d.published_on}"""


def _triple(entity_id: str, other: str, predicate: str, way: str) -> tuple[str, str, str]:
    return (entity_id, predicate, other) if way == "SUBJECT" else (other, predicate, entity_id)


def _named(entity_id: str, other: str, relationship: str, forward: bool) -> tuple[str, str, str]:
    """The triple of a relationship."""
    return _triple(entity_id, other, _by_relationship()[relationship], "SUBJECT" if forward else "OBJECT")


@lru_cache(maxsize=1)
def _by_relationship() -> Mapping[str, str]:
    return {predicate.relationship_type: predicate.name for predicate in ontology().predicates.values()}


def _edge(entity_id: str, row: Mapping[str, Any]) -> Edge:
    source, name, target = _triple(entity_id, row["other"], row["predicate"], row["way"])
    predicate = ontology().predicates[name]
    modalities = sorted(map(Modality, row["modalities"]), key=lambda modality: modality.rank)
    return Edge(
        source=source,
        target=target,
        predicate=name,
        relationship=predicate.relationship_type,
        label=predicate.label,
        family=predicate.family,
        modality=modalities[0],
        modalities=modalities,
        confidence=row["confidence"],
        sources=row["sources"],
        statements=row["statements"],
        first_reported=row["first"],
        last_reported=row["last"],
        evidence=evidence(row),
    )


def evidence(row: Mapping[str, Any]) -> Evidence:
    """The quotation in a row that has it under these names."""
    return Evidence(
        statement=row["statement"],
        quote=row["quote"],
        start=row["start"],
        end=row["end"],
        modality=Modality(row["modality"]),
        document=row["document"],
        title=row["title"] or "",
        publisher=row["publisher"],
        published_on=row["published_on"],
        role=row["role"],
    )


def _link_count(row: Mapping[str, Any]) -> LinkCount:
    outward = row["way"] == "SUBJECT"
    predicate = ontology().predicates[row["predicate"]]
    return LinkCount(
        predicate=predicate.name,
        direction="out" if outward else "in",
        label=reading(predicate.name, forward=outward),
        family=predicate.family,
        count=row["count"],
    )
