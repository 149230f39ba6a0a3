"""The page on Cypher is held to the stores: its queries run on both alike, and its lists are those of the gate."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from store import QueryBounds, Store
from store.guard import FUNCTIONS, PROCEDURES
from tests.store.graphs import comparable
from tests.store.samples import ALL

PAGE = (Path(__file__).parents[2] / "docs" / "cypher.md").read_text("utf-8")
QUERIES = re.findall(r"```cypher\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def both(_embedded: Store, _on_neo4j: Store) -> tuple[Store, Store]:
    for store in (_embedded, _on_neo4j):
        for row in store.read("MATCH (d:Document) RETURN d.id AS id"):
            store.retract(row["id"])
        for document, statements in ALL:
            store.load(document, statements)
    return _embedded, _on_neo4j


@pytest.mark.neo4j
@pytest.mark.parametrize("cypher", QUERIES)
def test_an_example_gives_the_same_on_both_stores(both: tuple[Store, Store], cypher: str) -> None:
    embedded, server = (comparable(store.query(cypher, {"company": "acme"}).records()) for store in both)
    assert embedded == server
    assert embedded


@pytest.mark.parametrize(("name", "listed"), [("functions", FUNCTIONS), ("procedures", PROCEDURES)])
def test_the_lists_are_those_of_the_gate(name: str, listed: frozenset[str]) -> None:
    found = re.search(rf"<!-- {name} -->(.*?)<!-- /{name} -->", PAGE, re.DOTALL)
    assert found is not None
    assert set(re.findall("`([^`]+)`", found[1])) == listed


def test_the_bounds_are_those_of_a_query() -> None:
    bounds = QueryBounds()
    assert f"{bounds.rows:,} rows, {bounds.bytes:,} bytes and {bounds.seconds:g} seconds" in PAGE
