"""Attacks on the read-only query, on both stores: nothing changes, nothing is reached, no worker is held."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ontology.errors import IncidentGraphError, InvalidQuery, QueryTimeout, WriteRefused
from store import QueryBounds, Store
from tests.store.graphs import graph
from tests.store.samples import FIRST, FIRST_STATEMENTS
from tests.store.test_guard import HUGE, MALFORMED, WRITING

SLOW = [
    "UNWIND range(1, 90000) AS x UNWIND range(1, 90000) AS y RETURN sum(x * y)",
    "UNWIND range(1, 90000) AS x UNWIND range(1, 90000) AS y WITH x, y WHERE x + y = -1 RETURN x",
    "UNWIND range(1, 90000) AS x UNWIND range(1, 90000) AS y WITH DISTINCT x * y AS z RETURN z ORDER BY z LIMIT 1",
    "CALL { UNWIND range(1, 90000) AS x UNWIND range(1, 90000) AS y RETURN sum(x * y) AS s } RETURN s",
    "MATCH (a), (b), (c), (d), (e), (f), (g) WHERE a.id + b.id + c.id + d.id + e.id + f.id = g.id RETURN count(*)",
    "MATCH (a)-[*..30]-(b) RETURN count(*)",
    "MATCH (a) (()--()){1,30} (b) RETURN count(*)",
]
ENDLESS = [
    "RETURN reduce(s = 0, i IN range(1, 1000000000000000) | s + 0) AS x",
    "WITH 1000000000000000 AS n RETURN [x IN range(1, n) WHERE x < 0] AS l",
    "WITH range(1, 100000) AS l WITH l + l AS l WITH l + l AS l WITH l + l AS l WITH l + l AS l WITH l + l AS l "
    "RETURN any(x IN l WHERE x < 0) AS x",
    "RETURN size(reduce(s = 'a', i IN range(1, 60) | s + s)) AS x",
    "WITH 'aaaaaaaaaaaaaaaaaaaaaaaa' AS s" + " WITH s + s AS s" * 40 + " RETURN size(s) AS x",
    "WITH [1, 2, 3, 4, 5] AS a" + " WITH [a, a, a, a, a, a, a, a, a, a] AS a" * 9 + " RETURN a",
    "UNWIND range(1, 100000) AS i WITH collect('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa') AS l "
    "RETURN size(reduce(s = '', x IN l | s + x)) AS x",
    "RETURN 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' =~ '(a|aa)+b' AS x",
    "RETURN size(replace(replace(replace($a, 'a', $a), 'a', $a), 'a', $a)) AS x",
]
BOMBS = [
    "UNWIND range(1, 90000) AS x UNWIND range(1, 90000) AS y RETURN x, y",
    "UNWIND range(1, 90000) AS x RETURN 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' + toString(x)",
    "MATCH p = (a)-[*..12]-(b) RETURN p",
    "UNWIND range(1, 90000) AS x RETURN range(1, 1000) AS l",
]


@pytest.fixture
def loaded(store: Store) -> Store:
    store.load(FIRST, FIRST_STATEMENTS)
    return store


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """A web server on loopback that notes who comes."""
    visits: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            visits.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"a,b\n1,2\n")

        def log_message(self, *_: object) -> None:
            return

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/x.csv", visits
    server.shutdown()
    server.server_close()
    thread.join()


def test_no_disguise_lets_a_write_through(loaded: Store) -> None:
    before = graph(loaded)
    for cypher in WRITING:
        with pytest.raises(WriteRefused):
            loaded.query(cypher).records()
    assert graph(loaded) == before


def test_a_store_refuses_by_its_own_means_too(loaded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the first gate open: behind it stand the user who may only read, and the planner."""
    monkeypatch.setattr(f"{type(loaded).__module__}.admit", lambda cypher: [])
    before = graph(loaded)
    for cypher in (
        "CREATE (n:Entity {id: 'new'}) RETURN n",
        "MATCH (n:Entity) SET n.name = 'x' RETURN n",
        "MATCH (n) DETACH DELETE n",
        "MATCH (n:Entity) REMOVE n:Company",
        "MERGE (n:Entity {id: 'new'}) RETURN n",
        "FOREACH (x IN [1] | CREATE (:New))",
        "MATCH (n:Entity) CALL (n) { SET n.x = 1 } RETURN count(*)",
        "CREATE INDEX sneaky FOR (n:Entity) ON (n.name)",
        "DROP CONSTRAINT entity_id",
        "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
        "CREATE USER sneaky SET PASSWORD 'sneaky-sneaky'",
    ):
        with pytest.raises(IncidentGraphError) as caught:
            loaded.query(cypher).records()
        assert isinstance(caught.value, WriteRefused | InvalidQuery), cypher
    assert graph(loaded) == before


