"""A store as one reader may see it, for what reads whole documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ontology.errors import WriteRefused
from ontology.statement import Document, Statement
from store.base import LoadSummary, QueryBounds, QueryResult, RetractSummary, Store, StoreStatus
from store.lookup import View


class VisibleStore(Store):
    """Gives the documents that a reader may see, and nothing that has been summed up from others too."""

    def __init__(self, store: Store, view: View) -> None:
        self._store = store
        self._view = view

    def documents(self, document_ids: Iterable[str] | None = None) -> Iterator[tuple[Document, list[Statement]]]:
        asked = None if document_ids is None else set(document_ids)
        rows = self._store.read(
            f"MATCH (d:Document) WHERE {self._view.visible('d')} RETURN d.id AS id ORDER BY id", self._view.parameters()
        )
        ids = [row["id"] for row in rows if asked is None or row["id"] in asked]
        return self._store.documents(ids)

    def read(self, cypher: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        if not self._view.is_full:
            raise WriteRefused("this view of the store has documents only", hint="use the look-ups under /v1")
        return self._store.read(cypher, parameters)

    def query(
        self, cypher: str, parameters: Mapping[str, Any] | None = None, bounds: QueryBounds | None = None
    ) -> QueryResult:
        raise WriteRefused("this view of the store takes no queries", hint="use /v1/cypher")

    def load(self, document: Document, statements: Iterable[Statement]) -> LoadSummary:
        raise WriteRefused("this view of the store is read-only", hint="use POST /v1/documents")

    def retract(self, document_id: str) -> RetractSummary:
        raise WriteRefused("this view of the store is read-only", hint="use DELETE /v1/documents/{id}")

    def status(self) -> StoreStatus:
        return self._store.status()

    def close(self) -> None:
        """Leave the store open: it is not this view's own."""
