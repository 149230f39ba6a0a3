"""What a store is: the interface that both stores keep, and the values that go in and come out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self, TypedDict

from ontology.errors import InvalidStatements
from ontology.statement import Document, Statement

ENTITY_INDEX = "Entity[search]"
"""Full-text index over the names and aliases of entities, of the same name on both stores."""


class NodeValue(TypedDict):
    """A node in an answer; `id` is our own id, and `element_id` holds within one answer only."""

    kind: Literal["node"]
    id: str | None
    element_id: str
    labels: list[str]
    properties: dict[str, Any]


class RelationshipValue(TypedDict):
    """A relationship in an answer; `source` and `target` are our ids where the answer has the nodes too."""

    kind: Literal["relationship"]
    element_id: str
    type: str
    source: str | None
    target: str | None
    source_element_id: str
    target_element_id: str
    properties: dict[str, Any]


class PathValue(TypedDict):
    """A path in an answer, as its nodes and relationships in order."""

    kind: Literal["path"]
    nodes: list[NodeValue]
    relationships: list[RelationshipValue]


@dataclass(frozen=True, slots=True)
class QueryBounds:
    """How much of a store one untrusted query may take: rows and bytes of its answer, and seconds of its time."""

    rows: int = 1_000
    bytes: int = 8_000_000
    seconds: float = 10.0


@dataclass(slots=True)
class QueryStatistics:
    """What an answer has cost so far: it grows while the rows are read."""

    rows: int = 0
    bytes: int = 0
    seconds: float = 0.0


class QueryResult:
    """The answer to an untrusted query: its columns at once, its rows as they arrive.

    Iterate to stream, a list of JSON values a row; `records()` reads the rest as dictionaries. `note` says which bound
    cut the answer short, and is empty while none has. Close it when it is not read to its end.

        with store.query("MATCH (n) RETURN n.id AS id", {}, QueryBounds(rows=2)) as result:
            result.columns    # ['id']
            result.records()  # [{'id': 'hsbc'}, {'id': 'mufg'}]
            result.note       # 'cut after 2 rows'
    """

    def __init__(self, columns: list[str], rows: Generator[list[Any], None, str], statistics: QueryStatistics) -> None:
        """`rows` returns, when it ends, the note on what cut it short, or an empty string."""
        self.columns = columns
        self.note = ""
        self.statistics = statistics
        self._rows = rows

    def __iter__(self) -> Iterator[list[Any]]:
        self.note = yield from self._rows

    def records(self) -> list[dict[str, Any]]:
        """All rows that have not been read yet, each a dictionary by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self]

    def close(self) -> None:
        """Stop the query and give its connection back."""
        self._rows.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """What one load changed: all zeroes and `unchanged` when the same document and statements were there already."""

    document: str
    statements_added: int = 0
    statements_removed: int = 0
    entities_added: int = 0
    entities_removed: int = 0
    relationships_added: int = 0
    relationships_removed: int = 0

    @property
    def unchanged(self) -> bool:
        """Whether the graph holds the same statements and entities as before."""
        return not (self.statements_added or self.statements_removed or self.entities_added or self.entities_removed)


@dataclass(frozen=True, slots=True)
class RetractSummary:
    """What taking one document back removed; what other documents support is still there."""

    document: str
    statements_removed: int = 0
    entities_removed: int = 0
    relationships_removed: int = 0


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """Which store this is, and how much it holds."""

    kind: Literal["embedded", "neo4j"]
    address: str
    version: str
    documents: int
    statements: int
    entities: int
    relationships: int
    details: Mapping[str, Any] = field(default_factory=dict)


class Store(ABC):
    """A property graph that is a projection of the statements in it.

    One object serves many threads. Everything it raises is an `IncidentGraphError`.
    """

    @abstractmethod
    def load(self, document: Document, statements: Iterable[Statement]) -> LoadSummary:
        """Store one document and its statements in one transaction.

        The same statements again change nothing; other statements for the same document replace those that it had.
        """

    def load_many(
        self, documents: Iterable[tuple[Document, Iterable[Statement]]]
    ) -> Iterator[LoadSummary | InvalidStatements]:
        """Store many documents, several in a transaction: what `load` does, with less waiting for the database.

        Gives for each in turn what it changed, or why it was refused; neither stops the others.
        """
        for document, statements in documents:
            try:
                yield self.load(document, statements)
            except InvalidStatements as error:
                yield error

    @abstractmethod
    def retract(self, document_id: str) -> RetractSummary:
        """Take one document back, with its statements and all that no other document supports."""

    @abstractmethod
    def read(self, cypher: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run one of the project's own queries read-only, and give its rows as JSON values by column."""

    @abstractmethod
    def query(
        self, cypher: str, parameters: Mapping[str, Any] | None = None, bounds: QueryBounds | None = None
    ) -> QueryResult:
        """Run a query that anybody may have written.

        Raises `WriteRefused` when it could write, reach a file or an address or call what is not on the list,
        `InvalidQuery` when it cannot be run as it stands, and `QueryTimeout` when its time is up before its first row.
        """

    @abstractmethod
    def documents(self, document_ids: Iterable[str] | None = None) -> Iterator[tuple[Document, list[Statement]]]:
        """All documents (or those asked for) with their statements: what `load` was given, read back."""

    @abstractmethod
    def status(self) -> StoreStatus:
        """Which store this is and what it holds; raises `StoreUnavailable` when it cannot be reached."""

    @abstractmethod
    def close(self) -> None:
        """Give back connections and, where this process runs it, shut the database down cleanly."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
