"""Puts one document's statements into the graph, or takes them out, inside a transaction that the caller gives.

The statements and mentions are written first; then every entity, edge and property that they touch is computed anew
from all statements and mentions that the graph holds (`store.projection`), so the order of loads never shows.
Whatever a text says travels as a parameter; labels, relationship types and property names come from the ontology.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import repeat
from typing import Any

from neo4j import ManagedTransaction

from ontology.errors import NotFound
from ontology.model import ontology
from ontology.statement import Datatype, Document, Entity, Literal, Statement
from store import projection
from store.base import LoadSummary, RetractSummary
from store.projection import Mention, Support, fact
from store.schema import LEDGER

BATCH = 2_000
"""Rows in one message: large enough to hide the round trip, small enough for a server with a small heap."""


@dataclass(frozen=True, slots=True)
class _Edge:
    """A relationship that may have to change: its ends by id, and its type."""

    subject: str
    predicate: str
    object: str
    is_amount: bool


@dataclass(slots=True)
class _Touched:
    """What has to be computed anew."""

    edges: dict[str, _Edge] = field(default_factory=dict)
    literals: dict[str, tuple[str, str, Datatype]] = field(default_factory=dict)

    @property
    def facts(self) -> list[str]:
        """Keys of both."""
        return sorted(self.edges.keys() | self.literals.keys())

    def add(self, key: str, row: Mapping[str, Any]) -> None:
        """Note the edge or the property that a statement's row speaks for."""
        if row["datatype"] in (None, Datatype.MONEY):
            self.edges[key] = _Edge(row["subject"], row["predicate"], row["object"], row["datatype"] is not None)
        else:
            self.literals[key] = (row["subject"], row["predicate"], Datatype(row["datatype"]))


def load(
    tx: ManagedTransaction, document: Document, statements: Sequence[Statement], *, has_dynamic_types: bool = False
) -> LoadSummary:
    """Make the document hold exactly these statements.

    With `has_dynamic_types` a row may name the type of its relationship or the labels of its node, and one query
    writes those of all types.
    """
    rows = {statement.id: _row(statement) for statement in statements}
    mentions = _mentions(statements)
    digest = _digest([document.id, _document(document), rows, {key: _mention(m) for key, m in mentions.items()}])
    known = _take_turn(tx, document.id)
    if known is not None and known["digest"] == digest:
        return LoadSummary(document.id)
    touched = _Touched()
    before = _statements(tx, document.id) if known is not None else {}
    gone = [key for key, row in before.items() if rows.get(key, {}).get("digest") != row["digest"]]
    new = [row for key, row in rows.items() if before.get(key, {}).get("digest") != row["digest"]]
    _delete_statements(tx, gone)
    mentioned = _delete_mentions(tx, document.id) if known is not None else set()
    _write_document(tx, document, digest, is_new=known is None)
    present = _entities(tx, mentions.keys() | mentioned)
    added = mentions.keys() - present.keys()
    _create_entities(tx, document.id, {key: mentions[key] for key in sorted(added)}, has_dynamic_types)
    _create_mentions(tx, document.id, {key: mention for key, mention in mentions.items() if key in present})
    _create_amounts(tx, new)
    _create_statements(tx, document.id, new)
    for row in (*(before[key] for key in gone), *new, *(before.values() if known is not None else ())):
        touched.add(row["fact"], row)
    supports = _supports(tx, touched.facts, besides=document.id)
    for row in rows.values():
        supports[row["fact"]].append(_support(document, row))
    made, unmade = _project_edges(tx, touched.edges, supports, has_dynamic_types)
    removed = _project_entities(tx, present, mentions)
    _project_literals(tx, touched.literals, supports)
    return LoadSummary(document.id, len(new), len(gone), len(added), removed, made, unmade)


