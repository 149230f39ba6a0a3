"""Cypher as tokens: just enough of the language to tell code from comments, strings and quoted names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from ontology.errors import InvalidQuery, WriteRefused


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    QUOTED = "quoted name"
    STRING = "string"
    NUMBER = "number"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Token:
    """A token; `text` of a word is as it stands, of a quoted name without its backticks."""

    kind: Kind
    text: str

    @property
    def upper(self) -> str:
        """The word in capitals, or the sign; empty for names and values, which are never keywords."""
        return self.text.upper() if self.kind in (Kind.WORD, Kind.SIGN) else ""


_TOKEN = re.compile(
    r"""
      (?P<skip>\s+|//[^\n\r]*|/\*.*?\*/)
    | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    | (?P<quoted>`(?:[^`]|``)*`)
    | (?P<number>(?:\d[\d_]*\.(?!\.)\d*|\.\d+|\d[\w_]*)(?:[eE][+-]?\d+)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<sign>\.\.|[^\s\w'"`])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\u+([0-9a-fA-F]{4})")


def tokens(cypher: str) -> list[Token]:
    """The tokens of a query; one that is not closed, or hides signs in escapes, is refused."""
    return [token for _, token in placed(_ESCAPE.sub(_unescape, cypher))]


def placed(text: str) -> list[tuple[int, Token]]:
    """Each token with where it begins, escapes being left as they are."""
    return list(_read(text))


def _unescape(match: re.Match[str]) -> str:
    # Neo4j replaces these before it reads anything else, even inside strings and comments.
    char = chr(int(match.group(1), 16))
    if char.isalnum() or char == " ":
        return char
    raise WriteRefused(
        f"the query hides a sign in the escape \\u{match.group(1)}",
        hint="write the sign itself, or pass it as a parameter",
    )


def _read(text: str) -> Iterator[tuple[int, Token]]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or (text.startswith("/*", at) and match.lastgroup != "skip"):
            raise InvalidQuery(
                f"the query has a {_unclosed(text[at])} that is not closed at {at}", hint="close it, or escape it"
            )
        found = match.group()
        if match.lastgroup == "quoted":
            yield at, Token(Kind.QUOTED, found[1:-1].replace("``", "`"))
        elif match.lastgroup != "skip":
            yield at, Token(Kind(match.lastgroup), found)
        at = match.end()


def _unclosed(char: str) -> str:
    return {"'": "string", '"': "string", "`": "quoted name", "/": "comment"}.get(char, "sign")
