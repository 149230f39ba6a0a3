"""Edges as the store has summed them up: for a reader who may see all, whatever the number of their statements.

A relationship keeps how many statements and documents say it, how they put it, and which statement says it best; so
an entity with a hundred thousand statements is answered from its relationships, of which it has far fewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ontology.model import ontology
from store.base import Store
from store.lookup.edge_filter import EdgeFilter
from store.lookup.edge_rows import EVIDENCE, Triple, edge, predicate_names, triple
from store.lookup.values import Edge
from store.lookup.view import View


def tells(view: View, wanted: EdgeFilter) -> bool:
    """Whether relationships tell what is asked: which edges there are, and that the reader may see all of them."""
    return view.is_full and wanted.is_summed_up


def edges_of(
    store: Store, view: View, ids: Sequence[str], wanted: EdgeFilter, *, limit: int
) -> tuple[dict[Triple, Edge], dict[str, int]]:
    """The best supported edges of each entity, at most `limit` an entity, and how many each has in all."""
    rows = store.read(
        f"""
        {_best(wanted)}
        UNWIND best AS link
        WITH id, total, link[0] AS r, link[1] AS other
        MATCH (s:Statement {{id: r.evidence}})-[at:STATED_IN]->(d:Document)
        RETURN id, total, {{other: other, relationship: type(r), forward: startNode(r).id = id, {_SUMS}}} AS edge
        """,
        wanted.parameters(view, ids=list(ids), limit=limit),
    )
    found = [(_ends(row["id"], row["edge"]), row["edge"]) for row in rows]
    return {ends: edge(ends, data) for ends, data in found}, {row["id"]: row["total"] for row in rows}


def edges_between(store: Store, triples: Iterable[Triple]) -> dict[Triple, Edge]:
    """The edges with these subjects, predicates and objects, as far as there are any."""
    types = {each: ontology().predicates[each[1]].relationship_type for each in triples}
    if not types:
        return {}
    # Both ends are found by their ids first: else all relationships of one end would be read.
    rows = store.read(
        f"""
        UNWIND $asked AS asked
        MATCH (e:Entity {{id: asked.subject}})
        MATCH (o:Entity {{id: asked.object}})
        MATCH (e)-[r:{"|".join(sorted(set(types.values())))}]->(o)
        WHERE type(r) = asked.relationship
        MATCH (s:Statement {{id: r.evidence}})-[at:STATED_IN]->(d:Document)
        RETURN asked.subject AS id,
               {{other: asked.object, relationship: type(r), forward: true, {_SUMS}}} AS edge
        """,
        {
            "asked": [
                {"subject": subject, "relationship": type_, "object": other}
                for (subject, _, other), type_ in types.items()
            ]
        },
    )
    found = [(_ends(row["id"], row["edge"]), row["edge"]) for row in rows]
    return {ends: edge(ends, data) for ends, data in found}


def triples_of(
    store: Store, view: View, ids: Sequence[str], wanted: EdgeFilter, *, limit: int
) -> tuple[dict[str, list[Triple]], dict[str, int]]:
    """The same edges as bare triples, and how many there are."""
    rows = store.read(
        f"""
        {_best(wanted)}
        RETURN id, total, [link IN best | {{other: link[1], relationship: type(link[0]),
            forward: startNode(link[0]).id = id}}] AS best
        """,
        wanted.parameters(view, ids=list(ids), limit=limit),
    )
    best = {row["id"]: [_ends(row["id"], link) for link in row["best"]] for row in rows}
    return best, {row["id"]: row["total"] for row in rows}


def counted(store: Store, view: View, entity_id: str, wanted: EdgeFilter) -> list[dict[str, Any]]:
    """How many edges an entity has, a predicate and direction a row."""
    rows = store.read(
        f"""
        MATCH (e:Entity {{id: $id}})
        MATCH {wanted.pattern}
        WHERE {wanted.summed_up_conditions}
        RETURN type(r) AS relationship, startNode(r).id = $id AS forward, count(DISTINCT o) AS count
        """,
        wanted.parameters(view, id=entity_id),
    )
    return [row | {"predicate": predicate_names()[row["relationship"]]} for row in rows]


_SUMS = f"""statements: r.statements, sources: size(r.sources), first: r.first_reported, last: r.last_reported,
              modalities: r.modalities, {EVIDENCE}"""


def _best(wanted: EdgeFilter) -> str:
    """Cypher that binds for each `id` how many edges there are in `total`, and the `best` of them with their ends."""
    return f"""
        UNWIND $ids AS id
        MATCH (e:Entity {{id: id}})
        CALL (e) {{
          MATCH {wanted.pattern}
          WHERE {wanted.summed_up_conditions}
          WITH r, o.id AS other, size(r.sources) AS sources, r.statements AS statements, type(r) AS relationship
          ORDER BY sources DESC, statements DESC, relationship, other
          WITH collect([r, other]) AS links
          RETURN size(links) AS total, links[..$limit] AS best
        }}"""


def _ends(entity_id: str, link: Any) -> Triple:
    return triple(entity_id, link["other"], predicate_names()[link["relationship"]], forward=link["forward"])
