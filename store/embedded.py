"""The store without a server: an ArcadeDB in this process, or in another one that has the same folder open."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from neo4j import Driver, GraphDatabase, Session
from neo4j.exceptions import AuthError, DriverError, Neo4jError

from ontology.errors import StoreBusy, StoreUnavailable
from store.arcadedb import DATABASE, READER, WRITER, ArcadeServer, Endpoint
from store.base import QueryBounds, QueryResult
from store.bolt import READ_SECONDS, BoltStore, Connection, Running
from store.failures import told
from store.filling import Sink
from store.graphbatch import GraphBatchSink
from store.growth import check_growth
from store.guard import admit, check_loops, check_size, is_explain
from store.schema import keys, open_ledger
from store.tokens import placed

_ENDPOINT = "server.json"
_LOCK = "lock"
_TURN = "turn"
_JOIN_SECONDS = 30.0
_TRIES = 60
"""How often a query is told to end, a second apart."""
_READERS = 6
"""Look-ups that run at once: more would be no faster on few cores, and together fill Java's heap."""
_PATIENCE = (0.6, 1.0, 2.0, 4.0)
"""Seconds between tries when other queries hold all the memory: the server gives back every half second what it can."""
T = TypeVar("T")
_OURS = {_ENDPOINT, _LOCK, _TURN, "config", "databases", "log"}


