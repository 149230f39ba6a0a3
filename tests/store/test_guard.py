"""The first gate of queries: what it lets through, and what it does not, before any store is asked."""

from __future__ import annotations

import pytest

from ontology.errors import InvalidQuery, WriteRefused
from store.guard import admit, check_loops, check_size, is_explain, without_end

READING = [
    "MATCH (a) WHERE a.x = 1 MATCH (a)-[r:OWNED_BY*]->(b) RETURN 2 * 3 AS n, [1 * 2] AS m",
    "MATCH (a) WHERE EXISTS { (a)-[*1..2]-(:Bank) } RETURN replace(a.name, 'a', 'b')",
    "MATCH (i:Incident)-[:TARGETED]->(o {id: 'acme'}) RETURN i.name AS name, o.`set`, o.set ORDER BY name LIMIT 5",
    "MATCH p = shortestPath((a:Entity {id: $create})-[*..6]-(b)) RETURN [n IN nodes(p) | n.id] AS ids;",
    "MATCH (n:Set) WHERE n.name STARTS WITH ('J') AND NOT (n)-[:X]->() RETURN {set: n.set, create: 1} AS create",
    "CALL db.index.fulltext.queryNodes('Entity[search]', 'jag~') YIELD node, score RETURN node.id",
    "call DB.labels",
    "EXPLAIN MATCH (n) RETURN n",
    "MATCH (n) CALL { WITH n MATCH (n)-->(m) RETURN count(m) AS c } RETURN n.id, c // then set this",
    "MATCH (n) CALL (n) { MATCH (n)-->(m) RETURN count(m) AS c } RETURN n.id, c /* or delete that; */",
    "MATCH (a) WHERE all(x IN a.aliases WHERE x <> 'CREATE (n)') RETURN 1.5, 1e3, a.list[1..3], 'it\\'s'",
    "MATCH (d:Document) RETURN date(d.published_on).year AS y, count(*) ORDER BY y",
    "MATCH ps = (a)-[*1..2]->(b) WITH collect(ps) AS paths RETURN [p IN paths | [n IN nodes(p) | n.id]]",
    "MATCH (n) RETURN COUNT { (n)-->() }, EXISTS { MATCH (n)-[:R]->() }, [(n)-[:R]->(m) | m.id]",
    "MATCH (n) RETURN CASE WHEN (n.x > 1) THEN ('a') ELSE ('b') END UNION ALL MATCH (n:`Delete`) RETURN n.y",
    "MATCH ((a)-[:R]->(b)){1,3} RETURN a, '\\u00e9\\u0041'",
    "MATCH (n) RETURN [w IN split(n.name, ' ') WHERE size(w) > 3 | toLower(w)] AS words",
    "MATCH (n) WITH collect(n.name) AS l RETURN [x IN [y IN l WHERE y <> ''] | left(x, 1)] AS firsts",
    "MATCH (n) RETURN reduce(t = 0, w IN split(n.name, ' ') | t + size(w)) AS letters",
    "MATCH (t) WITH count(t) AS transactions, max(t.at) AS end RETURN transactions, end",
    "MATCH (n) RETURN {as: n.as, in: 1} AS `as`, n.contains AS x, null AS y, n.list[0] AS z",
]
WRITING = [
    "CREATE (n)",
    "/* RETURN 1 */ CREATE (n)",
    "MATCH (n) // RETURN n\n SET n.x = 1",
    "MATCH (n) /**/SeT/**/n.x = 1",
    "MATCH (n) \\u0053ET n.x = 1",
    "MATCH (n) \\uu0053\\u0045T n.x = 1",
    "MATCH (n) RETURN 'a\\u0027 CREATE (m) //'",
    "MATCH (n) RETURN 1 \\u002f\\u002f x\n DELETE n",
    "MATCH (n) WITH n AS `x` DETACH DELETE `x`",
    "MATCH (n) CALL { CREATE (m) } RETURN 1",
    "MATCH (n) CALL { WITH n MATCH (n) RETURN 1 AS x } IN TRANSACTIONS OF 10 ROWS RETURN x",
    "MATCH (n) CALL { WITH n MATCH (n) RETURN 1 AS x } IN 3 CONCURRENT TRANSACTIONS RETURN x",
    "CALL apoc.cypher.doIt('CREATE (n)', {})",
    "CALL `apoc`.`load`.json('http://127.0.0.1') YIELD value RETURN value",
    "CALL db /* x */ . clearQueryCaches()",
    "CALL dbms.listConfig()",
    "CALL do.when(true, 'CREATE (n)', '')",
    "RETURN apoc.util.sleep(1000)",
    "RETURN `apoc`.`util`.sleep(1000)",
    "RETURN file()",
    "LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l",
    "MATCH (n) LOAD CSV WITH HEADERS FROM 'http://127.0.0.1' AS l RETURN l",
    "FOREACH (x IN [1] | CREATE (n))",
    "MATCH (n) FOREACH (x IN [1] | SET n.x = 1)",
    "USING PERIODIC COMMIT 10 LOAD CSV FROM 'x' AS l CREATE (n)",
    "USE system SHOW USERS",
    "SHOW TRANSACTIONS",
    "TERMINATE TRANSACTION 'x'",
    "RETURN 1; CREATE (n)",
    "RETURN 1;\n;RETURN 2",
    "CREATE INDEX FOR (n:X) ON (n.y)",
    "DROP CONSTRAINT entity_id",
    "DROP DATABASE neo4j",
    "ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'b'",
    "GRANT ALL ON GRAPH * TO x",
    "PROFILE MATCH (n) RETURN n",
    "EXPLAIN CREATE (n)",
    "CYPHER 25 MATCH (n) RETURN n",
    "MERGE (n:Entity {id: 'acme'}) RETURN n",
    "MATCH (n) REMOVE n:Entity",
    "MATCH (n) INSERT (m)",
    "UNWIND [1] AS x MATCH (n) SET n:Foo RETURN n",
    "MATCH (n) RETURN COUNT { CREATE (m) RETURN m }",
    "USE graph.byName('system') MATCH (n) RETURN n",
    "CALL { USE system MATCH (n) RETURN n } RETURN n",
    "RETURN graph.names()",
    "RETURN linenumber()",
    "RETURN genai.vector.encode('x', 'OpenAI', {})",
    "CALL db\\u002elabels() YIELD label RETURN label",
    "OPTIONAL CALL dbms.listConfig() YIELD name RETURN name",
    "RETURN 1 AS x NEXT CREATE (n)",
    "RETURN 1\uff1bCREATE (n)",
    "MATCH (n) // x\r DETACH DELETE n",
    "MATCH (n)\x0c DETACH\x0bDELETE n",
    "MATCH (n) \u017fet n.x = 1 RETURN n",
    "/* /* */ CREATE (n) /* */ */",
    "MATCH (n) CALL (n) { RETURN 1 AS x } IN $n CONCURRENT TRANSACTIONS OF 1 ROWS RETURN x",
    "WITH 1 AS x LIMIT $AS CALL meta.stats() YIELD value RETURN value",
    "WITH {AS: true} AS m WITH m WHERE m.AS CALL algo.betweenness() YIELD node RETURN node",
    "MATCH (n) WITH n WHERE NOT n:AS CALL meta.stats() YIELD value RETURN value",
    "MATCH (n) WITH n LIMIT $AS SET n.hacked = 1 RETURN n",
    "MATCH (n) CALL (n) { RETURN 1 AS x } IN (2 + 1) CONCURRENT TRANSACTIONS RETURN x",
]
MISNAMED = [
    "WITH 1 AS AS CALL dbms.listConfig() YIELD name RETURN name",
    "MATCH (as) WITH as AS as CALL algo.betweenness() YIELD node RETURN node",
    "WITH AS CALL dbms.listConfig() YIELD name RETURN name",
    "UNWIND [1] AS x WITH x, AS CALL dbms.listConfig() YIELD name RETURN name",
    "WITH 'a' AS CONTAINS WITH CONTAINS + CONTAINS AS CONTAINS RETURN CONTAINS",
    "WITH 'a' AS desc WITH desc + desc AS desc RETURN desc",
    "RETURN [not IN range(1, 9) | not + not] AS x",
    "RETURN reduce(is = '', x IN [1] | is + is) AS x",
]
HUGE = [
    f"RETURN {'CASE WHEN true THEN ' * 20}1{' END' * 20} AS x",
    f"RETURN {'COUNT { UNWIND [1] AS x WITH x WHERE ' * 60}1{' = 1 RETURN x }' * 60} AS x",
    f"RETURN {'[' * 41}1{']' * 41} AS x",
    f"RETURN {'(' * 2000}1{')' * 2000} AS x",
    f"RETURN {'NOT ' * 5000}true AS x",
    f"RETURN 1{'+1' * 12000} AS x",
    f"RETURN 1 AS x{' UNION RETURN 1 AS x' * 100}",
    f"{'CALL { ' * 25}RETURN 1 AS x{' } RETURN x' * 25}",
    f"MATCH (n) WHERE {'EXISTS { MATCH (n) WHERE ' * 25}true{' }' * 25} RETURN count(n)",
    f"MATCH (a){'--()' * 21} RETURN count(*)",
    f"MATCH {','.join('(a)<-[:R]-()' for _ in range(21))} RETURN count(*)",
    f"MATCH (n) WHERE {' XOR '.join(f'n.x{i} = 1' for i in range(20))} RETURN n",
    f"MATCH (n) WHERE {'(' * 30}n.x = 1{''.join(f' AND n.a{i} = 1 OR n.b{i} = 2)' for i in range(30))} RETURN count(n)",
    f"RETURN 1{'-1' * 20_000} AS x",
    f"RETURN 1{'*1' * 20_000} AS x",
    f"WITH {{}} AS x RETURN x{'.a' * 20_000} AS y",
    f"WITH [] AS x RETURN x{'[0]' * 5_000} AS y",
    f"RETURN {' || '.join(['1'] * 8_000)} AS x",
    f"WITH 1 AS x{' WITH x' * 6_000} RETURN x",
    f"MATCH (a){' MATCH (a)' * 1_500} RETURN 1 AS x",
    f"MATCH (a){' OPTIONAL MATCH (a)--()' * 900} RETURN 1 AS x",
    f"UNWIND [1] AS x{' UNWIND [1] AS x' * 1_800} RETURN 1 AS y",
    f"MATCH (n:{'!' * 5_000}A) RETURN n",
    f"MATCH {','.join(f'(a{i})' for i in range(4_000))} RETURN 1 AS x LIMIT 1",
]
ENDLESS = [
    "MATCH (a) WHERE (a)-[*]-(:Ledger) RETURN count(a)",
    "MATCH (a) WHERE NOT (a)<-[:OWNED_BY*1..9]-() RETURN a",
    "MATCH (a) WITH a ORDER BY (a)-[*]-(:Ledger) RETURN a",
    "MATCH (a WHERE (a)-[*]-()) RETURN a",
    "RETURN reduce(s = 0, i IN range(1, 100000) | s + size(replace('aaaa', 'a', 'bb'))) AS x",
    "RETURN [x IN range(1, 9999) | [y IN range(1, 9999) | x]]",
    "RETURN any(x IN range(1, 9) WHERE reduce(a = 0, y IN range(1, 9) | a + y) > 1)",
    "MATCH (n) RETURN [(n)-[*1..6]->(m) | m.id]",
    "MATCH (n) RETURN [(n)-[:A|B*]->(m) | m.id]",
    "MATCH (n) RETURN [p = (n)-[*]->() | p]",
    "MATCH (a) RETURN [x IN range(1, 100) WHERE EXISTS { (a)-[r*]-(b {id: 'nope'}) } | x]",
    "MATCH (a) RETURN [(a)--(b)--(c)--(d)--(e) | e.name]",
    "MATCH (n) WITH collect(n) AS l RETURN [x IN l WHERE single(y IN l WHERE y.name = x.name)]",
]
MALFORMED = [
    "RETURN 'unclosed",
    'RETURN "unclosed',
    "RETURN `unclosed",
    "RETURN 1 /* unclosed",
    "",
    "  // x",
    ";",
    "SELECT 1",
]


