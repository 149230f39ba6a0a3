"""Statements to and from a property graph over Bolt: an embedded ArcadeDB or a Neo4j server behind one interface."""

from __future__ import annotations

import os
from pathlib import Path

from ontology.errors import StoreUnavailable
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

SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")


def open_store(
    address: str | Path, *, user: str | None = None, password: str | None = None, database: str | None = None
) -> Store:
    """Open the store at an address: a path is an embedded database, `bolt://` or `neo4j://` (also `+s`) a Neo4j server.

    A user and password that are not given are read from `NEO4J_USER` and `NEO4J_PASSWORD`; a path needs neither.
    """
    text = str(address)
    if "://" not in text:
        # Imported here because it brings a Java along, which a server's clients have no use for.
        from store.embedded import EmbeddedStore  # noqa: PLC0415

        return EmbeddedStore(Path(text).expanduser())
    if text.partition("://")[0] not in SCHEMES:
        raise StoreUnavailable(
            f"{text} is not an address of a store", hint=f"a path, or one that begins with {'://, '.join(SCHEMES)}://"
        )
    from store.neo4j import Neo4jStore  # noqa: PLC0415

    return Neo4jStore(
        text,
        user or os.environ.get("NEO4J_USER", "neo4j"),
        password or os.environ.get("NEO4J_PASSWORD", ""),
        database,
    )
