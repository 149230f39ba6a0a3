"""The page of classes and predicates: `docs/ontology.md`."""

from __future__ import annotations

from collections.abc import Iterator

from ontology.model import NAMESPACE, Ontology, OntologyClass, Predicate
from ontology.rdf import PREFIXES

_HEAD = f"""\
<!-- Written by `python -m ontology.derive` from ontology/incident.ttl. Do not edit. -->

# Classes and predicates

[`ontology/incident.ttl`](../ontology/incident.ttl) declares all of them, in the namespace `{NAMESPACE}`. The SHACL
shapes, the constraints and indexes of the store, the style sheet of Neo4j Browser, the enumerations of the API and this
page follow from it; `python -m ontology.derive` writes them anew.

In the property graph a class is a label, beside the labels of all classes above it. A predicate that takes an entity is
a relationship; one that takes a value is a property of its subject, or a relationship to an `Amount`.

"""
_MATCHES = {
    "http://docs.oasis-open.org/cti/ns/stix#": "STIX 2.1",
    "https://ontology.unifiedcyberontology.org/uco/": "UCO",
    "https://spec.edmcouncil.org/fibo/ontology/": "FIBO",
    "https://github.com/vz-risk/veris/blob/master/verisc.json#": "VERIS",
    "http://www.w3.org/ns/org#": "W3C ORG",
    PREFIXES["prov"]: "PROV-O",
    PREFIXES["schema"]: "schema.org",
    PREFIXES["rdf"]: "RDF",
}


def page(model: Ontology) -> str:
    """The whole page, as Markdown."""
    return _HEAD + "\n".join([*_classes(model), *_predicates(model)]) + "\n"


def _classes(model: Ontology) -> Iterator[str]:
    yield "## Classes"
    yield ""
    for cls in model.classes.values():
        if not cls.parents:
            yield from _tree(model, cls, 0)
    yield ""
    for cls in model.classes.values():
        yield f"### {cls.name}"
        yield ""
        yield f"{cls.definition} For instance: *{cls.example}*"
        yield ""
        yield f"Labels `:{':'.join(cls.labels)}`. {_close(cls.close_matches)}".rstrip()
        yield ""


def _tree(model: Ontology, cls: OntologyClass, depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}- [`{cls.name}`](#{cls.name.lower()})"
    for child in model.classes.values():
        if cls.name in child.parents:
            yield from _tree(model, child, depth + 1)


def _predicates(model: Ontology) -> Iterator[str]:
    yield "## Predicates"
    yield ""
    for family in model.families.values():
        members = [predicate for predicate in model.predicates.values() if predicate.family == family.name]
        links = ", ".join(f"[`{predicate.name}`](#{predicate.name.lower()})" for predicate in members)
        yield f"- {family.label}: {links}"
    yield ""
    for predicate in model.predicates.values():
        yield f"### {predicate.name}"
        yield ""
        yield f"{predicate.definition} For instance: *{predicate.example}*"
        yield ""
        takes = _codes((*predicate.range, *predicate.datatypes))
        yield f"{_codes(predicate.domain)} → {takes}, {_in_the_graph(predicate)}."
        if predicate.close_matches:
            yield ""
            yield _close(predicate.close_matches)
        yield ""


def _in_the_graph(predicate: Predicate) -> str:
    if predicate.is_literal and "money" not in predicate.datatypes:
        return f"in Cypher the property `{predicate.property_name}`"
    also = f" or the property `{predicate.property_name}`" if predicate.range and predicate.datatypes else ""
    return f"in Cypher the relationship `:{predicate.relationship_type}`{also}"


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _close(matches: tuple[str, ...]) -> str:
    if not matches:
        return ""
    return "Close to " + ", ".join(map(_match, matches)) + "."


def _match(iri: str) -> str:
    """The name of a term and of the vocabulary that it is from."""
    start, vocabulary = next((start, name) for start, name in _MATCHES.items() if iri.startswith(start))
    term = iri.removeprefix(start)
    return f"{vocabulary} [`{term if vocabulary == 'VERIS' else term.rsplit('/', 1)[-1]}`]({iri})"
