"""Bounds what one row of a query may cost, before it runs: both servers stop a query between rows, never within one.

Neo4j would go over `range(1, 10^18)` for years within a single `reduce`, and text that is doubled forty times fills
the memory of any server. So the size of what an expression makes is reckoned from its tokens, in units of a thousand
signs. It is a guess, but what is refused is far from what anybody asks for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

from ontology.errors import InvalidQuery
from store.tokens import Kind, Token

LONGEST_RANGE = 100_000
"""Most elements of a `range()`."""
LONGEST_TEXT = 20_000
"""Most signs of a text that is a parameter."""
LONGEST_SUM = 1_000
"""Most elements of a list that `reduce` adds up: text that grows is copied with every element."""
MOST_DIGITS = 20
"""Most digits behind the point that `round` gives."""
LARGEST = 20_000
"""The largest that one expression may make, in units of a thousand signs."""
MOST_WORK = 2_000_000
"""The most that a loop over a list may go through, in the same units."""
UNIT = 1_000
_BODY = 100.0
_SPLIT = 50.0
_PROPERTY = 0.1
_LEAST = 0.02
"""What anything is at least, as long as a name: what counted for nothing would count for nothing when doubled."""
_MAKING = 3
_COLLECTED = 1_000.0
"""What `collect` makes of many rows, however small each is."""
_UNKNOWN_LENGTH = 1_000
_SHORT_LENGTH = 100

_CLOSES = {"(": ")", "[": "]", "{": "}", "CASE": "END"}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CLAUSES = _words("BY CALL LIMIT MATCH OFFSET OPTIONAL ORDER RETURN SKIP UNION UNWIND WHERE WITH YIELD")
_BRANCHES = _words("ELSE THEN WHEN")
_KEYWORDS = _BRANCHES | _words(
    "ALL AND ANY AS ASC ASCENDING CONTAINS DESC DESCENDING DISTINCT ENDS FALSE IN IS NONE NOT NULL OR SINGLE STARTS "
    "TRUE XOR"
)
_TRUTHS = _words("= < > AND CONTAINS ENDS IN IS NOT OR STARTS XOR")
"""What stands in an expression that is true or false, however large its parts are."""
_ARITHMETIC = frozenset("+-*/%^|.:,$")
_VALUES = _words("FALSE NULL TRUE")
_SMALL = _words(
    "ABS ALL ANY AVG CEIL CHAR_LENGTH CHARACTER_LENGTH COUNT EXISTS FLOOR ID ISEMPTY LENGTH NONE RAND ROUND SIGN "
    "SINGLE SIZE SQRT STDEV STDEVP SUM TIMESTAMP TOBOOLEAN TOFLOAT TOINTEGER"
)
"""Functions that give a number or a truth value."""
_QUANTIFIERS = _words("ALL ANY NONE SINGLE")
_SHORT = _words("KEYS LABELS NODES RELATIONSHIPS")


@dataclass(frozen=True, slots=True)
class Group:
    """What stands within brackets, or between `CASE` and `END`."""

    sign: str
    parts: tuple[Part, ...]

    @property
    def upper(self) -> str:
        """Nothing: it is no word."""
        return ""


Part: TypeAlias = Token | Group
Parts: TypeAlias = Sequence[Part]
Scope: TypeAlias = Mapping[str, float]


def check_growth(found: Sequence[Token], parameters: Mapping[str, Any]) -> None:
    """Refuse what could make one row endless, or very large."""
    for value in parameters.values():
        _check_text(value)
    parts = _grouped(found)
    _Reckoner(parameters).visit(parts)
    made = {_text(name) for word, name in pairwise(found) if word.upper == "AS"}
    _check_matches(parts, parameters, made)
    for call in _calls(parts, "ROUND"):
        _check_round(list(_split(call.parts, ",")))


def check_ranges(found: Sequence[Token], parameters: Mapping[str, Any]) -> None:
    """Refuse a `range()` whose length cannot be told, for a server that does not bound it while it runs."""
    for call in _calls(_grouped(found), "RANGE"):
        length = _range_length(call, parameters)
        if length is None:
            raise InvalidQuery(
                "the bounds of range() are neither numbers nor parameters", hint="size(…) and length(…) may be, too"
            )
        if length > LONGEST_RANGE:
            raise InvalidQuery(f"range() has more than {LONGEST_RANGE} elements", hint="ask for less at a time")


def _check_text(value: Any) -> None:
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise InvalidQuery(f"a parameter has more than {LONGEST_TEXT} signs", hint="send shorter texts, or a list")
    if isinstance(value, Mapping) and len(value) > LONGEST_SUM:
        raise InvalidQuery(f"a parameter has more than {LONGEST_SUM} keys", hint="send a list of maps")
    for item in value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ():
        _check_text(item)


class _Reckoner:
    """Goes through the clauses in their order, and keeps how large each name may have become."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._parameters = parameters
        self._known: dict[str, float] = {}
        self._lengths: dict[str, int] = {}
        self._rows = 1
        self._heaviest = 0.0

    def visit(self, parts: Parts) -> None:
        """Raise `InvalidQuery` for an expression that may make more than `LARGEST`."""
        for clause, expression, name in _items(parts):
            for group in _groups(expression):
                if group.sign == "{" and _has_clauses(group.parts):
                    self.visit(group.parts)
            size = self._size(expression, self._known)
            if clause == "UNWIND" and _is_call(expression, "RANGE"):
                length = self._length(expression)[0]
                size /= length
                self._rows = min(self._rows * length, LONGEST_RANGE)
            elif clause == "UNWIND" and _upper(expression, 0) == "$":
                self._rows = min(self._rows * self._length(expression)[0], LONGEST_RANGE)
            elif name and (_is_call(expression, "RANGE") or _is_call(expression, "COLLECT")):
                self._lengths[name] = self._length(expression)[0]
            if name:
                self._known[name] = max(size, self._known.get(name, 0.0))

    def _size(self, parts: Parts, scope: Scope) -> float:
        size = 0.0
        for piece in _split(parts, ","):
            plain = self._sum(piece, scope)
            # what is put together is copied, which is more work than to go through it
            is_made = any(part.upper in ("+", "|") for part in piece)
            self._heaviest = max(self._heaviest, plain * (_MAKING if is_made else 1))
            size += _LEAST if any(_is_truth(piece, index) for index in range(len(piece))) else plain
        if size > LARGEST:
            raise InvalidQuery(
                "an expression may become too large: it repeats what it is made of too often",
                hint="put together less in one row",
            )
        return size

    def _sum(self, piece: Parts, scope: Scope) -> float:
        return sum(
            self._group(piece, index, part, scope) if isinstance(part, Group) else self._single(piece, index, scope)
            for index, part in enumerate(piece)
        )

    def _single(self, piece: Parts, index: int, scope: Scope) -> float:
        token = piece[index]
        assert isinstance(token, Token)
        if token.kind in (Kind.STRING, Kind.NUMBER):
            return len(token.text) / UNIT
        before, after = _upper(piece, index - 1), _upper(piece, index + 1)
        if before == "$":
            return max(len(json.dumps(self._parameters.get(token.text), default=str)) / UNIT, _LEAST)
        if before == "." and token.kind in (Kind.WORD, Kind.QUOTED) and not _opens(piece, index + 1):
            return _BODY if token.text == "body" else _PROPERTY
        is_name = token.kind is Kind.QUOTED or (token.kind is Kind.WORD and token.upper not in _KEYWORDS)
        if not is_name or (after == ":" and index == 0) or _opens(piece, index + 1):
            return _LEAST if token.upper in _VALUES else 0.0
        return scope.get(token.text, 1.0)

    def _group(self, piece: Parts, index: int, group: Group, scope: Scope) -> float:
        if group.sign == "CASE":  # one of its branches is taken
            return max((self._size(branch, scope) for branch in _branches(group.parts)), default=0.0)
        if group.sign == "{":
            return 0.0 if _has_clauses(group.parts) else max(self._size(group.parts, scope), _LEAST)
        called = _name(piece, index - 1)
        if group.sign == "[":
            size = self._loop(group, scope) if _is_loop(group) else self._size(group.parts, scope)
            is_place = bool(called) or _ends_value(piece, index - 1)  # in a list; or it is a relationship
            return 0.0 if is_place else max(size, _LEAST)
        if called == "RANGE":
            return self._length((piece[index - 1], group))[0] / 100
        return self._call(called, group, scope)

    def _call(self, called: str, group: Group, scope: Scope) -> float:
        if called == "REDUCE":
            return self._reduce(group, scope)
        if called == "REPLACE":
            return self._replace(list(_split(group.parts, ",")), scope)
        size = self._loop(group, scope) if _is_loop(group) else self._size(group.parts, scope)
        if called == "COLLECT":
            return max(size * self._rows, _COLLECTED)
        self._heaviest = max(self._heaviest, size * _MAKING)
        if called in _SMALL:
            return _LEAST
        return max(size * (_SPLIT if called == "SPLIT" else 1.0), _LEAST)

    def _replace(self, given: Sequence[Parts], scope: Scope) -> float:
        """As if every sign of the text were replaced."""
        sizes = [self._size(each, scope) for each in given]
        new = given[2] if len(given) > 2 else ()
        if len(new) == 1 and isinstance(new[0], Token) and new[0].kind is Kind.STRING:
            return sizes[0] * max(len(new[0].text) - 2, 1)
        return sum(sizes[:1]) * UNIT * max(sum(sizes[2:3]), 1 / UNIT)

    def _loop(self, group: Group, scope: Scope) -> float:
        """`[x IN list WHERE … | body]`, `any(x IN list WHERE …)` or `[(a)-->(b) WHERE … | body]`."""
        head, body = _parted(group.parts, "|")
        head, condition = _parted(head, "WHERE")
        if _upper(head, 1) != "IN":
            self._each(_UNKNOWN_LENGTH, condition, scope)
            return self._turns(_UNKNOWN_LENGTH, body, scope)
        length, _ = self._length(head[2:])
        size = self._size(head[2:], scope)
        inner = {**scope, _text(head[0]): size / length}
        self._each(length, condition, inner)
        return self._turns(length, body, inner) if body else size

    def _turns(self, length: int, body: Parts, scope: Scope) -> float:
        """What so many turns make; names that only stand for nodes of the graph are counted once."""
        return length * self._each(length, body, _Otherwise(scope, 1 / length))

    def _each(self, length: int, parts: Parts, scope: Scope) -> float:
        """The size of what is worked out for each of so many elements, all of which is work, however small it ends."""
        before, self._heaviest = self._heaviest, 0.0
        size = self._size(parts, scope)
        if length * self._heaviest > MOST_WORK:
            raise InvalidQuery(
                "a loop over a list works through another one for each element", hint="use UNWIND for it"
            )
        self._heaviest = max(before, self._heaviest)
        return size

    def _reduce(self, group: Group, scope: Scope) -> float:
        head, body = _parted(group.parts, "|")
        first, *rest = _split(head, ",")
        if len(first) < 3 or not rest or _upper(rest[0], 1) != "IN" or not body:
            raise InvalidQuery("this is no reduce()", hint="reduce(sum = 0, x IN list | sum + x)")
        name, listed = _text(first[0]), rest[0][2:]
        length, is_short = self._length(listed)
        is_number = len(first) == 3 and isinstance(first[2], Token) and first[2].kind is Kind.NUMBER
        if not is_short and _adds(body) and not (is_number and _counts(body, name)):
            raise InvalidQuery(
                f"reduce() goes over a list that may have more than {LONGEST_SUM} elements",
                hint=f"cut it, x IN list[..{LONGEST_SUM}], or use UNWIND and sum() or collect()",
            )
        if self._size(body, _Otherwise({name: 1.0, _text(rest[0][0]): 0.0}, 0.0)) >= 2:
            raise InvalidQuery(f"reduce() doubles {name[:40]} with every element", hint="let it stand there once")
        inner = {**scope, _text(rest[0][0]): self._size(listed, scope) / length, name: 0.0}
        return self._size(first[2:], scope) + self._turns(length, body, inner)

    def _length(self, parts: Parts) -> tuple[int, bool]:  # noqa: PLR0911 - one return for each kind of list
        """How many elements a list may have, and whether these are few for certain."""
        if _is_call(parts, "RANGE"):
            assert isinstance(parts[1], Group)
            length = _range_length(parts[1], self._parameters)
            is_short = length is not None and length <= LONGEST_SUM
            return max(1, min(LONGEST_RANGE if length is None else length, LONGEST_RANGE)), is_short
        if any(_is_call(parts, name) for name in _SHORT):
            return _SHORT_LENGTH, True
        if _is_call(parts, "COLLECT"):
            return max(_UNKNOWN_LENGTH, self._rows), False
        if any(_calls(parts, "RANGE")):  # `range(1, 9) + [10]`
            return LONGEST_RANGE, False
        if len(parts) == 2 and _upper(parts, 0) == "$":
            given = self._parameters.get(_text(parts[1]))
            length = len(given) if isinstance(given, list | tuple) else 1
            return max(1, length), length <= LONGEST_SUM
        if len(parts) == 1 and _text(parts[0]) in self._lengths:
            return self._lengths[_text(parts[0])], False
        last = parts[-1] if parts else None
        if isinstance(last, Group) and last.sign == "[" and not _is_loop(last):
            if len(parts) == 1:
                return max(1, sum(1 for _ in _split(last.parts, ","))), True
            cut = _cut(last)
            return (max(cut, 1), True) if cut is not None and cut <= LONGEST_SUM else (_UNKNOWN_LENGTH, False)
        is_stored = len(parts) == 3 and _upper(parts, 1) == "." and _text(parts[0]) not in self._known
        return _UNKNOWN_LENGTH, is_stored  # what is stored is short


