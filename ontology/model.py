"""Typed view of `incident.ttl`: the classes and predicates that every other room derives its names from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ontology.statement import Datatype


@dataclass(frozen=True, slots=True)
class OntologyClass:
    """A class of the ontology; `parents` are its direct superclasses, `ancestors` all of them, nearest first."""

    name: str
    iri: str
    label: str
    definition: str
    example: str
    parents: tuple[str, ...]
    ancestors: tuple[str, ...]
    close_matches: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The node labels of its instances: the class and all its superclasses."""
        return (self.name, *self.ancestors)


@dataclass(frozen=True, slots=True)
class Predicate:
    """A predicate of the ontology: `range` has class names, or is empty and `datatypes` tells the literals it takes."""

    name: str
    iri: str
    label: str
    definition: str
    example: str
    domain: tuple[str, ...]
    range: tuple[str, ...]
    datatypes: tuple[Datatype, ...]
    family: str
    close_matches: tuple[str, ...] = ()

    @property
    def is_literal(self) -> bool:
        """True when the objects are values only."""
        return not self.range

    @property
    def relationship_type(self) -> str:
        """Upper snake case, for instance `CLAIMED_BY`."""
        return _snake(self.name).upper()

    @property
    def property_name(self) -> str:
        """Lower snake case, for instance `started_on`."""
        return _snake(self.name)


def _snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


@dataclass(frozen=True, slots=True)
class Ontology:
    """All classes and predicates by name."""

    classes: dict[str, OntologyClass]
    predicates: dict[str, Predicate]

    def is_a(self, class_name: str, ancestor: str) -> bool:
        """Whether `class_name` is `ancestor` or one of its subclasses."""
        return ancestor in self.classes[class_name].labels


@lru_cache(maxsize=1)
def ontology() -> Ontology:
    """The ontology read from the package's own `incident.ttl`."""
    raise NotImplementedError
