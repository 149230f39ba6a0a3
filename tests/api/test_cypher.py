"""Queries of one's own: they read, within bounds, and nothing that is sent changes or reaches anything else."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from store import Store
from tests.api.conftest import client_of
from tests.store.lookup.cases import CARS

WRITES = [
    "CREATE (n:Hacked) RETURN n",
    "create (n:Hacked)",
    "/* MATCH (n) RETURN n */ CREATE (:Hacked)",
    "// RETURN 1\nCREATE (:Hacked)",
    "RETURN 1 // \rCREATE (:Hacked)",
    "RETURN 1 /* */ UNION CREATE (:Hacked) RETURN 1",
    "MATCH (n) WITH n LIMIT 1 SET n.hacked = true RETURN n",
    "MATCH (n) WITH n LIMIT 1 SET n:Hacked RETURN n",
    "MATCH (n) WITH n LIMIT 1 SET n += {hacked: true}",
    "MATCH (n) REMOVE n.name RETURN n",
    "MATCH (n) DETACH DELETE n",
    "MATCH (n)\u00a0DETACH\u2003DELETE n",
    "MATCH (n)-[r]->() DELETE r",
    "MATCH (n) NODETACH DELETE n",
    "MERGE (n:Hacked {id: 1}) RETURN n",
    "MERGE (n:Hacked) ON CREATE SET n.x = 1",
    "MATCH (n) FOREACH (x IN [1] | SET n.hacked = x)",
    "FOREACH (x IN range(1, 3) | CREATE (:Hacked))",
    "CALL { CREATE (n:Hacked) RETURN n } RETURN n",
    "MATCH (n) CALL (n) { SET n.hacked = 1 } RETURN n",
    "MATCH (n) CALL { WITH n DELETE n } IN TRANSACTIONS OF 1 ROWS",
    "UNWIND [1] AS x CALL (x) { CREATE (:Hacked {x: x}) } IN CONCURRENT TRANSACTIONS OF 1 ROWS",
    "CR\\u0045ATE (:Hacked)",
    "\\u0043REATE (:Hacked)",
    "\\u0043\\u0052\\u0045\\u0041\\u0054\\u0045 (:Hacked)",
    "MATCH (n) \\u0053ET n.hacked = 1",
    "MATCH (`n`) SET `n`.`hacked` = 1",
    "MATCH (n:`Entity`) DELETE `n`",
    "EXPLAIN CREATE (:Hacked)",
    "PROFILE CREATE (:Hacked)",
    "CYPHER planner=cost CREATE (:Hacked)",
    "CYPHER 5 CREATE (:Hacked)",
    "CYPHER runtime=slotted MATCH (n) SET n.hacked = 1",
    "USING PERIODIC COMMIT 1 LOAD CSV FROM 'file:///etc/passwd' AS l CREATE (:Hacked {l: l})",
    "INSERT (:Hacked)",
    "FINISH CREATE (:Hacked)",
    "RETURN 1; CREATE (:Hacked)",
    "RETURN 1;\nMATCH (n) DETACH DELETE n;",
    "CREATE (:Hacked); RETURN 1",
    "CREATE INDEX hacked FOR (n:Hacked) ON (n.x)",
    "DROP INDEX entity_id",
    "CREATE CONSTRAINT hacked FOR (n:Hacked) REQUIRE n.x IS UNIQUE",
    "DROP CONSTRAINT entity_id IF EXISTS",
    "CREATE FULLTEXT INDEX hacked FOR (n:Hacked) ON EACH [n.x]",
    "CREATE DATABASE hacked",
    "DROP DATABASE neo4j",
    "STOP DATABASE neo4j",
    "CREATE USER hacked SET PASSWORD 'hackedhacked'",
    "ALTER USER neo4j SET PASSWORD 'hackedhacked'",
    "ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'hackedhacked'",
    "GRANT ROLE admin TO neo4j",
    "SHOW USERS",
    "SHOW TRANSACTIONS",
    "TERMINATE TRANSACTIONS 'neo4j-transaction-1'",
    "SHOW SETTINGS",
    "USE system SHOW USERS",
    "USE system CREATE USER hacked SET PASSWORD 'hackedhacked'",
    "USE graph.byName('system') MATCH (n) RETURN n",
    "CALL dbms.setConfigValue('db.logs.query.enabled', 'OFF')",
    "CALL dbms.listConfig() YIELD name, value RETURN name, value",
    "CALL dbms.killTransactions(['x'])",
    "CALL db.createLabel('Hacked')",
    "CALL db.createProperty('hacked')",
    "CALL db.createRelationshipType('HACKED')",
    "CALL db.index.fulltext.awaitIndex('Entity[search]')",
    "CALL db.clearQueryCaches()",
    "CALL db.stats.clear('QUERIES')",
    "CALL db.create.setNodeVectorProperty(null, 'x', [1.0])",
    "CALL `dbms`.`listConfig`()",
    "CALL apoc.cypher.runWrite('CREATE (:Hacked)', {})",
    "CALL apoc.cypher.doIt('CREATE (:Hacked)', {}) YIELD value RETURN value",
    "RETURN apoc.cypher.runFirstColumnSingle('CREATE (n:Hacked) RETURN n', {})",
    "CALL apoc.load.json('http://127.0.0.1/')",
    "CALL tx.setMetaData({hacked: true})",
    "CALL dbms.security.createUser('hacked', 'hackedhacked')",
    "CALL dbms.cluster.overview()",
    "CALL sql('DELETE FROM Entity')",
    "CALL algo.anything()",
    "CALL schema.create('Hacked')",
    "ALTER DATABASE `arcadedb.command.timeout` 0",
    "DELETE FROM Entity",
    "SELECT FROM Entity",
    "{sql} DELETE FROM Entity",
    "MATCH (n) WHERE EXISTS { CREATE (:Hacked) } RETURN n",
    "RETURN COUNT { CREATE (:Hacked) }",
    "RETURN COLLECT { CREATE (n:Hacked) RETURN n }",
]
READS_WITH_SUCH_WORDS = [
    "RETURN 'CREATE (:Hacked)' AS text",
    'RETURN "it\'s; DELETE" AS text // SET x',
    "MATCH (n:Entity) WHERE n.name CONTAINS 'DELETE' RETURN n",
    "MATCH (`CREATE`:Entity) RETURN `CREATE`.id AS `SET` LIMIT 1",
    "MATCH (n:Entity) RETURN n.id AS create_ LIMIT 1",
    "/* DETACH DELETE */ MATCH (n:Entity) RETURN count(n) AS n",
    "MATCH (n:Entity {id: $id}) RETURN n;",
    "CALL db.labels() YIELD label RETURN label",
    "CALL db.index.fulltext.queryNodes('Entity[search]', 'jaguar') YIELD node RETURN node.id",
    "MATCH (e:Entity) CALL (e) { MATCH (e)--(x) RETURN count(x) AS n } RETURN e.id, n LIMIT 3",
    "UNWIND [1, 2] AS x RETURN x UNION ALL RETURN 3 AS x",
    "MATCH p = shortestPath((a:Entity {id: $id})-[*..3]-(b:Entity {id: 'hsbc'})) RETURN p",
]


def ask(client: TestClient, query: str, **more: Any) -> Any:
    return client.post("/v1/cypher", json={"query": query, "parameters": {"id": CARS.id}} | more)


def picture(store: Store) -> list[Any]:
    """All that a write could have changed."""
    return [
        store.read("MATCH (n) RETURN count(n) AS nodes, count(DISTINCT n.name) AS names")[0],
        store.read("MATCH ()-[r]->() RETURN count(r) AS relationships")[0],
        store.read("MATCH (n) WHERE n.hacked IS NOT NULL OR n:Hacked RETURN count(n) AS hacked")[0],
        sorted(
            row["label"] for row in store.read("CALL db.labels() YIELD label RETURN label") if row["label"] == "Hacked"
        ),
        store.read("MATCH (d:Document) RETURN d.id AS id, d.body AS body ORDER BY id"),
    ]


@pytest.fixture
def before(world: Store) -> Iterator[None]:
    """Fails a test after which the graph is not what it was."""
    was = picture(world)
    yield
    assert picture(world) == was


def test_rows_have_nodes_relationships_and_paths(client: TestClient) -> None:
    answer = ask(client, "MATCH p = (i:Incident)-[r:TARGETED]->(v:Entity {id: $id}) RETURN i, r, v, p, v.name AS name")
    assert answer.status_code == 200
    body = answer.json()
    assert body["columns"] == ["i", "r", "v", "p", "name"]
    incident, relationship, victim, path, name = body["rows"][0]
    assert (incident["kind"], relationship["kind"], path["kind"]) == ("node", "relationship", "path")
    assert {"Entity", "Company"} <= set(victim["labels"])
    assert victim["properties"]["name"] == name == "Jaguar Land Rover"
    assert relationship["type"] == "TARGETED"
    assert (relationship["source_element_id"], relationship["target_element_id"]) == (
        incident["element_id"],
        victim["element_id"],
    )
    assert [node["id"] for node in path["nodes"]] == [incident["id"], victim["id"]]
    assert (body["truncated"], body["note"]) == (False, "")


def test_long_answers_stream_line_by_line(client: TestClient) -> None:
    query = {"query": "UNWIND range(1, 5000) AS n RETURN n", "limit": 10_000}
    with client.stream("POST", "/v1/cypher", json=query, headers={"Accept": "application/x-ndjson"}) as answer:
        assert answer.headers["content-type"] == "application/x-ndjson"
        lines = [json.loads(line) for line in answer.iter_lines()]
    assert lines[0] == {"columns": ["n"]}
    assert [line["row"][0] for line in lines[1:-1]] == list(range(1, 5001))
    assert lines[-1]["end"]["rows"] == 5000
    assert lines[-1]["end"]["truncated"] is False


def test_answers_come_as_csv(client: TestClient) -> None:
    answer = client.post(
        "/v1/cypher", json={"query": "RETURN 1 AS n, '=1+1' AS f, [1, 2] AS l"}, headers={"Accept": "text/csv"}
    )
    assert answer.text.splitlines() == ["n,f,l", '1,\'=1+1,"[1, 2]"']


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Accept": "application/xml"}, 406),
        ({"Accept": "application/x-ndjson;q=0, application/json"}, 200),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ],
)
def test_what_is_sent_and_accepted_is_heeded(client: TestClient, headers: dict[str, str], status: int) -> None:
    sent = {"Content-Type": "application/json"} | headers
    answer = client.post("/v1/cypher", content=b'{"query": "RETURN 1 AS n"}', headers=sent)
    assert answer.status_code == status
    assert answer.headers["content-type"] == ("application/json" if status == 200 else "application/problem+json")


def test_a_body_that_is_cut_short_is_told_as_such(client: TestClient) -> None:
    answer = client.post("/v1/cypher", content=b'{"query": "RETU', headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "JSON" in answer.json()["detail"]


def test_a_table_without_rows_names_its_columns(client: TestClient) -> None:
    query = {"query": "MATCH (n:Entity {id: 'nobody'}) RETURN n.id AS id, n AS node"}
    assert client.post("/v1/cypher", json=query, headers={"Accept": "text/csv"}).text.splitlines() == ["id,node"]


def test_bounds_cut_with_a_note(client: TestClient, world: Store) -> None:
    body = ask(client, "UNWIND range(1, 100) AS n RETURN n", limit=10).json()
    assert len(body["rows"]) == 10
    assert body["truncated"] is True
    assert "10 rows" in body["note"]
    with client_of(world, cypher_bytes=10_000) as small:
        body = ask(small, "UNWIND range(1, 1000) AS n RETURN n, 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxx' AS x").json()
        assert "bytes" in body["note"]
        assert len(json.dumps(body["rows"])) < 20_000
    with client_of(world, cypher_rows=5) as small:
        assert len(ask(small, "UNWIND range(1, 100) AS n RETURN n", limit=100).json()["rows"]) == 5


@pytest.mark.parametrize("query", READS_WITH_SUCH_WORDS)
def test_reading_is_not_mistaken_for_writing(client: TestClient, query: str) -> None:
    answer = ask(client, query)
    assert answer.status_code == 200, answer.text
    assert answer.json()["rows"] or "DELETE" in query


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize("query", WRITES)
def test_writing_is_refused_and_changes_nothing(client: TestClient, query: str) -> None:
    answer = ask(client, query)
    assert answer.status_code in {400, 403}, answer.text
    assert answer.json()["hint"]


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize("name", ["x} RETURN 1 CREATE (:Hacked) //", "`", "x`}) CREATE (:Hacked) //", "", "ü"])
def test_names_of_parameters_are_names_only(client: TestClient, name: str) -> None:
    answer = client.post("/v1/cypher", json={"query": "RETURN 1 AS one", "parameters": {name: 1}})
    assert answer.status_code in {200, 400, 422}


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize(
    "body",
    [
        {"query": ""},
        {"query": "RETURN 1", "limit": 0},
        {"query": "RETURN 1", "limit": 10**9},
        {"query": "RETURN $n", "parameters": {"n": 2**63}},
        {"query": "RETURN $n", "parameters": [1]},
        {"query": "RETURN 1", "write": True},
        {"query": ["RETURN 1"]},
        {"query": "RETURN 1\x00"},
        {"query": "RETURN $n", "parameters": {"n": "\ud800"}},
        {},
        [],
        "RETURN 1",
    ],
)
def test_bodies_that_do_not_fit_are_refused(client: TestClient, body: Any) -> None:
    answer = client.post("/v1/cypher", content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_a_deep_parameter_is_refused_before_anything_descends_into_it(client: TestClient) -> None:
    deep = "[" * 900 + "]" * 900
    body = f'{{"query": "RETURN $n", "parameters": {{"n": {deep}}}}}'
    answer = client.post("/v1/cypher", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "body/parameters/n: Value error, is nested more than 20 deep"


@pytest.mark.parametrize("query", ["MATCH (n", "MATCH (n) RETURN m", "RETURN $missing", "SELEKT", "RETURN 1/0", "'"])
def test_what_cannot_be_run_is_told_in_one_line(client: TestClient, query: str) -> None:
    answer = ask(client, query)
    if answer.status_code == 200:
        assert query in {"RETURN $missing", "RETURN 1/0"}
        return
    assert answer.status_code in {400, 403}
    assert "\n" not in answer.json()["detail"]
    assert "Traceback" not in answer.text


def test_a_query_can_be_explained_without_being_run(client: TestClient) -> None:
    answer = ask(client, "MATCH (n:Entity) RETURN n", explain=True)
    assert answer.status_code == 200
    body = answer.json()
    assert body["columns"] == ["plan"]
    assert body["rows"][0][0]["operatorType"]


ENDLESS = [
    "UNWIND range(1, 1000000000) AS n WITH n WHERE n < 0 RETURN n",
    "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a, b WHERE a + b < 0 RETURN count(*) AS n",
    "MATCH (a), (b), (c), (d), (e), (f) RETURN count(*) AS n",
    "MATCH p = (a)-[*1..30]-(b) RETURN count(p) AS n",
]


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize("query", ENDLESS)
def test_no_query_holds_a_worker_beyond_its_time(world: Store, query: str) -> None:
    with client_of(world, cypher_seconds=1.0) as client:
        started = time.monotonic()
        answer = ask(client, query)
        assert answer.status_code in {200, 400, 408, 503}, answer.text
        assert time.monotonic() - started < 15
        assert ask(client, "RETURN 1 AS one").json()["rows"] == [[1]]


def test_a_bomb_of_a_result_is_cut(world: Store) -> None:
    with client_of(world, cypher_seconds=3.0, cypher_bytes=100_000) as client:
        bomb = "UNWIND range(1, 100000) AS n MATCH (d:Document) RETURN d, d.body + d.body + d.body AS text"
        answer = ask(client, bomb, limit=100_000)
        assert answer.status_code in {200, 408}
        assert len(answer.content) < 300_000


def test_a_value_that_is_nested_too_deep_is_refused(client: TestClient) -> None:
    answer = ask(client, "RETURN reduce(deep = [1], i IN range(1, 800) | [deep]) AS deep")
    assert answer.status_code == 400
    assert "nested too deep" in answer.json()["detail"] or "Type mismatch" in answer.json()["detail"]  # Neo4j's planner
    assert ask(client, "RETURN 1 AS one").json()["rows"] == [[1]]


def test_only_so_many_run_at_once(world: Store) -> None:
    with client_of(world, cypher_seconds=4.0, cypher_concurrency=1) as client:
        slow = threading.Thread(target=ask, args=(client, ENDLESS[1]))
        slow.start()
        time.sleep(0.7)
        answer = ask(client, "RETURN 1 AS one")
        assert answer.status_code == 429
        assert answer.headers["retry-after"]
        assert client.get("/health").status_code == 200
        slow.join()
        assert ask(client, "RETURN 1 AS one").status_code == 200


def test_a_stream_that_is_left_gives_its_place_back(world: Store) -> None:
    with client_of(world, cypher_concurrency=1) as client:
        for _ in range(3):
            query = {"query": "UNWIND range(1, 100000) AS n RETURN n", "limit": 100_000}
            with client.stream("POST", "/v1/cypher", json=query, headers={"Accept": "application/x-ndjson"}) as answer:
                assert next(answer.iter_lines()) == '{"columns":["n"]}'


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address on this machine, and the requests that reach it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"a,b\n1,2\n")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize(
    "query",
    [
        "LOAD CSV FROM '{address}/x' AS line RETURN line",
        "LOAD CSV WITH HEADERS FROM '{address}/x' AS line RETURN line",
        "load csv from $address as line return line",
        "LOAD/**/CSV FROM '{address}/x' AS line RETURN line",
        "L\\u004FAD CSV FROM '{address}/x' AS line RETURN line",
        "UNWIND [1] AS x LOAD CSV FROM '{address}/x' AS line RETURN line",
        "CALL {{ LOAD CSV FROM '{address}/x' AS line RETURN line }} RETURN line",
        "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
        "LOAD CSV FROM 'file://{secret}' AS line RETURN line",
        "CALL apoc.load.csv('{address}/x')",
        "CALL dbms.http.get('{address}/x')",
        "EXPLAIN LOAD CSV FROM '{address}/x' AS line RETURN line",
    ],
)
def test_no_query_reaches_a_file_or_an_address(
    client: TestClient, listener: tuple[str, list[str]], tmp_path: Path, query: str
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a secret\n")
    address, asked = listener
    answer = client.post(
        "/v1/cypher",
        json={"query": query.format(address=address, secret=secret), "parameters": {"address": f"{address}/x"}},
    )
    assert answer.status_code in {400, 403}, answer.text
    assert not asked
    assert "a secret" not in answer.text
    assert "root:" not in answer.text


def test_who_does_not_read_on_loses_the_place(world: Store) -> None:
    app = create_app(world, Settings(rate_limit=0, cypher_concurrency=1, cypher_seconds=1, cypher_bytes=50_000_000))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    query = "UNWIND range(1, 10000) AS n RETURN n, $text AS text"
    body = json.dumps({"query": query, "parameters": {"text": "a" * 4_000}, "limit": 10_000})
    asked = (
        "POST /v1/cypher HTTP/1.1\r\nHost: localhost\r\nAccept: application/x-ndjson\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
    address = f"http://127.0.0.1:{port}/v1/cypher"
    try:
        with socket.create_connection(("127.0.0.1", port)) as silent:
            silent.sendall(asked.encode())
            silent.recv(1)  # the answer has begun, and nobody reads on
            assert httpx.post(address, json={"query": "RETURN 1 AS x"}).status_code == 429
            deadline = time.monotonic() + 20
            while httpx.post(address, json={"query": "RETURN 1 AS x"}).status_code == 429:
                assert time.monotonic() < deadline
                time.sleep(0.2)
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_have_are_refused(client: TestClient, number: str) -> None:
    body = f'{{"query": "RETURN $x AS x", "parameters": {{"x": {number}}}}}'
    answer = client.post("/v1/cypher", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
