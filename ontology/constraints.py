"""What a store has to keep unique and to index, as data: it follows from the classes and predicates alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ontology.model import Ontology, ontology
from ontology.statement import Datatype


@dataclass(frozen=True, slots=True)
class Constraint:
    """No two nodes with this label have the same value of this property."""

    label: str
    property: str


@dataclass(frozen=True, slots=True)
class Index:
    """Nodes with this label are looked up by this property: by its value or order, or by words in it."""

    label: str
    property: str
    kind: Literal["range", "fulltext"]


def constraints(model: Ontology | None = None) -> tuple[Constraint, ...]:
    """One a class without superclass: the `id` of its nodes is unique, whatever labels they have beside it."""
    model = model or ontology()
    return tuple(Constraint(cls.name, "id") for cls in model.classes.values() if not cls.parents)


def indexes(model: Ontology | None = None) -> tuple[Index, ...]:
    """Entities by the words of their names (all are in `search`), dates by their order, and what else is looked up."""
    model = model or ontology()
    dated = (
        Index(label, predicate.property_name, "range")
        for predicate in model.predicates.values()
        if Datatype.DATE in predicate.datatypes
        for label in predicate.domain
    )
    return (
        Index("Entity", "name", "range"),
        Index("Entity", "search", "fulltext"),
        Index("Document", "published_on", "range"),
        Index("Statement", "predicate", "range"),
        *dated,
    )
