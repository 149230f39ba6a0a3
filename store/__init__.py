"""Statements to and from a property graph over Bolt: an embedded ArcadeDB or a Neo4j server behind one interface."""

from __future__ import annotations

from pathlib import Path

from store.base import (
    ENTITY_INDEX,
    LoadSummary,
    NodeValue,
    PathValue,
    QueryBounds,
    QueryResult,
    QueryStatistics,
    RelationshipValue,
    RetractSummary,
    Store,
    StoreStatus,
)

__all__ = [
    "ENTITY_INDEX",
    "LoadSummary",
    "NodeValue",
    "PathValue",
    "QueryBounds",
    "QueryResult",
    "QueryStatistics",
    "RelationshipValue",
    "RetractSummary",
    "Store",
    "StoreStatus",
    "open_store",
]


def open_store(
    address: str | Path, *, user: str | None = None, password: str | None = None, database: str | None = None
) -> Store:
    """Open the store at an address: a path is an embedded database, `bolt://` or `neo4j://` (also `+s`) a Neo4j server.

    A user and password that are not given are read from `NEO4J_USER` and `NEO4J_PASSWORD`; a path needs neither.
    """
    raise NotImplementedError
