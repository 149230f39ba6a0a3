"""The whole graph as a file: RDF, statements as JSON lines or CSV, and the property graph as GraphML or Cypher."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from ontology.model import ontology
from ontology.rdf import serialize, to_dataset
from ontology.statement import Document, Entity, Statement
from store.base import Store
from store.rendering import as_json, rows_as_csv

_UNWRITABLE_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BATCH = 500

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


def _entities(store: Store) -> Iterator[dict[str, Any]]:
    """Every entity with its labels and properties, in order of id, a batch a query."""
    after = ""
    while rows := store.read(
        "MATCH (e:Entity) WHERE e.id > $after "
        "RETURN e.id AS id, labels(e) AS labels, properties(e) AS properties ORDER BY id LIMIT $limit",
        {"after": after, "limit": _BATCH},
    ):
        yield from rows
        after = rows[-1]["id"]


def _edges(store: Store) -> Iterator[dict[str, Any]]:
    """Every edge between entities with its properties, by the id of its subject."""
    types = "|".join(p.relationship_type for p in ontology().predicates.values() if not p.is_literal)
    for entity in _entities(store):
        yield from store.read(
            f"MATCH (a:Entity {{id: $id}})-[r:{types}]->(b:Entity) "
            "RETURN a.id AS source, type(r) AS type, b.id AS target, properties(r) AS properties ORDER BY type, target",
            {"id": entity["id"]},
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
    for entity in _entities(store):
        data = {
            "labels": "".join(f":{label}" for label in sorted(entity["labels"])),
            "name": entity["properties"].get("name") or entity["id"],
            "properties": json.dumps(entity["properties"], ensure_ascii=False, default=str, sort_keys=True),
        }
        yield f"<node id={_attribute(entity['id'])}>{_data(data)}</node>\n"
    for edge in _edges(store):
        ends = f"source={_attribute(edge['source'])} target={_attribute(edge['target'])}"
        properties = json.dumps(edge["properties"], ensure_ascii=False, default=str, sort_keys=True)
        yield f"<edge {ends}>{_data({'type': edge['type'], 'properties': properties})}</edge>\n"
    yield "</graph>\n</graphml>\n"


def _data(values: dict[str, str]) -> str:
    return "".join(f'<data key="{key}">{escape(_writable(text))}</data>' for key, text in values.items())


def _attribute(text: str) -> str:
    return quoteattr(_writable(text))


def _writable(text: str) -> str:
    return _UNWRITABLE_XML.sub("\ufffd", text)


def _cypher(store: Store) -> Iterator[str]:
    """Statements that make the entities and the edges in another database, and change nothing when run again."""
    yield "CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (e:Entity) REQUIRE e.id IS UNIQUE;\n"
    for entity in _entities(store):
        labels = "".join(f":{_name(label)}" for label in sorted(entity["labels"]) if label != "Entity")
        yield f"MERGE (e:Entity {{id: {_cypher_value(entity['id'])}}}) SET e += {_cypher_value(entity['properties'])}"
        yield f" SET e{labels};\n" if labels else ";\n"
    for edge in _edges(store):
        ends = f"(a:Entity {{id: {_cypher_value(edge['source'])}}}), (b:Entity {{id: {_cypher_value(edge['target'])}}})"
        yield f"MATCH {ends} MERGE (a)-[r:{_name(edge['type'])}]->(b) SET r += {_cypher_value(edge['properties'])};\n"


def _cypher_value(value: Any) -> str:
    """A Cypher literal; nothing in a string can end it, for quotes and backslashes are escaped."""
    if isinstance(value, dict):
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
