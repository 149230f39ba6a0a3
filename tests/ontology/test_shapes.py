from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import RDF, SKOS, URIRef

from ontology.check import check, is_date, violations
from ontology.errors import InvalidStatements
from ontology.model import entity_iri, ontology
from ontology.rdf import IG, OA, document_iri, statement_iri, to_dataset
from ontology.shapes import validate
from ontology.statement import Datatype, Document, Entity, Literal, Modality, Statement
from tests.ontology.strategies import readings

BODY = "Police say that Qilin attacked the brewer on 29 September 2025."
DOCUMENT = Document(BODY, published_on="2025-10-08T09:30:00Z")
QUOTE = "Qilin attacked the brewer"
ATTACK = Entity("brewer-attack-2025", "attack on the brewer", "Incident")
GANG = Entity("qilin", "Qilin", "ThreatActor")
BREWER = Entity("brewer", "the brewer", "Company")
GOOD = Statement(
    ATTACK,
    "attributedTo",
    GANG,
    DOCUMENT.id,
    QUOTE,
    BODY.index(QUOTE),
    BODY.index(QUOTE) + len(QUOTE),
    "test",
    Modality.ALLEGED,
    0.9,
    Entity("police", "Police", "LawEnforcement"),
)
# Each changes one thing that the ontology does not allow.
BREAKAGES: dict[str, Callable[[Statement], Statement]] = {
    "unknown predicate": lambda s: replace(s, predicate="hacked"),
    "subject outside the domain": lambda s: replace(s, subject=BREWER),
    "object outside the range": lambda s: replace(s, object=BREWER),
    "denied, object outside the range": lambda s: replace(s, object=BREWER, modality=Modality.DENIED),
    "literal for an entity": lambda s: replace(s, object=Literal("Qilin", Datatype.TEXT)),
    "entity for a literal": lambda s: replace(s, predicate="startedOn"),
    "text for a date": lambda s: replace(s, predicate="startedOn", object=Literal("2025", Datatype.TEXT)),
    "date for a text": lambda s: replace(s, predicate="compromisedData", object=Literal("2025", Datatype.DATE)),
    "no such day": lambda s: replace(s, predicate="startedOn", object=Literal("2025-02-30", Datatype.DATE)),
    "no such month": lambda s: replace(s, predicate="startedOn", object=Literal("2025-13", Datatype.DATE)),
    "date in words": lambda s: replace(s, predicate="startedOn", object=Literal("last week", Datatype.DATE)),
    "time of day": lambda s: replace(s, predicate="startedOn", object=Literal("2025-09-29T10:00:00", Datatype.DATE)),
    "blank text": lambda s: replace(s, predicate="compromisedData", object=Literal(" \n", Datatype.TEXT)),
    "negative number": lambda s: replace(s, predicate="peopleAffected", object=Literal(-1, Datatype.INTEGER)),
    "number in words": lambda s: replace(s, predicate="peopleAffected", object=Literal("many", Datatype.INTEGER)),
    "negative sum": lambda s: replace(s, predicate="ransomPaid", object=Literal(-5, Datatype.MONEY, "GBP")),
    "sum in words": lambda s: replace(s, predicate="ransomPaid", object=Literal("much", Datatype.MONEY, "GBP")),
    "endless sum": lambda s: replace(s, predicate="ransomPaid", object=Literal(float("inf"), Datatype.MONEY, "GBP")),
    "no such currency": lambda s: replace(s, predicate="ransomPaid", object=Literal(5, Datatype.MONEY, "pounds")),
    "unknown class": lambda s: replace(s, object=replace(GANG, type="Gang")),
    "class of no entity": lambda s: replace(s, speaker=replace(GANG, type="Document")),
    "no name": lambda s: replace(s, object=replace(GANG, name=" ")),
    "no id": lambda s: replace(s, object=replace(GANG, id="")),
    "too sure": lambda s: replace(s, confidence=1.5),
    "less than unsure": lambda s: replace(s, confidence=-0.1),
    "no rule": lambda s: replace(s, rule=""),
    "blank role": lambda s: replace(s, role=" "),
    "no quote": lambda s: replace(s, quote="", end=s.start),
    "quote changed": lambda s: replace(s, quote=s.quote.upper()),
    "quote cut": lambda s: replace(s, quote=s.quote[:-1]),
    "offsets moved": lambda s: replace(s, start=s.start + 1, end=s.end + 1),
    "offsets turned": lambda s: replace(s, start=s.end, end=s.start),
    "offset before the start": lambda s: replace(s, start=-1),
}