def _adds(parts: Parts) -> bool:
    """Whether something is put together here."""
    return any(
        part.upper in ("+", "|") or (isinstance(part, Group) and (part.sign in ("[", "{") or _adds(part.parts)))
        for part in parts
    )


def _is_truth(piece: Parts, index: int) -> bool:
    """Whether a comparison or the like stands here, rather than a name, a property or a key that is spelt so."""
    word = piece[index].upper
    if word not in _TRUTHS:
        return False
    if not word.isalpha():
        return True
    before, after = _upper(piece, index - 1), _upper(piece, index + 1)
    return before not in _ARITHMETIC and after not in _ARITHMETIC and (index > 0 or word == "NOT")


def _counts(body: Parts, name: str) -> bool:
    """Whether a body of `reduce` only adds numbers to its sum: `n + 1`, `n + size(x)`."""
    return all(
        (
            len(piece) == 1
            and (_text(piece[0]) == name or (isinstance(piece[0], Token) and piece[0].kind is Kind.NUMBER))
        )
        or (len(piece) == 2 and _name(piece, 0) in _SMALL and _opens(piece, 1))
        for piece in _split(body, "+")
    )


class _Otherwise(dict[str, float]):
    """A scope in which the names that it does not have are so large."""

    def __init__(self, known: Scope, other: float) -> None:
        super().__init__(known)
        self._other: float = known._other if isinstance(known, _Otherwise) else other

    def get(self, key: str, default: Any = None) -> Any:
        """How large a name is."""
        return super().get(key, self._other)


