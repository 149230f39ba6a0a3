"""Fills an empty store with very many documents: what is summed up of them all is computed first, and written once.

Loading reads of every fact what the graph knows of it, and writes its edge anew; in a graph of a million statements
that is most of the work. Here all documents are gone through first, and put aside in a file. That tells all mentions of
an entity and all statements of a fact, so nothing has to be read, and nothing is written twice. The graph is the same.
"""

from __future__ import annotations

import pickle
import tempfile
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import IO, Any, Protocol, TypeVar

from neo4j import ManagedTransaction

from ontology.errors import StoreUnavailable
from ontology.statement import Document, Statement
from store import writer
from store.batches import prepared
from store.projection import Support
from store.rows import Edge, Prepared, Row
from store.schema import LEDGER
from store.sums import Sums

CHUNK = 5_000
"""Statements, entities or relationships in one transaction."""

T = TypeVar("T")


class Write(Protocol):
    """Does work in a transaction of its own."""

    def __call__(self, work: Callable[[ManagedTransaction], None], /) -> None: ...


class Sink(AbstractContextManager["Sink"]):
    """What takes the nodes and relationships in: entities and amounts first, then documents, then edges."""

    @abstractmethod
    def entities(self, entities: Sequence[tuple[str, str, Mapping[str, Any]]]) -> None:
        """Create entities, each given by its id, its class and its properties."""

    @abstractmethod
    def amounts(self, rows: Iterable[Row]) -> None:
        """Create the sums of money that these statements name."""

    @abstractmethod
    def documents(self, batch: Sequence[Prepared]) -> None:
        """Create documents with their mentions and statements."""

    @abstractmethod
    def edges(self, edges: Sequence[tuple[Edge, Sequence[Support]]]) -> None:
        """Create relationships, each given with all statements that say it."""


class BoltSink(Sink):
    """Writes in Cypher, a chunk a transaction."""

    def __init__(self, write: Write, *, has_dynamic_types: bool) -> None:
        self._write = write
        self._has_dynamic_types = has_dynamic_types

    def __exit__(self, *_: object) -> None:
        """Everything is written already."""

    def entities(self, entities: Sequence[tuple[str, str, Mapping[str, Any]]]) -> None:
        found = {key: (kind, properties) for key, kind, properties in entities}
        self._write(lambda tx: writer.create_entities(tx, found, self._has_dynamic_types))

    def amounts(self, rows: Iterable[Row]) -> None:
        self._write(lambda tx: writer.create_amounts(tx, rows))

    def documents(self, batch: Sequence[Prepared]) -> None:
        rows = [(each.document.id, row) for each in batch for row in each.statements.values()]

        def work(tx: ManagedTransaction) -> None:
            writer.create_documents(tx, batch)
            writer.create_mentions(tx, batch)
            writer.create_statements(tx, rows)

        self._write(work)

    def edges(self, edges: Sequence[tuple[Edge, Sequence[Support]]]) -> None:
        found = {str(number): each for number, each in enumerate(edges)}
        self._write(lambda tx: writer.create_edges(tx, found, self._has_dynamic_types))


def fill(write: Write, sink: Sink, documents: Iterable[tuple[Document, Iterable[Statement]]]) -> int:
    """Put all documents into a store that has none, and give the number of statements.

    When it stops before its end the store refuses every later load, since its edges are not those of its statements.
    """
    write(_begin)
    sums = Sums()
    with tempfile.TemporaryFile() as spool, sink:
        for document, statements in documents:
            found = prepared(document, statements)
            sums.add(found)
            pickle.dump(found, spool)
        for entities in _chunks(sums.entities()):
            sink.entities(entities)
        for amounts in _chunks(iter(sums.amounts.values())):
            sink.amounts(amounts)
        spool.seek(0)
        for batch in _batches(spool, len(sums.documents)):
            sink.documents(batch)
        for edges in _chunks((edge, sums.supports[key]) for key, edge in sums.edges.items()):
            sink.edges(edges)
    write(_end)
    return sums.statements


def _begin(tx: ManagedTransaction) -> None:
    found = tx.run("OPTIONAL MATCH (d:Document) RETURN d.id AS id LIMIT 1").single()
    if found is not None and found["id"] is not None:
        raise StoreUnavailable("only an empty store can be filled", hint="load adds to what is there")
    tx.run(f"MATCH (l:{LEDGER} {{id: 'ledger'}}) SET l.filling = true, l.changes = l.changes + 1").consume()


def _end(tx: ManagedTransaction) -> None:
    tx.run(f"MATCH (l:{LEDGER} {{id: 'ledger'}}) SET l.changes = l.changes + 1 REMOVE l.filling").consume()


def _batches(spool: IO[bytes], number: int) -> Iterator[list[Prepared]]:
    batch: list[Prepared] = []
    size = 0
    for _ in range(number):
        batch.append(pickle.load(spool))  # noqa: S301 — written above, into a file that nobody else can open
        size += len(batch[-1].statements)
        if size >= CHUNK:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _chunks(items: Iterator[T]) -> Iterator[list[T]]:
    while chunk := list(islice(items, CHUNK)):
        yield chunk