@pytest.fixture(scope="module")
def other() -> Statement:
    """A good statement beside the broken one: it must not hide it, nor be blamed."""
    return Statement(ATTACK, "targeted", BREWER, DOCUMENT.id, "the brewer", 31, 41, "test")


def test_good_statements_pass_both(other: Statement) -> None:
    check([GOOD, other], DOCUMENT)
    report = validate(to_dataset(DOCUMENT, [GOOD, other]))
    assert report.conforms, report.results


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_both_refuse(breakage: str, other: Statement) -> None:
    broken = BREAKAGES[breakage](GOOD)
    with pytest.raises(InvalidStatements) as error:
        check([other, broken], DOCUMENT)
    assert broken.id in str(error.value)
    report = validate(to_dataset(DOCUMENT, [other, broken]))
    assert not report.conforms
    assert all(result.message and result.document == DOCUMENT.id for result in report.results)
    assert other.id not in {result.node for result in report.results}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(readings())
def test_both_pass_what_the_ontology_allows(reading: tuple[Document, list[Statement]]) -> None:
    document, statements = reading
    assert not list(violations(statements, document))
    report = validate(to_dataset(document, statements))
    assert report.conforms, [str(result) for result in report.results]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(readings().filter(lambda reading: bool(reading[1])), st.sampled_from(list(ontology().predicates)))
def test_both_judge_any_predicate_alike(reading: tuple[Document, list[Statement]], predicate: str) -> None:
    """A predicate put in the place of another may fit or not; the two have to agree on which."""
    document, statements = reading
    changed = replace(statements[0], predicate=predicate)
    refused = bool(list(violations([changed], document)))
    assert refused is not validate(to_dataset(document, [changed])).conforms


@pytest.mark.parametrize(
    ("node", "lost", "told"),
    [
        (statement_iri(GOOD.id), OA.hasSelector, "a statement has one quote"),
        (statement_iri(GOOD.id), RDF.object, "a statement has one object"),
        (statement_iri(GOOD.id), IG.modality, "a statement has one modality"),
        (statement_iri(GOOD.id), IG.confidence, "the confidence of a statement lies between 0 and 1"),
        (document_iri(DOCUMENT.id), IG.body, "a document has one body"),
        (URIRef(entity_iri("qilin")), SKOS.prefLabel, "an entity has a name"),
    ],
)
def test_a_missing_part_is_told(node: URIRef, lost: URIRef, told: str) -> None:
    dataset = to_dataset(DOCUMENT, [GOOD])
    dataset.graph(document_iri(DOCUMENT.id)).remove((node, lost, None))
    report = validate(dataset)
    assert not report.conforms
    assert any(result.message.startswith(told) for result in report.results)


def test_one_document_does_not_vouch_for_another() -> None:
    """A class that an entity has in another document is no excuse in this one."""
    other = Document("Qilin, a company, was hit.")
    company = replace(GANG, type="Company")
    hit = Statement(ATTACK, "attributedTo", company, other.id, "Qilin, a company", 0, 16, "test")
    report = validate(to_dataset(other, [hit], to_dataset(DOCUMENT, [GOOD])))
    assert [result.document for result in report.results] == [other.id]


def test_a_document_of_no_date_is_refused() -> None:
    document = replace(DOCUMENT, published_on="yesterday")
    with pytest.raises(InvalidStatements):
        check([], document)
    assert not validate(to_dataset(document, [])).conforms


def test_a_statement_of_another_document_is_refused() -> None:
    with pytest.raises(InvalidStatements):
        check([replace(GOOD, document="doc-other")], DOCUMENT)


def test_a_long_list_of_faults_is_cut() -> None:
    broken = [replace(GOOD, confidence=2.0, start=GOOD.start + at) for at in range(5)]
    with pytest.raises(InvalidStatements, match="and 6 more"):
        check(broken, DOCUMENT)


@pytest.mark.parametrize("value", ["2025", "2025-09", "2024-02-29"])
def test_dates_of_every_grain(value: str) -> None:
    assert is_date(value)


@pytest.mark.parametrize("value", ["25", "2025-9", "2025-02-29", "2025-00", "0000", "٢٠٢٥", "2025-09-29 ", 2025, None])
def test_no_dates(value: object) -> None:
    assert not is_date(value)