def _grouped(found: Sequence[Token]) -> tuple[Part, ...]:
    levels: list[tuple[str, list[Part]]] = [("", [])]
    for index, token in enumerate(found):
        sign = token.upper if token.upper != "CASE" or _is_keyword(found, index) else ""
        if sign in _CLOSES:
            levels.append((sign, []))
        elif len(levels) > 1 and token.upper == _CLOSES[levels[-1][0]] and _is_keyword(found, index):
            opened, parts = levels.pop()
            levels[-1][1].append(Group(opened, tuple(parts)))
        elif token.upper in (")", "]", "}"):
            raise InvalidQuery(f"a {token.text} closes nothing", hint="check the brackets")
        else:
            levels[-1][1].append(token)
    if len(levels) > 1:
        raise InvalidQuery(f"a {levels[-1][0]} is not closed", hint="check the brackets")
    return tuple(levels[0][1])


def _is_keyword(parts: Parts, index: int) -> bool:
    """Whether a word is not a property, a parameter, a label, an alias or a key."""
    is_alias = _upper(parts, index - 1) == "AS" and _upper(parts, index - 2) not in (".", "$", ":")
    return not is_alias and _upper(parts, index - 1) not in (".", "$", ":") and _upper(parts, index + 1) != ":"


def _items(parts: Parts) -> Iterator[tuple[str, Parts, str]]:
    """Each expression of each clause, with the keyword of the clause and the name that it is given."""
    clause, begin = "", 0
    for index in range(len(parts) + 1):
        is_end = index == len(parts)
        if is_end or (parts[index].upper in _CLAUSES and _is_keyword(parts, index) and not _is_starting(parts, index)):
            for item in _split(parts[begin:index], ","):
                expression, name = _parted(item, "AS")
                yield clause, expression, _text(name[0]) if name else ""
            if not is_end:
                clause, begin = parts[index].upper, index + 1


