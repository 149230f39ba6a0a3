"""What both stores share: one driver to write with, one to read with, and the same Cypher over Bolt."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar, cast

from neo4j import READ_ACCESS, Driver, ManagedTransaction, Query, Result, Session
from neo4j.exceptions import DriverError, Neo4jError

from ontology.errors import InvalidStatements, QueryTimeout
from ontology.statement import Document, Statement
from store import writer
from store.base import LoadSummary, QueryBounds, QueryResult, QueryStatistics, RetractSummary, Store, StoreStatus
from store.batches import batches, prepared
from store.columns import returned
from store.failures import told
from store.filling import BoltSink, Sink, fill
from store.guard import is_explain, without_end
from store.reader import COUNTS, documents
from store.rows import Prepared
from store.signals import uninterrupted
from store.values import to_json
from store.wire import GRACE, Meter, metered

logging.getLogger("neo4j").addHandler(logging.NullHandler())  # what the driver logs is raised as well
READ_SECONDS = 60.0
"""What the project's own look-ups may take."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a store is and how it is reached: `reader` may be a user who cannot write."""

    address: str
    writer: Driver
    reader: Driver
    database: str | None

    def close(self) -> None:
        """Close both drivers."""
        self.writer.close()
        if self.reader is not self.writer:
            self.reader.close()


@dataclass(slots=True)
class Running:
    """A query under way: its result, and what ends it on the server when it is left before its end."""

    result: Result
    stop: Callable[[], None] = lambda: None
    release: Callable[[], None] = lambda: None
    is_complete: bool = False

    def close(self) -> None:
        """End it, unless it has been read to its end."""
        if not self.is_complete:
            self.stop()
            with contextlib.suppress(Neo4jError, DriverError):  # that it was stopped
                self.result.consume()
        self.release()


