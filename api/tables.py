"""Answers as tables: which columns each kind of item has, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from store.lookup.values import (
    DocumentSummary,
    Edge,
    EntitySummary,
    Event,
    IncidentSummary,
    StatementView,
    Value,
)

T = TypeVar("T")
Columns = Mapping[str, Callable[[T], Any]]
"""The names of the columns, each with what it takes from an item."""

ENTITIES: Columns[EntitySummary] = {
    "id": lambda entity: entity.id,
    "name": lambda entity: entity.name,
    "type": lambda entity: entity.type,
    "aliases": lambda entity: "; ".join(entity.aliases),
}
STATEMENTS: Columns[StatementView] = {
    "id": lambda statement: statement.id,
    "subject": lambda statement: statement.subject.id,
    "predicate": lambda statement: statement.predicate,
    "object": lambda statement: None if isinstance(statement.object, Value) else statement.object.id,
    "value": lambda statement: statement.object.value if isinstance(statement.object, Value) else None,
    "currency": lambda statement: statement.object.currency if isinstance(statement.object, Value) else None,
    "modality": lambda statement: statement.modality.value,
    "confidence": lambda statement: statement.confidence,
    "speaker": lambda statement: statement.speaker.id if statement.speaker else None,
    "role": lambda statement: statement.role,
    "quote": lambda statement: statement.quote,
    "document": lambda statement: statement.document.id,
    "start": lambda statement: statement.start,
    "end": lambda statement: statement.end,
}
EVENTS: Columns[Event] = {
    "date": lambda event: event.date,
    "kind": lambda event: event.kind,
    "what": lambda event: event.label,
    "subject": lambda event: event.subject.id if event.subject else None,
    "modality": lambda event: event.modality.value if event.modality else None,
    "sources": lambda event: event.sources,
    "quote": lambda event: event.evidence.quote if event.evidence else None,
    "document": lambda event: (
        event.evidence.document if event.evidence else event.document.id if event.document else None
    ),
}
INCIDENTS: Columns[IncidentSummary] = {
    "id": lambda found: found.incident.id,
    "name": lambda found: found.incident.name,
    "date": lambda found: found.date,
    "victims": lambda found: "; ".join(victim.name for victim in found.victims),
    "actors": lambda found: "; ".join(f"{link.entity.name} ({link.edge.modality})" for link in found.actors),
    "documents": lambda found: found.documents,
}
DOCUMENTS: Columns[DocumentSummary] = {
    "id": lambda document: document.id,
    "title": lambda document: document.title,
    "publisher": lambda document: document.publisher,
    "published_on": lambda document: document.published_on,
    "url": lambda document: document.url,
    "marking": lambda document: document.marking.value,
}
EDGES: Columns[Edge] = {
    "source": lambda edge: edge.source,
    "predicate": lambda edge: edge.predicate,
    "target": lambda edge: edge.target,
    "modality": lambda edge: edge.modality.value,
    "confidence": lambda edge: edge.confidence,
    "sources": lambda edge: edge.sources,
    "first_reported": lambda edge: edge.first_reported,
    "last_reported": lambda edge: edge.last_reported,
    "quote": lambda edge: edge.evidence.quote,
    "document": lambda edge: edge.evidence.document,
}
