"""Who may do what: open on this machine for reading, and elsewhere by tokens with a role and a clearance."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.settings import Settings, is_loopback
from api.tokens import InvalidTokens, Role, TokenFile
from ontology.errors import NotFound
from ontology.statement import Marking
from store import Store
from tests.api.conftest import ELSEWHERE, bearing, client_of
from tests.store.lookup import cases
from tests.store.lookup.test_lookups import HIDDEN


def test_on_this_machine_reading_needs_no_token_and_writing_does(client: TestClient) -> None:
    assert client.get("/v1/entities").status_code == 200
    for answer in (client.post("/v1/documents", content="text"), client.delete("/v1/documents/doc-1")):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "incidentgraph token" in answer.json()["hint"]


@pytest.mark.parametrize("path", ["/v1/entities", "/v1/stats", "/v1/export", "/metrics", "/v1/documents"])
def test_from_elsewhere_reading_needs_one(closed: TestClient, secrets: dict[str, str], path: str) -> None:
    assert closed.get(path).status_code == 401
    assert closed.get(path, headers=bearing("igt_wrong")).status_code == 401
    assert closed.get(path, headers={"Authorization": f"Basic {secrets['admin']}"}).status_code == 401
    assert closed.get(path, headers=bearing(secrets["open reader"])).status_code == 200


def test_health_needs_none(closed: TestClient) -> None:
    assert closed.get("/health").status_code == 200
    assert closed.get("/ready").status_code == 200


def test_a_wrong_token_is_refused_even_where_none_is_needed(client: TestClient) -> None:
    assert client.get("/v1/entities", headers=bearing("igt_wrong")).status_code == 401


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_what_comes_through_a_proxy_is_not_from_this_machine(client: TestClient, header: str) -> None:
    assert client.get("/v1/entities", headers={header: "127.0.0.1"}).status_code == 401


def test_a_server_that_others_can_reach_is_open_to_nobody(world: Store) -> None:
    with client_of(world, host="0.0.0.0") as client:
        assert client.get("/v1/entities").status_code == 401


def test_where_everybody_may_read_they_see_what_is_clear(world: Store) -> None:
    with client_of(world, address=ELSEWHERE, anonymous="always") as client:
        assert client.get("/v1/stats").json()["documents"] == 2
        assert client.post("/v1/cypher", json={"query": "RETURN 1"}).status_code == 403


def test_where_nobody_may_read_without_a_token(world: Store) -> None:
    with client_of(world, anonymous="never") as client:
        assert client.get("/v1/stats").status_code == 401


def test_each_role_may_do_its_own(closed: TestClient, secrets: dict[str, str]) -> None:
    def deleting(who: str) -> int:
        return closed.delete("/v1/documents/doc-nobody-knows", headers=bearing(secrets[who])).status_code

    assert [deleting(who) for who in ("full reader", "open loader", "loader", "admin")] == [403, 404, 404, 404]


@pytest.mark.parametrize("who", ["open reader", "amber reader", "open loader"])
def test_no_route_shows_what_is_above_the_clearance(closed: TestClient, secrets: dict[str, str], who: str) -> None:
    headers = bearing(secrets[who])
    document, statements = cases.secret().finish()
    paths = ["/v1/stats", "/v1/incidents", "/v1/documents", "/v1/entities?limit=200", "/v1/entities?q=heron"]
    paths += [f"/v1/entities?q={word}" for word in ("nightjar", "insider", "crime", "agency", "jaguar")]
    paths += [
        f"/v1/export?format={format}" for format in ("trig", "ttl", "jsonld", "jsonl", "csv", "graphml", "cypher")
    ]
    for entity in closed.get("/v1/entities?limit=200", headers=headers).json()["items"]:
        base = f"/v1/entities/{entity['id']}"
        paths += [base, f"{base}/statements", f"{base}/timeline?reports=true", f"{base}/related?depth=3&counts=true"]
        paths += [f"{base}/related?depth=2&format={format}" for format in ("jsonld", "csv", "graphml", "cytoscape")]
        paths += [f"/v1/paths?from={cases.CARS.id}&to={entity['id']}"]
        if entity["type"] == "Incident":
            paths += [f"/v1/incidents/{entity['id']}", f"/v1/incidents/{entity['id']}?format=csv"]
    for path in paths:
        answer = closed.get(path, headers=headers)
        assert answer.status_code == 200, path
        assert not [word for word in HIDDEN if word in answer.text.lower()], path
    for path in (
        f"/v1/documents/{document.id}",
        f"/v1/entities/{cases.MOLE.id}",
        f"/v1/entities/{cases.MOLE.id}/related",
        f"/v1/paths?from={cases.MOLE.id}&to={cases.CARS.id}",
        *(f"/v1/statements/{statement.id}" for statement in statements),
    ):
        assert closed.get(path, headers=headers).status_code == 404, path
    assert closed.post("/v1/cypher", json={"query": "RETURN 1"}, headers=headers).status_code == 403


def test_a_hidden_document_cannot_be_taken_back_or_marked_down(closed: TestClient, secrets: dict[str, str]) -> None:
    document, _ = cases.secret().finish()
    headers = bearing(secrets["open loader"])
    assert closed.delete(f"/v1/documents/{document.id}", headers=headers).status_code == 404
    again = closed.post("/v1/documents", content=document.body, headers=headers | {"Content-Type": "text/plain"})
    assert again.status_code == 403
    above = closed.post(
        "/v1/documents?marking=TLP:RED", content="New.", headers=headers | {"Content-Type": "text/plain"}
    )
    assert above.status_code == 403


def test_too_many_requests_are_told_when_to_come_back(world: Store) -> None:
    with client_of(world, rate_limit=60, rate_burst=3) as client:
        statuses = [client.get("/v1/entities?limit=1").status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        answer = client.get("/v1/entities")
        assert int(answer.headers["retry-after"]) >= 1
        assert client.get("/health").status_code == 200


def test_guessing_tokens_is_slowed_down(world: Store, tokens_file: Path) -> None:
    with client_of(world, address=ELSEWHERE, rate_limit=60, rate_burst=3, tokens_file=tokens_file) as client:
        statuses = [client.get("/v1/stats", headers=bearing(f"igt_{n}")).status_code for n in range(5)]
        assert statuses == [401, 401, 401, 429, 429]


def test_secrets_are_kept_as_hashes_that_only_their_owner_can_read(tokens_file: Path) -> None:
    secret = TokenFile(tokens_file).make("alice", Role.READER, Marking.CLEAR)
    text = tokens_file.read_text()
    assert secret not in text
    assert secret.removeprefix("igt_") not in text
    assert stat.S_IMODE(tokens_file.stat().st_mode) == 0o600
    assert json.loads(text)["tokens"][0]["name"] == "alice"


def test_a_token_ends_when_it_is_over_or_taken_back(tokens_file: Path) -> None:
    tokens = TokenFile(tokens_file)
    old = tokens.make("old", Role.READER, Marking.CLEAR, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    new = tokens.make("new", Role.READER, Marking.CLEAR, expires_at=datetime.now(UTC) + timedelta(days=1))
    other = TokenFile(tokens_file)
    other.refresh()
    assert other.find(old) is None
    assert other.find(new) is not None
    tokens.revoke("new")
    other.refresh()
    assert other.find(new) is None
    with pytest.raises(NotFound):
        tokens.revoke("new")


def test_tokens_made_and_revoked_at_once_all_count(tokens_file: Path) -> None:
    names = [f"reader {number}" for number in range(24)]
    for name in names[:12]:
        TokenFile(tokens_file).make(name, Role.READER, Marking.CLEAR)
    make = partial(TokenFile.make, role=Role.READER, clearance=Marking.CLEAR)
    with ThreadPoolExecutor(8) as pool:
        made = [pool.submit(make, TokenFile(tokens_file), name) for name in names[12:]]
        gone = [pool.submit(TokenFile(tokens_file).revoke, name) for name in names[:12]]
        for each in (*made, *gone):
            each.result()
    assert {token.name for token in TokenFile(tokens_file).all()} == set(names[12:])


def test_a_name_is_taken_once(tokens_file: Path) -> None:
    tokens = TokenFile(tokens_file)
    tokens.make("alice", Role.READER, Marking.CLEAR)
    with pytest.raises(InvalidTokens, match="alice"):
        tokens.make("alice", Role.ADMIN, Marking.RED)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"tokens": [{"name": "x"}]}', '{"tokens": 1}'])
def test_a_spoilt_file_of_tokens_lets_nobody_in(tokens_file: Path, text: str) -> None:
    tokens_file.write_text(text)
    with pytest.raises(InvalidTokens):
        TokenFile(tokens_file).refresh()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
    ],
)
def test_which_addresses_are_this_machine(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected
    assert Settings(host=address).is_loopback is expected