def _is_starting(parts: Parts, index: int) -> bool:
    """`STARTS WITH` and `ENDS WITH` begin no clause."""
    return parts[index].upper == "WITH" and _upper(parts, index - 1) in ("STARTS", "ENDS")


def _has_clauses(parts: Parts) -> bool:
    return any(part.upper in _CLAUSES and _is_keyword(parts, index) for index, part in enumerate(parts))


def _groups(parts: Parts) -> Iterator[Group]:
    """The groups within, outermost first; what is in a query of its own is left to that."""
    for part in parts:
        if isinstance(part, Group):
            yield part
            if not (part.sign == "{" and _has_clauses(part.parts)):
                yield from _groups(part.parts)


def _split(parts: Parts, sign: str) -> Iterator[Parts]:
    begin = 0
    for index, part in enumerate(parts):
        if part.upper == sign:
            yield parts[begin:index]
            begin = index + 1
    if begin < len(parts):
        yield parts[begin:]


def _parted(parts: Parts, word: str) -> tuple[Parts, Parts]:
    for index, part in enumerate(parts):
        if part.upper == word and (word == "|" or _upper(parts, index - 1) not in (".", "$")):
            return parts[:index], parts[index + 1 :]
    return parts, ()


def _branches(parts: Parts) -> Iterator[Parts]:
    begin = 0
    for index, part in enumerate(parts):
        if part.upper in _BRANCHES and _is_keyword(parts, index):
            yield parts[begin:index]
            begin = index + 1
    yield parts[begin:]


