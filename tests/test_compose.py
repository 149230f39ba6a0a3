"""The compose file and the Dockerfile, judged without an engine, and their settings tried on a real Neo4j."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from ontology.statement import Document, Entity, Statement
from store import open_store
from tests.neo4j import server as neo4j

ROOT = Path(__file__).parents[1]
NEO4J_PREFIX = "NEO4J_"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file, parsed."""
    parsed: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return parsed


def test_nothing_listens_beyond_this_machine(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert service["ports"]
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
        assert "network_mode" not in service and "privileged" not in service


def test_the_password_comes_from_the_environment_and_must_be_set(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for value in (services["neo4j"]["environment"]["NEO4J_AUTH"], services["api"]["environment"]["NEO4J_PASSWORD"]):
        assert re.fullmatch(r"(neo4j/)?\$\{NEO4J_PASSWORD:\?[^}]+\}", value)


def test_neo4j_is_the_long_term_release_without_plugins_and_its_data_lasts(compose: dict[str, Any]) -> None:
    neo4j = compose["services"]["neo4j"]
    assert neo4j["image"] == "neo4j:5.26-community"
    assert not any("PLUGINS" in name or "apoc" in name.lower() for name in neo4j["environment"])
    assert neo4j["environment"]["NEO4J_dbms_security_procedures_allowlist"]
    assert "db_memory_transaction_max" in str(neo4j["environment"])
    assert neo4j["environment"]["NEO4J_dbms_security_allow__csv__import__from__file__urls"] == "false"
    (volume,) = neo4j["volumes"]
    assert volume.split(":")[0] in compose["volumes"] and volume.endswith(":/data")
    assert neo4j["healthcheck"]["test"][0] == "CMD-SHELL"


def test_the_api_waits_for_neo4j_and_has_no_rights(compose: dict[str, Any]) -> None:
    api = compose["services"]["api"]
    assert api["depends_on"]["neo4j"]["condition"] == "service_healthy"
    assert api["read_only"] is True and api["cap_drop"] == ["ALL"]
    assert api["environment"]["INCIDENTGRAPH_STORE"].startswith("bolt://neo4j:")


def test_the_api_accepts_its_settings(compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    environment = compose["services"]["api"]["environment"]
    known = {f"INCIDENTGRAPH_{name.upper()}" for name in Settings.model_fields} | {"INCIDENTGRAPH_STORE"}
    for name, value in environment.items():
        assert name in known or name in ("NEO4J_USER", "NEO4J_PASSWORD")
        monkeypatch.setenv(name, str(value))
    settings = Settings(host="0.0.0.0")
    assert settings.anonymous == "always" and "http://localhost:7474" in settings.cors_origins


def test_the_client_accepts_the_file() -> None:
    if not shutil.which("docker"):
        pytest.skip("no docker client is installed")
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("the docker client has no compose plug-in")
    command = ["docker", "compose", "config", "--quiet"]
    without = {name: value for name, value in os.environ.items() if name != "NEO4J_PASSWORD"}
    refused = subprocess.run(command, cwd=ROOT, env=without, capture_output=True, text=True, check=False)
    assert refused.returncode != 0 and "NEO4J_PASSWORD" in refused.stderr
    done = subprocess.run(command, cwd=ROOT, env={**without, "NEO4J_PASSWORD": "long-enough"}, check=False)
    assert done.returncode == 0


def test_the_image_runs_as_a_user_without_rights_and_copies_what_there_is() -> None:
    text = (ROOT / "Dockerfile").read_text()
    last = text.rsplit("\nFROM ", 1)[1]
    assert last.startswith("python:3.11-slim")
    assert re.search(r"^USER incidentgraph$", last, re.MULTILINE)
    assert "--require-hashes" in text
    ignored = (ROOT / ".dockerignore").read_text().split()
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists()
            assert f"!{source}" in ignored


def neo4j_settings(environment: dict[str, str]) -> dict[str, str]:
    """The settings that the image makes of its environment: one underscore is a dot, and two are an underscore."""
    names = {name: name.removeprefix(NEO4J_PREFIX) for name in environment if name != "NEO4J_AUTH"}
    return {
        short.replace("__", "\0").replace("_", ".").replace("\0", "_"): re.sub(
            r"\$\{\w+:-([^}]*)\}", r"\1", environment[name]
        )
        for name, short in names.items()
    }


def test_names_of_settings_are_turned_as_the_image_does() -> None:
    assert neo4j_settings({"NEO4J_server_memory_heap_max__size": "${H:-1G}"}) == {"server.memory.heap.max_size": "1G"}


@pytest.mark.neo4j
def test_the_api_works_on_a_neo4j_with_these_settings(compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    if os.environ.get("NEO4J_URI"):
        pytest.skip("a server that is given has settings of its own")
    settings = neo4j_settings(compose["services"]["neo4j"]["environment"])
    del settings["server.memory.heap.max_size"]  # is for the launcher of the image
    monkeypatch.setattr(neo4j, "SETTINGS", neo4j.SETTINGS | settings | {"server.memory.pagecache.size": "48m"})
    body = "Harbour Dairies is owned by Leith Foods."
    dairy, foods = (
        Entity("harbour-dairies", "Harbour Dairies", "Company"),
        Entity("leith-foods", "Leith Foods", "Company"),
    )
    document = Document(body, "Dairy")
    with (
        neo4j.neo4j_server() as running,
        open_store(running.uri, user=running.user, password=running.password) as store,
        TestClient(create_app(store, Settings(anonymous="always", anonymous_clearance="TLP:RED"))) as client,
    ):
        client.headers["host"] = "localhost"
        store.load(document, [Statement(dairy, "ownedBy", foods, document.id, body, 0, len(body), "test")])
        assert client.get("/v1/entities/harbour-dairies").json()["name"] == "Harbour Dairies"
        found = client.get("/v1/entities", params={"q": "leith"}).json()
        assert [item["id"] for item in found["items"]] == ["leith-foods"]
        owner = "MATCH (:Company {id: 'harbour-dairies'})-[:OWNED_BY]->(o) RETURN o.name AS name"
        assert client.post("/v1/cypher", json={"query": owner}).json()["rows"] == [["Leith Foods"]]
        for refused in ("LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line", "CREATE (:X)"):
            assert client.post("/v1/cypher", json={"query": refused}).status_code == 403
