"""Statements to an RDF dataset and back.

Each document has a named graph, with the document's IRI as its name. In it are the document, its entities with their
names there, its statements as resources that point to their words, and the triples that the statements make. A denied
statement makes no triple: RDF would read it as true.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias, TypeVar, cast
from urllib.parse import unquote

import pyoxigraph
from rdflib import DCTERMS, PROV, RDF, RDFS, SKOS, XSD, BNode, Dataset, Graph, IdentifiedNode, Namespace, Node, URIRef
from rdflib import Literal as Term

from ontology.errors import InvalidStatements
from ontology.model import (
    DOCUMENT_NAMESPACE,
    ENTITY_NAMESPACE,
    NAMESPACE,
    STATEMENT_NAMESPACE,
    entity_iri,
    ontology,
)
from ontology.statement import Datatype, Document, Entity, Literal, Marking, Modality, Statement

IG = Namespace(NAMESPACE)
OA = Namespace("http://www.w3.org/ns/oa#")
SCHEMA = Namespace("https://schema.org/")
AMOUNT_NAMESPACE = "https://w3id.org/incident-graph/amount/"

PREFIXES = {
    "ig": NAMESPACE,
    "id": ENTITY_NAMESPACE,
    "document": DOCUMENT_NAMESPACE,
    "statement": STATEMENT_NAMESPACE,
    "money": AMOUNT_NAMESPACE,
    "dct": str(DCTERMS),
    "oa": str(OA),
    "prov": str(PROV),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "schema": str(SCHEMA),
    "skos": str(SKOS),
    "xsd": str(XSD),
}

FORMATS = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "ttl": pyoxigraph.RdfFormat.TURTLE,
    "trig": pyoxigraph.RdfFormat.TRIG,
    "json-ld": pyoxigraph.RdfFormat.JSON_LD,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    "n-quads": pyoxigraph.RdfFormat.N_QUADS,
    "nquads": pyoxigraph.RdfFormat.N_QUADS,
}

# What no encoding of RDF can carry: lone surrogates are not characters, and many tools end a text at a null.
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_GRAINS = (
    (re.compile("[0-9]{4}"), XSD.gYear),
    (re.compile("[0-9]{4}-[0-9]{2}"), XSD.gYearMonth),
    (re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"), XSD.date),
    (re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T.+"), XSD.dateTime),
)

_TYPE = str(RDF.type)

T = TypeVar("T")


def document_iri(document_id: str) -> URIRef:
    """The IRI of a document, which is also the name of its graph."""
    return URIRef(DOCUMENT_NAMESPACE + document_id)


def statement_iri(statement_id: str) -> URIRef:
    """The IRI of a statement."""
    return URIRef(STATEMENT_NAMESPACE + statement_id)


def to_dataset(document: Document, statements: Iterable[Statement], dataset: Dataset | None = None) -> Dataset:
    """Add a document and its statements to a dataset, a new one unless given.

    An entity has one description in a document: the name of its first mention, and the classes and aliases of all.
    """
    dataset = Dataset() if dataset is None else dataset
    graph = dataset.graph(document_iri(document.id))
    for triple in triples(document, statements):
        graph.add(triple)
    return dataset


def from_dataset(dataset: Dataset) -> Iterator[tuple[Document, list[Statement]]]:
    """The documents of a dataset, each with its statements in the order of their words.

    What is not a document, or not a statement quoted from it in the same graph, is left aside. A document or statement
    that lacks a part raises `InvalidStatements`.
    """
    for graph in sorted(dataset.graphs(), key=lambda g: str(g.identifier)):
        for iri in sorted(graph.subjects(RDF.type, IG.Document), key=str):
            document = _read_document(graph, iri)
            entities: dict[Node, list[Entity]] = {}
            quoted = (
                node for node in graph.subjects(PROV.wasQuotedFrom, iri) if (node, RDF.type, IG.Statement) in graph
            )
            statements = [_read_statement(graph, node, document, entities) for node in quoted]
            yield document, sorted(statements, key=lambda s: (s.start, s.end, s.id))


def serialize(dataset: Dataset, format: str = "trig") -> str:
    """The dataset as text: `trig`, `json-ld` or `n-quads` with its graphs, `turtle` as their union.

    The order of the text depends on the data alone.
    """
    return serialize_quads((_quad(*quad) for quad in dataset.quads()), format)


def serialize_quads(quads: Iterable[pyoxigraph.Quad], format: str = "trig") -> str:
    """The same for what `quads` gives."""
    rdf_format = _format(format)
    ordered = sorted(set(quads), key=_reading_order)
    content = ordered if rdf_format.supports_datasets else dict.fromkeys(quad.triple for quad in ordered)
    prefixes = None if rdf_format == pyoxigraph.RdfFormat.N_QUADS else PREFIXES
    return cast(bytes, pyoxigraph.serialize(content, format=rdf_format, prefixes=prefixes)).decode()


def parse(text: str | bytes, format: str = "trig") -> Dataset:
    """Read a dataset from text; nothing is fetched, whatever addresses the text names."""
    dataset = Dataset()
    try:
        for quad in pyoxigraph.parse(text, format=_format(format)):
            name = quad.graph_name
            graph = dataset.default_graph if isinstance(name, pyoxigraph.DefaultGraph) else dataset.graph(_node(name))
            graph.add((_node(quad.subject), _node(quad.predicate), _node(quad.object)))
    except (SyntaxError, ValueError, OSError) as error:
        raise InvalidStatements(f"cannot read the text as {format}: {error}", hint="check its format") from error
    return dataset


# Writing

_Triple: TypeAlias = tuple[URIRef, URIRef, URIRef | Term]


def triples(document: Document, statements: Iterable[Statement]) -> Iterator[_Triple]:
    """What the graph of a document holds; a triple can come more than once."""
    iri = document_iri(document.id)
    yield from _document(iri, document)
    mentions: dict[str, list[Entity]] = {}
    for statement in statements:
        yield from _statement(iri, statement, mentions)


def quads(document: Document, statements: Iterable[Statement]) -> Iterator[pyoxigraph.Quad]:
    """The same for pyoxigraph, in the graph of the document: faster than by way of a dataset."""
    graph = pyoxigraph.NamedNode(document_iri(document.id))
    for subject, predicate, target in triples(document, statements):
        value = _resource(target) if isinstance(target, URIRef) else _literal(target)
        yield pyoxigraph.Quad(_resource(subject), _resource(predicate), value, graph)


def _document(iri: URIRef, document: Document) -> Iterator[_Triple]:
    yield iri, RDF.type, IG.Document
    yield iri, IG.body, _text(document.body)
    yield iri, DCTERMS.language, _text(document.language)
    yield iri, IG.marking, Term(document.marking.value)
    if document.title:
        yield iri, DCTERMS.title, _text(document.title)
    if document.source:
        yield iri, IG.readFrom, _text(document.source)
    if document.url is not None:
        yield iri, SCHEMA.url, _text(document.url)
    if document.publisher is not None:
        yield iri, DCTERMS.publisher, _text(document.publisher)
    if document.published_on is not None:
        yield iri, DCTERMS.issued, _date(document.published_on)


def _statement(document: URIRef, statement: Statement, mentions: dict[str, list[Entity]]) -> Iterator[_Triple]:
    node = statement_iri(statement.id)
    subject = URIRef(entity_iri(statement.subject.id))
    predicate = IG[_safe(statement.predicate)]
    yield from _entity(statement.subject, mentions)
    if isinstance(statement.object, Entity):
        value: URIRef | Term = URIRef(entity_iri(statement.object.id))
        yield from _entity(statement.object, mentions)
    elif statement.object.datatype is Datatype.MONEY:
        value = _amount_iri(statement.object)
        yield from _amount(value, statement.object)
    else:
        value = _value(statement.object)
    if statement.modality is not Modality.DENIED:
        yield subject, predicate, value
    yield node, RDF.type, IG.Statement
    yield node, RDF.subject, subject
    yield node, RDF.predicate, predicate
    yield node, RDF.object, value
    yield node, PROV.wasQuotedFrom, document
    yield node, IG.modality, Term(statement.modality.value)
    yield node, IG.confidence, Term(repr(float(statement.confidence)), datatype=XSD.double, normalize=False)
    yield node, IG.rule, _text(statement.rule)
    if statement.role is not None:
        yield node, IG.role, _text(statement.role)
    if statement.speaker is not None:
        yield node, IG.speaker, URIRef(entity_iri(statement.speaker.id))
        yield from _entity(statement.speaker, mentions)
    quote, position = URIRef(f"{node}#quote"), URIRef(f"{node}#position")
    yield node, OA.hasSelector, quote
    yield quote, RDF.type, OA.TextQuoteSelector
    yield quote, OA.exact, _text(statement.quote)
    yield node, OA.hasSelector, position
    yield position, RDF.type, OA.TextPositionSelector
    yield position, OA.start, _integer(statement.start)
    yield position, OA.end, _integer(statement.end)


def _entity(entity: Entity, mentions: dict[str, list[Entity]]) -> Iterator[_Triple]:
    """How an entity is described, where it has not been described like this before."""
    earlier = mentions.setdefault(entity.id, [])
    if entity in earlier:
        return
    earlier.append(entity)
    iri = URIRef(entity_iri(entity.id))
    cls = ontology().classes.get(entity.type)
    for label in cls.labels if cls else (_safe(entity.type),):
        yield iri, RDF.type, IG[label]
    name = earlier[0].name
    yield iri, SKOS.prefLabel, _text(name)
    for alias in (*entity.aliases, entity.name):
        if alias != name or alias in entity.aliases:
            yield iri, SKOS.altLabel, _text(alias)


def _amount_iri(literal: Literal) -> URIRef:
    return URIRef(f"{AMOUNT_NAMESPACE}{_safe((literal.currency or '').lower())}-{_safe(str(_number(literal.value)))}")


def _amount(iri: URIRef, literal: Literal) -> Iterator[_Triple]:
    yield iri, RDF.type, IG.Amount
    yield iri, IG.value, _number(literal.value)
    yield iri, IG.currency, _text(literal.currency or "")
    yield iri, RDFS.label, Term(literal.text)


def _value(literal: Literal) -> Term:
    if literal.datatype is Datatype.DATE:
        return _date(str(literal.value))
    return _integer(literal.value) if isinstance(literal.value, int) else _text(str(literal.value))


def _text(text: str) -> Term:
    if _UNWRITABLE.search(text):
        return Term(text.encode("unicode_escape").decode("ascii"), datatype=IG.EscapedText)
    return Term(text)


def _date(value: str) -> Term:
    datatype = next((datatype for pattern, datatype in _GRAINS if pattern.fullmatch(value)), None)
    return Term(value, datatype=datatype, normalize=False) if datatype else _text(value)


def _integer(value: int) -> Term:
    return Term(str(int(value)), datatype=XSD.integer, normalize=False)


def _number(value: str | float) -> Term:
    """Whole numbers and fractions keep their type, so that `2` and `2.0` are read back as they were."""
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, str) or not math.isfinite(value):
        return _text(str(value))
    plain = format(Decimal(repr(value)), "f")
    return Term(plain if "." in plain else plain + ".0", datatype=XSD.decimal, normalize=False)


def _safe(name: str) -> str:
    """A name that may stand in an IRI; names from the ontology stay as they are."""
    return entity_iri(name).removeprefix(ENTITY_NAMESPACE)


# Reading


def _read_document(graph: Graph, iri: Node) -> Document:
    return Document(
        body=_plain(_one(graph, iri, IG.body)),
        title=_optional(graph, iri, DCTERMS.title) or "",
        url=_optional(graph, iri, SCHEMA.url),
        publisher=_optional(graph, iri, DCTERMS.publisher),
        published_on=_optional(graph, iri, DCTERMS.issued),
        language=_optional(graph, iri, DCTERMS.language) or "en",
        marking=_valid(iri, Marking, _optional(graph, iri, IG.marking) or Marking.CLEAR),
        source=_optional(graph, iri, IG.readFrom) or "",
    )


def _read_statement(graph: Graph, node: Node, document: Document, entities: dict[Node, list[Entity]]) -> Statement:
    selectors = {
        kind: selector for selector in graph.objects(node, OA.hasSelector) for kind in graph.objects(selector, RDF.type)
    }
    if not {OA.TextQuoteSelector, OA.TextPositionSelector} <= selectors.keys():
        raise InvalidStatements(f"{node} has no quote with its position", hint="give it both selectors")
    position = selectors[OA.TextPositionSelector]
    name = _local(_one(graph, node, RDF.predicate))
    predicate = ontology().predicates.get(name)
    domain, range_ = (predicate.domain, predicate.range) if predicate else ((), ())
    speaker = graph.value(node, IG.speaker)
    return Statement(
        subject=_read_entity(graph, _one(graph, node, RDF.subject), domain, entities),
        predicate=name,
        object=_read_object(graph, _one(graph, node, RDF.object), range_, entities),
        document=document.id,
        quote=_plain(_one(graph, selectors[OA.TextQuoteSelector], OA.exact)),
        start=_valid(node, int, _plain(_one(graph, position, OA.start))),
        end=_valid(node, int, _plain(_one(graph, position, OA.end))),
        rule=_plain(_one(graph, node, IG.rule)),
        modality=_valid(node, Modality, _plain(_one(graph, node, IG.modality))),
        confidence=_valid(node, float, _plain(_one(graph, node, IG.confidence))),
        speaker=_read_entity(graph, speaker, ontology().predicates["said"].domain, entities)
        if speaker is not None
        else None,
        role=_optional(graph, node, IG.role),
    )


def _read_object(
    graph: Graph, node: Node, wanted: Iterable[str], entities: dict[Node, list[Entity]]
) -> Entity | Literal:
    if not isinstance(node, Term):
        if (node, RDF.type, IG.Amount) in graph:
            currency = _plain(_one(graph, node, IG.currency))
            return Literal(_read_number(_one(graph, node, IG.value)), Datatype.MONEY, currency)
        return _read_entity(graph, node, wanted, entities)
    if node.datatype == XSD.integer:
        return Literal(_valid(node, int, str(node)), Datatype.INTEGER)
    is_date = any(node.datatype == datatype for _, datatype in _GRAINS)
    return Literal(_plain(node), Datatype.DATE if is_date else Datatype.TEXT)


def _read_number(node: Node) -> str | int | float:
    if isinstance(node, Term) and node.datatype == XSD.integer:
        return _valid(node, int, str(node))
    if isinstance(node, Term) and node.datatype == XSD.decimal:
        return _valid(node, float, str(node))
    return _plain(node)


def _read_entity(graph: Graph, iri: Node, wanted: Iterable[str], entities: dict[Node, list[Entity]]) -> Entity:
    """The entity, in the class that is wanted where it has several: a gang and its malware can share a name."""
    if iri not in entities:
        entities[iri] = _read_variants(graph, iri)
    model = ontology()
    fitting = (e for e in entities[iri] if e.type in model.classes and model.is_any(e.type, tuple(wanted)))
    return next(fitting, entities[iri][0])


def _read_variants(graph: Graph, iri: Node) -> list[Entity]:
    classes = ontology().classes
    names = sorted(_plain(name) for name in graph.objects(iri, SKOS.prefLabel))
    types = {_local(kind) for kind in graph.objects(iri, RDF.type) if str(kind).startswith(NAMESPACE)}
    if not names or not types or not str(iri).startswith(ENTITY_NAMESPACE):
        raise InvalidStatements(
            f"{iri} is not an entity with a name and a class",
            hint=f"an entity's IRI starts with {ENTITY_NAMESPACE}, and it has a skos:prefLabel and an rdf:type",
        )
    aliases = (*names[1:], *(_plain(name) for name in graph.objects(iri, SKOS.altLabel)))
    entity_id = unquote(str(iri).removeprefix(ENTITY_NAMESPACE), errors="surrogatepass")
    implied = {ancestor for name in types if name in classes for ancestor in classes[name].ancestors}
    return [Entity(entity_id, names[0], name, aliases) for name in sorted(types - implied)]


def _local(node: Node) -> str:
    return unquote(str(node).removeprefix(NAMESPACE))


def _one(graph: Graph, node: Node, predicate: URIRef) -> Node:
    found = list(graph.objects(node, predicate))
    if len(found) != 1:
        raise InvalidStatements(
            f"{node} needs one {predicate} and has {len(found)}", hint="`validate` lists all faults"
        )
    return found[0]


def _optional(graph: Graph, node: Node, predicate: URIRef) -> str | None:
    found = graph.value(node, predicate)
    return None if found is None else _plain(found)


def _plain(node: Node) -> str:
    if isinstance(node, Term) and node.datatype == IG.EscapedText:
        return _valid(node, _unescape, str(node))
    return str(node)


def _unescape(text: str) -> str:
    return text.encode("ascii").decode("unicode_escape")


def _valid(node: Node, kind: Callable[[str], T], text: str) -> T:
    try:
        return kind(text)
    except (TypeError, ValueError) as error:
        raise InvalidStatements(f"{node} has the malformed value {text!r}", hint=str(error)) from error


# Text


def _format(name: str) -> pyoxigraph.RdfFormat:
    try:
        return FORMATS[name.lower()]
    except KeyError:
        raise InvalidStatements(f"{name!r} is not a format of RDF", hint=f"one of {', '.join(FORMATS)}") from None


def _reading_order(quad: pyoxigraph.Quad) -> tuple[str, str, bool, str, str]:
    predicate = quad.predicate.value
    return (str(quad.graph_name), str(quad.subject), predicate != _TYPE, predicate, str(quad.object))


def _quad(subject: Node, predicate: Node, target: Node, graph: Node | None) -> pyoxigraph.Quad:
    # rdflib hands the default graph out as None, or by its own name for it.
    named = isinstance(graph, URIRef) and not str(graph).startswith("urn:x-rdflib:")
    graph_name = pyoxigraph.NamedNode(str(graph)) if named else pyoxigraph.DefaultGraph()
    value = _literal(target) if isinstance(target, Term) else _blank_or_named(target)
    return pyoxigraph.Quad(_blank_or_named(subject), pyoxigraph.NamedNode(str(predicate)), value, graph_name)


def _blank_or_named(node: Node) -> pyoxigraph.NamedNode | pyoxigraph.BlankNode:
    return _resource(node) if isinstance(node, URIRef) else pyoxigraph.BlankNode(str(node))


@lru_cache(maxsize=4096)
def _resource(node: URIRef) -> pyoxigraph.NamedNode:
    return pyoxigraph.NamedNode(node)


def _literal(term: Term) -> pyoxigraph.Literal:
    if term.language:
        return pyoxigraph.Literal(str(term), language=term.language)
    return pyoxigraph.Literal(str(term), datatype=_resource(term.datatype or XSD.string))


def _node(
    term: pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple,
) -> IdentifiedNode | Term:
    if isinstance(term, pyoxigraph.NamedNode):
        return URIRef(term.value)
    if isinstance(term, pyoxigraph.BlankNode):
        return BNode(term.value)
    if isinstance(term, pyoxigraph.Triple):
        raise InvalidStatements("a triple stands for a term", hint="RDF-star is not read; a statement is a resource")
    if term.language:
        return Term(term.value, lang=term.language)
    plain = term.datatype.value == str(XSD.string)
    return Term(term.value, datatype=None if plain else URIRef(term.datatype.value), normalize=False)
