"""The columns of an answer, told from the query: for a store that names them only when there are rows."""

from __future__ import annotations

from collections.abc import Sequence

from store.tokens import Token, placed

_AFTER = frozenset({"ORDER", "SKIP", "OFFSET", "LIMIT", "UNION", ";"})
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")


def returned(cypher: str) -> list[str]:
    """What the last `RETURN` of the query itself names; nothing for `RETURN *` and for a query without one.

    >>> returned("MATCH (n) CALL (n) { RETURN 1 AS x } RETURN DISTINCT n.id AS id, [n.name, x] LIMIT 3")
    ['id', '[n.name, x]']
    """
    outer = _outer(placed(cypher))
    starts = [number for number, (_, token) in enumerate(outer) if token.upper == "RETURN"]
    if not starts:
        return []
    last = outer[starts[-1] + 1 :]
    end = next((number for number, (_, token) in enumerate(last) if token.upper in _AFTER), len(last))
    ends_at = last[end][0] if end < len(last) else len(cypher)
    items: list[list[tuple[int, Token]]] = [[]]
    stops = []
    for at, token in last[:end]:
        if token.text == "," and token.upper:
            stops.append(at)
            items.append([])
        elif not (token.upper == "DISTINCT" and items == [[]]):
            items[-1].append((at, token))
    names = [_name(item, cypher, stop) for item, stop in zip(items, [*stops, ends_at], strict=True) if item]
    return [] if "*" in names else names


def _outer(placed_tokens: Sequence[tuple[int, Token]]) -> list[tuple[int, Token]]:
    """The tokens that stand in no bracket, with the brackets that open: enough to tell clauses and commas."""
    depth, outer = 0, []
    for at, token in placed_tokens:
        depth -= token.upper in _CLOSING
        if depth == 0 and token.upper not in _CLOSING:
            outer.append((at, token))
        depth += token.upper in _OPENING
    return outer


def _name(item: Sequence[tuple[int, Token]], cypher: str, stop: int) -> str:
    """The alias of a returned item, or else its own words."""
    alias = [number for number, (_, token) in enumerate(item) if token.upper == "AS"]
    if alias and alias[-1] + 1 < len(item):
        return item[alias[-1] + 1][1].text
    return cypher[item[0][0] : stop].strip()
