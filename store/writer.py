"""Puts documents with their statements into the graph, or takes one out, inside a transaction that the caller gives.

The statements and mentions are written first; then every entity, edge and property that they touch is computed anew
from all statements and mentions that the graph holds (`store.projection`), so the order of loads never shows, nor how
many documents went into one transaction: a query asks or writes for all of them at once.
Whatever a text says travels as a parameter; labels, relationship types and property names come from the ontology.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from neo4j import ManagedTransaction

from ontology.errors import NotFound, StoreUnavailable
from ontology.model import ontology
from ontology.statement import Datatype
from store import projection
from store.base import LoadSummary, RetractSummary
from store.projection import Mention, Support
from store.rows import (
    Edge,
    Prepared,
    Row,
    amount_properties,
    document_properties,
    edge_of,
    mention_properties,
    new_document,
    object_label,
    statement_properties,
    support,
)
from store.schema import LEDGER

BATCH = 2_000
"""Rows in one message: large enough to hide the round trip, small enough for a server with a small heap."""
BODIES = 100
"""Documents in one message: their text may be long."""


@dataclass(frozen=True)
class _Change:
    """What one document brings, and what it had: None when the graph did not know it."""

    prepared: Prepared
    before: Mapping[str, Row] | None = None

    @cached_property
    def gone(self) -> list[Row]:
        """Statements that it had and has no more, or has otherwise."""
        rows = self.prepared.statements
        return [row for key, row in (self.before or {}).items() if rows.get(key, {}).get("digest") != row["digest"]]

    @cached_property
    def new(self) -> list[Row]:
        """Statements that it has and had not, or had otherwise."""
        before = self.before or {}
        rows = self.prepared.statements.items()
        return [row for key, row in rows if before.get(key, {}).get("digest") != row["digest"]]


@dataclass(slots=True)
class _Touched:
    """What has to be computed anew, by the keys of the facts; `known` are those that the graph told before."""

    edges: dict[str, Edge] = field(default_factory=dict)
    literals: dict[str, tuple[str, str, Datatype]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    @property
    def facts(self) -> list[str]:
        """Keys of both."""
        return sorted(self.edges.keys() | self.literals.keys())

    def add(self, row: Row, *, is_known: bool = False) -> None:
        """Note the edge or the property that a statement's row speaks for."""
        edge = edge_of(row)
        if edge is not None:
            self.edges[row["fact"]] = edge
        else:
            self.literals[row["fact"]] = (row["subject"], row["predicate"], Datatype(row["datatype"]))
        if is_known:
            self.known.add(row["fact"])


def load(tx: ManagedTransaction, batch: Sequence[Prepared], *, has_dynamic_types: bool = False) -> list[LoadSummary]:
    """Make each document of a batch hold exactly its statements; no document may be twice in one.

    With `has_dynamic_types` a row may name the type of its relationship or the labels of its node, and one query
    writes those of all types.
    """
    known = _take_turn(tx, [prepared.document.id for prepared in batch])
    changed = [each for each in batch if known.get(each.document.id, {}).get("digest") != each.digest]
    old = [each.document.id for each in changed if each.document.id in known]
    before = _statements(tx, old)
    changes = [_Change(each, before.get(each.document.id)) for each in changed]
    touched = _Touched()
    for change in changes:
        redated = change.before and known[change.prepared.document.id]["date"] != change.prepared.document.published_on
        for row in (change.before or {}).values() if redated else change.gone:
            touched.add(row, is_known=True)
        for row in change.new:
            touched.add(row)
    brought = _brought(changes)
    _delete_statements(tx, [row["id"] for change in changes for row in change.gone])
    mentioned = _delete_mentions(tx, old)
    _write_documents(tx, changes)
    present = _entities(tx, brought.keys() | mentioned.keys())
    added = {key: projection.named(mentions) for key, mentions in brought.items() if key not in present}
    create_entities(
        tx, {key: (mention.type, projection.entity(key, mention)) for key, mention in added.items()}, has_dynamic_types
    )
    create_mentions(tx, changed)
    supports = _supports(tx, touched.facts)
    touched.known |= supports.keys()
    new = [(change.prepared.document.id, row) for change in changes for row in change.new]
    create_amounts(tx, [row for _, row in new])
    create_statements(tx, new)
    for change in changes:
        for row in change.new:
            supports[row["fact"]].append(support(change.prepared.document, row))
    made, unmade = _project_edges(tx, touched, supports, has_dynamic_types)
    removed = _project_entities(tx, present, brought)
    _project_literals(tx, touched.literals, supports)
    return _summaries(batch, changes, _Effects(set(added), set(removed), made, unmade, mentioned))


