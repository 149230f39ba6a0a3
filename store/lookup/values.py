"""What the look-ups answer with: frozen dataclasses that are also the response models of the API.

A field's metadata is what the API's schema says about it.
"""

# ruff: noqa: RUF009 — `told` makes a field anew at each call, as `dataclasses.field` does

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ontology.statement import Datatype, Marking, Modality

Direction = Literal["out", "in"]
"""Whether an entity is the subject of a statement (`out`) or its object (`in`)."""


def told(description: str, *examples: object) -> Any:
    """A field with the description and the examples that the API's schema gives for it."""
    return field(metadata={"description": description} | ({"examples": list(examples)} if examples else {}))


@dataclass(frozen=True, slots=True)
class EntitySummary:
    """An entity by its name: as much as a list or a drawn graph needs."""

    id: str = told("Readable id, unique in the graph.", "jaguar-land-rover")
    name: str = told("The name that most documents give it.", "Jaguar Land Rover")
    type: str = told("Its class in the ontology, the most specific one known.", "Company")
    labels: list[str] = told("The class and all above it.", ["Company", "Organization", "Entity"])
    aliases: list[str] = told("Other names that documents give it.", ["JLR"])


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """A document by its title: where a statement comes from."""

    id: str = told("Hash of its content.", "doc-0f3a5c1e2b7d")
    title: str = told("Title, or empty where it has none.", "Car plants restart in phases")
    url: str | None = told("Where it was published.", "https://example.org/news/restart")
    publisher: str | None = told("Who published it.", "Example News")
    published_on: str | None = told("Date of publication, ISO 8601 at the grain known.", "2025-10-07")
    marking: Marking = told("Traffic Light Protocol marking.", "TLP:CLEAR")


@dataclass(frozen=True, slots=True)
class Value:
    """A literal: a date, a number, a sum of money or words."""

    value: str | int | float = told("The value; a date is ISO 8601 at the source's own grain.", "2025-08-31")
    datatype: Datatype = told("What kind of value it is.", "date")
    currency: str | None = told("ISO 4217 code of a sum of money.", "GBP")


