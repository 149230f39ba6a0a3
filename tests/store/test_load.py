"""Loading and retracting, on both stores."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.generate import documents
from ontology.errors import InvalidStatements, NotFound, StoreUnavailable
from ontology.statement import Datatype, Document, Entity, Literal, Modality
from store import ENTITY_INDEX, LoadSummary, Store
from store.bolt import BoltStore
from store.schema import FORM
from tests.store import samples
from tests.store.graphs import graph
from tests.store.samples import ACME, ALL, ATTACK, FIRST, FIRST_STATEMENTS, GANG, SECOND, SECOND_STATEMENTS, say


def edge(store: Store, subject: str, kind: str, target: str) -> dict[str, object] | None:
    found = store.read(
        f"MATCH (:Entity {{id: $s}})-[r:{kind}]->({{id: $o}}) RETURN properties(r) AS r", {"s": subject, "o": target}
    )
    assert len(found) <= 1
    return found[0]["r"] if found else None


def entity(store: Store, entity_id: str) -> dict[str, object]:
    row = store.read("MATCH (e:Entity {id: $id}) RETURN e {.*} AS e, labels(e) AS labels", {"id": entity_id})[0]
    return row["e"] | {"labels": set(row["labels"])}


def test_a_document_becomes_a_graph(store: Store) -> None:
    summary = store.load(FIRST, FIRST_STATEMENTS)
    assert (summary.statements_added, summary.entities_added, summary.relationships_added) == (9, 7, 7)
    assert not summary.unchanged
    assert edge(store, "acme-attack-2025", "TARGETED", "acme") == {
        "modality": "asserted",
        "modalities": ["asserted"],
        "confidence": 1.0,
        "statements": 1,
        "evidence": next(s.id for s in FIRST_STATEMENTS if s.predicate == "targeted"),
        "sources": [FIRST.id],
        "first_reported": "2025-05-04",
        "last_reported": "2025-05-04",
    }
    acme = entity(store, "acme")
    assert acme["labels"] == {"Entity", "Organization", "Company"}
    assert (acme["name"], acme["aliases"]) == ("Acme Corporation", ["ACME", "Acme"])
    assert str(acme["iri"]).endswith("/id/acme")


def test_every_statement_opens_to_its_sentence(store: Store) -> None:
    store.load(FIRST, FIRST_STATEMENTS)
    rows = store.read(
        """
        MATCH (s:Statement)-[at:STATED_IN]->(d:Document), (s)-[:SUBJECT]->(e)
        OPTIONAL MATCH (s)-[:SPEAKER]->(v)
        RETURN s.id AS id, s.quote AS quote, substring(d.body, at.start, at.end - at.start) AS found, v.id AS speaker
        """
    )
    assert {row["id"] for row in rows} == {statement.id for statement in FIRST_STATEMENTS}
    assert all(row["quote"] == row["found"] for row in rows)
    assert {row["speaker"] for row in rows} == {None, "night-owls"}


def test_money_is_a_node_of_its_own(store: Store) -> None:
    store.load(FIRST, FIRST_STATEMENTS)
    rows = store.read("MATCH (:Incident)-[r:FINANCIAL_LOSS]->(a:Amount) RETURN a {.*} AS a, r.modality AS modality")
    assert rows == [
        {
            "a": {"id": "gbp-5000000", "name": "GBP 5 million", "value": 5_000_000, "currency": "GBP"},
            "modality": "estimated",
        }
    ]
    store.retract(FIRST.id)
    assert store.read("MATCH (a:Amount) RETURN a.id") == []


def test_loading_again_changes_nothing(store: Store) -> None:
    for document, statements in ALL:
        store.load(document, statements)
    before, changes = graph(store), store.status()
    for document, statements in ALL:
        assert store.load(document, list(reversed(statements))).unchanged
    assert graph(store) == before
    assert (store.status().statements, store.status().entities) == (changes.statements, changes.entities)


def test_many_documents_in_one_transaction_make_the_same_graph(store: Store) -> None:
    for document, statements in ALL:
        store.load(document, statements)
    singly = graph(store)
    for document, _ in ALL[1:]:
        store.retract(document.id)
    store.load(FIRST, SECOND_STATEMENTS[:0])
    bad = replace(FIRST_STATEMENTS[0], predicate="no such thing")
    summaries = list(store.load_many([*ALL, (FIRST, [bad]), ALL[1]]))
    assert graph(store) == singly
    first, second, third, refused, again = summaries
    assert isinstance(refused, InvalidStatements)
    assert isinstance(first, LoadSummary)
    assert isinstance(second, LoadSummary)
    assert isinstance(again, LoadSummary)
    assert (first.statements_added, first.entities_added, first.relationships_added) == (9, 7, 7)
    assert (second.statements_added, second.entities_added, second.relationships_added) == (6, 1, 3)
    assert third == LoadSummary(samples.THIRD.id, statements_added=2, entities_added=1, relationships_added=1)
    assert again.unchanged
    assert list(store.load_many([])) == []


def test_a_replacement_in_a_batch_is_told_by_document(store: Store) -> None:
    list(store.load_many(ALL))
    before = graph(store)
    changed = store.load_many([(FIRST, FIRST_STATEMENTS[:3]), (SECOND, SECOND_STATEMENTS[:3])])
    told = [replace(each, document="") for each in changed if isinstance(each, LoadSummary)]
    assert told == [
        LoadSummary("", statements_removed=6, entities_removed=3, relationships_removed=5),
        LoadSummary("", statements_removed=3, entities_removed=1, relationships_removed=2),
    ]
    list(store.load_many(ALL))
    assert graph(store) == before


def test_filling_makes_the_graph_that_loading_makes(store: Store) -> None:
    assert isinstance(store, BoltStore)
    listed = [*ALL, *documents(400)]
    total = sum(len(statements) for _, statements in listed)
    assert store.fill(listed) == total
    filled = graph(store)
    with pytest.raises(StoreUnavailable, match="empty"):
        store.fill(listed)
    for document, _ in listed:
        store.retract(document.id)
    assert graph(store) == [[(["Ledger"], {"form": FORM, "id": "ledger"})], []]
    list(store.load_many(listed))
    assert graph(store) == filled


def test_a_store_that_is_half_filled_takes_no_more(store: Store) -> None:
    assert isinstance(store, BoltStore)
    with pytest.raises(InvalidStatements, match="twice"):
        store.fill([ALL[0], ALL[0]])
    with pytest.raises(StoreUnavailable, match="half filled"):
        store.load(*ALL[0])


def test_what_is_loaded_is_read_back(store: Store) -> None:
    for document, statements in ALL:
        store.load(document, statements)
    found = {document.id: (document, statements) for document, statements in store.documents()}
    assert {document.id for document, _ in ALL} == found.keys()
    for document, statements in ALL:
        assert found[document.id][0] == document
        assert sorted(map(repr, found[document.id][1])) == sorted(map(repr, map(_sorted_aliases, statements)))
    assert [document for document, _ in store.documents([SECOND.id, "doc-unknown"])] == [SECOND]


def test_only_names_become_names(store: Store) -> None:
    store.load(FIRST, FIRST_STATEMENTS)
    described = ("the company", "Company", "chief executive", "Acme spokesperson", "Its plants", "ACME", "acme ltd")
    again = Document("Acme fell.")
    store.load(again, [say(again, "Acme", ATTACK, "targeted", replace(ACME, name="Acme Ltd", aliases=described))])
    assert entity(store, "acme")["aliases"] == ["ACME", "Acme", "Acme Ltd"]
    mentions = store.read(
        "MATCH (:Document {id: $id})-[m:MENTIONS]->({id: 'acme'}) RETURN m.aliases AS a", {"id": again.id}
    )
    assert mentions == [{"a": sorted(described)}]
    assert "company" not in str(entity(store, "acme")["search"])
    store.retract(FIRST.id)
    assert (entity(store, "acme")["name"], entity(store, "acme")["aliases"]) == ("Acme Ltd", ["ACME"])


def _sorted_aliases(statement):  # type: ignore[no-untyped-def]
    def settle(item):  # type: ignore[no-untyped-def]
        return replace(item, aliases=tuple(sorted(item.aliases))) if isinstance(item, Entity) else item

    return replace(
        statement,
        subject=settle(statement.subject),
        object=settle(statement.object),
        speaker=settle(statement.speaker),
    )


def test_the_order_of_loads_does_not_show(store: Store) -> None:
    for document, statements in ALL:
        store.load(document, statements)
    forward = graph(store)
    for document, _ in ALL:
        store.retract(document.id)
    assert graph(store) == [[(["Ledger"], {"form": FORM, "id": "ledger"})], []]
    for document, statements in reversed(ALL):
        store.load(document, statements)
    assert graph(store) == forward


def test_two_documents_support_one_edge(store: Store) -> None:
    store.load(FIRST, FIRST_STATEMENTS)
    only_first = graph(store)
    store.load(SECOND, SECOND_STATEMENTS)
    both = edge(store, "acme-attack-2025", "TARGETED", "acme")
    assert both is not None
    assert both["sources"] == sorted([FIRST.id, SECOND.id])
    assert (both["first_reported"], both["last_reported"]) == ("2025-05-04", "2025-06-01")
    incident = entity(store, "acme-attack-2025")
    assert incident["started_on"] == "2025-05-03"  # the finer date, which the coarser one supports
    assert incident["compromised_data"] == ["supplier records", "staff records"]
    summary = store.retract(SECOND.id)
    assert (summary.statements_removed, summary.entities_removed) == (6, 1)
    assert graph(store) == only_first


def test_the_strongest_modality_shows(store: Store) -> None:
    body = "Rumour: Night Owls hit Acme. Fact: Night Owls hit Acme. No: Night Owls did not hit Acme."
    document = Document(body)
    weak = say(document, "Rumour: Night Owls hit Acme.", ATTACK, "attributedTo", GANG, modality=Modality.ALLEGED)
    strong = say(document, "Fact: Night Owls hit Acme.", ATTACK, "attributedTo", GANG, confidence=0.4)
    denied = say(document, "No: Night Owls did not", ATTACK, "attributedTo", GANG, modality=Modality.DENIED)
    for statements, modality in ([denied], "denied"), ([denied, weak], "alleged"), ([weak, strong, denied], "asserted"):
        store.load(document, statements)
        found = edge(store, "acme-attack-2025", "ATTRIBUTED_TO", "night-owls")
        assert found is not None
        assert found["modality"] == modality


def test_better_statements_replace_those_of_the_same_document(store: Store) -> None:
    store.load(FIRST, FIRST_STATEMENTS)
    better = [*FIRST_STATEMENTS[:3], say(FIRST, "The plant stopped", ATTACK, "disrupted", ACME)]
    summary = store.load(FIRST, better)
    assert (summary.statements_added, summary.statements_removed) == (1, 6)
    found = graph(store)
    store.retract(FIRST.id)
    store.load(FIRST, better)
    assert graph(store) == found


def test_a_document_may_say_nothing(store: Store) -> None:
    store.load(FIRST, FIRST_STATEMENTS)
    assert store.load(FIRST, []).statements_removed == 9
    status = store.status()
    assert (status.documents, status.statements, status.entities, status.relationships) == (1, 0, 0, 0)


def test_sources_that_disagree_on_a_class_do_not_fail(store: Store) -> None:
    store.load(FIRST, FIRST_STATEMENTS)
    store.load(samples.THIRD, samples.THIRD_STATEMENTS)
    assert entity(store, "acme")["labels"] == {"Entity", "Organization", "Company", "Bank"}
    assert entity(store, "acme")["employs"] == 300
    place = Document("Acme is a place where Jo lives.")
    store.load(place, [say(place, "Jo lives", samples.CHIEF, "locatedIn", Entity("acme", "Acme", "Place"))])
    assert entity(store, "acme")["labels"] == {"Entity", "Organization", "Company", "Bank"}
    assert edge(store, "acme", "OWNED_BY", "acme-holding") is not None
    store.retract(samples.THIRD.id)
    store.retract(FIRST.id)
    assert entity(store, "acme")["labels"] == {"Entity", "Place"}
    assert edge(store, "jo-doe", "LOCATED_IN", "acme") is not None


@pytest.mark.parametrize(
    "text",
    [
        "x'}) DETACH DELETE n //",
        '"; MATCH (n) DETACH DELETE n; //',
        "`]->() DELETE r //",
        "\\u0027 \\ $rows {id: 1} \x00\x07\u202e🦉",
        "<script>alert(1)</script>" + "é" * 3_000,
    ],
)
def test_hostile_text_is_only_ever_a_value(store: Store, text: str) -> None:
    store.load(FIRST, FIRST_STATEMENTS)
    before = store.status()
    document = Document(f"{text} was attacked.", title=text, publisher=text)
    target = Entity(text, text, "Company", (text + "!",))
    statement = say(document, text, ATTACK, "targeted", target, speaker=target, role=text)
    store.load(document, [statement, say(document, text, ATTACK, "compromisedData", Literal(text, Datatype.TEXT))])
    assert store.status().statements == before.statements + 2
    assert store.read("MATCH (e:Entity {id: $id}) RETURN e.name AS name", {"id": text}) == [{"name": text}]
    assert next(iter(store.documents([document.id])))[0] == document
    store.retract(document.id)
    after = store.status()
    assert (after.documents, after.statements, after.entities) == (before.documents, before.statements, before.entities)


def test_what_the_ontology_refuses_leaves_nothing_behind(store: Store) -> None:
    store.load(FIRST, FIRST_STATEMENTS)
    before = graph(store)
    good = SECOND_STATEMENTS[0]
    for bad in (
        replace(good, predicate="DETACH DELETE"),
        replace(good, quote="not what is there"),
        replace(good, subject=replace(ATTACK, type="Entity) DETACH DELETE (n")),
        replace(good, object=Literal(1, Datatype.INTEGER)),
        replace(good, document="doc-other"),
    ):
        with pytest.raises(InvalidStatements):
            store.load(SECOND, [good, bad])
        assert graph(store) == before


def test_half_a_character_is_refused(store: Store) -> None:
    document = Document("Acme \ud800 was attacked")
    with pytest.raises(InvalidStatements):
        store.load(document, [])
    assert store.status().documents == 0


def test_retracting_what_is_not_there(store: Store) -> None:
    with pytest.raises(NotFound):
        store.retract("doc-unknown")


def test_names_are_found_in_the_full_text_index(store: Store) -> None:
    store.load(FIRST, FIRST_STATEMENTS)
    query = (
        "CALL db.index.fulltext.queryNodes($index, $text) YIELD node, score RETURN node.id AS id ORDER BY score DESC"
    )

    def found(text: str) -> set[str]:
        return {row["id"] for row in store.read(query, {"index": ENTITY_INDEX, "text": text})}

    assert "night-owls" in found("owls")
    assert "night-owls" in found("nihgt~ owls")
    assert "acme-plant" in found("pla*")
    store.retract(FIRST.id)
    assert found("owls") == set()


def test_a_large_document(store: Store) -> None:
    unit = "Night Owls hit firm number {:05d}. "
    document = Document("".join(unit.format(i) for i in range(2_500)))
    width = len(unit.format(0))
    statements = [
        replace(
            say(document, document.body[:10], ATTACK, "targeted", Entity(f"firm-{i}", f"Firm {i}", "Company")),
            quote=document.body[i * width : (i + 1) * width],
            start=i * width,
            end=(i + 1) * width,
        )
        for i in range(2_500)
    ]
    assert store.load(document, statements).statements_added == 2_500
    assert store.load(document, statements).unchanged
    assert store.retract(document.id).statements_removed == 2_500
    assert store.status().entities == 0


def test_the_class_of_an_entity_survives_many_relationships(store: Store) -> None:
    hub = Document("Acme hit. " * 60)
    statements = [
        replace(
            say(hub, "Acme hit.", Entity(f"attack-{i}", f"Attack {i}", "Incident"), "targeted", ACME),
            start=i * 10,
            end=i * 10 + 9,
        )
        for i in range(60)
    ]
    store.load(hub, statements)
    store.load(samples.THIRD, samples.THIRD_STATEMENTS)
    found = store.read("MATCH (:Incident)-[r:TARGETED]->(a:Bank {id: 'acme'}) RETURN count(r) AS n")
    assert found == [{"n": 60}]