def _upper(parts: Parts, index: int) -> str:
    return parts[index].upper if 0 <= index < len(parts) else ""


def _text(part: Part) -> str:
    return part.text if isinstance(part, Token) else ""


def _name(parts: Parts, index: int) -> str:
    """The function that is called where a bracket follows, in capitals; nothing where a keyword or a sign stands."""
    part = parts[index] if index >= 0 else None
    if not isinstance(part, Token) or part.kind not in (Kind.WORD, Kind.QUOTED):
        return ""
    name = part.text.upper()
    return "" if name in _KEYWORDS - _QUANTIFIERS else name


def _opens(parts: Parts, index: int) -> bool:
    part = parts[index] if index < len(parts) else None
    return isinstance(part, Group) and part.sign == "("


def _ends_value(parts: Parts, index: int) -> bool:
    part = parts[index] if index >= 0 else None
    return isinstance(part, Group) or (part is not None and part.upper.endswith("-"))


def _is_loop(group: Group) -> bool:
    if _upper(group.parts, 1) == "IN":
        return True
    head, body = _parted(group.parts, "|")
    start = 2 if _upper(head, 1) == "=" else 0
    return bool(body) and group.sign == "[" and _opens(head, start)


def _is_call(parts: Parts, name: str) -> bool:
    return len(parts) == 2 and _name(parts, 0) == name and _opens(parts, 1)


def _calls(parts: Parts, name: str) -> Iterator[Group]:
    for index, part in enumerate(parts):
        if isinstance(part, Group):
            if part.sign == "(" and _name(parts, index - 1) == name:
                yield part
            yield from _calls(part.parts, name)


def _cut(place: Group) -> int | None:
    """How many elements `[..20]` or `[5..20]` leaves at most."""
    number = place.parts[-1] if len(place.parts) in (2, 3) else None
    if isinstance(number, Token) and number.kind is Kind.NUMBER and _upper(place.parts, -2 % len(place.parts)) == "..":
        return _whole(number.text)
    return None


