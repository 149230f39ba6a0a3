"""Cursors: where a page ended, so that the next one is right even when documents are loaded in between.

A cursor holds the sort key of the last item that was shown, never a count of items, and a mark of the question that it
belongs to: with another question it is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ontology.errors import InvalidQuery

Item = TypeVar("Item")
Key = tuple[str | float, ...]


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items of a list, and the cursor that the next ones are asked for with."""

    items: list[Item] = field(metadata={"description": "The items of this page."})
    cursor: str | None = field(metadata={"description": "Give it back for the next page; null on the last one."})


def encode(question: Sequence[object], key: Key) -> str:
    """The cursor after the item with this sort key."""
    text = json.dumps([_mark(question), *key], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(question: Sequence[object], cursor: str | None, kinds: tuple[type, ...]) -> Key | None:
    """The sort key in a cursor, or None without one; a cursor of another question raises `InvalidQuery`.

    >>> decode(["q"], encode(["q"], ("hsbc",)), (str,))
    ('hsbc',)
    """
    if not cursor:
        return None
    hint = "leave the cursor out to begin at the first page"
    try:
        data = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise InvalidQuery("the cursor is not one of ours", hint=hint) from error
    if not isinstance(data, list) or not data or not isinstance(data[0], str):
        raise InvalidQuery("the cursor is not one of ours", hint=hint)
    if data[0] != _mark(question):
        raise InvalidQuery("the cursor belongs to another question", hint=hint)
    key = tuple(data[1:])
    if len(key) != len(kinds) or any(type(part) is not kind for part, kind in zip(key, kinds, strict=True)):
        raise InvalidQuery("the cursor is not one of ours", hint=hint)
    return key


def _mark(question: Sequence[object]) -> str:
    return hashlib.sha256(repr(list(question)).encode("utf-8", "backslashreplace")).hexdigest()[:8]
