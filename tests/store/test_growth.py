"""What one row may cost: what is refused before it runs, and what is not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ontology.errors import InvalidQuery
from store.growth import check_growth, check_ranges
from store.guard import admit
from tests.store.test_guard import READING

PAGE = Path(__file__).parents[2] / "docs" / "cypher.md"
USUAL = [
    *READING,
    *re.findall(r"```cypher\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL),
    "MATCH (n) RETURN reduce(s = '', x IN n.aliases | s + CASE WHEN s = '' THEN '' ELSE ', ' END + x) AS names",
    "MATCH (n) WITH collect(n.name) AS l RETURN reduce(s = '', x IN l[..100] | s + x + '; ') AS names",
    "MATCH (n) WITH collect(n.x) AS l RETURN reduce(m = 0, x IN l | CASE WHEN x > m THEN x ELSE m END) AS most",
    "MATCH p = (a)-[*1..3]-(b) RETURN reduce(c = 1.0, r IN relationships(p) | c * r.confidence) AS confidence",
    "MATCH p = (a)-[*1..3]-(b) RETURN reduce(n = 0, r IN relationships(p) | n + size(r.sources)) AS documents",
    "MATCH (n:Entity) WHERE n.name =~ '(?i).*acme.*' RETURN n",
    "MATCH (n:Entity) WHERE any(a IN n.aliases WHERE a =~ '(?i).*(acme|foo).*') RETURN n",
    "MATCH (n:Entity) WHERE n.id =~ $pattern AND n.name STARTS WITH 'A' RETURN n.name + ' (' + n.id + ')' AS label",
    "MATCH (v:Company)<-[r]-(i) WITH v, collect({i: i.name, on: i.started_on, m: r.modality}) AS xs "
    "RETURN v {.name, all: [x IN xs WHERE x.i CONTAINS 'a' | {i: x.i, of: v.name}], n: size(xs)}, xs[0], xs[1..3]",
    "MATCH (n) RETURN replace(replace(toLower(n.name), ' ', '-'), '&', 'and') AS slug, split(n.name, ' ')[0] AS first",
    "MATCH (d:Document) RETURN substring(d.body, 0, 100) + '…' AS text, size(split(d.body, ' ')) AS words",
    "MATCH (n) CALL (n) { MATCH (n)-->(m) RETURN collect(m.name) AS l } WITH n, l UNWIND l AS x RETURN n.name + x AS y",
    "UNWIND range(0, size($names) - 1) AS i RETURN $names[i] AS name",
    "UNWIND range(1, 90000) AS x UNWIND range(1, 90000) AS y RETURN sum(x * y)",
    "UNWIND range($from, $to, -2) AS x RETURN x",
    "MATCH (n) WITH collect(n) AS q RETURN reduce(t = 0, x IN q | t + size(x.quote)) AS signs, round(0.5, 2) AS half",
    "MATCH (n) WHERE n.name IN $names AND NOT n.name CONTAINS 'x' RETURN n.name IN ['a'] AS known, NOT n.open AS shut",
    "MATCH (a) WITH collect(a) AS l MATCH (b) WITH l, collect(b) AS m RETURN [x IN l WHERE x IN m | x.name] AS both",
    "MATCH (d:Document) WHERE any(word IN $names WHERE toLower(d.body) CONTAINS word) RETURN d.title",
    "MATCH (n) UNWIND n.aliases AS alias WITH n, collect(toLower(alias)) AS l RETURN [x IN l WHERE x <> ''][..3] AS l",
    "MATCH (n) WHERE n.name =~ '(?i).*jaguar.*rover.*' OR n.name =~ '[A-Z][a-z]+ [A-Z][a-z]+' RETURN n.name",
]
GIVEN: dict[str, Any] = {"names": ["a", "b"], "from": 9, "to": 1, "pattern": "acme-[a-z0-9]*", "create": 1}
GROWING = [
    "RETURN reduce(s = 'a', i IN range(1, 60) | s + s)",
    "RETURN reduce(s = 'a', i IN range(1, 60) | s + CASE WHEN i > 0 THEN s ELSE '' END)",
    "RETURN reduce(s = [1], i IN range(1, 60) | [s, s])",
    "RETURN reduce(`s` = 'a', i IN range(1, 60) | `s` + toUpper(`s`))",
    "MATCH (n) WITH collect(n.name) AS l RETURN reduce(s = '', x IN l | s + x)",
    "MATCH (n) WITH collect(n.name) AS l RETURN reduce(s = '', x IN l[..100000] | s + x)",
    "MATCH (n) WITH collect(n.name) AS l RETURN reduce(s = '', x IN [y IN l | y] | s + x)",
    "MATCH (n) WHERE size(reduce(s = '', i IN range(1, 100000) | s + 'aaaa')) > 1 RETURN n",
    "CALL { RETURN reduce(s = 'a', i IN range(1, 60) | s + s) AS x } RETURN x",
    f"WITH 'a' AS s {'WITH s + s AS s ' * 40} RETURN size(s)",
    f"MATCH (n) WITH n.name AS s {'WITH toUpper(s) + (s) AS s ' * 40} RETURN s",
    f"WITH 'a' AS s {'CALL (s) { RETURN s + s AS t } WITH t + t AS s ' * 8} RETURN s",
    f"WITH 'a' AS s {'WITH CASE WHEN true THEN s + s END AS s ' * 12 * 2} RETURN s",
    f"WITH [1] AS l {'WITH [l, l, l, l] AS l ' * 20} RETURN l",
    f"WITH {{a: 1}} AS l {'WITH {a: l, b: l, c: l} AS l ' * 20} RETURN l",
    f"WITH 'a' AS s {'UNWIND [s + s] AS s ' * 40} RETURN s",
    f"RETURN {'replace(' * 8}'aaaaaaaaaa'{', $a, $b)' * 8}",
    "RETURN replace(replace($long, 'a', $long), 'a', $long)",
    "MATCH (n) RETURN [x IN range(1, 100000) | $long]",
    "RETURN $huge",
    "RETURN size($deep)",
    "MATCH (n) WHERE n.name =~ '(a+)+b' RETURN n",
    "MATCH (n) WHERE n.name =~ '(a|aa)*b' RETURN n",
    "MATCH (n) WHERE n.name =~ '((?:a?){30})*' RETURN n",
    "MATCH (n) WHERE n.name =~ '(.*)\\\\1' RETURN n",
    "MATCH (n) WHERE n.name =~ '.*a.*b.*c.*d' RETURN n",
    "MATCH (n) WHERE n.name =~ 'a' + $pattern RETURN n",
    "MATCH (n) WHERE n.name =~ n.id RETURN n",
    "RETURN [i IN range(1, 100000) WHERE $long =~ 'a*.*b' | i]",
    "RETURN round(1.5, 100000000) AS x",
    *(
        f"MATCH (n) WITH n, {base} AS s{' WITH n, s + s AS s' * 33} RETURN size(s)"
        for base in (
            "toString(true)",
            "randomUUID()",
            "[null]",
            "n.name",
            "true",
            "1 = 1",
            "size('a')",
            "[]",
            "{}",
            "''",
        )
    ),
    f"WITH 'aaa' AS s{' WITH s + s + $in AS s' * 33} RETURN size(s)",
    "RETURN round(1.5, 100000000 - 1) AS a",
    "RETURN round(1.5, 1e8) AS a",
    "RETURN size([x IN $l WHERE size(toStringList($l)) < 0]) AS n",
    "MATCH (a), (b) WITH collect(a.id) AS l RETURN size([x IN l WHERE size(toStringList(l)) < 0]) AS n",
    "MATCH (a), (b) WITH collect(a.id) AS l RETURN size([x IN l WHERE size(l + x) < 0]) AS n",
    "RETURN size([x IN $l WHERE ($long + toString(x)) =~ '.*a.*']) AS n",
    "MATCH (d:Document) RETURN d.body =~ '.*a.*b' AS found",
    "WITH {name: $long} AS m RETURN m.name =~ '.*a.*b' AS found",
    "RETURN size([x IN range(1, 100000) WHERE $long CONTAINS ($long + toString(x))]) AS n",
    "WITH range(1, 100000) + [] AS l RETURN size([x IN range(1, 100000) + [] WHERE x IN l]) AS n",
    "WITH {l: range(1, 100000)} AS m RETURN size(reduce(s = '', x IN m.l | s + 'aaaaaaaa')) AS n",
    "RETURN $keys AS keys",
    f"RETURN 'a' =~ '{'(a|aa)' * 45}b'",
    "RETURN $long =~ '\\\\Q[\\\\E.*a.*b'",
    "RETURN $long =~ '(?x)a*b'",
    f"WITH [true] AS l{' WITH [l, l] AS l' * 40} RETURN l",
    "WITH range(1, 100000) AS l RETURN size([x IN l WHERE size(l + x) < 0]) AS n",
    "WITH range(1, 100000) AS l RETURN size([x IN l WHERE size(toStringList(l)) < 0]) AS n",
    "WITH range(1, 100000) AS l RETURN size([x IN l WHERE x IN l]) AS n",
    "UNWIND range(1, 100000) AS i WITH collect(i) AS l RETURN size([x IN l | x IN l]) AS n",
    "WITH 9 ^ 9 AS n RETURN round(1.5, n) AS x",
    f"WITH 'aaa' AS s{' WITH ({in: s + s}.in) AS s' * 33} RETURN size(s)",
    f"MATCH (IN:Entity) WITH IN, 'aaa' AS s{' WITH IN, s + s + IN.name AS s' * 33} RETURN size(s)",
    "UNWIND range(1, 100000) AS i WITH collect('aaaa') AS l RETURN size(reduce(s = '', x IN l | s || x)) AS n",
    f"UNWIND range(1, 100000) AS i WITH collect(i) AS l{' WITH l + l AS l' * 7} RETURN size([x IN l WHERE x < 0])",
    f"RETURN $long =~ '{'a?' * 60}{'a' * 60}b'",
    "WITH $long AS s RETURN s =~ '.*a.*b'",
    "MATCH (n) WHERE n.name =~ '((a{9}){9}){9}' RETURN n",
    f"WITH {{is: ''}} AS m, 'aaa' AS s{' WITH m, s + s + m.is AS s' * 33} RETURN size(s)",
    f"UNWIND range(1, 100000) AS i WITH collect(i) AS l{' WITH l + l AS l' * 16} RETURN size(l)",
]
LONG: dict[str, Any] = {
    "a": "a",
    "b": "bbbb",
    "long": "a" * 15_000,
    "huge": "a" * 20_001,
    "l": list(range(100_000)),
    "keys": {str(number): number for number in range(2_000)},
    "deep": [{"x": "a" * 20_001}],
}
UNBOUNDED = [
    "RETURN reduce(s = 0, i IN range(1, 1000000000000000000) | s)",
    "RETURN range(0, 100000)",
    "RETURN range(-50000, 50001)",
    "RETURN range(1, 1_000_000)",
    "RETURN range(100001, 0, -1)",
    "RETURN range(0, 0x7fffffff)",
    "WITH 1000000000 AS n RETURN range(1, n)",
    "MATCH (a:Amount) RETURN range(1, a.value)",
    "RETURN range(1, 1000 * 1000)",
    "RETURN range(1, 10 ^ 18)",
    "RETURN range(1, toInteger('1000000000'))",
    "RETURN range(1, $much)",
    "RETURN range(1, 0 - - 1000000000000)",
    "RETURN range(1, $text)",
    "RETURN range(1, 1e9)",
    "RETURN `range`(1, 1000000000)",
    "RETURN RANGE /* x */ (1, size($names) + 1000000)",
]


@pytest.mark.parametrize("query", USUAL)
def test_what_people_ask_is_let_through(query: str) -> None:
    found = admit(query)
    check_growth(found, GIVEN)
    check_ranges(found, GIVEN)


@pytest.mark.parametrize("query", GROWING)
def test_what_grows_beyond_all_bounds_is_refused(query: str) -> None:
    found = admit(query)
    with pytest.raises(InvalidQuery):
        check_growth(found, GIVEN | LONG)


@pytest.mark.parametrize("query", UNBOUNDED)
def test_a_range_without_a_bound_is_refused(query: str) -> None:
    found = admit(query)
    with pytest.raises(InvalidQuery):
        check_ranges(found, GIVEN | {"much": 10**9, "text": "9"})


@pytest.mark.parametrize("query", ["RETURN (1", "RETURN 1)", "RETURN [1)", "RETURN reduce(x)", "RETURN CASE WHEN 1"])
def test_what_is_not_closed_is_told(query: str) -> None:
    with pytest.raises(InvalidQuery):
        check_growth(admit(query), {})
