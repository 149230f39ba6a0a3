"""A small world in our own words: three incidents, two markings, claims that differ, figures that disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ontology.statement import Datatype, Document, Entity, Literal, Marking, Modality, Statement
from store import Store

CARS = Entity("jaguar-land-rover", "Jaguar Land Rover", "Company", ("JLR",))
CARS_ATTACK = Entity("jaguar-land-rover-attack-2025", "Attack on Jaguar Land Rover (2025)", "Incident")
TATA = Entity("tata-motors", "Tata Motors", "Company")
HUNTERS = Entity("scattered-lapsus-hunters", "Scattered Lapsus$ Hunters", "ThreatActor", ("SLSH",))
SPIDER = Entity("scattered-spider", "Scattered Spider", "ThreatActor")
SHOP = Entity("marks-and-spencer", "Marks & Spencer", "Company", ("M&S",))
SHOP_ATTACK = Entity("marks-and-spencer-attack-2025", "Attack on Marks & Spencer (2025)", "Incident")
COOP_ATTACK = Entity("co-op-attack-2025", "Attack on Co-op (2025)", "Incident")
COOP = Entity("co-op", "Co-op", "Company", ("Co-operative Group",))
NCSC = Entity("national-cyber-security-centre", "National Cyber Security Centre", "GovernmentBody", ("NCSC",))
UKEF = Entity("uk-export-finance", "UK Export Finance", "GovernmentBody")
LOAN = Entity("jaguar-land-rover-loan-guarantee-2025", "Loan guarantee to Jaguar Land Rover", "SupportMeasure")
HSBC = Entity("hsbc", "HSBC", "Bank")
MUFG = Entity("mufg", "MUFG", "Bank")
NATWEST = Entity("natwest", "NatWest", "Bank")
SOLIHULL = Entity("solihull-plant", "Solihull plant", "Facility")
SUPPLIER = Entity("evtec", "Evtec", "Company")
MOLE = Entity("the-insider", "The Insider", "Person", ("Agent Nightjar",))
COURT_AGENCY = Entity("national-crime-agency", "National Crime Agency", "LawEnforcement", ("NCA",))


@dataclass
class Report:
    """A document that is written a sentence at a time, each with what it states."""

    title: str
    published_on: str | None
    marking: Marking = Marking.CLEAR
    publisher: str = "The Gazette"
    sentences: list[str] = field(default_factory=list)
    _said: list[tuple[int, str, Entity, str, Entity | Literal, Modality, Entity | None, str | None]] = field(
        default_factory=list
    )

    def says(  # noqa: PLR0917 — a sentence reads best without keywords
        self,
        sentence: str,
        subject: Entity,
        predicate: str,
        target: Entity | Literal,
        modality: Modality = Modality.ASSERTED,
        speaker: Entity | None = None,
        role: str | None = None,
    ) -> Report:
        """Add a sentence (unless the last one is the same) that states one triple."""
        if not self.sentences or self.sentences[-1] != sentence:
            self.sentences.append(sentence)
        self._said.append((len(self.sentences) - 1, sentence, subject, predicate, target, modality, speaker, role))
        return self

    def finish(self) -> tuple[Document, list[Statement]]:
        """The document and its statements."""
        body = " ".join(self.sentences)
        starts = [len(" ".join(self.sentences[:n])) + (n > 0) for n in range(len(self.sentences))]
        document = Document(
            body=body,
            title=self.title,
            publisher=self.publisher,
            published_on=self.published_on,
            marking=self.marking,
            url=f"https://example.org/{self.title.lower().replace(' ', '-')}",
        )
        statements = [
            Statement(
                subject=subject,
                predicate=predicate,
                object=target,
                document=document.id,
                quote=sentence,
                start=starts[n],
                end=starts[n] + len(sentence),
                rule="test",
                modality=modality,
                confidence=0.9,
                speaker=speaker,
                role=role,
            )
            for n, sentence, subject, predicate, target, modality, speaker, role in self._said
        ]
        return document, statements


def _date(text: str) -> Literal:
    return Literal(text, Datatype.DATE)


def _pounds(amount: int) -> Literal:
    return Literal(amount, Datatype.MONEY, "GBP")


def restart() -> Report:
    """An open report on the restart of the car plants."""
    return (
        Report("Car plants restart", "2025-10-07")
        .says("Attackers struck Jaguar Land Rover on 31 August.", CARS_ATTACK, "targeted", CARS)
        .says("Attackers struck Jaguar Land Rover on 31 August.", CARS_ATTACK, "startedOn", _date("2025-08-31"))
        .says("Production stopped at the plant in Solihull.", CARS_ATTACK, "disrupted", SOLIHULL)
        .says("Production stopped at the plant in Solihull.", CARS, "operates", SOLIHULL)
        .says("The firm belongs to Tata Motors.", CARS, "ownedBy", TATA)
        .says(
            "A crew called Scattered Lapsus$ Hunters boasted of it.",
            CARS_ATTACK,
            "claimedBy",
            HUNTERS,
            Modality.CLAIMED,
            HUNTERS,
        )
        .says("The crew shares members with Scattered Spider.", HUNTERS, "associatedWith", SPIDER, Modality.ALLEGED)
        .says(
            "It is also linked to the raid on Marks & Spencer.", SHOP_ATTACK, "attributedTo", HUNTERS, Modality.ALLEGED
        )
        .says("It is also linked to the raid on Marks & Spencer.", SHOP_ATTACK, "targeted", SHOP)
        .says("The National Cyber Security Centre is helping.", NCSC, "respondedTo", CARS_ATTACK)
        .says("A loan of 1.5 billion pounds will help the car maker.", LOAN, "beneficiary", CARS)
        .says("A loan of 1.5 billion pounds will help the car maker.", LOAN, "amount", _pounds(1_500_000_000))
        .says("UK Export Finance stands behind it.", LOAN, "guaranteedBy", UKEF)
        .says("HSBC, MUFG and NatWest put up the money.", LOAN, "lentBy", HSBC)
        .says("HSBC, MUFG and NatWest put up the money.", LOAN, "lentBy", MUFG)
        .says("HSBC, MUFG and NatWest put up the money.", LOAN, "lentBy", NATWEST)
        .says(
            "One analyst reckons the damage at 1.9 billion pounds.",
            CARS_ATTACK,
            "financialLoss",
            _pounds(1_900_000_000),
            Modality.ESTIMATED,
        )
    )


def results() -> Report:
    """An open report of another publisher, with another figure and a supplier's lay-offs."""
    return (
        Report("Quarterly results", "2025-11-14", publisher="Market Wire")
        .says(
            "The attack on Jaguar Land Rover cost 196 million pounds.",
            CARS_ATTACK,
            "financialLoss",
            _pounds(196_000_000),
        )
        .says("The attack on Jaguar Land Rover cost 196 million pounds.", CARS_ATTACK, "targeted", CARS)
        .says("Evtec, which delivers to JLR, sent 40 people home.", SUPPLIER, "supplies", CARS)
        .says("Evtec, which delivers to JLR, sent 40 people home.", SUPPLIER, "laidOff", Literal(40, Datatype.INTEGER))
        .says(
            "The group denied that it had struck Co-op.", COOP_ATTACK, "attributedTo", HUNTERS, Modality.DENIED, HUNTERS
        )
        .says("The group denied that it had struck Co-op.", COOP_ATTACK, "targeted", COOP)
    )


