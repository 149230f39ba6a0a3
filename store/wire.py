"""What the driver reads for one query: of itself it bounds neither the size of a row, nor how long it waits for one.

Rows are read from the server one at a time, but each as a whole, into memory: one that holds a list of a million nodes
would fill it before any bound on the answer could be looked at. And a server that is at a single row for hours tells
nothing meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from neo4j import READ_ACCESS, Session
from neo4j.exceptions import DriverError, Neo4jError

from ontology.errors import IncidentGraphError, InvalidQuery, QueryTimeout

GRACE = 2.0
"""Seconds that a server has to tell of itself that it has stopped a query."""


class Meter:
    """Stands in for the socket of a connection, and ends the connection when a bound is passed."""

    def __init__(self, connection: Any, row_bytes: int, seconds: float) -> None:
        self._inbox = connection.inbox
        self._socket = connection.socket
        self._row_bytes = row_bytes
        self._seconds = seconds
        self._until = time.monotonic() + seconds
        self._read = 0
        self.reason: IncidentGraphError | None = None
        """Why the connection was ended, if it was."""
        self._inbox.pop = self._next
        self._inbox._socket = self

    def _next(self, hydration_hooks: Any) -> Any:
        self._read = 0
        return type(self._inbox).pop(self._inbox, hydration_hooks)

    def recv_into(self, buffer: Any, size: int) -> int:
        """Receive at most `size` bytes, as a socket does."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise self._ended(
                QueryTimeout(f"the query did not end within {self._seconds:g} s", hint="ask for less at a time")
            )
        self._socket.set_read_timeout(left)
        try:
            received = int(self._socket.recv_into(buffer, size))
        except TimeoutError:
            return self.recv_into(buffer, size)
        finally:
            self._socket.set_read_timeout(None)
        self._read += received
        if self._read > self._row_bytes:
            raise self._ended(
                InvalidQuery(
                    f"a row of the answer has more than {self._row_bytes} bytes", hint="take it apart by UNWIND"
                )
            )
        return received

    def _ended(self, reason: IncidentGraphError) -> OSError:
        self.reason = reason
        return OSError(reason.message)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Raise the bound that was passed in place of what the driver makes of it."""
        try:
            yield
        except (Neo4jError, DriverError, OSError) as error:
            if self.reason is None:
                raise
            raise self.reason from error

    def remove(self) -> None:
        """Give the connection its socket back, unless the next query has put a meter of its own there."""
        if self._inbox._socket is self:
            self._inbox._socket = self._socket
            del self._inbox.pop

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)


@contextmanager
def metered(session: Session, *, row_bytes: int, seconds: float) -> Iterator[Meter]:
    """Bound what the next query of the session reads; what passes a bound raises the reason of the meter."""
    private: Any = session  # the driver has no public way to its connection
    private._connect(READ_ACCESS)
    meter = Meter(private._connection, row_bytes, seconds)
    try:
        with meter.telling():
            yield meter
    finally:
        meter.remove()
