"""Plausible incidents from a seed: the same seed gives the same documents, of any number.

Names follow a long-tailed law, as in the world: some actors, agencies and victims are in very many reports.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from ontology.model import Predicate, ontology
from ontology.statement import Datatype, Document, Entity, Literal, Modality, Statement, slug

FIRST = [
    "Alder",
    "Birch",
    "Cedar",
    "Delta",
    "Ember",
    "Falcon",
    "Granite",
    "Harbour",
    "Iris",
    "Juniper",
    "Kestrel",
    "Lumen",
    "Maple",
    "Nimbus",
    "Orchid",
]
SECOND = [
    "Foods",
    "Motors",
    "Bank",
    "Health",
    "Energy",
    "Systems",
    "Freight",
    "Retail",
    "Insurance",
    "Media",
    "Airways",
    "Steel",
    "Pharma",
    "Telecom",
    "Homes",
]
COLOURS = [
    "Amber",
    "Black",
    "Cobalt",
    "Dusty",
    "Electric",
    "Frozen",
    "Grey",
    "Hidden",
    "Iron",
    "Jade",
    "Lunar",
    "Mute",
    "Night",
    "Onyx",
    "Pale",
]
BEASTS = [
    "Spider",
    "Panda",
    "Jackal",
    "Viper",
    "Kraken",
    "Raven",
    "Lynx",
    "Hornet",
    "Mamba",
    "Otter",
    "Wolf",
    "Shark",
    "Crow",
    "Moth",
    "Badger",
]
STATEMENTS_IN_A_DOCUMENT = 20


def documents(statements: int, seed: int = 1) -> Iterator[tuple[Document, list[Statement]]]:
    """Documents that together make this many statements."""
    maker = _Maker(seed, entities=max(60, statements // 12))
    for number in range(max(1, statements // STATEMENTS_IN_A_DOCUMENT)):
        yield maker.document(number)


class _Maker:
    def __init__(self, seed: int, entities: int) -> None:
        self._random = random.Random(seed)
        self._entities = entities
        self._predicates = list(ontology().predicates.values())

    def document(self, number: int) -> tuple[Document, list[Statement]]:
        chosen = [self._random.choice(self._predicates) for _ in range(STATEMENTS_IN_A_DOCUMENT)]
        incident = self._entity("Incident")
        triples = [self._triple(predicate, incident) for predicate in chosen]
        sentences = [f"{subject.name} {predicate.label} {_words(target)}." for subject, predicate, target in triples]
        head = f"Report {number} on {incident.name}."
        body = " ".join([head, *sentences])
        month, day = self._random.randint(1, 12), self._random.randint(1, 28)
        document = Document(
            body=body,
            title=head.rstrip("."),
            publisher=f"{self._random.choice(FIRST)} News",
            published_on=f"{self._random.randint(2015, 2025)}-{month:02}-{day:02}",
        )
        return document, list(self._statements(document, triples, sentences, len(head) + 1))

    def _statements(
        self,
        document: Document,
        triples: list[tuple[Entity, Predicate, Entity | Literal]],
        sentences: list[str],
        start: int,
    ) -> Iterator[Statement]:
        for (subject, predicate, target), sentence in zip(triples, sentences, strict=True):
            yield Statement(
                subject=subject,
                predicate=predicate.name,
                object=target,
                document=document.id,
                quote=sentence,
                start=start,
                end=start + len(sentence),
                rule="generated",
                modality=self._random.choices(list(Modality), [70, 8, 10, 5, 4, 3])[0],
                confidence=round(self._random.uniform(0.5, 1.0), 3),
            )
            start += len(sentence) + 1

    def _triple(self, predicate: Predicate, incident: Entity) -> tuple[Entity, Predicate, Entity | Literal]:
        subject = incident if "Incident" in predicate.domain else self._entity(self._random.choice(predicate.domain))
        if predicate.range:
            target: Entity | Literal = self._entity(self._random.choice(predicate.range), besides=subject.id)
        else:
            target = self._literal(predicate.datatypes[0])
        return subject, predicate, target

    def _entity(self, kind: str, besides: str = "") -> Entity:
        while True:
            # A Pareto law: the first numbers come up again and again, the last ones once or never.
            number = min(self._entities - 1, int(self._random.paretovariate(0.6)) - 1)
            name = _name(kind, number)
            found = Entity(slug(name), name, kind)
            if found.id != besides:
                return found

    def _literal(self, datatype: Datatype) -> Literal:
        draw = self._random
        if datatype is Datatype.DATE:
            return Literal(f"{draw.randint(2015, 2025)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}", datatype)
        if datatype is Datatype.MONEY:
            return Literal(draw.randint(1, 2_000) * 1_000_000, datatype, draw.choice(["GBP", "USD", "EUR"]))
        if datatype is Datatype.INTEGER:
            return Literal(draw.randint(1, 100_000), datatype)
        return Literal(f"{draw.choice(COLOURS).lower()} records of {draw.choice(FIRST)}", datatype)


def _name(kind: str, number: int) -> str:
    first, second = (COLOURS, BEASTS) if kind == "ThreatActor" else (FIRST, SECOND)
    words = f"{first[number % 15]} {second[number // 15 % 15]}"
    return f"{words} {kind} {number}" if number >= 15 or kind != "Company" else words


def _words(target: Entity | Literal) -> str:
    return target.name if isinstance(target, Entity) else f"{target.value} {target.currency or ''}".strip()