def _range_length(call: Group, parameters: Mapping[str, Any]) -> int | None:
    bounds = [_bound(each, parameters) for each in _split(call.parts, ",")]
    if len(bounds) not in (2, 3) or any(bound is None for bound in bounds):
        return None
    first, last, step = (*bounds, 1)[:3]
    assert first is not None
    assert last is not None
    return max(0, (last - first) // (step or 1) + 1)


def _bound(parts: Parts, parameters: Mapping[str, Any]) -> int | None:
    """What a bound of a range may be at most; `size(…)` and `length(…)` are as large as what is there already."""
    total, sign, index = 0, 1, 0
    while index < len(parts):
        part = parts[index]
        if part.upper in ("+", "-"):
            sign = -sign if part.upper == "-" else sign
            index += 1
            continue
        if isinstance(part, Token) and part.kind is Kind.NUMBER:
            value = _whole(part.text)
            if value is None:
                return None
            total += sign * value
        elif part.upper == "$" and index + 1 < len(parts):
            index += 1
            value = parameters.get(_text(parts[index]))
            if not isinstance(value, int):
                return None
            total += sign * value
        elif _name(parts, index) in ("SIZE", "LENGTH") and _opens(parts, index + 1):
            index += 1
        else:
            return None
        sign = 1
        index += 1
    return total


def _whole(text: str) -> int | None:
    try:
        return int(text.replace("_", ""), 0) if text != "0" * len(text) else 0
    except ValueError:
        return None


def _check_round(given: Sequence[Parts]) -> None:
    """`round(1.5, 100000000)` works out so many digits."""
    if len(given) < 2:
        return
    digits = given[1][0] if len(given[1]) == 1 else None
    number = _whole(digits.text) if isinstance(digits, Token) and digits.kind is Kind.NUMBER else None
    if number is None or number > MOST_DIGITS:
        raise InvalidQuery(
            f"round() has more than {MOST_DIGITS} digits", hint="write the number of digits, round(x, 2)"
        )


_REPEATS = re.compile(r"[*+]|\{\d*,\d*\}")
_AGAIN = re.compile(r"[*+]|\{\d*,?\d*\}")
_OPTIONAL = re.compile(r"(?<![*+?}])\?")
_CHOICES = 3
"""Most groups of a pattern with alternatives, `(a|b)`."""
_OPTIONS = 5
"""Most parts of a pattern that may be there or not: each of them doubles the ways to try."""


def _check_matches(parts: Parts, parameters: Mapping[str, Any], made: Set[str]) -> None:
    """Patterns of `=~` that a text of some length could keep busy for hours; stored names and the like are short."""
    for index, part in enumerate(parts):
        if isinstance(part, Group):
            _check_matches(part.parts, parameters, made)
        elif part.upper == "~" and _upper(parts, index - 1) == "=":
            is_stored = _upper(parts, index - 3) == "." and _text(parts[index - 4]) not in made
            is_short = is_stored and _text(parts[index - 2]) != "body"
            _check_match(_pattern(parts[index + 1 :], parameters), most=2 if is_short else 1)


def _pattern(parts: Parts, parameters: Mapping[str, Any]) -> str:
    first = parts[0] if parts else None
    ends = len(parts) == 1 or _upper(parts, 1) not in ("+", "[", ".", "")
    if isinstance(first, Token) and first.kind is Kind.STRING and ends:
        return first.text[1:-1].replace("\\\\", "\\")
    if first is not None and first.upper == "$" and len(parts) > 1:
        value = parameters.get(_text(parts[1]))
        if isinstance(value, str) and _upper(parts, 2) not in ("+", "[", "."):
            return value
    raise InvalidQuery("the pattern of =~ is neither a text nor a parameter", hint="write 'text' or $name after it")


def _check_match(pattern: str, most: int) -> None:
    if "\\Q" in pattern or re.search(r"\(\?[a-z]*x", pattern):
        raise InvalidQuery("the pattern of =~ hides signs in \\Q or (?x)", hint="write the pattern plainly")
    plain = re.sub(r"\\[^1-9k]", "x", pattern)
    plain = re.sub(r"\(\?[a-z-]*\)", "", plain)
    plain = re.sub(r"\(\?(?:[a-z-]*:|<?[=!]|<\w+>|>)", "(", plain)
    plain = re.sub(r"\[\^?\]?[^\]]*\]", "x", plain)
    if len(re.findall(r"\([^()]*\|", plain)) > _CHOICES:
        raise InvalidQuery(f"the pattern of =~ has more than {_CHOICES} choices", hint="use several conditions with OR")
    inner = plain
    while (found := re.search(r"\(([^()]*)\)([*+?]|\{\d*,?\d*\})?", inner)) is not None:
        repeats = found.group(2) or ""
        if repeats not in ("", "?") and (_AGAIN.search(found.group(1)) or "|" in found.group(1)):
            raise InvalidQuery("the pattern of =~ repeats what repeats itself", hint="take the pattern apart by AND")
        inner = inner[: found.start()] + found.group(1) + inner[found.end() :]
    if "\\" in inner:
        raise InvalidQuery("the pattern of =~ refers back to a group", hint="write it out")
    number = len(_REPEATS.findall(re.sub(r"\.[*+]\)*$", "", inner)))
    if number > most or len(_OPTIONAL.findall(inner)) > _OPTIONS or len(pattern) > UNIT:
        raise InvalidQuery(
            f"the pattern of =~ has more than {most} repetitions, or too many options",
            hint="use CONTAINS, or several conditions with AND",
        )
