"""The one family of errors that users see: what was being done, to what, and what to do about it."""

from __future__ import annotations


class IncidentGraphError(Exception):
    """A failure that is told to the user in one line, with a hint.

    `status` is the HTTP status that the API answers with; `exit_code` is what the command line exits with.
    """

    status: int = 500
    exit_code: int = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class UnreadableDocument(IncidentGraphError):
    """A file or an upload that cannot be read as a report."""

    status = 422


class InvalidStatements(IncidentGraphError):
    """Statements that the ontology's shapes refuse, or a statement file that is malformed."""

    status = 422


class NotFound(IncidentGraphError):
    """An entity, document or statement that the graph does not hold."""

    status = 404


class InvalidQuery(IncidentGraphError):
    """A query that the store cannot parse or run as it was given."""

    status = 400


class WriteRefused(IncidentGraphError):
    """A query that would write, reach a file or an address, or call what is not on the list."""

    status = 403


class QueryTimeout(IncidentGraphError):
    """A query that was stopped because it took longer than its bound."""

    status = 408


class StoreUnavailable(IncidentGraphError):
    """A store that cannot be reached, opened or logged in to."""

    status = 503


class StoreBusy(StoreUnavailable):
    """A store that has no memory or no place left for one more query just now."""