def secret() -> Report:
    """A report that only those cleared for TLP:RED may see: it knows a person, a name, a date and a stronger claim."""
    red_cars = Entity("jaguar-land-rover", "Jaguar Land Rover", "Company", ("Project Heron",))
    return (
        Report("Private briefing", "2025-12-01", Marking.RED, "Closed Circle")
        .says("The Insider opened the door to the car maker.", CARS_ATTACK, "attributedTo", MOLE, Modality.ALLEGED)
        .says("The Insider opened the door to the car maker.", CARS_ATTACK, "targeted", red_cars)
        .says("Scattered Lapsus$ Hunters did it, no doubt.", CARS_ATTACK, "claimedBy", HUNTERS)
        .says("The intrusion began on 3 August.", CARS_ATTACK, "startedOn", _date("2025-08-03"))
        .says("The National Crime Agency picked up The Insider.", COURT_AGENCY, "arrested", MOLE)
        .says("The hidden bill is 777 million pounds.", CARS_ATTACK, "financialLoss", _pounds(777_000_000))
    )


def world() -> list[tuple[Document, list[Statement]]]:
    """All reports."""
    return [report.finish() for report in (restart(), results(), secret())]


def load_world(store: Store) -> None:
    """Make the store hold these reports and nothing else."""
    hold(store, world())


def hold(store: Store, reports: Sequence[tuple[Document, list[Statement]]]) -> None:
    """Make the store hold some reports and nothing else."""
    ours = {document.id for document, _ in reports}
    for row in store.read("MATCH (d:Document) RETURN d.id AS id"):
        if row["id"] not in ours:
            store.retract(row["id"])
    for document, statements in reports:
        store.load(document, statements)
