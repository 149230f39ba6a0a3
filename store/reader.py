"""Reads documents and their statements back as they were loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ontology.statement import Datatype, Document, Entity, Literal, Marking, Modality, Statement
from store.base import Store

COUNTS = """
OPTIONAL MATCH (l:Ledger {id: 'ledger'})
RETURN l.changes AS changes,
       COUNT { (:Document) } AS documents,
       COUNT { (:Statement) } AS statements,
       COUNT { (:Entity) } AS entities,
       COUNT { (:Entity)-->() } AS relationships
"""


def documents(store: Store, ids: Sequence[str] | None) -> Iterator[tuple[Document, list[Statement]]]:
    """The documents with these ids, or all in the order of their ids, one read at a time."""
    if ids is None:
        ids = [row["id"] for row in store.read("MATCH (d:Document) RETURN d.id AS id ORDER BY id")]
    for document_id in ids:
        rows = store.read("MATCH (d:Document {id: $id}) RETURN d {.*} AS document", {"id": document_id})
        if rows:
            yield _document(rows[0]["document"]), list(_statements(store, document_id))


def _document(row: Mapping[str, Any]) -> Document:
    return Document(
        body=row["body"],
        title=row.get("title", ""),
        url=row.get("url"),
        publisher=row.get("publisher"),
        published_on=row.get("published_on"),
        language=row.get("language", "en"),
        marking=Marking(row["marking"]),
        source=row.get("source", ""),
    )


def _statements(store: Store, document_id: str) -> Iterator[Statement]:
    mentions = store.read(
        """
        MATCH (d:Document {id: $id})-[m:MENTIONS]->(e:Entity)
        RETURN e.id AS id, m.name AS name, m.type AS type, m.aliases AS aliases
        """,
        {"id": document_id},
    )
    entities = {row["id"]: Entity(row["id"], row["name"], row["type"], tuple(row["aliases"] or ())) for row in mentions}
    rows = store.read(
        """
        MATCH (d:Document {id: $id})<-[at:STATED_IN]-(s:Statement)-[:SUBJECT]->(e:Entity)
        OPTIONAL MATCH (s)-[:OBJECT]->(o:Entity)
        OPTIONAL MATCH (s)-[:SPEAKER]->(v:Entity)
        RETURN s {.*} AS statement, at.start AS start, at.end AS end,
               e.id AS subject, o.id AS object, v.id AS speaker
        ORDER BY start, end, s.id
        """,
        {"id": document_id},
    )
    for row in rows:
        said = row["statement"]
        yield Statement(
            subject=entities[row["subject"]],
            predicate=said["predicate"],
            object=entities[row["object"]] if row["object"] else _literal(said),
            document=document_id,
            quote=said["quote"],
            start=row["start"],
            end=row["end"],
            rule=said["rule"],
            modality=Modality(said["modality"]),
            confidence=said["confidence"],
            speaker=entities[row["speaker"]] if row["speaker"] else None,
            role=said.get("role"),
        )


def _literal(said: Mapping[str, Any]) -> Literal:
    return Literal(said["value"], Datatype(said["datatype"]), said.get("currency"))
