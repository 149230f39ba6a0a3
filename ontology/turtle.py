"""Reads `incident.ttl` into the typed model; only what derives files from it needs this."""

from __future__ import annotations

import re
from pathlib import Path

from rdflib import OWL, RDF, RDFS, SKOS, XSD, Graph, Namespace, Node, URIRef
from rdflib.collection import Collection

from ontology.model import NAMESPACE, Family, Ontology, OntologyClass, Predicate
from ontology.statement import Datatype

IG = Namespace(NAMESPACE)
SCHEMA = Namespace("https://schema.org/")

# Money is told apart from the other literals by being a node of its own, so its range is a class.
DATATYPES = {
    IG.Date: Datatype.DATE,
    XSD.integer: Datatype.INTEGER,
    XSD.string: Datatype.TEXT,
    IG.Amount: Datatype.MONEY,
}


def turtle() -> str:
    """The text of the ontology file."""
    return Path(__file__).with_name("incident.ttl").read_text("utf-8")


def read_turtle(text: str) -> Ontology:
    """The ontology that a Turtle text declares, in the order of the text."""
    graph = Graph().parse(data=text, format="turtle")
    names = list(dict.fromkeys(re.findall(r"^ig:(\w+)\s+a\s", text, re.MULTILINE)))
    families = {n: Family(n, _text(graph, IG[n], RDFS.label)) for n in names if (IG[n], RDF.type, IG.Family) in graph}
    ordered = sorted(families, key=lambda n: int(_text(graph, IG[n], IG.position)))
    return Ontology(
        classes={n: _class(graph, n) for n in names if (IG[n], IG.colour, None) in graph},
        predicates={n: _predicate(graph, n) for n in names if (IG[n], IG.family, None) in graph},
        families={n: families[n] for n in ordered},
    )


def _class(graph: Graph, name: str) -> OntologyClass:
    node = IG[name]
    return OntologyClass(
        name=name,
        iri=str(node),
        label=_text(graph, node, RDFS.label),
        definition=_text(graph, node, SKOS.definition),
        example=_text(graph, node, SKOS.example),
        parents=_parents(graph, node),
        ancestors=_ancestors(graph, node),
        close_matches=_matches(graph, node),
        colour=_text(graph, node, IG.colour),
        size=int(_text(graph, node, IG.size)),
        caption=_text(graph, node, IG.caption),
    )


def _predicate(graph: Graph, name: str) -> Predicate:
    node = IG[name]
    ranges = _union(graph, node, RDFS.range) or sorted(graph.objects(node, SCHEMA.rangeIncludes), key=str)
    return Predicate(
        name=name,
        iri=str(node),
        label=_text(graph, node, RDFS.label),
        definition=_text(graph, node, SKOS.definition),
        example=_text(graph, node, SKOS.example),
        domain=tuple(_local(n) for n in _union(graph, node, RDFS.domain)),
        range=tuple(_local(n) for n in ranges if n not in DATATYPES),
        datatypes=tuple(DATATYPES[n] for n in ranges if isinstance(n, URIRef) and n in DATATYPES),
        family=_local(_one(graph, node, IG.family)),
        close_matches=_matches(graph, node),
        inverse_label=str(graph.value(node, IG.inverseLabel) or ""),
    )


def _one(graph: Graph, node: Node, predicate: URIRef) -> Node:
    values = list(graph.objects(node, predicate))
    if len(values) != 1:
        raise ValueError(f"{node} needs one {predicate} in incident.ttl and has {len(values)}")
    return values[0]


def _text(graph: Graph, node: Node, predicate: URIRef) -> str:
    return str(_one(graph, node, predicate))


def _union(graph: Graph, node: Node, predicate: URIRef) -> list[Node]:
    """The named class that is the domain or range, or the members of the union that is."""
    found = graph.value(node, predicate)
    if found is None or isinstance(found, URIRef):
        return [found] if found is not None else []
    return list(Collection(graph, _one(graph, found, OWL.unionOf)))


def _local(node: Node) -> str:
    return str(node).removeprefix(NAMESPACE)


def _parents(graph: Graph, node: URIRef) -> tuple[str, ...]:
    return tuple(sorted(_local(p) for p in graph.objects(node, RDFS.subClassOf) if str(p).startswith(NAMESPACE)))


def _ancestors(graph: Graph, node: URIRef) -> tuple[str, ...]:
    found: dict[str, None] = {}
    layer = _parents(graph, node)
    while layer:
        found |= dict.fromkeys(layer)
        layer = tuple(p for name in layer for p in _parents(graph, IG[name]))
    return tuple(found)


def _matches(graph: Graph, node: URIRef) -> tuple[str, ...]:
    return tuple(sorted(str(match) for match in graph.objects(node, SKOS.closeMatch)))
