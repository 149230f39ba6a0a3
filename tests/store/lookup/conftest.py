"""The world of `cases.py` in each of the two stores, loaded once for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store import Store
from tests.store.lookup.cases import load_world


@pytest.fixture(scope="module", params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def world(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A store with all reports."""
    store: Store = request.getfixturevalue({"embedded": "_embedded", "neo4j": "_on_neo4j"}[request.param])
    load_world(store)
    yield store
