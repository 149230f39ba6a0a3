"""Admits queries that only read: the first gate of both stores, in front of each store's own.

It is an allow-list read from tokens, so comments, capitals, quotes and escapes hide nothing: a query begins with a
reading clause, has no clause that writes, and calls nothing that is not named here. Behind it stand a user who cannot
write (embedded) and the server's planner (Neo4j).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ontology.errors import InvalidQuery, WriteRefused
from store.tokens import Kind, Token, placed, tokens


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PROCEDURES = frozenset(
    {
        "db.index.fulltext.querynodes",
        "db.index.fulltext.queryrelationships",
        "db.labels",
        "db.propertykeys",
        "db.relationshiptypes",
        "db.schema.nodetypeproperties",
        "db.schema.reltypeproperties",
        "db.schema.visualization",
    }
)
FUNCTIONS = _words(
    """
    abs acos all any asin atan atan2 avg ceil char_length character_length coalesce collect cos cot count date
    date.truncate datetime datetime.fromepoch datetime.fromepochmillis datetime.truncate degrees duration
    duration.between duration.indays duration.inmonths duration.inseconds e elementid endnode exists exp floor
    haversin head id isempty isnan keys labels last left length localdatetime localdatetime.truncate localtime
    localtime.truncate log log10 lower ltrim max min nodes none normalize nullif percentilecont percentiledisc pi point
    point.distance point.withinbbox properties radians rand randomuuid range reduce relationships replace reverse
    right round rtrim shortestpath allshortestpaths sign sin single size split sqrt startnode stdev stdevp substring
    sum tail tan time time.truncate timestamp toboolean tobooleanlist tobooleanornull tofloat tofloatlist
    tofloatornull tointeger tointegerlist tointegerornull tolower tostring tostringlist tostringornull toupper trim
    btrim type upper valuetype
    """
)
_BEGINNINGS = frozenset({"MATCH", "OPTIONAL", "UNWIND", "WITH", "RETURN", "CALL"})
_WRITES = _words("ALTER CREATE DELETE DENY DETACH DROP FOREACH GRANT INSERT LOAD MERGE REMOVE REVOKE SET TERMINATE USE")
_ADMINISTERS = _words("CYPHER DRYRUN ENABLE PROFILE RENAME SHOW START STOP USING")
_BEFORE_PARENTHESIS = _words(
    """
    ACYCLIC ALL AND ANY AS ASC BY CALL CASE COLLECT CONTAINS COUNT DESC DISTINCT ELSE END EXISTS GROUPS IN IS LIMIT
    MATCH NODETACH NOT ON OPTIONAL OR ORDER PATH PATHS RETURN SHORTEST SKIP OFFSET THEN TRAIL UNION UNWIND WALK WHEN
    WHERE WITH XOR YIELD
    """
)
_LOOPS = frozenset({"REDUCE", "ALL", "ANY", "NONE", "SINGLE"})
_COSTLY = frozenset({"REPLACE", "SPLIT"})
_DEEPEST = 40
_DEEPEST_QUERIES = 8
"""What is deeper within one another takes a store minutes to read, before there is a query that could be stopped."""
_MOST = {
    "CASE": 12,
    "MATCH": 50,
    "NOT": 50,
    "UNION": 20,
    "UNWIND": 50,
    "WITH": 100,
    "XOR": 8,
    "(": 400,
    "[": 400,
    ".": 600,
    ":": 600,
    "|": 300,
    "operators": 200,
    "relationships": 20,
    "words and signs": 4_000,
}
"""As does what has more than so many of these."""
_STEPS = 2
"""Most relationships of a pattern comprehension, which is gone through within one row."""
_DEEPEST_CHOICES = 6
_OPERATORS = _words("AND OR XOR + - * / % ^ ! &")
_RESERVED = _words(
    """
    ALL AND ANY AS ASC ASCENDING BY CALL CASE CONTAINS DESC DESCENDING DISTINCT ELSE ENDS FALSE IN IS LIMIT MATCH NONE
    NOT NULL OFFSET OPTIONAL OR ORDER RETURN SINGLE SKIP STARTS THEN TRUE UNION UNWIND WHEN WHERE WITH XOR YIELD
    """
)
"""Words that are no names unless they stand in backticks: a name `AS` would hide the clause that follows it."""
_NO_OPERAND = _RESERVED - _words("FALSE NULL TRUE")
_BEFORE_QUERY = _words("CALL EXISTS COUNT COLLECT")
_CLAUSES = _words("CALL LIMIT MATCH ORDER RETURN SKIP UNION UNWIND WHERE WITH YIELD")
_SHORT_LISTS = frozenset({"NODES", "RELATIONSHIPS", "LABELS", "KEYS"})
_PAIRS = {")": "(", "]": "[", "}": "{"}


def is_explain(cypher: str) -> bool:
    """Whether a query only asks how it would be run."""
    found = tokens(cypher)
    return bool(found) and found[0].upper == "EXPLAIN"


def without_end(cypher: str) -> str:
    """The query without the semicolon that ends it, and the comments behind that."""
    found, end = placed(cypher), len(cypher)
    while found and found[-1][1].upper == ";":
        end = found.pop()[0]
    return cypher[:end].strip()


def admit(cypher: str) -> list[Token]:
    """Raise `WriteRefused` unless the query only reads; gives its tokens, without an `EXPLAIN` at the beginning."""
    found = tokens(cypher)
    if found and found[0].upper == "EXPLAIN":
        found = found[1:]
    if found and found[-1].upper == ";":
        found = found[:-1]
    if not found:
        raise InvalidQuery("the query is empty", hint="for instance: MATCH (n:Incident) RETURN n LIMIT 10")
    if any(token.upper == ";" for token in found):
        raise WriteRefused("there is more than one query", hint="send them one at a time")
    _check_beginning(found[0])
    _check_names(found)
    for index, token in enumerate(found):
        if token.kind is Kind.WORD and _is_clause(found, index):
            _check_clause(found, index)
    for name in _calls(found):
        if name not in FUNCTIONS:
            raise WriteRefused(
                f"{name[:80]} is not a function that queries may call", hint="docs/cypher.md has the list"
            )
    if found[0].upper != "CALL" and all(token.upper != "RETURN" for token in found):
        raise InvalidQuery("the query returns nothing", hint="end it with RETURN")
    return found


def _check_names(found: Sequence[Token]) -> None:
    """Refuse names that are keywords, and an `AS` that stands where no expression ends."""
    for index, token in enumerate(found):
        before = found[index - 1].upper if index else ""
        after = found[index + 1].upper if index + 1 < len(found) else ""
        if token.upper == "AS" and before not in (".", "$", ":") and after != ":":
            is_name = index > 1 and found[index - 2].upper in (".", "$", ":")
            ends = index > 0 and (found[index - 1].kind is not Kind.SIGN or before in _PAIRS)
            if not ends or (before in _NO_OPERAND and not is_name):
                raise InvalidQuery("an AS stands behind no expression", hint="a name AS goes in backticks")
            if after in _RESERVED:
                raise InvalidQuery(f"{after} is no name", hint="write it in backticks")
        elif token.upper in _RESERVED and (
            (before == "[" and after == "IN")
            or (before == "(" and after in ("IN", "=") and index > 1 and found[index - 2].upper in _LOOPS)
        ):
            raise InvalidQuery(f"{token.upper} is no name", hint="write it in backticks")


def check_size(found: Sequence[Token]) -> None:
    """Refuse what takes a server long to read and to plan, which the time limit of a query does not stop."""
    counts = Counter(token.upper for token in found if token.kind is not Kind.QUOTED)
    counts["operators"] = sum(counts[sign] for sign in _OPERATORS)
    counts["words and signs"] = len(found)
    counts["relationships"] = sum(_is_step(found, index) for index in range(len(found) - 2))
    for name, most in _MOST.items():
        if counts[name] > most:
            raise InvalidQuery(
                f"there are more than {most} {name}", hint="pass lists as parameters, or send several queries"
            )
    if _depth_of_choices(found) > _DEEPEST_CHOICES:
        raise InvalidQuery(f"OR stands more than {_DEEPEST_CHOICES} brackets deep", hint="use IN, or UNION")
    open_signs: list[bool] = []
    for index, token in enumerate(found):
        if token.upper in ("(", "[", "{"):
            open_signs.append(token.upper == "{" and index > 0 and found[index - 1].upper in _BEFORE_QUERY | {")"})
            if len(open_signs) > _DEEPEST:
                raise InvalidQuery(f"brackets are more than {_DEEPEST} deep", hint="take the query apart by WITH")
            if sum(open_signs) > _DEEPEST_QUERIES:
                raise InvalidQuery(f"queries are more than {_DEEPEST_QUERIES} deep", hint="take them apart by WITH")
        elif token.upper in _PAIRS and open_signs:
            open_signs.pop()


def _depth_of_choices(found: Sequence[Token]) -> int:
    """How many brackets with an `OR` of their own stand within one another: planning multiplies them out."""
    levels: list[list[int]] = [[0, 0]]  # whether there is an OR, and the depth of what stands within
    for token in found:
        if token.upper in ("(", "[", "{"):
            levels.append([0, 0])
        elif token.upper in ("OR", "XOR"):
            levels[-1][0] = 1
        elif token.upper in _PAIRS and len(levels) > 1:
            has_or, depth = levels.pop()
            levels[-1][1] = max(levels[-1][1], depth + has_or)
    return sum(levels[0])


def _is_step(found: Sequence[Token], index: int) -> bool:
    """Whether a pattern goes on behind this sign: `)-[`, `)--`, `)->` or `)<-`."""
    one, two = found[index + 1].upper, found[index + 2].upper
    return found[index].upper == ")" and ((one == "-" and two in ("[", "-", ">")) or (one == "<" and two == "-"))


def check_loops(found: Sequence[Token]) -> None:
    """Refuse what a server that stops queries between rows only could not stop: loops over lists within one another.

    What the list of a loop is made from is gone through once; only what stands behind `WHERE` or `|` is done again and
    again.
    """
    opened: list[_Opened] = []
    for index, token in enumerate(found):
        again = any(each.is_loop and each.is_body for each in opened)
        if token.upper in ("(", "[", "{"):
            looping = _begins_loop(found, index)
            if looping and again and not _is_short(found, index):
                raise InvalidQuery("a loop over a list stands within another one", hint="use UNWIND for the outer one")
            has_list = looping and _is_over_list(found, index)
            opened.append(_Opened(token.upper, index, is_loop=looping, is_body=not has_list))
        elif token.upper in _PAIRS:
            if not opened or opened.pop().sign != _PAIRS[token.upper]:
                raise InvalidQuery(f"a {token.text} closes nothing", hint="check the brackets")
        elif token.upper in ("WHERE", "|") and opened:
            opened[-1].is_body = True
        elif token.upper == "*" and again and _is_relationship(found, opened[-1].at):
            raise InvalidQuery("a path of any length stands within a loop", hint="use MATCH for it")
        elif token.upper in _COSTLY and again and _opens(found, index + 1):
            raise InvalidQuery(f"{token.text}() stands within a loop over a list", hint="use UNWIND for the loop")
    _check_patterns(found)
    _check_predicates(found)


@dataclass(slots=True)
class _Opened:
    """A bracket that is open, and whether what is being read is done for each element of a list."""

    sign: str
    at: int
    is_loop: bool
    is_body: bool


def _is_over_list(found: Sequence[Token], index: int) -> bool:
    """Whether a loop goes over a list, `x IN list`: not over a pattern, which is searched itself."""
    return found[index].upper == "(" or (index + 2 < len(found) and found[index + 2].upper == "IN")


def _opens(found: Sequence[Token], index: int) -> bool:
    return index < len(found) and found[index].upper == "("


def _check_predicates(found: Sequence[Token]) -> None:
    """A path of any length outside MATCH: as a condition or a value it is searched whole, for each row."""
    clauses, opened = [""], [-1]
    for index, token in enumerate(found):
        if token.upper in ("(", "[", "{"):
            # within braces stands a query of its own, or at least a pattern as MATCH has it
            clauses.append("MATCH" if token.upper == "{" else clauses[-1])
            opened.append(index)
        elif token.upper in _PAIRS and len(opened) > 1:
            clauses.pop()
            opened.pop()
        elif token.upper in _CLAUSES and token.kind is Kind.WORD and _is_clause(found, index):
            clauses[-1] = token.upper
        elif token.upper == "*" and clauses[-1] != "MATCH" and _is_relationship(found, opened[-1]):
            raise InvalidQuery("a path of any length stands outside MATCH", hint="use MATCH or EXISTS { … } for it")


def _is_relationship(found: Sequence[Token], bracket: int) -> bool:
    """Whether the bracket at this place is that of `-[…]-`."""
    return bracket > 0 and found[bracket].upper == "[" and found[bracket - 1].upper.endswith("-")


def _check_patterns(found: Sequence[Token]) -> None:
    """A path of any length in a pattern comprehension, which is one loop too."""
    for start, token in enumerate(found):
        if token.upper != "[" or start + 1 >= len(found) or not _is_pattern_comprehension(found, start):
            continue
        inside = _until_closed(found, start)
        if sum(_is_step(inside, index) for index in range(len(inside) - 2)) > _STEPS:
            raise InvalidQuery(
                f"a pattern comprehension has more than {_STEPS} relationships", hint="use MATCH and collect() for it"
            )
        if any(a.upper == "[" and _has_star(inside[i:]) for i, a in enumerate(inside) if i):
            raise InvalidQuery("a path of any length stands within a pattern comprehension", hint="use MATCH for it")


def _has_star(rest: Sequence[Token]) -> bool:
    for token in rest[1:]:
        if token.upper in ("]", "{", "["):
            return False
        if token.upper == "*":
            return True
    return False


def _until_closed(found: Sequence[Token], start: int) -> Sequence[Token]:
    depth = 0
    for index in range(start, len(found)):
        depth += found[index].upper in ("(", "[", "{")
        depth -= found[index].upper in _PAIRS
        if depth == 0:
            return found[start : index + 1]
    return found[start:]


def _is_pattern_comprehension(found: Sequence[Token], start: int) -> bool:
    """`[(a)-…` or `[p = (a)-…`, with a bar at the top level of the brackets."""
    first = start + 1
    if first + 2 < len(found) and found[first + 1].upper == "=":
        first += 2
    if found[first].upper != "(":
        return False
    depth = 0
    for token in _until_closed(found, start):
        depth += token.upper in ("(", "[", "{")
        depth -= token.upper in _PAIRS
        if depth == 1 and token.upper == "|":
            return True
    return False


def _begins_loop(found: Sequence[Token], index: int) -> bool:
    before = found[index - 1].upper if index else ""
    if found[index].upper == "(":
        return before in _LOOPS and (index < 2 or found[index - 2].upper != ".") and _has_in(found, index)
    if found[index].upper == "[":
        named = index + 2 < len(found) and found[index + 1].kind in (Kind.WORD, Kind.QUOTED)
        return (named and found[index + 2].upper == "IN") or (
            index + 1 < len(found) and _is_pattern_comprehension(found, index)
        )
    return False


def _has_in(found: Sequence[Token], index: int) -> bool:
    depth = 0
    for token in _until_closed(found, index):
        depth += token.upper in ("(", "[", "{")
        depth -= token.upper in _PAIRS
        if depth == 1 and token.upper == "IN":
            return True
    return False


def _is_short(found: Sequence[Token], index: int) -> bool:
    """`x IN nodes(p)` and the like: such a list is as short as what it belongs to."""
    rest = _until_closed(found, index)
    for at, token in enumerate(rest):
        if token.upper == "IN":
            return (
                at + 4 < len(rest)
                and rest[at + 1].upper in _SHORT_LISTS
                and rest[at + 2].upper == "("
                and rest[at + 3].kind in (Kind.WORD, Kind.QUOTED)
                and rest[at + 4].upper == ")"
            )
    return False


def _check_beginning(first: Token) -> None:
    if first.upper in _BEGINNINGS:
        return
    if first.upper in _WRITES:
        raise WriteRefused(f"the query would {first.upper}", hint="queries are read-only")
    if first.upper in _ADMINISTERS:
        raise WriteRefused(f"{first.upper} is not for queries", hint=f"begin with {', '.join(sorted(_BEGINNINGS))}")
    raise InvalidQuery(
        f"a query cannot begin with {first.text[:40]!r}", hint=f"begin with {', '.join(sorted(_BEGINNINGS))}"
    )


def _is_clause(found: Sequence[Token], index: int) -> bool:
    """Whether a word may be a keyword: not a property, a label, a parameter, an alias or a key of a map."""
    before = found[index - 1].upper if index else ""
    after = found[index + 1].upper if index + 1 < len(found) else ""
    is_alias = before == "AS" and (index < 2 or found[index - 2].upper not in (".", "$", ":"))
    return before not in (".", "$", ":") and not is_alias and not (after == ":" and before in ("{", ","))


def _check_clause(found: Sequence[Token], index: int) -> None:
    word = found[index].upper
    if word in _WRITES:
        raise WriteRefused(f"the query would {word}", hint=f"queries are read-only; a name {word} goes in backticks")
    if word == "TRANSACTIONS" and any(a.upper == "}" and b.upper == "IN" for a, b in pairwise(found[:index])):
        raise WriteRefused("CALL … IN TRANSACTIONS is not for queries", hint="queries are read-only")
    if word == "CALL":
        name = _dotted(found, index + 1)
        if name and name not in PROCEDURES:
            raise WriteRefused(
                f"{name[:80]} is not a procedure that queries may call",
                hint=f"allowed: {', '.join(sorted(PROCEDURES))}",
            )


def _dotted(found: Sequence[Token], start: int) -> str:
    parts: list[str] = []
    index = start
    while index < len(found) and found[index].kind in (Kind.WORD, Kind.QUOTED):
        parts.append(found[index].text.lower())
        if index + 1 >= len(found) or found[index + 1].upper != ".":
            break
        index += 2
    return ".".join(parts)


def _calls(found: Sequence[Token]) -> Iterator[str]:
    """Names in front of a parenthesis that are neither keywords nor procedures, nor labels in front of a pattern."""
    for index in range(1, len(found)):
        if found[index].upper != "(" or found[index - 1].kind not in (Kind.WORD, Kind.QUOTED):
            continue
        first = index - 1
        while first >= 2 and found[first - 1].upper == "." and found[first - 2].kind in (Kind.WORD, Kind.QUOTED):
            first -= 2
        before = found[first - 1].upper if first else ""
        name = ".".join(token.text.lower() for token in found[first:index:2])
        if before == "CALL" or (first == index - 1 and found[first].upper in _BEFORE_PARENTHESIS):
            continue
        yield name
