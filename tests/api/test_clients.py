"""The example clients run against the API and the database."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from fastapi.testclient import TestClient

from store import Store
from tests.neo4j.server import Server
from tests.store.lookup.cases import CARS, load_world


@pytest.fixture(scope="module")
def clients() -> ModuleType:
    spec = importlib.util.spec_from_file_location("clients", Path(__file__).parents[2] / "examples" / "clients.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_api_is_asked_with_httpx_and_pandas(clients: ModuleType, client: TestClient) -> None:
    lines = clients.surroundings(client, "JLR")
    assert any(
        "owned by Tata Motors (asserted, 1 sources): “The firm belongs to Tata Motors.”" in line for line in lines
    )
    assert clients.surroundings(client, "xqzjv") == []
    table = clients.incidents(client)
    assert table["victims"].iloc[0] == "Jaguar Land Rover"
    assert set(clients.statements(client, CARS.id)["predicate"]) >= {"targeted", "ownedBy"}
    assert 1_500_000_000 in set(clients.figures(client)["value"])


@pytest.mark.neo4j
def test_the_database_is_asked_with_its_driver(clients: ModuleType, neo4j: Server, neo4j_store: Store) -> None:
    load_world(neo4j_store)
    claims = clients.claims(neo4j.uri, neo4j.user, neo4j.password)
    assert claims == ["Attack on Jaguar Land Rover (2025): Scattered Lapsus$ Hunters (asserted)"]
