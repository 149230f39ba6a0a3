"""The API over the world of the look-ups' tests, on each of the two stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from api.tokens import Role, TokenFile
from ontology.statement import Marking
from store import Store
from tests.store.lookup.conftest import world

__all__ = ["world"]

HERE = ("127.0.0.1", 50_000)
ELSEWHERE = ("192.0.2.7", 50_000)


def client_of(store: Store, *, address: tuple[str, int] = HERE, **settings: Any) -> TestClient:
    """A client of a new application over a store."""
    app = create_app(store, Settings(**({"rate_limit": 0} | settings)))
    return TestClient(app, base_url="http://localhost", client=address, raise_server_exceptions=False)


@pytest.fixture
def client(world: Store) -> Iterator[TestClient]:
    """Somebody on this machine without a token."""
    with client_of(world) as opened:
        yield opened


@pytest.fixture
def tokens_file(tmp_path: Path) -> Path:
    """Where the tokens of a test are kept."""
    return tmp_path / "tokens.json"


@pytest.fixture
def secrets(tokens_file: Path) -> dict[str, str]:
    """The secrets of a token for each role and clearance that the tests speak of."""
    tokens = TokenFile(tokens_file)
    return {
        name: tokens.make(name, role, clearance)
        for name, role, clearance in (
            ("open reader", Role.READER, Marking.CLEAR),
            ("amber reader", Role.READER, Marking.AMBER),
            ("full reader", Role.READER, Marking.RED),
            ("open loader", Role.LOADER, Marking.CLEAR),
            ("loader", Role.LOADER, Marking.RED),
            ("admin", Role.ADMIN, Marking.RED),
        )
    }


@pytest.fixture
def closed(world: Store, tokens_file: Path, secrets: dict[str, str]) -> Iterator[TestClient]:
    """The API as it is reached from elsewhere, where each request needs a token."""
    with client_of(world, address=ELSEWHERE, tokens_file=tokens_file, upload_seconds=60) as opened:
        yield opened


def bearing(secret: str) -> dict[str, str]:
    """The header that shows a token."""
    return {"Authorization": f"Bearer {secret}"}