def test_no_file_and_no_address_is_reached(
    loaded: Store, canary: tuple[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, visits = canary
    secret = tmp_path / "secret.csv"
    secret.write_text("top,secret\n")
    attempts = [
        f"LOAD CSV FROM '{address}' AS line RETURN line",
        f"LOAD CSV WITH HEADERS FROM '{address}' AS line RETURN line",
        f"LOAD CSV FROM 'file://{secret}' AS line RETURN line",
        f"UNWIND ['{address}'] AS a CALL {{ WITH a LOAD CSV FROM a AS line RETURN line }} RETURN line",
        f"CALL apoc.load.json('{address}')",
        f"CALL apoc.import.csv('{address}')",
    ]
    for gate in ("closed", "open"):
        if gate == "open":
            monkeypatch.setattr(f"{type(loaded).__module__}.admit", lambda cypher: [])
        for cypher in attempts:
            with pytest.raises((WriteRefused, InvalidQuery)) as caught:
                loaded.query(cypher).records()
            assert "secret" not in caught.value.message.replace(str(secret), "")
    assert visits == []


def test_what_is_long_to_plan_holds_no_worker(loaded: Store) -> None:
    started = time.monotonic()
    for cypher in HUGE:
        with pytest.raises(InvalidQuery):
            loaded.query(cypher).records()
    assert time.monotonic() - started < 15  # they are refused without asking the store
    around = ",".join(f"(a{n % 7})--(a{n * 3 % 7})" for n in range(20))
    with suppress(QueryTimeout):
        loaded.query(f"MATCH {around} RETURN 1 AS x LIMIT 1", {}, QueryBounds(seconds=1)).records()
    assert time.monotonic() - started < 40  # planning is stopped as well, where it takes long
    assert _running(loaded) == []


@pytest.mark.parametrize("cypher", SLOW)
def test_a_slow_query_is_stopped(loaded: Store, cypher: str) -> None:
    started = time.monotonic()
    with pytest.raises((QueryTimeout, InvalidQuery)) as caught:
        loaded.query(cypher, {}, QueryBounds(seconds=1)).records()
    # a fast machine fills the memory that a query may take before its second is over
    assert isinstance(caught.value, QueryTimeout) or "memory" in caught.value.message
    assert time.monotonic() - started < 12  # generous, as the machine may be busy: without a stop it takes hours
    assert _running(loaded) == []
    assert loaded.query("RETURN 1 AS x").records() == [{"x": 1}]


def test_a_slow_query_is_stopped_however_long_it_is(loaded: Store) -> None:
    cypher = f"UNWIND range(1, 90000) AS x UNWIND range(1, 90000) AS y /* {'x' * 20_000} */ RETURN sum(x * y) AS sum"
    with pytest.raises(QueryTimeout):
        loaded.query(cypher, {}, QueryBounds(seconds=1)).records()
    assert _running(loaded) == []


@pytest.mark.parametrize("cypher", ENDLESS)
def test_what_could_not_be_stopped_within_a_row_is_not_begun(loaded: Store, cypher: str) -> None:
    started = time.monotonic()
    with pytest.raises(InvalidQuery):
        loaded.query(cypher, {"a": "a" * 10_000}, QueryBounds(seconds=2)).records()
    assert time.monotonic() - started < 10
    assert _running(loaded) == []


def test_a_row_is_not_read_beyond_its_bound(loaded: Store) -> None:
    """A list of all there is comes as one row, which the driver would read as a whole."""
    bounds = QueryBounds(rows=10, bytes=100_000, seconds=20)
    cypher = "UNWIND range(1, 90000) AS x WITH collect('a text of some length ' + toString(x)) AS l RETURN l"
    with pytest.raises(InvalidQuery, match="a row of the answer has more than 200000 bytes"):
        loaded.query(cypher, {}, bounds).records()
    assert _running(loaded) == []
    assert loaded.query("RETURN 1 AS x", {}, bounds).records() == [{"x": 1}]
    assert loaded.status().documents == 1


def test_a_server_that_does_not_stop_is_left(loaded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the gates open for what a server does not stop: who asked is told in time, and holds no worker."""
    for gate in ("check_loops", "check_growth"):
        monkeypatch.setattr(f"{type(loaded).__module__}.{gate}", lambda *_: None)
    monkeypatch.setattr("store.neo4j.check_ranges", lambda *_: None)
    monkeypatch.setattr("store.bolt.GRACE", 0.2)
    long = "RETURN reduce(s = 0, i IN range(1, 100000) | s + size([j IN range(1, 1000) WHERE j < i])) AS x"
    started = time.monotonic()
    with pytest.raises(QueryTimeout):
        loaded.query(long, {}, QueryBounds(seconds=0.2)).records()
    assert time.monotonic() - started < 8
    assert loaded.query("RETURN 1 AS x", {}, QueryBounds(seconds=30)).records() == [{"x": 1}]
    deadline = time.monotonic() + 120
    while _running(loaded) and time.monotonic() < deadline:
        pass  # it goes on there until its row is done, which is why such queries are not begun


def _running(store: Store) -> list[str]:
    """What the server is still at, a moment after."""
    deadline = time.monotonic() + 10
    while True:
        connection = store._connection  # type: ignore[attr-defined]
        with connection.writer.session(database=connection.database) as session:
            rows = [row["currentQuery"] for row in session.run("SHOW TRANSACTIONS").data()]
        rows = [row for row in rows if row and "SHOW TRANSACTIONS" not in row]
        if not rows or time.monotonic() > deadline:
            return rows
        time.sleep(0.2)


@pytest.mark.parametrize("cypher", BOMBS)
def test_a_large_answer_is_cut(loaded: Store, cypher: str) -> None:
    with loaded.query(cypher, {}, QueryBounds(rows=100, bytes=100_000, seconds=20)) as result:
        rows = result.records()
    assert 0 < len(rows) <= 100
    assert result.statistics.bytes <= 100_000
    assert result.note.startswith(f"cut after {len(rows)} rows")
    assert _running(loaded) == []


def test_an_answer_can_be_left_in_the_middle(loaded: Store) -> None:
    result = loaded.query("UNWIND range(1, 90000) AS x UNWIND range(1, 90000) AS y RETURN x, y")
    assert next(iter(result)) == [1, 1]
    result.close()
    assert _running(loaded) == []


def test_an_answer_that_fits_has_no_note(loaded: Store) -> None:
    with loaded.query("UNWIND range(1, 100) AS x RETURN x", {}, QueryBounds(rows=100)) as result:
        assert [row["x"] for row in result.records()] == list(range(1, 101))
    assert result.note == ""
    assert result.statistics.rows == 100


@pytest.mark.parametrize(
    "cypher",
    [
        *MALFORMED,
        "MATCH (n RETURN n",
        "MATC (n) RETURN n",
        "MATCH (n) RETURN m",
        "RETURN $unknown",
        "RETURN 1/0",
        "MATCH (n)",
        "RETURN date('-999999999-01-01') AS d",
        "CALL db.index.fulltext.queryNodes('Entity[search]', 'a AND (') YIELD node RETURN node",
    ],
)
def test_a_malformed_query_is_told_in_one_line(loaded: Store, cypher: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        loaded.query(cypher).records()
    told = str(caught.value)
    assert "\n" not in told
    assert not any(inside in told for inside in ("java.", "org.apache", "arcadedb.", loaded._connection.address))  # type: ignore[attr-defined]
    assert caught.value.hint


def test_a_plan_is_told_and_nothing_run(loaded: Store) -> None:
    with loaded.query("EXPLAIN MATCH (n:Entity {id: 'acme'}) RETURN n") as result:
        assert result.columns == ["plan"]
        assert result.records()[0]["plan"]


def test_parameters_are_values(loaded: Store) -> None:
    text = "x' OR 1=1 //"
    found = loaded.query("MATCH (n:Entity) WHERE n.name = $text RETURN n", {"text": text}).records()
    assert found == []
    with pytest.raises(InvalidQuery):
        loaded.query("RETURN $x", {"x": 1 << 70}).records()
