"""Documents in the groups that go into one transaction each."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from ontology.check import check
from ontology.errors import InvalidStatements
from ontology.statement import Document, Statement
from store.rows import Prepared, prepare

STATEMENTS = 1_000
"""A transaction takes no more documents once it has so many statements: its queries are long by then."""
SECONDS = 2.0
"""Nor when the first one has waited so long, which an interruption would lose."""


def prepared(document: Document, statements: Iterable[Statement]) -> Prepared:
    """A document as it is stored; raises `InvalidStatements` when the ontology or the encoding forbids it."""
    listed = list(statements)
    check(listed, document)
    _check_encodable(document)
    return prepare(document, listed)


def batches(documents: Iterable[tuple[Document, Iterable[Statement]]]) -> Iterator[list[Prepared | InvalidStatements]]:
    """The documents in their order, none twice in a group, and in place of those that are refused the reason."""
    batch: list[Prepared | InvalidStatements] = []
    ids: set[str] = set()
    size, started = 0, time.monotonic()
    for document, statements in documents:
        if batch and (document.id in ids or size >= STATEMENTS or time.monotonic() - started > SECONDS):
            yield batch
            batch, ids, size, started = [], set(), 0, time.monotonic()
        try:
            found = prepared(document, statements)
        except InvalidStatements as error:
            batch.append(error)
            continue
        batch.append(found)
        ids.add(document.id)
        size += len(found.statements)
    if batch:
        yield batch


def _check_encodable(document: Document) -> None:
    for text in (document.body, document.title, document.url or "", document.publisher or ""):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InvalidStatements(
                f"{document.source or document.id} has half a character at {error.start}",
                hint="the text is not valid Unicode: read it again with its right encoding",
            ) from error
