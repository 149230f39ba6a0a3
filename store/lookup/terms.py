"""What the look-ups need of the ontology: predicates by family and by what they link, all derived, none listed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from ontology.errors import InvalidQuery
from ontology.model import Predicate, ontology
from ontology.statement import Datatype

INCIDENT = "Incident"
ACTOR = "ThreatActor"


@lru_cache(maxsize=1)
def dating() -> tuple[str, ...]:
    """Predicates whose values are dates, in the order of the ontology."""
    return tuple(p.name for p in ontology().predicates.values() if Datatype.DATE in p.datatypes)


@lru_cache(maxsize=1)
def linking() -> tuple[str, ...]:
    """Predicates whose objects are entities."""
    return tuple(p.name for p in ontology().predicates.values() if p.range)


@lru_cache(maxsize=1)
def blaming() -> tuple[str, ...]:
    """Predicates from an incident to whoever claims it or is blamed for it."""
    return tuple(p.name for p in _of_incidents() if ACTOR in p.range)


@lru_cache(maxsize=1)
def hitting() -> tuple[str, ...]:
    """Predicates from an incident to its victims: those of the blaming family that do not name an actor."""
    families = {ontology().predicates[name].family for name in blaming()}
    return tuple(p.name for p in _of_incidents() if p.range and p.family in families and p.name not in blaming())


def _of_incidents() -> list[Predicate]:
    return [p for p in ontology().predicates.values() if INCIDENT in p.domain]


@lru_cache(maxsize=256)
def with_subclasses(types: tuple[str, ...]) -> tuple[str, ...]:
    """The classes named, and all below them."""
    return tuple(cls.name for cls in ontology().classes.values() if ontology().is_any(cls.name, types))


def ordered_labels(labels: Iterable[str]) -> list[str]:
    """The classes among the labels of a node, the most specific first."""
    return list(_ordered(frozenset(labels)))


@lru_cache(maxsize=1024)
def _ordered(labels: frozenset[str]) -> tuple[str, ...]:
    known = [ontology().classes[label] for label in labels if label in ontology().classes]
    return tuple(cls.name for cls in sorted(known, key=lambda cls: (-len(cls.ancestors), cls.name))) or ("Entity",)


def reading(predicate: str, *, forward: bool) -> str:
    """How a predicate reads from its subject, or from its object."""
    term = ontology().predicates[predicate]
    return term.label if forward else term.inverse_label or f"is {term.label} of"


def check_predicates(names: Iterable[str]) -> list[str]:
    """Predicates by name or by relationship type; one that the ontology does not have raises `InvalidQuery`."""
    by_name = {p.name: p.name for p in ontology().predicates.values()}
    by_name |= {p.relationship_type: p.name for p in ontology().predicates.values()}
    return [_known(name, by_name, "predicate") for name in names]


def check_types(names: Iterable[str]) -> tuple[str, ...]:
    """Classes by name, with all below them; one that the ontology does not have raises `InvalidQuery`."""
    by_name = {cls.name: cls.name for cls in ontology().entity_classes}
    return with_subclasses(tuple(_known(name, by_name, "class") for name in names))


def _known(name: str, known: dict[str, str], what: str) -> str:
    if name not in known:
        raise InvalidQuery(
            f"the ontology has no {what} {name[:60]!r}", hint=f"one of {', '.join(sorted(set(known.values())))}"
        )
    return known[name]
