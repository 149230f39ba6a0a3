"""Any sequence of loads and retractions leaves what a fresh load of the remaining documents makes."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ontology.statement import Datatype, Document, Entity, Literal, Marking, Modality, Statement
from store import Store
from store.schema import FORM
from tests.store.graphs import graph
from tests.store.samples import ATTACK, CHIEF, GANG, HOLDING, PLANT, date, money, say

EMPTY = [[(["Ledger"], {"form": FORM, "id": "ledger"})], []]
SENTENCES = ("Acme fell. ", "Owls sang. ", "A bank paid. ")
DOCUMENTS = [
    Document(f"Report {number}. " + "".join(SENTENCES), published_on=published_on, marking=marking)
    for number, (published_on, marking) in enumerate(
        [("2025-05-04", Marking.CLEAR), ("2025-06", Marking.RED), (None, Marking.GREEN)]
    )
]
ACME = st.builds(
    Entity,
    st.just("acme"),
    st.sampled_from(["Acme", "Acme Corporation", "ACME"]),
    st.sampled_from(["Company", "Bank", "Place", "GovernmentBody"]),
    st.sampled_from([(), ("Acme Ltd",), ("the company", "Acme Ltd")]),
)
OWNERS = st.sampled_from([Entity("acme", "Acme", "Company"), HOLDING])
TRIPLES: st.SearchStrategy[tuple[Entity, str, Entity | Literal]] = st.one_of(
    st.tuples(
        st.just(PLANT),
        st.just("locatedIn"),
        st.sampled_from(["Acme", "Acmeville"]).map(lambda name: Entity("acme", name, "Place")),
    ),
    st.tuples(OWNERS, st.just("ownedBy"), OWNERS).filter(lambda triple: triple[0] != triple[2]),
    st.tuples(st.just(ATTACK), st.sampled_from(["claimedBy", "attributedTo"]), st.just(GANG)),
    st.tuples(st.just(ATTACK), st.just("disrupted"), st.just(PLANT)),
    st.tuples(st.just(ATTACK), st.just("startedOn"), st.sampled_from(["2025", "2025-05", "2025-05-03"]).map(date)),
    st.tuples(st.just(ATTACK), st.just("financialLoss"), st.sampled_from([5_000_000, 7.5]).map(money)),
    st.tuples(
        st.just(ATTACK),
        st.just("compromisedData"),
        st.sampled_from("ab").map(lambda text: Literal(text, Datatype.TEXT)),
    ),
)


@st.composite
def statements(draw: st.DrawFn, document: Document) -> list[Statement]:
    """Up to six statements in a document, some about one fact."""
    found = [
        say(
            document,
            draw(st.sampled_from(SENTENCES)),
            *draw(TRIPLES),
            modality=draw(st.sampled_from(Modality)),
            confidence=draw(st.sampled_from([0.25, 0.5, 1.0])),
            speaker=draw(st.sampled_from([None, GANG, CHIEF])),
        )
        for _ in range(draw(st.integers(0, 5)))
    ]
    if draw(st.booleans()):
        acme = draw(ACME.filter(lambda each: each.type != "Place"))
        found.append(say(document, "Acme fell. ", ATTACK, "targeted", acme))
    return found


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[Document, list[Statement] | None]]:
    """Loads, and retractions (nothing to load), in any order; a document may come again with other statements."""
    return [
        (document, draw(st.none() | statements(document)))
        for document in draw(st.lists(st.sampled_from(DOCUMENTS), min_size=1, max_size=7))
    ]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps(), st.randoms(use_true_random=False))
def test_the_way_to_a_graph_does_not_show(embedded_store: Store, sequence: Sequence[tuple], chance) -> None:  # type: ignore[no-untyped-def,type-arg]
    held: dict[str, tuple[Document, list[Statement]]] = {}
    for document, said in sequence:
        if said is not None:
            held[document.id] = document, said
            embedded_store.load(document, said)
        elif held.pop(document.id, None):
            embedded_store.retract(document.id)
    grown = graph(embedded_store)
    for document_id in held:
        embedded_store.retract(document_id)
    assert graph(embedded_store) == EMPTY
    remaining = list(held.values())
    chance.shuffle(remaining)
    for document, said in remaining:
        embedded_store.load(document, said)
    fresh = graph(embedded_store)
    for document_id in held:
        embedded_store.retract(document_id)
    assert grown == fresh
