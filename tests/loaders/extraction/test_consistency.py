"""Statements that exclude each other: the likelier stays."""

from __future__ import annotations

import pytest

from loaders.extraction.consistency import settle
from loaders.extraction.reading import Candidate, Record
from ontology.statement import Datatype, Literal

INCIDENT = Record("Acme cyberattack", "Incident", "acme-cyberattack")
ACME = Record("Acme", "Company", "acme")


def candidate(predicate: str, target: Record | Literal, confidence: float, subject: Record = INCIDENT) -> Candidate:
    return Candidate(subject, predicate, target, 0, 80, "test", confidence)


def date(value: str) -> Literal:
    return Literal(value, Datatype.DATE)


def text(value: str) -> Literal:
    return Literal(value, Datatype.TEXT)


def malware(name: str) -> Record:
    return Record(name, "Malware", name.lower())


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ([("startedOn", date("2024-05-03"), 0.8), ("disclosedOn", date("2024-05-03"), 0.6)], [0]),
        ([("startedOn", date("2024-05-03"), 0.8), ("disclosedOn", date("2024-05-04"), 0.6)], [0, 1]),
        ([("startedOn", date("2024-05"), 0.9), ("startedOn", date("2024-05-03"), 0.6)], [1]),
        ([("startedOn", date("2023"), 0.9), ("startedOn", date("2024-05-03"), 0.6)], [0, 1]),
        ([("usedMalware", malware("malware"), 0.9), ("usedMalware", malware("Emotet"), 0.6)], [1]),
        ([("usedMalware", malware("malware"), 0.9)], [0]),
        (
            [("compromisedData", text("names and addresses of staff"), 0.7), ("compromisedData", text("names"), 0.6)],
            [0],
        ),
        ([("compromisedData", text("names"), 0.7), ("compromisedData", text("card numbers"), 0.6)], [0, 1]),
    ],
)
def test_the_likelier_or_the_finer_stays(told: list[tuple[str, Record | Literal, float]], kept: list[int]) -> None:
    candidates = [candidate(*row) for row in told]
    assert settle(candidates, " " * 80) == [candidates[i] for i in kept]


@pytest.mark.parametrize("name", ["victim network", "main target", "victims"])
def test_a_victim_that_is_only_called_so_is_none(name: str) -> None:
    vague = candidate("targeted", Record(name, "Organization", name, generic=True), 0.9)
    named = candidate("targeted", ACME, 0.5)
    assert settle([vague, named], " " * 80) == [named]


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Acme did not immediately respond to a request for comment.", False),
        ("Acme declined to comment on the ransom.", False),
        ("Acme has yet to confirm the attack.", False),
        ("Acme said that production would resume on Monday.", True),
        ('Acme declined to comment, and said "we are back".', True),
    ],
)
def test_who_tells_nothing_has_said_nothing(sentence: str, said: bool) -> None:
    told = Candidate(ACME, "said", text("something"), 0, len(sentence), "test", 0.9)
    assert settle([told], sentence) == ([told] if said else [])


def test_a_claim_of_responsibility_is_no_saying() -> None:
    sentence = "The Lynx gang claimed responsibility for the attack."
    told = Candidate(ACME, "said", text("responsibility for the attack"), 0, len(sentence), "test", 0.9)
    assert settle([told], sentence) == []


def test_what_banks_lent_is_no_loss() -> None:
    loan, bank = Record("Acme loan", "SupportMeasure", "acme-loan"), Record("HSBC", "Bank", "hsbc")
    lent = candidate("lentBy", bank, 0.8, loan)
    loss = candidate("financialLoss", Literal(5, Datatype.MONEY, "GBP"), 0.9)
    elsewhere = Candidate(INCIDENT, "financialLoss", Literal(7, Datatype.MONEY, "GBP"), 90, 120, "test", 0.6)
    assert settle([lent, loss, elsewhere], " " * 120) == [lent, elsewhere]
