"""What the driver raises, told as the project's own errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from neo4j.exceptions import (
    AuthError,
    BrokenRecordError,
    ConfigurationError,
    DriverError,
    Forbidden,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

from ontology.errors import IncidentGraphError, InvalidQuery, QueryTimeout, StoreBusy, StoreUnavailable, WriteRefused

_TIMED_OUT = ("TransactionTimedOut", "Transaction.Terminated", "TransactionTerminated", "Timeout")
_TOO_LARGE = ("would hold more than the whole budget", "Limit of allowed elements")
_EXHAUSTED = ("OutOfMemory", "Java heap space", "MemoryPoolOutOfMemory", "Query heap budget exceeded", *_TOO_LARGE)
_INTERRUPTED = ("Error during read lock", "Error in execution in lock")
"""What the embedded store says of a query that was ended while it waited for a page."""
_INSIDES = re.compile(r"\(?Caused by:|; nested exception|[;,.] (?:raise|set|increase) '|\borg\.apache\.|\bjava\.")
_MARK = re.compile(r"/\* stop-[0-9a-f]+ \*/ ?")
_WRITING = ("Forbidden", "AccessMode", "Security")


@contextmanager
def told(address: str, *, seconds: float | None = None, untrusted: bool = False) -> Iterator[None]:
    """Turn whatever the driver raises inside into an `IncidentGraphError` of one line."""
    try:
        yield
    except IncidentGraphError:
        raise
    except RecursionError as error:
        raise InvalidQuery("a value of the answer is nested too deep", hint="use UNWIND to take it apart") from error
    except (Neo4jError, DriverError, OSError, ValueError, OverflowError) as error:
        raise _translated(error, address, seconds, untrusted) from error


def _translated(  # noqa: PLR0911 - one return for each kind of failure
    error: Exception, address: str, seconds: float | None, untrusted: bool
) -> IncidentGraphError:
    if isinstance(error, AuthError):
        return StoreUnavailable(
            f"{address} refused the user or the password", hint="set NEO4J_USER and NEO4J_PASSWORD, or pass them"
        )
    if isinstance(error, ServiceUnavailable | SessionExpired | OSError) or isinstance(error.__cause__, OSError):
        return _lost(address, untrusted and "connect to" not in str(error))
    if isinstance(error, ConfigurationError):
        return StoreUnavailable(
            f"{address} is not an address of a store: {_line(error)}", hint="a path or bolt://host:port"
        )
    if isinstance(error, Neo4jError):
        return _of_the_server(error, address, seconds, untrusted)
    if isinstance(error, BrokenRecordError):
        return InvalidQuery("a value of the answer cannot be told", hint="dates lie in the years 1 to 9999")
    if isinstance(error, DriverError):
        return StoreUnavailable(f"the connection to {address} failed: {_line(error)}", hint="try again")
    return InvalidQuery(
        f"a value cannot be sent to the store: {_line(error)}", hint="text is Unicode, integers have 64 bits"
    )


def _lost(address: str, untrusted: bool) -> IncidentGraphError:
    if untrusted:
        return StoreUnavailable(
            "the connection to the store was lost while the query ran",
            hint="a query that needs too much memory is ended so: ask for less at a time",
        )
    return StoreUnavailable(f"nothing answers at {address}", hint="is the server running, and is the address right?")


def _of_the_server(  # noqa: PLR0911 - one return for each kind of failure
    error: Neo4jError, address: str, seconds: float | None, untrusted: bool
) -> IncidentGraphError:
    code = error.code or ""
    if untrusted and any(part in str(error) for part in _TOO_LARGE):
        return InvalidQuery("the query gathers more in memory than it may", hint="ask for less at a time")
    if any(part in str(error) for part in _EXHAUSTED):
        return StoreBusy("the store has no memory left for this", hint="try again, and ask for less at a time")
    if any(part in str(error) for part in _INTERRUPTED):
        return StoreBusy("the store ended the query while it waited for others", hint="try again soon")
    if any(part in code for part in _TIMED_OUT):
        limit = f" after {seconds:g} s" if seconds else ""
        return QueryTimeout(
            f"the query was stopped{limit}", hint="ask for less, or add labels and ids to what it matches"
        )
    if "DatabaseNotFound" in code or "DatabaseUnavailable" in code:
        return StoreUnavailable(f"{address} has no such database: {_line(error)}", hint="leave the database out")
    if isinstance(error, Forbidden) or any(part in code for part in _WRITING):
        return WriteRefused("the query would change the graph or reach beyond it", hint="queries are read-only")
    return InvalidQuery(_line(error), hint="see docs/cypher.md for the graph and examples")


def _line(error: Exception) -> str:
    """The first line of a message, without the caret that servers draw below it."""
    text = error.message if isinstance(error, Neo4jError) and error.message else str(error)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    first = lines[0] if lines else type(error).__name__
    # what follows speaks of the server's insides: "Caused by: java…", "raise 'arcadedb.cypher…'"
    return _INSIDES.split(_MARK.sub("", first))[0].strip().rstrip(".:;")[:300]
