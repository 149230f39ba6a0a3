"""Every route answers in each of its formats, and every failure is a problem detail with a hint."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree as ET

import pytest
import rdflib
from fastapi.testclient import TestClient

from tests.store.lookup.cases import CARS, CARS_ATTACK, HSBC, HUNTERS, SHOP

GRAPHS = [
    f"/v1/entities/{CARS.id}/related?depth=2",
    f"/v1/paths?from={HSBC.id}&to={CARS.id}",
    f"/v1/incidents/{CARS_ATTACK.id}",
]
TABLES = [
    "/v1/entities?q=jaguar",
    f"/v1/entities/{CARS.id}/statements",
    f"/v1/entities/{CARS.id}/timeline?reports=true",
    "/v1/incidents",
    "/v1/documents",
]


def in_format(path: str, wanted: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}format={wanted}"


def test_the_server_lives_and_says_on_which_store(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    ready = client.get("/ready").json()
    assert ready["ready"] is True
    assert ready["store"] in {"embedded", "neo4j"}
    assert ready["version"]


def test_search_then_look_around(client: TestClient) -> None:
    found = client.get("/v1/entities", params={"q": "JLR"}).json()["items"][0]
    assert found["id"] == CARS.id
    around = client.get(f"/v1/entities/{found['id']}/related", params={"counts": True}).json()
    edge = next(edge for edge in around["edges"] if edge["predicate"] == "targeted")
    assert edge["evidence"]["quote"] == "Attackers struck Jaguar Land Rover on 31 August."
    assert edge["sources"] == 3
    assert sum(count["count"] for count in around["counts"]) == around["total"]
    statement = client.get(f"/v1/statements/{edge['evidence']['statement']}").json()
    document = client.get(f"/v1/documents/{statement['document']['id']}").json()
    assert document["body"][statement["start"] : statement["end"]] == statement["quote"]


def test_an_entity_an_incident_and_the_counts(client: TestClient) -> None:
    assert client.get(f"/v1/entities/{CARS.id}").json()["iri"].endswith(CARS.id)
    case = client.get(f"/v1/incidents/{CARS_ATTACK.id}").json()
    assert [link["entity"]["id"] for link in case["victims"]] == [CARS.id]
    assert client.get("/v1/stats").json()["documents"] == 3
    assert client.get("/v1/incidents").json()["items"][0]["incident"]["id"] == CARS_ATTACK.id


@pytest.mark.parametrize("path", GRAPHS)
def test_graphs_come_as_json_ld(client: TestClient, path: str) -> None:
    answer = client.get(in_format(path, "jsonld"))
    assert answer.headers["content-type"] == "application/ld+json"
    graph = rdflib.Graph().parse(data=answer.text, format="json-ld")
    triples = {(str(s).rsplit("/", 1)[1], str(p).rsplit("#", 1)[1]) for s, p, o in graph if "ontology#" in str(p)}
    assert (CARS_ATTACK.id, "targeted") in triples or (
        "jaguar-land-rover-loan-guarantee-2025",
        "beneficiary",
    ) in triples


@pytest.mark.parametrize("path", GRAPHS)
def test_graphs_come_as_graphml(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "application/graphml+xml"})
    root = ET.fromstring(answer.text)
    tag = "{http://graphml.graphdrawing.org/xmlns}"
    nodes = {node.get("id") for node in root.iter(f"{tag}node")}
    edges = [(edge.get("source"), edge.get("target")) for edge in root.iter(f"{tag}edge")]
    assert edges
    assert {end for edge in edges for end in edge} <= nodes
    declared = {key.get("id") for key in root.iter(f"{tag}key")}
    told = {data.get("key") for data in root.find(f".//{tag}edge") or ()}
    assert {"predicate", "modality", "confidence", "sources", "first_reported", "quote", "document"} <= told <= declared


@pytest.mark.parametrize("path", GRAPHS)
def test_graphs_come_for_cytoscape(client: TestClient, path: str) -> None:
    elements = client.get(in_format(path, "cytoscape")).json()["elements"]
    nodes = {node["data"]["id"] for node in elements["nodes"]}
    assert {end for edge in elements["edges"] for end in (edge["data"]["source"], edge["data"]["target"])} <= nodes


@pytest.mark.parametrize("path", [*GRAPHS, *TABLES])
def test_everything_comes_as_csv(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "text/csv;q=0.9, application/json;q=0.1"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert rows
    assert None not in rows[0]


@pytest.mark.parametrize("path", ["/v1/entities?q=no+such+name+at+all", "/v1/incidents?q=no+such+name+at+all"])
def test_a_table_without_rows_still_names_its_columns(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "text/csv"})
    assert answer.text.startswith("id,name,")
    assert len(answer.text.splitlines()) == 1


def test_pages_of_a_table_link_to_the_next_one(client: TestClient) -> None:
    whole = client.get("/v1/entities?limit=200&format=csv").text.splitlines()[1:]
    path, rows = "/v1/entities?limit=3&format=csv", []
    while path:
        answer = client.get(path)
        rows += answer.text.splitlines()[1:]
        path = answer.links.get("next", {}).get("url", "")
    assert rows == whole


def test_head_is_get_without_the_body(client: TestClient) -> None:
    head, got = client.head("/v1/entities?q=hsbc"), client.get("/v1/entities?q=hsbc")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert client.head("/v1/entities/nobody-knows").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/entities/nobody-knows", 404),
        ("/v1/entities/nobody-knows/related", 404),
        ("/v1/entities/nobody-knows/statements", 404),
        ("/v1/entities/nobody-knows/timeline", 404),
        ("/v1/paths?from=nobody&to=knows", 404),
        ("/v1/paths?from=hsbc", 422),
        ("/v1/incidents/hsbc", 404),
        ("/v1/documents/doc-0", 404),
        ("/v1/statements/st-0", 404),
        ("/v1/nothing", 404),
        ("/v1/entities?limit=0", 422),
        ("/v1/entities?limit=many", 422),
        ("/v1/entities?q=a%00b", 422),
        ("/v1/entities?type=Companny", 400),
        ("/v1/entities?typ=Company", 422),
        ("/v1/entities?cursor=abc", 400),
        ("/v1/entities/hsbc/related?depth=4", 422),
        ("/v1/entities/hsbc/related?predicate=bought", 400),
        ("/v1/entities/hsbc/related?modality=maybe", 422),
        ("/v1/entities/hsbc/related?as_of=yesterday", 422),
        ("/v1/entities/hsbc/related?as_of=2025-02-30", 422),
        ("/v1/entities/hsbc?as_of=1999", 404),
        ("/v1/entities/hsbc?format=csv", 422),
        ("/v1/entities?format=graphml", 422),
        ("/v1/entities?format=word", 422),
        ("/v1/export?format=word", 422),
        ("/v1/stats?x=1", 422),
        ("/v1/statements/st-0?x=1", 422),
        ("/v1/documents/doc-0?x=1", 422),
        ("/v1/paths?from=hsbc&to=mufg&x=1", 422),
        ("/v1/incidents?x=1", 422),
    ],
)
def test_failures_are_problem_details(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["hint"]
    assert problem["instance"] == path.partition("?")[0]
    assert problem["request_id"] == answer.headers["x-request-id"]


def test_signs_that_no_name_has_find_nothing(client: TestClient) -> None:
    assert client.get("/v1/entities", params={"q": "&$ ?!"}).json()["items"] == []
    assert client.get("/v1/entities", params={"q": " "}).json()["items"]


def test_a_wrong_method_is_told_the_right_ones(client: TestClient) -> None:
    answer = client.put("/v1/entities")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert answer.json()["title"] == "Method Not Allowed"


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("", "application/json"),
        ("image/png, */*;q=0.1", "application/json"),
        ("text/*", "text/csv; charset=utf-8"),
        ("application/json;q=0.4, text/csv;q=0.5", "text/csv; charset=utf-8"),
        ("*/*, application/json;q=0", "text/csv; charset=utf-8"),
        ("text/csv, application/json", "text/csv; charset=utf-8"),
        ("image/png", "application/problem+json"),
        ("text/csv;q=0", "application/problem+json"),
    ],
)
def test_the_accept_header_decides(client: TestClient, accept: str, given: str) -> None:
    answer = client.get("/v1/entities", headers={"Accept": accept})
    assert answer.headers["content-type"] == given
    assert answer.status_code == (406 if "problem" in given else 200)


def test_a_day_before_all_reports_is_told_in_the_failure(client: TestClient) -> None:
    assert "by 1999" in client.get("/v1/entities/hsbc?as_of=1999").json()["detail"]


def test_a_store_that_fails_is_told_without_its_innards(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret innards")

    monkeypatch.setattr(client.app.state.context.store, "read", broken)  # type: ignore[attr-defined]
    answer = client.get(f"/v1/entities/{CARS.id}")
    assert answer.status_code == 500
    assert answer.json()["title"] == "Internal Server Error"
    assert "innards" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("format", ["trig", "ttl", "jsonld", "jsonl", "csv", "graphml", "cypher"])
def test_the_whole_graph_can_be_taken_along(client: TestClient, format: str) -> None:
    answer = client.get("/v1/export", params={"format": format})
    assert answer.status_code == 200
    assert CARS.id in answer.text
    assert f'filename="incident-graph.{format}"' in answer.headers["content-disposition"]


def test_counters_name_routes_and_not_paths(client: TestClient) -> None:
    client.get(f"/v1/entities/{HUNTERS.id}")
    client.get("/v1/entities/nobody-knows")
    text = client.get("/metrics").text
    assert 'route="/v1/entities/{entity_id}",status="200"' in text
    assert 'route="/v1/entities/{entity_id}",status="404"' in text
    assert HUNTERS.id not in text
    assert SHOP.id not in text


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/start.js", "/docs/swagger-ui.css", "/openapi.json"])
def test_the_pages_come_from_here_alone(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    if answer.headers["content-type"].startswith("text/html"):
        assert "<script>" not in answer.text
        assert "http://" not in answer.text.replace("http://www.w3.org", "")
