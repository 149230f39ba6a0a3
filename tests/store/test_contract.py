"""One Cypher on two stores: the same graph must give the same answers."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from store import QueryBounds, Store
from tests.store.graphs import comparable, graph
from tests.store.samples import ALL

QUERIES = [
    "MATCH (i:Incident)-[:TARGETED]->(o) RETURN i, o",
    "MATCH (i:Incident)-[r:CLAIMED_BY|ATTRIBUTED_TO]->(a:ThreatActor) RETURN type(r) AS type, r.modality, a.id ORDER BY type",
    "MATCH p = (:Incident)-[:TARGETED]->(:Company)-[:OWNED_BY]->(h) RETURN p",
    "MATCH (a:Entity {id: 'night-owls'}), (b:Entity {id: 'acme-holding'}) MATCH p = shortestPath((a)-[:CLAIMED_BY|TARGETED|OWNED_BY*..5]-(b)) RETURN [n IN nodes(p) | n.id] AS ids",
    "MATCH (l:SupportMeasure)-[:AMOUNT]->(a:Amount) RETURN l.id, a.value, a.currency",
    "MATCH (i:Incident)-[:FINANCIAL_LOSS]->(a) RETURN a.value AS value, a.currency ORDER BY value",
    "MATCH (s:Statement)-[at:STATED_IN]->(d:Document) RETURN s.quote, at.start AS start, at.end, d.title ORDER BY d.title, start, s.id",
    "MATCH (s:Statement)-[:SPEAKER]->(e) RETURN s.predicate, e.name",
    "MATCH (s:Statement) RETURN s.predicate AS p, count(*) AS n, collect(s.modality)[0] AS m ORDER BY p",
    "MATCH (e:Entity) WHERE e:Organization AND NOT e:Bank RETURN e.id AS id, size(e.aliases) AS n ORDER BY id",
    "MATCH (e:Entity) OPTIONAL MATCH (e)-[:LOCATED_IN]->(p) RETURN e.id AS id, p ORDER BY id",
    "MATCH (d:Document)-[m:MENTIONS]->(e:Entity {id: 'acme'}) RETURN d.title AS title, m.name, m.type, m.aliases ORDER BY title",
    "MATCH (e:Entity) WHERE EXISTS { MATCH (e)<-[:SUBJECT]-(:Statement {predicate: 'startedOn'}) } RETURN e.id",
    "MATCH (e:Entity) RETURN e.id AS id, COUNT { (e)--() } AS degree ORDER BY degree DESC, id",
    "MATCH (e:Entity {id: 'acme'}) CALL (e) { MATCH (e)<-[:SUBJECT|OBJECT]-(s) RETURN count(s) AS n } RETURN n",
    "MATCH (n) UNWIND labels(n) AS label RETURN label, count(*) AS n ORDER BY label",
    "CALL db.labels() YIELD label WITH label WHERE label IN ['Bank', 'Entity', 'Statement'] RETURN label ORDER BY label",
    "CALL db.index.fulltext.queryNodes('Entity[search]', 'owls') YIELD node RETURN node.id",
    "UNWIND [1, 2.5, 'x', true, null, [1, [2]], {a: {b: 1}}] AS value RETURN value",
    "RETURN date('2025-05-03') AS d, datetime('2025-05-03T10:00:00Z') AS t, duration('P1DT2H') AS u",
    "RETURN $list AS list, $map.key AS value, size($list) AS n",
    "MATCH (i:Incident) RETURN i {.id, .started_on, victims: [(i)-[:TARGETED]->(v) | v.id]} AS incident",
    "MATCH (a)-[*1..2]->(b:Entity {id: 'acme-holding'}) RETURN DISTINCT a.id AS id ORDER BY id",
    "MATCH (n:Entity) WITH n ORDER BY n.id SKIP 2 LIMIT 3 RETURN collect(n.id) AS ids",
    "MATCH (n:Company) RETURN n.id AS id UNION MATCH (n:Facility) RETURN n.id AS id",
    "MATCH (n:Entity) WHERE n.name =~ '(?i).*acme.*' AND n.id STARTS WITH 'acme' RETURN n.id AS id ORDER BY id",
    "MATCH (n:Nothing) RETURN n.x AS x",
]
UNORDERED = {"UNION", "MATCH (i:Incident)-[:TARGETED]"}
PARAMETERS = {"list": [1, 2, 3], "map": {"key": "value"}}


@pytest.fixture(scope="module")
def both(_embedded: Store, _on_neo4j: Store, request: pytest.FixtureRequest) -> tuple[Store, Store]:
    for store in (_embedded, _on_neo4j):
        for row in store.read("MATCH (d:Document) RETURN d.id AS id"):
            store.retract(row["id"])
        for document, statements in ALL:
            store.load(document, statements)
    return _embedded, _on_neo4j


@pytest.mark.neo4j
def test_the_graphs_are_the_same(both: tuple[Store, Store]) -> None:
    embedded, server = map(graph, both)
    assert embedded == server
    assert len(embedded[0]) > 20


@pytest.mark.neo4j
@pytest.mark.parametrize("cypher", QUERIES)
def test_an_answer_is_the_same(both: tuple[Store, Store], cypher: str) -> None:
    answers = []
    for store in both:
        with store.query(cypher, PARAMETERS, QueryBounds()) as result:
            rows = comparable([list(row) for row in result])
            ordered = "ORDER BY" in cypher
            # ArcadeDB does not name the columns of an answer without rows.
            answers.append((result.columns if rows else [], rows if ordered else sorted(rows, key=repr), result.note))
        assert comparable(store.read(cypher, PARAMETERS)) is not None
    assert answers[0] == answers[1]
    assert answers[0][1] or "Nothing" in cypher


@pytest.mark.neo4j
def test_a_status_is_the_same(both: tuple[Store, Store]) -> None:
    embedded, server = (store.status() for store in both)
    assert (embedded.kind, server.kind) == ("embedded", "neo4j")
    assert (embedded.documents, embedded.statements) == (3, 17)
    assert (embedded.entities, embedded.relationships) == (server.entities, server.relationships)
    assert embedded.version.startswith("ArcadeDB")
    assert server.version.startswith("Neo4j/")
