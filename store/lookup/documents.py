"""Documents: the list of them, each with its text and its statements, and those that mention an entity."""

from __future__ import annotations

from ontology.errors import NotFound
from store.base import Store
from store.lookup import cursors
from store.lookup.cursors import Page
from store.lookup.entities import summaries
from store.lookup.statements import COLUMNS, document_summary, views
from store.lookup.values import DocumentDetail, DocumentSummary
from store.lookup.view import View

_SUMMARY = "d {.id, .title, .url, .publisher, .published_on, .marking} AS document"
MENTIONING = 200
"""How many of the documents that mention an entity are listed with it."""


def documents(store: Store, view: View, *, limit: int = 50, cursor: str | None = None) -> Page[DocumentSummary]:
    """The documents, the latest published first; those without a date come last."""
    question = ("documents", view.as_of)
    after = cursors.decode(question, cursor, (str, str))
    rows = store.read(
        f"""
        MATCH (d:Document)
        WHERE {view.visible("d")}
        WITH d, coalesce(d.published_on, '') AS date
        WHERE $id IS NULL OR date < $date OR (date = $date AND d.id > $id)
        RETURN {_SUMMARY}, date, d.id AS id
        ORDER BY date DESC, id
        LIMIT $limit
        """,
        view.parameters(date=after[0] if after else None, id=after[1] if after else None, limit=limit + 1),
    )
    more = cursors.encode(question, (rows[limit - 1]["date"], rows[limit - 1]["id"])) if len(rows) > limit else None
    return Page([document_summary(row["document"]) for row in rows[:limit]], more)


def document(store: Store, view: View, document_id: str) -> DocumentDetail:
    """One document with its text; raises `NotFound` when there is none that the reader may see."""
    found = store.read(
        f"""
        MATCH (d:Document {{id: $id}})
        WHERE {view.visible("d")}
        RETURN {_SUMMARY}, d.body AS body, d.language AS language, d.loaded_at AS loaded_at,
               [(d)-[:MENTIONS]->(e) | e.id] AS entities
        """,
        view.parameters(id=document_id),
    )
    if not found:
        raise NotFound(f"no document has the id {document_id[:120]!r}", hint="ids begin with doc-")
    row = found[0]
    rows = store.read(
        f"MATCH (s:Statement)-[at:STATED_IN]->(d:Document {{id: $id}}) RETURN {COLUMNS} ORDER BY start, end, id",
        {"id": document_id},
    )
    head = document_summary(row["document"])
    return DocumentDetail(
        id=head.id,
        title=head.title,
        url=head.url,
        publisher=head.publisher,
        published_on=head.published_on,
        marking=head.marking,
        language=row["language"] or "en",
        body=row["body"],
        loaded_at=row["loaded_at"],
        statements=views(store, view, rows),
        entities=list(summaries(store, view, row["entities"]).values()),
    )


def documents_mentioning(store: Store, view: View, entity_id: str, *, limit: int = MENTIONING) -> list[DocumentSummary]:
    """The documents that mention an entity, the latest published first."""
    rows = store.read(
        f"""
        MATCH (e:Entity {{id: $id}})<-[:MENTIONS]-(d:Document)
        WHERE {view.visible("d")}
        RETURN {_SUMMARY}, coalesce(d.published_on, '') AS date, d.id AS id
        ORDER BY date DESC, id
        LIMIT $limit
        """,
        view.parameters(id=entity_id, limit=limit),
    )
    return [document_summary(row["document"]) for row in rows]
