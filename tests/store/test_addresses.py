"""Addresses where there is no store: one line, with a hint."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from ontology.errors import StoreUnavailable
from store import open_store
from tests.neo4j.server import Server


def refused(open_it: Callable[[], object]) -> StoreUnavailable:
    with pytest.raises(StoreUnavailable) as caught:
        open_it()
    assert "\n" not in str(caught.value)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    "address", ["http://localhost:7474", "ftp://x", "bolt://", "neo4j://host:port", "bolt://127.0.0.1:99999", "://"]
)
def test_what_is_no_address(address: str) -> None:
    refused(lambda: open_store(address))


def test_nobody_there() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert str(port) in refused(lambda: open_store(f"bolt://127.0.0.1:{port}", password="x" * 8)).message


def test_a_server_that_speaks_something_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(5)
        port = other.getsockname()[1]
        other.close()
        refused(lambda: open_store(f"bolt://127.0.0.1:{port}"))


@pytest.mark.neo4j
def test_a_wrong_password(neo4j: Server) -> None:
    error = refused(lambda: open_store(neo4j.uri, user=neo4j.user, password="not the password"))
    assert "password" in error.message
    assert "NEO4J_PASSWORD" in error.hint


@pytest.mark.neo4j
def test_an_unknown_database(neo4j: Server) -> None:
    refused(lambda: open_store(neo4j.uri, user=neo4j.user, password=neo4j.password, database="nowhere"))


@pytest.mark.neo4j
def test_credentials_from_the_environment(neo4j: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_USER", neo4j.user)
    monkeypatch.setenv("NEO4J_PASSWORD", neo4j.password)
    with open_store(neo4j.uri) as store:
        assert store.status().kind == "neo4j"


def test_a_folder_with_other_things(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    refused(lambda: open_store(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "graph").write_text("mine")
    refused(lambda: open_store(tmp_path / "graph"))
