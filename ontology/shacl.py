"""The text of `shapes.ttl`: what the ontology says of domains, ranges and evidence, as SHACL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ontology.model import Ontology, Predicate
from ontology.statement import Datatype, Marking, Modality

_HEAD = """\
# Written by `python -m ontology.derive` from incident.ttl. Do not edit.
#
# These shapes speak of the graph of one document. `ontology.shapes.validate` also writes the triples of denied
# statements, which the graph lacks, so that the shapes of the predicates hold for them too.

@prefix ig:    <https://w3id.org/incident-graph/ontology#> .
@prefix shape: <https://w3id.org/incident-graph/shapes#> .
@prefix sh:    <http://www.w3.org/ns/shacl#> .
@prefix rdf:   <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix xsd:   <http://www.w3.org/2001/XMLSchema#> .
@prefix skos:  <http://www.w3.org/2004/02/skos/core#> .
@prefix prov:  <http://www.w3.org/ns/prov#> .
@prefix oa:    <http://www.w3.org/ns/oa#> .
@prefix dct:   <http://purl.org/dc/terms/> .

<https://w3id.org/incident-graph/shapes> sh:declare
    [ sh:prefix "ig" ; sh:namespace "https://w3id.org/incident-graph/ontology#"^^xsd:anyURI ] ,
    [ sh:prefix "oa" ; sh:namespace "http://www.w3.org/ns/oa#"^^xsd:anyURI ] ,
    [ sh:prefix "prov" ; sh:namespace "http://www.w3.org/ns/prov#"^^xsd:anyURI ] ,
    [ sh:prefix "xsd" ; sh:namespace "http://www.w3.org/2001/XMLSchema#"^^xsd:anyURI ] .

#
# Literals
#

shape:text a sh:NodeShape ;
    sh:or ( [ sh:datatype xsd:string ; sh:pattern "\\\\S" ] [ sh:datatype ig:EscapedText ] ) .

shape:date a sh:NodeShape ;
    sh:or (
        [ sh:datatype xsd:gYear ; sh:pattern "^[1-9][0-9]{3}$" ]
        [ sh:datatype xsd:gYearMonth ; sh:pattern "^[1-9][0-9]{3}-(0[1-9]|1[0-2])$" ]
        [ sh:datatype xsd:date ; sh:pattern "^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$" ]
    ) .

shape:integer a sh:NodeShape ; sh:datatype xsd:integer ; sh:minInclusive 0 .

shape:number a sh:NodeShape ;
    sh:or ( [ sh:datatype xsd:integer ] [ sh:datatype xsd:decimal ] ) ;
    sh:minInclusive 0 .

shape:money a sh:NodeShape ; sh:class ig:Amount .

shape:amount a sh:NodeShape ; sh:targetClass ig:Amount ;
    sh:property
        [ sh:path ig:value ; sh:minCount 1 ; sh:maxCount 1 ; sh:node shape:number ;
          sh:message "an amount has one value, a number that is not negative" ] ,
        [ sh:path ig:currency ; sh:minCount 1 ; sh:maxCount 1 ; sh:pattern "^[A-Z]{3}$" ;
          sh:message "an amount has one currency, of ISO 4217" ] .

#
# Documents, entities, statements
#

shape:document a sh:NodeShape ; sh:targetClass ig:Document ;
    sh:property
        [ sh:path ig:body ; sh:minCount 1 ; sh:maxCount 1 ; sh:message "a document has one body" ] ,
        [ sh:path ig:marking ; sh:maxCount 1 ; sh:in ( @MARKINGS@ ) ;
          sh:message "a marking is one of the Traffic Light Protocol 2.0" ] ,
        [ sh:path dct:issued ; sh:maxCount 1 ; sh:or ( [ sh:node shape:date ] [ sh:datatype xsd:dateTime ] ) ;
          sh:message "a document is of one date, of ISO 8601" ] ;
    # On the document rather than on each statement, so that there is one query to run.
    sh:sparql [
        sh:prefixes <https://w3id.org/incident-graph/shapes> ;
        sh:message "the quote of this statement is not what the document has between its offsets" ;
        sh:select \"\"\"
            SELECT $this ?value WHERE {
                ?value prov:wasQuotedFrom $this ; oa:hasSelector/oa:exact ?quote ;
                       oa:hasSelector/oa:start ?start ; oa:hasSelector/oa:end ?end .
                $this ig:body ?body .
                FILTER (datatype(?body) = xsd:string && datatype(?quote) = xsd:string)
                FILTER (?end - ?start != STRLEN(?quote) || SUBSTR(?body, ?start + 1, ?end - ?start) != ?quote)
            }\"\"\"
    ] .

shape:entity a sh:NodeShape ; sh:targetClass ig:Entity ;
    sh:pattern "^https://w3id\\\\.org/incident-graph/id/.*[^/]$" ;
    sh:property
        [ sh:path skos:prefLabel ; sh:minCount 1 ; sh:node shape:text ; sh:message "an entity has a name" ] .

