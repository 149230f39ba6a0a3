"""Typed view of `incident.ttl`: the classes and predicates that every other room derives its names from.

`ontology()` reads `incident.json`, which `python -m ontology.derive` writes from the Turtle: importing rdflib and
parsing takes a third of a second, which a command line that only answers a question should not pay.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ontology.statement import Datatype

NAMESPACE = "https://w3id.org/incident-graph/ontology#"
ENTITY_NAMESPACE = "https://w3id.org/incident-graph/id/"
DOCUMENT_NAMESPACE = "https://w3id.org/incident-graph/document/"
STATEMENT_NAMESPACE = "https://w3id.org/incident-graph/statement/"


def entity_iri(entity_id: str) -> str:
    """The IRI of an entity, from its readable id."""
    return ENTITY_NAMESPACE + quote(entity_id, safe="", errors="surrogatepass")


@dataclass(frozen=True, slots=True)
class Family:
    """A group of predicates that are shown together, for instance `impact`."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class OntologyClass:
    """A class of the ontology; `parents` are its direct superclasses, `ancestors` all of them, nearest first.

    `colour` (`#RRGGBB`), `size` (pixels) and `caption` (its properties in braces) tell how it is drawn.
    """

    name: str
    iri: str
    label: str
    definition: str
    example: str
    parents: tuple[str, ...]
    ancestors: tuple[str, ...]
    close_matches: tuple[str, ...] = ()
    colour: str = "#B8C0C8"
    size: int = 50
    caption: str = "{name}"

    @property
    def labels(self) -> tuple[str, ...]:
        """The node labels of its instances: the class and all its superclasses."""
        return (self.name, *self.ancestors)


@dataclass(frozen=True, slots=True)
class Predicate:
    """A predicate of the ontology: `range` has the classes of its objects, `datatypes` the kinds of literal it takes.

    One of the two is empty, save for a predicate that takes both (`usedTechnique`). `inverse_label` is how it reads
    from its object, and is empty where that is always a literal.
    """

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
    inverse_label: str = ""

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
    """All classes, predicates and families by name, in the order of the Turtle file."""

    classes: dict[str, OntologyClass]
    predicates: dict[str, Predicate]
    families: dict[str, Family]

    def is_a(self, class_name: str, ancestor: str) -> bool:
        """Whether `class_name` is `ancestor` or one of its subclasses."""
        return ancestor in self.classes[class_name].labels

    def is_any(self, class_name: str, ancestors: tuple[str, ...]) -> bool:
        """Whether `class_name` is one of `ancestors` or a subclass of one: the test of a domain or range."""
        return any(self.is_a(class_name, ancestor) for ancestor in ancestors)

    @property
    def entity_classes(self) -> tuple[OntologyClass, ...]:
        """The classes that an entity can have: `Entity` and all below it."""
        return tuple(cls for cls in self.classes.values() if self.is_a(cls.name, "Entity"))

    def to_json(self) -> dict[str, Any]:
        """Plain lists in order, as `incident.json` keeps them."""
        return {
            "families": [asdict(family) for family in self.families.values()],
            "classes": [asdict(cls) for cls in self.classes.values()],
            "predicates": [asdict(predicate) for predicate in self.predicates.values()],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Ontology:
        """The inverse of `to_json`."""
        predicates = [
            Predicate(**(_tuples(row) | {"datatypes": tuple(map(Datatype, row["datatypes"]))}))
            for row in data["predicates"]
        ]
        classes = [OntologyClass(**_tuples(row)) for row in data["classes"]]
        families = [Family(**row) for row in data["families"]]
        return cls(
            {c.name: c for c in classes},
            {p.name: p for p in predicates},
            {f.name: f for f in families},
        )


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


@lru_cache(maxsize=1)
def ontology() -> Ontology:
    """The ontology of the package, read once."""
    return Ontology.from_json(json.loads(Path(__file__).with_name("incident.json").read_text("utf-8")))