def retract(tx: ManagedTransaction, document_id: str, *, has_dynamic_types: bool = False) -> RetractSummary:
    """Take the document out, with all that no other one supports; raises `NotFound` when it is not there."""
    if _take_turn(tx, document_id) is None:
        raise NotFound(f"no document has the id {document_id[:120]!r}", hint="ids begin with doc-")
    touched = _Touched()
    before = _statements(tx, document_id)
    _delete_statements(tx, list(before))
    mentioned = _delete_mentions(tx, document_id)
    tx.run("MATCH (d:Document {id: $id}) DETACH DELETE d", id=document_id).consume()
    for row in before.values():
        touched.add(row["fact"], row)
    supports = _supports(tx, touched.facts, besides=document_id)
    _, unmade = _project_edges(tx, touched.edges, supports, has_dynamic_types)
    removed = _project_entities(tx, _entities(tx, mentioned), {})
    _project_literals(tx, touched.literals, supports)
    return RetractSummary(document_id, len(before), removed, unmade)


def _take_turn(tx: ManagedTransaction, document_id: str) -> Mapping[str, Any] | None:
    """Wait for whoever changes the graph, and give the document as it is stored, if it is."""
    # Two transactions that computed one edge at once would each miss the other's statements. The lock on this node
    # (in Neo4j), or the conflict over it (in ArcadeDB, which the driver answers by trying again), keeps them apart.
    row = tx.run(
        f"""
        OPTIONAL MATCH (l:{LEDGER} {{id: 'ledger'}}) SET l.changes = l.changes + 1
        WITH l OPTIONAL MATCH (d:Document {{id: $id}})
        RETURN d.id AS id, d.digest AS digest
        """,
        id=document_id,
    ).single()
    return None if row is None or row["id"] is None else row


# --- rows -------------------------------------------------------------------------------------------------------------


def _row(statement: Statement) -> dict[str, Any]:
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


_OWN = ("id", "fact", "predicate", "modality", "confidence", "quote", "rule", "role", "value", "datatype", "currency")


