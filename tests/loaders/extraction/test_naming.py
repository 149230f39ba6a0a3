"""An incident has the name of whom it hit if that is likely, else of who did it, and is none without either."""

from __future__ import annotations

import pytest

from loaders.extraction.naming import name_incidents
from loaders.extraction.reading import Candidate, Reading, Record
from ontology.statement import Document

FIRM = Record("Vireo Labs", "Company", "vireo-labs")
BAKERY = Record("Orrin Bakery", "Company", "orrin-bakery")
GANG = Record("RomCom", "ThreatActor", "romcom")
MALWARE = Record("SnipBot", "Malware", "snipbot")


def incident(name: str) -> Record:
    return Record(f"{name} cyberattack 2025", "Incident", f"{name.lower().replace(' ', '-')}-cyberattack-2025")


def renamed(rows: list[tuple[str, Record, float]], *others: Record) -> Reading:
    """The reading of a text with an incident of the firm, of which these rows are told, and incidents of others."""
    reading = Reading(Document("Text."))
    of_firm = incident(FIRM.name)
    reading.incidents = [of_firm, *(incident(other.name) for other in others)]
    victims = (FIRM, *others)
    reading.memo["by_victim"] = {v.id: i for v, i in zip(victims, reading.incidents, strict=True)}
    reading.candidates = [Candidate(of_firm, predicate, end, 0, 5, "test", sure) for predicate, end, sure in rows]
    name_incidents(reading)
    return reading


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ([("targeted", FIRM, 0.9), ("attributedTo", GANG, 0.9)], "Vireo Labs cyberattack 2025"),
        ([("targeted", FIRM, 0.2), ("attributedTo", GANG, 0.9), ("usedMalware", MALWARE, 0.9)], "RomCom campaign 2025"),
        (
            [("targeted", FIRM, 0.2), ("attributedTo", GANG, 0.3), ("usedMalware", MALWARE, 0.9)],
            "SnipBot campaign 2025",
        ),
        ([("targeted", FIRM, 0.2), ("targeted", BAKERY, 0.8)], "Orrin Bakery cyberattack 2025"),
    ],
)
def test_the_likeliest_name_is_taken(rows: list[tuple[str, Record, float]], name: str) -> None:
    reading = renamed(rows)
    assert [i.name for i in reading.incidents] == [name]
    assert {c.subject.name for c in reading.candidates if c.subject} == {name}
    assert "Vireo Labs cyberattack 2025" not in reading.incidents[0].aliases or name.startswith("Vireo")


def test_what_has_neither_victim_nor_attacker_is_no_incident() -> None:
    reading = renamed([("targeted", FIRM, 0.2), ("usedMalware", MALWARE, 0.3)])
    assert reading.incidents == []
    assert reading.candidates == []


def test_incidents_of_one_name_become_one() -> None:
    reading = renamed([("targeted", BAKERY, 0.8), ("attributedTo", GANG, 0.9)], BAKERY)
    assert {c.subject.name for c in reading.candidates if c.subject} == {"Orrin Bakery cyberattack 2025"}