@dataclass(frozen=True, slots=True)
class StatementView:
    """One triple as one document puts it, with the words that say so."""

    id: str = told("Hash of what is said and where.", "st-5f0c9b1d2e3a")
    predicate: str = told("Predicate of the ontology.", "claimedBy")
    label: str = told("The predicate in words.", "claimed by")
    subject: EntitySummary = told("What the statement is about.")
    object: EntitySummary | Value = told("An entity or a value.")
    modality: Modality = told("How the text puts it.", "claimed")
    confidence: float = told("How sure the reader is that the text says so, 0 to 1.", 0.9)
    speaker: EntitySummary | None = told("Who claims, alleges, estimates or denies it.")
    role: str | None = told("Title of the post, for somebody's role in an organisation.", "chief executive")
    quote: str = told("The words themselves: the document's body from `start` to `end`.", "has claimed the attack")
    start: int = told("Offset of the quotation's first character in the body.", 120)
    end: int = told("Offset after its last character.", 142)
    rule: str = told("What found it.", "claim.claimed-responsibility")
    document: DocumentSummary = told("Where it stands.")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The quotation that supports an edge or a figure best."""

    statement: str = told("Id of the statement.", "st-5f0c9b1d2e3a")
    quote: str = told("The words themselves.", "has claimed the attack")
    start: int = told("Offset of the quotation's first character in the document's body.", 120)
    end: int = told("Offset after its last character.", 142)
    modality: Modality = told("How the text puts it.", "claimed")
    document: str = told("Id of the document.", "doc-0f3a5c1e2b7d")
    title: str = told("Title of the document.", "Car plants restart in phases")
    publisher: str | None = told("Who published it.", "Example News")
    published_on: str | None = told("When it was published.", "2025-10-07")
    role: str | None = told("Title of the post, for somebody's role in an organisation.", "chief executive")


@dataclass(frozen=True, slots=True)
class Edge:
    """All that the documents say of one subject, predicate and object that are entities."""

    source: str = told("Id of the subject.", "jlr-attack-2025")
    target: str = told("Id of the object.", "jaguar-land-rover")
    predicate: str = told("Predicate of the ontology.", "targeted")
    relationship: str = told("Its relationship type in Cypher.", "TARGETED")
    label: str = told("The predicate in words.", "targeted")
    family: str = told("The group of predicates that it belongs to.", "actors")
    modality: Modality = told("The strongest modality of its statements.", "asserted")
    modalities: list[Modality] = told("All modalities of its statements, strongest first.", ["asserted", "alleged"])
    confidence: float = told("Confidence of the best statement, 0 to 1.", 0.9)
    sources: int = told("How many documents say it.", 3)
    statements: int = told("How many statements say it.", 4)
    first_reported: str | None = told("When the first of them was published.", "2025-09-02")
    last_reported: str | None = told("When the last of them was published.", "2025-10-07")
    evidence: Evidence = told("The best quotation.")


@dataclass(frozen=True, slots=True)
class Figure:
    """One value that documents give for one property of an entity, with what supports it."""

    value: str | int | float = told("The value.", 1_900_000_000)
    datatype: Datatype = told("What kind of value it is.", "money")
    currency: str | None = told("ISO 4217 code of a sum of money.", "GBP")
    modality: Modality = told("The strongest modality of its statements.", "estimated")
    confidence: float = told("Confidence of the best statement, 0 to 1.", 0.9)
    sources: int = told("How many documents say it.", 2)
    statements: int = told("How many statements say it.", 2)
    evidence: Evidence = told("The best quotation.")


@dataclass(frozen=True, slots=True)
class Property:
    """A property of an entity with every value that documents give for it, the best supported first."""

    subject: EntitySummary = told("Whose property it is.")
    predicate: str = told("Predicate of the ontology.", "financialLoss")
    property: str = told("Its property name in Cypher.", "financial_loss")
    label: str = told("The predicate in words.", "financial loss")
    family: str = told("The group of predicates that it belongs to.", "impact")
    values: list[Figure] = told("The values side by side.")
    disagree: bool = told("Whether two documents give values that cannot both be the whole truth.", True)


@dataclass(frozen=True, slots=True)
class LinkCount:
    """How many entities are linked by one predicate in one direction."""

    predicate: str = told("Predicate of the ontology.", "ownedBy")
    direction: Direction = told("`out` where the entity is the subject, `in` where it is the object.", "out")
    label: str = told("How it reads from the entity.", "owned by")
    family: str = told("The group of predicates that it belongs to.", "ownership")
    count: int = told("How many entities.", 1)


@dataclass(frozen=True, slots=True)
class EntityDetail(EntitySummary):
    """An entity with its properties, how often it is linked, and the documents that mention it."""

    iri: str = told("Its IRI in the RDF export.", "https://w3id.org/incident-graph/id/jaguar-land-rover")
    properties: list[Property] = told("Dates, figures, sums and words said of it.")
    links: list[LinkCount] = told("How many links it has, a predicate and direction.")
    statements: int = told("How many statements it is the subject or the object of.", 41)
    documents: int = told("How many documents mention it.", 5)


@dataclass(frozen=True, slots=True)
class RelatedNode(EntitySummary):
    """An entity and how many steps it is away."""

    distance: int = told("Steps from the entity that was asked about, 0 for itself.", 1)


@dataclass(frozen=True, slots=True)
class Related:
    """The surroundings of an entity as a graph."""

    centre: str = told("Id of the entity that was asked about.", "jaguar-land-rover")
    nodes: list[RelatedNode] = told("The entity and those around it, nearest first.")
    edges: list[Edge] = told("What links them, the best supported first.")
    total: int = told("How many edges the entity itself has under the same filters.", 12)
    counts: list[LinkCount] | None = told("How many links of each kind it has under the same filters, if asked for.")
    note: str = told("What was left out and why; empty when nothing was.", "")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: an edge, the way it is walked, and how it reads."""

    edge: Edge = told("The edge, with its best quotation.")
    forward: bool = told("Whether it is walked from subject to object.", True)
    prose: str = told("The step as a sentence.", "The attack was claimed by Scattered Lapsus$ Hunters (claimed).")


@dataclass(frozen=True, slots=True)
class Path:
    """A way from one entity to another."""

    nodes: list[EntitySummary] = told("The entities in order.")
    steps: list[Step] = told("What links each to the next.")
    prose: str = told("The whole path as sentences, each with its source.")