class BoltStore(Store):
    """A store over Bolt; what differs between the two is how a query is admitted, and how it is stopped."""

    kind: Literal["embedded", "neo4j"]
    has_dynamic_types: ClassVar[bool] = False
    """Whether a query may take the type of a relationship, or the labels of a node, from a row."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._writing = threading.Lock()

    @abstractmethod
    def _admit(self, session: Session, cypher: str, parameters: Mapping[str, Any], seconds: float) -> None:
        """Raise `WriteRefused` when an untrusted query could do more than read the graph; looks at it no longer."""

    @abstractmethod
    def _run(self, session: Session, cypher: str, parameters: Mapping[str, Any], seconds: float) -> Running:
        """Start an untrusted query that is stopped by the server when its time is up."""

    @abstractmethod
    def _version(self) -> str:
        """Name and version of the database."""

    def _lasting(self, work: Callable[[], T]) -> T:
        """Do the work; a store whose server may move does it where the server is now."""
        return work()

    def _turn(self) -> AbstractContextManager[object]:
        """One at a time within the process, so that its own threads need not try again over each other's conflicts."""
        return self._writing

    def load(self, document: Document, statements: Iterable[Statement]) -> LoadSummary:
        return self._load([prepared(document, statements)])[0]

    def load_many(
        self, documents: Iterable[tuple[Document, Iterable[Statement]]]
    ) -> Iterator[LoadSummary | InvalidStatements]:
        for batch in batches(documents):
            summaries = iter(self._load([each for each in batch if isinstance(each, Prepared)]))
            for each in batch:
                yield next(summaries) if isinstance(each, Prepared) else each

    def _load(self, batch: Sequence[Prepared]) -> list[LoadSummary]:
        if not batch:
            return []
        return self._write(lambda tx: writer.load(tx, batch, has_dynamic_types=self.has_dynamic_types))

    def fill(self, documents: Iterable[tuple[Document, Iterable[Statement]]]) -> int:
        """Put very many documents into an empty store, and give the number of statements: see `store.filling`."""
        return fill(self._write, self._sink(), documents)

    def _sink(self) -> Sink:
        return BoltSink(self._write, has_dynamic_types=self.has_dynamic_types)

    def retract(self, document_id: str) -> RetractSummary:
        return self._write(lambda tx: writer.retract(tx, document_id, has_dynamic_types=self.has_dynamic_types))

    def _write(self, work: Callable[[ManagedTransaction], T]) -> T:
        def once() -> T:
            connection = self._connection
            with self._told(), connection.writer.session(database=connection.database) as session:
                return session.execute_write(work)

        def in_turn() -> T:
            with self._turn():
                return self._lasting(once)

        return uninterrupted(in_turn)

    def read(self, cypher: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        return self._lasting(lambda: self._read(cypher, parameters))

    def _read(self, cypher: str, parameters: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        with self._told(READ_SECONDS), self._reading() as session:
            result = session.run(self._timed(cypher, READ_SECONDS), dict(parameters or {}))
            keys = result.keys()
            return [dict(zip(keys, map(to_json, record.values()), strict=True)) for record in result]

    def query(
        self, cypher: str, parameters: Mapping[str, Any] | None = None, bounds: QueryBounds | None = None
    ) -> QueryResult:
        text = without_end(cypher)
        return self._lasting(lambda: self._query(text, parameters or {}, bounds or QueryBounds()))

    def _query(self, cypher: str, parameters: Mapping[str, Any], bounds: QueryBounds) -> QueryResult:
        started = time.monotonic()
        with ExitStack() as stack:
            stack.enter_context(self._told(bounds.seconds, untrusted=True))
            session = stack.enter_context(self._reading())
            self._admit(session, cypher, parameters, bounds.seconds)
            left = max(bounds.seconds - (time.monotonic() - started), 0.05)
            meter = stack.enter_context(metered(session, row_bytes=2 * bounds.bytes, seconds=left + GRACE))
            running = self._run(session, cypher, parameters, left)
            stack.callback(running.close)
            if is_explain(cypher):
                plan = to_json(running.result.consume().plan or {})
                return QueryResult(["plan"], _one(plan), QueryStatistics(1, seconds=time.monotonic() - started))
            columns = list(running.result.keys()) or returned(cypher)  # ArcadeDB names none where there is no row
            running.result.peek()
            kept = stack.pop_all()  # from here on the rows keep the session, and close it
        statistics = QueryStatistics(seconds=time.monotonic() - started)
        return QueryResult(columns, self._rows(kept, running, meter, bounds, statistics, started), statistics)

    def _rows(  # noqa: PLR0917 — what belongs to one answer
        self,
        kept: ExitStack,
        running: Running,
        meter: Meter,
        bounds: QueryBounds,
        statistics: QueryStatistics,
        started: float,
    ) -> Generator[list[Any], None, str]:
        try:
            with self._told(bounds.seconds, untrusted=True), meter.telling():
                for record in running.result:
                    row = [to_json(value) for value in record.values()]
                    size = len(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace")) + 1
                    if statistics.rows >= bounds.rows:
                        return f"cut after {bounds.rows} rows"
                    if statistics.bytes + size > bounds.bytes:
                        return f"cut after {statistics.rows} rows: the answer has more than {bounds.bytes} bytes"
                    _check_time(started, bounds)
                    statistics.rows += 1
                    statistics.bytes += size
                    statistics.seconds = time.monotonic() - started
                    yield row
        except QueryTimeout:
            statistics.seconds = time.monotonic() - started
            if not statistics.rows:
                raise
            return f"cut after {statistics.rows} rows: {bounds.seconds:g} seconds are up"
        else:
            running.is_complete = True
            return ""
        finally:
            kept.close()

    def documents(self, document_ids: Iterable[str] | None = None) -> Iterator[tuple[Document, list[Statement]]]:
        return documents(self, None if document_ids is None else list(document_ids))

    def status(self) -> StoreStatus:
        counts = cast("dict[str, int]", self.read(COUNTS)[0])
        changes = counts.pop("changes", None)
        return StoreStatus(
            kind=self.kind,
            address=self._connection.address,
            version=self._version(),
            details={"changes": changes},
            **counts,
        )

    def close(self) -> None:
        self._connection.close()

    def _reading(self) -> Session:
        return self._connection.reader.session(
            database=self._connection.database, default_access_mode=READ_ACCESS, fetch_size=200
        )

    @staticmethod
    def _timed(cypher: str, seconds: float) -> Query:
        return Query(cast("Any", cypher), timeout=seconds)

    def _told(self, seconds: float | None = None, *, untrusted: bool = False) -> Any:
        return told(self._connection.address, seconds=seconds, untrusted=untrusted)


def _check_time(started: float, bounds: QueryBounds) -> None:
    if time.monotonic() - started > bounds.seconds:
        raise QueryTimeout(f"the query took longer than {bounds.seconds:g} s", hint="ask for less")


def _one(value: Any) -> Generator[list[Any], None, str]:
    yield [value]
    return ""
