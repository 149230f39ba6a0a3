"""What a store holds, in a form in which two stores can be compared."""

from __future__ import annotations

from typing import Any

from store import Store

_NODES = "MATCH (n) RETURN labels(n) AS labels, properties(n) AS properties"
_EDGES = """
MATCH (a)-[r]->(b)
RETURN a.id AS source, type(r) AS type, properties(r) AS properties, b.id AS target
"""


def graph(store: Store) -> list[Any]:
    """Every node and relationship, without what depends on the moment: when it was loaded, and how often."""
    nodes = [(sorted(row["labels"]), _timeless(row["properties"])) for row in store.read(_NODES)]
    edges = [(row["source"], row["type"], _timeless(row["properties"]), row["target"]) for row in store.read(_EDGES)]
    return [sorted(nodes, key=repr), sorted(edges, key=repr)]


def _timeless(properties: dict[str, Any]) -> dict[str, Any]:
    return {key: properties[key] for key in sorted(properties) if key not in ("loaded_at", "loaded_on", "changes")}


def comparable(value: Any) -> Any:
    """An answer without the ids that hold within one store only."""
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items() if not key.endswith("element_id")}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    return round(value, 6) if isinstance(value, float) else value