def retract(tx: ManagedTransaction, document_id: str, *, has_dynamic_types: bool = False) -> RetractSummary:
    """Take the document out, with all that no other one supports; raises `NotFound` when it is not there."""
    if not _take_turn(tx, [document_id]):
        raise NotFound(f"no document has the id {document_id[:120]!r}", hint="ids begin with doc-")
    touched = _Touched()
    before = _statements(tx, [document_id])[document_id]
    _delete_statements(tx, list(before))
    mentioned = _delete_mentions(tx, [document_id])
    tx.run("MATCH (d:Document {id: $id}) DETACH DELETE d", id=document_id).consume()
    for row in before.values():
        touched.add(row, is_known=True)
    supports = _supports(tx, touched.facts)
    _, unmade = _project_edges(tx, touched, supports, has_dynamic_types)
    removed = _project_entities(tx, _entities(tx, mentioned), {})
    _project_literals(tx, touched.literals, supports)
    return RetractSummary(document_id, len(before), len(removed), len(unmade))


def _take_turn(tx: ManagedTransaction, ids: Sequence[str]) -> dict[str, Row]:
    """Wait for whoever changes the graph, and give those of the documents that are stored, as they are."""
    # Two transactions that computed one edge at once would each miss the other's statements. The lock on this node
    # (in Neo4j), or the conflict over it (in ArcadeDB, which the driver answers by trying again), keeps them apart.
    rows = tx.run(
        f"""
        OPTIONAL MATCH (l:{LEDGER} {{id: 'ledger'}}) SET l.changes = l.changes + 1
        WITH l UNWIND $ids AS id OPTIONAL MATCH (d:Document {{id: id}})
        RETURN d.id AS id, d.digest AS digest, d.published_on AS date, l.filling AS filling
        """,
        ids=list(ids),
    ).data()
    if any(row["filling"] for row in rows):
        raise StoreUnavailable("the store was left half filled", hint="empty it, and fill it again")
    return {row["id"]: row for row in rows if row["id"] is not None}


def _brought(changes: Iterable[_Change]) -> dict[str, list[Mention]]:
    """How the documents of the batch mention each entity."""
    found: dict[str, list[Mention]] = defaultdict(list)
    for change in changes:
        for key, mention in change.prepared.mentions.items():
            found[key].append(mention)
    return {key: found[key] for key in sorted(found)}


# --- what was done, by document ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Effects:
    """What a batch did to the graph: entities by id, edges by fact, and which documents had mentioned an entity."""

    added: set[str]
    removed: set[str]
    made: set[str]
    unmade: set[str]
    mentioned: Mapping[str, set[str]]


def _summaries(batch: Iterable[Prepared], changes: Iterable[_Change], effects: _Effects) -> list[LoadSummary]:
    """What each document did, as if they had come one after the other: the first that brings a thing has added it."""
    found: dict[str, LoadSummary] = {}
    added, removed, made, unmade = map(set, (effects.added, effects.removed, effects.made, effects.unmade))
    for change in changes:
        document_id = change.prepared.document.id
        had = {key for key, documents in effects.mentioned.items() if document_id in documents}
        found[document_id] = LoadSummary(
            document_id,
            len(change.new),
            len(change.gone),
            _take(added, change.prepared.mentions),
            _take(removed, had),
            _take(made, (row["fact"] for row in change.new)),
            _take(unmade, (row["fact"] for row in change.gone)),
        )
    return [found.get(each.document.id) or LoadSummary(each.document.id) for each in batch]


