"""Fills an embedded store through the database's own bulk writer, past Cypher and Bolt: some ten times as fast."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import jpype
from neo4j import ManagedTransaction

from ontology.model import ontology
from store import projection
from store.filling import Sink, Write
from store.projection import Support
from store.rows import (
    Edge,
    Prepared,
    Row,
    amount_properties,
    mention_properties,
    new_document,
    object_label,
    statement_properties,
)

_PROBE = "probe-of-a-label-set"
_LINKS_AT_ONCE = 250_000
"""After so many relationships the batch is closed, and a new one begun: it ties all its nodes to them in one go, which
for some millions takes more memory than Java has."""
_Link = tuple[str, str, Mapping[str, Any]]


class GraphBatchSink(Sink):
    """Keeps the addresses of the nodes that relationships are still to come to; nothing is read back."""

    def __init__(self, database: Any, write: Write) -> None:
        self._database = database
        self._write = write
        self._types: dict[tuple[str, ...], str] = {}
        self._places: dict[str, str] = {}
        self._amounts: dict[str, str] = {}
        self._vertices = jpype.JClass("com.arcadedb.python.VertexBatcher")
        self._edges = jpype.JClass("com.arcadedb.python.EdgeBatcher")

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(self, *_: object) -> None:
        self._batch.close()

    def entities(self, entities: Sequence[tuple[str, str, Mapping[str, Any]]]) -> None:
        by_type: dict[str, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
        for key, kind, properties in entities:
            by_type[self._type(projection.labels(kind))].append((key, properties))
        for name, rows in by_type.items():
            places = self._create(name, [properties for _, properties in rows])
            self._places.update(zip((key for key, _ in rows), places, strict=True))

    def amounts(self, rows: Iterable[Row]) -> None:
        found = {row["object"]: amount_properties(row) for row in rows}
        self._amounts.update(zip(found, self._create("Amount", list(found.values())), strict=True))

    def documents(self, batch: Sequence[Prepared]) -> None:
        places = self._create("Document", [new_document(each) for each in batch])
        self._connect(
            "MENTIONS",
            [
                (place, self._places[key], mention_properties(mention))
                for place, each in zip(places, batch, strict=True)
                for key, mention in each.mentions.items()
            ],
        )
        rows = [(place, row) for place, each in zip(places, batch, strict=True) for row in each.statements.values()]
        statements = self._create("Statement", [statement_properties(row) for _, row in rows])
        links: dict[str, list[_Link]] = {"SUBJECT": [], "OBJECT": [], "SPEAKER": [], "STATED_IN": []}
        for statement, (document, row) in zip(statements, rows, strict=True):
            links["SUBJECT"].append((statement, self._places[row["subject"]], {}))
            if object_label(row):
                links["OBJECT"].append((statement, self._place(row["object"], object_label(row) == "Amount"), {}))
            if row["speaker"]:
                links["SPEAKER"].append((statement, self._places[row["speaker"]], {}))
            links["STATED_IN"].append((statement, document, {"start": row["start"], "end": row["end"]}))
        for name, rows_ in links.items():
            self._connect(name, rows_)

    def edges(self, edges: Sequence[tuple[Edge, Sequence[Support]]]) -> None:
        links: dict[str, list[_Link]] = defaultdict(list)
        for edge, supports in edges:
            link = self._places[edge.subject], self._place(edge.object, edge.is_amount), projection.edge(supports)
            links[ontology().predicates[edge.predicate].relationship_type].append(link)
        for name, rows in links.items():
            self._connect(name, rows)

    def _begin(self) -> None:
        self._batch = self._database.batch().build()
        self._links = 0

    def _place(self, key: str, is_amount: bool) -> str:
        return (self._amounts if is_amount else self._places)[key]

    def _type(self, labels: tuple[str, ...]) -> str:
        """The database's type of nodes with all these labels, which Cypher makes with the first of them."""
        if labels not in self._types:
            create = f"CREATE (n:{':'.join(labels)} {{id: $id}})"
            self._run(create)
            found = self._database.query("sql", f"SELECT FROM Entity WHERE id = '{_PROBE}'")
            self._types[labels] = str(found.next().getRecord().get().getTypeName())
            found.close()
            self._run("MATCH (n:Entity {id: $id}) DELETE n")
        return self._types[labels]

    def _run(self, cypher: str) -> None:
        def work(tx: ManagedTransaction) -> None:
            tx.run(cypher, id=_PROBE).consume()

        self._write(work)

    def _create(self, name: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
        if not rows:
            return []
        # A property without a value would be kept as one that has none, which Cypher does not know.
        known = [{key: value for key, value in row.items() if value is not None} for row in rows]
        joined = self._vertices.createVerticesJson(self._batch, name, json.dumps(known))
        return str(joined).split(";")

    def _connect(self, name: str, links: Sequence[_Link]) -> None:
        if links:
            if self._links + len(links) > _LINKS_AT_ONCE:
                self._batch.close()
                self._begin()
            self._links += len(links)
            self._database.getSchema().getOrCreateEdgeType(name)
            rows = [{"_src": source, "_dst": target, **properties} for source, target, properties in links]
            self._edges.newEdgesJson(self._batch, name, json.dumps(rows))
