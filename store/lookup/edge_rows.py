"""What a query says of an edge in a row of its answer, and the row as an edge."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ontology.model import ontology
from ontology.statement import Modality
from store.lookup.values import Edge, Evidence

Triple = tuple[str, str, str]

EVIDENCE = """confidence: s.confidence, statement: s.id, quote: s.quote, modality: s.modality, role: s.role,
              start: at.start, end: at.end, document: d.id, title: d.title, publisher: d.publisher,
              published_on: d.published_on"""
"""Entries of a Cypher map: what `evidence` needs of a statement `s`, which stands `at` a place in the document `d`."""


def triple(entity_id: str, other: str, predicate: str, *, forward: bool) -> Triple:
    """The edge between an entity and the other end, which is its object when it goes `forward`."""
    return (entity_id, predicate, other) if forward else (other, predicate, entity_id)


@lru_cache(maxsize=1)
def predicate_names() -> Mapping[str, str]:
    """The predicates by the types of their relationships."""
    return {predicate.relationship_type: predicate.name for predicate in ontology().predicates.values()}


def edge(ends: Triple, row: Mapping[str, Any]) -> Edge:
    """The edge that a row sums up, with the best quotation for it."""
    source, name, target = ends
    predicate = ontology().predicates[name]
    modalities = sorted(map(Modality, row["modalities"]), key=lambda modality: modality.rank)
    return Edge(
        source=source,
        target=target,
        predicate=name,
        relationship=predicate.relationship_type,
        label=predicate.label,
        family=predicate.family,
        modality=modalities[0],
        modalities=modalities,
        confidence=row["confidence"],
        sources=row["sources"],
        statements=row["statements"],
        first_reported=row["first"],
        last_reported=row["last"],
        evidence=evidence(row),
    )


def evidence(row: Mapping[str, Any]) -> Evidence:
    """The quotation in a row that has the entries of `EVIDENCE`."""
    return Evidence(
        statement=row["statement"],
        quote=row["quote"],
        start=row["start"],
        end=row["end"],
        modality=Modality(row["modality"]),
        document=row["document"],
        title=row["title"] or "",
        publisher=row["publisher"],
        published_on=row["published_on"],
        role=row["role"],
    )
