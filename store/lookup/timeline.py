"""What happened to an entity, in order of date."""

from __future__ import annotations

from collections.abc import Sequence

from ontology.statement import Datatype
from store.base import Store
from store.lookup.edge_filter import ALL
from store.lookup.edges import edges_of
from store.lookup.entities import named
from store.lookup.figures import properties_of
from store.lookup.statements import document_summary
from store.lookup.values import Event, Property, Timeline
from store.lookup.view import View

NEIGHBOURS = 200
"""How many linked entities are looked at for dates."""


def timeline(store: Store, view: View, entity_id: str, *, reports: bool = False, limit: int = 500) -> Timeline:
    """The dated events of an entity and of what it is linked with, and with `reports` the documents that mention it."""
    entity = named(store, view, entity_id)
    edges, totals = edges_of(store, view, [entity_id], ALL, limit=NEIGHBOURS)
    linked = [id_ for edge in edges for id_ in (edge.source, edge.target) if id_ != entity_id]
    found = events(properties_of(store, view, [entity_id, *dict.fromkeys(linked)], datatype=Datatype.DATE))
    if reports:
        found += _reports(store, view, entity_id, limit)
    found.sort(key=lambda event: (event.date, event.kind, event.label))
    cut = len(found) > limit or totals.get(entity_id, 0) > NEIGHBOURS
    note = f"cut: dates of at most {NEIGHBOURS} linked entities, and {limit} events" if cut else ""
    return Timeline(entity=entity, events=found[:limit], note=note)


def events(properties: Sequence[Property]) -> list[Event]:
    """The dates among these properties as events, oldest first."""
    found = [
        Event(
            date=str(figure.value),
            kind="event",
            predicate=each.predicate,
            label=each.label,
            subject=each.subject,
            modality=figure.modality,
            sources=figure.sources,
            evidence=figure.evidence,
            document=None,
        )
        for each in properties
        for figure in each.values
        if figure.datatype is Datatype.DATE
    ]
    return sorted(found, key=lambda event: (event.date, event.label))


def _reports(store: Store, view: View, entity_id: str, limit: int) -> list[Event]:
    rows = store.read(
        f"""
        MATCH (e:Entity {{id: $id}})<-[:MENTIONS]-(d:Document)
        WHERE d.published_on IS NOT NULL AND {view.visible("d")}
        RETURN d {{.id, .title, .url, .publisher, .published_on, .marking}} AS document
        ORDER BY d.published_on DESC, d.id
        LIMIT $limit
        """,
        view.parameters(id=entity_id, limit=limit),
    )
    documents = [document_summary(row["document"]) for row in rows]
    return [
        Event(
            date=document.published_on or "",
            kind="report",
            predicate=None,
            label=f"reported by {document.publisher}" if document.publisher else "reported",
            subject=None,
            modality=None,
            sources=1,
            evidence=None,
            document=document,
        )
        for document in documents
    ]