def _take(left: set[str], keys: Iterable[str]) -> int:
    """How many of the keys were left; they are not any more."""
    taken = left.intersection(keys)
    left -= taken
    return len(taken)


# --- statements, mentions, documents ----------------------------------------------------------------------------------


def _batches(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _run(tx: ManagedTransaction, cypher: str, rows: Sequence[Any], **parameters: Any) -> list[dict[str, Any]]:
    """Run a query that unwinds `$rows`, a batch at a time."""
    return [row for batch in _batches(rows) for row in tx.run(cypher, rows=batch, **parameters).data()]


def _statements(tx: ManagedTransaction, ids: Sequence[str]) -> dict[str, dict[str, Row]]:
    """The statements of documents by their ids."""
    found: dict[str, dict[str, Row]] = {document_id: {} for document_id in ids}
    rows = _run(
        tx,
        """
        UNWIND $rows AS id
        MATCH (d:Document {id: id})<-[:STATED_IN]-(s:Statement)
        MATCH (s)-[:SUBJECT]->(e)
        OPTIONAL MATCH (s)-[:OBJECT]->(o)
        RETURN d.id AS document, s.id AS id, s.digest AS digest, s.fact AS fact, s.predicate AS predicate,
               s.datatype AS datatype, e.id AS subject, o.id AS object
        """,
        ids,
    )
    for row in rows:
        found[row.pop("document")][row["id"]] = row
    return found


def _delete_statements(tx: ManagedTransaction, ids: Sequence[str]) -> None:
    _run(tx, "UNWIND $rows AS id MATCH (s:Statement {id: id}) DETACH DELETE s", ids)


def _delete_mentions(tx: ManagedTransaction, ids: Sequence[str]) -> dict[str, set[str]]:
    """Delete the mentions of documents, and give the entities that they mentioned, each with the documents."""
    pattern = "UNWIND $rows AS id MATCH (d:Document {id: id})-[m:MENTIONS]->(e:Entity)"
    found: dict[str, set[str]] = defaultdict(set)
    for row in _run(tx, f"{pattern} RETURN d.id AS document, e.id AS entity", ids):
        found[row["entity"]].add(row["document"])
    if found:
        # All are found before the first goes: ArcadeDB would stumble over what the same query has deleted.
        _run(tx, f"{pattern} WITH collect(m) AS found UNWIND found AS m DELETE m", ids)
    return found


def _write_documents(tx: ManagedTransaction, changes: Iterable[_Change]) -> None:
    new, old = [], []
    for change in changes:
        if change.before is None:
            new.append(change.prepared)
        else:
            properties = document_properties(change.prepared.document) | {"digest": change.prepared.digest}
            old.append({"id": change.prepared.document.id, "properties": properties})
    create_documents(tx, new)
    _run(tx, "UNWIND $rows AS row MATCH (d:Document {id: row.id}) SET d += row.properties", old)


@dataclass(frozen=True, slots=True)
class _Present:
    """An entity as the graph has it, and how often the documents mention it in which way."""

    labels: frozenset[str]
    name: str
    aliases: tuple[str, ...]
    mentions: Counter[Mention]


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
            Counter(
                {
                    Mention(name, kind, tuple(aliases or ())): number
                    for name, kind, aliases, number in row["mentions"]
                    if number
                }
            ),
        )
        for row in found
    }


def create_documents(tx: ManagedTransaction, batch: Sequence[Prepared]) -> None:
    """Create the nodes of documents that are new."""
    # A body may be long, so a message has fewer of them than of other rows.
    for start in range(0, len(batch), BODIES):
        rows = [new_document(each) for each in batch[start : start + BODIES]]
        tx.run("UNWIND $rows AS row CREATE (d:Document) SET d = row", rows=rows).consume()