def _own(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a statement's node itself keeps of its row; the rest is in relationships."""
    return {key: row[key] for key in (*_OWN, "digest") if row[key] is not None}


def _document(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "url": document.url,
        "publisher": document.publisher,
        "published_on": document.published_on,
        "language": document.language,
        "marking": document.marking.value,
        "source": document.source,
    }


def _mentions(statements: Iterable[Statement]) -> dict[str, Mention]:
    found: dict[str, list[Mention]] = defaultdict(list)
    for statement in statements:
        for entity in (statement.subject, statement.object, statement.speaker):
            if isinstance(entity, Entity):
                found[entity.id].append(Mention(entity.name, entity.type, entity.aliases))
    return {key: projection.merged(found[key]) for key in sorted(found)}


def _mention(mention: Mention) -> dict[str, Any]:
    return {"name": mention.name, "type": mention.type, "aliases": list(mention.aliases)}


def _amount_id(literal: Literal) -> str:
    value = literal.value
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    return f"{str(literal.currency).lower()}-{number}"


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _batches(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _run(tx: ManagedTransaction, cypher: str, rows: Sequence[Any], **parameters: Any) -> list[dict[str, Any]]:
    """Run a query that unwinds `$rows`, a batch at a time."""
    return [row for batch in _batches(rows) for row in tx.run(cypher, rows=batch, **parameters).data()]


# --- statements, mentions, documents ----------------------------------------------------------------------------------


def _statements(tx: ManagedTransaction, document_id: str) -> dict[str, dict[str, Any]]:
    found = tx.run(
        """
        MATCH (d:Document {id: $id})<-[:STATED_IN]-(s:Statement)
        MATCH (s)-[:SUBJECT]->(e)
        OPTIONAL MATCH (s)-[:OBJECT]->(o)
        RETURN s.id AS id, s.digest AS digest, s.fact AS fact, s.predicate AS predicate, s.datatype AS datatype,
               e.id AS subject, o.id AS object
        """,
        id=document_id,
    )
    return {row["id"]: row for row in found.data()}


def _delete_statements(tx: ManagedTransaction, ids: Sequence[str]) -> None:
    _run(tx, "UNWIND $rows AS id MATCH (s:Statement {id: id}) DETACH DELETE s", ids)


def _delete_mentions(tx: ManagedTransaction, document_id: str) -> set[str]:
    """Delete a document's mentions, and give the ids of the entities that it mentioned."""
    pattern = "MATCH (d:Document {id: $id})-[m:MENTIONS]->(e:Entity)"
    found = tx.run(f"{pattern} RETURN e.id AS id", id=document_id).data()
    if found:
        tx.run(f"{pattern} DELETE m", id=document_id).consume()
    return {row["id"] for row in found}


def _write_document(tx: ManagedTransaction, document: Document, digest: str, *, is_new: bool) -> None:
    properties = _document(document) | {"digest": digest}
    if is_new:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        whole = properties | {"id": document.id, "body": document.body, "loaded_at": now, "loaded_on": now[:10]}
        tx.run("CREATE (d:Document) SET d = $properties", properties=whole).consume()
    else:
        tx.run("MATCH (d:Document {id: $id}) SET d += $properties", id=document.id, properties=properties).consume()


@dataclass(frozen=True, slots=True)
class _Present:
    """An entity as the graph has it, and how the documents mention it."""

    labels: frozenset[str]
    name: str
    aliases: tuple[str, ...]
    mentions: tuple[Mention, ...]


def _entities(tx: ManagedTransaction, ids: Iterable[str]) -> dict[str, _Present]:
    # One row an entity, and equal mentions as one with their number: most documents name a known actor alike.
    found = _run(
        tx,
        """
        UNWIND $rows AS id
        MATCH (e:Entity {id: id})
        OPTIONAL MATCH (e)<-[m:MENTIONS]-()
        WITH id, e, m.name AS name, m.type AS type, m.aliases AS aliases, count(m) AS number
        RETURN id, labels(e) AS labels, e.name AS name, e.aliases AS aliases,
               collect([name, type, aliases, number]) AS mentions
        """,
        sorted(ids),
    )
    return {
        row["id"]: _Present(
            frozenset(row["labels"]),
            row["name"],
            tuple(row["aliases"] or ()),
            tuple(
                mention
                for name, kind, aliases, number in row["mentions"]
                for mention in repeat(Mention(name, kind, tuple(aliases or ())), number)
            ),
        )
        for row in found
    }


def _create_entities(
    tx: ManagedTransaction, document_id: str, mentions: Mapping[str, Mention], has_dynamic_types: bool
) -> None:
    """Create the entities that are new, with all their labels: a `MERGE` on several of them would scan."""
    by_labels: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for key, mention in mentions.items():
        labels = projection.labels(mention.type)
        properties = projection.entity(key, projection.named([mention]))
        by_labels["$(row.labels)" if has_dynamic_types else ":".join(labels)].append(
            {"labels": list(labels), "properties": properties, "mention": _mention(mention)}
        )
    for wanted, rows in by_labels.items():
        _run(
            tx,
            f"""
            MATCH (d:Document {{id: $id}})
            UNWIND $rows AS row
            CREATE (e:{wanted}) SET e = row.properties
            CREATE (d)-[m:MENTIONS]->(e) SET m = row.mention
            """,
            rows,
            id=document_id,
        )


def _create_mentions(tx: ManagedTransaction, document_id: str, mentions: Mapping[str, Mention]) -> None:
    rows = [{"id": key, "properties": _mention(mention)} for key, mention in mentions.items()]
    _run(
        tx,
        """
        MATCH (d:Document {id: $id})
        UNWIND $rows AS row
        MATCH (e:Entity {id: row.id})
        CREATE (d)-[m:MENTIONS]->(e) SET m = row.properties
        """,
        rows,
        id=document_id,
    )


def _create_amounts(tx: ManagedTransaction, rows: Iterable[Mapping[str, Any]]) -> None:
    amounts = {
        row["object"]: {
            "id": row["object"],
            "name": Literal(row["value"], Datatype.MONEY, row["currency"]).text,
            "value": row["value"],
            "currency": row["currency"],
        }
        for row in rows
        if row["datatype"] == Datatype.MONEY
    }
    _run(
        tx,
        "UNWIND $rows AS row MERGE (a:Amount {id: row.id}) ON CREATE SET a = row",
        [amounts[key] for key in sorted(amounts)],
    )


def _create_statements(tx: ManagedTransaction, document_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    for label in ("Entity", "Amount", None):
        match, create = "", ""
        if label is not None:
            match, create = f"MATCH (o:{label} {{id: row.object}})", "CREATE (s)-[:OBJECT]->(o)"
        _run(
            tx,
            f"""
            MATCH (d:Document {{id: $id}})
            UNWIND $rows AS row
            MATCH (e:Entity {{id: row.subject}}) {match}
            CREATE (s:Statement) SET s = row.own
            CREATE (s)-[:SUBJECT]->(e) {create}
            CREATE (s)-[:STATED_IN {{start: row.start, end: row.end}}]->(d)
            """,
            [
                {"own": _own(row), **{key: row[key] for key in ("subject", "object", "start", "end")}}
                for row in rows
                if _object_label(row) == label
            ],
            id=document_id,
        )
    _run(
        tx,
        """
        UNWIND $rows AS row
        MATCH (s:Statement {id: row.id})
        MATCH (e:Entity {id: row.speaker})
        CREATE (s)-[:SPEAKER]->(e)
        """,
        [{key: row[key] for key in ("id", "speaker")} for row in rows if row["speaker"]],
    )


def _object_label(row: Mapping[str, Any]) -> str | None:
    """Label of the node that a statement's object is; the other literals are in the statement itself."""
    if row["datatype"] is None:
        return "Entity"
    return "Amount" if row["datatype"] == Datatype.MONEY else None


# --- the projection ---------------------------------------------------------------------------------------------------


def _supports(tx: ManagedTransaction, facts: Sequence[str], *, besides: str) -> dict[str, list[Support]]:
    """What the other documents say for each fact; what this one says is at hand, and need not come back."""
    found = _run(
        tx,
        """
        UNWIND $rows AS fact
        MATCH (s:Statement {fact: fact})-[:STATED_IN]->(d)
        WHERE d.id <> $id
        RETURN fact, s.modality AS modality, s.confidence AS confidence, s.value AS value, s.role AS role,
               d.id AS document, d.published_on AS published_on
        """,
        facts,
        id=besides,
    )
    supports: dict[str, list[Support]] = defaultdict(list)
    for row in found:
        supports[row.pop("fact")].append(Support(**row))
    return supports


def _support(document: Document, row: Mapping[str, Any]) -> Support:
    return Support(document.id, row["modality"], row["confidence"], row["value"], row["role"], document.published_on)


def _project_edges(
    tx: ManagedTransaction,
    edges: Mapping[str, _Edge],
    supports: Mapping[str, Sequence[Support]],
    has_dynamic_types: bool,
) -> tuple[int, int]:
    """Write or delete each relationship; gives how many are new and how many are gone."""
    kept: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    gone: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for key, edge in edges.items():
        name = ontology().predicates[edge.predicate].relationship_type
        kind = ("$(row.type)" if has_dynamic_types else name, "Amount" if edge.is_amount else "Entity")
        ends = {"subject": edge.subject, "object": edge.object, "type": name}
        if key in supports:
            kept[kind].append(ends | {"properties": projection.edge(supports[key])})
        else:
            gone[kind].append(ends)
    made = sum(_write_edges(tx, *kind, rows) for kind, rows in kept.items())
    unmade = sum(_delete_edges(tx, *kind, rows) for kind, rows in gone.items())
    # The amount of a relationship that stays is in a statement still.
    _delete_amounts(
        tx, sorted({row["object"] for (_, label), rows in gone.items() if label == "Amount" for row in rows})
    )
    return made, unmade


def _write_edges(tx: ManagedTransaction, kind: str, label: str, rows: Sequence[Mapping[str, Any]]) -> int:
    subject, target = "(a:Entity {id: row.subject})", f"(b:{label} {{id: row.object}})"
    # ArcadeDB looks for the relationship among those of the first end: that must not be the hub of the batch.
    if _subject_is_hub(rows):
        pattern = f"MATCH {target} MATCH {subject} MERGE (b)<-[r:{kind}]-(a)"
    else:
        pattern = f"MATCH {subject} MATCH {target} MERGE (a)-[r:{kind}]->(b)"
    return sum(
        tx.run(f"UNWIND $rows AS row {pattern} SET r = row.properties", rows=batch)
        .consume()
        .counters.relationships_created
        for batch in _batches(rows)
    )


def _delete_edges(tx: ManagedTransaction, kind: str, label: str, rows: Sequence[Mapping[str, Any]]) -> int:
    subject, target = "(a:Entity {id: row.subject})", f"(b:{label} {{id: row.object}})"
    pattern = f"{target}<-[r:{kind}]-{subject}" if _subject_is_hub(rows) else f"{subject}-[r:{kind}]->{target}"
    # All are found before the first goes: ArcadeDB would stumble over what the same query has deleted.
    _run(tx, f"UNWIND $rows AS row MATCH {pattern} WITH collect(r) AS found UNWIND found AS r DELETE r", rows)
    return len(rows)


def _subject_is_hub(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether few subjects share many objects."""
    return len({row["subject"] for row in rows}) < len({row["object"] for row in rows})


def _project_literals(
    tx: ManagedTransaction,
    literals: Mapping[str, tuple[str, str, Datatype]],
    supports: Mapping[str, Sequence[Support]],
) -> None:
    properties: dict[str, dict[str, Any]] = defaultdict(dict)
    for key, (subject, predicate, datatype) in literals.items():
        name = ontology().predicates[predicate].property_name
        properties[subject][name] = projection.literal(datatype, supports.get(key, []))
    rows = [{"id": subject, "properties": properties[subject]} for subject in sorted(properties)]
    _run(tx, "UNWIND $rows AS row MATCH (e:Entity {id: row.id}) SET e += row.properties", rows)


def _project_entities(tx: ManagedTransaction, present: Mapping[str, _Present], mentions: Mapping[str, Mention]) -> int:
    """Name and label each entity after its mentions, and delete those that have none; gives how many went.

    `present` is without the mentions of the document at hand, which are the other ones.
    """
    found = {
        key: (*entity.mentions, *([mentions[key]] if key in mentions else ()))
        for key, entity in sorted(present.items())
    }
    orphans = [key for key, those in found.items() if not those]
    _run(tx, "UNWIND $rows AS id MATCH (e:Entity {id: id}) DETACH DELETE e", orphans)
    _rename(tx, present, {key: projection.named(those) for key, those in found.items() if those})
    return len(orphans)


def _rename(tx: ManagedTransaction, now: Mapping[str, _Present], wanted: Mapping[str, Mention]) -> None:
    named: list[dict[str, Any]] = []
    moved: dict[tuple[tuple[str, ...], tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
    for key in sorted(wanted):
        mention, old = wanted[key], now[key]
        if (old.name, old.aliases) != (mention.name, tuple(mention.aliases)):
            named.append(projection.entity(key, mention))
        before, after = old.labels, set(projection.labels(mention.type))
        if before != after:
            moved[tuple(sorted(before - after)), tuple(sorted(after - before))].append({"id": key})
    _run(tx, "UNWIND $rows AS row MATCH (e:Entity {id: row.id}) SET e += row", named)
    for (fewer, more), rows in moved.items():
        # ArcadeDB moves a node to another place for each change of its labels, and would find its own id taken.
        remove = f"REMOVE e:{':'.join(fewer)}" if fewer else ""
        add = f"SET e:{':'.join(more)}" if more else ""
        _run(
            tx,
            f"UNWIND $rows AS row MATCH (e:Entity {{id: row.id}}) SET e.id = null {remove} {add} SET e.id = row.id",
            rows,
        )


def _delete_amounts(tx: ManagedTransaction, ids: Sequence[str]) -> None:
    """Delete those of the amounts that no statement names any more."""
    _run(
        tx,
        """
        UNWIND $rows AS id
        MATCH (a:Amount {id: id})
        WHERE NOT EXISTS { (a)<-[:OBJECT]-(:Statement) }
        DETACH DELETE a
        """,
        ids,
    )
