"""Each look-up gives what the statements say, and to each reader only what they may see."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from ontology.errors import NotFound
from ontology.statement import Marking, Modality
from store import Store, lookup
from store.lookup import EdgeFilter, View
from store.lookup.edges import edges_of, link_counts, neighbours
from tests.store.lookup import cases
from tests.store.lookup.cases import CARS, CARS_ATTACK, HSBC, HUNTERS, LOAN, MOLE, SHOP, SHOP_ATTACK

ALL = View()
OPEN = View(Marking.CLEAR)
HIDDEN = ("heron", "nightjar", "insider", "777", "2025-08-03", "briefing", "closed circle", "picked up", "no doubt")


def triples(edges: object) -> set[tuple[str, str, str]]:
    return {(edge.source, edge.predicate, edge.target) for edge in edges}  # type: ignore[attr-defined]


def test_related_has_each_edge_once_with_its_best_quotation(world: Store) -> None:
    found = lookup.related(world, ALL, CARS.id)
    edges = {(edge.source, edge.predicate): edge for edge in found.edges}
    attack = edges[CARS_ATTACK.id, "targeted"]
    assert (attack.sources, attack.statements, attack.modality) == (3, 3, Modality.ASSERTED)
    assert attack.evidence.quote == "Attackers struck Jaguar Land Rover on 31 August."
    assert (attack.first_reported, attack.last_reported) == ("2025-10-07", "2025-12-01")
    assert found.edges[0] == attack
    assert found.total == len(found.edges) == len(edges)
    assert [node.distance for node in found.nodes] == sorted(node.distance for node in found.nodes)
    assert not found.note


def test_evidence_is_the_document_word_for_word(world: Store) -> None:
    for edge in lookup.related(world, ALL, CARS.id, depth=3, limit=500).edges:
        body = lookup.document(world, ALL, edge.evidence.document).body
        assert body[edge.evidence.start : edge.evidence.end] == edge.evidence.quote


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (EdgeFilter(predicates=("ownedBy",)), {("jaguar-land-rover", "ownedBy", "tata-motors")}),
        (EdgeFilter(direction="in", types=("Company",)), {("evtec", "supplies", "jaguar-land-rover")}),
        (EdgeFilter(types=("Facility",)), {("jaguar-land-rover", "operates", "solihull-plant")}),
        (EdgeFilter(modalities=(Modality.ALLEGED,)), set()),
        (
            EdgeFilter(direction="out"),
            {("jaguar-land-rover", "ownedBy", "tata-motors"), ("jaguar-land-rover", "operates", "solihull-plant")},
        ),
    ],
)
@pytest.mark.parametrize("view", [ALL, OPEN])
def test_related_keeps_to_what_is_asked(
    world: Store, view: View, wanted: EdgeFilter, expected: set[tuple[str, str, str]]
) -> None:
    found = lookup.related(world, view, CARS.id, wanted=wanted, counts=True)
    assert triples(found.edges) == expected
    assert found.total == len(expected)
    assert sum(count.count for count in found.counts or []) == len(expected)


def test_related_goes_further_by_depth(world: Store) -> None:
    sizes = [len(lookup.related(world, ALL, CARS.id, depth=depth).nodes) for depth in (1, 2, 3)]
    assert sizes[0] < sizes[1] < sizes[2]
    assert HSBC.id in {node.id for node in lookup.related(world, ALL, CARS.id, depth=2).nodes}


def test_related_says_what_it_left_out(world: Store) -> None:
    found = lookup.related(world, ALL, CARS.id, limit=2)
    assert len(found.edges) == 2 < found.total
    assert "cut" in found.note


def test_related_as_it_was_known_then(world: Store) -> None:
    october = lookup.related(world, View(as_of="2025-10"), CARS_ATTACK.id)
    claims = {edge.target: edge for edge in october.edges if edge.predicate == "claimedBy"}
    assert claims[HUNTERS.id].modality is Modality.CLAIMED
    assert MOLE.id not in {node.id for node in october.nodes}
    with pytest.raises(NotFound):
        lookup.related(world, View(as_of="2025-09"), CARS.id)


def test_a_stronger_claim_in_a_hidden_report_does_not_show(world: Store) -> None:
    def claim(view: View) -> Modality:
        edges = lookup.related(world, view, CARS_ATTACK.id).edges
        return next(edge.modality for edge in edges if edge.target == HUNTERS.id)

    assert (claim(ALL), claim(OPEN)) == (Modality.ASSERTED, Modality.CLAIMED)


def test_an_entity_has_its_figures_side_by_side(world: Store) -> None:
    found = lookup.entity(world, ALL, CARS_ATTACK.id)
    loss = next(each for each in found.properties if each.predicate == "financialLoss")
    assert [figure.value for figure in loss.values] == [777_000_000, 196_000_000, 1_900_000_000] or loss.disagree
    assert {figure.value for figure in loss.values} == {196_000_000, 777_000_000, 1_900_000_000}
    assert loss.values[-1].modality is Modality.ESTIMATED
    assert loss.disagree
    assert found.documents == 3
    visible = lookup.entity(world, OPEN, CARS_ATTACK.id)
    assert {f.value for p in visible.properties if p.predicate == "financialLoss" for f in p.values} == {
        196_000_000,
        1_900_000_000,
    }
    assert visible.documents == 2
    assert visible.statements < found.statements


def test_paths_read_as_sentences_with_their_sources(world: Store) -> None:
    found = lookup.paths(world, OPEN, HSBC.id, SHOP.id, max_hops=6)
    assert [node.id for node in found.paths[0].nodes] == [
        HSBC.id,
        LOAN.id,
        CARS.id,
        CARS_ATTACK.id,
        HUNTERS.id,
        SHOP_ATTACK.id,
        SHOP.id,
    ]
    assert "HSBC lends Loan guarantee to Jaguar Land Rover: “HSBC, MUFG and NatWest put up" in found.paths[0].prose
    assert "(claimed)" in found.paths[0].prose
    assert "[Car plants restart]" in found.paths[0].prose


def test_paths_keep_within_their_bounds(world: Store) -> None:
    assert not lookup.paths(world, ALL, HSBC.id, SHOP.id, max_hops=5).paths
    assert not lookup.paths(world, ALL, HSBC.id, HSBC.id).paths
    shortest = lookup.paths(world, ALL, HSBC.id, "mufg", limit=5).paths
    assert [len(path.steps) for path in shortest] == sorted(len(path.steps) for path in shortest)
    with pytest.raises(NotFound, match="nobody-knows"):
        lookup.paths(world, ALL, HSBC.id, "nobody-knows")


def test_what_is_only_denied_is_no_step(world: Store) -> None:
    assert not lookup.paths(world, ALL, HUNTERS.id, cases.COOP.id).paths
    denied = EdgeFilter(modalities=tuple(Modality))
    assert lookup.paths(world, ALL, HUNTERS.id, cases.COOP.id, wanted=denied).paths


def test_a_hidden_person_is_no_step(world: Store) -> None:
    assert lookup.paths(world, ALL, cases.COURT_AGENCY.id, CARS.id).paths
    with pytest.raises(NotFound):
        lookup.paths(world, OPEN, cases.COURT_AGENCY.id, CARS.id)


def test_an_incident_is_one_complete_case(world: Store) -> None:
    case = lookup.incident(world, OPEN, CARS_ATTACK.id)
    assert [link.entity.id for link in case.victims] == [CARS.id]
    assert [(link.entity.id, link.edge.modality) for link in case.actors] == [(HUNTERS.id, Modality.CLAIMED)]
    assert [event.date for event in case.timeline] == ["2025-08-31"]
    sections = {section.family: section for section in case.sections}
    assert {(e.predicate, e.target) for e in sections["support"].links} >= {
        ("guaranteedBy", "uk-export-finance"),
        ("lentBy", "hsbc"),
        ("lentBy", "mufg"),
        ("lentBy", "natwest"),
        ("beneficiary", "jaguar-land-rover"),
    }
    assert sections["support"].properties[0].values[0].value == 1_500_000_000
    assert sections["workforce"].properties[0].subject.id == cases.SUPPLIER.id
    assert [each.predicate for each in case.disagreements] == ["financialLoss"]
    assert {document.title for document in case.sources} == {"Car plants restart", "Quarterly results"}
    assert SHOP_ATTACK.id not in {entity.id for entity in case.entities}


def test_a_case_speaks_of_no_entity_that_it_does_not_introduce(world: Store) -> None:
    case = lookup.incident(world, ALL, CARS_ATTACK.id)
    known = {entity.id for entity in case.entities}
    for section in case.sections:
        assert {end for edge in section.links for end in (edge.source, edge.target)} <= known


def test_only_incidents_are_cases(world: Store) -> None:
    with pytest.raises(NotFound, match="not an incident"):
        lookup.incident(world, ALL, CARS.id)


@pytest.mark.parametrize("view", [ALL, OPEN])
def test_incidents_come_latest_first_in_stable_pages(world: Store, view: View) -> None:
    found, cursor = [], None
    while True:
        page = lookup.incidents(world, view, limit=1, cursor=cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            break
    assert [each.incident.id for each in found] == [CARS_ATTACK.id, cases.COOP_ATTACK.id, SHOP_ATTACK.id]
    assert found[0].date == ("2025-08-03" if view is ALL else "2025-08-31")


@pytest.mark.parametrize("view", [ALL, OPEN])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("scattered", {CARS_ATTACK.id, SHOP_ATTACK.id, cases.COOP_ATTACK.id}),
        ("m&s", {SHOP_ATTACK.id}),
        ("2025-08", {CARS_ATTACK.id}),
        ("land rover slsh", {CARS_ATTACK.id}),
        ("nobody", set()),
    ],
)
def test_incidents_by_words_of_those_in_them(world: Store, view: View, text: str, found: set[str]) -> None:
    assert {each.incident.id for each in lookup.incidents(world, view, text).items} == found


@pytest.mark.parametrize("order", ["date", "documents", "name"])
def test_incidents_in_each_order_come_whole_in_pages(world: Store, order: Any) -> None:
    whole = lookup.incidents(world, ALL, order=order).items
    found, cursor = [], None
    while True:
        page = lookup.incidents(world, ALL, order=order, limit=1, cursor=cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            break
    assert found == whole
    keys = {"date": lambda i: i.date or "", "documents": lambda i: i.documents, "name": lambda i: i.incident.id}
    assert whole == sorted(whole, key=keys[order], reverse=order != "name")


def test_links_of_little_confidence_are_left_out_where_asked(world: Store) -> None:
    sure = lookup.related(world, ALL, CARS.id, wanted=EdgeFilter(confidence=1.1))
    assert sure.edges == []
    assert lookup.related(world, ALL, CARS.id, wanted=EdgeFilter(confidence=0.1)).edges


def test_the_timeline_has_events_and_reports_in_order(world: Store) -> None:
    found = lookup.timeline(world, ALL, CARS.id, reports=True)
    dates = [event.date for event in found.events]
    assert dates == sorted(dates)
    assert {event.kind for event in found.events} == {"event", "report"}
    assert [event.date for event in lookup.timeline(world, OPEN, CARS.id).events] == ["2025-08-31"]


def test_statements_of_an_entity_come_in_pages(world: Store) -> None:
    whole = lookup.statements_of(world, ALL, HUNTERS.id, EdgeFilter(), limit=200).items
    pieces, cursor = [], None
    while True:
        page = lookup.statements_of(world, ALL, HUNTERS.id, EdgeFilter(), limit=2, cursor=cursor)
        pieces += page.items
        cursor = page.cursor
        if cursor is None:
            break
    assert pieces == whole
    assert lookup.statement(world, ALL, whole[0].id) == whole[0]
    claimed = EdgeFilter(modalities=(Modality.CLAIMED,))
    assert [
        s.speaker.id for s in lookup.statements_of(world, ALL, HUNTERS.id, claimed, limit=9).items if s.speaker
    ] == [HUNTERS.id]


def test_a_document_has_its_statements_in_the_order_of_the_text(world: Store) -> None:
    first = lookup.documents(world, OPEN, limit=1)
    assert first.cursor
    found = lookup.document(world, OPEN, first.items[0].id)
    starts = [statement.start for statement in found.statements]
    assert starts == sorted(starts)
    for statement in found.statements:
        assert found.body[statement.start : statement.end] == statement.quote


def test_nothing_of_a_hidden_report_is_in_any_answer(world: Store) -> None:
    secret = cases.secret().finish()
    with pytest.raises(NotFound):
        lookup.document(world, OPEN, secret[0].id)
    for statement in secret[1]:
        with pytest.raises(NotFound):
            lookup.statement(world, OPEN, statement.id)
    entities = [entity.id for entity in lookup.search(world, OPEN, "", limit=200).items]
    answers: list[object] = [
        lookup.stats(world, OPEN),
        lookup.incidents(world, OPEN).items,
        lookup.documents(world, OPEN).items,
        *(lookup.incident(world, OPEN, each.incident.id) for each in lookup.incidents(world, OPEN).items),
        *(lookup.entity(world, OPEN, id_) for id_ in entities),
        *(lookup.related(world, OPEN, id_, depth=3, counts=True) for id_ in entities),
        *(lookup.timeline(world, OPEN, id_, reports=True) for id_ in entities),
        *(lookup.statements_of(world, OPEN, id_, EdgeFilter(), limit=200).items for id_ in entities),
        *(lookup.paths(world, OPEN, CARS.id, id_, max_hops=6) for id_ in entities),
    ]
    for answer in answers:
        text = json.dumps(_plain(answer)).lower()
        assert not [word for word in HIDDEN if word in text]
    assert lookup.stats(world, OPEN).statements == lookup.stats(world, ALL).statements - len(secret[1])


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return asdict(value)  # type: ignore[call-overload]


@pytest.mark.parametrize("view", [ALL, OPEN, View(Marking.AMBER_STRICT), View(as_of="2026")])
def test_what_nobody_knows_is_not_found(world: Store, view: View) -> None:
    for look in (lookup.entity, lookup.related, lookup.timeline, lookup.incident, lookup.statement, lookup.document):
        with pytest.raises(NotFound):
            look(world, view, "nobody-knows'}) DETACH DELETE n //")  # type: ignore[operator]


@pytest.mark.parametrize(
    "wanted",
    [
        EdgeFilter(),
        EdgeFilter(direction="out"),
        EdgeFilter(types=("Organization", "Company")),
        EdgeFilter(modalities=(Modality.ASSERTED,)),
        EdgeFilter(modalities=(Modality.ALLEGED, Modality.DENIED)),
    ],
)
def test_edges_that_the_store_has_summed_up_are_those_of_their_statements(
    world: Store, monkeypatch: pytest.MonkeyPatch, wanted: EdgeFilter
) -> None:
    """A reader who may see all is answered from relationships, any other from statements: the edges are the same."""
    ids = [row["id"] for row in world.read("MATCH (e:Entity) RETURN e.id AS id")]
    found = []
    for use_sums in (True, False):
        if not use_sums:
            monkeypatch.setattr("store.lookup.summed.tells", lambda *_: False)
        edges, totals = edges_of(world, View(), ids, wanted, limit=500)
        counts = [link_counts(world, View(), id_, wanted) for id_ in ids]
        near = {id_: set(triples) for id_, triples in neighbours(world, View(), ids, wanted, limit=500).items()}
        found.append((edges, {k: v for k, v in totals.items() if v}, counts, {k: v for k, v in near.items() if v}))
    assert found[0] == found[1]
    assert found[0][0]
