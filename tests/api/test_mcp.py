"""Assistants get the same look-ups as tools, and none that changes anything."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from mcp import Client

from api.mcp import create_server
from ontology.statement import Marking
from store import Store
from tests.store.lookup.cases import CARS, CARS_ATTACK, HSBC, MOLE
from tests.store.lookup.test_lookups import HIDDEN


def call(store: Store, *calls: tuple[str, dict[str, Any]], clearance: Marking = Marking.RED) -> list[Any]:
    async def run() -> list[Any]:
        async with Client(create_server(store, clearance)) as client:
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    return asyncio.run(run())


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("search_entities", {"text": "JLR"}),
    ("entity", {"id": CARS.id}),
    ("related", {"id": CARS.id, "depth": 2, "types": ["Company"]}),
    ("statements", {"id": CARS.id, "modalities": ["asserted"]}),
    ("timeline", {"id": CARS.id, "reports": True}),
    ("paths", {"source": HSBC.id, "target": CARS.id}),
    ("incidents", {}),
    ("incident", {"id": CARS_ATTACK.id}),
    ("documents", {}),
    ("stats", {}),
]


def test_every_tool_says_that_it_only_reads(world: Store) -> None:
    async def tools() -> list[Any]:
        async with Client(create_server(world)) as client:
            return list((await client.list_tools()).tools)

    found = asyncio.run(tools())
    assert {tool.name for tool in found} == {
        *(name for name, _ in CALLS),
        "document",
        "statement",
        "cypher",
    }
    for tool in found:
        assert tool.annotations.read_only_hint is True
        assert tool.description


@pytest.mark.parametrize("clearance", [Marking.RED, Marking.CLEAR])
def test_the_tools_answer_as_far_as_the_clearance_goes(world: Store, clearance: Marking) -> None:
    answers = call(world, *CALLS, clearance=clearance)
    assert not [answer for answer in answers if answer.is_error]
    assert answers[0].structured_content["items"][0]["id"] == CARS.id
    text = str([answer.structured_content for answer in answers]).lower()
    seen = [word for word in HIDDEN if word in text]
    assert bool(seen) == (clearance is Marking.RED)


def test_a_document_is_read_piece_by_piece(world: Store) -> None:
    listed = call(world, ("documents", {}))[0].structured_content["items"]
    piece = call(world, ("document", {"id": listed[0]["id"], "offset": 10}))[0].structured_content
    assert piece["offset"] == 10
    assert len(piece["body"]) == piece["length"] - 10
    assert all(statement["start"] >= 10 for statement in piece["statements"])


def test_failures_are_told_with_a_hint(world: Store) -> None:
    unknown, wrong, writing = call(
        world,
        ("entity", {"id": "nobody-knows"}),
        ("related", {"id": CARS.id, "predicates": ["bought"]}),
        ("cypher", {"query": "CREATE (:Hacked)"}),
    )
    assert "no entity has the id" in unknown.content[0].text
    assert "no predicate 'bought'" in wrong.content[0].text
    assert unknown.is_error
    assert wrong.is_error
    assert writing.is_error


def test_queries_need_full_clearance(world: Store) -> None:
    query = ("cypher", {"query": "MATCH (e:Entity) RETURN e.id AS id", "limit": 3})
    assert len(call(world, query)[0].structured_content["rows"]) == 3
    refused = call(world, query, clearance=Marking.AMBER)[0]
    assert refused.is_error
    assert MOLE.id not in str(refused)
