"""Statements with all that belongs to them: one by id, those of an entity, those of a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ontology.errors import NotFound
from ontology.model import ontology
from ontology.statement import Datatype, Marking, Modality
from store.base import Store
from store.lookup import cursors
from store.lookup.cursors import Page
from store.lookup.edge_filter import EdgeFilter
from store.lookup.entities import named, summaries
from store.lookup.values import DocumentSummary, EntitySummary, StatementView, Value
from store.lookup.view import View

COLUMNS = """s.id AS id, s.predicate AS predicate, s.modality AS modality, s.confidence AS confidence, s.role AS role,
        s.quote AS quote, s.rule AS rule, s.value AS value, s.datatype AS datatype, s.currency AS currency,
        at.start AS start, at.end AS end, head([(s)-[:SUBJECT]->(x) | x.id]) AS subject,
        head([(s)-[:OBJECT]->(x:Entity) | x.id]) AS object, head([(s)-[:SPEAKER]->(x) | x.id]) AS speaker,
        d {.id, .title, .url, .publisher, .published_on, .marking} AS document"""
"""What `views` needs to know of a statement `s`, which stands `at` a place in the document `d`."""


def statement(store: Store, view: View, statement_id: str) -> StatementView:
    """One statement by id; raises `NotFound` when there is none that the reader may see."""
    rows = store.read(
        f"""
        MATCH (s:Statement {{id: $id}})-[at:STATED_IN]->(d:Document)
        WHERE {view.visible("d")}
        RETURN {COLUMNS}
        """,
        view.parameters(id=statement_id),
    )
    if not rows:
        raise NotFound(f"no statement has the id {statement_id[:120]!r}", hint="ids begin with st-")
    return views(store, view, rows)[0]


def statements_of(
    store: Store, view: View, entity_id: str, wanted: EdgeFilter, *, limit: int, cursor: str | None = None
) -> Page[StatementView]:
    """The statements that an entity is the subject, the object or the speaker of, in the order of their ids."""
    named(store, view, entity_id)
    question = ("statements", entity_id, wanted, view.as_of)
    after = cursors.decode(question, cursor, (str,))
    conditions = ["s.id > $after", view.visible("d")]
    if wanted.predicates:
        conditions.append("s.predicate IN $predicates")
    if wanted.modalities:
        conditions.append("s.modality IN $modalities")
    ways = wanted.ways if wanted.direction else "SUBJECT|OBJECT|SPEAKER"
    rows = store.read(
        f"""
        MATCH (e:Entity {{id: $id}})<-[:{ways}]-(s:Statement)-[at:STATED_IN]->(d:Document)
        WHERE {" AND ".join(conditions)}
        WITH DISTINCT s, at, d
        ORDER BY s.id LIMIT $limit
        RETURN {COLUMNS}
        """,
        wanted.parameters(view, id=entity_id, after=after[0] if after else "", limit=limit + 1),
    )
    rows.sort(key=lambda row: row["id"])
    more = cursors.encode(question, (rows[limit - 1]["id"],)) if len(rows) > limit else None
    return Page(views(store, view, rows[:limit]), more)


def views(store: Store, view: View, rows: Iterable[Mapping[str, Any]]) -> list[StatementView]:
    """The statements in rows of `COLUMNS`, in the same order."""
    seen = list(rows)
    ids = [row[role] for row in seen for role in ("subject", "object", "speaker") if row[role]]
    entities = summaries(store, view, ids)
    return [_view(row, entities) for row in seen]


def _view(row: Mapping[str, Any], entities: Mapping[str, EntitySummary]) -> StatementView:
    return StatementView(
        id=row["id"],
        predicate=row["predicate"],
        label=ontology().predicates[row["predicate"]].label,
        subject=entities[row["subject"]],
        object=entities[row["object"]]
        if row["object"]
        else Value(row["value"], Datatype(row["datatype"]), row["currency"]),
        modality=Modality(row["modality"]),
        confidence=row["confidence"],
        speaker=entities[row["speaker"]] if row["speaker"] else None,
        role=row["role"],
        quote=row["quote"],
        start=row["start"],
        end=row["end"],
        rule=row["rule"],
        document=document_summary(row["document"]),
    )


def document_summary(data: Mapping[str, Any]) -> DocumentSummary:
    """The document in a map of its properties."""
    return DocumentSummary(
        id=data["id"],
        title=data["title"] or "",
        url=data["url"],
        publisher=data["publisher"],
        published_on=data["published_on"],
        marking=Marking(data["marking"]),
    )
