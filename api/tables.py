"""Answers as rows of a table."""

from __future__ import annotations

from typing import Any

from store.lookup.values import DocumentSummary, EntitySummary, Event, IncidentSummary, StatementView, Value


def entity_row(entity: EntitySummary) -> dict[str, Any]:
    """An entity as a row."""
    return {"id": entity.id, "name": entity.name, "type": entity.type, "aliases": "; ".join(entity.aliases)}


def statement_row(statement: StatementView) -> dict[str, Any]:
    """A statement as a row."""
    target = statement.object
    return {
        "id": statement.id,
        "subject": statement.subject.id,
        "predicate": statement.predicate,
        "object": "" if isinstance(target, Value) else target.id,
        "value": target.value if isinstance(target, Value) else "",
        "currency": (target.currency or "") if isinstance(target, Value) else "",
        "modality": statement.modality.value,
        "confidence": statement.confidence,
        "speaker": statement.speaker.id if statement.speaker else "",
        "role": statement.role or "",
        "quote": statement.quote,
        "document": statement.document.id,
        "start": statement.start,
        "end": statement.end,
    }


def event_row(event: Event) -> dict[str, Any]:
    """An event as a row."""
    return {
        "date": event.date,
        "kind": event.kind,
        "what": event.label,
        "subject": event.subject.id if event.subject else "",
        "modality": event.modality.value if event.modality else "",
        "sources": event.sources,
        "quote": event.evidence.quote if event.evidence else "",
        "document": event.evidence.document if event.evidence else event.document.id if event.document else "",
    }


def incident_row(found: IncidentSummary) -> dict[str, Any]:
    """An incident as a row."""
    return {
        "id": found.incident.id,
        "name": found.incident.name,
        "date": found.date or "",
        "victims": "; ".join(victim.name for victim in found.victims),
        "actors": "; ".join(f"{link.entity.name} ({link.edge.modality})" for link in found.actors),
        "documents": found.documents,
    }


def document_row(document: DocumentSummary) -> dict[str, Any]:
    """A document as a row."""
    return {
        "id": document.id,
        "title": document.title,
        "publisher": document.publisher or "",
        "published_on": document.published_on or "",
        "url": document.url or "",
        "marking": document.marking.value,
    }
