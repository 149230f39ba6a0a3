"""What stands in front of every route: bounds, hosts, origins, headers, and a line in the audit log."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from structlog.testing import capture_logs

from store import Store
from tests.api.conftest import bearing, client_of


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"])
def test_it_answers_to_its_own_names(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[::2]", "evil.example:80"]
)
def test_a_name_that_was_bound_to_this_address_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/v1/entities", headers={"Host": host})
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"


def test_further_names_can_be_allowed(world: Store) -> None:
    with client_of(world, allowed_hosts=["graph.example"]) as client:
        assert client.get("/health", headers={"Host": "graph.example:8000"}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://localhost.evil.example", "http://localhost:1"]
)
def test_pages_of_other_sites_are_refused(client: TestClient, origin: str) -> None:
    for answer in (
        client.post("/v1/cypher", json={"query": "RETURN 1"}, headers={"Origin": origin}),
        client.get("/v1/entities", headers={"Origin": origin}),
        client.options("/v1/cypher", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}),
    ):
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


def test_a_form_of_another_site_is_refused_without_an_origin_too(client: TestClient) -> None:
    answer = client.post("/v1/cypher", json={"query": "RETURN 1"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_our_own_page_may_call(client: TestClient) -> None:
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/v1/cypher", json={"query": "RETURN 1"}, headers=headers).status_code == 200


def test_other_origins_can_be_let_in(world: Store) -> None:
    with client_of(world, cors_origins=["https://desk.example"]) as client:
        headers = {"Origin": "https://desk.example"}
        answer = client.get("/v1/entities", headers=headers)
        assert answer.headers["access-control-allow-origin"] == "https://desk.example"
        assert "access-control-allow-credentials" not in answer.headers
        preflight = client.options("/v1/cypher", headers=headers | {"Access-Control-Request-Method": "POST"})
        assert preflight.status_code == 204
        assert "Authorization" in preflight.headers["access-control-allow-headers"]


def test_long_addresses_and_large_bodies_are_refused(client: TestClient) -> None:
    assert client.get("/v1/entities", params={"q": "a" * 9_000}).status_code == 414
    assert client.post("/v1/cypher", content=b"x" * 1_100_000).status_code == 413

    def pieces() -> object:
        for _ in range(20):
            yield b"x" * 100_000

    assert client.post("/v1/cypher", content=pieces()).status_code == 413  # type: ignore[arg-type]
    assert client.post("/v1/cypher", content=b"{}", headers={"Content-Length": "-1"}).status_code == 413


@pytest.mark.parametrize("path", ["/health", "/v1/entities", "/v1/nothing", "/", "/docs", "/v1/entities?limit=0"])
def test_every_answer_has_the_headers_that_browsers_heed(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-request-id"]
    if path.startswith("/v1/"):
        assert headers["cache-control"] == "no-store"


def test_a_request_keeps_the_id_that_it_brings_if_that_is_harmless(client: TestClient) -> None:
    assert client.get("/health", headers={"X-Request-ID": "abc-12345"}).headers["x-request-id"] == "abc-12345"
    assert client.get("/health", headers={"X-Request-ID": 'a" onload="x'}).headers["x-request-id"] != 'a" onload="x'


def test_web_sockets_are_closed(client: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/v1/entities"):
        pass


def test_the_audit_log_says_who_asked_what_and_how_much_they_got(closed: TestClient, secrets: dict[str, str]) -> None:
    with capture_logs() as lines:
        closed.post("/v1/cypher", json={"query": "RETURN 1 AS one"}, headers=bearing(secrets["full reader"]))
        closed.get("/v1/entities?q=jlr", headers=bearing(secrets["open reader"]))
        closed.get("/v1/entities?q=jlr")
    cypher, search, refused = [line for line in lines if line["event"] == "request"]
    assert (cypher["who"], cypher["cypher"], cypher["rows"], cypher["status"]) == (
        "full reader",
        "RETURN 1 AS one",
        1,
        200,
    )
    assert (search["who"], search["query"], search["status"]) == ("open reader", "q=jlr", 200)
    assert search["rows"] > 0
    assert search["ms"] > 0
    assert (refused["who"], refused["status"]) == ("", 401)
    assert not [secret for secret in secrets.values() if secret in json.dumps(lines)]


def test_headers_are_bounded(client: TestClient) -> None:
    assert client.get("/health", headers={"X-Long": "a" * 40_000}).status_code == 431
    assert client.get("/health", headers={"X-Long": "a" * 4_000}).status_code == 200
