from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from rdflib import RDF, SKOS, Dataset, URIRef

from ontology.check import check
from ontology.errors import InvalidStatements
from ontology.model import entity_iri
from ontology.rdf import (
    IG,
    OA,
    document_iri,
    from_dataset,
    parse,
    quads,
    serialize,
    serialize_quads,
    statement_iri,
    to_dataset,
)
from ontology.shapes import validate
from ontology.statement import Datatype, Document, Entity, Literal, Modality, Statement
from tests.ontology.strategies import readings

BODY = "Qilin said it was behind the attack on the brewer. The brewer lost 3.5 million pounds in 2025."
DOCUMENT = Document(BODY, "A brewer's year", "https://example.org/a", "The Example", "2025-10-08")
ATTACK = Entity("brewer-attack-2025", "attack on the brewer", "Incident")
BREWER = Entity("brewer", "the brewer", "Company", ("Brewer plc",))
GANG = Entity("qilin", "Qilin", "ThreatActor")


def statement(subject: Entity, predicate: str, target: Entity | Literal, quote: str, **more: object) -> Statement:
    start = BODY.index(quote)
    return Statement(subject, predicate, target, DOCUMENT.id, quote, start, start + len(quote), "test", **more)  # type: ignore[arg-type]


TARGETED = statement(ATTACK, "targeted", BREWER, "the attack on the brewer")
CLAIMED = statement(
    ATTACK, "claimedBy", GANG, "Qilin said it was behind the attack", modality=Modality.CLAIMED, speaker=GANG
)
LOSS = statement(
    BREWER, "financialLoss", Literal(3_500_000, Datatype.MONEY, "GBP"), "The brewer lost 3.5 million pounds"
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(readings())
def test_round_trip_by_text(reading: tuple[Document, list[Statement]]) -> None:
    dataset = to_dataset(*reading)
    assert list(from_dataset(dataset)) == [reading]
    for name in ("trig", "json-ld", "n-quads", "turtle"):
        assert list(from_dataset(parse(serialize(dataset, name), name))) == [reading], name


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
def test_rdflib_reads_the_same_text() -> None:
    dataset = to_dataset(DOCUMENT, [TARGETED, CLAIMED, LOSS])
    for name in ("trig", "json-ld"):
        again = Dataset()
        again.parse(data=serialize(dataset, name), format=name)
        assert list(from_dataset(again)) == list(from_dataset(dataset)), name


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(readings())
def test_quads_are_the_dataset(reading: tuple[Document, list[Statement]]) -> None:
    for name in ("trig", "turtle"):
        assert serialize_quads(quads(*reading), name) == serialize(to_dataset(*reading), name)


def test_two_documents_keep_their_graphs_apart() -> None:
    other = Document("The brewer, also known as Kura, was hit.")
    known_as = Entity("brewer", "The brewer", "Organization", ("Kura",))
    hit = Statement(ATTACK, "targeted", known_as, other.id, "was hit", 32, 39, "test")
    dataset = to_dataset(other, [hit], to_dataset(DOCUMENT, [TARGETED]))
    assert {document.id: found for document, found in from_dataset(dataset)} == {
        DOCUMENT.id: [TARGETED],
        other.id: [hit],
    }


def test_statement_points_to_its_words() -> None:
    graph = to_dataset(DOCUMENT, [CLAIMED]).graph(document_iri(DOCUMENT.id))
    node = statement_iri(CLAIMED.id)
    words = [
        str(text) for selector in graph.objects(node, OA.hasSelector) for text in graph.objects(selector, OA.exact)
    ]
    assert words == [CLAIMED.quote]
    assert graph.value(node, IG.speaker) == URIRef(entity_iri("qilin"))
    assert (URIRef(entity_iri(ATTACK.id)), IG.claimedBy, URIRef(entity_iri("qilin"))) in graph


def test_a_company_is_an_organization_without_inference() -> None:
    graph = to_dataset(DOCUMENT, [TARGETED]).graph(document_iri(DOCUMENT.id))
    node = URIRef(entity_iri("brewer"))
    assert {IG.Company, IG.Organization, IG.Entity} == set(graph.objects(node, RDF.type))
    assert str(graph.value(node, SKOS.altLabel)) == "Brewer plc"


def test_money_is_an_amount() -> None:
    graph = to_dataset(DOCUMENT, [LOSS]).graph(document_iri(DOCUMENT.id))
    amount = graph.value(URIRef(entity_iri("brewer")), IG.financialLoss)
    assert amount is not None
    assert (str(graph.value(amount, IG.currency)), str(graph.value(amount, IG.value))) == ("GBP", "3500000")


def test_a_denied_statement_makes_no_triple() -> None:
    denied = statement(ATTACK, "claimedBy", GANG, "Qilin", modality=Modality.DENIED)
    dataset = to_dataset(DOCUMENT, [denied])
    assert not list(dataset.graph(document_iri(DOCUMENT.id)).triples((None, IG.claimedBy, None)))
    assert list(from_dataset(dataset)) == [(DOCUMENT, [denied])]


def test_a_name_shared_by_a_gang_and_its_malware_is_read_as_each() -> None:
    malware = Entity("qilin", "Qilin", "Malware")
    used = statement(GANG, "usedMalware", malware, "Qilin")
    assert list(from_dataset(to_dataset(DOCUMENT, [used, CLAIMED]))) == [(DOCUMENT, [used, CLAIMED])]


def test_the_page_shows_one_statement_in_both_forms() -> None:
    page = (Path(__file__).parents[2] / "docs/statements.md").read_text("utf-8")
    as_json, as_trig = (page.split(f"```{name}\n")[1].split("```")[0] for name in ("json", "trig"))
    shown = Statement.from_json(json.loads(as_json))
    assert shown.to_json() == json.loads(as_json)
    dataset = parse(as_trig)
    ((document, found),) = from_dataset(dataset)
    assert found == [shown]
    check(found, document)
    assert validate(dataset).conforms


def test_text_does_not_depend_on_the_order_of_statements() -> None:
    one = serialize(to_dataset(DOCUMENT, [TARGETED, CLAIMED, LOSS]))
    assert one == serialize(to_dataset(DOCUMENT, [LOSS, CLAIMED, TARGETED]))
    assert "ig:claimedBy id:qilin" in one


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<a", "turtle"),
        ("{", "json-ld"),
        ('{"@context": "http://127.0.0.1:9/context.json", "@id": "http://x/"}', "json-ld"),
        ("<http://x/a> <http://x/b> <<( <http://x/a> <http://x/b> <http://x/c> )>> .", "turtle"),
        ("", "hdt"),
    ],
)
def test_bad_text_is_a_clear_error(text: str, name: str) -> None:
    with pytest.raises(InvalidStatements):
        parse(text, name)


@pytest.mark.parametrize("lost", [OA.exact, OA.start, RDF.object, IG.modality, SKOS.prefLabel, IG.rule])
def test_a_missing_part_is_a_clear_error(lost: URIRef) -> None:
    dataset = to_dataset(DOCUMENT, [CLAIMED])
    dataset.graph(document_iri(DOCUMENT.id)).remove((None, lost, None))
    with pytest.raises(InvalidStatements):
        list(from_dataset(dataset))