def create_entities(
    tx: ManagedTransaction, entities: Mapping[str, tuple[str, Mapping[str, Any]]], has_dynamic_types: bool
) -> None:
    """Create entities of a class, with all its labels: a `MERGE` on several of them would scan."""
    by_labels: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for kind, properties in entities.values():
        labels = projection.labels(kind)
        by_labels["$(row.labels)" if has_dynamic_types else ":".join(labels)].append(
            {"labels": list(labels), "properties": properties}
        )
    for wanted, rows in by_labels.items():
        _run(tx, f"UNWIND $rows AS row CREATE (e:{wanted}) SET e = row.properties", rows)


def create_mentions(tx: ManagedTransaction, batch: Iterable[Prepared]) -> None:
    """Connect documents with the entities that they mention."""
    _run(
        tx,
        """
        UNWIND $rows AS row
        MATCH (d:Document {id: row.document})
        MATCH (e:Entity {id: row.entity})
        CREATE (d)-[m:MENTIONS]->(e) SET m = row.properties
        """,
        [
            {"document": each.document.id, "entity": key, "properties": mention_properties(mention)}
            for each in batch
            for key, mention in each.mentions.items()
        ],
    )


def create_amounts(tx: ManagedTransaction, rows: Iterable[Row]) -> None:
    """Create the sums of money that statements name, unless they are there."""
    amounts = {row["object"]: amount_properties(row) for row in rows if object_label(row) == "Amount"}
    _run(
        tx,
        "UNWIND $rows AS row MERGE (a:Amount {id: row.id}) ON CREATE SET a = row",
        [amounts[key] for key in sorted(amounts)],
    )


def create_statements(tx: ManagedTransaction, statements: Sequence[tuple[str, Row]]) -> None:
    """Create statements, each given with the id of its document."""
    for label in ("Entity", "Amount", None):
        match, create = "", ""
        if label is not None:
            match, create = f"MATCH (o:{label} {{id: row.object}})", "CREATE (s)-[:OBJECT]->(o)"
        _run(
            tx,
            f"""
            UNWIND $rows AS row
            MATCH (d:Document {{id: row.document}}) MATCH (e:Entity {{id: row.subject}}) {match}
            CREATE (s:Statement) SET s = row.own
            CREATE (s)-[:SUBJECT]->(e) {create}
            CREATE (s)-[:STATED_IN {{start: row.start, end: row.end}}]->(d)
            """,
            [
                {
                    "own": statement_properties(row),
                    "document": document_id,
                    **{key: row[key] for key in ("subject", "object", "start", "end")},
                }
                for document_id, row in statements
                if object_label(row) == label
            ],
        )
    _run(
        tx,
        """
        UNWIND $rows AS row
        MATCH (s:Statement {id: row.id})
        MATCH (e:Entity {id: row.speaker})
        CREATE (s)-[:SPEAKER]->(e)
        """,
        [{key: row[key] for key in ("id", "speaker")} for _, row in statements if row["speaker"]],
    )


# --- the projection ---------------------------------------------------------------------------------------------------


def _supports(tx: ManagedTransaction, facts: Sequence[str]) -> dict[str, list[Support]]:
    """What the statements say for each fact that are in the graph now."""
    found = _run(
        tx,
        """
        UNWIND $rows AS fact
        MATCH (s:Statement {fact: fact})-[:STATED_IN]->(d)
        RETURN fact, s.id AS statement, s.modality AS modality, s.confidence AS confidence, s.value AS value,
               s.role AS role, d.id AS document, d.published_on AS published_on
        """,
        facts,
    )
    supports: dict[str, list[Support]] = defaultdict(list)
    for row in found:
        supports[row.pop("fact")].append(Support(**row))
    return supports