@pytest.mark.parametrize("query", READING)
def test_reading_is_let_through(query: str) -> None:
    found = admit(query)
    check_size(found)
    check_loops(found)


@pytest.mark.parametrize("query", WRITING)
def test_anything_else_is_refused(query: str) -> None:
    with pytest.raises(WriteRefused):
        admit(query)


@pytest.mark.parametrize("query", MISNAMED)
def test_keywords_are_no_names(query: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        admit(query)
    assert "backticks" in caught.value.hint


@pytest.mark.parametrize("query", ENDLESS)
def test_loops_within_loops_are_refused_where_nothing_could_stop_them(query: str) -> None:
    tokens = admit(query)
    with pytest.raises(InvalidQuery):
        check_loops(tokens)


@pytest.mark.parametrize("query", HUGE)
def test_what_is_long_to_plan_is_refused(query: str) -> None:
    tokens = admit(query)
    with pytest.raises(InvalidQuery):
        check_size(tokens)


@pytest.mark.parametrize("query", MALFORMED)
def test_what_is_no_query_is_told_in_one_line(query: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        admit(query)
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_explain_is_seen_behind_comments() -> None:
    assert is_explain("/* CREATE */ explain MATCH (n) RETURN n")
    assert not is_explain("MATCH (explain) RETURN 'EXPLAIN'")


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ("RETURN 1; // that is all", "RETURN 1"),
        ("RETURN 1 /* a; */ ;; /* b */\n", "RETURN 1 /* a; */"),
        (" RETURN ';' // ;", "RETURN ';' // ;"),
        (";", ""),
    ],
)
def test_the_end_of_a_query_may_be_marked(query: str, sent: str) -> None:
    assert without_end(query) == sent
