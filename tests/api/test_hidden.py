"""What is above a reader's clearance is as if it had never been loaded: no answer changes when it is taken back."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from store import Store
from tests.api.conftest import bearing
from tests.store.lookup import cases

WORDS = ("heron", "nightjar", "insider", "crime", "agency", "jaguar", "jagaur", "jlr", "bank", "hs", "hunters", "2025")
GRAPHS = ("json", "jsonld", "csv", "graphml", "cytoscape")


def _paths(client: TestClient, headers: dict[str, str]) -> list[str]:
    """All that can be asked of a graph, the names that only its secrets know among it."""
    documents = [item["id"] for item in client.get("/v1/documents?limit=200", headers=headers).json()["items"]]
    entities = client.get("/v1/entities?limit=200", headers=headers).json()["items"]
    paths = ["/v1/stats", "/v1/documents", "/v1/documents?format=csv", "/v1/incidents?limit=1"]
    paths += [
        f"/v1/incidents?sort={order}&q={word}" for order in ("date", "documents", "name") for word in ("", *WORDS)
    ]
    # A cursor tells by itself that there is more: with words of a few letters, many incidents are proposed.
    paths += [f"/v1/incidents?limit=1&q={word}" for word in ("elli", "ins", "he", "a", *WORDS)]
    paths += [f"/v1/entities?limit=200&q={word}" for word in ("", *WORDS)]
    paths += [f"/v1/entities?limit=2&type={kind}" for kind in ("Person", "Organization", "ThreatActor", "Company")]
    paths += [f"/v1/export?format={name}" for name in ("trig", "ttl", "jsonld", "jsonl", "csv", "graphml", "cypher")]
    for id_ in documents:
        found = client.get(f"/v1/documents/{id_}", headers=headers).json()
        paths += [f"/v1/documents/{id_}", *(f"/v1/statements/{said['id']}" for said in found["statements"])]
    for entity in entities:
        base = f"/v1/entities/{entity['id']}"
        paths += [base, f"{base}?as_of=2025-11", f"{base}/statements", f"{base}/statements?limit=2&predicate=targeted"]
        paths += [f"{base}/timeline?reports={told}" for told in ("true", "false")]
        paths += [f"{base}/related?depth=2&counts=true&format={name}" for name in GRAPHS]
        paths += [f"{base}/related?type=Person", f"{base}/related?modality=asserted", f"{base}/related?limit=1"]
        paths += [f"{base}/related?min_confidence=0.5&direction=in", f"{base}/related?as_of=2025-12&counts=true"]
        paths += [f"/v1/incidents/{entity['id']}", f"/v1/incidents/{entity['id']}?format=csv"]
        paths += [f"/v1/paths?from={cases.CARS.id}&to={entity['id']}&limit=5"]
    return paths


def _answers(client: TestClient, headers: dict[str, str], paths: list[str]) -> dict[str, tuple[int, str]]:
    answers = {path: client.get(path, headers=headers | {"X-Request-ID": "the-same-one"}) for path in paths}
    return {path: (answer.status_code, answer.text) for path, answer in answers.items()}


@pytest.mark.parametrize("who", ["open reader", "amber reader"])
def test_a_hidden_document_changes_no_answer(
    closed: TestClient, secrets: dict[str, str], world: Store, who: str
) -> None:
    paths = _paths(closed, bearing(secrets["full reader"]))
    cursor = closed.get("/v1/entities?limit=5", headers=bearing(secrets["full reader"])).json()["cursor"]
    paths.append(f"/v1/entities?limit=5&cursor={cursor}")
    with_it = _answers(closed, bearing(secrets[who]), paths)
    assert sum(status == 404 for status, _ in with_it.values()) > 5  # what only the hidden document knows is asked for
    document, _ = cases.secret().finish()
    world.retract(document.id)
    try:
        without = _answers(closed, bearing(secrets[who]), paths)
    finally:
        cases.load_world(world)
    assert [path for path in paths if with_it[path] != without[path]] == []