def _project_edges(
    tx: ManagedTransaction, touched: _Touched, supports: Mapping[str, Sequence[Support]], has_dynamic_types: bool
) -> tuple[set[str], set[str]]:
    """Write or delete each relationship; gives the facts of those that are new and of those that are gone."""
    made = touched.edges.keys() & supports.keys() - touched.known
    unmade = touched.edges.keys() - supports.keys()
    create_edges(tx, {key: (touched.edges[key], supports[key]) for key in sorted(made)}, has_dynamic_types)
    kept = {key: edge for key, edge in touched.edges.items() if key in supports and key in touched.known}
    for kind, rows in _by_kind(kept, supports, has_dynamic_types).items():
        _run(tx, f"UNWIND $rows AS row {_pattern(*kind, rows)} SET r = row.properties", rows)
    gone = {key: touched.edges[key] for key in sorted(unmade)}
    for kind, rows in _by_kind(gone, supports, has_dynamic_types).items():
        # All are found before the first goes: ArcadeDB would stumble over what the same query has deleted.
        _run(tx, f"UNWIND $rows AS row {_pattern(*kind, rows)} WITH collect(r) AS f UNWIND f AS r DELETE r", rows)
    # The amount of a relationship that stays is in a statement still.
    _delete_amounts(tx, sorted({edge.object for edge in gone.values() if edge.is_amount}))
    return made, unmade


def create_edges(
    tx: ManagedTransaction, edges: Mapping[str, tuple[Edge, Sequence[Support]]], has_dynamic_types: bool
) -> None:
    """Create relationships that are not there: that saves looking for them among all those of a hub."""
    rows_by_kind = _by_kind(
        {key: edge for key, (edge, _) in edges.items()},
        {key: supports for key, (_, supports) in edges.items()},
        has_dynamic_types,
    )
    for (kind, label), rows in rows_by_kind.items():
        _run(
            tx,
            f"""
            UNWIND $rows AS row
            MATCH (a:Entity {{id: row.subject}}) MATCH (b:{label} {{id: row.object}})
            CREATE (a)-[r:{kind}]->(b) SET r = row.properties
            """,
            rows,
        )


def _by_kind(
    edges: Mapping[str, Edge], supports: Mapping[str, Sequence[Support]], has_dynamic_types: bool
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Rows of relationships by what one query can write: their type, and the label of their object."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for key, edge in edges.items():
        name = ontology().predicates[edge.predicate].relationship_type
        row: dict[str, Any] = {"subject": edge.subject, "object": edge.object, "type": name}
        if supports.get(key):
            row["properties"] = projection.edge(supports[key])
        found["$(row.type)" if has_dynamic_types else name, "Amount" if edge.is_amount else "Entity"].append(row)
    return found


def _pattern(kind: str, label: str, rows: Sequence[Row]) -> str:
    subject, target = "(a:Entity {id: row.subject})", f"(b:{label} {{id: row.object}})"
    # ArcadeDB looks for the relationship among those of the first end: that must not be the hub of the batch.
    is_hub = len({row["subject"] for row in rows}) < len({row["object"] for row in rows})
    return f"MATCH {target}<-[r:{kind}]-{subject}" if is_hub else f"MATCH {subject}-[r:{kind}]->{target}"


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


def _project_entities(
    tx: ManagedTransaction, present: Mapping[str, _Present], brought: Mapping[str, Sequence[Mention]]
) -> list[str]:
    """Name and label each entity after its mentions, and delete those that have none; gives the ids of those.

    `present` is without the mentions of the documents at hand.
    """
    found = {key: present[key].mentions + Counter(brought.get(key, ())) for key in sorted(present)}
    orphans = [key for key, those in found.items() if not those]
    _run(tx, "UNWIND $rows AS id MATCH (e:Entity {id: id}) DETACH DELETE e", orphans)
    _rename(tx, present, {key: projection.named(those) for key, those in found.items() if those})
    return orphans


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
