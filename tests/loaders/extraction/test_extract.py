"""What short texts in our own words say, from end to end."""

from __future__ import annotations

import pytest

from loaders.explain import explain
from loaders.extraction import extract
from loaders.extraction.frames import frames
from loaders.extraction.patterns import patterns
from loaders.highlight import to_html
from loaders.resolution import gazetteer
from ontology.model import ontology
from ontology.statement import Document, Entity, Modality, Statement


def read(text: str, *, title: str = "") -> list[Statement]:
    return extract(Document(text, title=title, published_on="2024-06-14"))


def triples(statements: list[Statement]) -> set[tuple[str, str, str]]:
    return {
        (s.subject.name, s.predicate, s.object.name if isinstance(s.object, Entity) else str(s.object.value))
        for s in statements
    }


def test_victim_owner_and_loan() -> None:
    found = triples(
        read(
            "Halden Motors, which is owned by Corvane Group, was hit by a cyberattack on 2 May 2024.\n\n"
            "The carmaker has secured a loan guarantee worth £300 million. The loan is from HSBC, Barclays and NatWest "
            "and is backed by the Export Development Guarantee provided by UK Export Finance.",
            title="Halden Motors secures loan guarantee after cyberattack",
        )
    )
    assert ("Halden Motors", "ownedBy", "Corvane Group") in found
    assert any(p == "targeted" and o == "Halden Motors" for _, p, o in found)
    assert {o for _, p, o in found if p == "lentBy"} == {"HSBC", "Barclays", "NatWest"}
    assert any(p == "amount" and o == "300000000" for _, p, o in found)
    assert not any(p == "lentBy" and o == "UK Export Finance" for _, p, o in found)


def test_a_claim_is_a_claim() -> None:
    statements = read(
        "The Qilin ransomware gang claimed responsibility for the attack on Brightwater Hospital in Leeds last week.",
        title="Qilin claims attack on Brightwater Hospital",
    )
    claimed = [s for s in statements if s.predicate == "claimedBy"]
    assert claimed
    assert {s.modality for s in claimed} == {Modality.CLAIMED}


def test_speech_has_its_speaker() -> None:
    statements = read(
        '"We have restored our ordering system and are working with the police," said Mara Lindqvist, '
        "chief executive of Osterhaus Foods.\n\nThe company added that no payment details had been taken in the attack."
    )
    said = [s for s in statements if s.predicate == "said"]
    assert any(
        s.subject.name == "Mara Lindqvist" and "ordering system" in str(s.object.to_json()["value"]) for s in said
    )
    assert any("no payment details" in str(s.object.to_json()["value"]) for s in said)


@pytest.mark.parametrize(
    "text",
    [
        "Our review of the new Lumen X2 laptop finds a bright screen, a fast processor and ten hours of battery life.",
        "The recipe needs flour, butter and two eggs. Bake it in a hot oven for half an hour.",
    ],
)
def test_no_incident_where_none_is_told(text: str) -> None:
    assert not [s for s in read(text) if s.predicate in ("targeted", "attributedTo", "compromisedData")]


def test_data_files_name_only_what_the_ontology_has() -> None:
    predicates = ontology().predicates
    for found in frames().values():
        for frame in found:
            assert {g.predicate for g in frame.gives} <= set(predicates), frame.id
    for pattern in patterns():
        assert {predicate for _, predicate, _ in pattern.gives} <= set(predicates), pattern.id


@pytest.mark.parametrize(
    ("name", "entity_id"),
    [
        ("JLR", "jaguar-land-rover"),
        ("M&S", "marks-and-spencer"),
        ("NCSC", "national-cyber-security-centre"),
        ("ALPHV", "blackcat"),
        ("Japanese", "japan"),
    ],
)
def test_known_names_meet(name: str, entity_id: str) -> None:
    known = gazetteer().get(name)
    assert known is not None
    assert known.id == entity_id


def test_least_confidence() -> None:
    document = Document("Hackers breached Northwind Bank in May, the bank said.", published_on="2024-06-14")
    everything, sure = extract(document, minimum=0.0), extract(document, minimum=0.6)
    assert len(everything) > len(sure)
    assert all(s.confidence >= 0.6 for s in sure)


def test_explanation_and_page() -> None:
    document = Document("Hackers <script>breached</script> Northwind Bank in May.", published_on="2024-06-14")
    assert any(line.startswith("mentions") for line in explain(document))
    page = to_html(document, extract(document))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_two_reports_of_one_incident_meet_on_one_id() -> None:
    first = extract(
        Document("Halden Motors was hit by a cyberattack on 27 June 2017.", published_on="2017-06-29"),
    )
    second = extract(
        Document(
            "Halden Motors has settled with its insurers over the ransomware attack that struck it.\n\n"
            "Hackers attacked Halden Motors on 27 June 2017.",
            published_on="2024-01-05",
        )
    )
    undated = extract(Document("Halden Motors was hit by a cyberattack.", published_on="2017-07-03"))
    ids = {s.subject.id for text in (first, second, undated) for s in text if s.predicate == "targeted"}
    assert ids == {"halden-motors-cyberattack-2017"}


def test_an_undated_incident_is_of_the_year_of_its_neighbour_by_the_same_attacker() -> None:
    statements = read(
        "The Qilin ransomware gang attacked Brightwater Hospital in Leeds in March 2021. "
        "Qilin also attacked Osterhaus Foods."
    )
    ids = {s.subject.id for s in statements if s.predicate == "targeted"}
    assert ids == {"brightwater-hospital-cyberattack-2021", "osterhaus-foods-cyberattack-2021"}


def test_a_name_of_a_text_is_found_again_by_its_surname() -> None:
    text = (
        "Hackers attacked Orrin Bakery, said Ian Carrow, a researcher at Vireo Labs. "
        '"They left through the back door and took the recipes with them," Carrow said on Monday.'
    )
    speakers = {s.subject.name: s.subject.type for s in read(text) if s.predicate == "said"}
    assert speakers.get("Ian Carrow") == "Person"
    assert "Carrow" not in speakers


@pytest.mark.parametrize(
    ("sentence", "speaks"),
    [
        ("Orrin Bakery said that its ovens were cold for a week.", True),
        ("Orrin Bakery disclosed the March breach of its ordering system on Monday.", False),
        ('"Our ovens were cold for a week," Orrin Bakery said on Monday.', True),
    ],
)
def test_speech_is_a_clause_or_a_quotation(sentence: str, speaks: bool) -> None:
    statements = read(f"Hackers attacked Orrin Bakery in March 2024.\n\n{sentence}")
    assert any(s.predicate == "said" for s in statements) is speaks
