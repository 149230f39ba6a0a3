"""SHACL: the shapes that follow from the ontology, and a dataset held against them.

`check` is the same judgement on statements in plain Python; `ontology.check` has it without what SHACL has to import.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pyshacl import validate as run_shacl
from rdflib import PROV, RDF, SH, Dataset, Graph, Node

from ontology.check import check, violations
from ontology.model import DOCUMENT_NAMESPACE, ENTITY_NAMESPACE, NAMESPACE, STATEMENT_NAMESPACE
from ontology.rdf import IG

__all__ = ["ShaclReport", "ShaclResult", "check", "shapes_graph", "validate", "violations"]

_NAMESPACES = (NAMESPACE, ENTITY_NAMESPACE, DOCUMENT_NAMESPACE, STATEMENT_NAMESPACE)


@dataclass(frozen=True, slots=True)
class ShaclResult:
    """One fault: the node that has it, the path that leads to the value, the value, and what is wrong."""

    document: str
    node: str
    path: str
    value: str
    message: str

    def __str__(self) -> str:
        value = f" has {self.value!r}" if self.value else ""
        return f"{self.document}: {self.node}{value}: {self.message}"


@dataclass(frozen=True, slots=True)
class ShaclReport:
    """Whether a dataset keeps to the shapes, and each place where it does not."""

    conforms: bool
    results: tuple[ShaclResult, ...]


@lru_cache(maxsize=1)
def shapes_graph() -> Graph:
    """The shapes of the package, read once."""
    return Graph().parse(Path(__file__).with_name("shapes.ttl"), format="turtle")


def validate(dataset: Dataset) -> ShaclReport:
    """Hold every graph of a dataset against the shapes.

    Each document is judged by what its own graph says of its entities.
    """
    graphs = sorted((graph for graph in dataset.graphs() if len(graph)), key=lambda graph: str(graph.identifier))
    results = tuple(result for graph in graphs for result in _validate(graph))
    return ShaclReport(conforms=not results, results=results)


def _validate(graph: Graph) -> Iterator[ShaclResult]:
    judged = Graph()
    for triple in graph:
        judged.add(triple)
    # A denied statement makes no triple of its own, yet has to be as well formed as the others.
    for statement in graph.subjects(RDF.type, IG.Statement):
        subject, predicate, target = (graph.value(statement, part) for part in (RDF.subject, RDF.predicate, RDF.object))
        if subject is not None and predicate is not None and target is not None:
            judged.add((subject, predicate, target))
    _, report, _ = run_shacl(judged, shacl_graph=shapes_graph(), inplace=True, do_owl_imports=False)
    document = graph.value(None, RDF.type, IG.Document, any=True) or graph.value(None, PROV.wasQuotedFrom, any=True)
    found = [_result(report, node, document) for node in report.subjects(RDF.type, SH.ValidationResult)]
    yield from sorted(set(found), key=lambda result: (result.node, result.path, result.message, result.value))


def _result(report: Graph, node: Node, document: Node | None) -> ShaclResult:
    return ShaclResult(
        document=_short(document),
        node=_short(report.value(node, SH.focusNode)),
        path=_short(report.value(node, SH.resultPath)),
        value=_short(report.value(node, SH.value)),
        message=str(report.value(node, SH.resultMessage) or ""),
    )


def _short(node: Node | None) -> str:
    """A node as a reader knows it: an id rather than an IRI."""
    text = "" if node is None else str(node)
    for namespace in _NAMESPACES:
        text = text.removeprefix(namespace)
    return text