class EmbeddedStore(BoltStore):
    """A folder with a graph in it.

    The first process that opens the folder runs the database and holds the folder's lock; others connect to it by the
    port and the passwords in a file that only its user can read. When it closes or dies, the next one that has
    something to ask or to store takes the folder over, and the others connect to that one.
    """

    kind = "embedded"

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        _check_folder(self._path)
        self._lock: IO[bytes] | None = None
        self._server: ArcadeServer | None = None
        self._endpoint: Endpoint | None = None
        self._following = threading.Lock()
        self._readers = threading.BoundedSemaphore(_READERS)
        self._is_closed = False
        super().__init__(self._open())

    @property
    def is_owner(self) -> bool:
        """Whether the database runs in this process."""
        return self._server is not None

    def _open(self) -> Connection:
        deadline = time.monotonic() + _JOIN_SECONDS
        while True:
            self._lock = _try_lock(self._path / _LOCK)
            if self._lock is not None:
                return self._start()
            self._endpoint = _endpoint(self._path)
            joined = _join(self._path, self._endpoint) if self._endpoint else None
            if joined is not None:
                return joined
            if time.monotonic() > deadline:
                raise StoreUnavailable(
                    f"{self._path} is held by another process that does not answer", hint="end it, and try again"
                )
            time.sleep(0.1)

    def _start(self) -> Connection:
        try:
            _check_schema(self._path / "databases" / DATABASE)
            self._server = ArcadeServer(self._path)
            connection = _connect(self._path, self._server.endpoint)
            with told(str(self._path)):
                _create_schema(connection.writer)
            self._server.create_fulltext_index("Entity", "search")
            _write_private(self._path / _ENDPOINT, self._server.endpoint.to_json())
        except BaseException:
            self._release()
            raise
        return connection

    def _lasting(self, work: Callable[[], T]) -> T:
        if not self.is_owner:
            self._follow(self._connection)
        used = self._connection
        try:
            return work()
        except StoreUnavailable:
            if not self._follow(used):
                raise
            return work()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        # Processes take turns too: of two that make one entity at once, ArcadeDB would tell the later of a duplicate.
        with self._writing, _opened(self._path / _TURN) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _read(self, cypher: str, parameters: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        if not self._readers.acquire(timeout=READ_SECONDS):
            raise StoreBusy("too many look-ups are waiting", hint="try again soon")
        try:
            return _patiently(lambda: BoltStore._read(self, cypher, parameters), _PATIENCE)
        finally:
            self._readers.release()

    def _query(self, cypher: str, parameters: Mapping[str, Any], bounds: QueryBounds) -> QueryResult:
        return _patiently(lambda: BoltStore._query(self, cypher, parameters, bounds), _PATIENCE[:2])

    def _follow(self, used: Connection) -> bool:
        """Where another process ran the database and does so no more, turn to who does, or run it here.

        Gives whether the connection that was used has been replaced.
        """
        with self._following:
            if self._is_closed or self._connection is not used:
                return not self._is_closed
            if self.is_owner:
                return False
            lock = _try_lock(self._path / _LOCK)
            if lock is not None:
                lock.close()
            elif self._endpoint == _endpoint(self._path):
                return False
            self._connection.close()
            self._connection = self._open()
            return True

    def _sink(self) -> Sink:
        # Another process has Bolt alone to the database.
        return GraphBatchSink(self._server.database, self._write) if self._server else super()._sink()

    def _admit(self, session: Session, cypher: str, parameters: Mapping[str, Any], seconds: float) -> None:
        found = admit(cypher)
        check_size(found)
        check_loops(found)
        check_growth(found, parameters)

    def _run(self, session: Session, cypher: str, parameters: Mapping[str, Any], seconds: float) -> Running:
        # ArcadeDB ignores the limit that Bolt carries, but it ends what it is told to end. The mark tells which, and
        # stands in front, for of a long query the list of those that run has only the beginning.
        mark = f"/* stop-{uuid.uuid4().hex} */"
        timer = threading.Timer(seconds, self._end, (mark,))
        timer.daemon = True
        timer.start()
        try:
            result = session.run(cast("Any", _marked(cypher, mark)), dict(parameters))
        except BaseException:
            timer.cancel()
            raise
        return Running(result, stop=lambda: self._stop(mark), release=timer.cancel)

    def _stop(self, mark: str) -> None:
        """Have a query ended without waiting until it has."""
        if self._terminate(mark):
            again = threading.Timer(1, self._end, (mark,))
            again.daemon = True
            again.start()

    def _end(self, mark: str) -> None:
        """Have a query ended, and ask again each second while it runs: a busy server may not hear it the first time."""
        for _ in range(_TRIES):
            if not self._terminate(mark):
                return
            time.sleep(1)

    def _terminate(self, mark: str) -> bool:
        """Tell the database to end a query; gives whether it was at it, or did not say."""
        is_running = False
        try:
            with self._connection.writer.session(database=DATABASE) as session:
                for row in session.run("SHOW TRANSACTIONS").data():
                    if mark in str(row["currentQuery"]):
                        is_running = True
                        session.run(f"TERMINATE TRANSACTION '{row['transactionId']}'").consume()
        except (Neo4jError, DriverError):
            return not self._is_closed  # if it is, the query ends with it
        return is_running

    def _version(self) -> str:
        return f"ArcadeDB {version('arcadedb-embedded')}"

    def close(self) -> None:
        with self._following:
            self._is_closed = True
            super().close()
            self._release()

    def _release(self) -> None:
        """Shut the database down, where it is ours, before anybody else may open it."""
        if self._server is not None:
            (self._path / _ENDPOINT).unlink(missing_ok=True)
            self._server.stop()
            self._server = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _marked(cypher: str, mark: str) -> str:
    """The query with a comment at its beginning; ArcadeDB sees an `EXPLAIN` only where nothing stands before it."""
    at = placed(cypher)[0][0] + len("EXPLAIN") if is_explain(cypher) else 0
    return f"{cypher[:at]} {mark} {cypher[at:]}".lstrip()


def _patiently(work: Callable[[], T], pauses: Iterable[float]) -> T:
    """Do the work, again after each pause while the store has no memory for it."""
    for pause in pauses:
        try:
            return work()
        except StoreBusy:
            time.sleep(pause)
    return work()


def _check_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        names = {entry.name for entry in path.iterdir()}
    except OSError as error:
        raise StoreUnavailable(
            f"{path} cannot be a store: {error.strerror}", hint="name a folder that can be written to"
        ) from error
    if names and not names & _OURS:
        raise StoreUnavailable(f"{path} holds other things than a store", hint="name an empty folder, or a new one")


def _try_lock(path: Path) -> IO[bytes] | None:
    """Lock the file for as long as it is open, or until this process ends, however it ends."""
    file = _opened(path)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _check_schema(database: Path) -> None:
    """ArcadeDB would open a database whose schema cannot be read, with the labels of all nodes lost."""
    files = [file for name in ("schema.json", "schema.prev.json") if (file := database / name).exists()]
    if files and not any(map(_is_json, files)):
        raise StoreUnavailable(
            f"the database in {database} is damaged", hint="restore a copy, or load into a new folder"
        )


def _is_json(file: Path) -> bool:
    try:
        json.loads(file.read_bytes())
    except ValueError:
        return False
    return True


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("ab")
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be written: {error.strerror}", hint="check who owns it") from error


def _endpoint(path: Path) -> Endpoint | None:
    """Where the process that has the folder listens, unless it is starting or has closed."""
    try:
        return Endpoint.from_json((path / _ENDPOINT).read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _join(path: Path, endpoint: Endpoint) -> Connection | None:
    """Connect to the process that has the folder, or give nothing when it is gone."""
    connection = _connect(path, endpoint)
    try:
        connection.writer.verify_connectivity()
    except (DriverError, Neo4jError, AuthError):
        connection.close()
        return None
    return connection


def _connect(path: Path, endpoint: Endpoint) -> Connection:
    def driver(user: str, password: str) -> Driver:
        return GraphDatabase.driver(
            endpoint.uri,
            auth=(user, password),
            connection_timeout=5.0,
            max_transaction_retry_time=30.0,
            notifications_min_severity="OFF",
            telemetry_disabled=True,
        )

    writer, reader = driver(WRITER, endpoint.writer_password), driver(READER, endpoint.reader_password)
    return Connection(str(path), writer, reader, DATABASE)


def _create_schema(driver: Driver) -> None:
    with driver.session(database=DATABASE) as session:
        for key in keys():
            session.run(key.cypher).consume()
        open_ledger(session)


def _write_private(path: Path, text: str) -> None:
    """Write a file that nobody else can read, all of it or none."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(path)
