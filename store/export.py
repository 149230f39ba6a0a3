"""The whole graph as a file: RDF, statements as JSON lines or CSV, and the property graph as GraphML or Cypher."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from ontology.model import ontology
from ontology.rdf import serialize, to_dataset
from ontology.statement import Document, Entity, Statement
from store.base import Store
from store.rendering import as_json, rows_as_csv

_UNWRITABLE_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BATCH = 500
_KINDS = ("Entity", "Amount")

_COLUMNS = (
    *("id", "subject", "subject_name", "subject_type", "predicate"),
    *("object", "object_name", "object_type", "value", "currency"),
    *("modality", "speaker", "confidence", "role", "quote", "start", "end", "rule"),
    *("document", "title", "url", "publisher", "published_on", "marking"),
)


def export(store: Store, format: str) -> Iterator[str]:
    """The graph as text in a format of `FORMATS`, piece by piece: a document at a time where the format allows it."""
    return FORMATS[format](store)


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


def _graphml(store: Store) -> Iterator[str]:
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
        '<key id="labels" for="node" attr.name="labels" attr.type="string"/>\n'
        '<key id="properties" for="all" attr.name="properties" attr.type="string"/>\n'
        '<key id="name" for="node" attr.name="name" attr.type="string"/>\n'
        '<key id="type" for="edge" attr.name="type" attr.type="string"/>\n'
        '<graph edgedefault="directed">\n'
    )
    for node in chain.from_iterable(_nodes(store)):
        data = {
            "labels": "".join(f":{label}" for label in node.labels),
            "name": node.properties.get("name") or node.id,
            "properties": json.dumps(node.properties, ensure_ascii=False, default=str, sort_keys=True),
        }
        yield f"<node id={_graphml_id(node.kind, node.id)}>{_data(data)}</node>\n"
    for edge in _edges(store):
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


def _cypher(store: Store) -> Iterator[str]:
    """Statements that make the nodes and the edges in another database, and change nothing when run again."""
    for kind in _KINDS:
        yield f"CREATE CONSTRAINT {kind.lower()}_id IF NOT EXISTS FOR (n:{kind}) REQUIRE n.id IS UNIQUE;\n"
    for node in chain.from_iterable(_nodes(store)):
        labels = "".join(f":{_name(label)}" for label in node.labels)
        id_, properties = _cypher_value(node.id), _cypher_value(node.properties)
        yield f"MERGE (n:{node.kind} {{id: {id_}}}) SET n += {properties} SET n{labels};\n"
    for edge in _edges(store):
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


FORMATS: dict[str, Callable[[Store], Iterator[str]]] = {
    "trig": _by_document("trig"),
    "ttl": _by_document("turtle"),
    "jsonld": _jsonld,
    "jsonl": _jsonl,
    "csv": _csv,
    "graphml": _graphml,
    "cypher": _cypher,
}
"""The formats that the graph can be written in, each with what writes it."""