shape:statement a sh:NodeShape ; sh:targetClass ig:Statement ;
    sh:property
        [ sh:path rdf:subject ; sh:minCount 1 ; sh:maxCount 1 ; sh:class ig:Entity ;
          sh:message "the subject of a statement is one entity, of a class of the ontology" ] ,
        [ sh:path rdf:predicate ; sh:minCount 1 ; sh:maxCount 1 ; sh:in ( @PREDICATES@ ) ;
          sh:message "the predicate of a statement is one of the ontology" ] ,
        [ sh:path rdf:object ; sh:minCount 1 ; sh:maxCount 1 ; sh:message "a statement has one object" ] ,
        [ sh:path ig:speaker ; sh:maxCount 1 ; sh:class ig:Entity ;
          sh:message "the speaker of a statement is an entity, of a class of the ontology" ] ,
        [ sh:path prov:wasQuotedFrom ; sh:minCount 1 ; sh:maxCount 1 ; sh:class ig:Document ;
          sh:message "a statement is quoted from one document" ] ,
        [ sh:path ig:modality ; sh:minCount 1 ; sh:maxCount 1 ; sh:in ( @MODALITIES@ ) ;
          sh:message "a statement has one modality: @ANY_MODALITY@" ] ,
        [ sh:path ig:confidence ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:double ;
          sh:minInclusive "0.0"^^xsd:double ; sh:maxInclusive "1.0"^^xsd:double ;
          sh:message "the confidence of a statement lies between 0 and 1" ] ,
        [ sh:path ig:rule ; sh:minCount 1 ; sh:maxCount 1 ; sh:node shape:text ;
          sh:message "a statement names the rule that found it" ] ,
        [ sh:path ig:role ; sh:maxCount 1 ; sh:node shape:text ; sh:message "a role is not empty" ] ,
        [ sh:path ( oa:hasSelector oa:exact ) ; sh:minCount 1 ; sh:maxCount 1 ; sh:node shape:text ;
          sh:message "a statement has one quote" ] ,
        [ sh:path ( oa:hasSelector oa:start ) ; sh:minCount 1 ; sh:maxCount 1 ; sh:node shape:integer ;
          sh:message "a quote starts at one place" ] ,
        [ sh:path ( oa:hasSelector oa:end ) ; sh:minCount 1 ; sh:maxCount 1 ; sh:node shape:integer ;
          sh:message "a quote ends at one place" ] .

shape:position a sh:NodeShape ; sh:targetClass oa:TextPositionSelector ;
    sh:property [ sh:path oa:start ; sh:lessThan oa:end ; sh:message "a quote starts before it ends" ] .

#
# Predicates
#
"""


def shapes(model: Ontology) -> str:
    """The whole file."""
    head = (
        _HEAD.replace("@MARKINGS@", _strings(Marking))
        .replace("@MODALITIES@", _strings(Modality))
        .replace("@ANY_MODALITY@", " or ".join(Modality))
        .replace("@PREDICATES@", " ".join(f"ig:{name}" for name in model.predicates))
    )
    return head + "".join(_predicate(predicate) for predicate in model.predicates.values())


def _strings(values: Iterable[str]) -> str:
    return " ".join(f'"{value}"' for value in values)


def _predicate(predicate: Predicate) -> str:
    takes = [*predicate.range, *(_DATATYPE_NAMES[datatype] for datatype in predicate.datatypes)]
    domain = _either([f"sh:class ig:{name}" for name in predicate.domain])
    values = _either(list(_values(predicate)))
    return f"""
shape:subject-of-{predicate.name} a sh:NodeShape ; sh:targetSubjectsOf ig:{predicate.name} ;
    {domain} ;
    sh:message "the subject of {predicate.name} is {" or ".join(predicate.domain)}" ;
    sh:property shape:object-of-{predicate.name} .

shape:object-of-{predicate.name} a sh:PropertyShape ; sh:path ig:{predicate.name} ;
    {values} ;
    sh:message "the object of {predicate.name} is {" or ".join(takes)}" .
"""


_DATATYPE_NAMES = {
    Datatype.DATE: "a date of ISO 8601",
    Datatype.INTEGER: "a number that is not negative",
    Datatype.MONEY: "an amount of money",
    Datatype.TEXT: "a text",
}


def _values(predicate: Predicate) -> Iterator[str]:
    for name in predicate.range:
        yield f"sh:class ig:{name}"
    for datatype in predicate.datatypes:
        yield f"sh:node shape:{datatype.value}"


def _either(constraints: list[str]) -> str:
    """One constraint as it is, several as alternatives."""
    if len(constraints) == 1:
        return constraints[0]
    return f"sh:or ( {' '.join(f'[ {constraint} ]' for constraint in constraints)} )"