@dataclass(frozen=True, slots=True)
class Paths:
    """The shortest ways between two entities, shortest and best supported first."""

    source: EntitySummary = told("Where they start.")
    target: EntitySummary = told("Where they end.")
    paths: list[Path] = told("The ways found.")
    note: str = told("What was left out and why; empty when the search was complete.", "")


@dataclass(frozen=True, slots=True)
class Event:
    """Something with a date."""

    date: str = told("ISO 8601 at the grain of the source.", "2025-08-31")
    kind: Literal["event", "report"] = told("An event that a text dates, or the publication of a document.", "event")
    predicate: str | None = told("The dating predicate; null for a publication.", "startedOn")
    label: str = told("What happened, in words.", "started on")
    subject: EntitySummary | None = told("What it happened to; null for a publication.")
    modality: Modality | None = told("The strongest modality of its statements.", "asserted")
    sources: int = told("How many documents give this date.", 2)
    evidence: Evidence | None = told("The best quotation; null for a publication.")
    document: DocumentSummary | None = told("The document, for a publication.")


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened to an entity and to what it is linked with, oldest first."""

    entity: EntitySummary = told("Whose timeline it is.")
    events: list[Event] = told("Events in order of date.")
    note: str = told("What was left out and why; empty when nothing was.", "")


@dataclass(frozen=True, slots=True)
class Link:
    """An edge with the entity at its other end."""

    entity: EntitySummary = told("The entity at the other end.")
    edge: Edge = told("What links it, with the best quotation.")


@dataclass(frozen=True, slots=True)
class Section:
    """One family of predicates of a case: links between entities, and figures side by side."""

    family: str = told("Name of the family.", "impact")
    label: str = told("The family in words.", "Impact")
    links: list[Edge] = told("Links of this family.")
    properties: list[Property] = told("Figures and words of this family.")


@dataclass(frozen=True, slots=True)
class IncidentSummary:
    """An incident in a list: whom it hit, who is named, when it began."""

    incident: EntitySummary = told("The incident.")
    victims: list[EntitySummary] = told("Whom it hit.")
    actors: list[Link] = told("Who claims it or is blamed for it, with the modality.")
    date: str | None = told("The earliest date that a document gives for it.", "2025-08-31")
    documents: int = told("How many documents mention it.", 3)


@dataclass(frozen=True, slots=True)
class IncidentCase:
    """An incident as one complete case."""

    incident: EntitySummary = told("The incident.")
    victims: list[Link] = told("Whom it hit.")
    actors: list[Link] = told("Who claims it or is blamed for it: look at the modality of each.")
    timeline: list[Event] = told("Dated events of the incident and of what it hit, oldest first.")
    sections: list[Section] = told(
        "All that is known, a family of predicates each: impact, response, justice, support."
    )
    disagreements: list[Property] = told("Figures on which documents disagree, side by side.")
    entities: list[EntitySummary] = told("Every entity that the case speaks of.")
    sources: list[DocumentSummary] = told("The documents that the case rests on, newest first.")
    note: str = told("What was left out and why; empty when nothing was.", "")


@dataclass(frozen=True, slots=True)
class DocumentDetail(DocumentSummary):
    """A document with its text and where each statement stands in it."""

    language: str = told("ISO 639-1 code.", "en")
    body: str = told("The text that every offset points into.")
    loaded_at: str | None = told("When it was loaded.", "2025-10-08T09:30:00Z")
    statements: list[StatementView] = told("Its statements, in the order in which they stand in the text.")
    entities: list[EntitySummary] = told("The entities that it mentions.")


@dataclass(frozen=True, slots=True)
class Stats:
    """How much there is, as far as the asker may see."""

    documents: int = told("Documents.", 12)
    statements: int = told("Statements.", 480)
    entities: int = told("Entities.", 210)
    edges: int = told("Links between entities, each subject, predicate and object once.", 260)
    classes: dict[str, int] = told("Entities of each class.", {"Incident": 9})
    predicates: dict[str, int] = told("Statements of each predicate.", {"targeted": 14})
    modalities: dict[str, int] = told("Statements of each modality.", {"asserted": 400})
    first_published: str | None = told("Publication of the oldest document.", "2023-05-31")
    last_published: str | None = told("Publication of the newest document.", "2025-10-08")
