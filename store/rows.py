"""A document and its statements as rows: what travels to a database as parameters, computed before it is asked."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ontology.statement import Datatype, Document, Entity, Literal, Statement
from store import projection
from store.projection import Mention, Support, fact

Row = Mapping[str, Any]

_OWN = ("id", "fact", "predicate", "modality", "confidence", "quote", "rule", "role", "value", "datatype", "currency")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document, its statements by their ids, and how it mentions each entity; equal digests mean equal content."""

    document: Document
    statements: Mapping[str, dict[str, Any]]
    mentions: Mapping[str, Mention]
    digest: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A relationship that may have to change: its ends by id, and its predicate."""

    subject: str
    predicate: str
    object: str
    is_amount: bool


def prepare(document: Document, statements: Sequence[Statement]) -> Prepared:
    """The rows of a document; a statement that comes twice counts once."""
    rows = {statement.id: _statement(statement) for statement in statements}
    mentions = _mentions(statements)
    described = {key: mention_properties(mention) for key, mention in mentions.items()}
    digest = _digest([document.id, document_properties(document), rows, described])
    return Prepared(document, rows, mentions, digest)


def document_properties(document: Document) -> dict[str, Any]:
    """What may change of a document whose text stays."""
    return {
        "title": document.title,
        "url": document.url,
        "publisher": document.publisher,
        "published_on": document.published_on,
        "language": document.language,
        "marking": document.marking.value,
        "source": document.source,
    }


def new_document(prepared: Prepared) -> dict[str, Any]:
    """All properties of the node of a document that is stored now."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    document = prepared.document
    return {
        **document_properties(document),
        "id": document.id,
        "body": document.body,
        "digest": prepared.digest,
        "loaded_at": now,
        "loaded_on": now[:10],
    }


def mention_properties(mention: Mention) -> dict[str, Any]:
    """Properties of the relationship from a document to an entity."""
    return {"name": mention.name, "type": mention.type, "aliases": list(mention.aliases)}


def statement_properties(row: Row) -> dict[str, Any]:
    """What a statement's node itself keeps of its row; the rest is in relationships."""
    return {key: row[key] for key in (*_OWN, "digest") if row[key] is not None}


def amount_properties(row: Row) -> dict[str, Any]:
    """Properties of the node of a sum of money."""
    name = Literal(row["value"], Datatype.MONEY, row["currency"]).text
    return {"id": row["object"], "name": name, "value": row["value"], "currency": row["currency"]}


def object_label(row: Row) -> str | None:
    """Label of the node that a statement's object is; the other literals are in the statement itself."""
    if row["datatype"] is None:
        return "Entity"
    return "Amount" if row["datatype"] == Datatype.MONEY else None


def edge_of(row: Row) -> Edge | None:
    """The relationship that a statement speaks for, unless it speaks for a property."""
    label = object_label(row)
    return Edge(row["subject"], row["predicate"], row["object"], label == "Amount") if label else None


def support(document: Document, row: Row) -> Support:
    """The statement as a reason for an edge or a property."""
    return Support(
        row["id"],
        document.id,
        row["modality"],
        row["confidence"],
        row["value"],
        row["role"],
        document.published_on,
    )


def _statement(statement: Statement) -> dict[str, Any]:
    target = statement.object
    is_literal = isinstance(target, Literal)
    datatype = target.datatype if isinstance(target, Literal) else None
    other = _amount_id(target) if isinstance(target, Literal) and datatype is Datatype.MONEY else None
    other = target.id if isinstance(target, Entity) else other
    row: dict[str, Any] = {
        "id": statement.id,
        "predicate": statement.predicate,
        "modality": statement.modality.value,
        "confidence": float(statement.confidence),
        "quote": statement.quote,
        "rule": statement.rule,
        "role": statement.role,
        "value": target.value if isinstance(target, Literal) else None,
        "datatype": datatype.value if datatype else None,
        "currency": target.currency if isinstance(target, Literal) else None,
        "subject": statement.subject.id,
        "object": other,
        "speaker": statement.speaker.id if statement.speaker else None,
        "start": statement.start,
        "end": statement.end,
    }
    row["digest"] = _digest(row)
    parts = (row["subject"], row["predicate"], *([] if is_literal and other is None else [str(other)]))
    row["fact"] = fact(*parts)
    return row


def _mentions(statements: Iterable[Statement]) -> dict[str, Mention]:
    found: dict[str, list[Mention]] = defaultdict(list)
    for statement in statements:
        for entity in (statement.subject, statement.object, statement.speaker):
            if isinstance(entity, Entity):
                found[entity.id].append(Mention(entity.name, entity.type, entity.aliases))
    return {key: projection.merged(found[key]) for key in sorted(found)}


def _amount_id(literal: Literal) -> str:
    value = literal.value
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    return f"{str(literal.currency).lower()}-{number}"


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]
