"""Fixtures that every room's tests may use: a graph in each of the two stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Store, open_store


@pytest.fixture(scope="session")
def _embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path: Path = tmp_path_factory.mktemp("embedded") / "graph"
    with open_store(path) as store:
        yield store


@pytest.fixture
def embedded_store(_embedded: Store) -> Store:
    """An empty embedded store; its Java runs for the whole session."""
    for document, _ in _embedded.documents():
        _embedded.retract(document.id)
    return _embedded
