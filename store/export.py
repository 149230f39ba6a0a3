"""The whole graph as a file: RDF, statements as JSON lines or CSV, and the property graph as GraphML or Cypher."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from ontology.model import ontology
from ontology.rdf import serialize, to_dataset
from ontology.statement import Document, Entity, Statement
from store.base import Store
from store.projection import edge as edge_properties
from store.projection import labels
from store.rendering import as_json, rows_as_csv
from store.rows import amount_properties, prepare
from store.sums import Sums

_UNWRITABLE_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BATCH = 500
_KINDS = ("Entity", "Amount")

_COLUMNS = (
    *("id", "subject", "subject_name", "subject_type", "predicate"),
    *("object", "object_name", "object_type", "value", "currency"),
    *("modality", "speaker", "confidence", "role", "quote", "start", "end", "rule"),
    *("document", "title", "url", "publisher", "published_on", "marking"),
)


def export(store: Store, format: str, *, is_partial: bool = False) -> Iterator[str]:
    """The graph as text in a format of the two tables below, piece by piece where the format allows it.

    Of a store that shows a part of its documents only (`is_partial`), nodes and edges are summed up from those.
    """
    if format in PROPERTY_GRAPHS:
        return PROPERTY_GRAPHS[format](_summed_up(store) if is_partial else PropertyGraph(_nodes(store), _edges(store)))
    return BY_DOCUMENT[format](store)


def _by_document(format: str) -> Callable[[Store], Iterator[str]]:
    def pieces(store: Store) -> Iterator[str]:
        for document, statements in store.documents():
            yield serialize(to_dataset(document, statements), format)

    return pieces


def _jsonld(store: Store) -> Iterator[str]:
    # One JSON value cannot be made of pieces, so the whole of it is held at once.
    dataset = None
    for document, statements in store.documents():
        dataset = to_dataset(document, statements, dataset)
    yield serialize(dataset, "json-ld") if dataset is not None else "[]\n"


def _jsonl(store: Store) -> Iterator[str]:
    for _, statements in store.documents():
        for statement in statements:
            yield as_json(statement.to_json()) + "\n"


def _csv(store: Store) -> Iterator[str]:
    yield from rows_as_csv(_COLUMNS, _csv_rows(store))


def _csv_rows(store: Store) -> Iterator[list[Any]]:
    for document, statements in store.documents():
        for statement in statements:
            row = _flat(document, statement)
            yield [row.get(column) for column in _COLUMNS]


def _flat(document: Document, statement: Statement) -> dict[str, Any]:
    """A statement and its document as one level of columns, of which it may lack some."""
    target = statement.object
    row: dict[str, Any] = {
        "id": statement.id,
        "subject": statement.subject.id,
        "subject_name": statement.subject.name,
        "subject_type": statement.subject.type,
        "predicate": statement.predicate,
        "modality": statement.modality.value,
        "speaker": statement.speaker.id if statement.speaker else None,
        "confidence": round(statement.confidence, 3),
        "role": statement.role,
        "quote": statement.quote,
        "start": statement.start,
        "end": statement.end,
        "rule": statement.rule,
        "document": document.id,
        "title": document.title,
        "url": document.url,
        "publisher": document.publisher,
        "published_on": document.published_on,
        "marking": document.marking.value,
    }
    if isinstance(target, Entity):
        return row | {"object": target.id, "object_name": target.name, "object_type": target.type}
    return row | {"object_type": target.datatype.value, "value": target.value, "currency": target.currency}


@dataclass(frozen=True, slots=True)
class _Node:
    """An entity or an amount; the two have ids of their own."""

    kind: str
    id: str
    labels: tuple[str, ...]
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PropertyGraph:
    """Nodes in batches, then edges with the kinds and ids of their ends."""

    nodes: Iterable[list[_Node]]
    edges: Iterable[dict[str, Any]]


def _summed_up(store: Store) -> PropertyGraph:
    """What the documents of the store make, whatever else has gone into its nodes and edges."""
    sums = Sums()
    for document, statements in store.documents():
        sums.add(prepare(document, statements))
    return PropertyGraph(_summed_nodes(sums), _summed_edges(sums))


def _summed_nodes(sums: Sums) -> Iterator[list[_Node]]:
    for key, kind, properties in sums.entities():
        yield [_Node("Entity", key, tuple(sorted(labels(kind))), properties)]
    for key in sorted(sums.amounts):
        yield [_Node("Amount", key, ("Amount",), amount_properties(sums.amounts[key]))]


def _summed_edges(sums: Sums) -> Iterator[dict[str, Any]]:
    named = [(ontology().predicates[edge.predicate].relationship_type, key) for key, edge in sums.edges.items()]
    for name, key in sorted(named, key=lambda each: (sums.edges[each[1]].subject, each[0], sums.edges[each[1]].object)):
        edge = sums.edges[key]
        kind = "Amount" if edge.is_amount else "Entity"
        ends = {"source": edge.subject, "type": name, "target": edge.object, "kind": kind}
        yield ends | {"properties": edge_properties(sums.supports[key])}


def _nodes(store: Store) -> Iterator[list[_Node]]:
    """All nodes in order of kind and id, a batch a query."""
    for kind in _KINDS:
        after = ""
        while rows := store.read(
            f"MATCH (n:{kind}) WHERE n.id > $after "
            "RETURN n.id AS id, labels(n) AS labels, properties(n) AS properties ORDER BY id LIMIT $limit",
            {"after": after, "limit": _BATCH},
        ):
            yield [_Node(kind, row["id"], tuple(sorted(row["labels"])), row["properties"]) for row in rows]
            after = rows[-1]["id"]


def _edges(store: Store) -> Iterator[dict[str, Any]]:
    """All edges with the kinds and ids of their ends, by the id of the subject."""
    types = "|".join(predicate.relationship_type for predicate in ontology().predicates.values())
    for batch in _nodes(store):
        for kind in _KINDS if batch[0].kind == "Entity" else ():
            yield from store.read(
                f"""
                UNWIND $ids AS id
                MATCH (a:Entity {{id: id}})-[r:{types}]->(b:{kind})
                RETURN a.id AS source, type(r) AS type, b.id AS target, '{kind}' AS kind, properties(r) AS properties
                ORDER BY source, type, target
                """,
                {"ids": [node.id for node in batch]},
            )


def _graphml(graph: PropertyGraph) -> Iterator[str]:
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
        '<key id="labels" for="node" attr.name="labels" attr.type="string"/>\n'
        '<key id="properties" for="all" attr.name="properties" attr.type="string"/>\n'
        '<key id="name" for="node" attr.name="name" attr.type="string"/>\n'
        '<key id="type" for="edge" attr.name="type" attr.type="string"/>\n'
        '<graph edgedefault="directed">\n'
    )
    for node in chain.from_iterable(graph.nodes):
        data = {
            "labels": "".join(f":{label}" for label in node.labels),
            "name": node.properties.get("name") or node.id,
            "properties": json.dumps(node.properties, ensure_ascii=False, default=str, sort_keys=True),
        }
        yield f"<node id={_graphml_id(node.kind, node.id)}>{_data(data)}</node>\n"
    for edge in graph.edges:
        ends = f"source={_graphml_id('Entity', edge['source'])} target={_graphml_id(edge['kind'], edge['target'])}"
        properties = json.dumps(edge["properties"], ensure_ascii=False, default=str, sort_keys=True)
        yield f"<edge {ends}>{_data({'type': edge['type'], 'properties': properties})}</edge>\n"
    yield "</graph>\n</graphml>\n"


def _graphml_id(kind: str, id_: str) -> str:
    return quoteattr(_writable(id_ if kind == "Entity" else f"{kind}:{id_}"))


def _data(values: dict[str, str]) -> str:
    return "".join(f'<data key="{key}">{escape(_writable(text))}</data>' for key, text in values.items())


def _writable(text: str) -> str:
    return _UNWRITABLE_XML.sub("\ufffd", text)


def _cypher(graph: PropertyGraph) -> Iterator[str]:
    """Statements that make the nodes and the edges in another database, and change nothing when run again."""
    for kind in _KINDS:
        yield f"CREATE CONSTRAINT {kind.lower()}_id IF NOT EXISTS FOR (n:{kind}) REQUIRE n.id IS UNIQUE;\n"
    for node in chain.from_iterable(graph.nodes):
        labels = "".join(f":{_name(label)}" for label in node.labels)
        id_, properties = _cypher_value(node.id), _cypher_value(node.properties)
        yield f"MERGE (n:{node.kind} {{id: {id_}}}) SET n += {properties} SET n{labels};\n"
    for edge in graph.edges:
        source, target = _cypher_value(edge["source"]), _cypher_value(edge["target"])
        yield (
            f"MATCH (a:Entity {{id: {source}}}), (b:{edge['kind']} {{id: {target}}}) "
            f"MERGE (a)-[r:{_name(edge['type'])}]->(b) SET r += {_cypher_value(edge['properties'])};\n"
        )


def _cypher_value(value: Any) -> str:
    """A Cypher literal; nothing in a string can end it, for quotes and backslashes are escaped."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_name(key)}: {_cypher_value(each)}" for key, each in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_cypher_value, value)) + "]"
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    # Cypher's escapes are those of JSON, for all that JSON escapes.
    return json.dumps(str(value))


def _name(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) else f"`{text.replace('`', '``')}`"


BY_DOCUMENT: dict[str, Callable[[Store], Iterator[str]]] = {
    "trig": _by_document("trig"),
    "ttl": _by_document("turtle"),
    "jsonld": _jsonld,
    "jsonl": _jsonl,
    "csv": _csv,
}
"""Formats of the documents and what they say, each with what writes it."""
PROPERTY_GRAPHS: dict[str, Callable[[PropertyGraph], Iterator[str]]] = {"graphml": _graphml, "cypher": _cypher}
"""Formats of the nodes and edges that the documents make together."""
