"""Values of the driver as JSON values, on both stores the same."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from neo4j.graph import Node, Path, Relationship
from neo4j.spatial import Point
from neo4j.time import Date, DateTime, Duration, Time

from store.base import NodeValue, PathValue, RelationshipValue


def to_json(value: Any) -> Any:
    """One value of an answer as JSON: graph values typed, times as ISO 8601, bytes as base64, numbers finite."""
    for kind, convert in _CONVERTERS:
        if isinstance(value, kind):
            return convert(value)
    return str(value)


def node(value: Node) -> NodeValue:
    """A node with its labels in alphabetical order, since stores differ in theirs."""
    properties = {key: to_json(item) for key, item in sorted(value.items())}
    return {
        "kind": "node",
        "id": _own_id(value),
        "element_id": value.element_id,
        "labels": sorted(value.labels),
        "properties": properties,
    }


def relationship(value: Relationship) -> RelationshipValue:
    """A relationship; its ends have an id only where the answer brought their properties along."""
    source, target = value.nodes
    return {
        "kind": "relationship",
        "element_id": value.element_id,
        "type": value.type,
        "source": _own_id(source),
        "target": _own_id(target),
        "source_element_id": source.element_id if source else "",
        "target_element_id": target.element_id if target else "",
        "properties": {key: to_json(item) for key, item in sorted(value.items())},
    }


def path(value: Path) -> PathValue:
    """A path as its nodes and relationships in order."""
    return {
        "kind": "path",
        "nodes": [node(item) for item in value.nodes],
        "relationships": [relationship(item) for item in value.relationships],
    }


def _own_id(value: Node | None) -> str | None:
    own = value.get("id") if value is not None else None
    return own if isinstance(own, str) else None


def _float(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def _mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): to_json(item) for key, item in value.items()}


_CONVERTERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    ((str, bool, int, type(None)), lambda value: value),
    (float, _float),
    (Node, node),
    (Relationship, relationship),
    (Path, path),
    ((Date, DateTime, Time, date, datetime, time), lambda value: value.isoformat()),
    (Duration, lambda value: value.iso_format()),
    (Point, lambda value: {"kind": "point", "srid": value.srid, "coordinates": list(value)}),
    ((bytes, bytearray), lambda value: base64.b64encode(value).decode()),
    (Mapping, _mapping),
    ((list, tuple, set, frozenset), lambda value: [to_json(item) for item in value]),
)
