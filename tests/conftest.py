"""Fixtures that every room's tests may use: a graph in each of the two stores, empty at the start of every test."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from store import Store, open_store
from store.bolt import BoltStore
from tests.neo4j.server import NoNeo4j, Server, neo4j_server


@pytest.fixture(scope="session")
def neo4j() -> Iterator[Server]:
    """A real Neo4j; without one a test is skipped, but fails where `CI` is set."""
    try:
        with neo4j_server() as server:
            yield server
    except NoNeo4j as reason:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(f"no Neo4j to test on: {reason}")
        pytest.skip(f"no Neo4j to test on: {reason}")


@pytest.fixture(scope="session")
def _embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(tmp_path_factory.mktemp("embedded") / "graph") as store:
        yield store


@pytest.fixture(scope="session")
def _on_neo4j(neo4j: Server) -> Iterator[Store]:
    with open_store(neo4j.uri, user=neo4j.user, password=neo4j.password) as store:
        yield store


@pytest.fixture
def embedded_store(_embedded: Store) -> Store:
    """An empty embedded store; its Java runs for the whole session."""
    return _emptied(_embedded)


@pytest.fixture
def neo4j_store(_on_neo4j: Store) -> Store:
    """An empty store on a real Neo4j, which runs for the whole session."""
    return _emptied(_on_neo4j)


@pytest.fixture(params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def store(request: pytest.FixtureRequest) -> Store:
    """Each of the two stores in turn."""
    return request.getfixturevalue(f"{request.param}_store")


def _emptied(store: Store) -> Store:
    assert isinstance(store, BoltStore)
    connection = store._connection
    with connection.writer.session(database=connection.database) as session:
        session.run("MATCH (n) WHERE NOT n:Ledger DETACH DELETE n").consume()
        session.run("MATCH (l:Ledger) REMOVE l.filling").consume()
    return store


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End as the command line does: a thread of Java that is within Python aborts a process on its way down."""
    if "jpype" in sys.modules and not hasattr(config, "workerinput"):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(config.stash.get(_STATUS, 1)))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep the status that the process is to end with."""
    session.config.stash[_STATUS] = int(exitstatus)


_STATUS = pytest.StashKey[int]()
