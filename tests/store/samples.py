"""Small made-up reports with their statements, from which the tests of the store build graphs."""

from __future__ import annotations

from ontology.statement import Datatype, Document, Entity, Literal, Marking, Modality, Statement

ATTACK = Entity("acme-attack-2025", "Attack on Acme", "Incident")
ACME = Entity("acme", "Acme Corporation", "Company", ("Acme", "ACME", "the company"))
HOLDING = Entity("acme-holding", "Acme Holding", "Company")
GANG = Entity("night-owls", "Night Owls", "ThreatActor", ("N. Owls",))
AGENCY = Entity("cyber-agency", "Cyber Agency", "GovernmentBody")
PLANT = Entity("acme-plant", "Acme plant", "Facility")
LOAN = Entity("acme-loan", "Loan to Acme", "SupportMeasure")
BANK = Entity("first-bank", "First Bank", "Bank")
CHIEF = Entity("jo-doe", "Jo Doe", "Person")


def say(
    document: Document, quote: str, subject: Entity, predicate: str, target: Entity | Literal, **more: object
) -> Statement:
    """A statement whose quote is looked up in the document."""
    start = document.body.index(quote)
    return Statement(subject, predicate, target, document.id, quote, start, start + len(quote), "test", **more)  # type: ignore[arg-type]


def money(value: float, currency: str = "GBP") -> Literal:
    return Literal(value, Datatype.MONEY, currency)


def date(value: str) -> Literal:
    return Literal(value, Datatype.DATE)


FIRST = Document(
    "Acme, owned by Acme Holding, was attacked in May 2025. Night Owls claimed it. The plant stopped. "
    "It may cost 5 million pounds. First Bank lent 2 million pounds. Staff records were stolen.",
    title="Acme attacked",
    url="https://example.org/1",
    publisher="Example News",
    published_on="2025-05-04",
    source="first.txt",
)
SECOND = Document(
    "Officials blame Night Owls for the attack on Acme of 3 May 2025. The Cyber Agency is helping. "
    "Insurers put the cost at 7.5 million pounds. Records of suppliers were taken too.",
    title="Who did it",
    published_on="2025-06-01",
    marking=Marking.AMBER,
)
THIRD = Document("Acme is a bank, says Jo Doe, its chief. It employs 300 people.", language="en")

FIRST_STATEMENTS = [
    say(FIRST, "Acme, owned by Acme Holding, was attacked", ATTACK, "targeted", ACME),
    say(FIRST, "owned by Acme Holding", ACME, "ownedBy", HOLDING),
    say(FIRST, "was attacked in May 2025", ATTACK, "startedOn", date("2025-05")),
    say(
        FIRST,
        "Night Owls claimed it",
        ATTACK,
        "claimedBy",
        GANG,
        modality=Modality.CLAIMED,
        speaker=GANG,
        confidence=0.9,
    ),
    say(FIRST, "The plant stopped", ATTACK, "disrupted", PLANT),
    say(FIRST, "It may cost 5 million pounds", ATTACK, "financialLoss", money(5_000_000), modality=Modality.ESTIMATED),
    say(FIRST, "First Bank lent 2 million pounds", LOAN, "lentBy", BANK),
    say(FIRST, "First Bank lent 2 million pounds", LOAN, "amount", money(2_000_000)),
    say(FIRST, "Staff records were stolen", ATTACK, "compromisedData", Literal("staff records", Datatype.TEXT)),
]
SECOND_STATEMENTS = [
    say(SECOND, "the attack on Acme", ATTACK, "targeted", ACME, confidence=0.8),
    say(SECOND, "Officials blame Night Owls", ATTACK, "attributedTo", GANG, modality=Modality.ALLEGED),
    say(SECOND, "the attack on Acme of 3 May 2025", ATTACK, "startedOn", date("2025-05-03")),
    say(SECOND, "The Cyber Agency is helping", AGENCY, "respondedTo", ATTACK),
    say(
        SECOND,
        "the cost at 7.5 million pounds",
        ATTACK,
        "financialLoss",
        money(7_500_000.5),
        modality=Modality.ESTIMATED,
    ),
    say(SECOND, "Records of suppliers", ATTACK, "compromisedData", Literal("supplier records", Datatype.TEXT)),
]
ACME_AS_BANK = Entity("acme", "Acme", "Bank")
THIRD_STATEMENTS = [
    say(THIRD, "Jo Doe, its chief", CHIEF, "holdsRole", ACME_AS_BANK, role="chief"),
    say(THIRD, "It employs 300 people", ACME_AS_BANK, "employs", Literal(300, Datatype.INTEGER)),
]
ALL = [(FIRST, FIRST_STATEMENTS), (SECOND, SECOND_STATEMENTS), (THIRD, THIRD_STATEMENTS)]
